/**
 * Schemas as CustomResourceDefinitions have them: structural, with every type in its place and none by name. What
 * `schemaFromOpenApi` reads back judges and fills in objects as the schema itself does. Called by who makes definitions of
 * kinds; the document of what is served is `to-openapi.ts`.
 */
import type { Kind } from '../kind/kind.js';
import { constraintsOf } from './constraints.js';
import { resolve, type SchemaNode, zeroValues } from './schema.js';

type Json = Record<string, unknown>;

/** A type that holds itself can be served, and stand in no CustomResourceDefinition. */
export class RecursiveSchemaError extends Error {
  readonly code = 'PINTLE_RECURSIVE_SCHEMA';
  constructor(path: string, type: string) {
    super(
      `${path}: ${type} holds itself, and schemas of CustomResourceDefinitions have an end; use any() there, with preserveUnknownFields()`,
    );
    this.name = 'RecursiveSchemaError';
  }
}

/** A JSONSchemaProps. Errors: `RecursiveSchemaError`. */
export function structuralSchema({ kind, schema }: Kind): Readonly<Record<string, unknown>> {
  const { metadata: _every, ...own } = schema.node.properties ?? {};
  const node = { ...schema.node, properties: own };
  const { properties, ...rest } = placeOf(node, kind, []);
  return { ...rest, properties: { ...(properties as Json), metadata: { type: 'object' } } };
}

function placeOf(place: SchemaNode, path: string, within: readonly SchemaNode[]): Json {
  const type = resolve(place);
  // What the place says goes before what its type says.
  const node = type === place ? place : { ...type, ...saidOf(place), rules: rulesOf(type, place) };
  const isForeign = within.some(isOfKubernetes);
  // Of Kubernetes' own types the defaults are told that its documents tell, as the rest is filled in by its code.
  const value = isForeign ? node.toldDefault : node.default;
  return {
    ...(node.doc === undefined ? {} : { description: node.doc }),
    ...typeOf(node, path, within),
    ...(value === undefined ? {} : { default: value }),
    ...constraintsOf(node),
    ...(node.nullable && !isForeign ? { nullable: true } : {}),
    ...junctorsOf(node),
    ...extensionsOf(node),
  };
}

const saidOf = ({ type: _of, ref: _to, ...said }: SchemaNode): Partial<SchemaNode> => said;

const rulesOf = (...nodes: readonly SchemaNode[]): SchemaNode['rules'] => {
  const rules = nodes.flatMap(({ rules: each = [] }) => each);
  return rules.length === 0 ? undefined : rules;
};

const isOfKubernetes = ({ name }: SchemaNode): boolean => name?.startsWith('io.k8s.') ?? false;

function typeOf(node: SchemaNode, path: string, within: readonly SchemaNode[]): Json {
  const inside = (each: SchemaNode, at: string) => {
    if (node.name !== undefined && within.some(({ name }) => name === node.name))
      throw new RecursiveSchemaError(path, node.name);
    return placeOf(each, at, [...within, node]);
  };
  switch (node.type) {
    case 'object': {
      const properties = Object.entries(node.properties ?? {});
      const required = properties.filter(([, place]) => place.required).map(([key]) => key);
      return {
        type: 'object',
        ...(properties.length === 0
          ? {}
          : { properties: Object.fromEntries(properties.map(([key, each]) => [key, inside(each, `${path}.${key}`)])) }),
        ...(required.length === 0 ? {} : { required }),
      };
    }
    case 'map':
      return { type: 'object', additionalProperties: node.values === undefined || inside(node.values, `${path}.*`) };
    case 'array':
      return { type: 'array', items: node.items === undefined ? {} : keyed(node, inside(node.items, `${path}[*]`)) };
    case 'intOrString':
    case 'quantity':
      return { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] };
    case 'any':
      return { 'x-kubernetes-preserve-unknown-fields': true };
    default: {
      const format = node.format === 'micro-time' ? 'date-time' : node.format;
      return { type: node.type, ...(format === undefined ? {} : { format }) };
    }
  }
}

/** By what items are known is always there: what an item need not say has a default, in the end that of Go. */
function keyed({ items, listMapKeys = [] }: SchemaNode, written: Json): Json {
  const places = resolve(items!).properties ?? {};
  const properties = { ...(written['properties'] as Readonly<Record<string, Json>> | undefined) };
  for (const key of listMapKeys) {
    const place = places[key];
    if (place === undefined || place.required) continue;
    properties[key] = { default: place.default ?? zeroValues[resolve(place).type], ...properties[key] };
  }
  return listMapKeys.length === 0 ? written : { ...written, properties };
}

/** Where only values are judged: types and the rest stand outside. */
function judgementOf(node: SchemaNode): Json {
  const properties = Object.entries(node.properties ?? {});
  const required = properties.filter(([, place]) => place.required).map(([key]) => key);
  return {
    ...constraintsOf(node),
    ...(properties.length === 0
      ? {}
      : { properties: Object.fromEntries(properties.map(([key, each]) => [key, judgementOf(resolve(each))])) }),
    ...(required.length === 0 ? {} : { required }),
    ...(node.items === undefined ? {} : { items: judgementOf(resolve(node.items)) }),
    ...junctorsOf(node),
  };
}

function junctorsOf({ allOf, anyOf, oneOf, not }: SchemaNode): Json {
  const all = Object.entries({ allOf, anyOf, oneOf }).filter(([, nodes]) => nodes !== undefined);
  return {
    ...Object.fromEntries(all.map(([name, nodes]) => [name, nodes!.map(judgementOf)])),
    ...(not === undefined ? {} : { not: judgementOf(not) }),
  };
}

function extensionsOf(node: SchemaNode): Json {
  return {
    ...(node.listType === undefined ? {} : { 'x-kubernetes-list-type': node.listType }),
    ...(node.listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': node.listMapKeys }),
    ...(node.mapType === undefined || node.type === 'any' ? {} : { 'x-kubernetes-map-type': node.mapType }),
    ...(node.preserveUnknownFields ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(node.embeddedResource ? { 'x-kubernetes-embedded-resource': true } : {}),
    ...(node.rules === undefined ? {} : { 'x-kubernetes-validations': node.rules }),
  };
}
