/** Pod GC: pods whose node is gone or out of service, that never had one, and more ended ones than anybody looks at. */
import { Node, Pod } from '@pintle/api/core/v1';
import type { Patch } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { formatTime, objectKey } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { ObjectMemory } from '../object-memory.js';
import { isPodTerminal } from '../pod-facts.js';
import { podKey, podsOnNode } from '../pods-on-node.js';
import { isOutOfService, planPodGc, quarantineMs, surplusEnded } from './plan-pod-gc.js';

export * from './plan-pod-gc.js';

/** How often it is looked whether more pods have ended than are kept (upstream's period). */
const surplusPeriodMs = 20_000;

export interface PodGcOptions {
  /** Pods that have ended of which so many are kept. Default 12,500; 0: all (upstream's terminated-pod-gc-threshold). */
  readonly terminatedMax?: number;
}

export function podGcController({ terminatedMax = 12_500 }: PodGcOptions = {}): Controller {
  /** Since when the node of a pod is missing. */
  const missingSince = new ObjectMemory<number>();
  /** Those that are too many of those that have ended, as of the last look. */
  const surplus = new WeakMap<Informers, ReadonlySet<Pod>>();
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
      .watches(
        Node,
        ({ metadata: { name = '' } }, informers) => {
          const keys = podsOnNode(name, informers).map(podKey);
          const node = informers.informer(Node).lister.get({ name });
          if (node !== undefined) for (const key of keys) missingSince.forget(informers, objectKey(key));
          return node === undefined || isOutOfService(node) ? keys : [];
        },
        { predicate: (event) => event.type !== 'updated' || event.old.spec?.taints !== event.object.spec?.taints },
      )
      // One that ends makes another the one too many: who goes is found by looking at all, and not at each that ends.
      .polls({
        everyMs: surplusPeriodMs,
        async keys({ informers }) {
          const { lister } = informers.informer(Pod);
          const isFew = terminatedMax <= 0 || lister.size <= terminatedMax;
          const pods = isFew ? [] : surplusEnded(lister.list().filter(isPodTerminal), terminatedMax);
          surplus.set(informers, new Set(pods));
          return pods.map(podKey);
        },
      })
      .reconcile((context) => reconcile(context, missingSince, surplus))
  );
}

async function reconcile(
  { key, object: pod, client, informers, world }: ReconcileContext<Pod>,
  missingSince: ObjectMemory<number>,
  surplus: WeakMap<Informers, ReadonlySet<Pod>>,
): Promise<undefined | { requeueAfterMs: number }> {
  const id = objectKey(key);
  if (pod === undefined) {
    missingSince.forget(informers, id);
    return undefined;
  }
  const { uid = '' } = pod.metadata;
  const name = pod.spec?.nodeName ?? '';
  const node = informers.informer(Node).lister.get({ name });
  const isMissing = name !== '' && node === undefined;
  const elapsedMs = world.clock.monotonic();
  const sinceMs = missingSince.get(informers, id, uid) ?? elapsedMs;
  if (isMissing) missingSince.set(informers, id, uid, sinceMs);
  const step = planPodGc(pod, node, elapsedMs - sinceMs);
  if (step.type === 'wait') return { requeueAfterMs: step.inMs };
  if (step.type === 'keep' && surplus.get(informers)?.has(pod) !== true) return undefined;
  // The cache may lack the node; what is removed wrongly does not come back.
  if (step.type === 'remove' && isMissing && (await client.get(Node, { name }).catch(ignoreNotFound)) !== undefined) {
    missingSince.forget(informers, id);
    return { requeueAfterMs: quarantineMs };
  }
  // Who holds it by a finalizer waits for the word that it has ended.
  if (step.type === 'remove' && !isPodTerminal(pod))
    await client
      .patch(Pod, key, failing(pod, step.why, world.clock.now()), { subresource: 'status' })
      .catch(ignoreNotFound);
  await client.delete(Pod, key, { gracePeriodSeconds: 0, preconditions: { uid } }).catch(ignoreNotFound);
  return undefined;
}

const mayGo = (pod: Pod, informers: Informers): boolean =>
  pod.metadata.deletionTimestamp !== undefined ||
  isPodTerminal(pod) ||
  (!!pod.spec?.nodeName && informers.informer(Node).lister.get({ name: pod.spec.nodeName }) === undefined);

/** A pod that nobody will end has failed (upstream's reason). */
function failing({ metadata: { uid } }: Pod, why: string | undefined, nowMs: number): Patch {
  const told = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: why };
  const conditions = why === undefined ? {} : { conditions: [{ ...told, lastTransitionTime: formatTime(nowMs) }] };
  return { type: 'strategic', body: { metadata: { uid }, status: { phase: 'Failed', ...conditions } } };
}
