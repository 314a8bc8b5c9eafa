/**
 * Taint eviction: pods leave a node with a NoExecute taint that they do not tolerate, or no longer do.
 *
 * Differs from Kubernetes: how long a taint is tolerated counts from when it was added, and not from when this
 * controller first saw it, so that a restart prolongs nothing.
 */
import { Node, Pod, type Taint } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, formatTime } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { evictionTime } from './plan-eviction.js';

export * from './plan-eviction.js';

const executing = (node: Node | undefined): readonly Taint[] =>
  (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');

const taintsOn = (nodeName: string | undefined, informers: Informers) =>
  nodeName ? executing(informers.informer(Node).lister.get({ name: nodeName })) : [];

const keyOf = ({ metadata: { name = '', namespace = '' } }: Pod) => ({ name, namespace });

export function taintEvictionController({ concurrency = 8 }: { readonly concurrency?: number } = {}): Controller {
  return (
    controller({ name: 'taint-eviction', component: 'taint-eviction-controller', concurrency })
      // Most pods are on nodes that let them stay.
      .for(Pod, { predicate: () => false })
      .watches(Pod, (pod, informers) => (taintsOn(pod.spec?.nodeName, informers).length > 0 ? [keyOf(pod)] : []))
      .watches(
        Node,
        ({ metadata }, informers) =>
          informers
            .informer(Pod, { indexes: { node: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []) } })
            .lister.byIndex('node', metadata.name ?? '')
            .map(keyOf),
        {
          predicate: (event) => event.type === 'updated' && !deepEqual(executing(event.old), executing(event.object)),
        },
      )
      .reconcile(reconcile)
  );
}

async function reconcile({
  key,
  object: pod,
  client,
  informers,
  events,
  world,
}: ReconcileContext<Pod>): Promise<undefined | { requeueAfterMs: number }> {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return undefined;
  const nowMs = world.clock.now();
  const at = evictionTime(pod, taintsOn(pod.spec?.nodeName, informers), nowMs);
  if (at === undefined) return undefined;
  if (at > nowMs) return { requeueAfterMs: at - nowMs };
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
