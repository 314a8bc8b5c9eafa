/** Pod GC: pods whose node is gone or out of service, that never had one, and more ended ones than anybody looks at. */
import { Node, Pod } from '@pintle/api/core/v1';
import type { Patch } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { formatTime } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isPodTerminal } from '../pod-facts.js';
import { podKey, podsOnNode } from '../pods-on-node.js';
import { planPodGc, surplusEnded } from './plan-pod-gc.js';

export * from './plan-pod-gc.js';

export function podGcController({ terminatedMax = 12_500 }: { readonly terminatedMax?: number } = {}): Controller {
  return (
    controller({ name: 'pod-garbage-collector' })
      .for(Pod, { predicate: () => false })
      // A pod that lives on a node that is there, as nearly all do, is nothing to look at.
      .watches(Pod, (pod, informers) => (mayGo(pod, informers) ? [podKey(pod)] : []), {
        predicate: (event) =>
          event.type !== 'updated' ||
          event.old.metadata.deletionTimestamp !== event.object.metadata.deletionTimestamp ||
          event.old.spec?.nodeName !== event.object.spec?.nodeName ||
          isPodTerminal(event.old) !== isPodTerminal(event.object),
      })
      .watches(Node, ({ metadata }, informers) => podsOnNode(metadata.name ?? '', informers).map(podKey), {
        predicate: (event) =>
          event.type === 'deleted' ||
          (event.type === 'updated' && event.old.spec?.taints !== event.object.spec?.taints),
      })
      .reconcile(async ({ key, object: pod, client, informers, world }) => {
        if (pod === undefined) return undefined;
        const nowMs = world.clock.now();
        const node = informers.informer(Node).lister.get({ name: pod.spec?.nodeName ?? '' });
        const step = planPodGc(pod, node, nowMs);
        if (step.type === 'wait') return { requeueAfterMs: step.inMs };
        // Who holds it by a finalizer waits for the word that it has ended.
        if (step.type === 'remove' && step.failed !== undefined)
          await client.patch(Pod, key, lost(step.failed, nowMs), { subresource: 'status' }).catch(ignoreNotFound);
        if (step.type !== 'remove' && !isSurplus(pod, informers, terminatedMax)) return undefined;
        const preconditions = { uid: pod.metadata.uid ?? '' };
        await client.delete(Pod, key, { gracePeriodSeconds: 0, preconditions }).catch(ignoreNotFound);
        return undefined;
      })
  );
}

const mayGo = (pod: Pod, informers: Informers): boolean =>
  pod.metadata.deletionTimestamp !== undefined ||
  isPodTerminal(pod) ||
  (!!pod.spec?.nodeName && informers.informer(Node).lister.get({ name: pod.spec.nodeName }) === undefined);

/** Whether it has ended, and so have more than are kept, and it is among those that go first. */
function isSurplus(pod: Pod, informers: Informers, max: number): boolean {
  const { lister } = informers.informer(Pod);
  if (!isPodTerminal(pod) || lister.size <= max) return false;
  return surplusEnded(lister.list().filter(isPodTerminal), max).includes(pod);
}

/** A pod that nobody will end has failed (upstream's reason). */
const lost = (message: string, nowMs: number): Patch => ({
  type: 'strategic',
  body: {
    status: {
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message,
          lastTransitionTime: formatTime(nowMs),
        },
      ],
    },
  },
});
