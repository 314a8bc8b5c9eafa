/** The paths of the Kubernetes API, made of kinds and keys. Pure; it knows no server and no discovery. */
import { type KindRef, type KubernetesObject, parseApiVersion } from '@pintle/machinery';
import type { ObjectKey } from '../client.js';

/** What a path needs to know of a kind. */
export interface ResourcePlace {
  readonly apiVersion: string;
  readonly plural: string;
  readonly scope: KindRef['scope'];
}

/** `/api/v1`, or `/apis/apps/v1`. */
export function versionPath(apiVersion: string): string {
  const { group, version } = parseApiVersion(apiVersion);
  return group === ''
    ? `/api/${encodeURIComponent(version)}`
    : `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`;
}

/** The objects of a kind: of one namespace, or of all where none is given. */
export function collectionPath({ apiVersion, plural, scope }: ResourcePlace, namespace: string | undefined): string {
  const root = versionPath(apiVersion);
  return scope === 'Namespaced' && namespace !== undefined && namespace !== ''
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${root}/${plural}`;
}

/** One object, or a subresource of it. A namespaced object that names no namespace is in `default`. */
export function objectPath(place: ResourcePlace, { name, namespace }: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(place, namespace || 'default')}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

export function keyOf({ metadata }: KubernetesObject): ObjectKey {
  const namespace = metadata?.namespace;
  return { name: metadata?.name ?? '', ...(namespace === undefined ? {} : { namespace }) };
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `?a=1&b=2`, without what is undefined or empty; an empty text where nothing is left. */
export function searchOf(query: Query): string {
  const said = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, String(value)] as [string, string]],
  );
  return said.length === 0 ? '' : `?${new URLSearchParams(said)}`;
}
