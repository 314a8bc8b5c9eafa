/** The DaemonSet controller: a pod on every node that takes it. It says which node, and leaves binding to the scheduler. */
import { ControllerRevision, DaemonSet } from '@pintle/api/apps/v1';
import { Node, Pod } from '@pintle/api/core/v1';
import { type Controller, controller, type Predicate, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, labelSelectorMatcher } from '@pintle/machinery';
import { claimable, claimObjects, planClaims, wouldAdopt } from '../claims.js';
import {
  podRevisionLabel,
  podRevisionOf,
  revisionLimitDefault,
  surplusRevisions,
} from '../history/controller-revision.js';
import { deleteRevisions, ensureRevision, type RevisionOwner, revisionsOf } from '../history/revisions.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { inSlowStart } from '../slow-start.js';
import { writeStatus } from '../write-status.js';
import { daemonPodFor, hashOf } from './daemon-pod.js';
import { FailedPodBackoff } from './failed-pod-backoff.js';
import { type DaemonSetPlan, hasFailed, planDaemonSet } from './plan-daemon-set.js';

export * from './daemon-pod.js';
export { type DaemonSetFacts, type DaemonSetPlan, type EndedPod, planDaemonSet } from './plan-daemon-set.js';

const gatherMs = 20;

/** What a node says of pods that it takes: its status is not asked. */
const placementChanged: Predicate<Node> = (event) =>
  event.type !== 'updated' ||
  !deepEqual(event.object.metadata.labels, event.old.metadata.labels) ||
  !deepEqual(event.object.spec?.taints, event.old.spec?.taints);

export function daemonSetController({ concurrency = 2 }: { readonly concurrency?: number } = {}): Controller {
  const backoff = new FailedPodBackoff();
  return controller({ name: 'daemonset', component: 'daemonset-controller', concurrency, gatherMs })
    .for(DaemonSet)
    .owns(Pod)
    .watches(
      Pod,
      wouldAdopt(DaemonSet, ({ spec }) => spec?.selector),
    )
    .watches(ControllerRevision, () => [])
    .watches(
      Node,
      (_, informers) =>
        informers
          .informer(DaemonSet)
          .lister.list()
          .map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' })),
      { predicate: placementChanged },
    )
    .reconcile((context) => reconcile(context, backoff));
}

async function reconcile(
  context: ReconcileContext<DaemonSet>,
  backoff: FailedPodBackoff,
): Promise<undefined | { requeueAfterMs: number }> {
  const { object: set, client, informers, world } = context;
  if (set?.spec === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
  const owner: RevisionOwner<DaemonSet> = { object: set, kind: DaemonSet, hashLabel: podRevisionLabel };
  const revisions = await revisionsOf(context, owner);
  const selector = labelSelectorMatcher(set.spec.selector);
  const claims = planClaims(set, claimable(informers, Pod, set), ({ metadata }) =>
    selector.matches(metadata.labels ?? {}),
  );
  await claimObjects(client, set, claims, { owner: DaemonSet, owned: Pod });

  const { revision, collisionCount } = await ensureRevision(context, owner, revisions);
  const nowMs = world.clock.now();
  const backoffKey = (nodeName: string) => `${set.metadata.uid}/${set.metadata.generation}/${nodeName}`;
  const plan = planDaemonSet({
    set,
    hash: hashOf(revision),
    collisionCount,
    nodes: informers.informer(Node).lister.list(),
    pods: claims.owned,
    backoffMs: (nodeName) => backoff.leftMs(backoffKey(nodeName), nowMs),
    nowMs,
  });
  for (const { nodeName, pod } of plan.ended) if (hasFailed(pod)) backoff.note(backoffKey(nodeName), nowMs);
  try {
    await act(context, set, plan, revision);
  } finally {
    await writeStatus(client, DaemonSet, set, plan.status).catch(ignoreNotFound);
  }
  const live = new Set(claims.owned.map(podRevisionOf));
  const old = revisions.filter(({ metadata }) => metadata.name !== revision.metadata.name);
  const { revisionHistoryLimit = revisionLimitDefault } = set.spec;
  // As upstream, old revisions of which there are pods take their place in the history.
  const places = revisionHistoryLimit - old.filter((each) => live.has(hashOf(each))).length;
  const surplus = surplusRevisions(old, (each) => live.has(hashOf(each)), places);
  await deleteRevisions(context, surplus);
  return plan.lookAgainInMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainInMs };
}

async function act(
  { client, events }: ReconcileContext<DaemonSet>,
  set: DaemonSet,
  plan: DaemonSetPlan,
  revision: ControllerRevision,
): Promise<void> {
  for (const { pod, nodeName } of plan.ended) {
    const what = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${nodeName}`;
    if (hasFailed(pod)) events.record(set, 'Warning', 'FailedDaemonPod', `Found failed ${what}, will try to kill it`);
    else events.record(set, 'Normal', 'SucceededDaemonPod', `Found succeeded ${what}, will try to delete it`);
  }
  try {
    await inSlowStart(plan.create, async (nodeName) => {
      const made = await client.create(daemonPodFor(set, nodeName, revision));
      events.record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
    });
  } catch (error) {
    const { message } = error as Error;
    if (isNamespaceEnding(error)) return;
    events.record(set, 'Warning', 'FailedCreate', `Error creating: ${message}`);
    throw error;
  }
  await Promise.all(
    plan.remove.map(async ({ metadata: { name = '', namespace = '', uid = '' } }) => {
      await client.delete(Pod, { name, namespace }, { preconditions: { uid } }).catch(ignoreNotFound);
      events.record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    }),
  );
}
