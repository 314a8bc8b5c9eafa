/** Optional values: `optional.of(x)`, `a.?b.orValue(c)`. */
import type { Library } from '../functions.js';
import { CelError, type CelMap, isMap, Optional, Uint, type Value } from '../values.js';

const isZero = (value: Value): boolean =>
  value === null ||
  value === false ||
  value === 0n ||
  value === 0 ||
  value === '' ||
  (value instanceof Uint && value.value === 0n) ||
  ((Array.isArray(value) || value instanceof Uint8Array) && value.length === 0) ||
  (isMap(value) && (value as CelMap).size === 0) ||
  (typeof value === 'object' && 'nanos' in value && value.nanos === 0n && value.celType.endsWith('Duration'));

export const optionalLibrary: Library = {
  overloads: [
    { name: 'optional.of', params: ['V'], result: 'optional_type(V)', run: (value: Value) => new Optional(value) },
    { name: 'optional.none', params: [], result: 'optional_type(V)', run: () => Optional.none },
    {
      name: 'optional.ofNonZeroValue',
      params: ['V'],
      result: 'optional_type(V)',
      run: (value: Value) => (isZero(value) ? Optional.none : new Optional(value)),
    },
    {
      name: 'hasValue',
      as: 'method',
      params: ['optional_type(V)'],
      result: 'bool',
      run: ({ value }: Optional) => value !== undefined,
    },
    {
      name: 'value',
      as: 'method',
      params: ['optional_type(V)'],
      result: 'V',
      run({ value }: Optional) {
        if (value === undefined) throw new CelError('optional.none() dereference');
        return value;
      },
    },
    {
      name: 'or',
      as: 'method',
      params: ['optional_type(V)', 'optional_type(V)'],
      result: 'optional_type(V)',
      run: (first: Optional, second: Optional) => (first.value === undefined ? second : first),
    },
    {
      name: 'orValue',
      as: 'method',
      params: ['optional_type(V)', 'V'],
      result: 'V',
      run: ({ value }: Optional, other: Value) => (value === undefined ? other : value),
    },
    ...(['first', 'last'] as const).map((name) => ({
      name,
      as: 'method' as const,
      params: ['list(V)'],
      result: 'optional_type(V)',
      run: (list: readonly Value[]) => {
        const found = list.at(name === 'first' ? 0 : -1);
        return found === undefined ? Optional.none : new Optional(found);
      },
    })),
    {
      name: 'optional.unwrap',
      params: ['list(optional_type(V))'],
      result: 'list(V)',
      run: (list: readonly Value[]) =>
        list.flatMap((item) => (item instanceof Optional && item.value !== undefined ? [item.value] : [])),
    },
    {
      name: 'unwrapOpt',
      as: 'method',
      params: ['list(optional_type(V))'],
      result: 'list(V)',
      run: (list: readonly Value[]) =>
        list.flatMap((item) => (item instanceof Optional && item.value !== undefined ? [item.value] : [])),
    },
  ],
};
