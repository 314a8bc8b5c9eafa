/** Services, workloads, volumes and what else has many defaults and rules: written in full, changed, and refused. */
import { apply, del, type Group, get, merge, post, put, type Row, strategic, table } from '../row.js';

const core = '/api/v1/namespaces/NS';
const services = `${core}/services`;
const service = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const port = { port: 80 };

const serviceRows: readonly Row[] = [
  ...(
    [
      ['cluster', { ports: [port], selector: { a: 'b' } }],
      ['headless', { ports: [port], clusterIP: 'None' }],
      ['node-port', { ports: [{ ...port, nodePort: 30_123 }], type: 'NodePort' }],
      [
        'balanced',
        {
          ports: [
            { name: 'a', port: 80, targetPort: 'http' },
            { name: 'b', port: 81, protocol: 'UDP' },
          ],
          type: 'LoadBalancer',
        },
      ],
      ['elsewhere', { type: 'ExternalName', externalName: 'example.com' }],
      ['sticky', { ports: [port], sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Local' }],
      [
        'local',
        {
          ports: [port],
          type: 'LoadBalancer',
          externalTrafficPolicy: 'Local',
          loadBalancerSourceRanges: ['192.0.2.0/24'],
          loadBalancerClass: 'example.com/l',
        },
      ],
      ['taken', { ports: [{ ...port, nodePort: 30_123 }], type: 'NodePort' }],
      ['out-of-range', { ports: [{ ...port, nodePort: 80 }], type: 'NodePort' }],
      ['no-address', { ports: [port], clusterIP: '192.0.2.1' }],
      ['bad-address', { ports: [port], clusterIP: 'nonsense' }],
      ['dual', { ports: [port], ipFamilyPolicy: 'RequireDualStack' }],
      ['six', { ports: [port], ipFamilies: ['IPv6'] }],
      ['no-ports', {}],
      ['two-unnamed', { ports: [port, { port: 81 }] }],
      [
        'twice',
        {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 80 },
            { name: 'a', port: 81 },
          ],
        },
      ],
      ['bad-port', { ports: [{ port: 0, protocol: 'X', targetPort: 'not a name', appProtocol: 'a b' }] }],
      ['bad-type', { ports: [port], type: 'Nonsense', sessionAffinity: 'Nonsense' }],
      ['bad-policy', { ports: [port], externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Nonsense' }],
      ['bad-name', { type: 'ExternalName', externalName: 'not a name' }],
      ['external-addresses', { ports: [port], externalIPs: ['127.0.0.1', '192.0.2.9', 'x'] }],
      ['health', { ports: [port], healthCheckNodePort: 31_000 }],
      ['distribution', { ports: [port], trafficDistribution: 'PreferClose' }],
      ['bad-distribution', { ports: [port], trafficDistribution: 'Nonsense' }],
    ] as const
  ).map(([name, spec]) => post(`service ${name}`, services, service(name, spec))),
  get('services as table', services, { headers: table }),
  merge('a cluster address that changes', `${services}/cluster`, { spec: { clusterIP: '10.96.7.7' } }),
  merge('to elsewhere', `${services}/cluster`, { spec: { type: 'ExternalName', externalName: 'x.example.com' } }),
  merge('and back', `${services}/cluster`, { spec: { type: 'ClusterIP', externalName: null } }),
  merge('to node ports', `${services}/cluster`, { spec: { type: 'NodePort' } }),
  merge('to none', `${services}/node-port`, { spec: { type: 'ClusterIP' } }),
  strategic('a second port', `${services}/balanced`, { spec: { ports: [{ name: 'c', port: 82 }] } }),
  put(
    'put without addresses',
    `${services}/balanced`,
    service('balanced', { ports: [{ name: 'a', port: 80 }], type: 'LoadBalancer' }),
  ),
  merge('its status', `${services}/balanced/status`, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }),
  merge('an address within another', `${services}/balanced/status`, {
    status: { loadBalancer: { ingress: [{ ip: '::ffff:192.0.2.1' }] } },
  }),
  post('a policy of an ambiguous range', '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies', {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'ambiguous' } },
    spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.1.2.3/8' } }] }] },
  }),
  post('a slice of names', '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices', {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'names' }, addressType: 'FQDN' },
    endpoints: [{ addresses: ['a.example'] }],
  }),
  merge('a bad status', `${services}/balanced/status`, {
    status: { loadBalancer: { ingress: [{ ip: 'x', hostname: '192.0.2.1' }] } },
  }),
  get('through it', `${services}/cluster/proxy/`),
  del('delete one', `${services}/balanced`),
  del('delete all', services),
];

const template = (spec: object = {}, labels: object = { app: 'a' }) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const selector = { matchLabels: { app: 'a' } };
const of =
  (path: string, kind: string, apiVersion: string) =>
  (name: string, title: string, spec: object): Row =>
    post(`${kind} ${title}`, path, { apiVersion, kind, metadata: { name }, spec });
const sets = of('/apis/apps/v1/namespaces/NS/statefulsets', 'StatefulSet', 'apps/v1');
const daemons = of('/apis/apps/v1/namespaces/NS/daemonsets', 'DaemonSet', 'apps/v1');
const jobs = of('/apis/batch/v1/namespaces/NS/jobs', 'Job', 'batch/v1');
const crons = of('/apis/batch/v1/namespaces/NS/cronjobs', 'CronJob', 'batch/v1');
const scalers = of(
  '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
  'autoscaling/v2',
);
const budgets = of('/apis/policy/v1/namespaces/NS/poddisruptionbudgets', 'PodDisruptionBudget', 'policy/v1');
const claims = of(`${core}/persistentvolumeclaims`, 'PersistentVolumeClaim', 'v1');
const volumes = of('/api/v1/persistentvolumes', 'PersistentVolume', 'v1');
const ingresses = of('/apis/networking.k8s.io/v1/namespaces/NS/ingresses', 'Ingress', 'networking.k8s.io/v1');
const networkPolicies = of(
  '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
  'NetworkPolicy',
  'networking.k8s.io/v1',
);
const never = template({ restartPolicy: 'Never' });
const target = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' };
const deployments = '/apis/apps/v1/namespaces/NS/deployments';
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const volumeSpec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } };

const workloadRows: readonly Row[] = [
  post('a Deployment in full', deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector,
      replicas: 3,
      minReadySeconds: 5,
      revisionHistoryLimit: 2,
      paused: true,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 1 } },
      template: template(),
    },
  }),
  get('as table', deployments, { headers: table }),
  merge('its selector changes', `${deployments}/d`, { spec: { selector: { matchLabels: { app: 'b' } } } }),
  merge('it scales', `${deployments}/d/scale`, { spec: { replicas: 5 } }),
  merge('its image changes', `${deployments}/d`, {
    spec: { template: template({ containers: [{ name: 'c', image: 'j' }] }) },
  }),
  apply('it is applied', `${deployments}/d?force=true`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'c', image: 'k' }] } } },
  }),
  apply('less is applied', `${deployments}/d?force=true`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { template: { spec: { containers: [{ name: 'c', image: 'k' }] } } },
  }),
  apply('a whole one is applied', `${deployments}/whole`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'whole' },
    spec: { selector, template: template() },
  }),
  merge('a status', `${deployments}/d/status`, {
    status: {
      replicas: 2,
      readyReplicas: 1,
      availableReplicas: 5,
      conditions: [{ type: 'Available', status: 'True' }],
    },
  }),
  merge('a bad status', `${deployments}/d/status`, { status: { replicas: -2, readyReplicas: 7 } }),
  del('it goes with what it has', `${deployments}/d?propagationPolicy=Foreground`),
  get('it waits for that', `${deployments}/d`),
  sets('full', 'in full', {
    serviceName: 's',
    selector,
    template: template(),
    podManagementPolicy: 'Parallel',
    updateStrategy: { rollingUpdate: { partition: 1 } },
    ordinals: { start: 3 },
    persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' },
    volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: claimSpec }],
  }),
  sets('bad', 'that is bad', {
    selector,
    template: template(),
    podManagementPolicy: 'X',
    updateStrategy: { type: 'OnDelete', rollingUpdate: {} },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'X' },
  }),
  merge('its template changes', '/apis/apps/v1/namespaces/NS/statefulsets/full', { spec: { serviceName: 't' } }),
  daemons('full', 'in full', {
    selector,
    template: template(),
    updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    minReadySeconds: 1,
  }),
  daemons('bad', 'that is bad', { selector, template: never, updateStrategy: { type: 'X' } }),
  jobs('full', 'in full', {
    template: never,
    parallelism: 2,
    completions: 4,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 1,
    maxFailedIndexes: 2,
    ttlSecondsAfterFinished: 5,
    suspend: true,
    activeDeadlineSeconds: 9,
    podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] },
    podReplacementPolicy: 'Failed',
    successPolicy: { rules: [{ succeededCount: 1 }] },
  }),
  jobs('bad', 'that is bad', {
    template: template(),
    parallelism: -1,
    completions: -1,
    backoffLimit: -1,
    completionMode: 'X',
    ttlSecondsAfterFinished: -1,
    podFailurePolicy: { rules: [{ action: 'X' }] },
  }),
  jobs('own', 'with a selector of its own', { template: never, selector }),
  merge('it goes on', '/apis/batch/v1/namespaces/NS/jobs/full', { spec: { suspend: false } }),
  merge('it is more', '/apis/batch/v1/namespaces/NS/jobs/full', { spec: { completions: 5 } }),
  merge('its status', '/apis/batch/v1/namespaces/NS/jobs/full/status', {
    status: { active: 1, startTime: '2026-01-01T00:00:00Z' },
  }),
  merge('a bad status of it', '/apis/batch/v1/namespaces/NS/jobs/full/status', {
    status: { succeeded: -1, conditions: [{ type: 'Complete', status: 'True' }] },
  }),
  get('jobs as table', '/apis/batch/v1/namespaces/NS/jobs', { headers: table }),
  del('it goes as of old', '/apis/batch/v1/namespaces/NS/jobs/full'),
  crons('full', 'in full', {
    schedule: '*/5 * * * *',
    timeZone: 'Europe/Vienna',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 5,
    suspend: true,
    successfulJobsHistoryLimit: 1,
    jobTemplate: { spec: { template: never } },
  }),
  crons('bad', 'that is bad', {
    schedule: 'often',
    timeZone: 'Nowhere',
    concurrencyPolicy: 'X',
    startingDeadlineSeconds: -1,
    jobTemplate: { spec: { template: template() } },
  }),
  crons('zone', 'with a zone in its schedule', {
    schedule: 'TZ=UTC 0 0 * * *',
    jobTemplate: { spec: { template: never } },
  }),
  get('crons as table', '/apis/batch/v1/namespaces/NS/cronjobs', { headers: table }),
  scalers('full', 'in full', {
    scaleTargetRef: target,
    minReplicas: 2,
    maxReplicas: 5,
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1k' } } },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 5 } },
  }),
  scalers('bad', 'that is bad', {
    scaleTargetRef: {},
    minReplicas: 0,
    maxReplicas: 0,
    metrics: [{ type: 'X' }, { type: 'Resource', resource: { name: '', target: { type: 'X' } } }],
    behavior: { scaleUp: { policies: [] } },
  }),
  get('it in the older version', '/apis/autoscaling/v1/namespaces/NS/horizontalpodautoscalers/full'),
  get('scalers as table', '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers', { headers: table }),
  budgets('full', 'in full', { maxUnavailable: '30%', selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
  budgets('bad', 'that is bad', {
    maxUnavailable: 'x',
    minAvailable: -1,
    unhealthyPodEvictionPolicy: 'X',
    selector: { matchExpressions: [{ key: '', operator: 'X' }] },
  }),
  get('budgets as table', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets', { headers: table }),
  claims('full', 'in full', {
    ...claimSpec,
    storageClassName: 's',
    volumeName: 'v',
    volumeMode: 'Block',
    selector: { matchLabels: { a: 'b' } },
    dataSource: { kind: 'PersistentVolumeClaim', name: 'x' },
  }),
  claims('bad', 'that is bad', {
    accessModes: ['X'],
    resources: { requests: { storage: '-1' } },
    storageClassName: 'A B',
    volumeMode: 'X',
  }),
  claims('none', 'of nothing', {}),
  merge('it grows', `${core}/persistentvolumeclaims/full`, { spec: { resources: { requests: { storage: '2Gi' } } } }),
  merge('it moves', `${core}/persistentvolumeclaims/full`, { spec: { volumeName: 'w' } }),
  merge('it is bound', `${core}/persistentvolumeclaims/full/status`, {
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  }),
  get('claims as table', `${core}/persistentvolumeclaims`, { headers: table }),
  volumes('NS-full', 'in full', {
    ...volumeSpec,
    hostPath: undefined,
    csi: { driver: 'example.com', volumeHandle: 'h', fsType: 'ext4' },
    storageClassName: 's',
    mountOptions: ['ro'],
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }] },
    },
    claimRef: { name: 'c', namespace: 'NS' },
  }),
  volumes('NS-bad', 'that is bad', {
    ...volumeSpec,
    nfs: { server: 's', path: '/' },
    persistentVolumeReclaimPolicy: 'X',
    capacity: { cpu: '1' },
  }),
  volumes('NS-none', 'of nothing', {}),
  get('volumes as table', '/api/v1/persistentvolumes/NS-full', { headers: table }),
  ingresses('full', 'in full', {
    ingressClassName: 'c',
    tls: [{ hosts: ['a.example.com'], secretName: 's' }],
    rules: [
      {
        host: '*.example.com',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { name: 'http' } } } },
            { path: '/x', pathType: 'Exact', backend: { resource: { apiGroup: 'example.com', kind: 'B', name: 'b' } } },
          ],
        },
      },
    ],
  }),
  ingresses('bad', 'that is bad', {
    rules: [
      {
        host: '192.0.2.1',
        http: {
          paths: [
            { path: 'x', pathType: 'X', backend: {} },
            { pathType: 'Exact', backend: { service: { name: '', port: {} } } },
          ],
        },
      },
    ],
    tls: [{ hosts: ['a b'] }],
  }),
  ingresses('none', 'of nothing', {}),
  get('ingresses as table', '/apis/networking.k8s.io/v1/namespaces/NS/ingresses', { headers: table }),
  networkPolicies('full', 'in full', {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ podSelector: {} }, { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.8/29'] } }],
        ports: [{ port: 80, endPort: 90 }, { port: 'http' }],
      },
    ],
    egress: [{}],
  }),
  networkPolicies('bad', 'that is bad', {
    podSelector: { matchLabels: { 'a b': '' } },
    policyTypes: ['X'],
    ingress: [
      {
        from: [{}, { ipBlock: { cidr: 'x', except: ['y'] }, podSelector: {} }],
        ports: [{ port: 99_999, endPort: 1, protocol: 'X' }],
      },
    ],
  }),
  get('network policies as table', '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies', { headers: table }),
  post('an Event', `${core}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'NS' },
    reason: 'r',
    message: 'm',
    type: 'Warning',
    count: 3,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    source: { component: 'c' },
  }),
  post('an Event elsewhere', `${core}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'f' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'other' },
  }),
  get('events by reason', `${core}/events?fieldSelector=reason%3Dr,involvedObject.kind%3DPod,type%3DWarning`),
  get('events as table', `${core}/events`, { headers: table }),
  get('events of the other group', '/apis/events.k8s.io/v1/namespaces/NS/events/e'),
  post('a Secret of a certificate', `${core}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 't' },
    type: 'kubernetes.io/tls',
    data: {},
  }),
  post('a Secret of a registry', `${core}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'r' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': 'x' },
  }),
  post('a Secret of an account', `${core}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    type: 'kubernetes.io/service-account-token',
  }),
  post('a Secret that stays', `${core}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'i' },
    immutable: true,
    data: { a: 'Yg==' },
  }),
  merge('it stays', `${core}/secrets/i`, { data: { a: 'Yw==' } }),
  merge('it is no more to stay', `${core}/secrets/i`, { immutable: false }),
  get('secrets as table', `${core}/secrets`, { headers: table }),
  get('secrets by type', `${core}/secrets?fieldSelector=type%3DOpaque`),
  post('a Node in full', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'NS-n', labels: { a: 'b' } },
    spec: {
      podCIDR: '192.0.2.0/24',
      taints: [{ key: 'a', effect: 'NoSchedule' }],
      providerID: 'p',
      unschedulable: true,
    },
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '192.0.2.2' }],
    },
  }),
  post('a Node that is bad', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'NS-bad' },
    spec: {
      podCIDR: 'x',
      taints: [
        { key: 'a', effect: 'X' },
        { key: 'b', value: 'c d', effect: 'NoSchedule' },
      ],
    },
  }),
  merge('its range changes', '/api/v1/nodes/NS-n', { spec: { podCIDR: '192.0.3.0/24' } }),
  get('nodes as table', '/api/v1/nodes/NS-n', { headers: table }),
  get('nodes by field', '/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue'),
  post('a Namespace that is finalized', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'NS-f' },
  }),
  del('it goes', '/api/v1/namespaces/NS-f'),
  get('it is going', '/api/v1/namespaces/NS-f'),
  post('nothing new in it', '/api/v1/namespaces/NS-f/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
  }),
  put('it is finalized', '/api/v1/namespaces/NS-f/finalize', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'NS-f' },
    spec: { finalizers: [] },
  }),
  get('it is gone', '/api/v1/namespaces/NS-f'),
  del('the default one stays', '/api/v1/namespaces/default'),
  del('the one of the system stays', '/api/v1/namespaces/kube-system'),
  del('no namespaces at once', '/api/v1/namespaces'),
];

export const servicesGroup: Group = { name: 'services', rows: serviceRows };
export const workloads: Group = { name: 'workloads', rows: workloadRows };
