/** Holds the notation of the built-in kinds against the reference, type by type: nothing missing, nothing drifted. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  compileNormalizer,
  openEnvelope,
  readMessage,
  resolve as resolveNode,
  type SchemaNode,
} from '@pintle/machinery';
import { pointers } from './facts.js';
import { type OpenApiSchema, readReference, referenceFolder } from './reference.js';

const reference = readReference();
if (reference === undefined)
  process.stdout.write('skipped: the reference folder is not there; the notation was not held against it\n');

/** Every named type of the notation, by its OpenAPI name. */
function notation(): ReadonlyMap<string, SchemaNode> {
  const root = resolve('packages/api/src');
  const found = new Map<string, SchemaNode>();
  for (const group of readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory())) {
    for (const version of readdirSync(join(root, group)).filter((name) => /^v\d/.test(name))) {
      const module = require(join(root, group, version, 'index.ts')) as Record<
        string,
        { node?: SchemaNode; schema?: { node: SchemaNode } }
      >;
      for (const value of Object.values(module)) {
        const node = value.node ?? value.schema?.node;
        if (node?.name !== undefined) found.set(node.name, node);
      }
    }
  }
  return found;
}

const machineryTypes = /^io\.k8s\.apimachinery\.|\.(JSON|JSONSchemaPropsOr\w+)$/;
const isList = (schema: OpenApiSchema) =>
  schema.properties?.['items'] !== undefined &&
  JSON.stringify(schema.properties['metadata'] ?? {}).includes('ListMeta');

const refOf = (schema: OpenApiSchema) => (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace('#/components/schemas/', '');

/** What a place should be, by the words of the notation. */
function expectedType(schema: OpenApiSchema): string {
  const target = refOf(schema);
  if (target !== undefined) {
    const name = target.slice(target.lastIndexOf('.') + 1);
    if (name === 'Quantity') return 'quantity';
    if (name === 'IntOrString') return 'intOrString';
    if (name === 'Time' || name === 'MicroTime') return 'string';
    if (
      [
        'RawExtension',
        'FieldsV1',
        'JSON',
        'JSONSchemaPropsOrArray',
        'JSONSchemaPropsOrBool',
        'JSONSchemaPropsOrStringArray',
        'Status',
      ].includes(name)
    )
      return 'any';
    return `object ${target}`;
  }
  if (schema.type === 'object') return schema.additionalProperties === undefined ? 'any' : 'map';
  return schema.type ?? 'any';
}

function faultsOf(name: string, schema: OpenApiSchema, node: SchemaNode): readonly string[] {
  const faults: string[] = [];
  const differ = (what: string, expected: unknown, found: unknown) => {
    if (JSON.stringify(expected) !== JSON.stringify(found))
      faults.push(
        `${name} ${what}: the reference says ${JSON.stringify(expected)}, the notation ${JSON.stringify(found)}`,
      );
  };
  const properties = node.properties ?? {};
  differ('map type', schema['x-kubernetes-map-type'], node.mapType);
  differ(
    'fields',
    Object.keys(schema.properties ?? {}).sort(),
    Object.keys(properties)
      .filter((key) => schema.properties?.[key] !== undefined || !['apiVersion', 'kind'].includes(key))
      .sort(),
  );
  for (const [field, expected] of Object.entries(schema.properties ?? {})) {
    const place = properties[field];
    if (place === undefined || ['apiVersion', 'kind', 'metadata'].includes(field)) continue;
    const target = resolveNode(place);
    differ(`${field} type`, expectedType(expected), target.type === 'object' ? `object ${target.name}` : target.type);
    differ(`${field} required`, schema.required?.includes(field) ?? false, place.required ?? false);
    differ(`${field} list type`, expected['x-kubernetes-list-type'], place.listType);
    differ(`${field} list keys`, expected['x-kubernetes-list-map-keys'], place.listMapKeys);
    differ(`${field} merge key`, expected['x-kubernetes-patch-merge-key'], place.mergeKey);
    differ(`${field} patch strategy`, expected['x-kubernetes-patch-strategy'], place.patchStrategy?.join(','));
    if (target.type !== 'any') differ(`${field} map type`, expected['x-kubernetes-map-type'], place.mapType);
    const number = reference!.fieldNumber(name, field);
    differ(
      `${field} number`,
      number,
      place.proto === undefined
        ? undefined
        : { number: place.proto, ...(place.protoInline === undefined ? {} : { inline: place.protoInline }) },
    );
  }
  return faults;
}

(reference === undefined ? describe.skip : describe)('the notation', () => {
  const types = notation();

  it('has every type of the reference, with every field as it is there', () => {
    const faults = [...(reference?.schemas ?? [])].flatMap(([name, schema]) => {
      if (machineryTypes.test(name) || isList(schema)) return [];
      const node = types.get(name);
      return node === undefined ? [`${name} is missing`] : faultsOf(name, schema, node);
    });
    expect(faults).toEqual([]);
  });

  const objects =
    reference === undefined
      ? []
      : readdirSync(join(referenceFolder(), 'objects')).filter((file) => file.endsWith('.json'));
  const known = objects.flatMap((file) => {
    const body = JSON.parse(readFileSync(join(referenceFolder(), 'objects', file), 'utf8')) as {
      apiVersion: string;
      kind: string;
    };
    if (body.apiVersion === undefined) return [];
    const node = [...types.values()].find((candidate) => isKindOf(candidate, body));
    return node === undefined ? [] : [[file, body, node] as const];
  });

  it.each(known)('%s: every field is known, in JSON and in protobuf', (file, body, node) => {
    const normalize = compileNormalizer(node, { mode: 'typed' });
    const fromJson = normalize(body);
    expect({ unknown: fromJson.unknownFields, errors: fromJson.errors }).toEqual({ unknown: [], errors: [] });
    const envelope = openEnvelope(readFileSync(join(referenceFolder(), 'objects', file.replace(/json$/, 'pb'))));
    expect([envelope.apiVersion, envelope.kind]).toEqual([body.apiVersion, body.kind]);
    const fromProtobuf = normalize({
      ...(readMessage(node, envelope.message) as object),
      apiVersion: body.apiVersion,
      kind: body.kind,
    });
    expect(fromProtobuf.value).toEqual(fromJson.value);
  });
});

it('has pointers where Go has them', () => {
  const noted = [...notation()].flatMap(([name, { properties = {} }]) => {
    const fields = Object.keys(properties).filter((key) => properties[key]?.pointer === true);
    const short = name.replace(/^.*\.([a-z]+\.v\w+\.\w+)$/, '$1');
    return fields.length === 0 || name.includes('.apimachinery.') ? [] : [[short, fields.sort()] as const];
  });
  expect(Object.fromEntries(noted)).toEqual(pointers);
});

/** Types of kinds carry apiVersion and kind; the group and version are in their OpenAPI name. */
function isKindOf(
  node: SchemaNode,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): boolean {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const short = group.split('.')[0]!;
  return (
    node.properties?.['apiVersion'] !== undefined && (node.name?.endsWith(`.${short}.${version}.${kind}`) ?? false)
  );
}
