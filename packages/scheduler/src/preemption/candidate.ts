/** Nodes on which a pod would fit if some pods left, and which of them costs least. */
import type { PodInfo } from '../nodes/pod-info.js';
import { startMs } from './importance.js';

export interface Candidate {
  readonly nodeName: string;
  /** The more important first. */
  readonly victims: readonly PodInfo[];
  /** How many of the victims a PodDisruptionBudget protects. */
  readonly violations: number;
}

/** What candidates are compared by, one after the other; the lowest wins. */
export const criteria = [
  { name: 'fewest disruption budgets violated', of: ({ violations }: Candidate) => violations },
  {
    name: 'least important first victim',
    of: ({ victims }: Candidate) => victims[0]?.priority ?? Number.NEGATIVE_INFINITY,
  },
  {
    name: 'smallest sum of priorities',
    // Moved above zero: otherwise more victims of negative priority would count as fewer.
    of: ({ victims }: Candidate) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
  },
  { name: 'fewest victims', of: ({ victims }: Candidate) => victims.length },
  { name: 'first victims that run for the shortest time', of: ({ victims }: Candidate) => -earliestStart(victims) },
] as const;

/** Of the victims that matter most, since when the oldest runs. */
function earliestStart(victims: readonly PodInfo[]): number {
  const highest = victims[0]?.priority;
  return Math.min(...victims.filter(({ priority }) => priority === highest).map(startMs));
}

export interface Choice {
  readonly chosen: Candidate;
  /** Why each of the others lost: the criterion that decided. */
  readonly lost: ReadonlyMap<string, string>;
}

/** The candidate to take; undefined where there is none. One that needs no victims is taken at once. */
export function chooseCandidate(candidates: readonly Candidate[]): Choice | undefined {
  const lost = new Map<string, string>();
  let left = candidates;
  for (const { name, of } of criteria) {
    if (left.length < 2) break;
    const values = left.map(of);
    const best = Math.min(...values);
    const kept = left.filter((_, i) => values[i] === best);
    for (const [i, { nodeName }] of left.entries()) if (values[i] !== best) lost.set(nodeName, name);
    left = kept;
  }
  const chosen = left[0];
  if (chosen === undefined) return undefined;
  for (const { nodeName } of left.slice(1)) lost.set(nodeName, 'as good, and looked at later');
  return { chosen, lost };
}
