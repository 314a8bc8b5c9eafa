/** Values against the bounds of their schema, in the words that users of custom resources know. */
import { canonicalJson, deepEqual } from '../meta/frozen.js';
import { validateObjectMeta } from '../meta/object-meta.js';
import type { ObjectMeta } from '../meta/v1.js';
import { pathSegmentErrors } from '../names/names.js';
import type { FieldError } from '../status/field-error.js';
import {
  duplicateField,
  invalidField,
  notSupportedField,
  requiredField,
  tooLongField,
  tooManyField,
} from '../status/field-errors.js';
import { resolve, type SchemaNode } from './schema.js';
import { hasFormat } from './string-formats.js';
import { typeField } from './type-errors.js';

/**
 * What is wrong with a normalized value. Types are the normalizer's affair. What has not changed since `old` may stay as
 * it is, though its schema has become stricter meanwhile (KEP-4008). `path` is where the value stands.
 */
export function validateSchema(node: SchemaNode, value: unknown, old?: unknown, path = ''): readonly FieldError[] {
  const errors: FieldError[] = [];
  check(node, value, old, path, errors);
  return errors;
}

function check(place: SchemaNode, value: unknown, old: unknown, path: string, errors: FieldError[]): void {
  const node = resolve(place);
  if (value === null || value === undefined) return;
  if (old !== undefined && deepEqual(value, old)) return;
  if (place.enum !== undefined && !place.enum.some((allowed) => canonicalJson(allowed) === canonicalJson(value))) {
    errors.push(notSupportedField(path, value, place.enum.map(String)));
  }
  if (typeof value === 'string') checkString(node, value, path, errors);
  else if (typeof value === 'number') checkNumber(node, value, path, errors);
  else if (Array.isArray(value)) checkArray(node, value, old, path, errors);
  else if (typeof value === 'object') checkObject(node, value as Fields, fieldsOf(old), path, errors);
  checkJunctors(node, value, path, errors);
  if (node.embeddedResource && fieldsOf(value) !== undefined) errors.push(...embeddedErrors(value as Fields, path));
}

/** An object within an object says what it is, and has metadata as any object. */
function embeddedErrors({ apiVersion, kind, metadata }: Fields, path: string): readonly FieldError[] {
  const meta = (metadata ?? {}) as ObjectMeta;
  return [
    ...(apiVersion ? [] : [requiredField(`${path}.apiVersion`)]),
    ...(kind ? [] : [requiredField(`${path}.kind`)]),
    ...validateObjectMeta(
      { ...meta, name: meta.name || 'unnamed' },
      { namespaced: meta.namespace !== undefined && meta.namespace !== '', nameErrors: pathSegmentErrors },
      `${path}.metadata`,
    ),
  ];
}

function checkString(
  { pattern, matches, minLength, maxLength, format }: SchemaNode,
  value: string,
  path: string,
  errors: FieldError[],
): void {
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  // Of these the first fault is told, as go-openapi does.
  if (maxLength !== undefined && length > maxLength) errors.push(tooLongField(path, value, maxLength));
  else if (minLength !== undefined && length < minLength)
    errors.push(invalidField(path, value, `${path} in body should be at least ${minLength} chars long`));
  else if (pattern !== undefined && !(matches === undefined ? new RegExp(pattern, 'u').test(value) : matches(value)))
    errors.push(invalidField(path, value, `${path} in body should match '${pattern}'`));
  if (format !== undefined && !hasFormat(value, format))
    errors.push(typeField(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
}

function checkNumber(node: SchemaNode, value: number, path: string, errors: FieldError[]): void {
  const { minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false, multipleOf } = node;
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.push(
      invalidField(
        path,
        value,
        `${path} in body should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`,
      ),
    );
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.push(
      invalidField(
        path,
        value,
        `${path} in body should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`,
      ),
    );
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    errors.push(invalidField(path, value, `${path} in body should be a multiple of ${multipleOf}`));
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** The item that an item was: by its keys, where it has any; other items have no past. */
function itemBefore(node: SchemaNode, item: unknown, old: unknown): unknown {
  if (node.listType !== 'map' || !Array.isArray(old)) return undefined;
  const keys = node.listMapKeys ?? [];
  const now = fieldsOf(item);
  return old.find((other) => keys.every((key) => deepEqual(fieldsOf(other)?.[key], now?.[key])));
}

function checkArray(
  node: SchemaNode,
  value: readonly unknown[],
  old: unknown,
  path: string,
  errors: FieldError[],
): void {
  const { minItems, maxItems, items, listType, listMapKeys = [] } = node;
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooManyField(path, value.length, maxItems));
  if (minItems !== undefined && value.length < minItems)
    errors.push(invalidField(path, value.length, `${path} in body should have at least ${minItems} items`));
  if (items !== undefined)
    for (const [index, item] of value.entries())
      check(items, item, itemBefore(node, item, old), `${path}[${index}]`, errors);
  if (listType !== 'set' && listType !== 'map' && !node.uniqueItems) return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const keys =
      listType === 'map'
        ? Object.fromEntries(listMapKeys.map((key) => [key, (item as Record<string, unknown> | null)?.[key]]))
        : item;
    const id = canonicalJson(keys);
    if (seen.has(id)) errors.push(duplicateField(`${path}[${index}]`, keys));
    seen.add(id);
  }
}

function checkObject(
  node: SchemaNode,
  value: Fields,
  old: Fields | undefined,
  path: string,
  errors: FieldError[],
): void {
  const { properties, values, minProperties, maxProperties } = node;
  const count = Object.keys(value).length;
  if (maxProperties !== undefined && count > maxProperties) errors.push(tooManyField(path, count, maxProperties));
  if (minProperties !== undefined && count < minProperties)
    errors.push(invalidField(path, value, `${path} in body should have at least ${minProperties} properties`));
  for (const [key, place] of Object.entries(properties ?? {})) {
    const field = path === '' ? key : `${path}.${key}`;
    if (value[key] === undefined) {
      if (place.required) errors.push(requiredField(field));
    } else if (key !== 'metadata' || path !== '') check(place, value[key], old?.[key], field, errors);
  }
  if (values !== undefined)
    for (const key of Object.keys(value)) check(values, value[key], old?.[key], `${path}[${key}]`, errors);
}

function checkJunctors(
  { allOf = [], anyOf, oneOf, not }: SchemaNode,
  value: unknown,
  path: string,
  errors: FieldError[],
): void {
  const fits = (node: SchemaNode): boolean => matchesType(node, value) && validateSchema(node, value).length === 0;
  for (const node of allOf) check(node, value, undefined, path, errors);
  // None of the schemas is more at fault than another: their faults have no field, as go-openapi's.
  const refuse = (words: string) => errors.push(invalidField('<nil>', value, `${path} in body must ${words}`));
  if (anyOf !== undefined && !anyOf.some(fits)) {
    refuse('validate at least one schema (anyOf)');
    errors.push(...nearest(anyOf, value, path));
  }
  const fitting = oneOf?.filter(fits).length ?? 1;
  if (fitting !== 1) refuse('validate one and only one schema (oneOf)');
  if (fitting === 0) errors.push(...nearest(oneOf!, value, path));
  if (not !== undefined && fits(not)) refuse('not validate the schema (not)');
}

/** What the schema finds wrong that finds least. */
function nearest(nodes: readonly SchemaNode[], value: unknown, path: string): readonly FieldError[] {
  const faults = nodes
    .filter((node) => matchesType(node, value))
    .map((node) => validateSchema(node, value, undefined, path));
  return faults.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function matchesType({ type }: SchemaNode, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
    case 'map':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return true;
  }
}
