/**
 * The objects of a cluster as text that is the same for runs that came to the same: without what servers stamp, and
 * with made-up names, ids and times in the place of the ones of this run.
 */
import { type ApiServer, leads, type Resource } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { canonicalJson, type KindRef, type KubernetesObject, objectKey } from '@pintle/machinery';

/** Kinds that tell of the work and are no part of it. */
const leftOut = new Set(['Event', 'Lease']);

/** Whether the objects of a resource are kept, listed, and more than talk about the work. */
export const isPartOfWork = (resource: Resource): boolean =>
  leads(resource) && (resource.kind.verbs?.includes('list') ?? true) && !leftOut.has(resource.kind.kind);

export async function allObjects(apiServer: ApiServer, client: Client): Promise<readonly KubernetesObject[]> {
  const kinds: readonly KindRef[] = apiServer.core.registry
    .all()
    .filter(isPartOfWork)
    .map(({ kind }) => kind);
  const lists = await Promise.all(kinds.map((kind) => client.list(kind)));
  return lists.flat();
}

export const idOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${objectKey(metadata)}`;

const stamped = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
  'observedGeneration',
  'selfLink',
]);
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The volume with a pod's token, which admission names by chance. */
const tokenVolume = /^kube-api-access-[a-z0-9]{5}$/;

/** A line an object, sorted. `ignore` has dotted paths to leave out, as `status.checkedAt`. */
export function stateOf(objects: readonly KubernetesObject[], ignore: readonly string[]): readonly string[] {
  const madeUp = new Map<string, string>();
  for (const { metadata } of objects)
    if (metadata.generateName) madeUp.set(metadata.name ?? '', `${metadata.generateName}*`);
  const ignored = new Set(ignore);
  const plain = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      if (time.test(value)) return '<time>';
      if (uuid.test(value)) return '<uid>';
      return tokenVolume.test(value) ? 'kube-api-access-*' : (madeUp.get(value) ?? value);
    }
    if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}.${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, part]) => {
        const at = path === '' ? key : `${path}.${key}`;
        return stamped.has(key) || ignored.has(at) ? [] : [[key, plain(part, at)]];
      }),
    );
  };
  return objects.map((object) => canonicalJson(plain(object, ''))).sort();
}

/** What is in one and not in the other, as lines with `+` and `-`; items that are there twice count twice. */
export function differenceOf(expected: readonly string[], actual: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) - 1);
  for (const line of actual) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].flatMap(([line, count]) =>
    Array.from({ length: Math.abs(count) }, () => `${count > 0 ? '+' : '-'} ${line}`),
  );
}
