/** Pod GC: pods whose node is gone, and more ended pods than anybody looks at. */
import { Node, Pod } from '@pintle/api/core/v1';
import type { Patch } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { formatTime } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isPodTerminal } from '../pod-facts.js';

/** How long a node may be unknown before its pods are taken for lost (upstream's quarantine). */
const quarantineMs = 40_000;

export function podGcController({ terminatedMax = 12_500 }: { readonly terminatedMax?: number } = {}): Controller {
  return controller({ name: 'pod-garbage-collector' })
    .for(Pod)
    .watches(
      Node,
      ({ metadata }, informers) =>
        informers
          .informer(Pod)
          .lister.list()
          .filter(({ spec }) => spec?.nodeName === metadata.name)
          .map((pod) => ({ name: pod.metadata.name ?? '', namespace: pod.metadata.namespace ?? '' })),
      { predicate: ({ type }) => type === 'deleted' },
    )
    .reconcile(async ({ key, object: pod, client, informers, world }) => {
      if (pod === undefined) return undefined;
      const nodeName = pod.spec?.nodeName;
      const remove = () =>
        client
          .delete(Pod, key, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } })
          .catch(ignoreNotFound);
      if (nodeName && informers.informer(Node).lister.get({ name: nodeName }) === undefined) {
        const ageMs = world.clock.now() - Date.parse(pod.metadata.creationTimestamp ?? '');
        if (ageMs < quarantineMs) return { requeueAfterMs: quarantineMs - ageMs };
        // Nobody else will say how it ended; who holds it by a finalizer waits for that.
        if (!isPodTerminal(pod))
          await client.patch(Pod, key, lost(world.clock.now()), { subresource: 'status' }).catch(ignoreNotFound);
        await remove();
        return undefined;
      }
      if (!isPodTerminal(pod)) return undefined;
      const { lister } = informers.informer(Pod);
      if (lister.size <= terminatedMax) return undefined;
      const ended = lister.list().filter(isPodTerminal);
      if (ended.length <= terminatedMax) return undefined;
      const oldest = [...ended]
        .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1))
        .slice(0, ended.length - terminatedMax);
      if (oldest.includes(pod)) await remove();
      return undefined;
    });
}

/** A pod whose node is gone has failed (upstream's reason and message). */
const lost = (nowMs: number): Patch => ({
  type: 'strategic',
  body: {
    status: {
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
          lastTransitionTime: formatTime(nowMs),
        },
      ],
    },
  },
});
