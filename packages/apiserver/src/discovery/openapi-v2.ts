/**
 * OpenAPI v2 in the protobuf form of gnostic, which is the only one that kubectl before 1.30 reads. Made from the
 * same component schemas as v3. Field numbers are those of gnostic's `OpenAPIv2.proto`.
 */
import { isFields, type Kind, openApiComponents } from '@pintle/machinery';
import { anything, Message, named } from './gnostic-message.js';
import { mergeSwagger } from './merge-swagger.js';
import type { OpenApiDocumentsParts } from './openapi.js';
import type { Swagger } from './remote-documents.js';
import { toldInV2 } from './swagger.js';

type Json = Readonly<Record<string, unknown>>;

function schemaMessage(schema: Json): Message {
  const message = new Message();
  message.string(1, schema['$ref']);
  message.string(2, schema['format']);
  message.string(4, schema['description']);
  if (schema['default'] !== undefined) message.message(5, anything(schema['default']));
  for (const name of (schema['required'] as readonly string[] | undefined) ?? []) message.string(19, name);
  const { additionalProperties, type } = schema;
  if (isFields(additionalProperties))
    message.message(21, new Message().message(1, schemaMessage(additionalProperties)));
  else if (additionalProperties !== undefined)
    message.message(21, new Message().integer(2, additionalProperties === true ? 1 : 0));
  if (type !== undefined) message.message(22, new Message().string(1, type));
  if (schema['items'] !== undefined)
    message.message(23, new Message().message(1, schemaMessage(schema['items'] as Json)));
  const properties = Object.entries((schema['properties'] as Record<string, Json> | undefined) ?? {});
  if (properties.length > 0) {
    const all = new Message();
    for (const [key, property] of properties) all.message(1, named(key, schemaMessage(property)));
    message.message(25, all);
  }
  for (const [key, value] of Object.entries(schema))
    if (key.startsWith('x-')) message.message(31, named(key, anything(value)));
  return message;
}

const queryParameter = (name: string) =>
  new Message().message(
    1,
    new Message().message(
      2,
      new Message().message(3, new Message().string(2, 'query').string(4, name).string(6, 'string')),
    ),
  );

function pathItem({ group, version, kind }: Pick<Kind, 'group' | 'version' | 'kind'>): Message {
  const operation = () => {
    const message = new Message();
    for (const name of ['dryRun', 'fieldManager', 'fieldValidation']) message.message(8, queryParameter(name));
    message.message(9, new Message().message(1, named('200', new Message().message(1, new Message().string(1, 'OK')))));
    return message.message(13, named('x-kubernetes-group-version-kind', anything({ group, version, kind })));
  };
  return new Message().message(3, operation()).message(8, operation());
}

export const openApiV2Media = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The whole document, made anew when the kinds have changed. */
export function openApiV2(parts: OpenApiDocumentsParts): () => Uint8Array {
  const { registry, remote } = parts;
  let made: Uint8Array | undefined;
  let generation = -1;
  let others: readonly unknown[] = [];
  return () => {
    const now = remote().map(({ v2 }) => v2);
    const isSame = now.length === others.length && now.every((each, index) => each === others[index]);
    if (made === undefined || generation !== registry.generation || !isSame) {
      generation = registry.generation;
      others = now;
      made = documentBytes(parts);
    }
    return made;
  };
}

/** The kinds that the operations of another server's paths are for, each at the path of one object of it. */
function* remotePaths({ paths }: Swagger): Iterable<readonly [string, Pick<Kind, 'group' | 'version' | 'kind'>]> {
  for (const [path, item] of Object.entries(paths)) {
    const operation = (item['put'] ?? item['patch']) as Json | undefined;
    const kind = operation?.['x-kubernetes-group-version-kind'] as Pick<Kind, 'group' | 'version' | 'kind'> | undefined;
    if (kind !== undefined && path.endsWith('/{name}')) yield [path, kind];
  }
}

function documentBytes({ registry, title, docs, remote }: OpenApiDocumentsParts): Uint8Array {
  const kinds = registry.all().map(({ kind }) => kind);
  const paths = new Message();
  for (const kind of kinds) {
    const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
    const path =
      kind.scope === 'Namespaced'
        ? `${base}/namespaces/{namespace}/${kind.plural}/{name}`
        : `${base}/${kind.plural}/{name}`;
    paths.message(2, named(path, pathItem(kind)));
  }
  const others = mergeSwagger({ paths: {}, definitions: {} }, remote());
  for (const [path, kind] of remotePaths(others)) paths.message(2, named(path, pathItem(kind)));
  const definitions = new Message();
  const own = openApiComponents(kinds, docs());
  for (const [name, schema] of Object.entries(others.definitions))
    if (own[name] === undefined) definitions.message(1, named(name, schemaMessage(schema as Json)));
  for (const [name, schema] of Object.entries(own))
    definitions.message(1, named(name, schemaMessage(toldInV2(name, schema as Json))));
  return new Message()
    .string(1, '2.0')
    .message(2, new Message().string(1, title).string(2, 'v1.33.5'))
    .message(8, paths)
    .message(9, definitions)
    .finish();
}
