/** A CustomResourceDefinition's schema as a schema node, or why it is not structural (KEP: structural schemas). */
import type { FieldError } from '../status/field-error.js';
import { forbiddenField, invalidField, notSupportedField, requiredField } from '../status/field-errors.js';
import type { SchemaNode, ValidationRule } from './schema.js';

export interface ReadSchema {
  readonly node: SchemaNode;
  readonly errors: readonly FieldError[];
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `schema` is a JSONSchemaProps; `path` is where it stands, for errors. */
export function schemaFromOpenApi(schema: unknown, path: string): ReadSchema {
  const errors: FieldError[] = [];
  const node = read(schema, path, errors);
  if (isJson(schema) && schema['type'] !== 'object')
    errors.push(invalidField(`${path}.type`, schema['type'], 'must be object at the root'));
  return { node, errors };
}

const copied = [
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
  'default',
  'format',
  'enum',
] as const;

function read(schema: unknown, path: string, errors: FieldError[]): SchemaNode {
  if (!isJson(schema)) {
    errors.push(requiredField(path, 'must be a schema'));
    return { type: 'any' };
  }
  const node: Record<string, unknown> = {};
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
    if (Array.isArray(schema[key]) && schema['x-kubernetes-int-or-string'] !== true)
      node[key] = schema[key].map((part, index) => junctor(part, `${path}.${key}[${index}]`, errors));
  }
  if (schema['not'] !== undefined) node['not'] = junctor(schema['not'], `${path}.not`, errors);
  return { ...node, ...typed(schema, path, errors) } as unknown as SchemaNode;
}

function typed(schema: Json, path: string, errors: FieldError[]): Partial<SchemaNode> & Pick<SchemaNode, 'type'> {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: 'intOrString' };
  switch (schema['type']) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: schema['type'] };
    case 'array':
      if (schema['items'] === undefined) errors.push(requiredField(`${path}.items`, 'must be specified'));
      return { type: 'array', items: read(schema['items'] ?? {}, `${path}.items`, errors) };
    case 'object':
      return objectOf(schema, path, errors);
    case undefined:
      if (schema['x-kubernetes-preserve-unknown-fields'] === true) return { type: 'any' };
      errors.push(requiredField(`${path}.type`, 'must not be empty for specified object fields'));
      return { type: 'any' };
    default:
      errors.push(
        notSupportedField(`${path}.type`, schema['type'], [
          'array',
          'boolean',
          'integer',
          'number',
          'object',
          'string',
        ]),
      );
      return { type: 'any' };
  }
}

function objectOf(schema: Json, path: string, errors: FieldError[]): Partial<SchemaNode> & Pick<SchemaNode, 'type'> {
  const { properties, additionalProperties, required } = schema;
  if (isJson(additionalProperties) && properties === undefined)
    return { type: 'map', values: read(additionalProperties, `${path}.additionalProperties`, errors) };
  if (additionalProperties === true && properties === undefined) return { type: 'map' };
  if (additionalProperties !== undefined && additionalProperties !== true && properties !== undefined)
    errors.push(
      forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  const names = new Set(Array.isArray(required) ? required.map(String) : []);
  const nodes: Record<string, SchemaNode> = {};
  for (const [key, value] of Object.entries(isJson(properties) ? properties : {})) {
    const node = read(value, `${path}.properties[${key}]`, errors);
    nodes[key] = names.has(key) ? { ...node, required: true } : node;
  }
  return {
    type: 'object',
    properties: nodes,
    ...(additionalProperties === true ? { preserveUnknownFields: true } : {}),
  };
}

/** Inside allOf, anyOf, oneOf and not only values are judged; types and the rest stand outside. */
function junctor(schema: unknown, path: string, errors: FieldError[]): SchemaNode {
  if (!isJson(schema)) {
    errors.push(requiredField(path, 'must be a schema'));
    return { type: 'any' };
  }
  const { type, properties, items, required, additionalProperties, ...rest } = schema;
  const inner: Record<string, SchemaNode> = {};
  const names = new Set(Array.isArray(required) ? required.map(String) : []);
  for (const [key, value] of Object.entries(isJson(properties) ? properties : {}))
    inner[key] = junctor(value, `${path}.properties[${key}]`, errors);
  for (const key of names) inner[key] = { ...(inner[key] ?? { type: 'any' }), required: true };
  const base = read({ ...rest, 'x-kubernetes-preserve-unknown-fields': true }, path, errors);
  return {
    ...base,
    type: Object.keys(inner).length > 0 ? 'object' : ((type as SchemaNode['type'] | undefined) ?? 'any'),
    ...(Object.keys(inner).length > 0 ? { properties: inner } : {}),
    ...(items === undefined ? {} : { items: junctor(items, `${path}.items`, errors) }),
  };
}
