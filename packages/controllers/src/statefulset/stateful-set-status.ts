/** The status of a StatefulSet, from its pods: counts, and which revisions they are of. Pure. */
import type { StatefulSetStatus } from '@pintle/api/apps/v1';
import { podRevisionOf } from '../history/controller-revision.js';
import { isPodAvailable, isPodReady } from '../pod-facts.js';
import { ordinalOf, replicasOf } from './identity.js';
import type { StatefulSetFacts } from './stateful-set-facts.js';

/** `updated`: how many pods are about to be removed for the update; they count as current no more. */
export function planStatus(facts: StatefulSetFacts, updated: number): StatefulSetStatus {
  const { set, current, update, nowMs } = facts;
  const minReady = set.spec?.minReadySeconds ?? 0;
  const pods = facts.pods.filter((pod) => ordinalOf(set, pod) !== undefined);
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ofRevision = (name: string | undefined) => staying.filter((pod) => podRevisionOf(pod) === name).length;
  const updatedReplicas = ofRevision(update.metadata.name);
  const wanted = replicasOf(set);
  const isComplete =
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    updatedReplicas === wanted &&
    ready.length === wanted &&
    pods.length === wanted;
  const currentReplicas = isComplete ? updatedReplicas : Math.max(0, ofRevision(current.metadata.name) - updated);
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: pods.length,
    ...nonZero({ readyReplicas: ready.length, currentReplicas, updatedReplicas }),
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReady, nowMs)).length,
    currentRevision: (isComplete ? update : current).metadata.name ?? '',
    updateRevision: update.metadata.name ?? '',
    collisionCount: facts.collisionCount,
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}

/** Counts of zero are left out, as Go does where a field says `omitempty`. */
const nonZero = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
