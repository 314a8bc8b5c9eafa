/**
 * The types of values in custom objects, as go-openapi tells them: `spec.a in body must be of type integer: "string"`. What a
 * schema asks of a value beside its type is in `validate.ts`.
 */
import { isInt64, isNumber } from '../json/json-text.js';
import type { SchemaNode, SchemaType } from './schema.js';
import { isKnownFormat } from './string-formats.js';

/** What JSON schemas call the types of a node; none where it takes any value, or one that is read in a way of its own. */
const typeNames: Readonly<Record<SchemaType, readonly string[]>> = {
  string: ['string'],
  integer: ['integer'],
  number: ['number'],
  boolean: ['boolean'],
  array: ['array'],
  object: ['object'],
  map: ['object'],
  intOrString: ['integer', 'string'],
  quantity: [],
  any: [],
};

export interface TypeMismatch {
  readonly expected: string;
  readonly found: string;
}

/** Whether a node says anything of the type of its values. */
export const saysType = ({ type, format }: SchemaNode): boolean =>
  typeNames[type].length > 0 || (format !== undefined && isKnownFormat(format));

/** Undefined where the type is right. Of texts and lists that are to have a format, nothing is said here. */
export function typeMismatch(node: SchemaNode, value: unknown): TypeMismatch | undefined {
  const { type, nullable, format: written } = node;
  if (!saysType(node)) return undefined;
  const names = typeNames[type];
  const expected = names.join(',');
  if (value === null) return names.length > 0 && nullable !== true ? { expected, found: 'null' } : undefined;
  const found = typeOf(value);
  const isNumeric = names.includes('integer') || names.includes('number');
  const fits =
    names.includes(found) ||
    (found === 'integer' && names.includes('number')) ||
    (found === 'number' && names.includes('integer') && isWhole(value as number));
  if (fits) return undefined;
  if (written === undefined || !isKnownFormat(written)) return { expected, found };
  if (typeof value !== 'string' && !Array.isArray(value)) return { expected: written, found: formatOf(found) };
  return isNumeric ? { expected, found } : undefined;
}

/** The type of a JSON value, by its name in schemas. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return isNumber(value) ? (isInt64(value) ? 'integer' : 'number') : typeof value;
}

const formatOf = (type: string): string => (type === 'integer' ? 'int64' : type === 'number' ? 'float64' : '');

/** Parts of a number by which it may miss a whole one. */
const wholeTolerance = 1e-9;

/** Whether a fraction is one by the errors of its arithmetic alone. */
export function isWhole(value: number): boolean {
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  if (Number.isInteger(value)) return true;
  const whole = Math.trunc(value);
  return whole > 0 && Math.abs(value - whole) / (value + whole) < wholeTolerance;
}
