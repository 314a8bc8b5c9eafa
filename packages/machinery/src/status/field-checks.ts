/**
 * Checks of one field that nearly every kind makes, each the faults that it finds. A validation is a list of them.
 * Deliberately not here: what only one kind asks, and what a schema says of custom resources (`schema/validate.ts`).
 */
import type { FieldError } from './field-error.js';
import { forbiddenField, invalidField, notSupportedField, requiredField } from './field-errors.js';

/** No fault. One for all, as most checks find nothing. */
export const noErrors: readonly FieldError[] = Object.freeze([]);

/** As Go has it, an empty text or list, zero and nothing are all absent. */
export const isAbsent = (value: unknown): value is undefined | null | '' | 0 | false =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

/** What must be there. */
export const requiredErrors = (value: unknown, path: string, detail = ''): readonly FieldError[] =>
  isAbsent(value) ? [requiredField(path, detail)] : noErrors;

/** What must not be there. */
export const forbiddenErrors = (value: unknown, path: string, detail: string): readonly FieldError[] =>
  isAbsent(value) ? noErrors : [forbiddenField(path, detail)];

/** What is wrong with a text, as `format` tells it in words; an absent one is not looked at. */
export function formatErrors(
  value: string | undefined,
  path: string,
  format: (value: string) => readonly string[],
): readonly FieldError[] {
  if (value === undefined || value === '') return noErrors;
  const messages = format(value);
  return messages.length === 0 ? noErrors : messages.map((message) => invalidField(path, value, message));
}

/** A text that must be there, in a format. */
export const requiredFormatErrors = (
  value: string | undefined,
  path: string,
  format: (value: string) => readonly string[],
): readonly FieldError[] =>
  value === undefined || value === '' ? [requiredField(path)] : formatErrors(value, path, format);

/** One of some values. An absent one is not looked at. */
export const choiceErrors = (
  value: string | undefined,
  path: string,
  choices: readonly string[],
): readonly FieldError[] =>
  value === undefined || choices.includes(value) ? noErrors : [notSupportedField(path, value, choices)];

/** One of some values, and not none. */
export const requiredChoiceErrors = (
  value: string | undefined,
  path: string,
  choices: readonly string[],
): readonly FieldError[] =>
  value === undefined || value === '' ? [requiredField(path)] : choiceErrors(value, path, choices);

/** A whole number within bounds. An absent one is not looked at. */
export const rangeErrors = (
  value: number | undefined,
  path: string,
  min: number,
  max: number,
): readonly FieldError[] =>
  value === undefined || (value >= min && value <= max)
    ? noErrors
    : [invalidField(path, value, `must be between ${min} and ${max}, inclusive`)];

/** The faults of each item of a list, `check` being told its place, as `spec.ports[1]`. */
export function eachErrors<T>(
  items: readonly T[] | undefined,
  path: string,
  check: (item: T, path: string, index: number) => readonly FieldError[],
): readonly FieldError[] {
  if (items === undefined || items.length === 0) return noErrors;
  let found = noErrors;
  for (const [index, item] of items.entries()) {
    const errors = check(item, `${path}[${index}]`, index);
    if (errors.length > 0) found = found.length === 0 ? errors : [...found, ...errors];
  }
  return found;
}
