/**
 * Where a kubelet hears of its pods: from an informer of its own, restricted to its node, or from one that all
 * kubelets of a process share. A thousand kubelets on a shared one cost one subscription, not a thousand.
 */
import { Pod } from '@pintle/api/core/v1';
import type { Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';

export interface PodListener {
  /** A pod of the node that is new, or changed. */
  changed(pod: Pod): void;
  /** A pod that is in the API no longer. */
  deleted(pod: Pod): void;
}

export interface PodSource {
  /** Tells of the pods that are there, then of every change, until the returned function is called. */
  subscribe(nodeName: string, listener: PodListener): () => void;
  whenSynced(): Promise<void>;
}

/** The pods of one node, by a field selector: for a kubelet in a process of its own. */
export function nodePods(informers: Informers, nodeName: string): PodSource {
  const informer = informers.informer(Pod, { fieldSelector: `spec.nodeName=${nodeName}` });
  return {
    subscribe(_nodeName, listener) {
      const subscription = informer.events.subscribe((event) => {
        if (event.type === 'deleted') listener.deleted(event.object);
        else if (event.type !== 'synced') listener.changed(event.object);
      });
      return () => subscription.unsubscribe();
    },
    whenSynced: () => informer.whenSynced(),
  };
}

const byNode = 'kubelet.byNode';

/** The pods of every node, from one informer over all of them. Make one, and give it to every kubelet of the process. */
export function sharedPods(informers: Informers): PodSource {
  const informer = informers.informer(Pod);
  informer.addIndex(byNode, (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
  const listeners = new Map<string, PodListener>();
  let subscription: Subscription | undefined;

  const follow = () =>
    informer.events.subscribe((event) => {
      if (event.type === 'synced') return;
      const nodeName = event.object.spec?.nodeName;
      const listener = nodeName ? listeners.get(nodeName) : undefined;
      if (event.type === 'deleted') listener?.deleted(event.object);
      else listener?.changed(event.object);
    });

  return {
    subscribe(nodeName, listener) {
      listeners.set(nodeName, listener);
      if (subscription === undefined) subscription = follow();
      else for (const pod of informer.lister.byIndex(byNode, nodeName)) listener.changed(pod);
      return () => {
        if (listeners.get(nodeName) === listener) listeners.delete(nodeName);
        if (listeners.size > 0) return;
        subscription?.unsubscribe();
        subscription = undefined;
      };
    },
    whenSynced: () => informer.whenSynced(),
  };
}
