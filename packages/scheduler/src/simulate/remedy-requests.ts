/** Requests that ask for too much, for `remedies()`: how much less would do on a node, and the pod that asks for it. */
import type { Container, Node, Pod, ResourceRequirements } from '@pintle/api/core/v1';
import { canonicalQuantity, formatQuantity } from '@pintle/machinery';
import type { NodeInfo } from '../nodes/node-table.js';
import { podInfo } from '../nodes/pod-info.js';
import type { PodRequests } from '../nodes/pod-requests.js';

/** Of the whole pod. `share`: how much less that is, from 0 to 1. */
export interface LowerRequest {
  readonly type: 'lowerRequest';
  readonly resource: string;
  readonly from: string;
  readonly to: string;
  readonly share: number;
}

/** By what the node says is insufficient; empty where less of a resource would not do, or something else is. */
export function lowerRequests(pod: Pod, node: NodeInfo, reasons: readonly string[]): readonly LowerRequest[] {
  const { requests } = podInfo(pod);
  const changes: LowerRequest[] = [];
  for (const reason of reasons) {
    const resource = /^Insufficient (.+)$/.exec(reason)?.[1];
    if (resource === undefined) return [];
    const [asked, free] = [amountOf(requests, resource), node.allocatable(resource) - node.requested(resource)];
    if (free <= 0) return [];
    const [from, to] = [amountText(resource, asked), amountText(resource, free)];
    changes.push({ type: 'lowerRequest', resource, from, to, share: (asked - free) / asked });
  }
  return changes;
}

/** What the pod asks for that even an empty node like this one has not, by resource; empty where it has all of it. */
export function requestsBeyond(pod: Pod, { status }: Node): Readonly<Record<string, string>> {
  const { requests } = podInfo(pod);
  const has = podInfo({ ...pod, spec: { containers: [holding(status?.allocatable ?? {})] } }).requests;
  const names = ['cpu', 'memory', 'ephemeral-storage', ...requests.scalars.map(({ name }) => name)];
  return Object.fromEntries(
    names
      .filter((name) => amountOf(requests, name) > amountOf(has, name))
      .map((name) => [name, amountText(name, amountOf(requests, name))]),
  );
}

/** A pod that asks for `to` in all: what it says for itself gives, then the largest container, then the next. */
export function withLowerRequest(pod: Pod, { resource, to }: LowerRequest): Pod {
  const spec = pod.spec!;
  const askedBy = (container: Container) =>
    amountOf(podInfo({ ...pod, spec: { containers: [container] } }).requests, resource);
  const wanted = askedBy(holding({ [resource]: to }));
  let excess = amountOf(podInfo({ ...pod, spec: { ...spec, resources: undefined } }).requests, resource) - wanted;
  const changed = new Map<Container, Container>();
  for (const container of [...spec.containers].sort((a, b) => askedBy(b) - askedBy(a))) {
    const less = Math.min(excess, askedBy(container));
    if (less <= 0) continue;
    excess -= less;
    const amount = amountText(resource, askedBy(container) - less);
    changed.set(container, { ...container, resources: asking(container.resources, resource, amount) });
  }
  return {
    ...pod,
    spec: {
      ...spec,
      containers: spec.containers.map((container) => changed.get(container) ?? container),
      // An ordinary init container runs alone.
      ...(spec.initContainers && {
        initContainers: spec.initContainers.map((container) =>
          container.restartPolicy !== 'Always' && askedBy(container) > wanted
            ? { ...container, resources: asking(container.resources, resource, to) }
            : container,
        ),
      }),
      ...(spec.resources?.requests?.[resource] !== undefined && { resources: asking(spec.resources, resource, to) }),
    },
  };
}

const holding = (requests: Readonly<Record<string, string>>): Container => ({ name: 'all', resources: { requests } });

const asking = (resources: ResourceRequirements | undefined, resource: string, amount: string) => ({
  ...resources,
  requests: { ...resources?.requests, [resource]: amount },
});

function amountOf(requests: PodRequests, resource: string): number {
  if (resource === 'cpu' || resource === 'memory') return requests[resource];
  if (resource === 'ephemeral-storage') return requests.ephemeralStorage;
  return requests.scalars.find(({ name }) => name === resource)?.amount ?? 0;
}

/** As people write it: `1500m`, `2Gi`, `3`. */
function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return canonicalQuantity(`${amount}m`);
  const inBytes = resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
  return inBytes ? formatQuantity({ nano: BigInt(amount) * 1_000_000_000n, format: 'BinarySI' }) : String(amount);
}
