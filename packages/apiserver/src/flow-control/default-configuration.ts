/** The priority levels and flow schemas that every cluster begins with (Kubernetes 1.33: mandatory and suggested). */
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '@pintle/api';
import type {
  FlowSchema,
  FlowSchemaSpec,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  ResourcePolicyRule,
  Subject,
} from '@pintle/api/flowcontrol/v1';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
/** Whether the spec of an object is the server's. */
export const autoUpdate = 'apf.kubernetes.io/autoupdate-spec';
const annotations = { [autoUpdate]: 'true' };

/** Name: shares, percent that may be lent, then queues, hand size and length of a queue. */
const limited: Readonly<Record<string, readonly [number, number, number, number, number]>> = {
  'global-default': [20, 50, 128, 6, 50],
  'leader-election': [10, 0, 16, 4, 50],
  'node-high': [40, 25, 64, 6, 50],
  system: [30, 33, 64, 6, 50],
  'workload-high': [40, 50, 128, 6, 50],
  'workload-low': [100, 90, 128, 6, 50],
};

const level = (name: string, spec: PriorityLevelConfigurationSpec): PriorityLevelConfiguration => ({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  metadata: { name, annotations },
  spec,
  status: {},
});

const groups = (...names: readonly string[]): readonly Subject[] =>
  names.map((name) => ({ kind: 'Group', group: { name } }));
const users = (...names: readonly string[]): readonly Subject[] =>
  names.map((name) => ({ kind: 'User', user: { name } }));
const accounts = (...names: readonly string[]): readonly Subject[] =>
  names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } }));
const everybody = groups('system:unauthenticated', 'system:authenticated');

const all = ['*'];
const everything: Omit<PolicyRulesWithSubjects, 'subjects'> = {
  resourceRules: [{ verbs: all, apiGroups: all, resources: all, namespaces: all, clusterScope: true }],
  nonResourceRules: [{ verbs: all, nonResourceURLs: all }],
};
const lockVerbs = ['get', 'create', 'update'];
const leases: ResourcePolicyRule = {
  verbs: lockVerbs,
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  namespaces: all,
};

interface SchemaFacts {
  readonly precedence: number;
  readonly level: string;
  readonly by?: 'ByUser' | 'ByNamespace';
  readonly subjects: readonly Subject[];
  /** Everything unless given. */
  readonly rules?: Omit<PolicyRulesWithSubjects, 'subjects'>;
}

const controllerManager = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';

const schemas: Readonly<Record<string, SchemaFacts>> = {
  'endpoint-controller': {
    precedence: 150,
    level: 'workload-high',
    by: 'ByUser',
    subjects: [...users(controllerManager), ...accounts('endpoint-controller', 'endpointslicemirroring-controller')],
    rules: { resourceRules: [{ verbs: lockVerbs, apiGroups: [''], resources: ['endpoints'], namespaces: all }] },
  },
  'global-default': { precedence: 9900, level: 'global-default', by: 'ByUser', subjects: everybody },
  'kube-controller-manager': {
    precedence: 800,
    level: 'workload-high',
    by: 'ByNamespace',
    subjects: users(controllerManager),
  },
  'kube-scheduler': { precedence: 800, level: 'workload-high', by: 'ByNamespace', subjects: users(scheduler) },
  'kube-system-service-accounts': {
    precedence: 900,
    level: 'workload-high',
    by: 'ByNamespace',
    subjects: accounts('*'),
  },
  probes: {
    precedence: 2,
    level: 'exempt',
    subjects: everybody,
    rules: { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] },
  },
  'service-accounts': {
    precedence: 9000,
    level: 'workload-low',
    by: 'ByUser',
    subjects: groups('system:serviceaccounts'),
  },
  'system-leader-election': {
    precedence: 100,
    level: 'leader-election',
    by: 'ByUser',
    subjects: [...users(controllerManager, scheduler), ...accounts('*')],
    rules: { resourceRules: [leases] },
  },
  'system-node-high': {
    precedence: 400,
    level: 'node-high',
    by: 'ByUser',
    subjects: groups('system:nodes'),
    rules: {
      resourceRules: [
        { verbs: all, apiGroups: [''], resources: ['nodes', 'nodes/status'], namespaces: all, clusterScope: true },
        { ...leases, verbs: all },
      ],
    },
  },
  'system-nodes': { precedence: 500, level: 'system', by: 'ByUser', subjects: groups('system:nodes') },
  'workload-leader-election': {
    precedence: 200,
    level: 'leader-election',
    by: 'ByUser',
    subjects: accounts('*'),
    rules: { resourceRules: [leases] },
  },
};

export function defaultPriorityLevels(): readonly PriorityLevelConfiguration[] {
  return [
    ...Object.entries(mandatoryPriorityLevels).map(([name, spec]) => level(name, spec)),
    ...Object.entries(limited).map(
      ([name, [nominalConcurrencyShares, lendablePercent, queues, handSize, queueLengthLimit]]) =>
        level(name, {
          type: 'Limited',
          limited: {
            ...{ nominalConcurrencyShares, lendablePercent },
            limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit } },
          },
        }),
    ),
  ];
}

const schema = (name: string, spec: FlowSchemaSpec): FlowSchema => ({
  apiVersion,
  kind: 'FlowSchema',
  metadata: { name, annotations },
  spec,
});

export function defaultFlowSchemas(): readonly FlowSchema[] {
  return [
    ...Object.entries(mandatoryFlowSchemas).map(([name, spec]) => schema(name, spec)),
    ...Object.entries(schemas).map(([name, facts]) =>
      schema(name, {
        matchingPrecedence: facts.precedence,
        priorityLevelConfiguration: { name: facts.level },
        ...(facts.by === undefined ? {} : { distinguisherMethod: { type: facts.by } }),
        rules: [{ ...(facts.rules ?? everything), subjects: facts.subjects }],
      }),
    ),
  ];
}
