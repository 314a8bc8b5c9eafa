/** A trace run through a policy: when each pod would have been placed, and where, on a time that is only counted. */
import type { Pod } from '@pintle/api/core/v1';
import type { Profile } from '../framework/profile.js';
import { isTerminal, podKey } from '../nodes/pod-info.js';
import { type HeapItem, ItemHeap } from '../queue/item-heap.js';
import type { ScheduleInput, ScheduleResult } from './schedule-result.js';
import { Simulation } from './simulation.js';
import type { Trace, TracePod } from './trace.js';

export interface ReplayInput {
  readonly policy: Profile | readonly Profile[];
  readonly trace: Trace;
  /** Breaks ties. Default 1. */
  readonly seed?: number;
  /** Attempts that one pod may take. Default 1,000. */
  readonly attemptsMax?: number;
}

/** What became of one pod. Times count from the trace's start. */
export interface PodHistory {
  /** `namespace/name`. */
  readonly pod: string;
  readonly arrivedMs: number;
  readonly placedMs?: number;
  readonly nodeName?: string;
  /** When it ended, or was made to leave. */
  readonly endedMs?: number;
}

/** `explain()` reads it as it reads the result of `schedule()`. */
export interface ReplayResult extends ScheduleResult {
  readonly trace: Trace;
  /** Of every pod that was to be placed, in order of arrival. */
  readonly histories: readonly PodHistory[];
  /** When the last pod came, was placed or ended. */
  readonly endMs: number;
}

/** A pod arrives, runs from its placement for as long as the trace says, and leaves. A preempted pod does not come back. */
export function replay({ policy, trace, seed, attemptsMax = 1_000 }: ReplayInput): ReplayResult {
  const arrivals = trace.pods
    .filter(({ pod }) => !pod.spec?.nodeName && !isTerminal(pod))
    .sort((a, b) => (a.arrivesMs ?? 0) - (b.arrivesMs ?? 0));
  const byKey = new Map(arrivals.map((traced) => [podKey(traced.pod), traced]));
  const endings = new ItemHeap<Ending>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order));
  let order = 0;
  const endLater = ({ pod, runsMs }: TracePod, placedMs: number) => {
    if (runsMs !== undefined) endings.push({ pod, atMs: placedMs + runsMs, order: order++, heapAt: -1 });
  };
  for (const traced of trace.pods) if (traced.pod.spec?.nodeName) endLater(traced, 0);

  const placedMs = new Map<string, number>();
  const input: ScheduleInput = {
    policy,
    nodes: trace.nodes,
    pods: trace.pods.map(({ pod }) => pod),
    ...(trace.objects === undefined ? {} : { objects: trace.objects }),
    ...(seed === undefined ? {} : { seed }),
    attemptsMax,
  };
  const simulation = new Simulation(input, (pod, atMs) => {
    placedMs.set(pod, atMs);
    endMs = Math.max(endMs, atMs);
    endLater(byKey.get(pod)!, atMs);
  });
  let [next, endMs] = [0, 0];
  for (;;) {
    simulation.attemptAll();
    const arrival = arrivals[next];
    const ending = endings.peek();
    const atMs = Math.min(
      arrival === undefined ? Number.POSITIVE_INFINITY : (arrival.arrivesMs ?? 0),
      ending?.atMs ?? Number.POSITIVE_INFINITY,
      simulation.nextBackoffMs ?? Number.POSITIVE_INFINITY,
    );
    if (atMs === Number.POSITIVE_INFINITY) break;
    simulation.advanceTo(atMs);
    if (ending?.atMs === atMs) {
      simulation.leave(endings.pop()!.pod);
      endMs = Math.max(endMs, atMs);
    } else if (arrival !== undefined && (arrival.arrivesMs ?? 0) === atMs) {
      simulation.arrive(arrival.pod);
      next++;
      endMs = Math.max(endMs, atMs);
    }
  }
  const result = simulation.result();
  return { ...result, trace, endMs, histories: historiesOf(result, arrivals, placedMs) };
}

function historiesOf(
  result: ScheduleResult,
  arrivals: readonly TracePod[],
  placed: ReadonlyMap<string, number>,
): readonly PodHistory[] {
  const ended = new Map<string, number>();
  for (const { atMs, victims = [] } of result.attempts) for (const victim of victims) ended.set(victim, atMs);
  for (const { pod, atMs } of result.departures) ended.set(pod, atMs);
  return arrivals.map(({ pod, arrivesMs = 0 }): PodHistory => {
    const key = podKey(pod);
    const [placedMs, endedMs] = [placed.get(key), ended.get(key)];
    const nodeName = result.placements.get(key) ?? result.preempted.get(key)?.nodeName;
    return {
      pod: key,
      arrivedMs: arrivesMs,
      ...(placedMs === undefined ? {} : { placedMs }),
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(endedMs === undefined ? {} : { endedMs }),
    };
  });
}

/** Those of one time end in the order in which they were placed. */
interface Ending extends HeapItem {
  readonly pod: Pod;
  readonly atMs: number;
  readonly order: number;
}
