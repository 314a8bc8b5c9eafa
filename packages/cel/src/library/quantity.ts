/** Kubernetes' quantities: `quantity('1Gi').isGreaterThan(quantity('500M'))`. */
import {
  type Quantity as Amount,
  addQuantity,
  compareQuantity,
  InvalidQuantityError,
  parseQuantity,
  subtractQuantity,
} from '@pintle/machinery';
import { type Library, type Overload, traversal } from '../functions.js';
import { int64Max, int64Min } from '../literals.js';
import { CelError, type Opaque, type Value } from '../values.js';

export class Quantity implements Opaque {
  readonly celType = 'kubernetes.Quantity';
  /** `scale`: it counts in this power of ten, in a number of 64 bits; absent where that is too narrow. */
  constructor(
    readonly amount: Amount,
    readonly scale: number | undefined,
  ) {}
  equals(other: Opaque): boolean {
    return other instanceof Quantity && compareQuantity(other.amount, this.amount) === 0;
  }
}

const nanoPerUnit = 1_000_000_000n;

function parsed(text: string): Amount | InvalidQuantityError {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof InvalidQuantityError) return error;
    throw error;
  }
}

const decimals: Readonly<Record<string, number>> = {
  ...{ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 },
};
const binaries: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const digitsMax = 18;
const binaryDigitsMax = 14;

/** Digits behind the point count, also where they are zeros. */
function scaleOf(text: string): number | undefined {
  const [, whole = '', fraction = '', suffix = ''] = /^[+-]?0*(\d*)(?:\.(\d*))?(.*)$/.exec(text) ?? [];
  const digits = Math.max(whole.length, 1);
  const bits = binaries[suffix];
  if (bits !== undefined)
    return fraction === '' && digits + Math.floor((bits * 3) / 10) <= binaryDigitsMax ? 0 : undefined;
  const scale = (decimals[suffix] ?? Number(suffix.slice(1))) - fraction.length;
  return digits + fraction.length <= digitsMax && scale >= -9 ? scale : undefined;
}

const isInt64 = (value: bigint): boolean => value >= int64Min && value <= int64Max;

/** Of a sum: it counts in the smaller of the two powers. */
function summed(a: Quantity, b: Quantity, amount: Amount): Quantity {
  if (a.scale === undefined || b.scale === undefined) return new Quantity(amount, undefined);
  if (b.amount.nano === 0n) return new Quantity(amount, a.scale);
  if (a.amount.nano === 0n) return new Quantity(amount, b.scale);
  const scale = Math.min(a.scale, b.scale);
  return new Quantity(amount, isInt64(countOf(amount, scale)) ? scale : undefined);
}

/** How often there is this power of ten in it. */
const countOf = ({ nano }: Amount, scale: number): bigint => nano / 10n ** BigInt(9 + scale);

/** What counts in tenths or less is none, nor what is too large. */
const isInteger = ({ amount: { nano }, scale }: Quantity): boolean =>
  scale !== undefined && scale >= 0 && isInt64(nano / nanoPerUnit);

const approximately = ({ amount, scale }: Quantity): number =>
  scale === undefined
    ? Number(amount.nano) * 1e-9
    : Number(countOf(amount, scale)) * (scale === 0 ? 1 : Number(`1e${scale}`));

const ofInt = (value: bigint): Quantity => new Quantity({ nano: value * nanoPerUnit, format: 'DecimalSI' }, 0);
const add = (a: Quantity, b: Quantity) => summed(a, b, addQuantity(a.amount, b.amount));
const subtract = (a: Quantity, b: Quantity) => summed(a, b, subtractQuantity(a.amount, b.amount));

const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
): Overload => ({
  name,
  as: 'method',
  params: ['kubernetes.Quantity', ...params],
  result,
  run,
});
const type = 'kubernetes.Quantity';
const readCost = (text: string) => traversal(text.length);

export const quantityLibrary: Library = {
  types: [type],
  overloads: [
    {
      name: 'quantity',
      params: ['string'],
      result: type,
      run(text: string) {
        const amount = parsed(text);
        if (amount instanceof InvalidQuantityError) throw new CelError(amount.message);
        return new Quantity(amount, scaleOf(text));
      },
      cost: readCost,
    },
    {
      name: 'isQuantity',
      params: ['string'],
      result: 'bool',
      run: (text: string) => !(parsed(text) instanceof InvalidQuantityError),
      cost: readCost,
    },
    {
      name: 'sign',
      params: [type],
      result: 'int',
      run: ({ amount }: Quantity) => (amount.nano > 0n ? 1n : amount.nano < 0n ? -1n : 0n),
    },
    method('isInteger', [], 'bool', isInteger),
    method('asInteger', [], 'int', (quantity: Quantity) => {
      if (!isInteger(quantity)) throw new CelError('cannot convert value to integer');
      return quantity.amount.nano / nanoPerUnit;
    }),
    method('asApproximateFloat', [], 'double', approximately),
    method('add', [type], type, add),
    method('add', ['int'], type, (a: Quantity, b: bigint) => add(a, ofInt(b))),
    method('sub', [type], type, subtract),
    method('sub', ['int'], type, (a: Quantity, b: bigint) => subtract(a, ofInt(b))),
    method('isLessThan', [type], 'bool', (a: Quantity, b: Quantity) => compareQuantity(a.amount, b.amount) < 0),
    method('isGreaterThan', [type], 'bool', (a: Quantity, b: Quantity) => compareQuantity(a.amount, b.amount) > 0),
    method('compareTo', [type], 'int', (a: Quantity, b: Quantity) => BigInt(compareQuantity(a.amount, b.amount))),
  ],
};
