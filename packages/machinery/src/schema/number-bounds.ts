/**
 * Numbers against the bounds of their schema, as go-openapi holds them: what is an integer is held against bounds that are
 * cut to integers, which leaves nothing of the factor 0.5.
 */
import { isInt64 } from '../json/json-text.js';
import type { SchemaNode } from './schema.js';
import { isWhole } from './value-types.js';

export interface BoundFault {
  readonly badValue: number | bigint;
  /** In words, with `path` for where the number stands. */
  readonly detail: string;
}

export function boundFaults(node: SchemaNode, value: number | bigint, path: string): readonly BoundFault[] {
  const { minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false, multipleOf } = node;
  if (minimum === undefined && maximum === undefined && multipleOf === undefined) return none;
  const held = isInt64(value) ? Math.trunc : (bound: number) => bound;
  const faults: BoundFault[] = [];
  const refuse = (words: string) => faults.push({ badValue: value, detail: `${path} in body should be ${words}` });
  if (multipleOf !== undefined) {
    const factor = held(multipleOf);
    if (factor <= 0)
      faults.push({
        badValue: factor,
        detail: `factor MultipleOf declared for ${path} must be positive: ${formatNumber(factor)}`,
      });
    else if (!isMultiple(value, factor)) refuse(`a multiple of ${formatNumber(factor)}`);
  }
  if (minimum !== undefined) {
    const bound = held(minimum);
    if (exclusiveMinimum ? value <= bound : value < bound)
      refuse(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${formatNumber(bound)}`);
  }
  if (maximum !== undefined) {
    const bound = held(maximum);
    if (exclusiveMaximum ? value >= bound : value > bound)
      refuse(`less than ${exclusiveMaximum ? '' : 'or equal to '}${formatNumber(bound)}`);
  }
  return faults;
}

const none: readonly BoundFault[] = [];

function isMultiple(value: number | bigint, factor: number): boolean {
  if (typeof value === 'bigint') return value % BigInt(factor) === 0n;
  if (isInt64(value)) return value % factor === 0;
  return isWhole(factor < 1 ? (1 / factor) * value : value / factor);
}

/** As Go prints a number: with an exponent of two digits at least, from 1e+21 on and below 0.0001. */
function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e21)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
