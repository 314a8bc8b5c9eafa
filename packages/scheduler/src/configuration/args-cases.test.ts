/** Cases of kube-scheduler's own tests of what plugins take as `args`: the fields that are wrong, and how. */
import { describe, expect, it } from '@jest/globals';
import { schedulerConfiguration } from './configuration.js';
import { InvalidConfigurationError } from './configuration-error.js';
import { checkArgs } from './plugin-registry.js';

const at = 'profiles[0].pluginConfig[0].args.';

/** As `Invalid shape[1].utilization`, of the args of one plugin. */
function wrong(plugin: string, args: object): readonly string[] {
  const apiVersion = 'kubescheduler.config.k8s.io/v1';
  const profiles = [{ pluginConfig: [{ name: plugin, args }] }];
  try {
    schedulerConfiguration({ apiVersion, kind: 'KubeSchedulerConfiguration', profiles });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfigurationError)) throw error;
    return error.errors.map(({ type, field }) => `${type.replace('FieldValue', '')} ${field.replace(at, '')}`);
  }
}

type Cases = readonly (readonly [name: string, args: object, ...wrong: readonly string[]])[];

const node = { maxSkew: 1, topologyKey: 'node', whenUnsatisfiable: 'DoNotSchedule' };
const list = (...defaultConstraints: readonly object[]) => ({ defaultingType: 'List', defaultConstraints });
const points = (...shape: readonly (readonly [number, number])[]) =>
  shape.map(([utilization, score]) => ({ utilization, score }));
const strategy = (type: string, more: object = {}) => ({ scoringStrategy: { type, ...more } });
const ratio = (...shape: readonly (readonly [number, number])[]) =>
  strategy('RequestedToCapacityRatio', { requestedToCapacityRatio: { shape: points(...shape) } });
const weighs = (...weights: readonly number[]) => ({
  resources: weights.map((weight, i) => ({ name: `example.com/r${i}`, weight })),
});
const long = 'x'.repeat(64);
const term = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, values }],
});
const field = (...values: readonly string[]) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values }] });
const added = (required: object, preferred?: object) => ({
  addedAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [required] },
    ...(preferred && { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: preferred }] }),
  },
});
const ofRequired = 'addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]';
const ofPreferred = 'addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]';
const ofShape = 'scoringStrategy.requestedToCapacityRatio.shape';

const cases: Readonly<Record<string, Cases>> = {
  DefaultPreemption: [
    ['the defaults', { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 }],
    ['a negative share', { minCandidateNodesPercentage: -1 }, 'Invalid minCandidateNodesPercentage'],
    ['more than all', { minCandidateNodesPercentage: 900 }, 'Invalid minCandidateNodesPercentage'],
    ['a negative number', { minCandidateNodesAbsolute: -1 }, 'Invalid minCandidateNodesAbsolute'],
    [
      'nothing',
      { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 },
      'Invalid minCandidateNodesPercentage',
      'Invalid minCandidateNodesAbsolute',
    ],
    [
      'both negative',
      { minCandidateNodesPercentage: -1, minCandidateNodesAbsolute: -1 },
      'Invalid minCandidateNodesPercentage',
      'Invalid minCandidateNodesAbsolute',
    ],
  ],
  InterPodAffinity: [
    ['a weight', { hardPodAffinityWeight: 10 }],
    ['a negative weight', { hardPodAffinityWeight: -1 }, 'Invalid hardPodAffinityWeight'],
    ['too large a weight', { hardPodAffinityWeight: 101 }, 'Invalid hardPodAffinityWeight'],
  ],
  PodTopologySpread: [
    ['two constraints', list(node, { ...node, maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' })],
    ['a negative skew', list({ ...node, maxSkew: -1 }), 'Invalid defaultConstraints[0].maxSkew'],
    ['no key', list({ ...node, topologyKey: '' }), 'Required defaultConstraints[0].topologyKey'],
    ['no action', list({ ...node, whenUnsatisfiable: '' }), 'NotSupported defaultConstraints[0].whenUnsatisfiable'],
    ['any action', list({ ...node, whenUnsatisfiable: 'any' }), 'NotSupported defaultConstraints[0].whenUnsatisfiable'],
    ['one twice', list(node, { ...node, maxSkew: 2 }), 'Duplicate defaultConstraints[1]'],
    [
      'a selector',
      list({ ...node, labelSelector: { matchLabels: { a: 'b' } } }),
      'Forbidden defaultConstraints[0].labelSelector',
    ],
    ['a list of none', list()],
    ['those of the system', { defaultingType: 'System' }],
    ['of a kind that there is not', { defaultingType: 'any' }, 'NotSupported defaultingType'],
    ['those of the system, and others', { ...list(node), defaultingType: 'System' }, 'Invalid defaultingType'],
  ],
  NodeResourcesBalancedAllocation: [
    [
      'two resources',
      {
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'memory', weight: 1 },
        ],
      },
    ],
    ['weights left to the defaults', { resources: [{ name: 'cpu' }, { name: 'memory', weight: 0 }] }],
    [
      'a weight',
      {
        resources: [
          { name: 'cpu', weight: 2 },
          { name: 'memory', weight: 1 },
        ],
      },
      'Invalid resources[0].weight',
    ],
    [
      'one twice',
      {
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'cpu', weight: 1 },
        ],
      },
      'Duplicate resources[1].name',
    ],
  ],
  NodeAffinity: [
    ['nothing', {}],
    ['terms', added(term('label-1', 'In', 'label-1-val'), field('node-1'))],
    [
      'a key that no label has, and two names',
      added(term('invalid/label/key', 'In', 'label-1-val'), field('node-1', 'node-2')),
      `Invalid ${ofRequired}.matchExpressions[0].key`,
      `Invalid ${ofPreferred}.matchFields[0].values`,
    ],
    [
      'an operator that there is not',
      added(term('a', 'Near')),
      `NotSupported ${ofRequired}.matchExpressions[0].operator`,
    ],
    [
      'a value that no label has',
      added(term('a', 'In', '-')),
      `Invalid ${ofRequired}.matchExpressions[0].values[0][a]`,
    ],
    ['a number that is none', added(term('a', 'Gt', 'b')), `Invalid ${ofRequired}.matchExpressions[0].values[0]`],
    ['two numbers', added(term('a', 'Lt', '1', '2')), `Invalid ${ofRequired}.matchExpressions[0].values`],
    [
      'values of a key that need only be',
      added(term('a', 'Exists', 'b')),
      `Invalid ${ofRequired}.matchExpressions[0].values`,
    ],
  ],
  VolumeBinding: [
    ['no time', { bindTimeoutSeconds: 0 }],
    ['a time', { bindTimeoutSeconds: 10 }],
    ['a negative time', { bindTimeoutSeconds: -10 }, 'Invalid bindTimeoutSeconds'],
    ['a shape', { shape: points([1, 1], [3, 3]) }],
    ['points out of order', { shape: points([3, 3], [1, 1]) }, 'Invalid shape[1].utilization'],
    [
      'points out of range',
      { shape: points([-1, 1], [10, -1], [20, 11], [101, 1]) },
      'Invalid shape[0].utilization',
      'Invalid shape[1].score',
      'Invalid shape[2].score',
      'Invalid shape[3].utilization',
    ],
  ],
  NodeResourcesFit: [
    ['names', { ignoredResources: ['example.com'], ignoredResourceGroups: ['example.com'] }],
    ['too long a name', { ignoredResources: [long] }, 'Invalid ignoredResources[0]'],
    ['no name', { ignoredResources: [''] }, 'Required ignoredResources[0]'],
    ['too many slashes', { ignoredResources: ['example.com/aaa/bbb'] }, 'Invalid ignoredResources[0]'],
    ['too long a group', { ignoredResourceGroups: [long] }, 'Invalid ignoredResourceGroups[0]'],
    ['no group', { ignoredResourceGroups: [''] }, 'Required ignoredResourceGroups[0]'],
    ['a group with a slash', { ignoredResourceGroups: ['example.com/aaa'] }, 'Invalid ignoredResourceGroups[0]'],
    ['weights', strategy('LeastAllocated', weighs(50, 30, 20))],
    // Its defaults come before its check: 0 is as good as 1.
    ['no weight', strategy('LeastAllocated', weighs(0))],
    ['a negative weight', strategy('LeastAllocated', weighs(-1)), 'Invalid scoringStrategy.resources[0].weight'],
    ['too large a weight', strategy('LeastAllocated', weighs(101)), 'Invalid scoringStrategy.resources[0].weight'],
    ['a negative weight, most', strategy('MostAllocated', weighs(-1)), 'Invalid scoringStrategy.resources[0].weight'],
    ['too large a weight, most', strategy('MostAllocated', weighs(101)), 'Invalid scoringStrategy.resources[0].weight'],
    ['no kind of strategy', strategy(''), 'NotSupported scoringStrategy.type'],
    [
      'fields in other letters',
      strategy('RequestedToCapacityRatio', {
        resources: [{ Name: 'cpu', Weight: 1 }],
        requestedToCapacityRatio: { shape: [{ Score: 5, Utilization: 1 }] },
      }),
      ...['Name', 'Weight'].map((name) => `Forbidden scoringStrategy.resources[0].${name}`),
      ...['Score', 'Utilization'].map((name) => `Forbidden ${ofShape}[0].${name}`),
      'Required scoringStrategy.resources[0].name',
    ],
    ['a shape', ratio([20, 5], [30, 3], [50, 2])],
    ['no points', ratio(), `Required ${ofShape}`],
    ['a negative utilization', ratio([-10, 3]), `Invalid ${ofShape}[0].utilization`],
    ['more than all', ratio([120, 3]), `Invalid ${ofShape}[0].utilization`],
    ['out of order', ratio([30, 3], [20, 2], [40, 1]), `Invalid ${ofShape}[1].utilization`],
    ['one twice', ratio([10, 3], [20, 2], [20, 1]), `Invalid ${ofShape}[2].utilization`],
    ['a negative score', ratio([10, -1]), `Invalid ${ofShape}[0].score`],
    ['more than 10', ratio([10, 11]), `Invalid ${ofShape}[0].score`],
  ],
  DynamicResources: [
    ['a time', { filterTimeout: '10s' }],
    ['no time', { filterTimeout: '0s' }],
    ['a negative time', { filterTimeout: '-1s' }, 'Invalid filterTimeout'],
  ],
};

for (const [plugin, ofPlugin] of Object.entries(cases)) {
  describe(`args of ${plugin}`, () => {
    it.each(ofPlugin)('%s', (_, args, ...expected) => expect(wrong(plugin, args)).toEqual(expected));
  });
}

describe('args that say nothing', () => {
  it.each(Object.keys(cases))('are the defaults of %s', (plugin) => {
    // As `args:` of YAML is null, and as kube-scheduler writes them with a head and nothing in it.
    const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: `${plugin}Args` };
    expect([null, undefined, head].flatMap((args) => checkArgs(plugin, args, 'args').errors)).toEqual([]);
  });

  const cpuAndMemory = ['cpu', 'memory'].map((name) => ({ name, weight: 1 }));

  it('weigh what is weighed by 1', () => {
    const resources = [{ name: 'cpu', weight: 3 }, { name: 'memory' }, { name: 'example.com/gpu', weight: 0 }];
    const { args } = checkArgs('NodeResourcesFit', strategy('MostAllocated', { resources }), 'args');
    expect(args).toHaveProperty(
      'scoringStrategy.resources',
      resources.map(({ name, weight }) => ({ name, weight: weight || 1 })),
    );
  });

  it.each([{}, strategy('LeastAllocated'), strategy('LeastAllocated', { resources: [] })])('score by %j', (args) => {
    expect(checkArgs('NodeResourcesFit', args, 'args').args).toHaveProperty('scoringStrategy', {
      type: 'LeastAllocated',
      resources: cpuAndMemory,
    });
  });

  it.each([{}, { resources: [] }])('balance by %j', (args) => {
    expect(checkArgs('NodeResourcesBalancedAllocation', args, 'args').args).toEqual({ resources: cpuAndMemory });
  });
});
