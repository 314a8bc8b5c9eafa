/**
 * What ReplicaSets and ReplicationControllers have in common, which is all but their names: as many pods of a
 * template as were asked for. A kind is looked at through an adapter that shows it as a ReplicaSet.
 *
 * Differs from Kubernetes: a new set that was given pods tells of itself first when they are seen, and not before with
 * no pods; what its pods do is gathered for 20 ms, and for up to a second more while other keys are pressing.
 */
import type { ReplicaSet, ReplicaSetCondition } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { controllerOf, deepEqual, formatTime, type KindRef, type KubernetesObject } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { claimable, claimObjects, controllerIndex, countClaimable, wouldAdopt } from '../claims.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { ObjectMemory } from '../object-memory.js';
import { podFromTemplate } from '../pod-template.js';
import { inSlowStart } from '../slow-start.js';
import { planReplicaSet, type ReplicaSetPlan } from './plan-replica-set.js';

/** A set looks at all its pods: what they tell of themselves is gathered for a moment, and for longer in a large set. */
const gatherMs = 20;
const podsPerMs = 50;

export interface ReplicaKeeper<T extends KubernetesObject> {
  readonly name: string;
  readonly component: string;
  readonly kind: KindRef<T>;
  readonly concurrency: number;
  /** The object with its fields where a ReplicaSet has them. */
  readonly asReplicaSet: (object: T) => ReplicaSet;
}

export function keepReplicas<T extends KubernetesObject>(keeper: ReplicaKeeper<T>): Controller {
  const { name, component, kind, concurrency, asReplicaSet } = keeper;
  const looks = new ObjectMemory<number>();
  return controller({ name, component, concurrency, gatherMs })
    .for(kind)
    .owns(Pod, { gatherMs })
    .watches(
      Pod,
      wouldAdopt(kind, (object) => asReplicaSet(object).spec?.selector),
    )
    .reconcile((context) => reconcile(context, keeper, looks));
}

async function reconcile<T extends KubernetesObject>(
  { key, object, client, informers, events, world }: ReconcileContext<T>,
  { kind, asReplicaSet }: ReplicaKeeper<T>,
  /** When all pods of a set were looked at last. */
  looks: ObjectMemory<number>,
): Promise<undefined | { requeueAfterMs: number }> {
  const id = `${key.namespace}/${key.name}`;
  if (object === undefined) {
    looks.forget(informers, id);
    return undefined;
  }
  const set = asReplicaSet(object);
  const nowMs = world.clock.now();
  const related = () => relatedPods(informers, kind, object);
  const count = countClaimable(informers, Pod, object);
  // While as many are there as should be, it is a matter of the status alone.
  const soonMs = (looks.get(informers, id, object.metadata.uid) ?? 0) + count / podsPerMs - nowMs;
  if (count === set.spec?.replicas && soonMs > gatherMs && set.status?.observedGeneration === set.metadata.generation)
    return { requeueAfterMs: soonMs };
  looks.set(informers, id, object.metadata.uid, nowMs);
  const plan = planReplicaSet(set, claimable(informers, Pod, object), nowMs, related);
  await claimObjects(client, object, plan, { owner: kind, owned: Pod });
  let failure: Error | undefined;
  try {
    const wish = podFromTemplate(object, kind, set.spec?.template);
    await inSlowStart(Array<Pod>(plan.create).fill(wish), async (pod) => {
      const made = await client.create(pod);
      events.record(object, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
    });
    await Promise.all(
      plan.remove.map(async ({ metadata: { name = '', namespace = '', uid = '' } }) => {
        await client.delete(Pod, { name, namespace }, { preconditions: { uid } }).catch(ignoreNotFound);
        events.record(object, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      }),
    );
  } catch (error) {
    failure = error as Error;
    if (isNamespaceEnding(error)) return undefined;
    events.record(
      object,
      'Warning',
      failureReason(plan),
      `Error ${plan.create > 0 ? 'creating' : 'deleting'}: ${failure.message}`,
    );
  }
  const status = withFailure(plan, failure, formatTime(world.clock.now()));
  if (!deepEqual(status, set.status) && !isToldByItsPods(set, plan, failure))
    await client.update({ ...object, status } as T, { subresource: 'status' }).catch(ignoreNotFound);
  if (failure !== undefined) throw failure;
  if (plan.isPartial) return { requeueAfterMs: 0 };
  return plan.availableInMs === undefined ? undefined : { requeueAfterMs: plan.availableInMs };
}

/** A set that has no pods yet and was just given some has nothing to tell but that: it is told when they are seen. */
const isToldByItsPods = ({ status }: ReplicaSet, { create, status: next }: ReplicaSetPlan, failure?: Error): boolean =>
  create > 0 && failure === undefined && status?.observedGeneration === undefined && next.replicas === 0;

/** The pods of all sets that the same object controls. */
function relatedPods<T extends KubernetesObject>(informers: Informers, kind: KindRef<T>, set: T): readonly Pod[] {
  const owner = controllerOf(set)?.uid;
  const sets =
    owner === undefined
      ? [set]
      : informers.informer(kind, { indexes: controllerIndex }).lister.byIndex('controller', owner);
  const { lister } = informers.informer(Pod, { indexes: controllerIndex });
  return sets.flatMap(({ metadata }) => lister.byIndex('controller', metadata.uid ?? ''));
}

const failureReason = ({ create }: ReplicaSetPlan) => (create > 0 ? 'FailedCreate' : 'FailedDelete');

/** The status with the condition ReplicaFailure for as long as pods cannot be made or removed. */
export function withFailure(plan: ReplicaSetPlan, failure: Error | undefined, now: string): ReplicaSetPlan['status'] {
  const { conditions = [], ...status } = plan.status;
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const before = conditions.find(({ type }) => type === 'ReplicaFailure');
  const told: readonly ReplicaSetCondition[] =
    failure === undefined
      ? others
      : [
          ...others,
          before ?? {
            type: 'ReplicaFailure',
            status: 'True',
            reason: failureReason(plan),
            message: failure.message,
            lastTransitionTime: now,
          },
        ];
  return told.length === 0 ? status : { ...status, conditions: told };
}
