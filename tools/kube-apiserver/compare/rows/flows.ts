/** Which flow a request is counted to, by who asks and for what; what is told of schemas that lead nowhere; and which metrics there are. */
import { del, type Group, get, merge, post, type Row } from '../row.js';

const flows = '/apis/flowcontrol.apiserver.k8s.io/v1';
const core = '/api/v1/namespaces/NS';

const schema = (name: string, spec: object) => ({
  ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name } },
  spec,
});
const rule = (subjects: readonly object[], more: object = {}) => ({
  subjects,
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  ...more,
});
const user = (name: string) => ({ kind: 'User', user: { name } });
const told = (name: string, path: string, rest: Partial<Row> = {}): Row =>
  get(name, path, { counts: 'status', ...rest });
const as = (name: string, groups: readonly string[] = []) => ({
  headers: { 'impersonate-user': name, ...(groups.length === 0 ? {} : { 'impersonate-group': groups[0]! }) },
});

const questions = {
  pods: `${core}/pods`,
  leases: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
  endpoints: '/api/v1/namespaces/kube-system/endpoints',
  nodes: '/api/v1/nodes',
  health: '/healthz',
  metrics: '/metrics',
  version: '/version',
  nothing: '/nowhere',
};
const askers: Readonly<Record<string, Partial<Row>>> = {
  admin: {},
  ann: { as: 'ann' },
  nobody: { as: 'nobody' },
  'a node': { as: 'system:node:node-1' },
  'the scheduler': { as: 'system:kube-scheduler' },
  'the controllers': { as: 'system:kube-controller-manager' },
  'an account of the system': as('system:serviceaccount:kube-system:deployment-controller'),
  'the garbage collector': as('system:serviceaccount:kube-system:generic-garbage-collector'),
  'the endpoint controller': as('system:serviceaccount:kube-system:endpoint-controller'),
  'an account': as('system:serviceaccount:NS:default'),
  monitors: as('eve', ['system:monitoring']),
  masters: as('eve', ['system:masters']),
  cara: as('cara'),
};

const asked: readonly Row[] = [
  get('the schemas', `${flows}/flowschemas`, { counts: 'status' }),
  get('the levels', `${flows}/prioritylevelconfigurations`, { counts: 'status' }),
  ...Object.entries(askers).flatMap(([who, how]) =>
    Object.entries(questions).map(([what, path]) => told(`${who}: ${what}`, path, how)),
  ),
  { ...told('a watch', `${core}/pods?watch=true&timeoutSeconds=1`), stream: { lines: 1, waitMs: 1_500 } },
];

const own: readonly Row[] = [
  post(
    'a schema of a level that there is',
    `${flows}/flowschemas`,
    schema('cara', {
      ...{ priorityLevelConfiguration: { name: 'workload-low' }, matchingPrecedence: 100 },
      rules: [rule([user('cara')])],
    }),
    { save: 'cara' },
  ),
  get('what is told of it', `${flows}/flowschemas/cara`, { until: '"Dangling"' }),
  get('it is listed', `${flows}/flowschemas`, { counts: 'status' }),
  told('cara is counted to it', `${core}/pods`, as('cara')),
  post(
    'a schema of a level that there is not',
    `${flows}/flowschemas`,
    schema('lost', {
      ...{ priorityLevelConfiguration: { name: 'absent' }, matchingPrecedence: 90 },
      rules: [rule([user('cara')])],
    }),
  ),
  get('what is told of that', `${flows}/flowschemas/lost`, { until: '"Dangling"' }),
  told('cara is counted to the other yet', `${core}/pods`, as('cara')),
  post(
    'the level',
    `${flows}/prioritylevelconfigurations`,
    {
      ...{
        apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
        kind: 'PriorityLevelConfiguration',
        metadata: { name: 'absent' },
      },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
    },
    { save: 'level' },
  ),
  get('what is told of the schema then', `${flows}/flowschemas/lost`, { until: '"Found"' }),
  get('what is told of the level', `${flows}/prioritylevelconfigurations/absent`),
  merge(
    'the schema goes after the other',
    `${flows}/flowschemas/lost`,
    { spec: { matchingPrecedence: 110 } },
    { counts: 'status' },
  ),
  del('the level goes', `${flows}/prioritylevelconfigurations/absent`, undefined, { counts: 'status' }),
  get('what is told of the schema at last', `${flows}/flowschemas/lost`, { until: '"NotFound"' }),
  del('the schema goes', `${flows}/flowschemas/lost`, undefined, { counts: 'status' }),
  del('the other goes', `${flows}/flowschemas/cara`, undefined, { counts: 'status' }),
];

const dry = '?dryRun=All';
const fixed: readonly Row[] = [
  merge('catch-all is what it is', `${flows}/flowschemas/catch-all${dry}`, { spec: { matchingPrecedence: 9999 } }),
  merge('and told twice of a fault', `${flows}/flowschemas/catch-all${dry}`, { spec: { matchingPrecedence: 0 } }),
  merge('exempt is, too', `${flows}/flowschemas/exempt${dry}`, { spec: { distinguisherMethod: { type: 'ByUser' } } }),
  merge('its level has shares', `${flows}/prioritylevelconfigurations/exempt${dry}`, {
    spec: { exempt: { nominalConcurrencyShares: 5 } },
  }),
  merge('and nothing else', `${flows}/prioritylevelconfigurations/exempt${dry}`, {
    spec: { limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } },
  }),
  merge('the level of all others has none to change', `${flows}/prioritylevelconfigurations/catch-all${dry}`, {
    spec: { limited: { nominalConcurrencyShares: 6 } },
  }),
  ...[
    merge("their annotations are anybody's", `${flows}/flowschemas/catch-all${dry}`, {
      metadata: { annotations: { a: 'b' } },
    }),
    merge("what is suggested is anybody's", `${flows}/flowschemas/probes${dry}`, { spec: { matchingPrecedence: 3 } }),
  ].map((row): Row => ({ ...row, counts: 'status' })),
];

/** Those that dashboards and alerts of the field ask for. */
const metrics = [
  ...['request_total', 'request_duration_seconds', 'request_sli_duration_seconds', 'response_sizes'],
  ...['current_inflight_requests', 'longrunning_requests', 'watch_events_total', 'requested_deprecated_apis'],
  ...['flowcontrol_dispatched_requests_total', 'flowcontrol_current_executing_requests'],
  ...['flowcontrol_nominal_limit_seats', 'flowcontrol_current_limit_seats', 'flowcontrol_lower_limit_seats'],
  ...['flowcontrol_demand_seats_high_watermark', 'flowcontrol_demand_seats_smoothed'],
  ...['admission_controller_admission_duration_seconds', 'admission_step_admission_duration_seconds'],
  ...['storage_objects'],
].map((name) => `apiserver_${name}`);
const measured: readonly Row[] = [
  get('metrics', '/metrics', {
    metrics: [
      ...metrics,
      'aggregator_unavailable_apiservice',
      'process_start_time_seconds',
      'process_cpu_seconds_total',
    ],
  }),
];

export const flowsGroup: Group = { name: 'flows', rows: [...asked, ...own, ...fixed, ...measured] };
