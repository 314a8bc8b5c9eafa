/** A CustomResourceDefinition's schema as a schema node, or why it is not structural (KEP: structural schemas). */
import type { FieldError } from '../status/field-error.js';
import { forbiddenField, invalidField, notSupportedField, requiredField } from '../status/field-errors.js';
import type { SchemaNode, ValidationRule } from './schema.js';

export interface ReadSchema {
  readonly node: SchemaNode;
  readonly errors: readonly FieldError[];
}

interface Reading {
  readonly errors: FieldError[];
  readonly compilePattern: PatternCompiler | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Compiles a pattern for values of strangers. Errors: any, for what is none. */
export type PatternCompiler = (source: string) => (text: string) => boolean;

/**
 * `schema` is a JSONSchemaProps; `path` is where it stands, for errors. Without `compilePattern` patterns are checked as
 * the host's regular expressions, which a value may keep busy for ever.
 */
export function schemaFromOpenApi(schema: unknown, path: string, compilePattern?: PatternCompiler): ReadSchema {
  const errors: FieldError[] = [];
  const node = read(schema, path, { errors, compilePattern });
  if (isJson(schema)) errors.push(...rootErrors(schema, path));
  return { node, errors };
}

function rootErrors(schema: Json, path: string): readonly FieldError[] {
  const { metadata } = isJson(schema['properties']) ? schema['properties'] : {};
  const told = isJson(metadata) ? Object.keys(metadata).filter((key) => key !== 'type' && key !== 'description') : [];
  const named = isJson(metadata) && isJson(metadata['properties']) ? Object.keys(metadata['properties']) : [];
  const more = [
    ...told.filter((key) => key !== 'properties'),
    ...named.filter((key) => key !== 'name' && key !== 'generateName'),
  ];
  return [
    ...(schema['type'] === 'object'
      ? []
      : [invalidField(`${path}.type`, schema['type'] ?? '', 'must be object at the root')]),
    ...(more.length === 0
      ? []
      : [
          forbiddenField(
            `${path}.properties[metadata]`,
            'must not specify anything other than name and generateName, but metadata is implicitly specified',
          ),
        ]),
    ...(schema['nullable'] === true ? [forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root')] : []),
  ];
}

/** What JSON Schema has and a CustomResourceDefinition may not. */
const unsupported = [
  '$ref',
  '$schema',
  'id',
  'definitions',
  'dependencies',
  'patternProperties',
  'additionalItems',
] as const;

function plainErrors(schema: Json, path: string): readonly FieldError[] {
  const errors: FieldError[] = unsupported
    .filter((key) => schema[key] !== undefined)
    .map((key) => forbiddenField(`${path}.${key}`, `${key} is not supported`));
  if (schema['uniqueItems'] === true)
    errors.push(
      forbiddenField(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (schema['additionalProperties'] === false)
    errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  if (Array.isArray(schema['items']))
    errors.push(forbiddenField(`${path}.items`, 'items must be a schema object and not an array'));
  return [...errors, ...listErrors(schema, path)];
}

function listErrors(schema: Json, path: string): readonly FieldError[] {
  const [listType, keys] = [schema['x-kubernetes-list-type'], schema['x-kubernetes-list-map-keys']];
  const mapType = schema['x-kubernetes-map-type'];
  const errors: FieldError[] = [];
  if (listType !== undefined) {
    const at = `${path}.x-kubernetes-list-type`;
    if (listType !== 'atomic' && listType !== 'set' && listType !== 'map')
      errors.push(notSupportedField(at, listType, ['atomic', 'map', 'set']));
    else if (schema['type'] !== 'array')
      errors.push(
        invalidField(`${path}.type`, schema['type'] ?? '', 'must be array if x-kubernetes-list-type is specified'),
      );
    else if (listType === 'map') errors.push(...mapListErrors(schema, keys, path));
  }
  if (keys !== undefined && listType !== 'map')
    errors.push(
      invalidField(
        `${path}.x-kubernetes-list-type`,
        listType ?? '',
        'must be map if x-kubernetes-list-map-keys is non-empty',
      ),
    );
  if (mapType !== undefined && mapType !== 'granular' && mapType !== 'atomic')
    errors.push(notSupportedField(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  return errors;
}

function mapListErrors(schema: Json, keys: unknown, path: string): readonly FieldError[] {
  const items = isJson(schema['items']) ? schema['items'] : {};
  const properties = isJson(items['properties']) ? items['properties'] : {};
  const required = Array.isArray(items['required']) ? items['required'] : [];
  if (!Array.isArray(keys) || keys.length === 0)
    return [requiredField(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')];
  return keys.map(String).flatMap((key, index) => {
    const at = `${path}.x-kubernetes-list-map-keys[${index}]`;
    const property = properties[key];
    if (!isJson(property)) return [invalidField(at, key, `entries must all be names of item properties`)];
    if (!required.includes(key) && property['default'] === undefined)
      return [
        requiredField(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      ];
    return [];
  });
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

function patternOf(source: string, path: string, { errors, compilePattern }: Reading): SchemaNode['matches'] {
  try {
    if (compilePattern !== undefined) return compilePattern(source);
    new RegExp(source, 'u');
  } catch (error) {
    const detail = `must be a valid regular expression, but isn't: ${(error as Error).message}`;
    errors.push(invalidField(`${path}.pattern`, source, detail));
  }
  return undefined;
}

function read(schema: unknown, path: string, reading: Reading): SchemaNode {
  if (!isJson(schema)) {
    reading.errors.push(requiredField(path, 'must be a schema'));
    return { type: 'any' };
  }
  reading.errors.push(...plainErrors(schema, path));
  const node: Record<string, unknown> = {};
  const matches = typeof schema['pattern'] === 'string' ? patternOf(schema['pattern'], path, reading) : undefined;
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
    if (Array.isArray(schema[key]) && schema['x-kubernetes-int-or-string'] !== true)
      node[key] = schema[key].map((part, index) => junctor(part, `${path}.${key}[${index}]`, reading));
  }
  if (schema['not'] !== undefined) node['not'] = junctor(schema['not'], `${path}.not`, reading);
  return { ...node, ...typed(schema, path, reading) } as unknown as SchemaNode;
}

function typed(schema: Json, path: string, reading: Reading): Partial<SchemaNode> & Pick<SchemaNode, 'type'> {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: 'intOrString' };
  switch (schema['type']) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: schema['type'] };
    case 'array':
      if (schema['items'] === undefined) reading.errors.push(requiredField(`${path}.items`, 'must be specified'));
      return { type: 'array', items: read(schema['items'] ?? {}, `${path}.items`, reading) };
    case 'object':
      return objectOf(schema, path, reading);
    case undefined:
      if (schema['x-kubernetes-preserve-unknown-fields'] === true) return { type: 'any' };
      reading.errors.push(requiredField(`${path}.type`, 'must not be empty for specified object fields'));
      return { type: 'any' };
    default:
      reading.errors.push(
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

function objectOf(schema: Json, path: string, reading: Reading): Partial<SchemaNode> & Pick<SchemaNode, 'type'> {
  const { properties, additionalProperties, required } = schema;
  if (isJson(additionalProperties) && properties === undefined)
    return { type: 'map', values: read(additionalProperties, `${path}.additionalProperties`, reading) };
  if (additionalProperties === true && properties === undefined) return { type: 'map' };
  if (additionalProperties !== undefined && additionalProperties !== true && properties !== undefined)
    reading.errors.push(
      forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  const names = new Set(Array.isArray(required) ? required.map(String) : []);
  const nodes: Record<string, SchemaNode> = {};
  for (const [key, value] of Object.entries(isJson(properties) ? properties : {})) {
    const node = read(value, `${path}.properties[${key}]`, reading);
    nodes[key] = names.has(key) ? { ...node, required: true } : node;
  }
  return {
    type: 'object',
    properties: nodes,
    ...(additionalProperties === true ? { preserveUnknownFields: true } : {}),
  };
}

/** Inside allOf, anyOf, oneOf and not only values are judged; types and the rest stand outside. */
function junctor(schema: unknown, path: string, reading: Reading): SchemaNode {
  if (!isJson(schema)) {
    reading.errors.push(requiredField(path, 'must be a schema'));
    return { type: 'any' };
  }
  const { type, properties, items, required, additionalProperties, ...rest } = schema;
  const inner: Record<string, SchemaNode> = {};
  const names = new Set(Array.isArray(required) ? required.map(String) : []);
  for (const [key, value] of Object.entries(isJson(properties) ? properties : {}))
    inner[key] = junctor(value, `${path}.properties[${key}]`, reading);
  for (const key of names) inner[key] = { ...(inner[key] ?? { type: 'any' }), required: true };
  const base = read({ ...rest, 'x-kubernetes-preserve-unknown-fields': true }, path, reading);
  return {
    ...base,
    type: Object.keys(inner).length > 0 ? 'object' : ((type as SchemaNode['type'] | undefined) ?? 'any'),
    ...(Object.keys(inner).length > 0 ? { properties: inner } : {}),
    ...(items === undefined ? {} : { items: junctor(items, `${path}.items`, reading) }),
  };
}
