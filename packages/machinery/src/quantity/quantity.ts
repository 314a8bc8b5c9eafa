/**
 * Resource quantities, exactly (apimachinery `resource.Quantity`): a whole number of nanounits and the format it
 * was written in, which decides how it is written again.
 *
 * Invariants: 1. `nano` is the value times 10^9, rounded up (away from zero) at the ninth digit.
 * 2. Two quantities are equal when their `nano` are; the format is for printing only.
 *
 * **Differs from Kubernetes**: whole numbers that do not fit into 64 bits stay what they are, and do not begin again below
 * zero.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** A text that is no quantity. */
export class InvalidQuantityError extends Error {
  readonly code = 'PINTLE_INVALID_QUANTITY';
  constructor(readonly text: string) {
    super(quantityWords(text));
    this.name = 'InvalidQuantityError';
  }
}

const nanoPerUnit = 1_000_000_000n;
/** Binary quantities are capped at 2^63 - 1 units. */
const nanoMax = (2n ** 63n - 1n) * nanoPerUnit;

/** Nothing is finer. */
const exponentMin = -9;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,4}))?$/;

/** Of what is no quantity: that it does not look like one, that its suffix is unknown, or that there is no number to scale. */
export function quantityWords(text: string): string {
  const [, suffix] = text === '' ? [] : (/^[+-]?\d*(?:\.\d*)?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text) ?? []);
  if (suffix === undefined)
    return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  return pattern.test(`1${suffix}`) ? 'unable to parse numeric part of quantity' : "unable to parse quantity's suffix";
}

/** Errors: `InvalidQuantityError`. */
export function parseQuantity(input: string | number): Quantity {
  const text = String(input);
  let quantity = parsed.get(text);
  if (quantity === undefined) {
    quantity = Object.freeze(parse(text));
    if (parsed.size === parsedMax) parsed.clear();
    // Long texts are no quantities that come again.
    if (text.length <= parsedCharactersMax) parsed.set(text, quantity);
  }
  return quantity;
}

/** The same few texts are read again and again: for each write, each pod that is placed, each quota. */
const parsed = new Map<string, Quantity>();
const parsedMax = 1000;
const parsedCharactersMax = 32;

function parse(text: string): Quantity {
  const match = pattern.exec(text);
  if (match === null || text === '') throw new InvalidQuantityError(text);
  const [, sign, whole = '', fraction = '', suffix = '', exponentText] = match;
  const binary = binaryExponents[suffix];
  const exponent = exponentText === undefined ? (decimalExponents[suffix] ?? 0) : Number(exponentText);
  // No digits at all are zero, where that need not be rounded.
  if (whole === '' && fraction === '' && exponent < exponentMin) throw new InvalidQuantityError(text);
  const digits = BigInt(`${whole}${fraction}` || '0');
  const scale = 9 + exponent - fraction.length;
  const exact = binary === undefined ? digits : digits * 2n ** BigInt(binary);
  const power = (binary === undefined ? scale : 9 - fraction.length) as number;
  const magnitude =
    power >= 0 ? exact * 10n ** BigInt(Math.min(power, 60)) : divideUp(exact, 10n ** BigInt(Math.min(-power, 4000)));
  const capped = binary !== undefined && magnitude > nanoMax ? nanoMax : magnitude;
  const format: QuantityFormat =
    binary !== undefined ? 'BinarySI' : exponentText !== undefined ? 'DecimalExponent' : 'DecimalSI';
  return { nano: sign === '-' ? -capped : capped, format };
}

const divideUp = (value: bigint, by: bigint) => (value % by === 0n ? value / by : value / by + 1n);
const abs = (value: bigint) => (value < 0n ? -value : value);

/** The canonical text: no fraction, the largest suffix that leaves the number whole. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const magnitude = abs(nano);
  if (format === 'BinarySI' && magnitude >= 1024n * nanoPerUnit)
    return `${sign}${binaryText(divideUp(magnitude, nanoPerUnit))}`;
  let digits = magnitude;
  let exponent = -9;
  while (exponent < 18 && digits % 1000n === 0n) {
    digits /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return `${sign}${digits}${exponent === 0 ? '' : `e${exponent}`}`;
  const suffix = Object.keys(decimalExponents).find((key) => decimalExponents[key] === exponent)!;
  return `${sign}${digits}${suffix}`;
}

function binaryText(units: bigint): string {
  let value = units;
  let index = 0;
  const suffixes = ['', ...Object.keys(binaryExponents)];
  while (index < suffixes.length - 1 && value % 1024n === 0n) {
    value /= 1024n;
    index++;
  }
  return `${value}${suffixes[index]}`;
}

/** What most quantities look like already: whole numbers with a plain suffix that cannot be made larger. */
const alreadyCanonical = /^(?:[1-9]\d{0,2}(?:m|k|M|G|T|[KMGT]i)?|0)$/;

/** As amounts of resources are kept: no finer than thousandths, rounded up. Errors: `InvalidQuantityError`. */
export function canonicalAmount(input: string | number): string {
  if (typeof input === 'string' && alreadyCanonical.test(input)) return input;
  const { nano, format } = parseQuantity(input);
  return formatQuantity({ nano: roundedUp(nano, 1_000_000n) * 1_000_000n, format });
}

/** Errors: `InvalidQuantityError`. */
export function canonicalQuantity(input: string | number): string {
  if (typeof input === 'string' && alreadyCanonical.test(input)) return input;
  return formatQuantity(parseQuantity(input));
}

export const compareQuantity = (a: Quantity, b: Quantity): number => (a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0);

/** The format of the sum is that of `a`, unless `a` is zero. */
export const addQuantity = (a: Quantity, b: Quantity): Quantity => ({
  nano: a.nano + b.nano,
  format: a.nano === 0n ? b.format : a.format,
});

export const subtractQuantity = (a: Quantity, b: Quantity): Quantity => ({
  nano: a.nano - b.nano,
  format: a.nano === 0n ? b.format : a.format,
});

/** Whole units, rounded up. */
export const quantityValue = ({ nano }: Quantity): number => Number(roundedUp(nano, nanoPerUnit));

/** Thousandths, rounded up: CPU in millicores. */
export const quantityMilliValue = ({ nano }: Quantity): number => Number(roundedUp(nano, 1_000_000n));

const roundedUp = (nano: bigint, by: bigint) => (nano < 0n ? -divideUp(-nano, by) : divideUp(nano, by));
