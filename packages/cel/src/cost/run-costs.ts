/** What is made and gone through in a run costs, as cel-go counts it. */
import type { Comprehension, Expression } from '../syntax-tree.js';

export const [listCost, mapCost, messageCost] = [10, 30, 40];

/** Beside its body: of each round, of what is held in one, of the result, and of looking on where one decides early. */
export const foldCosts: Readonly<
  Record<
    Comprehension['macro'] | 'transformList',
    { readonly round: number; readonly held: number; readonly end: number; readonly early?: number }
  >
> = {
  all: { round: 3, held: 0, end: 1, early: 2 },
  exists: { round: 4, held: 0, end: 1, early: 3 },
  existsOne: { round: 0, held: 2, end: 2 },
  filter: { round: 0, held: 3 + listCost, end: 1 },
  map: { round: 0, held: 2 + listCost, end: 1 },
  transformList: { round: 0, held: 2 + listCost, end: 1 },
  transformMap: { round: 0, held: 3, end: 1 },
  transformMapEntry: { round: 0, held: 2, end: 1 },
};

/** A list of what is written out, which is known before the expression runs. */
export const isWritten = (expression: Expression): boolean =>
  expression.type === 'list' && expression.items.every(({ value, optional }) => value.type === 'literal' && !optional);
