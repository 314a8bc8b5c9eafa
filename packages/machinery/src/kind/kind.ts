/**
 * A kind as data: its names, scope, schema and subresources. The same shape describes a built-in kind, a kind
 * that a program declares with `defineKind`, and one that a CustomResourceDefinition brings.
 */

import type { KubernetesObject, ObjectMeta } from '../meta/v1.js';
import { ObjectMeta as ObjectMetaSchema } from '../meta/v1.js';
import { type AnySchema, type Infer, object, ref, type Schema, string } from '../schema/schema.js';

export interface GroupVersionKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  /** The plural, lower-case name in paths. */
  readonly resource: string;
}

/** What a client must know of a kind to speak of its objects. `T` is the type of one object. */
export interface KindRef<out T extends KubernetesObject = KubernetesObject> extends GroupVersionKind {
  /** Carries the type only; never set. */
  readonly T: T;
  /** The plural, lower-case name in paths. */
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** A column of `kubectl get`, read from the object by JSONPath, as a CustomResourceDefinition writes it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  readonly jsonPath: string;
  /** 0 is always shown; more only with `-o wide`. */
  readonly priority?: number;
}

export interface ScaleSubresource {
  /** Dotted paths, as `.spec.replicas`. */
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** A path to the serialized selector in the status, or to a LabelSelector in the spec. */
  readonly labelSelectorPath?: string;
}

export interface Kind<out T extends KubernetesObject = KubernetesObject> extends KindRef<T> {
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** The whole object's schema, apiVersion, kind and metadata included. */
  readonly schema: Schema<T, boolean>;
  readonly subresources: { readonly status?: boolean; readonly scale?: ScaleSubresource };
  /** Other subresources by name, each with the verbs it serves: `pods/binding`, `serviceaccounts/token`… */
  readonly otherSubresources: readonly SubresourceInfo[];
  readonly columns: readonly PrinterColumn[];
  /** JSONPaths usable in field selectors beside metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** The verbs served; all of them where absent. */
  readonly verbs?: readonly Verb[];
}

export interface SubresourceInfo {
  readonly name: string;
  /** The kind of its body: `Eviction`, `Binding`, `TokenRequest`, `PodExecOptions`… */
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly Verb[];
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

type Bodies = Readonly<Record<string, AnySchema>>;

/** An object of a defined kind: its fields beside apiVersion, kind and metadata. */
export type ObjectOf<F extends Bodies> = KubernetesObject & Infer<ReturnType<typeof object<F>>>;

export interface KindSpec<F extends Bodies> {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  /** Default: the kind in lower case with an `s`. */
  plural?: string;
  singular?: string;
  listKind?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  /** Default `Namespaced`. */
  scope?: 'Namespaced' | 'Cluster';
  /** The fields beside apiVersion, kind and metadata: usually `spec` and `status`. */
  fields: F;
  /** Default: the status, where there is a field `status` and objects can be updated. */
  subresources?: Kind['subresources'];
  otherSubresources?: readonly SubresourceInfo[];
  columns?: readonly PrinterColumn[];
  selectableFields?: readonly string[];
  verbs?: readonly Verb[];
  /** Protobuf numbers of metadata and so on are in the fields; the OpenAPI name of the whole object. */
  name?: string;
  doc?: string;
}

/**
 * Declares a kind. Give the constant and its type one name, and both can be imported as one:
 *
 * ```ts
 * const Website = defineKind({
 *   group: 'example.com', version: 'v1', kind: 'Website',
 *   fields: { spec: object({ replicas: int32().default(1) }).required() },
 * });
 * type Website = Infer<typeof Website>;
 * ```
 */
export function defineKind<F extends Bodies>(spec: KindSpec<F>): Kind<ObjectOf<F>> {
  const { group, version, kind } = spec;
  const singular = spec.singular ?? kind.toLowerCase();
  const schema = object(
    () => ({
      apiVersion: string(),
      kind: string(),
      metadata: ref<ObjectMeta>(ObjectMetaSchema, 1),
      ...(spec.fields as Bodies),
    }),
    spec.name,
  ) as unknown as Schema<ObjectOf<F>>;
  return {
    group,
    version,
    kind,
    plural: spec.plural ?? `${singular}s`,
    singular,
    listKind: spec.listKind ?? `${kind}List`,
    shortNames: spec.shortNames ?? [],
    categories: spec.categories ?? [],
    scope: spec.scope ?? 'Namespaced',
    schema: spec.doc === undefined ? schema : schema.doc(spec.doc),
    subresources: { ...(hasOwnStatus(spec) ? { status: true } : {}), ...spec.subresources },
    otherSubresources: spec.otherSubresources ?? [],
    columns: spec.columns ?? [],
    selectableFields: spec.selectableFields ?? [],
    ...(spec.verbs === undefined ? {} : { verbs: spec.verbs }),
  } as Kind<ObjectOf<F>>;
}

/** Whether the status is written apart from the rest. Reviews, which are only created, are answered with theirs. */
const hasOwnStatus = ({ fields, verbs }: KindSpec<Bodies>) =>
  fields['status'] !== undefined && (verbs === undefined || verbs.includes('update'));

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** The group and version of `apps/v1` or `v1`. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualifiedResource(kind: { readonly group: string; readonly plural: string }): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}
