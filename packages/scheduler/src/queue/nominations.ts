/**
 * Which pods wait for which nodes, because PostFilter made room for them there: kept from the moment it is decided
 * until the pod has a place, is gone, or another node is nominated.
 */
import type { NominatedPods } from '../algorithm/nominated-filter.js';
import type { PodInfo } from '../nodes/pod-info.js';

export class Nominations implements NominatedPods {
  private readonly byPod = new Map<string, { readonly pod: PodInfo; readonly nodeName: string }>();
  private readonly byNode = new Map<string, Map<string, PodInfo>>();

  get size(): number {
    return this.byPod.size;
  }

  on(nodeName: string): readonly PodInfo[] {
    const pods = this.byNode.get(nodeName);
    return pods === undefined ? [] : [...pods.values()];
  }

  nodeOf(key: string): string | undefined {
    return this.byPod.get(key)?.nodeName;
  }

  /** An empty `nodeName` takes the nomination back. */
  set(pod: PodInfo, nodeName: string): void {
    this.delete(pod.key);
    if (nodeName === '') return;
    this.byPod.set(pod.key, { pod, nodeName });
    const pods = this.byNode.get(nodeName);
    if (pods === undefined) this.byNode.set(nodeName, new Map([[pod.key, pod]]));
    else pods.set(pod.key, pod);
  }

  delete(key: string): void {
    const known = this.byPod.get(key);
    if (known === undefined) return;
    this.byPod.delete(key);
    const pods = this.byNode.get(known.nodeName)!;
    pods.delete(key);
    if (pods.size === 0) this.byNode.delete(known.nodeName);
  }
}
