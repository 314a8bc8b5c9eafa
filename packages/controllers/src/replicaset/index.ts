/** The ReplicaSet controller: as many pods of a template as were asked for. */
import { ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, StatusError } from '@pintle/machinery';
import { claimable, claimObjects, wouldAdopt } from '../claims.js';
import { ignoreGone } from '../ignore-gone.js';
import { podFromTemplate } from '../pod-template.js';
import { inSlowStart } from '../slow-start.js';
import { planReplicaSet } from './plan-replica-set.js';

export * from './plan-replica-set.js';

/** A set looks at all its pods: what they tell of themselves is gathered for a moment. */
const gatherMs = 20;

export function replicaSetController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'replicaset', component: 'replicaset-controller', concurrency, gatherMs })
    .for(ReplicaSet)
    .owns(Pod)
    .watches(Pod, wouldAdopt(ReplicaSet))
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
  const plan = planReplicaSet(set, claimable(informers, Pod, set), world.clock.now());
  await claimObjects(client, set, plan, { owner: ReplicaSet, owned: Pod });
  let failure: unknown;
  try {
    const wish = podFromTemplate(set, ReplicaSet, set.spec?.template);
    await inSlowStart(Array(plan.create).fill(wish), async (pod) => {
      const made = await client.create(pod);
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
