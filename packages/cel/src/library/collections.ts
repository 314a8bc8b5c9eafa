/** Kubernetes' functions on lists and sets: `list.isSorted()`, `sets.contains(a, b)`. */
import { type Library, type Overload, wholeTraversal } from '../functions.js';
import { CelError, compare, Duration, equal, noSuchOverload, Uint, type Value } from '../values.js';
import { durationType, int, timestampType } from './standard.js';
import { duration } from './time.js';

type List = readonly Value[];

const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
): Overload => ({ name, as: 'method', params, result, run, cost: wholeTraversal });

const summable = ['int', 'uint', 'double', durationType];
const ordinary = ['int', 'uint', 'double', 'bool', durationType, timestampType, 'string', 'bytes'];

/** For lists of each of these, with a result of the elements' own type unless another is given. */
const ofEach = (
  name: string,
  elements: readonly string[],
  run: (list: List) => Value,
  result?: string,
): readonly Overload[] => elements.map((element) => method(name, [`list(${element})`], result ?? element, run));

function ordered(name: string, a: Value, b: Value): number {
  const order = compare(a, b);
  if (order === undefined) throw noSuchOverload(name, [a, b]);
  return order;
}

function sum(list: List): Value {
  if (list.length === 0) return 0n;
  if (list.every((item) => typeof item === 'bigint')) return int(list.reduce((total, item) => total + item, 0n));
  if (list.every((item) => typeof item === 'number')) return list.reduce((total, item) => total + item, 0);
  if (list.every((item) => item instanceof Uint)) return new Uint(list.reduce((total, { value }) => total + value, 0n));
  if (list.every((item) => item instanceof Duration))
    return duration(list.reduce((total, { nanos }) => total + nanos, 0n));
  throw noSuchOverload('sum', [list]);
}

function extreme(name: 'min' | 'max', list: List): Value {
  const [first, ...rest] = list;
  if (first === undefined) throw new CelError(`${name} called on empty list`);
  return rest.reduce<Value>(
    (best, item) => (ordered(name, item, best) < 0 === (name === 'min') && !equal(item, best) ? item : best),
    first,
  );
}

const has = (list: List, item: Value): boolean => list.some((each) => equal(each, item));

const set = (name: string, run: (a: List, b: List) => boolean): Overload => ({
  name: `sets.${name}`,
  params: ['list(T)', 'list(T)'],
  result: 'bool',
  run,
  cost: (a: List, b: List) => 1 + a.length * b.length * (name === 'equivalent' ? 2 : 1),
});

export const collectionLibrary: Library = {
  overloads: [
    ...ofEach(
      'isSorted',
      ordinary,
      (list) => list.every((item, at) => at === 0 || ordered('isSorted', list[at - 1]!, item) <= 0),
      'bool',
    ),
    ...ofEach('sum', summable, sum),
    ...ofEach('min', ordinary, (list) => extreme('min', list)),
    ...ofEach('max', ordinary, (list) => extreme('max', list)),
    method('indexOf', ['list(A)', 'A'], 'int', (list: List, item: Value) =>
      BigInt(list.findIndex((each) => equal(each, item))),
    ),
    method('lastIndexOf', ['list(A)', 'A'], 'int', (list: List, item: Value) =>
      BigInt(list.findLastIndex((each) => equal(each, item))),
    ),
    set('contains', (a, b) => b.every((item) => has(a, item))),
    set('equivalent', (a, b) => a.every((item) => has(b, item)) && b.every((item) => has(a, item))),
    set('intersects', (a, b) => a.some((item) => has(b, item))),
  ],
};
