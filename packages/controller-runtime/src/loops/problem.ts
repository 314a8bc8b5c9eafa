/** What a manager finds wrong with how its controllers behave together. Told, never acted upon. */
import type { ObjectKey } from '@pintle/client';

/** A reconcile that wakes itself, again and again, by the same fields of the same object. */
export interface HotLoop {
  readonly type: 'hotLoop';
  readonly controller: string;
  readonly key: ObjectKey;
  readonly object: { readonly kind: string; readonly key: ObjectKey };
  readonly fields: readonly string[];
  /** How often in a row. */
  readonly turns: number;
}

/** Writers that undo each other's change of one field. */
export interface Fight {
  readonly type: 'fight';
  readonly object: { readonly kind: string; readonly key: ObjectKey };
  readonly field: string;
  /** Controllers of this manager by their names, others as field managers. */
  readonly writers: readonly string[];
  readonly values: readonly [unknown, unknown];
  /** How often the field went back to what it had just been. */
  readonly turns: number;
}

export type Problem = HotLoop | Fight;

const nameOf = ({ name, namespace }: ObjectKey) => (namespace === undefined ? name : `${namespace}/${name}`);

export function formatProblem(problem: Problem): string {
  const object = `${problem.object.kind} ${nameOf(problem.object.key)}`;
  if (problem.type === 'hotLoop')
    return `${problem.controller} wakes itself: ${problem.turns} reconciles of ${nameOf(problem.key)} in a row were woken by its own change of ${problem.fields.join(', ')} of ${object}; write only what differs`;
  const [a, b] = problem.values.map((value) => JSON.stringify(value));
  return `${problem.writers.join(' and ')} fight over ${problem.field} of ${object}: it went between ${a} and ${b} ${problem.turns} times; let one of them own the field`;
}
