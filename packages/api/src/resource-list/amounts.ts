/**
 * Arithmetic on lists of resources (core/v1 ResourceList): names with quantities, exactly. Quota, limit ranges and
 * validation count with it; the scheduler, for which plain numbers will do, does not.
 */
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantity,
} from '@pintle/machinery';

/** A ResourceList that can be counted with. */
export type ResourceAmounts = ReadonlyMap<string, Quantity>;

/** As an object writes it down: names and the texts of quantities. */
export type ResourceList = Readonly<Record<string, string>>;

/** Errors: `InvalidQuantityError`. */
export function parseResourceList(list: ResourceList | undefined): ResourceAmounts {
  const amounts = new Map<string, Quantity>();
  if (list !== undefined) for (const name of Object.keys(list)) amounts.set(name, parseQuantity(list[name]!));
  return amounts;
}

/** Names in alphabetical order, as Kubernetes writes maps. */
export function formatResourceList(amounts: ResourceAmounts): ResourceList {
  return Object.fromEntries([...amounts].sort(byName).map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

export const addAmounts = (...lists: readonly ResourceAmounts[]): ResourceAmounts => sumAmounts(lists);

/** The sum of all lists; a name is in it that is in any of them. */
export function sumAmounts(lists: Iterable<ResourceAmounts>): ResourceAmounts {
  const sums = new Map<string, Quantity>();
  for (const list of lists)
    for (const [name, quantity] of list) {
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? quantity : addQuantity(sum, quantity));
    }
  return sums;
}

/** The greater of two, name by name; a name is in it that is in either. */
export function maxAmounts(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  const greatest = new Map(a);
  for (const [name, quantity] of b) {
    const other = greatest.get(name);
    if (other === undefined || compareQuantity(quantity, other) > 0) greatest.set(name, quantity);
  }
  return greatest;
}

/** Name by name; what `a` lacks counts as nothing. */
export function subtractAmounts(a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts {
  const left = new Map(a);
  for (const [name, quantity] of b)
    left.set(name, subtractQuantity(left.get(name) ?? { nano: 0n, format: quantity.format }, quantity));
  return left;
}

/** Only these names. */
export function maskAmounts(list: ResourceAmounts, names: Iterable<string>): ResourceAmounts {
  const kept = new Map<string, Quantity>();
  for (const name of names) {
    const quantity = list.get(name);
    if (quantity !== undefined) kept.set(name, quantity);
  }
  return kept;
}

/** The names of which `list` has more than `bounds`. */
export const exceeding = (list: ResourceAmounts, bounds: ResourceAmounts): readonly string[] =>
  [...bounds].filter(([name, bound]) => (list.get(name)?.nano ?? bound.nano) > bound.nano).map(([name]) => name);

/** The same names with the same values; how they are written does not count. */
export const sameAmounts = (a: ResourceAmounts, b: ResourceAmounts): boolean =>
  a.size === b.size && [...a].every(([name, { nano }]) => b.get(name)?.nano === nano);

/** `name=amount`, in alphabetical order, as messages about quota list them. */
export const describeAmounts = (list: ResourceAmounts): string =>
  Object.entries(formatResourceList(list))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
