/**
 * Each plugin once more, as slow and as plain as can be: straight from the objects, no columns, no caches. The
 * property tests hold the plugins against it..
 */
import type { Node, Pod } from '@pintle/api/core/v1';

const units: Readonly<Record<string, bigint>> = { '': 1n, k: 1000n, Ki: 1024n, Mi: 1024n ** 2n, Gi: 1024n ** 3n };

/** Whole quantities and thousandths only: what the arbitraries write. In thousandths. */
function thousandths(quantity: string): bigint {
  const [, digits, unit] = /^(\d+)(m|k|Ki|Mi|Gi|)$/.exec(quantity)!;
  return unit === 'm' ? BigInt(digits!) : BigInt(digits!) * units[unit!]! * 1000n;
}

export function requested(pod: Pod, resource: string, least = 0n): bigint {
  let sum = 0n;
  let sidecars = 0n;
  let startUp = 0n;
  const of = (container: { readonly resources?: { readonly requests?: Readonly<Record<string, string>> } }) => {
    const quantity = container.resources?.requests?.[resource];
    return quantity === undefined ? least : thousandths(quantity);
  };
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
  for (const resource of ['cpu', 'memory', 'example.com/gpu']) {
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

export function leastAllocated(world: World, node: Node, pod: Pod): number {
  let sum = 0n;
  let resources = 0n;
  for (const [resource, least] of [
    ['cpu', leastCpu],
    ['memory', leastMemory],
  ] as const) {
    const capacity = allocatable(node, resource);
    if (capacity === 0n) continue;
    const asked = used(world, node, resource, least) + requested(pod, resource, least);
    sum += asked > capacity ? 0n : ((capacity - asked) * 100n) / capacity;
    resources++;
  }
  return resources === 0n ? 0 : Number(sum / resources);
}

export function balanced(world: World, node: Node, pod: Pod): number {
  const shares = ['cpu', 'memory'].flatMap((resource) => {
    const capacity = allocatable(node, resource);
    if (capacity === 0n) return [];
    return [Math.min(1, Number(used(world, node, resource) + requested(pod, resource)) / Number(capacity))];
  });
  const spread = shares.length === 2 ? Math.abs((shares[0]! - shares[1]!) / 2) : 0;
  return Math.trunc((1 - spread) * 100);
}

export function taintsTolerated(node: Node, pod: Pod): boolean {
  return (node.spec?.taints ?? []).every(
    (taint) =>
      taint.effect === 'PreferNoSchedule' ||
      (pod.spec!.tolerations ?? []).some(
        (toleration) =>
          (toleration.effect === undefined || toleration.effect === taint.effect) &&
          (toleration.key === undefined || toleration.key === taint.key) &&
          (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')),
      ),
  );
}
