/** Kubernetes' functions on lists and sets: `list.isSorted()`, `sets.contains(a, b)`. */
import type { Library, Overload } from '../functions.js';
import { CelError, compare, Duration, equal, noSuchOverload, Uint, type Value } from '../values.js';
import { int } from './standard.js';
import { duration } from './time.js';

type List = readonly Value[];

const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
): Overload => ({
  name,
  as: 'method',
  params: ['list', ...params],
  result,
  run,
  cost: (list: List) => 1 + list.length,
});

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
  params: ['list', 'list'],
  result: 'bool',
  run,
  cost: (a: List, b: List) => 1 + a.length * b.length,
});

export const collectionLibrary: Library = {
  overloads: [
    method('isSorted', [], 'bool', (list: List) =>
      list.every((item, at) => at === 0 || ordered('isSorted', list[at - 1]!, item) <= 0),
    ),
    method('sum', [], 'any', sum),
    method('min', [], 'any', (list: List) => extreme('min', list)),
    method('max', [], 'any', (list: List) => extreme('max', list)),
    method('indexOf', ['any'], 'int', (list: List, item: Value) => BigInt(list.findIndex((each) => equal(each, item)))),
    method('lastIndexOf', ['any'], 'int', (list: List, item: Value) =>
      BigInt(list.findLastIndex((each) => equal(each, item))),
    ),
    set('contains', (a, b) => b.every((item) => has(a, item))),
    set('equivalent', (a, b) => a.every((item) => has(b, item)) && b.every((item) => has(a, item))),
    set('intersects', (a, b) => a.some((item) => has(b, item))),
  ],
};
