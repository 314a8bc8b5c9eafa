/**
 * Each plugin once more, as slow and as plain as can be: straight from the objects, no columns, no caches. The
 * property tests hold the plugins against it..
 */
import type { Node, Pod, Taint } from '@pintle/api/core/v1';

const units: Readonly<Record<string, bigint>> = { '': 1n, k: 1000n, Ki: 1024n, Mi: 1024n ** 2n, Gi: 1024n ** 3n };

/** Whole quantities and thousandths only: what the arbitraries write. In thousandths. */
function thousandths(quantity: string): bigint {
  const [, digits, unit] = /^(\d+)(m|k|Ki|Mi|Gi|)$/.exec(quantity)!;
  return unit === 'm' ? BigInt(digits!) : BigInt(digits!) * units[unit!]! * 1000n;
}

type Container = NonNullable<Pod['spec']>['containers'][number];
const inAll = ['cpu', 'memory'];

/** What the pod as a whole asks for, overhead and all; containers that say nothing of it count for `least`. */
export function requested(pod: Pod, resource: string, least = 0n): bigint {
  const own = pod.spec!.resources?.requests ?? {};
  const takenAtItsWord = inAll.some((name) => name in own) && summed(pod, resource, 0n) !== 0n;
  return summed(pod, resource, takenAtItsWord ? 0n : least);
}

function summed(pod: Pod, resource: string, least: bigint): bigint {
  const { resources, overhead } = pod.spec!;
  const own = inAll.includes(resource) ? resources?.requests?.[resource] : undefined;
  return (
    (own === undefined ? ofContainers(pod, resource, least) : thousandths(own)) +
    thousandths(overhead?.[resource] ?? '0')
  );
}

function ofContainers(pod: Pod, resource: string, least: bigint): bigint {
  let sum = 0n;
  let sidecars = 0n;
  let startUp = 0n;
  const of = (container: Container) => ofContainer(pod, container, resource) ?? least;
  for (const container of pod.spec!.containers) sum += of(container);
  for (const container of pod.spec!.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sum += of(container);
      sidecars += of(container);
      if (sidecars > startUp) startUp = sidecars;
    } else if (of(container) + sidecars > startUp) {
      startUp = of(container) + sidecars;
    }
  }
  return sum > startUp ? sum : startUp;
}

/** The most of what it asks for, has and was promised; undefined where none of them says anything. */
function ofContainer({ spec, status }: Pod, container: Container, resource: string): bigint | undefined {
  const isRunning = spec!.containers.includes(container) || container.restartPolicy === 'Always';
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const now = isRunning ? statuses.find(({ name, resources }) => name === container.name && resources) : undefined;
  const refused = status?.conditions?.some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
  const amounts = [
    now && refused ? undefined : container.resources?.requests?.[resource],
    now?.resources?.requests?.[resource],
    now?.allocatedResources?.[resource],
  ].flatMap((quantity) => (quantity === undefined ? [] : [thousandths(quantity)]));
  return amounts.length === 0 ? undefined : amounts.reduce((most, each) => (each > most ? each : most));
}

export interface World {
  readonly nodes: readonly Node[];
  /** All with `spec.nodeName`. */
  readonly pods: readonly Pod[];
}

export const on = ({ pods }: World, node: Node) => pods.filter(({ spec }) => spec!.nodeName === node.metadata.name);
export const allocatable = (node: Node, resource: string) => thousandths(node.status!.allocatable![resource] ?? '0');
export const used = (world: World, node: Node, resource: string, least = 0n) =>
  on(world, node).reduce((sum, pod) => sum + requested(pod, resource, least), 0n);

export function fits(world: World, node: Node, pod: Pod): string {
  const lacking: string[] = [];
  let never = false;
  if (BigInt(on(world, node).length + 1) * 1000n > allocatable(node, 'pods')) lacking.push('Too many pods');
  for (const resource of ['cpu', 'memory', 'ephemeral-storage', 'example.com/gpu']) {
    const wants = requested(pod, resource);
    if (wants === 0n || wants <= allocatable(node, resource) - used(world, node, resource)) continue;
    lacking.push(`Insufficient ${resource}`);
    if (wants > allocatable(node, resource)) never = true;
  }
  if (lacking.length === 0) return 'ok';
  return `${never ? 'UnschedulableAndUnresolvable' : 'Unschedulable'}: ${lacking.join(', ')}`;
}

export const leastCpu = 100n;
export const leastMemory = 200n * 1024n * 1024n * 1000n;

/** Resources with their weights, as a strategy counts them. */
export type Counted = readonly (readonly [resource: string, weight: number])[];
export const cpuAndMemory: Counted = [
  ['cpu', 1],
  ['memory', 1],
];
const leastOf: Readonly<Record<string, bigint>> = { cpu: leastCpu, memory: leastMemory };

/** Of each resource that counts: its weight, what the node has, and what is asked for once the pod is there. */
export const filled = (world: World, node: Node, pod: Pod, counted: Counted, isLeast = true) =>
  counted.flatMap(([resource, weight]) => {
    const least = isLeast ? leastOf[resource] : 0n;
    const capacity = allocatable(node, resource);
    const wants = requested(pod, resource, least);
    // Devices count only for pods that ask for them.
    if (capacity === 0n || (resource.includes('/') && wants === 0n)) return [];
    return [{ weight, capacity, asked: used(world, node, resource, least) + wants }];
  });

export function leastAllocated(world: World, node: Node, pod: Pod, counted = cpuAndMemory): number {
  let sum = 0n;
  let weights = 0n;
  for (const { weight, capacity, asked } of filled(world, node, pod, counted)) {
    sum += (asked > capacity ? 0n : ((capacity - asked) * 100n) / capacity) * BigInt(weight);
    weights += BigInt(weight);
  }
  return weights === 0n ? 0 : Number(sum / weights);
}

export function balanced(world: World, node: Node, pod: Pod, counted = cpuAndMemory): number {
  const shares = filled(world, node, pod, counted, false).map(({ capacity, asked }) =>
    Math.min(1, Number(asked) / Number(capacity)),
  );
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0) / shares.length;
  if (shares.length > 2) return Math.trunc((1 - Math.sqrt(variance)) * 100);
  return Math.trunc((1 - (shares.length === 2 ? Math.abs((shares[0]! - shares[1]!) / 2) : 0)) * 100);
}

const tolerates = (pod: Pod, { key, value, effect }: Taint) =>
  (pod.spec!.tolerations ?? []).some(
    (toleration) =>
      (toleration.effect === undefined || toleration.effect === effect) &&
      (toleration.key === undefined || toleration.key === key) &&
      (toleration.operator === 'Exists' || (toleration.value ?? '') === (value ?? '')),
  );

export const taintsTolerated = (node: Node, pod: Pod): boolean =>
  (node.spec?.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(pod, taint));

export const taintsDisliked = (node: Node, pod: Pod): number =>
  (node.spec?.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod, taint)).length;
