/** What must hold of numbers, and of those that may be a percentage: `maxUnavailable`, `maxSurge`, `minAvailable`. */
import { type FieldError, invalidField } from '@pintle/machinery';

type Amount = number | string;

export function nonNegativeErrors(value: number | undefined, path: string): readonly FieldError[] {
  return value !== undefined && value < 0 ? [invalidField(path, value, 'must be greater than or equal to 0')] : [];
}

/** Whether the amount is none, as `0%` or as a text that is no amount. */
export const isNothing = (value: Amount): boolean =>
  typeof value === 'number' ? value === 0 : !/^(\d+%|[+-]?\d+)$/.test(value) || Number.parseInt(value, 10) === 0;

export function amountErrors(value: Amount, path: string): readonly FieldError[] {
  if (typeof value === 'number') return nonNegativeErrors(value, path);
  return /^\d+%$/.test(value)
    ? []
    : [
        invalidField(
          path,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
}

/** An amount that is also not more than everything. */
export function boundedAmountErrors(value: Amount, path: string): readonly FieldError[] {
  const errors = amountErrors(value, path);
  const isMore = errors.length === 0 && typeof value === 'string' && Number.parseInt(value, 10) > 100;
  return isMore ? [invalidField(path, value, 'must not be greater than 100%')] : errors;
}
