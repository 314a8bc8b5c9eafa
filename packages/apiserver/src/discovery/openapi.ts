/** The OpenAPI v3 documents, one a group and version, made when first asked for and kept until the kinds change. */
import { type FieldDocs, type Kind, openApiComponents } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';

export interface OpenApiDocuments {
  /** `/openapi/v3`: where each document is. */
  index(): unknown;
  /** By its path below `/openapi/v3`, as `apis/apps/v1`; undefined where there is none. */
  document(path: string): unknown;
}

export function openApiDocuments(registry: ResourceRegistry, title: string, docs: () => FieldDocs): OpenApiDocuments {
  let made = new Map<string, unknown>();
  let generation = -1;
  const fresh = () => {
    if (generation !== registry.generation) {
      made = new Map();
      generation = registry.generation;
    }
    return made;
  };
  const pathOf = (apiVersion: string) => (apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`);
  return {
    index() {
      const versions = [...new Set(registry.all().map(({ apiVersion }) => apiVersion))];
      const paths = versions.map((apiVersion) => [
        pathOf(apiVersion),
        { serverRelativeURL: `/openapi/v3/${pathOf(apiVersion)}?hash=${registry.generation}` },
      ]);
      return { paths: Object.fromEntries(paths) };
    },
    document(path) {
      const documents = fresh();
      if (!documents.has(path)) {
        const resources = registry.all().filter(({ apiVersion }) => pathOf(apiVersion) === path);
        documents.set(path, resources.length === 0 ? undefined : documentOf(path, resources, title, docs));
      }
      return documents.get(path);
    },
  };
}

function documentOf(path: string, resources: readonly Resource[], title: string, docs: () => FieldDocs): unknown {
  const paths: Record<string, unknown> = {};
  for (const { kind } of resources) Object.assign(paths, pathsOf(path, kind));
  const schemas = openApiComponents(
    resources.map(({ kind }) => kind),
    docs(),
  );
  return { openapi: '3.0.0', info: { title, version: 'v1.33.5' }, paths, components: { schemas } };
}

function pathsOf(path: string, kind: Kind): Record<string, unknown> {
  const { group, version, kind: name, plural } = kind;
  const gvk = { group, version, kind: name };
  const base = kind.scope === 'Namespaced' ? `/${path}/namespaces/{namespace}/${plural}` : `/${path}/${plural}`;
  const media = { 'application/json': { schema: { $ref: `#/components/schemas/${schemaNameOf(kind)}` } } };
  const operation = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    responses: { 200: { description: 'OK', content: media } },
  });
  const written = {
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    })),
  };
  const withBody = (action: string) => ({ ...operation(action), ...written, requestBody: { content: media } });
  return {
    [base]: { get: operation('list'), post: withBody('post'), delete: operation('deletecollection') },
    [`${base}/{name}`]: {
      get: operation('get'),
      put: withBody('put'),
      patch: { ...operation('patch'), ...written },
      delete: operation('delete'),
    },
  };
}

/** The OpenAPI name of a kind: its own, or its group reversed, its version and its kind, as for custom resources. */
export function schemaNameOf({ schema, group, version, kind }: Kind): string {
  return schema.node.name ?? [...group.split('.').reverse(), version, kind].join('.');
}
