/**
 * The ResourceQuota controller: recounts what the objects of a namespace use, where a quota is new or changed, where
 * something has gone, and every now and then. Charging for what is created is admission's affair.
 */
import { type Pod, ResourceQuota } from '@pintle/api/core/v1';
import { isQuotable, isTerminating, type QuotaEvaluator, quotaEvaluator } from '@pintle/api/quota';
import { sameAmounts } from '@pintle/api/resource-list';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext, type ReconcileResult } from '@pintle/controller-runtime';
import { deepEqual, type KindRef, type KubernetesObject, sleep, type World } from '@pintle/machinery';
import type { Informer, InformerEvent, Informers } from '@pintle/watch';
import { Subject } from 'rxjs';
import { FollowedKinds } from '../followed-kinds.js';
import { type Counted, planQuotaStatus } from './plan-quota-status.js';

export * from './plan-quota-status.js';

export interface ResourceQuotaControllerOptions {
  /** Every kind that objects can be of, asked anew each time. */
  readonly kinds: () => readonly KindRef[];
  readonly concurrency?: number;
}

/** How often all is counted again (upstream's resource-quota-sync-period). */
const resyncMs = 300_000;
/** How often kinds that are gone, or new, are looked for (as kube-controller-manager does). */
const kindsEveryMs = 30_000;
/** How long a quota must have been left alone before something is given back to it. */
const quietMs = 100;

/** A resource that some quota counts, and the cache of its objects. */
interface Followed {
  readonly evaluator: QuotaEvaluator;
  readonly informer: Informer;
}

export function resourceQuotaController({ kinds, concurrency = 5 }: ResourceQuotaControllerOptions): Controller {
  const freed = new Subject<ObjectKey>();
  const followedBy = new WeakMap<Informers, FollowedKinds<Followed>>();

  const followedIn = (informers: Informers, { clock }: World): FollowedKinds<Followed> => {
    const known = followedBy.get(informers);
    if (known !== undefined) return known;
    const quotas = informers.informer(ResourceQuota).lister;
    const made = new FollowedKinds((kind, signal) => {
      const evaluator = quotaEvaluator(kind);
      const informer = informers.informer(kind, { signal });
      informer.events.subscribe((event) => {
        if (event.type !== 'deleted' && event.type !== 'updated') return;
        const { namespace = '' } = event.object.metadata;
        const concerned = quotas
          .list({ namespace })
          .filter(({ spec }) => evaluator.matching(Object.keys(spec?.hard ?? {})).length > 0);
        if (concerned.length === 0 || !changesUsage(evaluator, event, clock.now())) return;
        for (const { metadata } of concerned) freed.next({ name: metadata.name ?? '', namespace });
      });
      return { evaluator, informer };
    });
    followedBy.set(informers, made);
    return made;
  };

  const count = async (context: ReconcileContext<ResourceQuota>, quota: ResourceQuota): Promise<readonly Counted[]> => {
    const bounded = Object.keys(quota.spec?.hard ?? {});
    const { namespace = '' } = quota.metadata;
    const followed = kinds()
      .filter((kind) => kind.scope === 'Namespaced' && isQuotable(kind))
      .filter((kind) => quotaEvaluator(kind).matching(bounded).length > 0)
      .map((kind) => followedIn(context.informers, context.world).of(kind));
    // One after the other: a signal takes few listeners.
    for (const { informer } of followed) if (!informer.hasSynced) await informer.whenSynced(context.signal);
    return followed.map(({ evaluator, informer }) => ({ evaluator, objects: informer.lister.list({ namespace }) }));
  };

  const reconcile = async (context: ReconcileContext<ResourceQuota>): Promise<ReconcileResult> => {
    const { key, object: quota, client, informers, world, signal } = context;
    if (quota === undefined) return;
    let plan = planQuotaStatus(quota, await count(context, quota), world.clock.now());
    if (plan.lowers) {
      // Admission charges before an object is written: what is charged and not there may be on its way.
      await sleep(world.clock, quietMs, signal);
      const now = informers.informer(ResourceQuota).lister.get(key);
      if (now?.metadata.resourceVersion !== quota.metadata.resourceVersion) return { requeueAfterMs: quietMs };
      plan = planQuotaStatus(quota, await count(context, quota), world.clock.now());
    }
    if (plan.status !== undefined) await client.update({ ...quota, status: plan.status }, { subresource: 'status' });
    return { requeueAfterMs: resyncMs };
  };

  return controller({ name: 'resourcequota', concurrency })
    .for(ResourceQuota, {
      predicate: (event) => event.type !== 'updated' || !deepEqual(event.object.spec, event.old.spec),
    })
    .from(freed)
    .polls({
      everyMs: kindsEveryMs,
      async keys({ informers }) {
        followedBy.get(informers)?.look(kinds());
        return quotasOfNewKinds(informers.informer(ResourceQuota).lister.list(), kinds());
      },
    })
    .reconcile(reconcile);
}

/** Those that were counted before what they bound was known: until they are counted again nothing of it may be made. */
function quotasOfNewKinds(quotas: readonly ResourceQuota[], kinds: readonly KindRef[]): readonly ObjectKey[] {
  const uncounted = quotas
    .map(({ metadata: { name = '', namespace = '' }, spec, status }) => ({
      key: { name, namespace },
      names: Object.keys(spec?.hard ?? {}).filter((bound) => status?.used?.[bound] === undefined),
    }))
    .filter(({ names }) => names.length > 0);
  if (uncounted.length === 0) return [];
  const evaluators = kinds.filter((kind) => kind.scope === 'Namespaced' && isQuotable(kind)).map(quotaEvaluator);
  return uncounted
    .filter(({ names }) => evaluators.some((evaluator) => evaluator.matching(names).length > 0))
    .map(({ key }) => key);
}

function changesUsage(
  evaluator: QuotaEvaluator,
  event: Extract<InformerEvent<KubernetesObject>, { readonly type: 'deleted' | 'updated' }>,
  nowMs: number,
): boolean {
  if (event.type === 'deleted') return true;
  const { object, old } = event;
  if (!sameAmounts(evaluator.usage(object, nowMs), evaluator.usage(old, nowMs))) return true;
  return evaluator.resource.plural === 'pods' && isTerminating(object as Pod) !== isTerminating(old as Pod);
}
