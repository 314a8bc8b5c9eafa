/** What type parameters stand for, and which types fit where: the rules of CEL's type check. */
import { type CheckedType, dyn, isDyn, isError, isSameType } from './checked-type.js';

/** From the names of parameters to what they stand for. */
export type Substitution = ReadonlyMap<string, CheckedType>;

type Draft = Map<string, CheckedType>;

/** The substitution under which each of `from` fits its place in `to`; undefined where there is none. */
export function assignAll(
  known: Substitution,
  from: readonly CheckedType[],
  to: readonly CheckedType[],
): Substitution | undefined {
  const draft = new Map(known);
  return assignEach(draft, from, to) ? draft : undefined;
}

/** The type with its parameters replaced; with `open`, by `dyn` where nothing is known of them. */
export function substitute(known: Substitution, type: CheckedType, open?: 'dyn'): CheckedType {
  if (type.isParam) {
    const found = known.get(type.name);
    if (found !== undefined) return substitute(known, found, open);
    return open === undefined ? type : dyn;
  }
  if (type.params === undefined) return type;
  return { ...type, params: type.params.map((param) => substitute(known, param, open)) };
}

/** Of two types that fit, the one that says less. */
export const mostGeneral = (a: CheckedType, b: CheckedType): CheckedType => (saysNoMore(a, b) ? a : b);

function assign(draft: Draft, a: CheckedType, b: CheckedType): boolean {
  if (b.isParam) {
    const { fits, isKnown } = bind(draft, a, b);
    if (fits) return true;
    if (isKnown) return false;
  }
  if (a.isParam) return bind(draft, b, a).fits;
  if (isDyn(a) || isError(a) || isDyn(b) || isError(b)) return true;
  if (a.name === 'null_type') return isNullable(b);
  if (b.name === 'null_type') return isNullable(a);
  if (a.name === 'type') return b.name === 'type';
  return a.name === b.name && assignEach(draft, a.params ?? [], b.params ?? []);
}

const assignEach = (draft: Draft, from: readonly CheckedType[], to: readonly CheckedType[]): boolean =>
  from.length === to.length && from.every((type, at) => assign(draft, type, to[at]!));

/** Whether the parameter can stand for the type, and whether it stood for something before. */
function bind(
  draft: Draft,
  type: CheckedType,
  param: CheckedType,
): { readonly fits: boolean; readonly isKnown: boolean } {
  if (isSameType(type, param)) return { fits: true, isKnown: true };
  const before = draft.get(param.name);
  if (before === undefined) {
    const fits = !occursIn(draft, param, type);
    if (fits) draft.set(param.name, type);
    return { fits, isKnown: false };
  }
  if (isSameType(type, before)) return { fits: true, isKnown: true };
  if (!assign(draft, type, before)) return { fits: false, isKnown: true };
  const general = mostGeneral(type, before);
  if (!occursIn(draft, param, general)) draft.set(param.name, general);
  return { fits: true, isKnown: true };
}

function occursIn(draft: Draft, param: CheckedType, type: CheckedType): boolean {
  if (type.isParam) {
    if (type.name === param.name) return true;
    const found = draft.get(type.name);
    return found !== undefined && occursIn(draft, param, found);
  }
  return type.params?.some((inner) => occursIn(draft, param, inner)) ?? false;
}

const scalars: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'string',
  'uint',
  'list',
  'map',
  'type',
]);

/** Objects and what is of no type of the language itself, and times. */
const isNullable = ({ name }: CheckedType): boolean => !scalars.has(name);

function saysNoMore(a: CheckedType, b: CheckedType): boolean {
  if (isDyn(a) || a.isParam) return true;
  if (isDyn(b) || b.isParam) return false;
  if (a.name !== b.name) return false;
  if (a.name === 'type') return true;
  const [x, y] = [a.params ?? [], b.params ?? []];
  return x.length === y.length && x.every((param, at) => saysNoMore(param, y[at]!));
}
