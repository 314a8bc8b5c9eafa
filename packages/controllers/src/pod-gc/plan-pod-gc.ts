/** Which pods nobody will end any more. Pure; follows kube-controller-manager's podgc. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { findCondition } from '@pintle/machinery';

/** How long a node must have been missing before its pods are taken for lost (upstream's quarantine). */
export const quarantineMs = 40_000;
const outOfService = 'node.kubernetes.io/out-of-service';

export type PodGcStep =
  | { readonly type: 'keep' }
  | { readonly type: 'wait'; readonly inMs: number }
  /** First it fails, unless it has ended: nobody else will say how it did. `why` is told where its node was lost. */
  | { readonly type: 'remove'; readonly why?: string };

/** `node` is the pod's own; undefined: there is none of that name, and was none for `missingMs`. */
export function planPodGc(pod: Pod, node: Node | undefined, missingMs: number): PodGcStep {
  const { nodeName } = pod.spec ?? {};
  const goes = pod.metadata.deletionTimestamp !== undefined;
  // Of one that never was on a node, no kubelet will say that it has ended.
  if (!nodeName) return goes ? { type: 'remove' } : { type: 'keep' };
  if (node === undefined) {
    if (missingMs < quarantineMs) return { type: 'wait', inMs: quarantineMs - missingMs };
    return { type: 'remove', why: 'PodGC: node no longer exists' };
  }
  if (!goes || !isOutOfService(node) || findCondition(node.status?.conditions, 'Ready')?.status === 'True')
    return { type: 'keep' };
  return { type: 'remove' };
}

/** Whether somebody has said that the node is shut down, and that nothing runs on it any more. */
export const isOutOfService = ({ spec }: Node): boolean =>
  spec?.taints?.some(({ key }) => key === outOfService) ?? false;

const isEvicted = ({ status }: Pod) => status?.reason === 'Evicted';

/** Of those that have ended, who goes first: the evicted, then the oldest. All but `max`. */
export function surplusEnded(ended: readonly Pod[], max: number): readonly Pod[] {
  const rank = (pod: Pod) => `${isEvicted(pod) ? 0 : 1} ${pod.metadata.creationTimestamp} ${pod.metadata.name}`;
  return [...ended].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, Math.max(0, ended.length - max));
}
