/** What a schema says of a value beside its type, by OpenAPI's names. */
import type { SchemaNode } from './schema.js';

export const constraintKeys = [
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'nullable',
] as const;

/** Of times that may be null nothing is said, as Kubernetes says nothing. */
export function constraintsOf(node: SchemaNode): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of constraintKeys)
    if (node[key] !== undefined && !(key === 'nullable' && node.format?.endsWith('time'))) found[key] = node[key];
  return found;
}
