/**
 * Who manages which field of an object: the bookkeeping of every write, and server-side apply on top of it
 * (KEP-555). Pure; times come from the caller.
 */
import type { KubernetesObject, ManagedFieldsEntry } from '../meta/v1.js';
import type { SchemaNode } from '../schema/schema.js';
import {
  emptyTree,
  type FieldTree,
  formatMember,
  intersectionTree,
  leaf,
  membersOf,
  treeFromFieldsV1,
  treeOf,
  writtenTree,
} from './field-tree.js';
import { compareValues, fieldTreeOf, mergeValues, removeMembers } from './typed-value.js';

export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339. */
  readonly now: string;
}

export interface FieldConflict {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** As `.spec.replicas`. */
  readonly field: string;
}

/** Managers by update that are kept apart; the oldest beyond become one. */
const updateManagersMax = 10;
const ancientManager = 'ancient-changes';

/** Parts of the metadata that the server alone writes, and so nobody manages. */
const unmanagedMeta = [
  'f:name',
  'f:namespace',
  'f:creationTimestamp',
  'f:selfLink',
  'f:uid',
  'f:generation',
  'f:managedFields',
  'f:resourceVersion',
  'f:deletionTimestamp',
  'f:deletionGracePeriodSeconds',
];

const unmanaged = treeOf(
  true,
  new Map([
    ['f:apiVersion', leaf],
    ['f:kind', leaf],
    ['f:metadata', treeOf(true, new Map(unmanagedMeta.map((element) => [element, leaf])))],
  ]),
);

const managedOnly = (tree: FieldTree): FieldTree => tree.minus(unmanaged);

const entriesOf = ({ metadata }: KubernetesObject): readonly ManagedFieldsEntry[] => metadata.managedFields ?? [];
const isWriters = (entry: ManagedFieldsEntry, writer: Writer, operation: string) =>
  entry.manager === writer.manager &&
  entry.operation === operation &&
  entry.apiVersion === writer.apiVersion &&
  (entry.subresource ?? '') === (writer.subresource ?? '');

function entryOf(writer: Writer, operation: 'Apply' | 'Update', tree: FieldTree): ManagedFieldsEntry {
  return Object.freeze({
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    time: writer.now,
    fieldsType: 'FieldsV1',
    fieldsV1: writtenTree(tree),
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  });
}

/** The entry with other members; undefined where none is left, the same entry where none changed. */
function withTree(entry: ManagedFieldsEntry, tree: FieldTree): ManagedFieldsEntry | undefined {
  if (tree.isEmpty) return undefined;
  return tree === treeFromFieldsV1(entry.fieldsV1) ? entry : Object.freeze({ ...entry, fieldsV1: writtenTree(tree) });
}

/** An object and all of its members. */
export interface Accounted {
  readonly object: KubernetesObject;
  readonly tree: FieldTree;
}

/**
 * The entries of an object that `writer` created: all of it is its own. `like` is an object of the kind that was
 * accounted for before, best one of the same template: what the two share is not looked at again.
 */
export function managedFieldsAfterCreate(
  node: SchemaNode,
  object: KubernetesObject,
  writer: Writer,
  like?: Accounted,
): { readonly entries: readonly ManagedFieldsEntry[]; readonly accounted: Accounted } {
  const tree = fieldTreeOf(node, object, true, like?.object, like?.tree);
  const own = managedOnly(tree);
  return {
    entries: own.isEmpty ? [] : Object.freeze([entryOf(writer, 'Update', own)]),
    accounted: { object, tree },
  };
}

/**
 * The entries after `writer` made `object` out of `old`. What it changed is its own from now on; what it removed is
 * nobody's. The same array where nobody's fields changed.
 */
export function managedFieldsAfterUpdate(
  node: SchemaNode,
  object: KubernetesObject,
  old: KubernetesObject,
  writer: Writer,
): readonly ManagedFieldsEntry[] {
  const before = entriesOf(old);
  const difference = compareValues(node, old, object);
  const changed = managedOnly(difference.changed);
  const removed = managedOnly(difference.removed);
  if (changed.isEmpty && removed.isEmpty) return before;
  const touched = changed.union(removed);
  let mine: ManagedFieldsEntry | undefined;
  let moved = false;
  const others: ManagedFieldsEntry[] = [];
  for (const entry of before) {
    if (isWriters(entry, writer, 'Update')) {
      mine = entry;
      others.push(entry);
      continue;
    }
    const kept = withTree(entry, treeFromFieldsV1(entry.fieldsV1).minus(touched));
    moved ||= kept !== entry;
    if (kept !== undefined) others.push(kept);
  }
  const owned = mine === undefined ? emptyTree : treeFromFieldsV1(mine.fieldsV1);
  const next = owned.union(changed).minus(removed.minus(changed));
  if (next === owned && !moved) return before;
  const entry = next.isEmpty ? undefined : next === owned ? mine : entryOf(writer, 'Update', next);
  const replaced =
    mine === undefined
      ? [...others, ...(entry === undefined ? [] : [entry])]
      : others.flatMap((other) => (other === mine ? (entry === undefined ? [] : [entry]) : [other]));
  return Object.freeze(capped(replaced));
}

function capped(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const updates = entries.filter(({ operation }) => operation === 'Update');
  if (updates.length <= updateManagersMax) return entries;
  const oldest = [...updates]
    .sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
    .slice(0, updates.length - updateManagersMax + 1);
  const byVersion = new Map<string, FieldTree>();
  for (const { apiVersion = '', fieldsV1 } of oldest)
    byVersion.set(apiVersion, (byVersion.get(apiVersion) ?? emptyTree).union(treeFromFieldsV1(fieldsV1)));
  const merged = [...byVersion].map(([apiVersion, tree]) =>
    entryOf({ manager: ancientManager, apiVersion, now: oldest.at(-1)!.time ?? '' }, 'Update', tree),
  );
  return [...merged, ...entries.filter((entry) => !oldest.includes(entry))];
}

export interface Applied {
  /** Live with the wishes laid over it; not yet normalized. */
  readonly object: KubernetesObject;
  readonly managedFields: readonly ManagedFieldsEntry[];
  /** Fields that others manage with another value; `object` is then of no use unless forced. */
  readonly conflicts: readonly FieldConflict[];
}

/**
 * Server-side apply of `wishes` onto `live`. `complete` fills in defaults, so that a wish that leaves one out does
 * not conflict with who has it written out.
 */
export function applyWishes(
  node: SchemaNode,
  live: KubernetesObject,
  wishes: KubernetesObject,
  writer: Writer,
  force: boolean,
  complete: (object: KubernetesObject) => KubernetesObject = (object) => object,
): Applied {
  const entries = migrated(entriesOf(live), writer);
  const wished = managedOnly(fieldTreeOf(node, wishes, false));
  const mine = entries.find((entry) => isWriters(entry, writer, 'Apply'));
  const others = entries.filter((entry) => entry !== mine);

  const merged = mergeValues(node, live, wishes) as KubernetesObject;
  const changed = intersectionTree(managedOnly(compareValues(node, live, complete(merged)).changed), wished);
  const conflicts = others.flatMap((entry) => conflictsWith(entry, changed));

  const given = mine === undefined ? emptyTree : treeFromFieldsV1(mine.fieldsV1).minus(wished);
  const held = others.reduce((tree, entry) => tree.union(treeFromFieldsV1(entry.fieldsV1)), emptyTree);
  const object = removeMembers(node, merged, abandoned(given, held.union(wished))) as KubernetesObject;

  const kept = others.flatMap((entry) => {
    const next = force && !changed.isEmpty ? withTree(entry, treeFromFieldsV1(entry.fieldsV1).minus(changed)) : entry;
    return next === undefined ? [] : [next];
  });
  const own =
    mine !== undefined && given.isEmpty && wished.minus(treeFromFieldsV1(mine.fieldsV1)).isEmpty
      ? mine
      : entryOf(writer, 'Apply', wished);
  const managedFields = wished.isEmpty
    ? kept
    : mine === undefined
      ? [own, ...kept]
      : entries.flatMap((entry) => (entry === mine ? [own] : kept.filter((other) => sameManager(other, entry))));
  return { object, managedFields: Object.freeze(managedFields), conflicts: force ? [] : conflicts };
}

const sameManager = (a: ManagedFieldsEntry, b: ManagedFieldsEntry) =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.apiVersion === b.apiVersion &&
  a.subresource === b.subresource;

/** What was given up and nobody else holds. A node goes as a whole only where nothing below it is held. */
function abandoned(given: FieldTree, held: FieldTree): FieldTree {
  const children = new Map<string, FieldTree>();
  for (const [key, child] of given.children) {
    const other = held.children.get(key);
    const rest = other === undefined ? child : abandoned(child, other);
    if (!rest.isEmpty) children.set(key, rest);
  }
  return treeOf(given.own && !held.own && held.children.size === 0, children);
}

function conflictsWith(entry: ManagedFieldsEntry, changed: FieldTree): readonly FieldConflict[] {
  const common = intersectionTree(treeFromFieldsV1(entry.fieldsV1), changed);
  return [...membersOf(common)].map((path) => ({
    manager: entry.manager ?? '',
    operation: entry.operation ?? '',
    apiVersion: entry.apiVersion ?? '',
    ...(entry.subresource === undefined ? {} : { subresource: entry.subresource }),
    field: formatMember(path),
  }));
}

const clientSideManager = 'kubectl-client-side-apply';

/** `kubectl apply --server-side` takes over what `kubectl apply` managed before. */
function migrated(entries: readonly ManagedFieldsEntry[], writer: Writer): readonly ManagedFieldsEntry[] {
  if (writer.manager !== 'kubectl' || writer.subresource !== undefined) return entries;
  const client = entries.find(
    (entry) => entry.manager === clientSideManager && entry.operation === 'Update' && !entry.subresource,
  );
  if (client === undefined) return entries;
  const mine = entries.find((entry) => isWriters(entry, writer, 'Apply'));
  const tree = (mine === undefined ? emptyTree : treeFromFieldsV1(mine.fieldsV1)).union(
    treeFromFieldsV1(client.fieldsV1),
  );
  return [entryOf(writer, 'Apply', tree), ...entries.filter((entry) => entry !== client && entry !== mine)];
}

/** In the words of kube-apiserver: by manager, its fields listed. */
export function describeConflicts(conflicts: readonly FieldConflict[]): string {
  const byManager = new Map<string, string[]>();
  for (const { manager, operation, apiVersion, subresource, field } of conflicts) {
    const by = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
    byManager.set(by, [...(byManager.get(by) ?? []), field]);
  }
  const noun = conflicts.length === 1 ? 'conflict' : 'conflicts';
  const texts = [...byManager].map(([by, fields]) =>
    fields.length === 1
      ? `${noun} with ${by}: ${fields[0]}`
      : `${noun} with ${by}:\n${fields.map((field) => `- ${field}`).join('\n')}`,
  );
  return `Apply failed with ${conflicts.length} ${noun}: ${texts.join('\n')}`;
}
