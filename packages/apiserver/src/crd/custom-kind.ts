/** From a CustomResourceDefinition to the definition that is served. Pure. */
import { partPlaces } from '@pintle/api';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import {
  apiVersionOf,
  type Conversion,
  type FieldError,
  type Kind,
  type KubernetesObject,
  ObjectMeta as ObjectMetaSchema,
  type PatternCompiler,
  type PrinterColumn,
  type ResourceDefinition,
  Schema,
  type SchemaNode,
  schemaFromOpenApi,
  stringifyJson,
} from '@pintle/machinery';
import { underSchemas } from './conversion.js';

type CrdVersion = CustomResourceDefinition['spec']['versions'][number];

export interface CustomDefinition {
  readonly definition: ResourceDefinition | undefined;
  /** Why a schema cannot be served. */
  readonly errors: readonly FieldError[];
}

/** The stored version leads. */
export function definitionOf(
  crd: CustomResourceDefinition,
  conversion: Conversion,
  compilePattern?: PatternCompiler,
): CustomDefinition {
  const errors: FieldError[] = [];
  const places = partPlaces(crd.spec.versions);
  const kinds = crd.spec.versions.map((version, index) => {
    const path = places[index]?.schema;
    // Of what all versions have alike the faults are told with the first.
    const told = path === undefined ? [] : errors;
    return { version, kind: kindOf(crd, version, { path: path ?? '', errors: told, compilePattern }) };
  });
  const stored = kinds.find(({ version }) => version.storage) ?? kinds[0];
  if (stored === undefined || errors.length > 0) return { definition: undefined, errors };
  const full = underSchemas(conversion, new Map(kinds.map(({ kind }) => [apiVersionOf(kind), kind])));
  const versions = kinds
    .filter((entry) => entry !== stored)
    .map(({ version, kind }) => ({
      kind,
      toStored: (object: KubernetesObject) => full.convert(object, apiVersionOf(stored.kind)),
      fromStored: (object: KubernetesObject) => full.convert(object, apiVersionOf(kind)),
      ...deprecation(version, kind),
    }));
  const unserved = kinds.filter(({ version }) => !version.served).map(({ kind }) => apiVersionOf(kind));
  return {
    definition: {
      ...{ kind: stored.kind, versions, unserved },
      conversion: full,
      ...deprecation(stored.version, stored.kind),
    },
    errors,
  };
}

const deprecation = ({ deprecated, deprecationWarning }: CrdVersion, { group, version, kind }: Kind) =>
  deprecated ? { deprecationWarning: deprecationWarning ?? `${group}/${version} ${kind} is deprecated` } : {};

interface Reading {
  readonly path: string;
  readonly errors: FieldError[];
  readonly compilePattern: PatternCompiler | undefined;
}

/** Whether a schema has patterns, which want a compiler that no value can keep busy. */
export const hasPatterns = ({ spec }: CustomResourceDefinition): boolean =>
  stringifyJson(spec.versions).includes('"pattern":');

function kindOf(crd: CustomResourceDefinition, version: CrdVersion, reading: Reading): Kind {
  const { group, names, scope } = crd.spec;
  const singular = names.singular || names.kind.toLowerCase();
  const scale = version.subresources?.scale;
  return {
    T: undefined as unknown as KubernetesObject,
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular,
    listKind: names.listKind || `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    scope: scope === 'Cluster' ? 'Cluster' : 'Namespaced',
    schema: new Schema<KubernetesObject>(objectNode(version, reading)),
    subresources: {
      ...(version.subresources?.status === undefined ? {} : { status: true }),
      ...(scale === undefined
        ? {}
        : {
            scale: {
              specReplicasPath: scale.specReplicasPath,
              statusReplicasPath: scale.statusReplicasPath,
              ...(scale.labelSelectorPath === undefined ? {} : { labelSelectorPath: scale.labelSelectorPath }),
            },
          }),
    },
    otherSubresources: [],
    columns: (version.additionalPrinterColumns ?? []) as readonly PrinterColumn[],
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
  };
}

/** The schema of the whole object: what the author wrote, with the parts that every object has. */
function objectNode(version: CrdVersion, { path, errors, compilePattern }: Reading): SchemaNode {
  const written = version.schema?.openAPIV3Schema;
  const read =
    written === undefined
      ? { node: { type: 'object', preserveUnknownFields: true } as SchemaNode, errors: [] }
      : schemaFromOpenApi(written, path, compilePattern);
  errors.push(...read.errors);
  const { apiVersion, kind, metadata } = read.node.properties ?? {};
  return {
    ...read.node,
    ...(written === undefined ? {} : { told: written }),
    type: 'object',
    properties: {
      ...read.node.properties,
      apiVersion: apiVersion ?? { type: 'string' },
      kind: kind ?? { type: 'string' },
      // Its type is that of all metadata; what the author says of names bounds them.
      metadata: { type: 'object', ref: () => ObjectMetaSchema.node, properties: metadata?.properties ?? {} },
    },
  };
}

/** Only what a definition says of its kind; changes elsewhere need no new kind. */
export function sameKind(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return a.spec === b.spec || stringifyJson(a.spec) === stringifyJson(b.spec);
}
