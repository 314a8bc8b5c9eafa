import { describe, expect, it } from '@jest/globals';
import { InvalidQuantityError, parseQuantity, quantityMilliValue, quantityValue } from '@pintle/machinery';
import fc from 'fast-check';
import { amountOf } from './amounts.js';

describe('amountOf', () => {
  it.each<[string | number, 1 | 1000, number]>([
    ['2', 1000, 2000],
    [2, 1000, 2000],
    [0.5, 1000, 500],
    ['100m', 1000, 100],
    ['0.1', 1000, 100],
    ['1.1', 1000, 1100],
    ['0.0001', 1000, 1],
    ['250u', 1000, 1],
    ['500Mi', 1, 500 * 2 ** 20],
    ['1.5Gi', 1, 1.5 * 2 ** 30],
    ['1k', 1, 1000],
    ['1e3', 1, 1000],
    ['5e-1', 1000, 500],
    ['1500m', 1, 2],
  ])('%s times %i is %i', (quantity, scale, expected) => {
    expect(amountOf(quantity, scale)).toBe(expected);
  });
  it.each(['', '1 Gi', '1GiB', 'one'])('refuses %j', (quantity) => {
    expect(() => amountOf(quantity)).toThrow(InvalidQuantityError);
  });
  it('takes the short way to where the long one leads', () => {
    const text = fc
      .tuple(fc.nat(999_999), fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (quantity) => {
        expect(amountOf(quantity)).toBe(quantityValue(parseQuantity(quantity)));
        expect(amountOf(quantity, 1000)).toBe(quantityMilliValue(parseQuantity(quantity)));
      }),
    );
  });
});
