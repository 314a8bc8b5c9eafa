/** Schemas as OpenAPI v3, the way kube-apiserver serves them: named types as components, with Kubernetes' extensions. */
import type { Kind } from '../kind/kind.js';
import { resolve, type SchemaNode, zeroOf } from './schema.js';

/** Short sentences about a type and its fields. */
export interface TypeDocs {
  readonly about: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** By the type's name, as `io.k8s.api.core.v1.PodSpec`. */
export type FieldDocs = Readonly<Record<string, TypeDocs>>;
type Json = Record<string, unknown>;

/** The component schemas of the kinds and of all that they are made of. */
export function openApiComponents(kinds: readonly Kind[], docs: FieldDocs = {}): Readonly<Record<string, unknown>> {
  const components: Record<string, unknown> = {};
  for (const kind of kinds) {
    const name = kind.schema.node.name ?? [...kind.group.split('.').reverse(), kind.version, kind.kind].join('.');
    const gvk = [{ group: kind.group, version: kind.version, kind: kind.kind }];
    components[name] = {
      ...objectSchema(kind.schema.node, name, components, docs),
      'x-kubernetes-group-version-kind': gvk,
    };
  }
  return components;
}

/** One place: a reference for a named type, else the schema itself. */
function placeSchema(
  place: SchemaNode,
  description: string | undefined,
  components: Record<string, unknown>,
  docs: FieldDocs,
): Json {
  const node = resolve(place);
  const said = {
    ...(description === undefined ? {} : { description }),
    ...(place.default === undefined
      ? place.alwaysThere
        ? { default: zeroOf(place) }
        : {}
      : { default: place.default }),
    ...extensions(place),
  };
  if (node.name === undefined) return { ...valueSchema(node, components, docs), ...said };
  if (components[node.name] === undefined) {
    // Entered before it is made, so that a recursive type finds itself.
    components[node.name] = {};
    components[node.name] =
      node.type === 'object' ? objectSchema(node, node.name, components, docs) : namedValue(node, docs);
  }
  const reference = { $ref: `#/components/schemas/${node.name}` };
  return Object.keys(said).length === 0 ? reference : { allOf: [reference], ...said };
}

function objectSchema(
  node: SchemaNode,
  name: string | undefined,
  components: Record<string, unknown>,
  docs: FieldDocs,
): Json {
  const own = name === undefined ? undefined : docs[name];
  const properties: Json = {};
  const required: string[] = [];
  for (const [key, place] of Object.entries(node.properties ?? {})) {
    properties[key] = placeSchema(place, place.doc ?? own?.fields[key], components, docs);
    if (place.required) required.push(key);
  }
  const description = node.doc ?? own?.about;
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    ...(node.properties === undefined ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...constraints(node),
    ...extensions(node),
  };
}

/** A type that is a value: everywhere the same, whatever the place says of it. */
function namedValue(node: SchemaNode, docs: FieldDocs): Json {
  const about = docs[node.name!]?.about;
  const description = about === undefined ? {} : { description: about };
  if (node.type === 'intOrString')
    return { ...description, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  if (node.type === 'quantity') return { ...description, oneOf: [{ type: 'string' }, { type: 'number' }] };
  return node.type === 'any'
    ? { ...description, type: 'object' }
    : { ...description, type: node.type, format: 'date-time' };
}

function valueSchema(node: SchemaNode, components: Record<string, unknown>, docs: FieldDocs): Json {
  const of = (item: SchemaNode | undefined) =>
    item === undefined ? {} : placeSchema(item, item.doc, components, docs);
  const description = node.doc === undefined ? {} : { description: node.doc };
  switch (node.type) {
    case 'object':
      return objectSchema(node, undefined, components, docs);
    case 'map':
      return { type: 'object', additionalProperties: of(node.values), ...description, ...constraints(node) };
    case 'array':
      return { type: 'array', items: of(node.items), ...description, ...constraints(node) };
    case 'intOrString':
      return { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], ...description };
    case 'quantity':
      return { anyOf: [{ type: 'string' }, { type: 'number' }], ...description };
    case 'any':
      return { type: 'object', ...description };
    default: {
      const format = node.format === 'micro-time' ? 'date-time' : node.format;
      return { type: node.type, ...(format === undefined ? {} : { format }), ...description, ...constraints(node) };
    }
  }
}

const constraintKeys = [
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

function constraints(node: SchemaNode): Json {
  const found: Json = {};
  for (const key of constraintKeys)
    if (node[key] !== undefined && !(key === 'nullable' && node.format?.endsWith('time'))) found[key] = node[key];
  return found;
}

function extensions(node: SchemaNode): Json {
  return {
    ...(node.listType === undefined ? {} : { 'x-kubernetes-list-type': node.listType }),
    ...(node.listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': node.listMapKeys }),
    ...(node.mapType === undefined || node.type === 'any' ? {} : { 'x-kubernetes-map-type': node.mapType }),
    ...(node.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': node.mergeKey }),
    ...(node.patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': node.patchStrategy.join(',') }),
    ...(node.preserveUnknownFields && node.type !== 'any' ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(node.embeddedResource ? { 'x-kubernetes-embedded-resource': true } : {}),
    ...(node.rules === undefined ? {} : { 'x-kubernetes-validations': node.rules }),
  };
}
