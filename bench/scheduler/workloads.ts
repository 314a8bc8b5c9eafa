/**
 * The workloads of upstream's scheduler_perf, by their names: how many nodes and pods of what shape. Init pods are there
 * before the measured ones; how each is run and measured is in `in-process.ts` and `over-http.ts`.
 */
import { podGroupLabel } from '@pintle/scheduler';

export interface PodBatch {
  readonly count: number;
  readonly namespace: string;
  readonly pod: object;
  /** Gangs that the pods are divided among. */
  readonly gangs?: number;
}

export interface Workload {
  readonly name: string;
  readonly goal: string;
  readonly nodes: number;
  /** The zones that nodes are in, in turn. */
  readonly zones: readonly string[];
  readonly init: readonly PodBatch[];
  readonly measured: PodBatch;
  readonly percentageOfNodesToScore?: number;
  /** Init pods that stay pending, as they fit nowhere. */
  readonly pendingInit?: number;
  /** Run with the scheduler in a process of its own, over HTTP. */
  readonly overHttp?: boolean;
}

export const namespaces = ['sched-1', 'sched-0'] as const;
export const hostname = 'kubernetes.io/hostname';
export const zone = 'topology.kubernetes.io/zone';

const container = (cpu: string) => ({
  name: 'pause',
  image: 'registry.k8s.io/pause:3.10',
  resources: { requests: { cpu, memory: '500Mi' } },
});
const pod = (spec: object = {}, labels: Record<string, string> = {}, cpu = '100m') => ({
  metadata: { labels },
  spec: { containers: [container(cpu)], ...spec },
});
const basic = pod();
const term = (topologyKey: string, labels: Record<string, string>) => ({
  topologyKey,
  labelSelector: { matchLabels: labels },
  namespaces,
});
const required = (each: object) => ({ requiredDuringSchedulingIgnoredDuringExecution: [each] });
const preferred = (each: object) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: each }],
});
const pods = {
  affinity: pod({ affinity: { podAffinity: required(term(zone, { color: 'blue' })) } }, { color: 'blue' }),
  antiAffinity: pod(
    { affinity: { podAntiAffinity: required(term(hostname, { color: 'green' })) } },
    { color: 'green' },
  ),
  preferredAffinity: pod({ affinity: { podAffinity: preferred(term(hostname, { color: 'red' })) } }, { color: 'red' }),
  preferredAntiAffinity: pod(
    { affinity: { podAntiAffinity: preferred(term(hostname, { color: 'yellow' })) } },
    { color: 'yellow' },
  ),
  nodeAffinity: pod({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'In', values: ['zone1', 'zone2'] }] }],
        },
      },
    },
  }),
  spread: (whenUnsatisfiable: string) =>
    pod(
      {
        topologySpreadConstraints: [
          { maxSkew: 5, topologyKey: zone, whenUnsatisfiable, labelSelector: { matchLabels: { color: 'blue' } } },
        ],
      },
      { color: 'blue' },
    ),
  large: pod({}, {}, '9'),
  low: pod({ terminationGracePeriodSeconds: 0 }, {}, '900m'),
  high: pod({ priorityClassName: 'high' }, {}, '3'),
};
const moons = ['moon-1', 'moon-2', 'moon-3'];
const one = ['zone1'];
const init = (count: number, each: object = basic, namespace = 'sched-0'): PodBatch => ({
  count,
  namespace,
  pod: each,
});
const measured = (count: number, each: object = basic): PodBatch => ({ count, namespace: 'sched-1', pod: each });

export const workloads: readonly Workload[] = [
  {
    name: 'SchedulingBasic 5000Nodes/10000Pods, sampling',
    goal: '>= 10,000 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(1000)],
    measured: measured(10_000),
  },
  {
    name: 'SchedulingBasic 5000Nodes/10000Pods, scoring all nodes',
    goal: '>= 5,000 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(1000)],
    measured: measured(10_000),
    percentageOfNodesToScore: 100,
  },
  {
    name: 'TopologySpreading 5000Nodes/5000Pods',
    goal: '>= 5,000 pods/s',
    nodes: 5000,
    zones: moons,
    init: [init(1000)],
    measured: measured(5000, pods.spread('DoNotSchedule')),
  },
  {
    name: 'SchedulingPodAntiAffinity 5000Nodes/2000Pods',
    goal: '>= 3,000 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(1000, pods.antiAffinity)],
    measured: measured(2000, pods.antiAffinity),
  },
  {
    name: 'SchedulingPodAffinity 5000Nodes/5000Pods',
    goal: '>= 2,500 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(5000, pods.affinity)],
    measured: measured(5000, pods.affinity),
  },
  {
    name: 'SchedulingPreferredPodAffinity 5000Nodes/5000Pods',
    goal: '>= 2,500 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(5000, pods.preferredAffinity)],
    measured: measured(5000, pods.preferredAffinity),
  },
  {
    name: 'SchedulingPreferredPodAntiAffinity 5000Nodes/5000Pods',
    goal: '>= 2,500 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(5000, pods.preferredAntiAffinity)],
    measured: measured(5000, pods.preferredAntiAffinity),
  },
  {
    name: 'PreferredTopologySpreading 5000Nodes/5000Pods',
    goal: '>= 2,500 pods/s',
    nodes: 5000,
    zones: moons,
    init: [init(5000)],
    measured: measured(5000, pods.spread('ScheduleAnyway')),
  },
  {
    name: 'SchedulingNodeAffinity 5000Nodes/10000Pods',
    goal: '>= 2,500 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(5000, pods.nodeAffinity)],
    measured: measured(10_000, pods.nodeAffinity),
  },
  {
    name: 'MixedSchedulingBasePod 5000Nodes/5000Pods',
    goal: '>= 2,500 pods/s',
    nodes: 5000,
    zones: one,
    init: [
      init(2000),
      init(2000, pods.affinity),
      init(2000, pods.antiAffinity),
      init(2000, pods.preferredAffinity),
      init(2000, pods.preferredAntiAffinity),
    ],
    measured: measured(5000),
  },
  {
    name: 'Unschedulable 5kNodes/20kInit/10kPods',
    goal: '>= 6,000 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(20_000, pods.large)],
    measured: measured(10_000),
    pendingInit: 20_000,
  },
  {
    name: 'PreemptionBasic 1000Nodes/4000/1000',
    goal: '>= 1,000 pods/s',
    nodes: 1000,
    zones: one,
    init: [init(4000, pods.low)],
    measured: measured(1000, pods.high),
  },
  {
    name: 'Gangs 5000Nodes/10x5000Pods',
    goal: '>= 0.8 x SchedulingBasic',
    nodes: 5000,
    zones: one,
    init: [],
    measured: { ...measured(50_000), gangs: 10 },
  },
  {
    name: 'SchedulingBasic 100000Nodes/100000Pods',
    goal: '>= 2,000 pods/s in <= 2 GB',
    nodes: 100_000,
    zones: one,
    init: [],
    measured: measured(100_000),
  },
  {
    name: 'SchedulingBasic 5000Nodes/10000Pods, over HTTP',
    goal: '>= 2,000 pods/s',
    nodes: 5000,
    zones: one,
    init: [init(1000)],
    measured: measured(10_000),
    overHttp: true,
  },
];

/** The objects of a batch, one after the other; those of gangs carry the label of theirs. */
export function* podsOf({ count, namespace, pod: each, gangs }: PodBatch, prefix: string): Iterable<object> {
  const { metadata, ...rest } = each as { readonly metadata: { readonly labels: Record<string, string> } };
  for (let i = 0; i < count; i++) {
    const labels = gangs === undefined ? metadata.labels : { ...metadata.labels, [podGroupLabel]: `gang-${i % gangs}` };
    yield { apiVersion: 'v1', kind: 'Pod', metadata: { labels, name: `${prefix}-${i}`, namespace }, ...rest };
  }
}

export function nodeObject(i: number, zones: readonly string[]): object {
  const name = `node-${i}`;
  const amounts = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [hostname]: name, [zone]: zones[i % zones.length]! } },
    status: { allocatable: amounts, capacity: amounts },
  };
}
