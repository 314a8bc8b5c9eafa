/**
 * The OpenAPI v3 documents, one a group and version, made when first asked for and kept until its kinds change; and all of
 * them as one document of v2. Each goes by a hash of its text, so that clients keep what has not changed.
 */

import type { Kind } from '@pintle/machinery';
import { parseJson, stringifyJson } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import {
  type ApiDescription,
  codeWords,
  type DescriptionParts,
  described,
  openApiVersion,
  pathsOf,
} from './description.js';
import { contentHash } from './digest.js';
import { type GeneralParts, generalOperations } from './general-operations.js';
import { mergeSwagger } from './merge-swagger.js';
import { openApiV3Message } from './openapi-v3-message.js';
import type { Parameter } from './parameters.js';
import type { RemoteOpenApi } from './remote-documents.js';
import { swaggerOf } from './swagger.js';

export interface OpenApiDocument {
  readonly text: string;
  readonly hash: string;
  /** The same in gnostic's protobuf, which has a place for documents of v3. Made when first asked for. */
  readonly message: () => Uint8Array;
}

export interface OpenApiDocuments {
  /** `/openapi/v3`: where each document is. */
  index(): OpenApiDocument;
  /** By its path below `/openapi/v3`, as `apis/apps/v1`; undefined where there is none. */
  document(path: string): OpenApiDocument | undefined;
  /** `/openapi/v2` in JSON. */
  swagger(): OpenApiDocument;
}

export interface OpenApiDocumentsParts extends DescriptionParts, GeneralParts {
  readonly registry: ResourceRegistry;
  /** What other servers say of their APIs. */
  readonly remote: () => readonly RemoteOpenApi[];
}

export function openApiDocuments(parts: OpenApiDocumentsParts): OpenApiDocuments {
  const { registry, remote } = parts;
  const made = new Map<string, { readonly of: readonly unknown[]; readonly document: OpenApiDocument }>();
  const keep = (path: string, of: readonly unknown[], make: () => string): OpenApiDocument => {
    const before = made.get(path);
    if (before !== undefined && before.of.length === of.length && before.of.every((part, i) => part === of[i]))
      return before.document;
    const document = documentOfText(make());
    made.set(path, { of, document });
    return document;
  };
  let general: ReturnType<typeof generalOperations> = new Map();
  let generation = -1;
  const generalNow = () => {
    if (generation !== registry.generation) general = generalOperations(parts);
    generation = registry.generation;
    return general;
  };
  const documentAt = (path: string): OpenApiDocument | undefined => {
    const resources = resourcesIn(registry.all(), path);
    if (resources.length > 0)
      return keep(path, kindsOf(resources), () => stringifyJson(documentOf(described(resources, parts))));
    const operation = generalNow().get(path);
    if (operation !== undefined)
      return keep(path, [], () => JSON.stringify(documentOf(described([], parts, [operation]))));
    const text = remote().find((each) => remotePath(each) === path)?.v3;
    return text === undefined ? undefined : keep(path, [text], () => text);
  };
  return {
    document: documentAt,
    index() {
      const others = remote().flatMap((each) => (each.v3 === undefined ? [] : [remotePath(each)]));
      const versions = registry.all().map(({ apiVersion }) => pathOf(apiVersion));
      const paths = [...new Set([...generalNow().keys(), ...versions, ...others])].sort();
      const entries = paths.map((path) => [
        path,
        { serverRelativeURL: `/openapi/v3/${path}?hash=${documentAt(path)?.hash}` },
      ]);
      const text = JSON.stringify({ paths: Object.fromEntries(entries) });
      return documentOfText(text);
    },
    swagger() {
      const resources = registry.all();
      const others = remote();
      return keep('v2', [...kindsOf(resources), ...others.map(({ v2 }) => v2)], () =>
        stringifyJson(mergeSwagger(swaggerOf(described(resources, parts, generalNow().values())), others)),
      );
    },
  };
}

function documentOfText(text: string): OpenApiDocument {
  let message: Uint8Array | undefined;
  return {
    text,
    hash: contentHash(text),
    message: () => (message ??= openApiV3Message(parseJson(text) as Readonly<Record<string, unknown>>)),
  };
}

const remotePath = ({ group, version }: RemoteOpenApi) => `apis/${group}/${version}`;
const pathOf = (apiVersion: string) => (apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`);

const resourcesIn = (resources: readonly Resource[], path: string): readonly Resource[] =>
  resources.filter(({ apiVersion }) => pathOf(apiVersion) === path);

const kindsOf = (resources: readonly Resource[]): readonly Kind[] => resources.map(({ kind }) => kind);

function documentOf(description: ApiDescription): unknown {
  const { title, schemas } = description;
  const schemaOf = (name: string | undefined) =>
    name === undefined ? { type: 'string' } : { $ref: `#/components/schemas/${name}` };
  const content = (types: readonly string[], schema: string | undefined) =>
    Object.fromEntries(types.map((type) => [type, { schema: schemaOf(schema) }]));
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, parameters, operations } of pathsOf(description)) {
    const item: Record<string, unknown> = {};
    for (const { method, action, id, tag, kind, own, body, response, mediaTypes, codes, ...about } of operations) {
      item[method] = {
        ...{ tags: [tag], description: about.description, operationId: id },
        ...(own.length === 0 ? {} : { parameters: own.map(parameterOf) }),
        ...(body === undefined
          ? {}
          : {
              requestBody: {
                content: content(body.mediaTypes, body.schema),
                ...(body.required ? { required: true } : {}),
              },
            }),
        responses: {
          ...Object.fromEntries(
            codes.map((code) => [code, { description: codeWords[code], content: content(mediaTypes, response) }]),
          ),
          401: { description: codeWords[401] },
        },
        ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
        ...(kind === undefined ? {} : { 'x-kubernetes-group-version-kind': kind }),
      };
    }
    paths[path] = { ...item, ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterOf) }) };
  }
  return {
    openapi: '3.0.0',
    info: { title, version: openApiVersion },
    paths,
    components: { schemas, ...(description.isBuiltin ? { securitySchemes: { BearerToken: bearerToken } } : {}) },
  };
}

const bearerToken = {
  ...{ type: 'apiKey', description: 'A token, as `Bearer TOKEN`.', name: 'authorization', in: 'header' },
};

const parameterOf = ({ type, ...parameter }: Parameter) => ({
  ...parameter,
  ...(parameter.in === 'path' ? { required: true } : {}),
  schema: { type, uniqueItems: true },
});
