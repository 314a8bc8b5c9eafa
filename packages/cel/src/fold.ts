/** Macros that go through a list or a map, as functions that give their value. Called by `evaluate.ts`, which compiles their parts. */
import { foldCosts, listCost } from './cost/run-costs.js';
import type { Evaluator, Frame } from './frame.js';
import { elements, insert, truth } from './parts.js';
import type { Comprehension } from './syntax-tree.js';
import { CelError, isMap, LiteralMap, noSuchOverload, type Value } from './values.js';

export interface FoldParts {
  readonly over: Evaluator;
  readonly keep?: Evaluator;
  readonly inner: Evaluator;
  /** Of the variables, in the frame. */
  readonly places: readonly number[];
}

export function fold({ macro, variables }: Comprehension, { over, keep, inner, places }: FoldParts): Evaluator {
  const {
    round,
    held,
    end,
    early = 0,
  } = foldCosts[variables.length === 2 && macro === 'map' ? 'transformList' : macro];
  const each = (frame: Frame, visit: (key: Value) => boolean): void => {
    let isOver = false;
    for (const [key, value] of elements(over(frame), variables.length === 2)) {
      if (isOver) {
        frame.charge(early);
        break;
      }
      frame.round(round);
      frame.values[places[0]!] = key;
      if (places.length === 2) frame.values[places[1]!] = value;
      if (keep !== undefined && !truth(keep(frame), macro)) continue;
      isOver = !visit(key);
    }
    frame.charge(end);
  };
  switch (macro) {
    case 'all':
      return (frame) => quantified(false, each, inner, frame);
    case 'exists':
      return (frame) => quantified(true, each, inner, frame);
    case 'existsOne':
      return (frame) => {
        let count = 0;
        each(frame, () => {
          if (truth(inner(frame), macro)) {
            count++;
            frame.charge(held);
          }
          return true;
        });
        return count === 1;
      };
    case 'filter':
      return (frame) => {
        const made: Value[] = [];
        each(frame, (key) => {
          if (truth(inner(frame), macro)) {
            made.push(key);
            frame.charge(held);
          }
          return true;
        });
        return made;
      };
    case 'map': {
      // A list of what is constant is made once.
      const kept = inner.constant === undefined ? held : held - listCost;
      return (frame) => {
        const made: Value[] = [];
        each(frame, () => {
          made.push(inner(frame));
          frame.charge(kept);
          return true;
        });
        return made;
      };
    }
    case 'transformMap':
    case 'transformMapEntry':
      return (frame) => {
        const made: [Value, Value][] = [];
        each(frame, (key) => {
          const result = inner(frame);
          frame.charge(held);
          if (macro === 'transformMap') made.push([key, result]);
          else if (isMap(result)) for (const name of result.keys()) insert(made, name, result.get(name)!);
          else throw noSuchOverload(macro, [result]);
          return true;
        });
        return new LiteralMap(made);
      };
  }
}

/** `all` (decided by a false) and `exists` (by a true): an error counts only where nothing decides. */
function quantified(
  decisive: boolean,
  each: (frame: Frame, visit: (key: Value) => boolean) => void,
  inner: Evaluator,
  frame: Frame,
): boolean {
  let decided = false;
  let failure: CelError | undefined;
  each(frame, () => {
    try {
      decided = truth(inner(frame), decisive ? 'exists' : 'all') === decisive;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure ??= error;
    }
    return !decided;
  });
  if (decided) return decisive;
  if (failure !== undefined) throw failure;
  return !decisive;
}
