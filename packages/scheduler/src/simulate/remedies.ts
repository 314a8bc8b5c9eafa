/**
 * What would place a pod that fits nowhere: the smallest changes of the pod, of a node, or of what else is there, each
 * found from what the plugins said and then verified by scheduling again. `explain()` tells why; this tells what helps.
 *
 * It deliberately proposes only what one person can do in one step for one node (or a new node); it solves no packing.
 */

import type { Node, Taint } from '@pintle/api/core/v1';
import { stringifyJson } from '@pintle/machinery';
import { isTerminal, podKey } from '../nodes/pod-info.js';
import { explain, type NodeExplanation } from './explain.js';
import { applyChange, type Change, changeFor, type Situation } from './remedy-changes.js';
import { requestsBeyond } from './remedy-requests.js';
import { schedule } from './schedule.js';
import type { ScheduleResult } from './schedule-result.js';

export interface Remedy {
  /** All of them are needed. */
  readonly changes: readonly Change[];
  /** Where the pod then goes. */
  readonly nodeName: string;
}

export interface RemedyOptions {
  /** Remedies to find. Default 5. */
  readonly remediesMax?: number;
  /** Attempts to verify one. Default 50. */
  readonly triesMax?: number;
}

/**
 * The remedies for a pod without a place, the smallest first: fewer changes before more, changes of the pod and of one
 * node before a new node, and last a node that is larger than any there is. Empty where the pod has a place, or where nothing
 * that is known helps.
 *
 * Errors: `UnknownPodError`.
 */
export function remedies(result: ScheduleResult, pod: string, options: RemedyOptions = {}): readonly Remedy[] {
  const { remediesMax = 5, triesMax = 50 } = options;
  const explanation = explain(result, pod);
  if (explanation.outcome === 'placed' || explanation.outcome === 'waiting') return [];
  const now = situationOf(result, explanation.pod);
  if (explanation.outcome === 'gated') return now.pod.spec?.schedulingGates?.length ? ungated(now, options) : [];
  const found: Remedy[] = [];
  const seen = new Set<string>();
  let tries = 0;
  for (const changes of candidatesOf(now, explanation.nodes)) {
    if (found.length >= remediesMax || tries >= triesMax) break;
    const id = stringifyJson(changes);
    if (seen.has(id) || found.some((remedy) => asksLess(remedy.changes, changes))) continue;
    seen.add(id);
    tries++;
    const nodeName = placeAfter(now, changes);
    if (nodeName !== undefined) found.push({ changes, nodeName });
  }
  return found;
}

/** The gates are in the way of all else: what helps is to drop them, and what helps then. */
function ungated(now: Situation, options: RemedyOptions): readonly Remedy[] {
  const changes: readonly Change[] = [{ type: 'dropRule', rule: 'schedulingGates' }];
  const without = scheduleAfter(now, changes);
  const nodeName = without.placements.get(podKey(now.pod));
  if (nodeName !== undefined) return [{ changes, nodeName }];
  return remedies(without, podKey(now.pod), options).map((remedy) => ({
    ...remedy,
    changes: [...changes, ...remedy.changes],
  }));
}

function situationOf({ input, placements, preempted, departures, waiting }: ScheduleResult, key: string): Situation {
  const gone = new Set([...preempted.keys(), ...departures.map(({ pod }) => pod)]);
  const others = input.pods.flatMap((pod) => {
    const own = podKey(pod);
    const nodeName = placements.get(own) ?? waiting.get(own) ?? pod.spec?.nodeName;
    if (own === key || gone.has(own) || !nodeName || isTerminal(pod)) return [];
    return [{ ...pod, spec: { ...pod.spec!, nodeName } }];
  });
  return { pod: input.pods.find((pod) => podKey(pod) === key)!, nodes: input.nodes, others, input };
}

/** Sets of changes in the order in which they are worth a try. */
function* candidatesOf(now: Situation, judged: readonly NodeExplanation[]): Iterable<readonly Change[]> {
  const perNode = judged.flatMap((node) => {
    const changes = changesFor(now, node);
    return changes === undefined ? [] : [changes];
  });
  const bySize = [...perNode].sort((a, b) => a.length - b.length || sizeOf(a) - sizeOf(b));
  yield* bySize.filter((changes) => changes.length === 1);
  const shapes = distinctShapes(now.nodes);
  for (const like of shapes) yield [{ type: 'addNode', like: like.metadata.name ?? '' }];
  yield* bySize.filter((changes) => changes.length > 1);
  const larger = shapes
    .map((like) => ({ like: like.metadata.name ?? '', more: requestsBeyond(now.pod, like) }))
    .filter(({ more }) => Object.keys(more).length > 0)
    .sort((a, b) => Object.keys(a.more).length - Object.keys(b.more).length);
  for (const { like, more } of larger) yield [{ type: 'addNode', like, more }];
}

/** One change for each refusal of the node; undefined where something refuses it that no change is known for. */
function changesFor(now: Situation, { node, filters }: NodeExplanation): readonly Change[] | undefined {
  const target = now.nodes.find(({ metadata }) => metadata.name === node)!;
  const refusals = filters.filter(({ code }) => code !== 'Success');
  if (refusals.length === 0) return undefined;
  const changes: Change[] = [];
  for (const refusal of refusals) {
    const own = changeFor(refusal, now, target);
    if (own.length === 0) return undefined;
    changes.push(...own);
  }
  return changes;
}

/** Among changes of one number: how much is taken from the pod, as a share of what it asks for. */
const sizeOf = (changes: readonly Change[]) =>
  changes.reduce((sum, change) => sum + (change.type === 'lowerRequest' ? change.share : 0.01), 0);

/** Whether whoever makes the changes `more` has made these as well. One larger node is as good as another. */
function asksLess(changes: readonly Change[], more: readonly Change[]): boolean {
  return changes.every((change) =>
    more.some((other) => {
      if (change.type === 'lowerRequest' && other.type === 'lowerRequest')
        return change.resource === other.resource && change.share <= other.share;
      if (change.type === 'addNode' && other.type === 'addNode' && change.more && other.more)
        return Object.keys(change.more).every((resource) => resource in other.more!);
      return stringifyJson(change) === stringifyJson(other);
    }),
  );
}

/** One node of each shape: capacity, labels but its own name, and taints. */
function distinctShapes(nodes: readonly Node[]): readonly Node[] {
  const shapes = new Map<string, Node>();
  for (const node of nodes) {
    const labels = Object.entries(node.metadata.labels ?? {}).filter(([name]) => name !== 'kubernetes.io/hostname');
    const taints: readonly Taint[] = node.spec?.taints ?? [];
    const shape = JSON.stringify([node.status?.allocatable, labels.sort(), taints, node.spec?.unschedulable === true]);
    if (!shapes.has(shape)) shapes.set(shape, node);
  }
  return [...shapes.values()];
}

const placeAfter = (now: Situation, changes: readonly Change[]) =>
  scheduleAfter(now, changes).placements.get(podKey(now.pod));

function scheduleAfter(now: Situation, changes: readonly Change[]): ScheduleResult {
  const { pod, nodes, others } = changes.reduce(applyChange, now);
  const { policy, objects, seed } = now.input;
  return schedule({
    policy,
    nodes,
    pods: [...others, pod],
    ...(objects === undefined ? {} : { objects }),
    ...(seed === undefined ? {} : { seed }),
    attemptsMax: 1,
  });
}
