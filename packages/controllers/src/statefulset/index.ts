/**
 * The StatefulSet controller: pods with names, claims and an order of their own. It makes claims and leaves it to
 * others to bind them.
 */
import { ControllerRevision, StatefulSet } from '@pintle/api/apps/v1';
import { PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { type KubernetesObject, labelSelectorMatcher } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { claimable, claimObjects, planClaims, wouldAdopt } from '../claims.js';
import { podRevisionOf, surplusRevisions } from '../history/controller-revision.js';
import { deleteRevisions, ensureRevision, type RevisionOwner, revisionsOf } from '../history/revisions.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { inSlowStart } from '../slow-start.js';
import { writeStatus } from '../write-status.js';
import { ordinalOf } from './identity.js';
import { planStatefulSet, type StatefulSetStep } from './plan-stateful-set.js';

export * from './plan-stateful-set.js';

/** Pods made or removed at once where the set's order does not matter (upstream's batch). */
const underWayMax = 500;
const gatherMs = 20;
const hashLabel = 'controller.kubernetes.io/hash';

export function statefulSetController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'statefulset', component: 'statefulset-controller', concurrency, gatherMs })
    .for(StatefulSet)
    .owns(Pod)
    .watches(
      Pod,
      wouldAdopt(StatefulSet, ({ spec }) => spec?.selector),
    )
    .watches(ControllerRevision, () => [])
    .watches(PersistentVolumeClaim, setsOfClaim, { predicate: ({ type }) => type === 'deleted' })
    .reconcile(reconcile);
}

/** The sets that may wait for a claim to be gone: those with a template that its name begins with. */
function setsOfClaim({ metadata }: KubernetesObject, informers: Informers): readonly ObjectKey[] {
  const { name = '', namespace = '' } = metadata;
  return informers
    .informer(StatefulSet)
    .lister.list({ namespace })
    .filter((set) =>
      set.spec?.volumeClaimTemplates?.some((template) =>
        name.startsWith(`${template.metadata.name}-${set.metadata.name}-`),
      ),
    )
    .map((set) => ({ name: set.metadata.name ?? '', namespace }));
}

async function reconcile(context: ReconcileContext<StatefulSet>): Promise<undefined | { requeueAfterMs: number }> {
  const { object: set, client, informers, world } = context;
  if (set?.spec === undefined) return undefined;
  const owner: RevisionOwner<StatefulSet> = { object: set, kind: StatefulSet, hashLabel };
  const revisions = await revisionsOf(context, owner);
  const selector = labelSelectorMatcher(set.spec.selector);
  const claims = planClaims(
    set,
    claimable(informers, Pod, set),
    (pod) => ordinalOf(set, pod) !== undefined && selector.matches(pod.metadata.labels ?? {}),
  );
  await claimObjects(client, set, claims, { owner: StatefulSet, owned: Pod });

  const { revision: update, collisionCount } = await ensureRevision(context, owner, revisions);
  const current = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  const claimLister = informers.informer(PersistentVolumeClaim).lister;
  const plan = planStatefulSet({
    set,
    pods: claims.owned,
    current,
    update,
    collisionCount,
    claim: (name) => claimLister.get({ name, namespace: set.metadata.namespace ?? '' }),
    nowMs: world.clock.now(),
  });
  try {
    await act(context, set, plan.stages);
  } finally {
    await writeStatus(client, StatefulSet, set, plan.status).catch(ignoreNotFound);
  }
  const live = new Set([current.metadata.name, update.metadata.name, ...claims.owned.map(podRevisionOf)]);
  await deleteRevisions(
    context,
    surplusRevisions(revisions, ({ metadata }) => live.has(metadata.name), set.spec.revisionHistoryLimit),
  );
  return plan.availableInMs === undefined ? undefined : { requeueAfterMs: plan.availableInMs };
}

async function act(
  context: ReconcileContext<StatefulSet>,
  set: StatefulSet,
  stages: readonly (readonly (readonly StatefulSetStep[])[])[],
): Promise<void> {
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  for (const works of stages) {
    await inSlowStart(
      works,
      async (steps) => {
        for (const step of steps) await takeStep(context, set, step);
      },
      { underWayMax: ordered ? 1 : underWayMax },
    );
  }
}

const verbs = {
  create: 'create',
  update: 'update',
  delete: 'delete',
  refuse: 'create',
  'create-claim': 'create',
  'update-claim': 'update',
} as const;

/** Does it, and tells people of it. */
async function takeStep(
  context: ReconcileContext<StatefulSet>,
  set: StatefulSet,
  step: StatefulSetStep,
): Promise<void> {
  const verb = verbs[step.type];
  const reason = (outcome: string) => `${outcome}${verb[0]!.toUpperCase()}${verb.slice(1)}`;
  const pod = `Pod ${step.pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  try {
    await write(context, step);
  } catch (error) {
    const { message } = error as Error;
    const failed = (what: string) =>
      context.events.record(set, 'Warning', reason('Failed'), `${verb} ${what} failed error: ${message}`);
    if (step.type === 'create-claim') failed(`Claim ${step.claim.metadata.name} for ${pod}`);
    failed(pod);
    throw error;
  }
  if (step.type === 'update-claim') return;
  const done = step.type === 'create-claim' ? `Claim ${step.claim.metadata.name} ${pod} success` : `${pod} successful`;
  context.events.record(set, 'Normal', reason('Successful'), `${verb} ${done}`);
}

async function write({ client }: ReconcileContext<StatefulSet>, step: StatefulSetStep): Promise<void> {
  const { name = '', namespace = '', uid = '' } = step.pod.metadata;
  switch (step.type) {
    case 'create-claim':
      await client.create(step.claim);
      return;
    case 'update-claim':
      await client.update(step.claim);
      return;
    case 'create':
      await client.create(step.pod);
      return;
    case 'update':
      await client.update(step.pod);
      return;
    case 'delete':
      await client.delete(Pod, { name, namespace }, { preconditions: { uid } }).catch(ignoreNotFound);
      return;
    case 'refuse':
      throw new Error(step.reason);
  }
}
