/**
 * Resource claims: what pods ask for by a template is claimed for each of them, and claims that no pod uses any more are
 * given back. Which devices a claim gets is the scheduler's affair. Runs where the server serves the kinds.
 */
import { Pod } from '@pintle/api/core/v1';
import { ResourceClaim, ResourceClaimTemplate } from '@pintle/api/resource/v1beta1';
import type { Client, ObjectKey } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { controllerOf, withoutFinalizer } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { podKey } from '../pods-on-node.js';
import {
  claimFinalizer,
  claimFromTemplate,
  claimMadeFor,
  isDone,
  type PodClaim,
  planClaim,
  planClaimStatuses,
  podUsers,
  reservedBy,
} from './plan-claims.js';

export * from './plan-claims.js';

/** By which it says in pods' statuses which claims are theirs (upstream's). */
const fieldManager = 'ResourceClaimController';

/** For pods: makes their claims. */
export function podResourceClaimController({ concurrency = 10 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'resource-claim', component: 'resource_claim', concurrency })
    .for(Pod, { predicate: ({ type, object }) => type !== 'deleted' && (object.spec?.resourceClaims?.length ?? 0) > 0 })
    .owns(ResourceClaim)
    .watches(ResourceClaim, placedPodsOf, { predicate: ({ object }) => object.status?.allocation !== undefined })
    .watches(ResourceClaimTemplate, ({ metadata }, informers) =>
      informers
        .informer(Pod)
        .lister.list({ namespace: metadata.namespace ?? '' })
        .filter((pod) => pod.spec?.resourceClaims?.some((one) => one.resourceClaimTemplateName === metadata.name))
        .map((pod) => ({ name: pod.metadata.name ?? '', namespace: metadata.namespace ?? '' })),
    )
    .reconcile(async ({ key, object: pod, client, informers, events }) => {
      if (pod === undefined || isDone(pod) || pod.metadata.deletionTimestamp !== undefined) return;
      const namespace = key.namespace ?? '';
      const claims = informers.informer(ResourceClaim).lister.list({ namespace });
      const made = new Map<string, string>();
      for (const wanted of pod.spec?.resourceClaims ?? []) {
        if (wanted.resourceClaimTemplateName === undefined) continue;
        try {
          const claim = claimMadeFor(pod, wanted, claims) ?? (await makeClaim(client, informers, pod, wanted));
          made.set(wanted.name, claim.metadata.name ?? '');
        } catch (error) {
          const why = `PodResourceClaim ${wanted.name}: ${(error as Error).message}`;
          events.record(pod, 'Warning', 'FailedResourceClaimCreation', why);
          throw error;
        }
      }
      if (pod.spec?.nodeName) await reserve(client, pod, claims, made);
      const resourceClaimStatuses = planClaimStatuses(pod, made);
      if (resourceClaimStatuses !== undefined)
        await client.apply<Pod>(
          {
            ...{ apiVersion: 'v1', kind: 'Pod', metadata: { ...key, uid: pod.metadata.uid ?? '' } },
            status: { resourceClaimStatuses },
          },
          { fieldManager, force: true, subresource: 'status' },
        );
    });
}

async function makeClaim(client: Client, informers: Informers, pod: Pod, wanted: PodClaim): Promise<ResourceClaim> {
  const { resourceClaimTemplateName: name = '' } = wanted;
  const { namespace = '' } = pod.metadata;
  const template = informers.informer(ResourceClaimTemplate).lister.get({ name, namespace });
  if (template === undefined) {
    const quoted = JSON.stringify(name);
    throw new Error(`resource claim template ${quoted}: resourceclaimtemplate.resource.k8s.io ${quoted} not found`);
  }
  return client.create(claimFromTemplate(pod, wanted, template)).catch((error: Error) => {
    throw new Error(`create ResourceClaim : ${error.message}`, { cause: error });
  });
}

/** The pods on nodes that name the claim. */
const placedPodsOf = ({ metadata }: ResourceClaim, informers: Informers): readonly ObjectKey[] =>
  informers
    .informer(Pod)
    .lister.list({ namespace: metadata.namespace ?? '' })
    .filter(({ spec }) => spec?.nodeName && spec.resourceClaims?.some((one) => one.resourceClaimName === metadata.name))
    .map(podKey);

/** A pod that came to its node by no scheduler is noted on its claims here. */
async function reserve(
  client: Client,
  pod: Pod,
  claims: readonly ResourceClaim[],
  made: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { name, resourceClaimName = made.get(name) } of pod.spec?.resourceClaims ?? []) {
    const claim = claims.find(({ metadata }) => metadata.name === resourceClaimName);
    const reserved = claim && reservedBy(pod, claim);
    if (reserved !== undefined) await client.update(reserved, { subresource: 'status' });
  }
}

/** For claims: gives back what nobody uses. */
export function resourceClaimController({ concurrency = 10 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'resource-claim-users', component: 'resource_claim', concurrency })
    .for(ResourceClaim)
    .watches(
      Pod,
      (pod, informers) =>
        informers
          .informer(ResourceClaim)
          .lister.list({ namespace: pod.metadata.namespace ?? '' })
          .filter(
            (claim) =>
              controllerOf(claim)?.uid === pod.metadata.uid ||
              claim.status?.reservedFor?.some(({ uid }) => uid === pod.metadata.uid),
          )
          .map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' })),
      { predicate: ({ type, object }) => type === 'deleted' || isDone(object) },
    )
    .reconcile(async ({ key, object: claim, client, informers }) => {
      if (claim === undefined) return;
      const { namespace = '' } = key;
      const pods = informers.informer(Pod).lister;
      const unseen = new Map<string, Pod>();
      for (const { name } of podUsers(claim)) {
        if (pods.get({ name, namespace }) !== undefined) continue;
        // The cache may lack a pod that the scheduler knows; devices that are given back wrongly are given to another.
        const pod = await client.get(Pod, { name, namespace }).catch(ignoreNotFound);
        if (pod !== undefined) unseen.set(name, pod);
      }
      const step = planClaim(claim, (name) => pods.get({ name, namespace }) ?? unseen.get(name));
      if (step.type === 'write') {
        const written = await client.update(step.claim, { subresource: 'status' });
        const free = written.status?.allocation === undefined ? withoutFinalizer(written, claimFinalizer) : written;
        if (free !== written) await client.update(free);
      }
      if (step.type === 'free') await client.update(withoutFinalizer(step.claim, claimFinalizer));
      if (step.type === 'delete')
        await client
          .delete(ResourceClaim, key, { preconditions: { uid: claim.metadata.uid ?? '' } })
          .catch(ignoreNotFound);
    });
}
