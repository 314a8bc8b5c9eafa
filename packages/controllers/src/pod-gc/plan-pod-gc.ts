/** Which pods nobody will end any more. Pure; follows kube-controller-manager's podgc. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { findCondition, parseTime } from '@pintle/machinery';
import { isPodTerminal } from '../pod-facts.js';

/** How long a node may be unknown before its pods are taken for lost (upstream's quarantine). */
export const quarantineMs = 40_000;
const outOfService = 'node.kubernetes.io/out-of-service';

export type PodGcStep =
  | { readonly type: 'keep' }
  | { readonly type: 'wait'; readonly inMs: number }
  /** `failed`: nobody else will say how it ended. */
  | { readonly type: 'remove'; readonly failed?: string };

/** `node` is the pod's own; undefined: there is none of that name. */
export function planPodGc(pod: Pod, node: Node | undefined, nowMs: number): PodGcStep {
  const { nodeName } = pod.spec ?? {};
  const goes = pod.metadata.deletionTimestamp !== undefined;
  // Of one that never was on a node, no kubelet will say that it has ended.
  if (!nodeName) return goes ? { type: 'remove' } : { type: 'keep' };
  if (node === undefined) {
    const ageMs = nowMs - (parseTime(pod.metadata.creationTimestamp ?? undefined) ?? nowMs);
    if (ageMs < quarantineMs) return { type: 'wait', inMs: quarantineMs - ageMs };
    return isPodTerminal(pod) ? { type: 'remove' } : { type: 'remove', failed: 'PodGC: node no longer exists' };
  }
  const isOut = node.spec?.taints?.some(({ key }) => key === outOfService) ?? false;
  if (!goes || !isOut || findCondition(node.status?.conditions, 'Ready')?.status === 'True') return { type: 'keep' };
  return isPodTerminal(pod) ? { type: 'remove' } : { type: 'remove', failed: 'PodGC: node is out-of-service' };
}

const isEvicted = ({ status }: Pod) => status?.reason === 'Evicted';

/** Of those that have ended, who goes first: the evicted, then the oldest. All but `max`. */
export function surplusEnded(ended: readonly Pod[], max: number): readonly Pod[] {
  const rank = (pod: Pod) => `${isEvicted(pod) ? 0 : 1} ${pod.metadata.creationTimestamp} ${pod.metadata.name}`;
  return [...ended].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, Math.max(0, ended.length - max));
}
