/** A CustomResourceDefinition's schema as a schema node, or why it is not structural (KEP: structural schemas). */

import { type Fields, isFields } from '../json/fields.js';
import type { FieldError } from '../status/field-error.js';
import { forbiddenField, invalidField, requiredField } from '../status/field-errors.js';
import { constraintKeys } from './constraints.js';
import { isForeign } from './foreign-schema.js';
import { openApiErrors } from './openapi-errors.js';
import type { PatternCompiler } from './pattern-compiler.js';
import type { SchemaNode, ValidationRule } from './schema.js';
import { structuralErrors } from './structural-errors.js';

export interface ReadSchema {
  readonly node: SchemaNode;
  readonly errors: readonly FieldError[];
  /** Whether what is wrong, if anything is, leaves it structural. */
  readonly isStructural: boolean;
}

export type { PatternCompiler } from './pattern-compiler.js';

/**
 * `schema` is a JSONSchemaProps; `path` is where it stands, for errors. Without `compilePattern` patterns are checked as
 * the host's regular expressions, which a value may keep busy for ever.
 */
export function schemaFromOpenApi(schema: unknown, path: string, compilePattern?: PatternCompiler): ReadSchema {
  const node = read(schema, compilePattern);
  if (!isFields(schema)) return { node, errors: [requiredField(path, 'must be a schema')], isStructural: false };
  const unstructured = isForeign(schema) ? [] : structuralErrors(schema, path, compilePattern);
  const errors = [
    ...unstructured,
    ...(schema['nullable'] === true ? [forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root')] : []),
    ...openApiErrors(schema, path),
  ];
  // What has no notion here is told of by where it stands, but for the name of the dialect.
  const more =
    errors.length === 0 && isForeign(schema)
      ? [invalidField(path, '', "OpenAPIV3Schema 'schema' is not supported")]
      : [];
  const isStructural = unstructured.length + more.length === 0 && !isForeign(schema);
  return { node, errors: [...errors, ...more], isStructural };
}

const copied = [...constraintKeys, 'default', 'format'] as const;

/** A pattern that is none is told of elsewhere. */
function patternOf(source: string, compilePattern: PatternCompiler | undefined): SchemaNode['matches'] {
  try {
    return compilePattern?.(source);
  } catch {
    return undefined;
  }
}

function read(schema: unknown, compilePattern: PatternCompiler | undefined): SchemaNode {
  if (!isFields(schema)) return { type: 'any' };
  const node: Record<string, unknown> = {};
  const matches = typeof schema['pattern'] === 'string' ? patternOf(schema['pattern'], compilePattern) : undefined;
  if (matches !== undefined) node['matches'] = matches;
  for (const key of copied) if (schema[key] !== undefined) node[key] = schema[key];
  if (typeof schema['description'] === 'string') node['doc'] = schema['description'];
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) node['preserveUnknownFields'] = true;
  if (schema['x-kubernetes-embedded-resource'] === true) node['embeddedResource'] = true;
  if (schema['x-kubernetes-list-type'] !== undefined) node['listType'] = schema['x-kubernetes-list-type'];
  if (schema['x-kubernetes-list-map-keys'] !== undefined) node['listMapKeys'] = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-map-type'] !== undefined) node['mapType'] = schema['x-kubernetes-map-type'];
  if (Array.isArray(schema['x-kubernetes-validations']))
    node['rules'] = schema['x-kubernetes-validations'] as readonly ValidationRule[];
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    if (Array.isArray(schema[key])) node[key] = schema[key].map((part) => junctor(part, compilePattern));
  }
  if (schema['not'] !== undefined) node['not'] = junctor(schema['not'], compilePattern);
  return { ...node, ...typed(schema, compilePattern) } as unknown as SchemaNode;
}

type Typed = Partial<SchemaNode> & Pick<SchemaNode, 'type'>;

function typed(schema: Fields, compilePattern: PatternCompiler | undefined): Typed {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: 'intOrString' };
  switch (schema['type']) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: schema['type'] };
    case 'array':
      return { type: 'array', items: read(schema['items'], compilePattern) };
    case 'object':
      return objectOf(schema, compilePattern);
    default: {
      const { items } = schema;
      const parts = partsOf(schema, compilePattern);
      return { ...parts, ...(items === undefined ? {} : { items: read(items, compilePattern) }), type: 'any' };
    }
  }
}

function objectOf(schema: Fields, compilePattern: PatternCompiler | undefined): Typed {
  const { additionalProperties, properties } = schema;
  const parts = partsOf(schema, compilePattern);
  if (properties === undefined && additionalProperties === true) return { ...parts, type: 'map' };
  return parts.values !== undefined && properties === undefined
    ? { ...parts, type: 'map' }
    : { ...parts, type: 'object', properties: parts.properties ?? {} };
}

/** What stands below a value, whatever its type. */
function partsOf(schema: Fields, compilePattern: PatternCompiler | undefined): Partial<SchemaNode> {
  const { properties, additionalProperties } = schema;
  return {
    ...fieldsOf(schema, (part) => read(part, compilePattern)),
    ...(isFields(additionalProperties) ? { values: read(additionalProperties, compilePattern) } : {}),
    ...(additionalProperties === true && properties !== undefined ? { preserveUnknownFields: true } : {}),
  };
}

/** Of required fields without a schema the names. */
function fieldsOf({ properties, required }: Fields, readPart: (schema: unknown) => SchemaNode): Partial<SchemaNode> {
  const names = new Set(Array.isArray(required) ? required.map(String) : []);
  const written = isFields(properties) ? Object.entries(properties) : [];
  const nodes = written.map(([key, value]) => {
    const node = readPart(value);
    return [key, names.delete(key) ? { ...node, required: true } : node] as const;
  });
  return {
    ...(nodes.length === 0 ? {} : { properties: Object.fromEntries(nodes) }),
    ...(names.size === 0 ? {} : { requires: [...names] }),
  };
}

/** Inside allOf, anyOf, oneOf and not only values are judged, but for integers and strings; types and the rest stand outside. */
function junctor(schema: unknown, compilePattern: PatternCompiler | undefined): SchemaNode {
  if (!isFields(schema)) return { type: 'any' };
  const { type, properties: _fields, items, required: _names, ...rest } = schema;
  return {
    ...read({ ...rest, 'x-kubernetes-preserve-unknown-fields': true }, compilePattern),
    type: type === 'integer' || type === 'string' ? type : 'any',
    ...fieldsOf(schema, (part) => junctor(part, compilePattern)),
    ...(items === undefined ? {} : { items: junctor(items, compilePattern) }),
  };
}
