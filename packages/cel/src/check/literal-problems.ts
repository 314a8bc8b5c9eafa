/**
 * What is wrong with values that are written out, in an expression whose types are right: lists and maps hold values of one
 * type, and texts that are read as times, durations, patterns and formats have to be such. Called after the check.
 */

import type { CheckProblem } from '../check-problem.js';
import { pattern } from '../library/pattern.js';
import { parseDuration, parseTimestamp, timestamp } from '../library/time.js';
import { childrenOf, type Expression } from '../syntax-tree.js';
import { CelError } from '../values.js';
import { type CheckedType, contentOf, dyn, isSameType, typeText } from './checked-type.js';
import { formatProblems } from './format-problems.js';

type Types = ReadonlyMap<Expression, CheckedType>;
type Call = Expression & { type: 'call' };

export function literalProblems(expression: Expression, types: Types): readonly CheckProblem[] {
  const calls: Call[] = [];
  const mixed: CheckProblem[] = [];
  const visit = (part: Expression, isFormatted: boolean): void => {
    if (part.type === 'call') calls.push(part);
    if (!isFormatted) mixed.push(...mixedProblems(part, types));
    const within = isFormatted || (part.type === 'call' && part.name === 'format');
    for (const child of childrenOf(part)) visit(child, within);
  };
  visit(expression, false);
  return [
    ...readers.flatMap(({ name, read }) => calls.flatMap((call) => unreadable(call, name, read))),
    ...mixed,
    ...calls.flatMap((call) => formatProblems(call, types)),
  ];
}

const readers: readonly { readonly name: string; readonly read: (text: string) => unknown }[] = [
  { name: 'duration', read: parseDuration },
  { name: 'timestamp', read: parseTimestamp },
  { name: 'matches', read: pattern },
];

function unreadable(call: Call, name: string, read: (text: string) => unknown): readonly CheckProblem[] {
  const [first] = call.args;
  if (call.name !== name || first?.type !== 'literal') return [];
  const { value } = first;
  try {
    if (typeof value === 'string') read(value);
    else if (name === 'timestamp' && typeof value === 'bigint') timestamp(value * 1_000_000_000n);
    return [];
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return [{ at: first.at, problem: `invalid ${name} argument` }];
  }
}

function mixedProblems(part: Expression, types: Types): readonly CheckProblem[] {
  const typeOf = (each: Expression, optional: boolean): CheckedType => {
    const type = types.get(each) ?? dyn;
    return optional ? contentOf(type) : type;
  };
  const others = (all: readonly { readonly at: number; readonly type: CheckedType }[]) => {
    const [first, ...rest] = all;
    return rest
      .filter(({ type }) => !isSameType(first!.type, type))
      .map(({ at, type }) => ({
        at,
        problem: `expected type '${typeText(first!.type)}' but found '${typeText(type)}'`,
      }));
  };
  if (part.type === 'list')
    return others(part.items.map(({ value, optional }) => ({ at: value.at, type: typeOf(value, optional) }))).slice(
      0,
      1,
    );
  if (part.type !== 'map') return [];
  return [
    ...others(part.entries.map(({ key }) => ({ at: key.at, type: typeOf(key, false) }))),
    ...others(part.entries.map(({ value, optional }) => ({ at: value.at, type: typeOf(value, optional) }))),
  ];
}
