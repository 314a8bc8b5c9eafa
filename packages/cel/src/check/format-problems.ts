/** What is wrong with a call of `'…'.format([…])` where text and list are written out. */

import type { CheckProblem } from '../check-problem.js';
import { type FormatClause, formatClauses } from '../library/format-clauses.js';
import type { Expression } from '../syntax-tree.js';
import { type CheckedType, dyn, isDyn } from './checked-type.js';

type Types = ReadonlyMap<Expression, CheckedType>;

export function formatProblems(call: Expression & { type: 'call' }, types: Types): readonly CheckProblem[] {
  const { name, target, args, at } = call;
  const [list] = args;
  if (name !== 'format' || target?.type !== 'literal' || typeof target.value !== 'string' || list?.type !== 'list')
    return [];
  const items = list.items.map(({ value }) => value);
  let asked = 0;
  for (const [, precision, dotted, verb] of target.value.matchAll(/%(?:%|(?:\.(\d*)())?(.?))/gs)) {
    if (verb === undefined) continue;
    const item = items[asked++];
    const problem = clauseProblem(verb, dotted === undefined ? undefined : precision!, item, asked - 1, types);
    if (problem !== undefined) return [{ at: problem.at ?? at, problem: problem.problem }];
  }
  return items.length <= asked
    ? []
    : [{ at, problem: `too many arguments supplied to string.format (expected ${asked}, got ${items.length})` }];
}

function clauseProblem(
  verb: string,
  precision: string | undefined,
  item: Expression | undefined,
  index: number,
  types: Types,
): { readonly at?: number; readonly problem: string } | undefined {
  const unread = (why: string) => ({ problem: `could not parse formatting clause: ${why}` });
  if (verb === '' && precision === undefined) return { problem: 'unexpected end of string' };
  if (item === undefined) return { problem: `index ${index} out of range` };
  if (verb === '') return unread('error while parsing precision: could not find end of precision specifier');
  if (precision === '')
    return unread(
      'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    );
  const key = verb === 'X' ? 'x' : verb;
  const clause = Object.hasOwn(formatClauses, key) ? formatClauses[key] : undefined;
  if (clause === undefined) return unread(`unrecognized formatting clause "${firstByteOf(verb)}"`);
  const wrong = key === 's' ? untold(item, types) : takes(clause, item, types) ? undefined : item;
  if (wrong === undefined) return undefined;
  const type = types.get(wrong) ?? dyn;
  return { at: wrong.at, problem: `error during formatting: ${clause.refusal}, was given ${type.name}` };
}

/** As a character: texts are read byte by byte. */
const firstByteOf = (text: string): string => String.fromCharCode(new TextEncoder().encode(text)[0]!);

const takes = (clause: FormatClause, item: Expression, types: Types): boolean => {
  const type = types.get(item) ?? dyn;
  return isDyn(type) || clause.takes.includes(type.name);
};

/** The part of what is written out that has no text. */
function untold(item: Expression, types: Types): Expression | undefined {
  if (!takes(formatClauses['s']!, item, types)) return item;
  const inner =
    item.type === 'list'
      ? item.items.map(({ value }) => value)
      : item.type === 'map'
        ? item.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const each of inner) {
    const found = untold(each, types);
    if (found !== undefined) return found;
  }
  return undefined;
}
