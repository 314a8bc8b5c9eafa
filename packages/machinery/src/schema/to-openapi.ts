/** Schemas as OpenAPI v3, the way kube-apiserver serves them: named types as components, with Kubernetes' extensions. */
import type { Kind } from '../kind/kind.js';
import { constraintsOf } from './constraints.js';
import { resolve, type SchemaNode, zeroOf } from './schema.js';
import { toldSchema } from './told-schema.js';

/** Short sentences about a type and its fields. */
export interface TypeDocs {
  readonly about: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** By the type's name, as `io.k8s.api.core.v1.PodSpec`. */
export type FieldDocs = Readonly<Record<string, TypeDocs>>;
type Json = Record<string, unknown>;

/** Where schemas are gathered, and what is known of them. */
interface Gathering {
  readonly components: Record<string, unknown>;
  readonly docs: FieldDocs;
  /** Whether the place is in one of Go's types, whose zero values are told as defaults. */
  readonly isGo: boolean;
}

const isGoType = (name: string) => name.startsWith('io.k8s.');

/** The component schemas of the kinds and of all that they are made of; and of `others`, which are named types. */
export function openApiComponents(
  kinds: readonly Kind[],
  docs: FieldDocs = {},
  others: readonly SchemaNode[] = [],
): Readonly<Record<string, unknown>> {
  const components: Record<string, unknown> = {};
  for (const { schema, group, version, kind } of kinds) {
    const name = schema.node.name ?? [...group.split('.').reverse(), version, kind].join('.');
    const own = { about: '', ...docs[name], fields: { ...objectDocs, ...docs[name]?.fields } };
    const to = { components, docs: { ...docs, [name]: own }, isGo: isGoType(name) };
    components[name] = {
      ...(schema.node.told === undefined ? objectSchema(schema.node, name, to) : definedSchema(schema.node, to)),
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    };
  }
  for (const node of others) placeSchema(node, undefined, { components, docs, isGo: true });
  return components;
}

/** What every object has. */
const objectDocs = {
  apiVersion: 'APIVersion defines in which group and version the object is written.',
  kind: 'What the object is.',
  metadata: "Standard object's metadata: what every object says of itself.",
};

const metadata = ['ObjectMeta', 'ListMeta'].map((type) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`);

/** The zero value of a field, as Go has it: of none that is a pointer, a list, or a value with a way of its own to be written. */
function zeroField(place: SchemaNode): Json {
  const value = zeroOf(place);
  const { type, name = '' } = resolve(place);
  if (metadata.includes(name)) return { default: {} };
  return value === undefined || type === 'array' || type === 'map' || type === 'quantity' ? {} : { default: value };
}

/** That of an item of a list, or of a value of a map. */
function zeroItem(place: SchemaNode): Json {
  const { type, format } = resolve(place);
  if (type === 'object') return { default: {} };
  if (type === 'string' && format === undefined) return { default: '' };
  return type === 'integer' || type === 'number' ? { default: 0 } : {};
}

/** One place: a reference for a named type, else the schema itself. */
function placeSchema(place: SchemaNode, description: string | undefined, to: Gathering, zero: Json = {}): Json {
  const node = resolve(place);
  const said = {
    ...(description === undefined ? {} : { description }),
    ...defaultTold(place, to, zero),
    ...(to.isGo && node.enum !== undefined ? { enum: node.enum.toSorted() } : {}),
    ...extensions(place),
  };
  if (node.name === undefined) return { ...valueSchema(node, to), ...said };
  const { components, docs } = to;
  if (components[node.name] === undefined) {
    // Entered before it is made, so that a recursive type finds itself.
    components[node.name] = {};
    components[node.name] =
      node.type === 'object'
        ? objectSchema(node, node.name, { ...to, isGo: isGoType(node.name) })
        : namedValue(node, docs);
  }
  const reference = { $ref: `#/components/schemas/${node.name}` };
  return Object.keys(said).length === 0 ? reference : { allOf: [reference], ...said };
}

/** Of Go's types those defaults are not told that code fills in. */
function defaultTold(place: SchemaNode, { isGo }: Gathering, zero: Json): Json {
  if (place.toldDefault !== undefined) return { default: place.toldDefault };
  return place.default === undefined || isGo ? zero : { default: place.default };
}

function objectSchema(node: SchemaNode, name: string | undefined, to: Gathering): Json {
  const own = name === undefined ? undefined : to.docs[name];
  const properties: Json = {};
  const required: string[] = [];
  for (const [key, place] of Object.entries(node.properties ?? {})) {
    properties[key] = placeSchema(place, place.doc ?? own?.fields[key], to, to.isGo ? zeroField(place) : {});
    if (place.required) required.push(key);
  }
  const description = node.doc ?? own?.about;
  return {
    type: 'object',
    ...(description ? { description } : {}),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...constraintsOf(node),
    ...extensions(node),
  };
}

/** Of a kind that a definition made, what its author wrote. */
function definedSchema({ told, properties = {} }: SchemaNode, to: Gathering): Json {
  const whole = Object.fromEntries(
    Object.entries(objectDocs).map(([key, about]) => {
      const { doc: _other, properties: _bounds, ...place } = properties[key] ?? { type: 'string' };
      return [key, placeSchema(place, about, to)];
    }),
  );
  const schema = toldSchema(told, whole);
  return { ...schema, properties: { ...(schema['properties'] as Json | undefined), ...whole } };
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

function valueSchema(node: SchemaNode, to: Gathering): Json {
  const of = (item: SchemaNode | undefined) =>
    item === undefined ? {} : placeSchema(item, item.doc, to, to.isGo ? zeroItem(item) : {});
  const description = node.doc === undefined ? {} : { description: node.doc };
  switch (node.type) {
    case 'object':
      return objectSchema(node, undefined, to);
    case 'map':
      return { type: 'object', additionalProperties: of(node.values), ...description, ...constraintsOf(node) };
    case 'array':
      return { type: 'array', items: of(node.items), ...description, ...constraintsOf(node) };
    case 'intOrString':
      return { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], ...description };
    case 'quantity':
      return { anyOf: [{ type: 'string' }, { type: 'number' }], ...description };
    case 'any':
      return { ...(to.isGo ? { type: 'object' } : { 'x-kubernetes-preserve-unknown-fields': true }), ...description };
    default: {
      const format = node.format === 'micro-time' ? 'date-time' : node.format;
      return { type: node.type, ...(format === undefined ? {} : { format }), ...description, ...constraintsOf(node) };
    }
  }
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
