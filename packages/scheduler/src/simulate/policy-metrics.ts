/** What a policy made of a trace, in numbers: who waited how long, how full nodes were, what is left over. Pure. */
import type { NodeTable } from '../nodes/node-table.js';
import { type PodInfo, podInfo, podKey } from '../nodes/pod-info.js';
import type { ReplayResult } from './replay.js';
import { tableOf } from './simulation.js';

/** Milliseconds; of no pods all are 0. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** A node at one moment. */
export interface NodeMoment {
  readonly name: string;
  /** By its label; empty where it has none. */
  readonly zone: string;
  /** By resource: cpu in thousandths of a core, else in whole units. */
  readonly allocatable: Readonly<Record<string, number>>;
  readonly pods: readonly {
    readonly key: string;
    readonly app: string;
    readonly requests: Readonly<Record<string, number>>;
  }[];
}

/** The nodes when most was asked for of the resource that was scarcest. */
export interface BusiestMoment {
  readonly atMs: number;
  readonly nodesUsed: number;
  /** Shares from 0 to 1, of all nodes. */
  readonly utilisation: Readonly<Record<string, number>>;
  /** The same of the nodes that have pods. */
  readonly utilisationOfUsed: Readonly<Record<string, number>>;
  /**
   * From 0 to 1: of the pods of the trace's median size that the free room would hold were it on one node, the share
   * that it does not hold as it is.
   */
  readonly fragmentation: number;
  /** Standard deviation of the shares of the nodes that have the resource: 0 where all are equally full. */
  readonly imbalance: Readonly<Record<string, number>>;
  /**
   * The largest part of a workload that is in one place, in the mean over the pods of workloads that have several: what
   * goes down with a node, or with a zone. 0 where there is no such workload, or no zone.
   */
  readonly together: { readonly node: number; readonly zone: number };
  /** In the order of the trace. */
  readonly nodes: readonly NodeMoment[];
}

export interface PolicyMetrics {
  /** Pods that were to be placed, and what became of them. */
  readonly pods: number;
  readonly placed: number;
  readonly pending: number;
  readonly preempted: number;
  /** From arrival to placement, of the placed. */
  readonly pendingMs: Quantiles;
  /** Mean share over the time of the trace, by resource. */
  readonly utilisation: Readonly<Record<string, number>>;
  readonly busiest: BusiestMoment;
}

export function policyMetrics(result: ReplayResult): PolicyMetrics {
  const table = tableOf(result.trace.nodes, [], result.trace.objects);
  const resources = resourcesOf(result);
  const infos = new Map(result.trace.pods.map(({ pod }) => [podKey(pod), podInfo(pod)]));
  const changes = changesOf(result);
  const total = Object.fromEntries(resources.map((name) => [name, totalOf(table, name)]));
  const { mean, busiestAt } = overTime(changes, infos, resources, total, result.endMs);
  const waits = result.histories.flatMap(({ arrivedMs, placedMs }) =>
    placedMs === undefined ? [] : [placedMs - arrivedMs],
  );
  return {
    pods: result.histories.length,
    placed: waits.length,
    pending: result.histories.length - waits.length,
    preempted: result.preempted.size,
    pendingMs: quantilesOf(waits),
    utilisation: mean,
    busiest: momentOf(result, changes.slice(0, busiestAt), infos, resources),
  };
}

/** A pod comes to a node, or goes from it. */
interface Change {
  readonly atMs: number;
  readonly pod: string;
  readonly nodeName: string;
  readonly sign: 1 | -1;
}

function changesOf({ trace, histories, departures }: ReplayResult): readonly Change[] {
  const there = trace.pods.flatMap(({ pod }): Change[] =>
    pod.spec?.nodeName ? [{ atMs: 0, pod: podKey(pod), nodeName: pod.spec.nodeName, sign: 1 }] : [],
  );
  const keys = new Set(there.map(({ pod }) => pod));
  const ended = departures.filter(({ pod }) => keys.has(pod)).map((each): Change => ({ ...each, sign: -1 }));
  const placed = histories.flatMap(({ pod, placedMs, endedMs, nodeName = '' }): Change[] => {
    if (placedMs === undefined) return [];
    const come: Change = { atMs: placedMs, pod, nodeName, sign: 1 };
    return endedMs === undefined ? [come] : [come, { atMs: endedMs, pod, nodeName, sign: -1 }];
  });
  // At one time, those that go make room for those that come.
  return [...there, ...[...ended, ...placed].sort((a, b) => a.atMs - b.atMs || a.sign - b.sign)];
}

const requestOf = ({ requests }: PodInfo, resource: string) =>
  resource === 'cpu'
    ? requests.cpu
    : resource === 'memory'
      ? requests.memory
      : resource === 'ephemeral-storage'
        ? requests.ephemeralStorage
        : (requests.scalars.find(({ name }) => name === resource)?.amount ?? 0);

/** CPU and memory, and what else some pod asks for. */
function resourcesOf({ trace }: ReplayResult): readonly string[] {
  const names = new Set(['cpu', 'memory']);
  for (const { pod } of trace.pods) {
    const { ephemeralStorage, scalars } = podInfo(pod).requests;
    if (ephemeralStorage > 0) names.add('ephemeral-storage');
    for (const { name, amount } of scalars) if (amount > 0) names.add(name);
  }
  return [...names];
}

function totalOf(table: NodeTable, resource: string): number {
  let sum = 0;
  for (const row of table.rows()) sum += table.info(row).allocatable(resource);
  return sum;
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/** Mean shares over time, and how many changes had been made when the largest share was highest. */
function overTime(
  changes: readonly Change[],
  infos: ReadonlyMap<string, PodInfo>,
  resources: readonly string[],
  total: Readonly<Record<string, number>>,
  endMs: number,
) {
  const now = Object.fromEntries(resources.map((name) => [name, 0]));
  const area = { ...now };
  let [sinceMs, busiestAt, highest] = [0, 0, -1];
  const pass = (untilMs: number) => {
    for (const name of resources) area[name]! += now[name]! * (untilMs - sinceMs);
    sinceMs = untilMs;
  };
  for (const [at, { atMs, pod, sign }] of changes.entries()) {
    pass(atMs);
    for (const name of resources) now[name]! += sign * requestOf(infos.get(pod)!, name);
    const largest = Math.max(...resources.map((name) => share(now[name]!, total[name]!)));
    if (largest > highest) [highest, busiestAt] = [largest, at + 1];
  }
  pass(endMs);
  const mean = Object.fromEntries(
    resources.map((name) => [
      name,
      endMs === 0 ? share(now[name]!, total[name]!) : share(area[name]!, total[name]! * endMs),
    ]),
  );
  return { mean, busiestAt };
}

function momentOf(
  { trace, histories }: ReplayResult,
  changes: readonly Change[],
  infos: ReadonlyMap<string, PodInfo>,
  resources: readonly string[],
): BusiestMoment {
  const table = tableOf(trace.nodes, [], trace.objects);
  const on = new Map<string, Map<string, PodInfo>>();
  for (const { pod, nodeName, sign } of changes) {
    const row = table.rowOf(nodeName);
    if (row === undefined) continue;
    const pods = on.get(nodeName) ?? new Map<string, PodInfo>();
    on.set(nodeName, pods);
    const info = infos.get(pod)!;
    if (sign === 1) {
      table.addPod(row, info);
      pods.set(pod, info);
    } else {
      table.removePod(row, info);
      pods.delete(pod);
    }
  }
  const rows = [...table.rows()];
  const used = rows.filter((row) => table.podCount[row]! > 0);
  const amounts = (of: (name: string) => number) => Object.fromEntries(resources.map((name) => [name, of(name)]));
  const shareOf = (those: readonly number[]) =>
    amounts((name) => {
      const sums = those.map((row) => [table.info(row).requested(name), table.info(row).allocatable(name)] as const);
      return share(
        sums.reduce((sum, [requested]) => sum + requested, 0),
        sums.reduce((sum, [, allocatable]) => sum + allocatable, 0),
      );
    });
  const asked = histories.map(({ pod }) => infos.get(pod)!);
  const nodes = trace.nodes.map(({ metadata: { name = '' } }): NodeMoment => {
    const info = table.find(name)!;
    return {
      name,
      zone: info.labels['topology.kubernetes.io/zone'] ?? '',
      allocatable: amounts((resource) => info.allocatable(resource)),
      pods: [...(on.get(name)?.values() ?? [])].map((pod) => ({
        key: pod.key,
        app: appOf(pod),
        requests: amounts((resource) => requestOf(pod, resource)),
      })),
    };
  });
  return {
    atMs: changes.at(-1)?.atMs ?? 0,
    nodesUsed: used.length,
    utilisation: shareOf(rows),
    utilisationOfUsed: shareOf(used),
    fragmentation: fragmentationOf(
      table,
      rows,
      amounts((name) => median(asked.map((info) => requestOf(info, name)))),
    ),
    imbalance: amounts((name) =>
      deviation(
        rows
          .map((row) => table.info(row))
          .filter((info) => info.allocatable(name) > 0)
          .map((info) => info.requested(name) / info.allocatable(name)),
      ),
    ),
    together: {
      node: together(nodes, ({ name }) => name),
      zone: nodes.some(({ zone }) => zone !== '') ? together(nodes, ({ zone }) => zone) : 0,
    },
    nodes,
  };
}

function together(nodes: readonly NodeMoment[], placeOf: (node: NodeMoment) => string): number {
  const counts = new Map<string, Map<string, number>>();
  for (const node of nodes) {
    for (const { app } of node.pods) {
      const byPlace = counts.get(app) ?? new Map<string, number>();
      counts.set(app, byPlace.set(placeOf(node), (byPlace.get(placeOf(node)) ?? 0) + 1));
    }
  }
  let [largest, all] = [0, 0];
  for (const byPlace of counts.values()) {
    const own = [...byPlace.values()];
    const pods = own.reduce((sum, count) => sum + count, 0);
    if (pods < 2) continue;
    largest += Math.max(...own);
    all += pods;
  }
  return share(largest, all);
}

function fragmentationOf(table: NodeTable, rows: readonly number[], size: Readonly<Record<string, number>>): number {
  const asked = Object.entries(size).filter(([, amount]) => amount > 0);
  if (asked.length === 0) return 0;
  const free = (row: number, name: string) =>
    Math.max(0, table.info(row).allocatable(name) - table.info(row).requested(name));
  const holds = (room: (name: string) => number) =>
    Math.floor(Math.min(...asked.map(([name, amount]) => room(name) / amount)));
  const asItIs = rows.reduce((sum, row) => sum + holds((name) => free(row, name)), 0);
  const onOneNode = holds((name) => rows.reduce((sum, row) => sum + free(row, name), 0));
  return onOneNode === 0 ? 0 : 1 - asItIs / onOneNode;
}

/** What pods of one workload have in common. */
function appOf({ pod, namespace }: PodInfo): string {
  const { labels = {}, ownerReferences = [] } = pod.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  const name = labels['app.kubernetes.io/name'] ?? labels['app'] ?? owner?.name ?? pod.metadata.name ?? '';
  return namespace === '' ? name : `${namespace}/${name}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[(sorted.length - 1) >> 1]!;
}

function deviation(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** By nearest rank. */
function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => (sorted.length === 0 ? 0 : sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
