/** What the specs of the flow schemas and priority levels are that no cluster is without (Kubernetes 1.33). */
import type { FlowSchemaSpec, PriorityLevelConfigurationSpec } from './v1/flowcontrol.js';

const all = ['*'];
const everything = {
  resourceRules: [{ verbs: all, apiGroups: all, resources: all, namespaces: all, clusterScope: true }],
  nonResourceRules: [{ verbs: all, nonResourceURLs: all }],
};
const groups = (...names: readonly string[]) => names.map((name) => ({ kind: 'Group', group: { name } }));

export const mandatoryFlowSchemas: Readonly<Record<string, FlowSchemaSpec>> = {
  exempt: {
    matchingPrecedence: 1,
    priorityLevelConfiguration: { name: 'exempt' },
    rules: [{ ...everything, subjects: groups('system:masters') }],
  },
  'catch-all': {
    matchingPrecedence: 10_000,
    priorityLevelConfiguration: { name: 'catch-all' },
    distinguisherMethod: { type: 'ByUser' },
    rules: [{ ...everything, subjects: groups('system:unauthenticated', 'system:authenticated') }],
  },
};

/** Of `exempt` anybody may change the shares. */
export const mandatoryPriorityLevels: Readonly<Record<string, PriorityLevelConfigurationSpec>> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  },
};
