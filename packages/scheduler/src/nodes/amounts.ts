/**
 * Quantities as the numbers that the scheduler counts with: CPU in thousandths of a core, all else in whole
 * units, rounded up. Whole numbers with a suffix, which is what pods and nodes carry, take a short way; all
 * others go through `parseQuantity`. Amounts beyond 2^53 lose precision, as they would in any column.
 */
import { parseQuantity, quantityMilliValue, quantityValue } from '@pintle/machinery';

/** What one unit of a suffix is in whole units. */
const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

export type Quantities = Readonly<Record<string, string | number>>;

/** Each resource's amount. Errors: `InvalidQuantityError`. */
export function amountsOf(quantities: Quantities): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const name in quantities) amounts.set(name, amountOf(quantities[name]!, name === 'cpu' ? 1000 : 1));
  return amounts;
}

/** The quantity times `scale`, rounded up to a whole number. Errors: `InvalidQuantityError`. */
export function amountOf(quantity: string | number, scale: 1 | 1000 = 1): number {
  const match = /^(\d{1,12})(m|k|M|G|T|[KMGT]i)?$/.exec(String(quantity));
  if (match === null) {
    const parsed = parseQuantity(quantity);
    return scale === 1 ? quantityValue(parsed) : quantityMilliValue(parsed);
  }
  const digits = Number(match[1]);
  const suffix = match[2] ?? '';
  if (suffix !== 'm') return digits * factors[suffix]! * scale;
  return scale === 1000 ? digits : Math.ceil(digits / 1000);
}
