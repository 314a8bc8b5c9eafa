import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  formatQuantity,
  InvalidQuantityError,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  subtractQuantity,
} from './quantity.js';

describe('canonical form', () => {
  it.each([
    ['0', '0'],
    ['1.5Gi', '1536Mi'],
    ['0.1', '100m'],
    ['1000m', '1'],
    ['1000Mi', '1000Mi'],
    ['1024Mi', '1Gi'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['1E', '1E'],
    ['0.001', '1m'],
    ['0.0000000001', '1n'],
    ['1.0000000001', '1000000001n'],
    ['100k', '100k'],
    ['1000k', '1M'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['-1.5', '-1500m'],
    ['+2', '2'],
    ['.5', '500m'],
    ['5.', '5'],
    ['.', '0'],
    ['+', '0'],
    ['-.Gi', '0'],
    ['k', '0'],
    ['e3', '0'],
    ['1500000', '1500k'],
    ['9223372036854775807', '9223372036854775807'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'a', '1.1.1', '1 Gi', '1gi', '1KI', '--1', '1e', 'kk', 'e-10'])('%j is refused', (text) => {
    expect(() => parseQuantity(text)).toThrow(InvalidQuantityError);
  });

  it('stays as it is when made again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'u', 'n'),
        (number, suffix) => {
          const once = canonicalQuantity(`${number}${suffix}`);
          expect(canonicalQuantity(once)).toBe(once);
          expect(compareQuantity(parseQuantity(once), parseQuantity(`${number}${suffix}`))).toBe(0);
        },
      ),
    );
  });
});

describe('arithmetic', () => {
  it('adds, subtracts and compares exactly', () => {
    expect(formatQuantity(addQuantity(parseQuantity('100m'), parseQuantity('900m')))).toBe('1');
    expect(formatQuantity(subtractQuantity(parseQuantity('1Gi'), parseQuantity('512Mi')))).toBe('512Mi');
    expect(compareQuantity(parseQuantity('1000m'), parseQuantity('1'))).toBe(0);
    expect([
      quantityValue(parseQuantity('1500m')),
      quantityMilliValue(parseQuantity('0.0001')),
      quantityValue(parseQuantity('1Ki')),
    ]).toEqual([2, 1, 1024]);
  });
});
