/**
 * What a StatefulSet needs done next, from its pods and claims as they are. Pure.
 *
 * Three stages follow one another: the pods in range are made and kept right, those out of range go, and those of an
 * older revision go to be made anew. With `OrderedReady` a stage takes one pod at a time, the lowest ordinal first
 * when making and the highest first when removing, and waits for each; with `Parallel` nothing waits but an update.
 *
 * A set whose template never becomes ready stays stuck under `OrderedReady`, also when the template is put right:
 * the broken pod has to be deleted by hand (upstream's forced rollback).
 *
 * **Differs from Kubernetes** 1.33, as 1.34 does: updates and removals wait for pods to be available, and not just ready.
 *
 * `maxUnavailable` counts wherever it is stated: servers take it away unless the gate MaxUnavailableStatefulSet is on.
 */
import type { StatefulSet, StatefulSetStatus } from '@pintle/api/apps/v1';
import type { PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { scaledIntOrPercent } from '@pintle/machinery';
import { podRevisionOf } from '../history/controller-revision.js';
import { isPodAvailable, isPodReady, isPodTerminal, nextAvailabilityInMs } from '../pod-facts.js';
import { isStaleClaim, withOwners, withPolicy } from './claim-retention.js';
import { asMember, claimsFor, isInRange, ordinalOf, podOf, replicasOf, startOrdinal } from './identity.js';
import type { StatefulSetFacts } from './stateful-set-facts.js';
import { planStatus } from './stateful-set-status.js';

export type StatefulSetStep =
  | { readonly type: 'create-claim' | 'update-claim'; readonly claim: PersistentVolumeClaim; readonly pod: Pod }
  | { readonly type: 'create' | 'update' | 'delete'; readonly pod: Pod }
  /** The pod cannot be made now. */
  | { readonly type: 'refuse'; readonly pod: Pod; readonly reason: string };

export interface StatefulSetPlan {
  /** Stages one after another; in each the work for each pod, its steps one after another. */
  readonly stages: readonly (readonly (readonly StatefulSetStep[])[])[];
  readonly status: StatefulSetStatus;
  /** When a pod that is ready becomes available. */
  readonly availableInMs?: number;
}

interface Replica {
  readonly ordinal: number;
  readonly pod: Pod;
  readonly exists: boolean;
}

/** Work for one pod, and whether those after it have to wait. */
interface Work {
  readonly steps: readonly StatefulSetStep[];
  readonly blocks: boolean;
}

export function planStatefulSet(facts: StatefulSetFacts): StatefulSetPlan {
  const { set, pods, nowMs } = facts;
  const minReady = set.spec?.minReadySeconds ?? 0;
  const next = minReady === 0 ? undefined : nextAvailabilityInMs(pods, minReady, nowMs);
  const finish = (stages: readonly (readonly Work[])[], updated = 0): StatefulSetPlan => ({
    stages: stages.map((works) => works.map(({ steps }) => steps).filter((steps) => steps.length > 0)),
    status: planStatus(facts, updated),
    ...(next === undefined ? {} : { availableInMs: next }),
  });
  if (set.metadata.deletionTimestamp !== undefined) return finish([]);

  const monotonic = set.spec?.podManagementPolicy !== 'Parallel';
  const { replicas, condemned } = partition(facts);
  const made = inTurn(replicas, monotonic, (replica) => planReplica(facts, replica, monotonic));
  if (made.blocked) return finish([made.works]);
  const claims = condemned.map((replica) => ({ steps: policySteps(facts, replica), blocks: false }));
  const firstUnavailable = [...replicas, ...[...condemned].reverse()].find(({ pod }) => isUnavailable(facts, pod));
  const removed = inTurn(condemned, monotonic, (replica) =>
    planCondemned(facts, replica, monotonic && replica !== firstUnavailable),
  );
  if (removed.blocked) return finish([made.works, claims, removed.works]);
  const outdated = planUpdate(facts, replicas);
  return finish([made.works, claims, removed.works, outdated.map(removal)], outdated.length);
}

/** Plans one after another; in order, what blocks keeps the rest from being planned. */
function inTurn(replicas: readonly Replica[], monotonic: boolean, plan: (replica: Replica) => Work) {
  const works: Work[] = [];
  for (const replica of replicas) {
    const work = plan(replica);
    works.push(work);
    if (monotonic && work.blocks) return { works, blocked: true };
  }
  return { works, blocked: false };
}

/** The pods in range by ordinal, those still to be made among them; and those out of range, the highest first. */
function partition(facts: StatefulSetFacts) {
  const { set, pods, current, update } = facts;
  const members = pods
    .flatMap((pod): Replica[] => {
      const ordinal = ordinalOf(set, pod);
      return ordinal === undefined ? [] : [{ ordinal, pod, exists: true }];
    })
    .sort((a, b) => b.ordinal - a.ordinal);
  const present = new Map(members.map((replica) => [replica.ordinal, replica]));
  const start = startOrdinal(set);
  const replicas = Array.from({ length: replicasOf(set) }, (_, index): Replica => {
    const ordinal = start + index;
    const revision = needsCurrent(set, index) ? current : update;
    return present.get(ordinal) ?? { ordinal, pod: podOf(set, ordinal, revision), exists: false };
  });
  return { replicas, condemned: members.filter(({ ordinal }) => !isInRange(set, ordinal)) };
}

/** Whether the pod at this place, counted from the first, is made of the revision before the rollout. */
function needsCurrent({ spec, status }: StatefulSet, index: number): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return false;
  return index < (rollingUpdate === undefined ? (status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0));
}

const removal = ({ pod }: Replica): Work => ({ steps: [{ type: 'delete', pod }], blocks: true });
const wait: Work = { steps: [], blocks: true };

const isTerminating = ({ metadata }: Pod) => metadata.deletionTimestamp !== undefined;
const isRunningAndReady = (pod: Pod) => pod.status?.phase === 'Running' && isPodReady(pod);

const isAvailableIn = ({ set, nowMs }: StatefulSetFacts, pod: Pod) =>
  isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);

const isUnavailable = (facts: StatefulSetFacts, pod: Pod) =>
  !isRunningAndReady(pod) || isTerminating(pod) || !isAvailableIn(facts, pod);

function planReplica(facts: StatefulSetFacts, replica: Replica, monotonic: boolean): Work {
  const { set } = facts;
  const { pod, ordinal, exists } = replica;
  if (isPodTerminal(pod)) return isTerminating(pod) ? wait : removal(replica);
  if (!exists) return planCreation(facts, replica);
  const missing = pod.status?.phase === 'Pending' ? missingClaims(facts, replica) : [];
  if (monotonic && isUnavailable(facts, pod)) return { steps: missing, blocks: true };
  const member = asMember(set, ordinal, pod);
  const changes: readonly StatefulSetStep[] =
    member === pod
      ? policySteps(facts, replica)
      : [
          ...policySteps(facts, replica),
          ...(missing.length > 0 ? [] : missingClaims(facts, replica)),
          { type: 'update', pod: member },
        ];
  return { steps: [...missing, ...changes], blocks: false };
}

function planCreation(facts: StatefulSetFacts, replica: Replica): Work {
  const { pod, ordinal } = replica;
  const claims = claimsFor(facts.set, ordinal).map(({ metadata }) => facts.claim(metadata.name ?? ''));
  // A claim that goes with an earlier pod of this name has to be gone before a new one can be made.
  if (claims.some((claim) => claim !== undefined && isStaleClaim(claim, pod))) return wait;
  const ending = claims.find((claim) => claim?.metadata.deletionTimestamp !== undefined);
  if (ending !== undefined)
    return { steps: [{ type: 'refuse', pod, reason: `pvc ${ending.metadata.name} is being deleted` }], blocks: true };
  return {
    steps: [...missingClaims(facts, replica), { type: 'create', pod }, ...policySteps(facts, replica)],
    blocks: true,
  };
}

function missingClaims({ set, claim }: StatefulSetFacts, { pod, ordinal }: Replica): readonly StatefulSetStep[] {
  return claimsFor(set, ordinal)
    .filter(({ metadata }) => claim(metadata.name ?? '') === undefined)
    .map((wish) => ({ type: 'create-claim', claim: withOwners(set, wish), pod }));
}

/** What makes the claims of a pod follow the retention policy. */
function policySteps({ set, claim }: StatefulSetFacts, { pod, ordinal }: Replica): readonly StatefulSetStep[] {
  return claimsFor(set, ordinal).flatMap(({ metadata }): StatefulSetStep[] => {
    const present = claim(metadata.name ?? '');
    if (present === undefined) return [];
    const right = withPolicy(set, pod, ordinal, present);
    return right === present ? [] : [{ type: 'update-claim', claim: right, pod }];
  });
}

/** In order, a pod goes only when it is well, or when it is the very one that is not. */
function planCondemned(facts: StatefulSetFacts, replica: Replica, mustBeWell: boolean): Work {
  if (isTerminating(replica.pod)) return wait;
  if (mustBeWell && isUnavailable(facts, replica.pod)) return wait;
  return removal(replica);
}

/** The pods to remove so that they are made anew of the present revision, the highest ordinal first. */
function planUpdate(facts: StatefulSetFacts, replicas: readonly Replica[]): readonly Replica[] {
  const { set, update } = facts;
  const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const candidates = replicas.slice(rollingUpdate?.partition ?? 0).reverse();
  const isOutdated = ({ pod, exists }: Replica) =>
    exists && podRevisionOf(pod) !== update.metadata.name && !isTerminating(pod);
  const maxUnavailable = rollingUpdate?.maxUnavailable;
  if (maxUnavailable === undefined) {
    // One at a time: the next goes only when all above it are available.
    const first = candidates.find((replica) => isOutdated(replica) || isUnavailable(facts, replica.pod));
    return first !== undefined && isOutdated(first) ? [first] : [];
  }
  const allowed = Math.max(1, scaledIntOrPercent(maxUnavailable, replicas.length, 'down'));
  const unavailable = replicas.filter(({ pod }) => isUnavailable(facts, pod)).length;
  return candidates.filter(isOutdated).slice(0, Math.max(0, allowed - unavailable));
}
