/** Values of the wrong type in custom objects, as go-openapi tells of them: `spec.a in body must be of type integer: "string"`. */
import type { FieldError } from '../status/field-error.js';
import type { TypeFault } from './normalize.js';

/** `at` is where the value stands. */
export function typeError({ expected, found, detail }: TypeFault, at: string): FieldError {
  const format = formats[expected];
  if (format !== undefined && typeof found === 'string')
    return typeField(at, found, `${at} in body must be of type ${format}: ${JSON.stringify(found)}`);
  const type = format === undefined ? types[expected] : 'string';
  if (type === undefined) return typeField(at, typeOf(found), detail);
  return typeField(at, typeOf(found), `${at} in body must be of type ${type}: "${typeOf(found)}"`);
}

export const typeField = (field: string, badValue: unknown, detail: string): FieldError => ({
  type: 'FieldValueTypeInvalid',
  ...{ field, badValue, detail },
});

const formats: Readonly<Record<string, string>> = { 'RFC 3339 time': 'date-time', 'base64 string': 'byte' };

const types: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'integer',
  '32-bit integer': 'integer',
  number: 'number',
  'integer or string': 'integer,string',
  array: 'array',
  object: 'object',
  map: 'object',
};

/** The type of a JSON value, as go-openapi names it. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}
