/**
 * The schema of a definition as documents of OpenAPI tell it: as its author wrote it, but for what has no notion in structural
 * schemas, and with the fields that every embedded object has. Pure.
 */
import { type Fields, isFields } from '../json/fields.js';
import { constraintKeys } from './constraints.js';

const extensionKeys = [
  ...['preserve-unknown-fields', 'embedded-resource', 'int-or-string', 'list-type', 'list-map-keys', 'map-type'],
  'validations',
].map((key) => `x-kubernetes-${key}`);
const copied: readonly string[] = [
  ...['type', 'title', 'description', 'format', 'required', ...constraintKeys],
  ...extensionKeys,
];

/** What Go leaves out where it says nothing. */
const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== '' && !(Array.isArray(value) && !value.length);

const mapped = <T>(fields: Fields, change: (value: unknown) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));

/** `whole` are the fields that every object has, as they are told; `written` is a JSONSchemaProps. */
export function toldSchema(written: unknown, whole: Fields): Record<string, unknown> {
  if (!isFields(written)) return {};
  const told: Record<string, unknown> = {};
  for (const key of copied) if (isSaid(written[key])) told[key] = written[key];
  // Of defaults each is said that is not null.
  if (written['default'] != null) told['default'] = written['default'];
  const inner = (schema: unknown) => toldSchema(schema, whole);
  for (const key of ['items', 'not'] as const) if (isFields(written[key])) told[key] = inner(written[key]);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = written[key];
    if (Array.isArray(parts) && parts.length > 0) told[key] = parts.map(inner);
  }
  const { properties, additionalProperties: values } = written;
  if (isFields(properties) && Object.keys(properties).length > 0) told['properties'] = mapped(properties, inner);
  if (values !== undefined) told['additionalProperties'] = isFields(values) ? inner(values) : values;
  if (written['x-kubernetes-int-or-string'] === true) return withEither(told);
  return written['x-kubernetes-embedded-resource'] === true ? embedded(told, whole) : told;
}

const either = [{ type: 'integer' }, { type: 'string' }];
const isEither = (value: unknown): boolean => JSON.stringify(value) === JSON.stringify(either);

/** What is an integer or a string is told to be one of both, by whoever knows no extensions. */
function withEither(told: Fields): Record<string, unknown> {
  const { anyOf, allOf = [] } = told as { readonly anyOf?: unknown; readonly allOf?: readonly Fields[] };
  if (isEither(anyOf) || isEither(allOf[0]?.['anyOf'])) return told;
  return anyOf === undefined ? { ...told, anyOf: either } : { ...told, allOf: [{ anyOf: either }, ...allOf] };
}

function embedded(told: Fields, whole: Fields): Record<string, unknown> {
  const required = (told['required'] ?? []) as readonly string[];
  const more = ['kind', 'apiVersion'].filter((name) => !required.includes(name));
  return {
    ...told,
    required: [...required, ...more],
    properties: { ...(told['properties'] as Fields | undefined), ...whole },
  };
}
