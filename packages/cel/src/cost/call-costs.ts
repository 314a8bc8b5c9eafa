/**
 * What a call may cost beside its arguments, and how large its result may be, as kube-apiserver and cel-go estimate it. The
 * figures decide which rules a CustomResourceDefinition may have, so they are upstream's to the digit.
 */
import { type CheckedType, contentOf } from '../check/checked-type.js';
import { exactly, hull, one, plus, type Range, scaled, times, unbounded, unknown } from './range.js';

/** What is known of an argument. */
export interface Argument {
  readonly type: CheckedType;
  /** What CEL knows of its size; absent where it knows nothing. */
  readonly size?: Range;
  /** The size of the elements, where it is a list. */
  readonly elementSize: Range;
  /** Of an integer that is written in place. */
  readonly literal?: bigint;
}

export interface CallCost {
  readonly cost: Range;
  readonly size?: Range;
}

export interface Call {
  readonly name: string;
  readonly params: readonly string[];
  readonly target?: Argument;
  readonly args: readonly Argument[];
}

const traversal = 0.1;
const regexLength = 0.25;
const formatRegexLength = 128;
const formatMaxLength = 64;
const addressBytes: Range = { min: 4, max: 16 };

const sizeOf = (argument: Argument | undefined): Range => argument?.size ?? unknown;
const cost = (range: Range, size?: Range): CallCost => (size === undefined ? { cost: range } : { cost: range, size });
const ofType = ({ params }: Call, name: string): boolean => params.some((param) => param === name);

type Estimate = (call: Call) => CallCost | undefined;

const overFirst: Estimate = ({ args: [first] }) => cost(scaled(sizeOf(first), traversal));

/** What looks at each element of a list once, or at a text. */
const overTarget: Estimate = ({ target }) => {
  if (target?.type.name !== 'list') return cost(scaled(sizeOf(target), traversal));
  const element = contentOf(target.type).name;
  const isText = element === 'string' || element === 'bytes';
  return cost(times(sizeOf(target), isText ? plus(one, scaled(target.elementSize, traversal)) : one));
};

const sameSize: Estimate = ({ target }) => cost(scaled(sizeOf(target), traversal), sizeOf(target));

const replaced: Estimate = ({ target, args: [old, by] }) => {
  const [size, from, to] = [sizeOf(target), sizeOf(old), sizeOf(by)];
  // The longest result replaces the shortest parts, the shortest one the longest; around nothing there is room everywhere.
  const most =
    from.min === 0
      ? { count: Math.min(size.max + 1, unbounded), kept: size.max }
      : to.max <= from.min
        ? { count: 0, kept: size.max }
        : { count: Math.ceil(size.max / from.min), kept: 0 };
  const least =
    from.max === 0
      ? { count: Math.min(size.min + 1, unbounded), kept: size.min }
      : from.max <= to.min
        ? { count: 0, kept: size.min }
        : { count: Math.ceil(size.min / from.max), kept: 0 };
  const result = plus(times({ min: least.count, max: most.count }, to), { min: least.kept, max: most.kept });
  return cost(scaled(size, 2 * traversal), result);
};

const splitUp: Estimate = ({ target, args: [, count] }) => {
  const size = sizeOf(target);
  const max = count?.literal === undefined ? size.max : Number(BigInt.asUintN(64, count.literal));
  return cost(scaled(size, 2 * traversal), { min: 0, max });
};

const joined: Estimate = ({ target, args: [separator] }) => {
  const list = sizeOf(target);
  const items = target === undefined ? exactly(0) : times(list, target.elementSize);
  const between = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) };
  const size = separator === undefined ? items : plus(items, times(sizeOf(separator), between));
  return cost(scaled(size, traversal), size);
};

/** An empty text costs something, too, where the pattern is long. */
const matching = (text: Range, pattern: Range): Range =>
  times(scaled(plus(text, one), traversal), scaled(pattern, regexLength));

const found: Estimate = ({ target, args: [pattern] }) =>
  cost(matching(sizeOf(target), sizeOf(pattern)), { min: 0, max: sizeOf(target).max });

const containing =
  (...more: readonly Range[]): Estimate =>
  (call) =>
    cost(
      plus(
        scaled(plus(addressBytes, addressBytes), traversal),
        ...more,
        ...(ofType(call, 'string') ? [scaled(sizeOf(call.args[0]), traversal)] : []),
      ),
    );

const product: Estimate = ({ args: [a, b] }) => cost(plus(times(sizeOf(a), sizeOf(b)), one));
const twiceProduct: Estimate = ({ args: [a, b] }) => cost(plus(scaled(times(sizeOf(a), sizeOf(b)), 2), one));

/** Of two texts, lists or maps the smaller decides. */
const compared: Estimate = ({ args: [a, b] }) => {
  const max = Math.min(sizeOf(a).max, sizeOf(b).max);
  return cost(scaled({ min: max > 0 ? 1 : 0, max }, traversal));
};
const comparedTexts: Estimate = (call) =>
  ofType(call, 'string') || ofType(call, 'bytes') ? compared(call) : undefined;

const constantTypes = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver']);

const equal: Estimate = (call) => {
  const [a, b] = call.args;
  const type = a?.type.name === b?.type.name ? (a?.type.name ?? '') : '';
  if (constantTypes.has(type)) return cost(one);
  if (type === 'kubernetes.NamedFormat') return cost(scaled({ min: 1, max: formatMaxLength }, traversal));
  if (type === 'kubernetes.URL') return cost(scaled({ min: 1, max: b?.size?.max ?? 1 }, traversal));
  return compared(call);
};

const added: Estimate = (call) => {
  const [a, b] = call.args;
  const size = plus(sizeOf(a), sizeOf(b));
  if (ofType(call, 'list')) return cost(one, size);
  return ofType(call, 'string') || ofType(call, 'bytes') ? cost(scaled(size, traversal), size) : undefined;
};

const toBytes: Estimate = (call) => {
  if (!ofType(call, 'string')) return undefined;
  const { min, max } = sizeOf(call.args[0]);
  return cost(scaled({ min, max }, traversal), { min, max: Math.min(max * 4, unbounded) });
};
const toText: Estimate = (call) => {
  if (!ofType(call, 'bytes')) return undefined;
  const { min, max } = sizeOf(call.args[0]);
  return cost(scaled({ min, max }, traversal), { min: Math.floor(min / 4), max });
};
const quoted: Estimate = ({ args: [text] }) => {
  const { min, max } = sizeOf(text);
  return cost(scaled({ min, max }, traversal), { min: min + 2, max: Math.min(max * 2 + 2, unbounded) });
};

const estimates: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, overTarget] as const),
  ...['lowerAscii', 'upperAscii', 'substring', 'trim'].map((name) => [name, sameSize] as const),
  ...['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map(
    (name) => [name, overFirst] as const,
  ),
  ['url', ({ args: [text] }) => cost(scaled(sizeOf(text), traversal), sizeOf(text))],
  ['ip', (call) => (call.args.length > 0 ? overFirst(call) : cost(one))],
  ['ip.isCanonical', ({ args: [text] }) => cost(scaled(sizeOf(text), 2 * traversal))],
  ['containsIP', containing()],
  ['containsCIDR', containing(scaled(addressBytes, traversal), one)],
  ['replace', replaced],
  ['split', splitUp],
  ['join', joined],
  ['find', found],
  ['findAll', found],
  ['validate', ({ args: [text] }) => cost(scaled(scaled(sizeOf(text), traversal), formatRegexLength * regexLength))],
  ['sets.contains', product],
  ['sets.intersects', product],
  ['sets.equivalent', twiceProduct],
  ['format', ({ target }) => (target?.type.name === 'string' ? cost(scaled(sizeOf(target), traversal)) : undefined)],
  ['bytes', toBytes],
  ['string', toText],
  ['strings.quote', quoted],
  ['startsWith', overFirst],
  ['endsWith', overFirst],
  ['_in_', (call) => (call.params[1] === 'list' ? cost(sizeOf(call.args[1])) : undefined)],
  [
    'matches',
    ({ target, args: [pattern] }) =>
      target === undefined ? undefined : cost(matching(sizeOf(target), sizeOf(pattern))),
  ],
  [
    'contains',
    ({ target, args: [part] }) => cost(times(scaled(sizeOf(target), traversal), scaled(sizeOf(part), traversal))),
  ],
  ['_+_', added],
  ['_==_', equal],
  ['_!=_', compared],
  ...['_<_', '_<=_', '_>_', '_>=_'].map((name) => [name, comparedTexts] as const),
]);

/** Of one overload of a function. What is not in the table costs one. */
export const callCost = (call: Call): CallCost => estimates.get(call.name)?.(call) ?? cost(one);

/** Of several overloads of which any may be meant. */
export function anyCallCost(calls: readonly Call[]): CallCost {
  const costs = calls.map(callCost);
  const sizes = costs.flatMap(({ size }) => size ?? []);
  return cost(costs.map((each) => each.cost).reduce(hull), sizes.length === 0 ? undefined : sizes.reduce(hull));
}
