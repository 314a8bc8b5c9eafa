/** Schemas of definitions as upstream reads them: `items` that are neither a schema nor a list of some are none. */
import { deepFreeze, isFields, onceForEach } from '@pintle/machinery';
import type { JSONSchemaProps } from '../apiextensions/v1/apiextensions.js';

const schemas: ReadonlySet<string> = new Set(['not', 'items', 'additionalItems', 'additionalProperties']);
const schemasByName: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions']);
const schemaLists: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf']);

/** The very same where there are none. */
export const withoutIdleItems: (schema: JSONSchemaProps) => JSONSchemaProps = onceForEach((schema: JSONSchemaProps) =>
  deepFreeze(cleaned(schema) as JSONSchemaProps),
);

function cleaned(schema: unknown): unknown {
  if (!isFields(schema)) return schema;
  const { items, ...others } = schema;
  const isIdle = items !== undefined && !isFields(items) && !(Array.isArray(items) && items.length > 0);
  return eachField(isIdle ? others : schema, (key, value) => {
    if (schemas.has(key)) return cleaned(value);
    if (schemasByName.has(key)) return eachField(value, (_name, inner) => cleaned(inner));
    if (!schemaLists.has(key) || !Array.isArray(value)) return value;
    const made = value.map(cleaned);
    return made.every((item, index) => item === value[index]) ? value : made;
  });
}

function eachField(fields: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (!isFields(fields)) return fields;
  const made = Object.entries(fields).map(([key, value]) => [key, change(key, value)] as const);
  return made.every(([key, value]) => value === fields[key]) ? fields : Object.fromEntries(made);
}
