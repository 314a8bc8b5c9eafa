/** Makers of field errors, in the words of apimachinery `field`. */
import type { FieldError } from './field-error.js';

export const requiredField = (field: string, detail = ''): FieldError => ({
  type: 'FieldValueRequired',
  field,
  detail,
});
export const invalidField = (field: string, badValue: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  badValue,
  detail,
});
/** For a value of the wrong type. */
export const typeInvalidField = (field: string, badValue: unknown, detail: string): FieldError => ({
  type: 'FieldValueTypeInvalid',
  field,
  badValue,
  detail,
});
/** For a value that is too large to tell, or is told by the detail. */
export const invalidWithoutValue = (field: string, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  detail,
});
export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: 'FieldValueForbidden',
  field,
  detail,
});
/** What the server could not find out. */
export const internalField = (field: string, detail: string): FieldError => ({ type: 'InternalError', field, detail });

export const duplicateField = (field: string, badValue: unknown): FieldError => ({
  type: 'FieldValueDuplicate',
  field,
  badValue,
  detail: '',
});
export const notFoundField = (field: string, badValue: unknown): FieldError => ({
  type: 'FieldValueNotFound',
  field,
  badValue,
  detail: '',
});
export const tooLongField = (field: string, badValue: unknown, maxBytes: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  badValue,
  detail: `may not be more than ${maxBytes} bytes`,
});
export const tooManyField = (field: string, actual: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  badValue: actual,
  detail: `must have at most ${max} items`,
});

/** The supported values are told in the order given: Kubernetes sorts most of them, and some not. */
export function notSupportedField(field: string, badValue: unknown, supported: readonly string[]): FieldError {
  const listed = supported.map((value) => JSON.stringify(value));
  return { type: 'FieldValueNotSupported', field, badValue, detail: `supported values: ${listed.join(', ')}` };
}

/** What may not change, has. */
export const immutableField = (field: string, badValue: unknown): FieldError =>
  invalidField(field, badValue, 'field is immutable');
