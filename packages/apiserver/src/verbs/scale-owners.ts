/**
 * Whose the replicas are once somebody scaled. Upstream accounts for them in the Scale and carries the owners back to what
 * is scaled: on the way it loses since when, parts the replicas from what else their owner has, and knows none of no replicas.
 */
import {
  beforeFirstApply,
  compareEntries,
  type Kind,
  type KubernetesObject,
  type ManagedFieldsEntry,
} from '@pintle/machinery';
import { partsOf, valueAt } from './dotted-path.js';

type Fields = NonNullable<ManagedFieldsEntry['fieldsV1']>;
type Path = readonly string[];

export interface Scaled {
  readonly kind: Pick<Kind, 'subresources'>;
  /** Of what is scaled. */
  readonly apiVersion: string;
  /** In each of them the replicas may stand elsewhere. */
  readonly versions?: readonly Pick<Scaled, 'kind' | 'apiVersion'>[];
}

/** After a write of one part, if that is the scale. Where nobody owned the replicas before, nobody does after it. */
export const ownersAfterScaling = (
  scaled: Scaled,
  object: KubernetesObject,
  old: KubernetesObject,
  entries: readonly ManagedFieldsEntry[],
  subresource: string | undefined,
): readonly ManagedFieldsEntry[] =>
  subresource === 'scale'
    ? carriedBack(scaled, entries, knowsReplicas(scaled, object, old) && areOwned(scaled, old))
    : entries;

/** A Scale of none says nothing of them, unless it was one of none before. */
function knowsReplicas(scaled: Scaled, object: KubernetesObject, old: KubernetesObject): boolean {
  const [now, before] = [valueAt(object, pathOf(scaled)), valueAt(old, pathOf(scaled))];
  return Boolean(now) || (now !== undefined && now === before);
}

/** After a write by a Scale that does not say its version. */
export const ownersWithoutReplicas = (
  scaled: Scaled,
  { metadata: { managedFields = [] } }: KubernetesObject,
): readonly ManagedFieldsEntry[] => carriedBack(scaled, managedFields, false);

/** Of two entries of one manager, which upstream cannot tell apart, the last counts. */
function areOwned(scaled: Scaled, { metadata: { managedFields = [] } }: KubernetesObject): boolean {
  const counting = new Map(managedFields.map((entry) => [managerOf(entry), entry]));
  return [...counting.values()].some((entry) => hasReplicas(scaled, entry));
}

const hasReplicas = (scaled: Scaled, { apiVersion, fieldsV1 }: ManagedFieldsEntry): boolean =>
  fieldsV1 !== undefined && has(fieldsV1 as Fields, ownedPath(scaled, apiVersion));

/** Of the replicas as an owner has them who wrote in this version. */
function ownedPath(scaled: Scaled, apiVersion = scaled.apiVersion): Path {
  const version = scaled.versions?.find((each) => each.apiVersion === apiVersion) ?? scaled;
  return pathOf(version).map((field) => `f:${field}`);
}

const managerOf = ({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string =>
  JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);

/** What an apply finds: replicas that nobody owns, if there are any, are of who came before the first apply. */
export function withFirstOwner<T extends KubernetesObject>(scaled: Scaled, old: T): T {
  const { managedFields = [] } = old.metadata;
  if (areOwned(scaled, old) || !valueAt(old, pathOf(scaled))) return old;
  const first: ManagedFieldsEntry = {
    ...{ manager: beforeFirstApply, operation: 'Update', apiVersion: scaled.apiVersion, subresource: 'scale' },
    ...{ fieldsType: 'FieldsV1', fieldsV1: only(ownedPath(scaled)) },
  };
  return { ...old, metadata: { ...old.metadata, managedFields: [...managedFields, first] } };
}

/** After an apply, which may wish for none and owns that. */
export const ownersAfterApply = (
  scaled: Scaled,
  entries: readonly ManagedFieldsEntry[],
  subresource: string | undefined,
): readonly ManagedFieldsEntry[] => (subresource === 'scale' ? carriedBack(scaled, entries, true) : entries);

/**
 * After an apply that says something of a Scale, and nothing of replicas: whoever applied some before is known by what it owns
 * of the Scale, whatever that is, and stays their owner.
 */
export function withFormerApplier(
  scaled: Scaled,
  { metadata: { managedFields = [] } }: KubernetesObject,
  entries: readonly ManagedFieldsEntry[],
  applier: string,
): readonly ManagedFieldsEntry[] {
  const path = pathOf(scaled).map((field) => `f:${field}`);
  const former = managedFields.filter(
    ({ manager, operation, subresource, fieldsV1 }) =>
      manager === applier && operation === 'Apply' && subresource === 'scale' && has((fieldsV1 ?? {}) as Fields, path),
  );
  return former.length === 0 ? entries : [...entries, ...former].sort(compareEntries);
}

const pathOf = ({ kind }: Pick<Scaled, 'kind'>): Path => partsOf(kind.subresources.scale?.specReplicasPath ?? '');

function carriedBack(
  scaled: Scaled,
  entries: readonly ManagedFieldsEntry[],
  isOwned: boolean,
): readonly ManagedFieldsEntry[] {
  const { apiVersion } = scaled;
  const told = entries.flatMap((entry) => {
    const { fieldsV1, time: _time, ...owner } = entry;
    if (!hasReplicas(scaled, entry)) return [entry];
    if (isOwned && entry.operation === 'Apply') return [entry.subresource === 'scale' ? { ...owner, fieldsV1 } : entry];
    const others = without(fieldsV1 as Fields, ownedPath(scaled, entry.apiVersion));
    return [
      ...(Object.keys(others).length === 0 ? [] : [{ ...entry, fieldsV1: others }]),
      ...(isOwned ? [{ ...owner, apiVersion, fieldsV1: only(ownedPath(scaled)) }] : []),
    ];
  });
  return told.sort(compareEntries);
}

const has = (fields: Fields, [head = '', ...rest]: Path): boolean =>
  Object.hasOwn(fields, head) && (rest.length === 0 || has((fields as Record<string, Fields>)[head]!, rest));

const only = (path: Path): Fields =>
  path.reduceRight<Fields>((inner, key) => ({ [key]: inner }) as Fields, {} as Fields);

function without(fields: Fields, [head = '', ...rest]: Path): Fields {
  const { [head]: inner, ...others } = fields as Record<string, Fields>;
  if (rest.length === 0 || inner === undefined) return others as Fields;
  const left = without(inner, rest);
  return (Object.keys(left).length === 0 ? others : { ...others, [head]: left }) as Fields;
}
