/** Configurations as people write them for kube-scheduler: what they give, and what is said of wrong ones. */
import { describe, expect, it } from '@jest/globals';
import { formatFieldError } from '@pintle/machinery';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import { Framework } from '../framework/framework.js';
import type { ScorePlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { schedulerConfiguration } from './configuration.js';
import { InvalidConfigurationError } from './configuration-error.js';
import type { PluginRegistry } from './plugin-registry.js';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const named = (plugins: readonly { readonly name: string }[]) => plugins.map(({ name }) => name);

const registry: PluginRegistry = {
  Zone: (args) => {
    const { zone } = (args ?? {}) as { zone?: string };
    if (zone === undefined) throw new Error('a zone is needed');
    return { name: 'Zone', score: (_, _pod, { labels }) => (labels['zone'] === zone ? 100 : 0) } as ScorePlugin;
  },
  Nowhere: () => ({ name: 'Nowhere', filter: () => undefined }) as FilterPlugin,
  FirstCome: () => ({ name: 'FirstCome', less: (a, b) => a.addedMs < b.addedMs }),
};

function errorsOf(text: string): readonly string[] {
  try {
    schedulerConfiguration(head + text, { registry });
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.errors.map(formatFieldError);
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  it('that says nothing is the default profile', () => {
    const { profiles, queue, leaderElection, extenders } = schedulerConfiguration(head);
    expect(profiles).toHaveLength(1);
    const [is, byCode] = [new Framework(profiles[0]!), new Framework(profile({ plugins: defaultPlugins() }))];
    expect(is.schedulerName).toBe('default-scheduler');
    for (const point of ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'preScore', 'reserve', 'bind'] as const)
      expect(named(is[point])).toEqual(named(byCode[point]));
    expect(is.score.map(({ name, weight }) => [name, weight])).toEqual(
      byCode.score.map(({ name, weight = 1 }) => [name, weight]),
    );
    expect(queue).toEqual({ backoffInitialMs: 1000, backoffMaxMs: 10_000 });
    expect(leaderElection).toEqual({
      leaseName: 'kube-scheduler',
      leaseNamespace: 'kube-system',
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2000,
    });
    expect(extenders).toEqual([]);
  });

  it('has profiles with plugins of the host, and none where they are disabled', () => {
    const { profiles } = schedulerConfiguration(
      `${head}
percentageOfNodesToScore: 70
profiles:
  - schedulerName: default-scheduler
    percentageOfNodesToScore: 30
    plugins:
      score:
        disabled: [{ name: NodeResourcesFit }]
        enabled: [{ name: Zone, weight: 7 }, { name: ImageLocality, weight: 3 }]
    pluginConfig: [{ name: Zone, args: { zone: west } }]
  - schedulerName: no-scoring-scheduler
    plugins:
      preScore: { disabled: [{ name: '*' }] }
      score: { disabled: [{ name: '*' }] }
`,
      { registry },
    );
    const [first, second] = profiles.map((each) => new Framework(each));
    expect(first!.score.map(({ name, weight }) => `${name}:${weight}`)).toEqual([
      'ImageLocality:3',
      'TaintToleration:3',
      'NodeAffinity:2',
      'VolumeBinding:1',
      'PodTopologySpread:2',
      'InterPodAffinity:2',
      'NodeResourcesBalancedAllocation:1',
      'Zone:7',
    ]);
    expect(named(first!.filter)).toContain('NodeResourcesFit');
    expect(named(second!.preScore)).toEqual([]);
    expect(named(second!.score)).toEqual([]);
    expect(profiles.map((each) => each.percentageOfNodesToScore)).toEqual([30, 70]);
  });

  it('enables plugins that are not on by default', () => {
    const { profiles } = schedulerConfiguration(`${head}
profiles:
  - plugins:
      multiPoint: { enabled: [{ name: DynamicResources }, { name: GangScheduling }] }
      placementGenerate: { enabled: [{ name: TopologyPlacement }] }
      placementScore: { enabled: [{ name: PodGroupPodsCount, weight: 2 }] }
`);
    const framework = new Framework(profiles[0]!);
    expect(named(framework.filter)).toContain('DynamicResources');
    expect(named(framework.placementFeasible)).toEqual(['GangScheduling']);
    expect(named(framework.placementGenerate)).toEqual(['TopologyPlacement']);
    expect(named(framework.placementScore)).toEqual(['NodeResourcesFit', 'PodGroupPodsCount']);
  });

  it('gives args to every plugin that takes some', () => {
    const { profiles } = schedulerConfiguration(`${head}
profiles:
  - pluginConfig:
      - name: NodeResourcesFit
        args:
          apiVersion: kubescheduler.config.k8s.io/v1
          kind: NodeResourcesFitArgs
          ignoredResources: [example.com/ours]
          scoringStrategy:
            type: RequestedToCapacityRatio
            resources: [{ name: cpu, weight: 3 }]
            requestedToCapacityRatio:
              shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }]
      - name: NodeResourcesBalancedAllocation
        args: { resources: [{ name: cpu, weight: 1 }] }
      - name: NodeAffinity
        args:
          addedAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms: [{ matchExpressions: [{ key: pool, operator: In, values: [blue] }] }]
      - name: PodTopologySpread
        args:
          defaultingType: List
          defaultConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway }]
      - name: InterPodAffinity
        args: { hardPodAffinityWeight: 7 }
      - name: DefaultPreemption
        args: { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 }
      - name: VolumeBinding
        args: { bindTimeoutSeconds: 3 }
`);
    const nodes = [
      testNode('empty', { labels: { pool: 'blue' } }),
      testNode('half', { labels: { pool: 'blue' } }),
      testNode('full', { labels: { pool: 'blue' } }),
      testNode('red', { labels: { pool: 'red' } }),
    ];
    const pods = [
      testPod('a', { cpu: '2', nodeName: 'half' }),
      testPod('b', { cpu: '4', nodeName: 'full' }),
      testPod('web', { cpu: '1', requests: { 'example.com/ours': '3' } }),
    ];
    const { placements } = schedule({ policy: profiles, nodes, pods });
    // The fuller the better, within the added affinity, and nobody counts the ignored resource.
    expect([...placements]).toEqual([['web', 'half']]);
  });

  it('leaves what an extender manages alone to the extender', () => {
    const { profiles, extenders } = schedulerConfiguration(`${head}
extenders:
  - urlPrefix: http://127.0.0.1:8888/scheduler
    filterVerb: filter
    httpTimeout: 30s
    managedResources: [{ name: example.com/gpu, ignoredByScheduler: true }]
`);
    expect(extenders).toMatchObject([{ filterVerb: 'filter', httpTimeout: '30s' }]);
    const pods = [testPod('web', { requests: { 'example.com/gpu': '1' } })];
    expect(schedule({ policy: profiles, nodes: [testNode('n')], pods }).placements.get('web')).toBe('n');
  });

  it('has what a scheduler asks of its surroundings', () => {
    const { leaderElection, queue } = schedulerConfiguration(`${head}
parallelism: 8
clientConnection: { acceptContentTypes: application/json, contentType: application/json, qps: 10, burst: 10 }
leaderElection: { leaderElect: true, leaseDuration: 30s, renewDeadline: 15s, retryPeriod: 5s, resourceName: mine }
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 4
`);
    expect(leaderElection).toMatchObject({ leaseName: 'mine', leaseDurationMs: 30_000, retryPeriodMs: 5000 });
    expect(queue).toEqual({ backoffInitialMs: 2000, backoffMaxMs: 4000 });
    expect(schedulerConfiguration({ ...yaml, leaderElection: { leaderElect: false } }).leaderElection).toBeUndefined();
  });
});

const yaml = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
const args = (plugin: string, text: string) => `profiles: [{ pluginConfig: [{ name: ${plugin}, args: { ${text} } }] }]`;
const at = 'profiles[0].pluginConfig[0].args';

describe('what is wrong is named', () => {
  const cases: readonly (readonly [text: string, ...errors: readonly string[]])[] = [
    ['parallelisms: 3', 'parallelisms: Forbidden: unknown field'],
    [
      'profiles: [{ plugins: { score: { enable: [] } } }]',
      'profiles[0].plugins.score.enable: Forbidden: unknown field',
    ],
    ['parallelism: many', 'parallelism: Invalid value: "\\"many\\"": must be of type 32-bit integer, not "many"'],
    ['parallelism: 0', 'parallelism: Invalid value: 0: should be an integer value greater than zero'],
    ['percentageOfNodesToScore: 101', 'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
    ['podInitialBackoffSeconds: 0', 'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0'],
    [
      'podMaxBackoffSeconds: 0',
      'podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds',
    ],
    [
      'leaderElection: { resourceName: "" }',
      'leaderElection.resourceName: Invalid value: "": resourceName is required',
    ],
    [
      'leaderElection: { resourceLock: configmap }',
      'leaderElection.resourceLock: Invalid value: "configmap": resourceLock value must be "leases"',
    ],
    [
      'leaderElection: { leaseDuration: 5s }',
      'leaderElection.leaseDuration: Invalid value: "5s": LeaseDuration must be greater than RenewDeadline',
    ],
    [
      'leaderElection: { resourceNamespace: "" }',
      'leaderElection.resourceNamespace: Invalid value: "": resourceNamespace is required',
    ],
    ['metricsBindAddress: 0.0.0.0:9090', 'metricsBindAddress: Forbidden: unknown field'],
    ['healthzBindAddress: 0.0.0.0:9090', 'healthzBindAddress: Forbidden: unknown field'],
    ['profiles: [{ schedulerName: me }, {}]', 'profiles[1].schedulerName: Required value'],
    ['profiles: [{ schedulerName: me }, { schedulerName: me }]', 'profiles[1].schedulerName: Duplicate value: "me"'],
    [
      'profiles: [{ schedulerName: a }, { schedulerName: b, plugins: { queueSort: { enabled: [{ name: FirstCome }], disabled: [{ name: "*" }] } } }]',
      'profiles[1].plugins.queueSort: Invalid value: "FirstCome": must be the same for all profiles',
    ],
    [
      'profiles: [{ plugins: { multiPoint: { enabled: [{ name: FirstCome }] } } }]',
      'profiles[0].plugins.queueSort: Invalid value: "PrioritySort, FirstCome": exactly one plugin must sort the queue',
    ],
    [
      'profiles: [{ plugins: { bind: { disabled: [{ name: DefaultBinder }] } } }]',
      'profiles[0].plugins.bind: Required value: at least one plugin must bind',
    ],
    [
      'profiles: [{ plugins: { score: { enabled: [{ name: Nothing }] } } }]',
      'profiles[0].plugins.score.enabled[0].name: Not found: "Nothing"',
    ],
    [
      'profiles: [{ plugins: { score: { enabled: [{ name: Nowhere }] } } }]',
      'profiles[0].plugins.score.enabled: Invalid value: "Nowhere": the plugin does not extend score',
    ],
    [
      'profiles: [{ plugins: { filter: { enabled: [{ name: EBSLimits }] } } }]',
      'profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1"',
    ],
    [
      'profiles: [{ pluginConfig: [{ name: NodeName }, { name: NodeName }] }]',
      'profiles[0].pluginConfig[1]: Duplicate value: "NodeName"',
    ],
    [
      'profiles: [{ pluginConfig: [{ name: EBSLimits }] }]',
      'profiles[0].pluginConfig[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1"',
    ],
    ['profiles: [{ pluginConfig: [{ name: Nope }] }]', 'profiles[0].pluginConfig[0].name: Not found: "Nope"'],
    [
      'profiles: [{ plugins: { multiPoint: { enabled: [{ name: Zone }] } }, pluginConfig: [{ name: Zone, args: {} }] }]',
      `${at}: Invalid value: {}: a zone is needed`,
    ],
    [
      args('DefaultPreemption', 'minCandidateNodesPercentage: 200'),
      `${at}.minCandidateNodesPercentage: Invalid value: 200: not in valid range [0, 100]`,
    ],
    [
      args('DefaultPreemption', 'minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0'),
      `${at}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute`,
      `${at}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage`,
    ],
    [
      args('DefaultPreemption', 'kind: InterPodAffinityArgs'),
      `${at}.kind: Invalid value: "InterPodAffinityArgs": has to match plugin args`,
    ],
    [
      args('InterPodAffinity', 'hardPodAffinityWeight: 101'),
      `${at}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`,
    ],
    [args('InterPodAffinity', 'weight: 1'), `${at}.weight: Forbidden: unknown field`],
    [
      args(
        'PodTopologySpread',
        'defaultConstraints: [{ maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule }]',
      ),
      `${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`,
    ],
    [
      args(
        'PodTopologySpread',
        'defaultingType: List, defaultConstraints: [{ maxSkew: -1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { a: b } } }]',
      ),
      `${at}.defaultConstraints[0].maxSkew: Invalid value: -1: not in valid range (0, inf)`,
      `${at}.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod`,
    ],
    [
      args('NodeResourcesFit', 'scoringStrategy: { type: Any }'),
      `${at}.scoringStrategy.type: Unsupported value: "Any": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"`,
    ],
    [
      args('NodeResourcesFit', 'scoringStrategy: { type: MostAllocated, resources: [{ name: cpu, weight: 101 }] }'),
      `${at}.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]`,
    ],
    [
      args('NodeResourcesFit', 'scoringStrategy: { type: RequestedToCapacityRatio }'),
      `${at}.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio`,
    ],
    [
      args(
        'NodeResourcesFit',
        'scoringStrategy: { type: RequestedToCapacityRatio, requestedToCapacityRatio: { shape: [{ utilization: 10, score: 3 }, { utilization: 10, score: 11 }] } }',
      ),
      `${at}.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 10: values must be sorted in increasing order`,
      `${at}.scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: 11: not in valid range [0, 10]`,
    ],
    [
      args('NodeResourcesFit', 'ignoredResourceGroups: [example.com/gpu]'),
      `${at}.ignoredResourceGroups[0]: Invalid value: "example.com/gpu": resource group name can't contain '/'`,
    ],
    [
      args('NodeResourcesBalancedAllocation', 'resources: [{ name: cpu, weight: 2 }]'),
      `${at}.resources[0].weight: Invalid value: 2: must be 1`,
    ],
    [
      args('VolumeBinding', 'bindTimeoutSeconds: -1'),
      `${at}.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value`,
    ],
    [
      args(
        'NodeAffinity',
        'addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, operator: In }] }] } }',
      ),
      `${at}.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Invalid value: []string{}: for 'in', 'notin' operators, values set can't be empty`,
    ],
    [
      'extenders: [{ urlPrefix: http://a, prioritizeVerb: p, weight: -1 }]',
      'extenders[0].weight: Invalid value: -1: must have a positive weight applied to it',
    ],
    [
      'extenders: [{ urlPrefix: http://a, bindVerb: b }, { urlPrefix: http://b, bindVerb: b }]',
      'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
    ],
    [
      'extenders: [{ urlPrefix: http://a, managedResources: [{ name: foo.com/bar }] }, { urlPrefix: http://b, managedResources: [{ name: foo.com/bar }] }]',
      'extenders[1].managedResources[0].name: Invalid value: "foo.com/bar": duplicate extender managed resource name',
    ],
    [
      'extenders: [{ urlPrefix: http://a, managedResources: [{ name: foo.com/bar }, { name: foo.com/bar }] }]',
      'extenders[0].managedResources[1].name: Invalid value: "foo.com/bar": duplicate extender managed resource name',
    ],
    [
      'extenders: [{ urlPrefix: http://a, managedResources: [{ name: kubernetes.io/foo }] }]',
      'extenders[0].managedResources[0].name: Invalid value: "kubernetes.io/foo": is an invalid extended resource name',
    ],
  ];
  it.each(cases)('%s', (text, ...errors) => {
    expect(errorsOf(text)).toEqual(errors);
  });

  it('another version, another kind, no YAML', () => {
    const fieldsOf = (input: string | object) => {
      try {
        schedulerConfiguration(input);
        return [];
      } catch (error) {
        return (error as InvalidConfigurationError).errors.map(({ field }) => field);
      }
    };
    expect(fieldsOf({ ...yaml, apiVersion: 'kubescheduler.config.k8s.io/v1beta3' })).toEqual(['apiVersion']);
    expect(fieldsOf({ ...yaml, kind: 'Policy' })).toEqual(['kind']);
    expect(fieldsOf({})).toEqual(['apiVersion', 'kind']);
    expect(fieldsOf('profiles: [')).toEqual(['']);
    expect(fieldsOf(`${head}kind: KubeSchedulerConfiguration`)).toEqual(['']);
  });
});
