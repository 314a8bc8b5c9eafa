/**
 * A policy tried out: places pods on nodes as a scheduler with that policy would, with no cluster and no clock.
 * The same input and seed give the same result. What it decided can be asked of `explain()`.
 */
import { isTerminal } from '../nodes/pod-info.js';
import type { ScheduleInput, ScheduleResult } from './schedule-result.js';
import { Simulation } from './simulation.js';

/**
 * Places every pod that has no node, all of them there from the start. When all that is left is backing off, time jumps
 * to the end of the first back-off.
 */
export function schedule(input: ScheduleInput): ScheduleResult {
  const simulation = new Simulation(input);
  for (const pod of input.pods) if (!pod.spec?.nodeName && !isTerminal(pod)) simulation.arrive(pod);
  for (;;) {
    simulation.attemptAll();
    const next = simulation.nextBackoffMs;
    if (next === undefined) break;
    simulation.advanceTo(next);
  }
  return simulation.result();
}
