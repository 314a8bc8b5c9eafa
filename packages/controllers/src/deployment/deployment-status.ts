/** The status of a Deployment, from its sets: counts, and how far the rollout is. Pure. */
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@pintle/api/apps/v1';
import { findCondition, formatTime, parseTime } from '@pintle/machinery';
import { fencepostsOf, replicasOf } from './plan-deployment.js';
import { historyAnnotation } from './revision.js';

/** The reason of the condition and of the Event. */
export const setRefusedReason = 'ReplicaSetCreateError';

export interface StatusFacts {
  readonly newSet: ReplicaSet | undefined;
  readonly allSets: readonly ReplicaSet[];
  readonly nowMs: number;
  readonly collisionCount?: number;
  /** The new set is another one than the last status was of. Default: it is not. */
  readonly isAnotherSet?: boolean;
}

const sum = (sets: readonly ReplicaSet[], read: (set: ReplicaSet) => number | undefined) =>
  sets.reduce((total, set) => total + (read(set) ?? 0), 0);

/** Only counts above zero are written, as Go leaves zeros out. */
const counts = (fields: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0));

export function planStatus(deployment: Deployment, facts: StatusFacts): DeploymentStatus {
  const { newSet, allSets } = facts;
  const available = sum(allSets, ({ status }) => status?.availableReplicas);
  const total = sum(allSets, replicasOf);
  const bare: DeploymentStatus = {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...counts({
      replicas: sum(allSets, ({ status }) => status?.replicas),
      updatedReplicas: newSet?.status?.replicas ?? 0,
      readyReplicas: sum(allSets, ({ status }) => status?.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, total - available),
    }),
    ...(facts.collisionCount === undefined ? {} : { collisionCount: facts.collisionCount }),
  };
  const conditions = conditionsOf(deployment, bare, facts);
  return conditions.length === 0 ? bare : { ...bare, conditions };
}

type Wanted = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

function conditionsOf(
  deployment: Deployment,
  status: DeploymentStatus,
  facts: StatusFacts,
): readonly DeploymentCondition[] {
  const now = formatTime(facts.nowMs);
  // Without a deadline nobody says how far it is, and what was said of it before goes.
  let conditions: readonly DeploymentCondition[] = (deployment.status?.conditions ?? []).filter(
    ({ type }) => type !== 'Progressing' || hasProgressDeadline(deployment),
  );
  const set = (wanted: Wanted, touch = false) => {
    conditions = withCondition(conditions, wanted, now, touch);
  };
  const minAvailable = (deployment.spec?.replicas ?? 1) - fencepostsOf(deployment).maxUnavailable;
  set(
    (status.availableReplicas ?? 0) >= minAvailable
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
  );
  const failure = failureOf(facts);
  if (failure === undefined) conditions = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  else set(failure);
  const progress = progressOf(deployment, status, facts);
  if (progress !== undefined) set(progress.condition, progress.moved);
  return conditions;
}

/** One that says the same already stays as it is, but for `touch`. */
function withCondition(
  conditions: readonly DeploymentCondition[],
  wanted: Wanted,
  now: string,
  touch: boolean,
): readonly DeploymentCondition[] {
  const present = findCondition(conditions, wanted.type);
  if (present !== undefined && present.status === wanted.status && present.reason === wanted.reason && !touch)
    return conditions;
  const lastTransitionTime = present?.status === wanted.status ? (present.lastTransitionTime ?? now) : now;
  return [
    ...conditions.filter(({ type }) => type !== wanted.type),
    { ...wanted, lastUpdateTime: now, lastTransitionTime },
  ];
}

/** What a Deployment says whose next set the server refuses. */
export function withSetRefused(deployment: Deployment, message: string, nowMs: number): DeploymentStatus {
  const { status = {} } = deployment;
  if (!hasProgressDeadline(deployment)) return status;
  const refused: Wanted = { type: 'Progressing', status: 'False', reason: setRefusedReason, message };
  return { ...status, conditions: withCondition(status.conditions ?? [], refused, formatTime(nowMs), false) };
}

/** Pods cannot be made or removed: what the new set says of it, or else any other. */
function failureOf({ newSet, allSets }: StatusFacts): Wanted | undefined {
  for (const set of [...(newSet === undefined ? [] : [newSet]), ...allSets]) {
    const found = findCondition(set.status?.conditions, 'ReplicaFailure');
    if (found?.status !== 'True') continue;
    const { reason = '', message = '' } = found;
    return { type: 'ReplicaFailure', status: 'True', reason, message };
  }
  return undefined;
}

export const hasProgressDeadline = ({ spec }: Deployment): boolean =>
  spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2_147_483_647;

/** Every wanted pod is new, available, and no old one is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = deployment.spec?.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function progressOf(
  deployment: Deployment,
  status: DeploymentStatus,
  { newSet, nowMs, isAnotherSet = false }: StatusFacts,
): { condition: Wanted; moved: boolean } | undefined {
  if (!hasProgressDeadline(deployment)) return undefined;
  const name = deployment.metadata.name ?? '';
  const subject =
    newSet === undefined ? `Deployment ${JSON.stringify(name)}` : `ReplicaSet ${JSON.stringify(newSet.metadata.name)}`;
  const present = findCondition(deployment.status?.conditions, 'Progressing');
  // What was counted of another set is no measure of how far this one is.
  const before = isAnotherSet ? { ...deployment.status, updatedReplicas: 0 } : (deployment.status ?? {});
  const condition = (value: 'True' | 'False' | 'Unknown', reason: string, message: string): Wanted => ({
    type: 'Progressing',
    status: value,
    reason,
    message,
  });
  const isPaused = deployment.spec?.paused === true;
  // That it did not get on is not forgotten for a pause.
  if (isPaused && present?.reason === 'ProgressDeadlineExceeded') return undefined;
  if (isPaused) {
    return present?.reason === 'DeploymentPaused'
      ? undefined
      : { condition: condition('Unknown', 'DeploymentPaused', 'Deployment is paused'), moved: false };
  }
  if (present?.reason === 'DeploymentPaused')
    return { condition: condition('Unknown', 'DeploymentResumed', 'Deployment is resumed'), moved: false };
  // A rollout that is over is not begun anew by pods that come or go, be it that there are to be more of them.
  const isOver =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && present?.reason === 'NewReplicaSetAvailable';
  if (isOver && !isAnotherSet) return undefined;
  if (isComplete(deployment, status))
    return {
      condition: condition('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`),
      moved: isAnotherSet || present?.reason !== 'NewReplicaSetAvailable',
    };
  const advanced =
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0) < (before.replicas ?? 0) - (before.updatedReplicas ?? 0) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0);
  if (advanced) return { condition: condition('True', 'ReplicaSetUpdated', `${subject} is progressing.`), moved: true };
  if (newSet !== undefined && isAnotherSet && wasMadeFor(deployment, newSet))
    return {
      condition: condition(
        'True',
        'NewReplicaSetCreated',
        `Created new replica set ${JSON.stringify(newSet.metadata.name)}`,
      ),
      moved: true,
    };
  if (newSet !== undefined && present === undefined)
    return {
      condition: condition(
        'True',
        'FoundNewReplicaSet',
        `Found new replica set ${JSON.stringify(newSet.metadata.name)}`,
      ),
      moved: false,
    };
  if ((deadlineInMs(deployment, nowMs) ?? 1) <= 0)
    return {
      condition: condition('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`),
      moved: false,
    };
  return undefined;
}

/** Not one that was there before the Deployment, or that it went back to. */
const wasMadeFor = ({ metadata }: Deployment, { metadata: set }: ReplicaSet): boolean =>
  set.annotations?.[historyAnnotation] === undefined &&
  (set.creationTimestamp ?? '') >= (metadata.creationTimestamp ?? '');

/** Until the rollout counts as stuck; undefined where nothing is rolling out, or there is no deadline. */
export function deadlineInMs(deployment: Deployment, nowMs: number): number | undefined {
  const progressing = findCondition(deployment.status?.conditions, 'Progressing');
  const over = progressing?.reason === 'NewReplicaSetAvailable' || progressing?.reason === 'ProgressDeadlineExceeded';
  if (!hasProgressDeadline(deployment) || progressing === undefined || over) return undefined;
  const since = parseTime(progressing.lastUpdateTime ?? progressing.lastTransitionTime ?? undefined) ?? nowMs;
  return since + deployment.spec!.progressDeadlineSeconds! * 1000 - nowMs;
}
