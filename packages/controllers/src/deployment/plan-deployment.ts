/** How many replicas each ReplicaSet of a Deployment should have next (upstream's rolling update). Pure. */
import type { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { scaledIntOrPercent } from '@pintle/machinery';
import { byAge, desiredAnnotation, maxAnnotation, newSetOf } from './revision.js';

export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

export const replicasOf = (set: ReplicaSet | undefined): number => set?.spec?.replicas ?? 0;
const total = (sets: readonly ReplicaSet[]) => sets.reduce((sum, set) => sum + replicasOf(set), 0);
const availableOf = (sets: readonly ReplicaSet[]) =>
  sets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);

export interface Fenceposts {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Both round away from standing still: if both come to 0, one pod may be missing. */
export function fencepostsOf({ spec }: Deployment): Fenceposts {
  if (spec?.strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: spec.replicas ?? 1 };
  const replicas = spec?.replicas ?? 1;
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec?.strategy?.rollingUpdate ?? {};
  const surge = scaledIntOrPercent(maxSurge, replicas, 'up');
  const unavailable = scaledIntOrPercent(maxUnavailable, replicas, 'down');
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

/** How many the new set should have, all sets together never above replicas and surge. */
export function newSetReplicas(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
): number {
  const wanted = deployment.spec?.replicas ?? 1;
  if (deployment.spec?.strategy?.type === 'Recreate') return wanted;
  const maxTotal = wanted + fencepostsOf(deployment).maxSurge;
  const current = total(all);
  if (current >= maxTotal) return replicasOf(newSet);
  return replicasOf(newSet) + Math.min(maxTotal - current, Math.max(0, wanted - replicasOf(newSet)));
}

/** The next step of a rolling update: the new set grows first; only when it has, the old ones shrink. */
export function planRollout(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): readonly Scaling[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const all = [...oldSets, newSet];
  const grown = replicasOf(newSet) > wanted ? wanted : newSetReplicas(deployment, newSet, all);
  if (grown !== replicasOf(newSet)) return [{ set: newSet, replicas: grown }];
  return planShrink(deployment, newSet, oldSets);
}

function planShrink(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): readonly Scaling[] {
  const active = oldSets.filter((set) => replicasOf(set) > 0);
  if (active.length === 0) return [];
  const all = [...active, newSet];
  const minAvailable = (deployment.spec?.replicas ?? 1) - fencepostsOf(deployment).maxUnavailable;
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const maxRemoved = total(all) - minAvailable - newUnavailable;
  if (maxRemoved <= 0) return [];
  const replicas = new Map(active.map((set) => [set, replicasOf(set)]));

  // Pods that never became available go first: nobody misses them.
  let cleaned = 0;
  for (const set of [...active].sort(byAge)) {
    const unhealthy = replicasOf(set) - (set.status?.availableReplicas ?? 0);
    const count = Math.min(maxRemoved - cleaned, Math.max(0, unhealthy));
    replicas.set(set, replicasOf(set) - count);
    cleaned += count;
  }
  let removable = availableOf(all) - minAvailable;
  for (const set of [...active].sort(byAge)) {
    if (removable <= 0) break;
    const count = Math.min(replicas.get(set)!, removable);
    replicas.set(set, replicas.get(set)! - count);
    removable -= count;
  }
  return [...replicas]
    .filter(([set, count]) => count !== replicasOf(set))
    .map(([set, count]) => ({ set, replicas: count }));
}

/** Recreate: all old pods go before any new one comes. */
export function planRecreate(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  oldPodsLeft: boolean,
): readonly Scaling[] {
  const active = oldSets.filter((set) => replicasOf(set) > 0);
  if (active.length > 0) return active.map((set) => ({ set, replicas: 0 }));
  const wanted = deployment.spec?.replicas ?? 1;
  return oldPodsLeft || newSet === undefined || replicasOf(newSet) === wanted
    ? []
    : [{ set: newSet, replicas: wanted }];
}

/** Whether the deployment was scaled since its sets were last told of its size. */
export function isScalingEvent({ spec }: Deployment, sets: readonly ReplicaSet[]): boolean {
  const wanted = String(spec?.replicas ?? 1);
  return sets.some(
    (set) =>
      replicasOf(set) > 0 &&
      (set.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'] ?? wanted) !== wanted,
  );
}

/** Scaling in the middle of a rollout: every set grows or shrinks in proportion to its size. */
export function planProportional(deployment: Deployment, sets: readonly ReplicaSet[]): readonly Scaling[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const active = sets.filter((set) => replicasOf(set) > 0);
  const newSet = newSetOf(deployment, sets);
  if (active.length <= 1) {
    // Where all are empty, and none is of the present template, as it may be in a pause: the latest.
    const only = active[0] ?? newSet ?? [...sets].sort(byAge).at(-1);
    return only === undefined || replicasOf(only) === wanted ? [] : [{ set: only, replicas: wanted }];
  }
  if (newSet !== undefined && isSaturated(newSet, wanted)) {
    return active.filter((set) => set !== newSet).map((set) => ({ set, replicas: 0 }));
  }
  if (deployment.spec?.strategy?.type !== 'RollingUpdate') return [];
  const allowed = wanted > 0 ? wanted + fencepostsOf(deployment).maxSurge : 0;
  const toAdd = allowed - total(active);
  if (toAdd === 0) return [];
  // The larger first; of like size, the newer grow and the older shrink.
  const ordered = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  const replicas = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const share = proportionOf(set, deployment, toAdd, added, allowed);
    replicas.set(set, replicasOf(set) + share);
    added += share;
  }
  const largest = ordered[0]!;
  replicas.set(largest, Math.max(0, replicas.get(largest)! + toAdd - added));
  return [...replicas]
    .filter(([set, count]) => count !== replicasOf(set))
    .map(([set, count]) => ({ set, replicas: count }));
}

/** Whether a set has all its pods, and was told that there are to be no more. */
const isSaturated = (set: ReplicaSet, wanted: number): boolean =>
  replicasOf(set) === wanted &&
  set.metadata.annotations?.[desiredAnnotation] === String(wanted) &&
  (set.status?.availableReplicas ?? 0) === wanted;

function proportionOf(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number, allowed: number): number {
  const left = toAdd - added;
  if (left === 0) return 0;
  const told = Number(set.metadata.annotations?.[maxAnnotation]);
  const max = told > 0 ? told : (deployment.status?.replicas ?? 0);
  if (max === 0) return 0;
  const share = Math.round((replicasOf(set) * allowed) / max) - replicasOf(set);
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
}
