/**
 * The OpenAPI v3 documents, one a group and version, made when first asked for and kept until its kinds change; and all of
 * them as one document of v2. Each goes by a hash of its text, so that clients keep what has not changed.
 */
import { type FieldDocs, type Kind, openApiComponents } from '@pintle/machinery';
import type { RemoteOpenApi } from '../aggregation/remote-openapi.js';
import type { Resource } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import { contentHash } from './digest.js';
import { mergeSwagger } from './merge-swagger.js';
import { type ApiDescription, listSchemas, openApiVersion, operationsOf } from './operations.js';
import { swaggerOf } from './swagger.js';

export interface OpenApiDocument {
  readonly text: string;
  readonly hash: string;
}

export interface OpenApiDocuments {
  /** `/openapi/v3`: where each document is. */
  index(): OpenApiDocument;
  /** By its path below `/openapi/v3`, as `apis/apps/v1`; undefined where there is none. */
  document(path: string): OpenApiDocument | undefined;
  /** `/openapi/v2` in JSON. */
  swagger(): OpenApiDocument;
}

export interface OpenApiDocumentsParts {
  readonly registry: ResourceRegistry;
  readonly title: string;
  readonly docs: () => FieldDocs;
  /** What other servers say of their APIs. */
  readonly remote: () => readonly RemoteOpenApi[];
}

export function openApiDocuments({ registry, title, docs, remote }: OpenApiDocumentsParts): OpenApiDocuments {
  const made = new Map<string, { readonly of: readonly unknown[]; readonly document: OpenApiDocument }>();
  const keep = (path: string, of: readonly unknown[], make: () => string): OpenApiDocument => {
    const before = made.get(path);
    if (before !== undefined && before.of.length === of.length && before.of.every((part, i) => part === of[i]))
      return before.document;
    const text = make();
    const document = { text, hash: contentHash(text) };
    made.set(path, { of, document });
    return document;
  };
  const documentAt = (path: string): OpenApiDocument | undefined => {
    const kinds = kindsIn(registry.all(), path);
    if (kinds.length > 0) return keep(path, kinds, () => JSON.stringify(documentOf(describe(kinds, title, docs()))));
    const text = remote().find((each) => remotePath(each) === path)?.v3;
    return text === undefined ? undefined : keep(path, [text], () => text);
  };
  return {
    document: documentAt,
    index() {
      const others = remote().flatMap((each) => (each.v3 === undefined ? [] : [remotePath(each)]));
      const paths = [...new Set([...registry.all().map(({ apiVersion }) => pathOf(apiVersion)), ...others])];
      const entries = paths.map((path) => [
        path,
        { serverRelativeURL: `/openapi/v3/${path}?hash=${documentAt(path)?.hash}` },
      ]);
      const text = JSON.stringify({ paths: Object.fromEntries(entries) });
      return { text, hash: contentHash(text) };
    },
    swagger() {
      const kinds = registry.all().map(({ kind }) => kind);
      const others = remote();
      return keep('v2', [...kinds, ...others.map(({ v2 }) => v2)], () =>
        JSON.stringify(mergeSwagger(swaggerOf(describe(kinds, title, docs())), others)),
      );
    },
  };
}

const remotePath = ({ group, version }: RemoteOpenApi) => `apis/${group}/${version}`;
const pathOf = (apiVersion: string) => (apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`);

const kindsIn = (resources: readonly Resource[], path: string): readonly Kind[] =>
  resources.filter(({ apiVersion }) => pathOf(apiVersion) === path).map(({ kind }) => kind);

const describe = (kinds: readonly Kind[], title: string, docs: FieldDocs): ApiDescription => ({
  title,
  operations: kinds.flatMap(operationsOf),
  schemas: { ...openApiComponents(kinds, docs), ...listSchemas(kinds) },
});

function documentOf({ title, operations, schemas }: ApiDescription): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, action, id, kind, parameters, body, response } of operations) {
    const content = (schema: string) => ({
      'application/json': { schema: { $ref: `#/components/schemas/${schema}` } },
    });
    const item = (paths[path] ??= {});
    item[method] = {
      operationId: id,
      parameters: parameters.map(({ type, ...parameter }) => ({
        ...parameter,
        ...(parameter.in === 'path' ? { required: true } : {}),
        schema: { type, uniqueItems: true },
      })),
      ...(body === undefined ? {} : { requestBody: { content: content(body) } }),
      responses: { 200: { description: 'OK', content: content(response) } },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': kind,
    };
  }
  return { openapi: '3.0.0', info: { title, version: openApiVersion }, paths, components: { schemas } };
}
