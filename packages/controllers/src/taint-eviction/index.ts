/**
 * Taint eviction: pods leave a node with a NoExecute taint that they do not tolerate, or no longer do.
 *
 * Differs from Kubernetes: how long a taint is tolerated counts from when it was added, where it says when, or from when the
 * pod came to the node, and not from when this controller first saw both, so that a restart prolongs nothing.
 */
import { Node, Pod, type Taint } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, formatTime, objectKey } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { ObjectMemory } from '../object-memory.js';
import { podKey, podsOnNode } from '../pods-on-node.js';
import { evictionTime } from './plan-eviction.js';

export * from './plan-eviction.js';

const executing = (node: Node | undefined): readonly Taint[] =>
  (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');

/** When the taints of a node were first seen that do not say when they were added. */
type FirstSeen = ReadonlyMap<string, number>;

const textOf = ({ key, value = '' }: Taint) => `${key}=${value}`;

const taintsOn = (nodeName: string | undefined, informers: Informers) =>
  nodeName ? executing(informers.informer(Node).lister.get({ name: nodeName })) : [];

export function taintEvictionController({ concurrency = 8 }: { readonly concurrency?: number } = {}): Controller {
  const seen = new ObjectMemory<FirstSeen>();
  /** Pods that are to leave when their time is up. */
  const leaving = new ObjectMemory<true>();
  return (
    controller({ name: 'taint-eviction', component: 'taint-eviction-controller', concurrency })
      // Most pods are on nodes that let them stay.
      .for(Pod, { predicate: () => false })
      .watches(Pod, (pod, informers) => (taintsOn(pod.spec?.nodeName, informers).length > 0 ? [podKey(pod)] : []))
      .watches(Node, ({ metadata }, informers) => podsOnNode(metadata.name ?? '', informers).map(podKey), {
        predicate: (event) => event.type === 'updated' && !deepEqual(executing(event.old), executing(event.object)),
      })
      .reconcile((context) => reconcile(context, seen, leaving))
  );
}

/** The taints of a node that pods leave, each with the time that it counts from. */
function datedTaints(
  nodeName: string | undefined,
  informers: Informers,
  seen: ObjectMemory<FirstSeen>,
  nowMs: number,
): readonly Taint[] {
  const node = nodeName ? informers.informer(Node).lister.get({ name: nodeName }) : undefined;
  if (node === undefined) return [];
  const { name = '', uid } = node.metadata;
  const before = seen.get(informers, name, uid);
  const first = new Map<string, number>();
  const dated = executing(node).map((taint) => {
    if (taint.timeAdded) return taint;
    const at = before?.get(textOf(taint)) ?? nowMs;
    first.set(textOf(taint), at);
    return { ...taint, timeAdded: formatTime(at) };
  });
  seen.set(informers, name, uid, first);
  return dated;
}

async function reconcile(
  { key, object: pod, client, informers, events, world }: ReconcileContext<Pod>,
  seen: ObjectMemory<FirstSeen>,
  leaving: ObjectMemory<true>,
): Promise<undefined | { requeueAfterMs: number }> {
  const id = objectKey(key);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
    leaving.forget(informers, id);
    return undefined;
  }
  const { uid } = pod.metadata;
  const nowMs = world.clock.now();
  const at = evictionTime(pod, datedTaints(pod.spec?.nodeName, informers, seen, nowMs), nowMs);
  if (at === undefined) {
    if (leaving.get(informers, id, uid))
      events.record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key.namespace}/${key.name}`);
    leaving.forget(informers, id);
    return undefined;
  }
  if (at > nowMs) {
    leaving.set(informers, id, uid, true);
    return { requeueAfterMs: at - nowMs };
  }
  events.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key.namespace}/${key.name}`);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: formatTime(nowMs),
  };
  await client
    .patch(Pod, key, { type: 'strategic', body: { status: { conditions: [condition] } } }, { subresource: 'status' })
    .catch(ignoreNotFound);
  await client.delete(Pod, key, { preconditions: { uid: pod.metadata.uid ?? '' } }).catch(ignoreNotFound);
  return undefined;
}
