/**
 * What the schema of a CustomResourceDefinition may not say, place by place: words of JSON Schema that Kubernetes leaves
 * out, lists and maps that could not be merged, rules without a text. Called when such a schema is read.
 *
 * Deliberately not here: whether it is structural (`structural-errors.ts`), whether its CEL rules can be compiled, and what
 * they cost.
 */

import { type Fields, isFields } from '../json/fields.js';
import type { FieldError } from '../status/field-error.js';
import { forbiddenField, invalidField, notSupportedField, requiredField } from '../status/field-errors.js';
import { unsupported } from './foreign-schema.js';
import { ruleErrors } from './rule-errors.js';

interface Place {
  /** Why there may be no default; absent where there may. */
  readonly noDefaults?: string;
  /** In the metadata, kind or apiVersion of an object. */
  readonly inMeta?: boolean;
}

export const openApiErrors = (schema: Fields, path: string): readonly FieldError[] => errorsOf(schema, path, {}, true);

function errorsOf(schema: unknown, path: string, place: Place, isRoot = false): readonly FieldError[] {
  if (!isFields(schema)) return [];
  return [
    ...plainErrors(schema, path, place),
    ...valueErrors(schema, path, place),
    ...propertyErrors(schema, path, place, isRoot),
    ...errorsOf(schema['not'], `${path}.not`, place),
    ...(['allOf', 'oneOf', 'anyOf'] as const).flatMap((key) =>
      Array.isArray(schema[key])
        ? schema[key].flatMap((part, index) => errorsOf(part, `${path}.${key}[${index}]`, place))
        : [],
    ),
    ...namedErrors(schema, 'definitions', path, place),
    ...errorsOf(schema['items'], `${path}.items`, place),
    ...namedErrors(schema, 'dependencies', path, place),
    ...mergeErrors(schema, path),
    ...ruleErrors(schema, path),
  ];
}

/** Of schemas by name, which are judged though there may be none. */
function namedErrors(schema: Fields, key: string, path: string, place: Place): readonly FieldError[] {
  const parts = schema[key];
  if (!isFields(parts)) return [];
  return Object.entries(parts).flatMap(([name, part]) => errorsOf(part, `${path}.${key}[${name}]`, place));
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function plainErrors(schema: Fields, path: string, { noDefaults, inMeta }: Place): readonly FieldError[] {
  const { type = '' } = schema;
  const at = (key: string, detail: string) => [forbiddenField(`${path}.${key}`, detail)];
  return [
    ...(type === '' || types.includes(String(type)) ? [] : [notSupportedField(`${path}.type`, type, types)]),
    ...(schema['default'] !== undefined && noDefaults !== undefined
      ? at('default', `must not be set ${noDefaults}`)
      : []),
    ...unsupported.flatMap((key) => (schema[key] === undefined ? [] : at(key, `${key} is not supported`))),
    ...(type === 'null' ? at('type', 'type cannot be set to null, use nullable as an alternative') : []),
    ...(Array.isArray(schema['items']) && schema['items'].length > 0
      ? at('items', 'items must be a schema object and not an array')
      : []),
    ...(inMeta && schema['x-kubernetes-embedded-resource'] === true
      ? at('x-kubernetes-embedded-resource', 'must not be used inside of resource meta')
      : []),
    ...(schema['uniqueItems'] === true
      ? at('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
      : []),
  ];
}

function valueErrors(schema: Fields, path: string, place: Place): readonly FieldError[] {
  const { additionalProperties: values, properties } = schema;
  if (values === undefined) return [];
  const both = isFields(properties) && Object.keys(properties).length > 0;
  const inside = place.inMeta
    ? { ...place, noDefaults: 'inside additionalProperties applying to object metadata' }
    : place;
  return [
    ...(both && values !== true
      ? [forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')]
      : []),
    ...errorsOf(values, `${path}.additionalProperties`, inside),
  ];
}

const metaFields = ['metadata', 'kind', 'apiVersion'];

function propertyErrors(schema: Fields, path: string, place: Place, isRoot: boolean): readonly FieldError[] {
  const { properties } = schema;
  if (!isFields(properties)) return [];
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  return Object.entries(properties).flatMap(([key, property]) => {
    const isMeta = isObject && metaFields.includes(key);
    const inside = {
      ...place,
      ...(isMeta ? { inMeta: true } : {}),
      ...(isMeta && isRoot ? { noDefaults: `in top-level ${key}` } : {}),
    };
    return errorsOf(property, `${path}.properties[${key}]`, inside);
  });
}

/** What has to be said so that lists and maps can be merged. */
function mergeErrors(schema: Fields, path: string): readonly FieldError[] {
  const { type = '' } = schema;
  const [listType, mapType] = [schema['x-kubernetes-list-type'], schema['x-kubernetes-map-type']];
  const typed = (wanted: string, key: string) => {
    const detail = `must be ${wanted} if ${key} is specified`;
    if (type === wanted) return [];
    return [type === '' ? requiredField(`${path}.type`, detail) : invalidField(`${path}.type`, type, detail)];
  };
  const oneOf = (value: unknown, key: string, choices: readonly string[]) =>
    choices.includes(String(value)) ? [] : [notSupportedField(`${path}.${key}`, value, choices)];
  return [
    ...(schema['x-kubernetes-preserve-unknown-fields'] === false
      ? [invalidField(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')]
      : []),
    ...(mapType === undefined
      ? []
      : [
          ...typed('object', 'x-kubernetes-map-type'),
          ...oneOf(mapType, 'x-kubernetes-map-type', ['atomic', 'granular']),
        ]),
    ...(listType === undefined
      ? []
      : [
          ...typed('array', 'x-kubernetes-list-type'),
          ...(type === 'array' && listType === 'set' ? setErrors(schema, path) : []),
          ...oneOf(listType, 'x-kubernetes-list-type', ['atomic', 'set', 'map']),
        ]),
    ...keyErrors(schema, path),
    ...(listType === 'map' ? mapListErrors(schema, path) : []),
    ...itemErrors(schema, path),
  ];
}

/** The items of a set are told apart as a whole. */
function setErrors({ items }: Fields, path: string): readonly FieldError[] {
  if (!isFields(items)) return [];
  const [listType, mapType] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']];
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (items['type'] === 'array' && listType !== undefined && listType !== 'atomic')
    return [invalidField(`${path}.items.x-kubernetes-list-type`, listType, detail)];
  // Upstream tells the list type here, too.
  if (items['type'] === 'object' && mapType !== 'atomic')
    return [invalidField(`${path}.items.x-kubernetes-map-type`, listType ?? null, detail)];
  return [];
}

const keysOf = (schema: Fields): readonly string[] => {
  const keys = schema['x-kubernetes-list-map-keys'];
  return Array.isArray(keys) ? keys.map(String) : [];
};

function keyErrors(schema: Fields, path: string): readonly FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (keysOf(schema).length === 0 || listType === 'map') return [];
  const [at, detail] = [`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty'];
  return [listType === undefined ? requiredField(at, detail) : invalidField(at, listType, detail)];
}

/** The items of a map are told apart by keys of their own, which are plain values. */
function mapListErrors(schema: Fields, path: string): readonly FieldError[] {
  const { items } = schema;
  const keys = keysOf(schema);
  const errors =
    keys.length > 0
      ? []
      : [requiredField(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')];
  if (items === undefined)
    return [...errors, requiredField(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  if (!isFields(items))
    return [
      ...errors,
      invalidField(`${path}.items`, items, 'must only have a single schema if x-kubernetes-list-type is map'),
    ];
  if (items['type'] !== 'object')
    return [
      ...errors,
      invalidField(
        `${path}.items.type`,
        items['type'] ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    ];
  const properties = isFields(items['properties']) ? items['properties'] : {};
  const at = `${path}.x-kubernetes-list-map-keys`;
  return [
    ...errors,
    ...keys.flatMap((key, index) => {
      const property = properties[key];
      const isPlain = isFields(property) && property['type'] !== 'array' && property['type'] !== 'object';
      return [
        ...(isPlain
          ? []
          : [
              isFields(property)
                ? invalidField(
                    `${path}.items.properties[${key}].type`,
                    items['type'],
                    "must be a scalar type if parent array's x-kubernetes-list-type is map",
                  )
                : invalidField(at, keys, 'entries must all be names of item properties'),
            ]),
        ...(keys.indexOf(key) < index ? [invalidField(at, keys, 'must not contain duplicate entries')] : []),
      ];
    }),
  ];
}

/** The items of a set or map are there, and so are the keys by which they are known. */
function itemErrors(schema: Fields, path: string): readonly FieldError[] {
  const { items } = schema;
  const listType = schema['x-kubernetes-list-type'];
  if (!isFields(items) || (listType !== 'set' && listType !== 'map')) return [];
  const required = Array.isArray(items['required']) ? items['required'] : [];
  const properties = isFields(items['properties']) ? items['properties'] : {};
  const inKeys = 'this property is in x-kubernetes-list-map-keys, so it';
  return [
    ...(items['nullable'] === true
      ? [forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`)]
      : []),
    ...(listType === 'set' ? [] : keysOf(schema)).flatMap((key) => {
      const property = properties[key];
      if (!isFields(property)) return [];
      const at = `${path}.items.properties[${key}]`;
      return [
        ...(required.includes(key) || property['default'] !== undefined
          ? []
          : [requiredField(`${at}.default`, `${inKeys} must have a default or be a required property`)]),
        ...(property['nullable'] === true ? [forbiddenField(`${at}.nullable`, `${inKeys} cannot be nullable`)] : []),
      ];
    }),
  ];
}
