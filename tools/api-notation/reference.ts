/** The reference data of Kubernetes, read as it lies: OpenAPI documents, discovery, protobuf numbers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface Reference {
  /** By OpenAPI name. */
  readonly schemas: ReadonlyMap<string, OpenApiSchema>;
  /** By `v1`, `apps/v1`… */
  readonly resources: ReadonlyMap<string, readonly ApiResource[]>;
  /** The number of a message's field; `inline`: the embedded messages that it stands in. */
  fieldNumber(
    openApiName: string,
    field: string,
  ): { readonly number: number; readonly inline?: readonly number[] } | undefined;
}

/** Where the reference lies: beside the project, or where `PINTLE_REFERENCE` says. */
export const referenceFolder = (): string => process.env['PINTLE_REFERENCE'] ?? resolve('../shared/kubernetes');

/** Undefined where the folder is not there. */
export function readReference(): Reference | undefined {
  const folder = referenceFolder();
  if (!existsSync(folder)) return undefined;
  const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
  const schemas = new Map<string, OpenApiSchema>();
  for (const file of readdirSync(join(folder, 'openapi/v3'))) {
    const document = json('openapi/v3', file) as { components?: { schemas?: Record<string, OpenApiSchema> } };
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) schemas.set(name, schema);
  }
  const resources = new Map<string, readonly ApiResource[]>();
  for (const file of readdirSync(join(folder, 'discovery'))) {
    const document = json('discovery', file) as {
      kind?: string;
      groupVersion?: string;
      resources?: readonly ApiResource[];
    };
    if (document.kind === 'APIResourceList' && document.groupVersion)
      resources.set(document.groupVersion, document.resources ?? []);
  }
  const messages = json('protobuf-fields.json') as Record<string, Record<string, readonly [number, string, string]>>;
  // A few fields begin with a capital letter in the messages; what is no name there has lost its `$` and its hyphens.
  const fieldOf = (message: string, field: string) => {
    const fields = messages[message] ?? {};
    const plain = field.replace(/^\$|-/g, '').toLowerCase();
    const key = Object.keys(fields).find((name) => name.toLowerCase() === plain);
    return key === undefined ? undefined : fields[key];
  };
  return {
    schemas,
    resources,
    fieldNumber(name, field) {
      const id = name
        .replace(/^io\.k8s\./, 'k8s.io.')
        .replace('apiextensions-apiserver', 'apiextensions_apiserver')
        .replace('kube-aggregator', 'kube_aggregator');
      const own = messages[id];
      if (own === undefined) return undefined;
      const direct = fieldOf(id, field);
      if (direct !== undefined) return { number: direct[0] };
      const properties = schemas.get(name)?.properties ?? {};
      const search = (message: string, depth: number): { number: number; inline: readonly number[] } | undefined => {
        for (const [embedded, [number, , type]] of Object.entries(messages[message] ?? {})) {
          // Only what is no field of the JSON object is embedded.
          if (properties[embedded] !== undefined || depth > 3) continue;
          const inner = type.startsWith('.') ? type.slice(1) : `${message.slice(0, message.lastIndexOf('.'))}.${type}`;
          const own = fieldOf(inner, field);
          if (own !== undefined) return { number: own[0], inline: [number] };
          const deeper = search(inner, depth + 1);
          if (deeper !== undefined) return { number: deeper.number, inline: [number, ...deeper.inline] };
        }
        return undefined;
      };
      return search(id, 0);
    },
  };
}
