/** The ReplicaSet controller: as many pods of a template as were asked for. */
import { ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import {
  controllerReference,
  deepEqual,
  type KubernetesObject,
  labelSelectorMatcher,
  StatusError,
} from '@pintle/machinery';
import { planReplicaSet } from './plan-replica-set.js';

export * from './plan-replica-set.js';

/** A set looks at all its pods: what they tell of themselves is gathered for a moment. */
const gatherMs = 20;
/** Creates start one at a time and double while they succeed, so that a quota is met gently. */
const slowStartFirst = 1;

export function replicaSetController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'replicaset', component: 'replicaset-controller', concurrency, gatherMs })
    .for(ReplicaSet)
    .owns(Pod)
    .watches(Pod, (pod, informers) => {
      // A pod that nobody controls may be one to adopt.
      if (pod.metadata.ownerReferences?.some((owner) => owner.controller)) return [];
      return informers
        .informer(ReplicaSet)
        .lister.list({ namespace: pod.metadata.namespace ?? '' })
        .filter((set) => labelSelectorMatcher(set.spec?.selector).matches(pod.metadata.labels ?? {}))
        .map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }));
    })
    .reconcile(reconcile);
}

async function reconcile({
  object: set,
  client,
  informers,
  events,
  world,
}: ReconcileContext<ReplicaSet>): Promise<undefined | { requeueAfterMs: number }> {
  if (set === undefined) return undefined;
  const pods = podsOf(set, informers.informer(Pod, { indexes: { controller: controllerUid } }).lister);
  const plan = planReplicaSet(set, pods, world.clock.now());

  await Promise.all([
    ...plan.adopt.map((pod) => adopt(client, set, pod)),
    ...plan.release.map((pod) => release(client, set, pod)),
  ]);
  let failure: unknown;
  try {
    await inSlowStart(plan.create, async () => {
      const made = await client.create(podFor(set));
      events.record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
    });
    await Promise.all(
      plan.remove.map(async ({ metadata: { name = '', namespace = '', uid = '' } }) => {
        await client.delete(Pod, { name, namespace }, { preconditions: { uid } }).catch(ignoreGone);
        events.record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      }),
    );
  } catch (error) {
    failure = error;
    const deleting =
      StatusError.is(error, 'Forbidden') &&
      error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    if (deleting) return undefined;
    events.record(
      set,
      'Warning',
      plan.create > 0 ? 'FailedCreate' : 'FailedDelete',
      `Error ${plan.create > 0 ? 'creating' : 'deleting'}: ${(error as Error).message}`,
    );
  }
  if (!deepEqual(plan.status, set.status))
    await client.update({ ...set, status: plan.status }, { subresource: 'status' }).catch(ignoreGone);
  if (failure !== undefined) throw failure;
  return plan.availableInMs === undefined ? undefined : { requeueAfterMs: plan.availableInMs };
}

const controllerUid = ({ metadata }: KubernetesObject): readonly string[] =>
  metadata.ownerReferences?.filter((owner) => owner.controller).map(({ uid }) => uid) ?? [`${metadata.namespace}/`];

/** The pods that it controls, and those of its namespace that nobody does. */
function podsOf(
  { metadata }: ReplicaSet,
  lister: { byIndex(index: string, value: string): readonly Pod[] },
): readonly Pod[] {
  return [
    ...lister.byIndex('controller', metadata.uid ?? ''),
    ...lister.byIndex('controller', `${metadata.namespace}/`),
  ];
}

const kind = { group: 'apps', version: 'v1', kind: 'ReplicaSet' };

function podFor(set: ReplicaSet): Pod {
  const { metadata, spec } = set.spec?.template ?? {};
  const { labels, annotations, finalizers } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(set, kind)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

async function inSlowStart(count: number, create: () => Promise<void>): Promise<void> {
  for (let left = count, batch = slowStartFirst; left > 0; left -= batch, batch = Math.min(batch * 2, left)) {
    await Promise.all(Array.from({ length: Math.min(batch, left) }, create));
  }
}

const ignoreGone = (error: unknown) => {
  if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
};

const adopt = (client: Client, set: ReplicaSet, { metadata: { name = '', namespace = '', uid = '' } }: Pod) =>
  client
    .patch(
      Pod,
      { name, namespace },
      { type: 'strategic', body: { metadata: { uid, ownerReferences: [controllerReference(set, kind)] } } },
    )
    .catch(ignoreGone);

const release = (client: Client, set: ReplicaSet, { metadata: { name = '', namespace = '', uid = '' } }: Pod) =>
  client
    .patch(
      Pod,
      { name, namespace },
      {
        type: 'strategic',
        body: { metadata: { uid, ownerReferences: [{ $patch: 'delete', uid: set.metadata.uid }] } },
      },
    )
    .catch(ignoreGone);
