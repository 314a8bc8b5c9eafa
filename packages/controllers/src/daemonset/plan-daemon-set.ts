/**
 * What a DaemonSet needs done next, from its pods and the nodes as they are. Pure.
 *
 * First each node gets the pods that it should have, and no others; only when nothing is left to do there, a rolling
 * update takes its next step. `maxUnavailable` removes old pods so that they are made anew; `maxSurge` makes new ones
 * beside the old, which go when the new ones are available.
 */
import type { DaemonSet, DaemonSetStatus } from '@pintle/api/apps/v1';
import type { Node, Pod } from '@pintle/api/core/v1';
import { scaledIntOrPercent } from '@pintle/machinery';
import { podRevisionOf } from '../history/controller-revision.js';
import { isPodAvailable, isPodReady, isPodTerminal, nextAvailabilityInMs } from '../pod-facts.js';
import { judgeNode, type NodeVerdict, targetNode } from './daemon-pod.js';

/** Pods made or removed in one go (upstream's burst). */
export const burstMax = 250;

export interface DaemonSetFacts {
  readonly set: DaemonSet;
  /** The hash of the present revision. */
  readonly hash: string;
  readonly collisionCount: number;
  readonly nodes: readonly Node[];
  /** The pods that belong to the set. */
  readonly pods: readonly Pod[];
  /** How long the failed pods of a node are still left alone; 0: they may go. */
  readonly backoffMs: (nodeName: string) => number;
  readonly nowMs: number;
}

/** A pod that has ended and is removed so that another takes its place. */
export interface EndedPod {
  readonly pod: Pod;
  readonly nodeName: string;
}

export interface DaemonSetPlan {
  /** The names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Those of `remove` that have ended. */
  readonly ended: readonly EndedPod[];
  readonly status: DaemonSetStatus;
  /** When to look again, whatever changes: a pod becomes available, or a failed one may go. */
  readonly lookAgainInMs?: number;
}

/** A node with the set's pods for it, the oldest first, those on it before those still to be bound. */
interface Place {
  readonly nodeName: string;
  readonly verdict: NodeVerdict;
  readonly pods: readonly Pod[];
}

interface Changes {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** Whether a pod has ended, and not well. */
export const hasFailed = ({ status }: Pod): boolean => status?.phase === 'Failed';
const isEnding = ({ metadata }: Pod) => metadata.deletionTimestamp !== undefined;

export function planDaemonSet(facts: DaemonSetFacts): DaemonSetPlan {
  const { set, pods, nowMs } = facts;
  const places = placesOf(facts);
  const status = statusOf(facts, places);
  if (set.metadata.deletionTimestamp !== undefined) return { create: [], remove: [], ended: [], status };

  const kept = places.map((place) => keepPlace(facts, place));
  const ended = kept.flatMap((place) => place.ended);
  const managed: Changes = {
    create: kept.flatMap(({ create }) => create),
    remove: [...kept.flatMap(({ remove }) => remove), ...unplaceable(facts, places)],
  };
  const isSettled = managed.create.length === 0 && managed.remove.length === 0;
  const { create, remove } =
    isSettled && set.spec?.updateStrategy?.type !== 'OnDelete' ? planRollingUpdate(facts, places) : managed;

  const minReady = set.spec?.minReadySeconds ?? 0;
  const available = minReady === 0 ? undefined : nextAvailabilityInMs(pods, minReady, nowMs);
  const waits = [...kept.map(({ waitMs }) => waitMs).filter((ms) => ms > 0), ...(available ? [available] : [])];
  return {
    create: create.slice(0, burstMax),
    remove: remove.slice(0, burstMax),
    ended,
    status,
    ...(waits.length === 0 ? {} : { lookAgainInMs: Math.min(...waits) }),
  };
}

/** Every node, in order of names. Pods that have ended and are being removed count no more. */
function placesOf({ set, nodes, pods }: DaemonSetFacts): readonly Place[] {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const nodeName = targetNode(pod);
    if (nodeName === undefined || (isPodTerminal(pod) && isEnding(pod))) continue;
    const present = byNode.get(nodeName);
    if (present === undefined) byNode.set(nodeName, [pod]);
    else present.push(pod);
  }
  return nodes
    .map((node) => {
      const nodeName = node.metadata.name ?? '';
      return { nodeName, verdict: judgeNode(set, node), pods: [...(byNode.get(nodeName) ?? [])].sort(byAge) };
    })
    .sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1));
}

/** Bound before unbound, then the older first. */
function byAge(a: Pod, b: Pod): number {
  const key = ({ spec, metadata }: Pod) => `${spec?.nodeName ? 0 : 1} ${metadata.creationTimestamp} ${metadata.name}`;
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

interface Keeping extends Changes {
  readonly ended: readonly EndedPod[];
  readonly waitMs: number;
}

/** What one node's pods need, updates aside. */
function keepPlace(facts: DaemonSetFacts, { nodeName, verdict, pods }: Place): Keeping {
  const idle: Keeping = { create: [], remove: [], ended: [], waitMs: 0 };
  if (verdict.shouldRun && pods.length === 0) return { ...idle, create: [nodeName] };
  const lasting = pods.filter((pod) => !isEnding(pod));
  if (!verdict.mayStay) return { ...idle, remove: lasting };
  const over = lasting.filter(isPodTerminal);
  const waitMs = over.some(hasFailed) ? facts.backoffMs(nodeName) : 0;
  const ended = over.filter((pod) => waitMs === 0 || !hasFailed(pod)).map((pod) => ({ pod, nodeName }));
  const running = lasting.filter((pod) => !isPodTerminal(pod));
  const isSurging = surges(facts.set);
  const surplus = isSurging ? surplusOfSurge(facts, running) : running.slice(1);
  // One that surges does not wait for what ends, or has ended, before it makes another.
  const create = isSurging && verdict.shouldRun && running.length === 0 ? [nodeName] : [];
  return { create, remove: [...ended.map(({ pod }) => pod), ...surplus], ended, waitMs };
}

const surges = ({ spec }: DaemonSet): boolean =>
  spec?.updateStrategy?.type === 'RollingUpdate' &&
  Number.parseInt(String(spec.updateStrategy.rollingUpdate?.maxSurge ?? 0), 10) !== 0;

/** A surging node holds one pod of the present revision and one of an older, until the new one can take over. */
function surplusOfSurge({ set, hash, nowMs }: DaemonSetFacts, running: readonly Pod[]): readonly Pod[] {
  if (running.length <= 1) return [];
  const [newest, ...moreNew] = running.filter((pod) => podRevisionOf(pod) === hash);
  const [oldest, ...moreOld] = running.filter((pod) => podRevisionOf(pod) !== hash);
  const surplus = [...moreNew, ...moreOld];
  if (newest === undefined || oldest === undefined) return surplus;
  const replaced = !isPodReady(oldest) || isPodAvailable(newest, set.spec?.minReadySeconds ?? 0, nowMs);
  return replaced ? [...surplus, oldest] : surplus;
}

/** Pods pinned to a node that there is not, which no scheduler will ever place. */
function unplaceable({ pods }: DaemonSetFacts, places: readonly Place[]): readonly Pod[] {
  const names = new Set(places.map(({ nodeName }) => nodeName));
  return pods.filter((pod) => !pod.spec?.nodeName && !isEnding(pod) && !names.has(targetNode(pod) ?? ''));
}

/** `ok: false`: more pods than the update knows what to do with; they are for `keepPlace`. */
function podsOfUpdate(hash: string, pods: readonly Pod[]) {
  const lasting = pods.filter((pod) => !isEnding(pod));
  const updated = lasting.filter((pod) => podRevisionOf(pod) === hash);
  const outdated = lasting.filter((pod) => podRevisionOf(pod) !== hash);
  return { ok: updated.length <= 1 && outdated.length <= 1, updated: updated[0], outdated: outdated[0] };
}

function planRollingUpdate(facts: DaemonSetFacts, places: readonly Place[]): Changes {
  const { set } = facts;
  const inUse = places.filter(({ verdict, pods }) => verdict.shouldRun || pods.length > 0);
  const wanted = places.filter(({ verdict }) => verdict.shouldRun).length;
  const { maxUnavailable = 1, maxSurge = 0 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const surge = scaledIntOrPercent(maxSurge, wanted, 'up');
  const unavailable = scaledIntOrPercent(maxUnavailable, wanted, 'up');
  if (surge > 0) return planSurge(facts, inUse, { surge, wanted });
  return planReplacement(facts, inUse, wanted > 0 ? Math.max(1, unavailable) : unavailable);
}

/** Old pods to remove: all that are not available, and of the others as many as may be unavailable. */
function planReplacement({ set, hash, nowMs }: DaemonSetFacts, places: readonly Place[], allowed: number): Changes {
  const isAvailable = (pod: Pod) => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { pods } of places) {
    const { ok, updated, outdated } = podsOfUpdate(hash, pods);
    if (!ok || (updated === undefined) === (outdated === undefined)) unavailable++;
    else if (updated !== undefined) unavailable += isAvailable(updated) ? 0 : 1;
    else if (isAvailable(outdated!)) candidates.push(outdated!);
    else {
      broken.push(outdated!);
      unavailable++;
    }
  }
  return { create: [], remove: [...broken, ...candidates.slice(0, Math.max(0, allowed - unavailable))] };
}

/**
 * Nodes that get a new pod beside the old: all whose old pod is not available, and of the others as many as may. On nodes
 * that are to have none any more the old pods go: those not available at once, the others as far as they can be spared.
 */
function planSurge(
  { set, hash, nowMs }: DaemonSetFacts,
  places: readonly Place[],
  { surge, wanted }: { readonly surge: number; readonly wanted: number },
): Changes {
  const isAvailable = (pod: Pod) => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
  let surging = 0;
  let available = 0;
  const remove: Pod[] = [];
  const spare: Pod[] = [];
  const broken: string[] = [];
  const candidates: string[] = [];
  for (const { nodeName, verdict, pods } of places) {
    const { ok, updated, outdated } = podsOfUpdate(hash, pods);
    const first = outdated ?? updated;
    if (ok && first !== undefined && isAvailable(first)) available++;
    if (!ok) surging++;
    else if (outdated === undefined) continue;
    else if (updated === undefined && !verdict.shouldRun) (isAvailable(outdated) ? spare : remove).push(outdated);
    else if (updated === undefined) (isAvailable(outdated) ? candidates : broken).push(nodeName);
    else if (isAvailable(updated)) remove.push(outdated);
    else surging++;
  }
  return {
    create: [...broken, ...candidates.slice(0, Math.max(0, surge - surging))],
    remove: [...remove, ...spare.slice(0, Math.max(0, available - wanted))],
  };
}

function statusOf(facts: DaemonSetFacts, places: readonly Place[]): DaemonSetStatus {
  const { set, hash, nowMs, collisionCount } = facts;
  const wanted = places.filter(({ verdict }) => verdict.shouldRun);
  const first = wanted.flatMap(({ pods }) => pods.slice(0, 1));
  const ready = first.filter(isPodReady);
  const numberAvailable = ready.filter((pod) => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs)).length;
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: first.length,
    numberMisscheduled: places.filter(({ verdict, pods }) => !verdict.shouldRun && pods.length > 0).length,
    numberReady: ready.length,
    ...nonZero({
      updatedNumberScheduled: first.filter((pod) => podRevisionOf(pod) === hash).length,
      numberAvailable,
      numberUnavailable: wanted.length - numberAvailable,
    }),
    ...(collisionCount === 0 && set.status?.collisionCount === undefined ? {} : { collisionCount }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}

const nonZero = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
