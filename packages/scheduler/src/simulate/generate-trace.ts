/** Traces from distributions, for policies to be compared on: the same description and seed give the same trace. */
import type { Node, Pod, PodSpec } from '@pintle/api/core/v1';
import { type Random, seededRandom } from '@pintle/machinery';
import { checkDistribution, type Distribution, draw } from './distribution.js';
import { InvalidTraceError } from './invalid-trace-error.js';
import type { Trace, TracePod } from './trace.js';

export interface NodeGroup {
  /** Nodes are called `NAME-0`, `NAME-1`… */
  readonly name: string;
  readonly count: number;
  /** As in `status.allocatable`; `pods` is 110 unless given. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<Node['spec']>['taints'];
  /** Zones that the nodes are in, in turn. */
  readonly zones?: readonly string[];
}

export interface TracePods {
  /** Pods are called `NAME-0`, `NAME-1`… and have the label `app: NAME`. */
  readonly name: string;
  readonly count: number;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What the one container asks for, in thousandths of a core. */
  readonly cpuMilli?: Distribution;
  readonly memoryMiB?: Distribution;
  /** Of other resources, in whole units; a pod that draws 0 asks for none. As `{ 'nvidia.com/gpu': { uniform: [0, 4] } }`. */
  readonly resources?: Readonly<Record<string, Distribution>>;
  /** When the first one may come. Default 0. */
  readonly firstMs?: number;
  /** Between one pod and the next. Default 0: they come together. */
  readonly everyMs?: Distribution;
  /** Unless given they stay. */
  readonly runsMs?: Distribution;
  /** What else their spec says. */
  readonly spec?: Partial<PodSpec>;
}

export interface TraceDescription {
  readonly seed: number;
  readonly nodes: readonly NodeGroup[];
  readonly pods: readonly TracePods[];
}

/** Errors: `InvalidTraceError`. */
export function generateTrace({ seed, nodes, pods }: TraceDescription): Trace {
  // A group's numbers stay what they are when others are added or changed.
  const random = seededRandom(seed);
  checkNames(nodes, 'nodes');
  checkNames(pods, 'pods');
  return {
    nodes: nodes.flatMap(nodesOf),
    pods: pods
      .flatMap((group, at) => podsOf(group, `pods[${at}]`, random.stream(group.name)))
      .sort((a, b) => a.arrivesMs! - b.arrivesMs!),
  };
}

function checkNames(groups: readonly { readonly name: string; readonly count: number }[], field: string): void {
  for (const [at, { name, count }] of groups.entries()) {
    if (groups.findIndex((group) => group.name === name) < at)
      throw new InvalidTraceError(`${field}[${at}].name`, `there is a group ${JSON.stringify(name)} already`);
    if (!(Number.isInteger(count) && count >= 0))
      throw new InvalidTraceError(`${field}[${at}].count`, `${count} is no whole number from 0`);
  }
}

function nodesOf({ name, count, allocatable, labels, taints, zones = [] }: NodeGroup): readonly Node[] {
  const amounts = { pods: '110', ...allocatable };
  return Array.from({ length: count }, (_, index): Node => {
    const own = `${name}-${index}`;
    const zone: Record<string, string> =
      zones.length === 0 ? {} : { 'topology.kubernetes.io/zone': zones[index % zones.length]! };
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: own, labels: { 'kubernetes.io/hostname': own, ...zone, ...labels } },
      spec: taints === undefined ? {} : { taints },
      status: { capacity: amounts, allocatable: amounts },
    };
  });
}

function podsOf(group: TracePods, field: string, random: Random): readonly TracePod[] {
  const { name, count, namespace = 'default', labels, firstMs = 0, everyMs = 0, runsMs, spec } = group;
  for (const each of ['cpuMilli', 'memoryMiB', 'firstMs', 'everyMs', 'runsMs'] as const) {
    const distribution = group[each];
    if (distribution !== undefined) checkDistribution(distribution, `${field}.${each}`);
  }
  for (const [name, distribution] of Object.entries(group.resources ?? {}))
    checkDistribution(distribution, `${field}.resources[${name}]`);
  let arrivesMs = firstMs;
  return Array.from({ length: count }, (_, index): TracePod => {
    if (index > 0) arrivesMs += draw(everyMs, random);
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${index}`, namespace, labels: { app: name, ...labels } },
      spec: {
        containers: [{ name: 'main', image: name, resources: { requests: requestsOf(group, random) } }],
        ...spec,
      },
    };
    const lasts = runsMs === undefined ? {} : { runsMs: Math.round(draw(runsMs, random)) };
    return { pod, arrivesMs: Math.round(arrivesMs), ...lasts };
  });
}

/** Of CPU and memory at least one unit each, so that what is asked for is never nothing. */
function requestsOf({ cpuMilli, memoryMiB, resources = {} }: TracePods, random: Random): Record<string, string> {
  const amount = (distribution: Distribution) => Math.max(1, Math.round(draw(distribution, random)));
  return {
    ...(cpuMilli === undefined ? {} : { cpu: `${amount(cpuMilli)}m` }),
    ...(memoryMiB === undefined ? {} : { memory: `${amount(memoryMiB)}Mi` }),
    ...Object.fromEntries(
      Object.entries(resources).flatMap(([name, distribution]) => {
        const units = Math.round(draw(distribution, random));
        return units > 0 ? [[name, String(units)]] : [];
      }),
    ),
  };
}
