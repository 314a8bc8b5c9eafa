/**
 * The workloads of upstream's scheduler_perf, by their names: a real API server and a scheduler with all default plugins
 * in this process, over informers, with conditions and events. Nodes and pods are there before the scheduler starts;
 * measured is from its first bind of a measured pod to its last.
 *
 * Beside each row: the bare scan that `basic.ts` describes, over as many nodes for as many pods.
 */

import { type Node, Pod } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { intercept } from '@pintle/client/interceptor';
import type { KubernetesObject } from '@pintle/machinery';
import { createScheduler, defaultPlugins, profile } from '@pintle/scheduler';
import { createInformers } from '@pintle/watch';
import type { BenchRow } from '../row.js';
import { bareScan } from './bare-scan.js';

interface PodGroup {
  readonly count: number;
  readonly namespace: string;
  readonly pod: object;
}

interface Workload {
  readonly name: string;
  readonly goal: string;
  readonly nodes: number;
  /** The zones that nodes are in, in turn. */
  readonly zones: readonly string[];
  readonly init: readonly PodGroup[];
  readonly measured: PodGroup;
  readonly percentageOfNodesToScore?: number;
  /** Init pods that stay pending, as they fit nowhere. */
  readonly pendingInit?: number;
}

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
const both = ['sched-1', 'sched-0'];
const term = (topologyKey: string, labels: Record<string, string>) => ({
  topologyKey,
  labelSelector: { matchLabels: labels },
  namespaces: both,
});
const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';
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
const init = (count: number, each: object = basic, namespace = 'sched-0'): PodGroup => ({
  count,
  namespace,
  pod: each,
});
const measured = (count: number, each: object = basic): PodGroup => ({ count, namespace: 'sched-1', pod: each });

const workloads: readonly Workload[] = [
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
];

export const rows: readonly BenchRow[] = workloads.map((workload) => ({
  name: `scheduler: ${workload.name}`,
  goal: workload.goal,
  async run() {
    const { rate, heapMb } = await measure(workload);
    const { nodes, measured: wanted, percentageOfNodesToScore = 0 } = workload;
    const looked = percentageOfNodesToScore === 100 ? nodes : Math.min(nodes, Math.max(100, nodes / 10));
    const bare = wanted.count / (bareScan(nodes, wanted.count, looked) / 1000);
    return { ours: rate, peer: bare, ratio: rate / bare, unit: 'pods/s', notes: `${heapMb} MB of heap; one run` };
  },
}));

async function measure(workload: Workload): Promise<{ rate: number; heapMb: number }> {
  const server = await createApiServer({ disableAdmissionPlugins: ['TaintNodesByCondition'] });
  const client = server.client();
  for (const name of both) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await client.create({ ...priorityClass, metadata: { name: 'high' } });
  for (const namespace of both)
    await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  for (let i = 0; i < workload.nodes; i++) await client.create(benchNode(i, workload.zones));
  const informers = createInformers({ client: server.client({ fieldManager: 'informers' }) });
  const bindTimes: number[] = [];
  const counted = intercept(server.client({ fieldManager: 'kube-scheduler' }), {
    async request({ subresource, key }, next) {
      const answer = await next();
      if (subresource === 'binding' && key?.namespace === 'sched-1') bindTimes.push(performance.now());
      return answer;
    },
  });
  const { percentageOfNodesToScore = 0 } = workload;
  const policy = profile({ plugins: defaultPlugins(), percentageOfNodesToScore });
  const make = () => createScheduler({ client: counted, informers, profiles: [policy] });
  const first = make();
  informers.start();
  await first.start();
  for (const [group, { count, namespace, pod: each }] of workload.init.entries())
    for (let i = 0; i < count; i++) await client.create(named(each, `init-${group}-${i}`, namespace));
  const { pendingInit = 0 } = workload;
  const initCount = workload.init.reduce((sum, group) => sum + group.count, 0) - pendingInit;
  await until(() => first.idle && first.counts.assumedOrBound === initCount);
  await first.stop();
  const { count, namespace, pod: each } = workload.measured;
  for (let i = 0; i < count; i++) {
    await client.create(named(each, `measured-${i}`, namespace));
  }
  const scheduler = make();
  await scheduler.start();
  await until(() => bindTimes.length >= count);
  const seconds = (bindTimes.at(-1)! - bindTimes[0]!) / 1000;
  const bound = (await client.list(Pod, { namespace })).filter(({ spec }) => spec?.nodeName).length;
  if (bound !== count) throw new Error(`${workload.name}: ${bound} of ${count} pods have a node`);
  const heapMb = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
  await scheduler.stop();
  await informers.stop();
  await server.stop();
  return { rate: (count - 1) / seconds, heapMb };
}

const priorityClass = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: 10 };
const named = (object: object, name: string, namespace: string) => {
  const { metadata, ...rest } = object as { metadata: object };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace }, ...rest } as KubernetesObject;
};

function benchNode(i: number, zones: readonly string[]): Node {
  const name = `node-${i}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [hostname]: name, [zone]: zones[i % zones.length]! } },
    status: {
      allocatable: { cpu: '4', memory: '32Gi', pods: '110' },
      capacity: { cpu: '4', memory: '32Gi', pods: '110' },
    },
  } as Node;
}

async function until(done: () => boolean): Promise<void> {
  const start = performance.now();
  while (!done()) {
    if (performance.now() - start > 120_000) throw new Error(`not done after 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
