/** What a ReplicaSet needs done, from its pods as they are. Pure. */
import type { ReplicaSet, ReplicaSetStatus } from '@pintle/api/apps/v1';
import type { Pod } from '@pintle/api/core/v1';
import { type CompiledLabelSelector, labelSelectorMatcher, parseTime } from '@pintle/machinery';
import { isAvailable, isPodReady, nextAvailabilityInMs, podFacts } from '../pod-facts.js';

export interface ReplicaSetPlan {
  /** Pods to adopt: they match, and nobody controls them. */
  readonly adopt: readonly Pod[];
  /** Pods to let go: this set controls them, and they match no more. */
  readonly release: readonly Pod[];
  readonly create: number;
  readonly remove: readonly Pod[];
  readonly status: ReplicaSetStatus;
  /** When a pod that is ready becomes available. */
  readonly availableInMs?: number;
}

/** Pods made or removed in one go (upstream's burst). */
export const burstMax = 500;

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

export function planReplicaSet(set: ReplicaSet, pods: readonly Pod[], nowMs: number): ReplicaSetPlan {
  const matchesSet = byLabels(labelSelectorMatcher(set.spec?.selector));
  const adopt: Pod[] = [];
  const release: Pod[] = [];
  const active: Pod[] = [];
  for (const pod of pods) {
    const facts = podFacts(pod);
    if (facts.controller === undefined) {
      if (!facts.active || set.metadata.deletionTimestamp !== undefined || !matchesSet(pod)) continue;
      adopt.push(pod);
      active.push(pod);
    } else if (facts.controller === set.metadata.uid) {
      if (!matchesSet(pod)) release.push(pod);
      else if (facts.active) active.push(pod);
    }
  }
  const missing = set.metadata.deletionTimestamp === undefined ? (set.spec?.replicas ?? 1) - active.length : 0;
  const minReady = set.spec?.minReadySeconds ?? 0;
  const next = minReady === 0 ? undefined : nextAvailabilityInMs(active, minReady, nowMs);
  return {
    adopt,
    release,
    create: Math.min(Math.max(missing, 0), burstMax),
    remove: missing < 0 ? rankVictims(active, nowMs).slice(0, Math.min(-missing, burstMax)) : [],
    status: statusOf(set, active, nowMs),
    ...(next === undefined ? {} : { availableInMs: next }),
  };
}

function statusOf(set: ReplicaSet, active: readonly Pod[], nowMs: number): ReplicaSetStatus {
  const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
  const isFullyLabeled = byLabels({
    matches: (labels) => templateLabels.every(([key, value]) => labels[key] === value),
  });
  const minReady = set.spec?.minReadySeconds ?? 0;
  let [fullyLabeled, ready, available] = [0, 0, 0];
  for (const pod of active) {
    if (isFullyLabeled(pod)) fullyLabeled++;
    const facts = podFacts(pod);
    if (!facts.ready) continue;
    ready++;
    if (isAvailable(facts, minReady, nowMs)) available++;
  }
  return {
    replicas: active.length,
    ...(fullyLabeled === 0 ? {} : { fullyLabeledReplicas: fullyLabeled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}

/** Pods of one template share their labels: each set of labels is asked about once. */
function byLabels(selector: Pick<CompiledLabelSelector, 'matches'>): (pod: Pod) => boolean {
  const answers = new Map<object | undefined, boolean>();
  let [lastLabels, last]: [object | undefined | null, boolean] = [null, false];
  return ({ metadata: { labels } }) => {
    if (labels === lastLabels) return last;
    let answer = answers.get(labels);
    if (answer === undefined) {
      answer = selector.matches(labels ?? {});
      answers.set(labels, answer);
    }
    [lastLabels, last] = [labels, answer];
    return answer;
  };
}

/**
 * Who goes first (client-go `ActivePodsWithRanks`): on no node before on one, pending before unknown before
 * running, not ready before ready, cheaper before dearer, on fuller nodes before emptier, lately ready before
 * long ready, restarted often before seldom, young before old.
 */
export function rankVictims(pods: readonly Pod[], nowMs: number): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const { spec } of pods) if (spec?.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
  const cost = (pod: Pod) => {
    const text = pod.metadata.annotations?.[deletionCost];
    return text !== undefined && /^[-+]?\d+$/.test(text) ? Number(text) : 0;
  };
  const restarts = (pod: Pod) =>
    Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0));
  // Ages are compared by their magnitude, so that pods of about one age are told apart by restarts.
  const magnitude = (ms: number | undefined) =>
    ms === undefined ? -1 : Math.floor(Math.log2(Math.max(1, (nowMs - ms) / 1000)));
  const readyFor = (pod: Pod) => (isPodReady(pod) ? magnitude(podFacts(pod).readySinceMs) : 0);
  const keys = (pod: Pod): readonly number[] => [
    pod.spec?.nodeName ? 1 : 0,
    phases[pod.status?.phase ?? 'Pending'] ?? 0,
    isPodReady(pod) ? 1 : 0,
    cost(pod),
    -(onNode.get(pod.spec?.nodeName ?? '') ?? 0),
    readyFor(pod),
    -restarts(pod),
    magnitude(parseTime(pod.metadata.creationTimestamp ?? undefined)),
  ];
  return pods
    .map((pod) => ({ pod, rank: keys(pod) }))
    .sort((a, b) => {
      for (const [index, value] of a.rank.entries()) if (value !== b.rank[index]) return value - b.rank[index]!;
      return (a.pod.metadata.name ?? '') < (b.pod.metadata.name ?? '') ? -1 : 1;
    })
    .map(({ pod }) => pod);
}
