/** What a ReplicaSet needs done, from its pods as they are. Pure. */
import type { ReplicaSet, ReplicaSetStatus } from '@pintle/api/apps/v1';
import type { Pod } from '@pintle/api/core/v1';
import { type CompiledLabelSelector, controllerOf, labelSelectorMatcher } from '@pintle/machinery';
import { isPodActive, isPodAvailable, isPodReady, nextAvailabilityInMs } from '../pod-facts.js';
import { rankVictims } from './rank-victims.js';

export interface ReplicaSetPlan {
  /** Pods to adopt: they match, and nobody controls them. */
  readonly adopt: readonly Pod[];
  /** Pods to let go: this set controls them, and they match no more. */
  readonly release: readonly Pod[];
  readonly create: number;
  readonly remove: readonly Pod[];
  /** Whether more are to be made or removed than go in one go. */
  readonly isPartial: boolean;
  readonly status: ReplicaSetStatus;
  /** When a pod that is ready becomes available. */
  readonly availableInMs?: number;
}

/** Pods made or removed in one go (upstream's burst). */
export const burstMax = 500;

/** `related` are the pods of all sets of the same Deployment, asked for only where some of this set's have to go. */
export function planReplicaSet(
  set: ReplicaSet,
  pods: readonly Pod[],
  nowMs: number,
  related?: () => readonly Pod[],
): ReplicaSetPlan {
  const matchesSet = byLabels(labelSelectorMatcher(set.spec?.selector));
  const tally = new Tally(set, nowMs);
  const adopt: Pod[] = [];
  const release: Pod[] = [];
  const active: Pod[] = [];
  for (const pod of pods) {
    const controller = controllerOf(pod);
    if (controller === undefined) {
      if (!isPodActive(pod) || set.metadata.deletionTimestamp !== undefined || !matchesSet(pod)) continue;
      adopt.push(pod);
      active.push(pod);
      tally.count(pod);
    } else if (controller.uid === set.metadata.uid) {
      // A set that is going lets none of its pods go: they go with it.
      if (!matchesSet(pod)) {
        if (set.metadata.deletionTimestamp === undefined) release.push(pod);
      } else if (isPodActive(pod)) {
        active.push(pod);
        tally.count(pod);
      }
    }
  }
  const missing = set.metadata.deletionTimestamp === undefined ? (set.spec?.replicas ?? 1) - active.length : 0;
  const minReady = set.spec?.minReadySeconds ?? 0;
  const next = minReady === 0 ? undefined : nextAvailabilityInMs(active, minReady, nowMs);
  return {
    adopt,
    release,
    create: Math.min(Math.max(missing, 0), burstMax),
    remove: missing < 0 ? rankVictims(active, nowMs, related?.() ?? active).slice(0, Math.min(-missing, burstMax)) : [],
    isPartial: Math.abs(missing) > burstMax,
    status: tally.status(),
    ...(next === undefined ? {} : { availableInMs: next }),
  };
}

/** The status, counted pod by pod: a large set is gone through once. */
class Tally {
  private readonly isFullyLabeled: (pod: Pod) => boolean;
  private readonly minReadySeconds: number;
  private replicas = 0;
  private fullyLabeled = 0;
  private ready = 0;
  private available = 0;

  constructor(
    private readonly set: ReplicaSet,
    private readonly nowMs: number,
  ) {
    const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
    this.isFullyLabeled = byLabels({
      matches: (labels) => templateLabels.every(([key, value]) => labels[key] === value),
    });
    this.minReadySeconds = set.spec?.minReadySeconds ?? 0;
  }

  count(pod: Pod): void {
    this.replicas++;
    if (this.isFullyLabeled(pod)) this.fullyLabeled++;
    if (!isPodReady(pod)) return;
    this.ready++;
    if (this.minReadySeconds === 0 || isPodAvailable(pod, this.minReadySeconds, this.nowMs)) this.available++;
  }

  status(): ReplicaSetStatus {
    const { metadata, status } = this.set;
    return {
      replicas: this.replicas,
      ...(this.fullyLabeled === 0 ? {} : { fullyLabeledReplicas: this.fullyLabeled }),
      ...(this.ready === 0 ? {} : { readyReplicas: this.ready }),
      ...(this.available === 0 ? {} : { availableReplicas: this.available }),
      ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
      ...(status?.conditions === undefined ? {} : { conditions: status.conditions }),
    };
  }
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
