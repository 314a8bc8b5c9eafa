/**
 * The CustomResourceDefinition of kinds that a program declares with `defineKind`: for clusters elsewhere, which have to be
 * told of them. Called by who installs an operator; in process kinds are served as they are.
 */
import { type Kind, qualifiedResource, structuralSchema } from '@pintle/machinery';
import type { CustomResourceDefinition } from '../apiextensions/v1/apiextensions.js';

type Spec = CustomResourceDefinition['spec'];

/** Kinds that are no versions of one. */
export class KindVersionsError extends Error {
  readonly code = 'PINTLE_KIND_VERSIONS';
  constructor(what: string) {
    super(what);
    this.name = 'KindVersionsError';
  }
}

export interface CustomResourceDefinitionOptions {
  /** How objects get from one version to another. Default: they say that they are in it, and stay as they are. */
  readonly conversion?: NonNullable<Spec['conversion']>;
}

/**
 * Of a kind, or of all its versions, of which the first is the one that is stored.
 *
 * ```ts
 * await client.create(customResourceDefinition(Website));
 * ```
 *
 * Errors: `KindVersionsError`; `RecursiveSchemaError` for types that hold themselves.
 */
export function customResourceDefinition(
  kind: Kind | readonly [Kind, ...Kind[]],
  { conversion }: CustomResourceDefinitionOptions = {},
): CustomResourceDefinition {
  const kinds: readonly Kind[] = 'schema' in kind ? [kind] : kind;
  const { group, plural, singular, kind: name, listKind, shortNames, categories, scope } = kinds[0]!;
  const idOf = (each: Kind) => `${each.scope} ${qualifiedResource(each)} ${each.kind}`;
  const other = kinds.find((each) => idOf(each) !== idOf(kinds[0]!));
  if (other !== undefined) throw new KindVersionsError(`${idOf(other)} is no version of ${idOf(kinds[0]!)}`);
  const versions = kinds.map(({ version }) => version);
  const twice = versions.find((version, i) => versions.indexOf(version) !== i);
  if (twice !== undefined) throw new KindVersionsError(`${idOf(kinds[0]!)} has two versions ${twice}`);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: qualifiedResource(kinds[0]!) },
    spec: {
      group,
      scope,
      names: {
        ...{ kind: name, listKind, plural, singular },
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
      versions: kinds.map((each, i) => ({ ...versionOf(each), storage: i === 0 })),
      ...(conversion === undefined ? {} : { conversion }),
    },
  };
}

function versionOf(kind: Kind): Omit<Spec['versions'][number], 'storage'> {
  const { version, columns, selectableFields, subresources } = kind;
  const { status, scale } = subresources;
  return {
    name: version,
    served: true,
    schema: { openAPIV3Schema: structuralSchema(kind) },
    ...(status || scale !== undefined
      ? { subresources: { ...(status ? { status: {} } : {}), ...(scale === undefined ? {} : { scale }) } }
      : {}),
    ...(columns.length === 0 ? {} : { additionalPrinterColumns: columns }),
    ...(selectableFields.length === 0 ? {} : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
  };
}
