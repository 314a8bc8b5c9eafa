/** Kubernetes' quantities: `quantity('1Gi').isGreaterThan(quantity('500M'))`. */
import {
  type Quantity as Amount,
  addQuantity,
  compareQuantity,
  InvalidQuantityError,
  parseQuantity,
  quantityWords,
  subtractQuantity,
} from '@pintle/machinery';
import type { Library, Overload } from '../functions.js';
import { int64Max, int64Min } from '../literals.js';
import { CelError, type Opaque, type Value } from '../values.js';

export class Quantity implements Opaque {
  readonly celType = 'kubernetes.Quantity';
  constructor(readonly amount: Amount) {}
  equals(other: Opaque): boolean {
    return other instanceof Quantity && compareQuantity(other.amount, this.amount) === 0;
  }
}

const nanoPerUnit = 1_000_000_000n;

function parsed(text: string): Amount | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof InvalidQuantityError) return undefined;
    throw error;
  }
}

/** What is larger than a quantity can be is held as the largest, and is none. */
const isInteger = ({ nano }: Amount): boolean =>
  nano % nanoPerUnit === 0n && nano / nanoPerUnit < int64Max && nano / nanoPerUnit > int64Min;

const ofInt = (value: bigint): Amount => ({ nano: value * nanoPerUnit, format: 'DecimalSI' });

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

export const quantityLibrary: Library = {
  types: [type],
  overloads: [
    {
      name: 'quantity',
      params: ['string'],
      result: type,
      run(text: string) {
        const amount = parsed(text);
        if (amount === undefined) throw new CelError(quantityWords(text));
        return new Quantity(amount);
      },
    },
    { name: 'isQuantity', params: ['string'], result: 'bool', run: (text: string) => parsed(text) !== undefined },
    {
      name: 'sign',
      params: [type],
      result: 'int',
      run: ({ amount }: Quantity) => (amount.nano > 0n ? 1n : amount.nano < 0n ? -1n : 0n),
    },
    method('isInteger', [], 'bool', ({ amount }: Quantity) => isInteger(amount)),
    method('asInteger', [], 'int', ({ amount }: Quantity) => {
      if (!isInteger(amount)) throw new CelError('cannot convert value to integer');
      return amount.nano / nanoPerUnit;
    }),
    method('asApproximateFloat', [], 'double', ({ amount }: Quantity) => Number(amount.nano) / 1e9),
    method('add', [type], type, (a: Quantity, b: Quantity) => new Quantity(addQuantity(a.amount, b.amount))),
    method('add', ['int'], type, (a: Quantity, b: bigint) => new Quantity(addQuantity(a.amount, ofInt(b)))),
    method('sub', [type], type, (a: Quantity, b: Quantity) => new Quantity(subtractQuantity(a.amount, b.amount))),
    method('sub', ['int'], type, (a: Quantity, b: bigint) => new Quantity(subtractQuantity(a.amount, ofInt(b)))),
    method('isLessThan', [type], 'bool', (a: Quantity, b: Quantity) => compareQuantity(a.amount, b.amount) < 0),
    method('isGreaterThan', [type], 'bool', (a: Quantity, b: Quantity) => compareQuantity(a.amount, b.amount) > 0),
    method('compareTo', [type], 'int', (a: Quantity, b: Quantity) => BigInt(compareQuantity(a.amount, b.amount))),
  ],
};
