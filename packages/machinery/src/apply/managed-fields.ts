/**
 * Who manages which field of an object: `metadata.managedFields` before and after a write, and server-side apply
 * (KEP-555; apimachinery `util/managedfields`). Pure; times come from the caller. The rules of ownership are in
 * `structured-merge.ts`; here they get Kubernetes' names, and the ways from client-side apply to server-side apply.
 *
 * **Differs from Kubernetes**: managed fields within a template may have any form, as nobody reads them; what keeps
 * kube-apiserver from accounting for an object at all keeps nobody from applying to it, and does not count where it stands
 * in a status that is not taken over.
 */
import { parseJson } from '../json/json-text.js';
import { canonicalJson, deepEqual } from '../meta/frozen.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../meta/v1.js';
import { compareValues } from './compare-values.js';
import type { FieldConflict, Manager } from './conflicts.js';
import { type FieldTree, formatMember, leaf, treeOf } from './field-tree.js';
import { treeFromFieldsV1, writtenTree } from './fields-v1.js';
import {
  applied,
  type Conflict,
  Differences,
  hindrance,
  type Owned,
  type Owners,
  ownersAfterUpdate,
  UnknownVersionError,
  type WriteRules,
} from './structured-merge.js';
import { fieldTreeOf } from './typed-value.js';

export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339. */
  readonly now: string;
}

type Entries = readonly ManagedFieldsEntry[];

/** Managers by update that are kept apart; beyond that the oldest are joined, by version. */
const updateManagersMax = 10;
const ancientManager = 'ancient-changes';
/** Manages what was there before anybody was recorded. */
export const beforeFirstApply = 'before-first-apply';
/** The one manager for whom fields that it applied on its own side before are no conflict. */
const kubectl = 'kubectl';
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** Of all annotations of an object, as validation has it. */
const annotationsBytesMax = 256 * 1024;

/** What nobody manages: it says which object this is, or is the server's own. */
const unmanagedMetadata = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
] as const;

const unmanaged = treeOf(
  true,
  new Map([
    ['f:apiVersion', leaf],
    ['f:kind', leaf],
    ['f:metadata', treeOf(true, new Map(unmanagedMetadata.map((field) => [`f:${field}`, leaf])))],
  ]),
);

/** Equal for entries of the same manager, whatever they hold. */
function idOf({ manager, operation, apiVersion, subresource }: Manager): string {
  // Lengths keep texts with anything in them apart.
  const said = `${manager.length} ${apiVersion?.length} ${operation} ${manager}${apiVersion}${subresource ?? ''}`;
  let id = ids.get(said);
  if (id === undefined) {
    id = JSON.stringify({
      manager,
      operation,
      ...(operation === 'Apply' ? {} : { apiVersion }),
      ...(subresource ? { subresource } : {}),
    });
    if (ids.size === idsMax) ids.clear();
    ids.set(said, id);
  }
  return id;
}

/** Whose id it is. */
function managerOf(id: string): Manager {
  let manager = managers.get(id);
  if (manager === undefined) {
    manager = Object.freeze(JSON.parse(id) as Manager);
    if (managers.size === idsMax) managers.clear();
    managers.set(id, manager);
  }
  return manager;
}

/** There are few managers and many writes. */
const ids = new Map<string, string>();
const managers = new Map<string, Manager>();
const idsMax = 1000;

const idOfWriter = ({ manager, apiVersion, subresource = '' }: Writer, operation: 'Apply' | 'Update') =>
  idOf({ manager: manager || 'unknown', operation, apiVersion, subresource });

interface Recorded {
  readonly owners: Owners;
  /** By the owner's id. */
  readonly entries: ReadonlyMap<string, ManagedFieldsEntry>;
}

const nobody: Recorded = { owners: new Map(), entries: new Map() };

/** Undefined for entries that cannot be read. */
function recordedIn(entries: Entries): Recorded | undefined {
  const known = recorded.get(entries);
  if (known !== undefined) return known;
  const read = readEntries(entries);
  if (read === undefined || !Object.isFrozen(entries)) return read;
  if (recorded.size === recordedMax) recorded.clear();
  recorded.set(entries, read);
  return read;
}

/** Of the latest arrays: objects of one template share theirs until each has something of its own. */
const recorded = new Map<Entries, Recorded>();
const recordedMax = 1024;

function readEntries(entries: Entries): Recorded | undefined {
  const owners = new Map<string, Owned>();
  const byId = new Map<string, ManagedFieldsEntry>();
  for (const entry of entries) {
    const { manager = '', operation = '', apiVersion = '', fieldsType, fieldsV1, subresource = '' } = entry;
    if ((operation !== 'Apply' && operation !== 'Update') || apiVersion === '' || fieldsType !== 'FieldsV1')
      return undefined;
    let fields: FieldTree;
    try {
      fields = treeFromFieldsV1(fieldsV1);
    } catch {
      return undefined;
    }
    const id = idOf({ manager, operation, apiVersion, subresource });
    owners.set(id, { fields, apiVersion, applied: operation === 'Apply' });
    byId.set(id, entry);
  }
  return { owners, entries: byId };
}

/** Whether a client asks for all entries to go: by an empty list, or by one empty entry. */
export const resetsManagedFields = (entries: Entries | undefined): boolean =>
  entries !== undefined && (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0]!).length === 0));

/**
 * The entries after a write made `object` out of `old` (undefined: it created it). What `object` brings of its own
 * counts where it can be read and the write is none of a subresource. The same array where nobody's fields changed.
 */
export function managedFieldsAfterUpdate(
  rules: WriteRules,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  writer: Writer,
): Entries {
  const told = object.metadata.managedFields;
  const known = old?.metadata.managedFields;
  if (writer.subresource === undefined && told !== known) {
    if (resetsManagedFields(told) && old !== undefined) return none;
    const own = told === undefined || told.length === 0 ? undefined : recordedIn(told);
    if (own !== undefined && own.owners.size > 0) return updated(rules, object, old, writer, own, told!);
  }
  const before = recordedIn(known ?? none) ?? nobody;
  // Nobody was recorded so far, be it that a client wished so: that begins again with the first apply.
  if (old !== undefined && before.owners.size === 0) return none;
  return updated(rules, object, old, writer, before, known ?? none);
}

const none: Entries = Object.freeze([]);

function updated(
  rules: WriteRules,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  writer: Writer,
  before: Recorded,
  entries: Entries,
): Entries {
  const id = idOfWriter(writer, 'Update');
  const from = { apiVersion: writer.apiVersion, value: old ?? unmanagedOf(object) };
  const to = { apiVersion: writer.apiVersion, value: object };
  const differences = new Differences(rules, from, to);
  const { changed, removed } = differences.in(writer.apiVersion)!;
  if (hindrance(rules, before.owners) !== undefined) return none;
  // What cannot be told apart cannot be accounted for, and nothing else of the object is then.
  if (differences.hasKeyless) return none;
  return likeBefore({ changed, removed, entries, id, now: writer.now, ignored: rules.ignored }, () => {
    const owners = ownersAfterUpdate(rules, differences, writer.apiVersion, before.owners, id);
    const own = changed.minus(unmanaged);
    const left = own === changed ? owners : withoutUnmanaged(owners, id, changed, own);
    // Who only took away has not written its fields anew.
    return sortedEntries(capped(left, before, id, own.isEmpty ? undefined : writer.now), entries);
  });
}

/** `own` is what is left of the `changed` fields of the writer. */
function withoutUnmanaged(owners: Owners, writer: string, changed: FieldTree, own: FieldTree): Owners {
  const mine = owners.get(writer);
  if (mine === undefined) return owners;
  const left = new Map(owners);
  const fields = mine.fields.minus(changed).union(own);
  if (fields.isEmpty) left.delete(writer);
  else left.set(writer, { ...mine, fields });
  return left;
}

/** A write as far as the entries after it depend on it, where all owners know the object in the writer's version. */
interface LikeWrite {
  readonly changed: FieldTree;
  readonly removed: FieldTree;
  readonly entries: Entries;
  readonly id: string;
  readonly now: string;
  readonly ignored: FieldTree | undefined;
}

interface Outcome {
  readonly write: LikeWrite;
  readonly after: Entries;
}

/**
 * What like writes came to, the latest for each place. Objects of one template are written alike, many within a second.
 * Nothing hangs on the trees themselves: many differ by an address alone, and live as long as their object.
 */
const outcomes: (Outcome | undefined)[] = [];
const outcomesMax = 1024;

function likeBefore(write: LikeWrite, make: () => Entries): Entries {
  const { apiVersion: own } = managerOf(write.id);
  if (write.entries.some(({ apiVersion }) => apiVersion !== own)) return make();
  const place = write.changed.serial % outcomesMax;
  const known = outcomes[place];
  if (known !== undefined && isLike(known.write, write)) return known.after;
  const after = make();
  outcomes[place] = { write, after };
  return after;
}

const isLike = (a: LikeWrite, b: LikeWrite): boolean =>
  a.changed === b.changed &&
  a.removed === b.removed &&
  a.entries === b.entries &&
  a.now === b.now &&
  a.id === b.id &&
  a.ignored === b.ignored;

/** A new object before anybody wrote to it. */
function unmanagedOf({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const fields = metadata as Readonly<Record<string, unknown>>;
  const kept: Record<string, unknown> = {};
  for (const field of unmanagedMetadata) if (fields[field] !== undefined) kept[field] = fields[field];
  return { apiVersion, kind, metadata: kept };
}

const emptyObject = ({ apiVersion, kind }: KubernetesObject): KubernetesObject => ({ apiVersion, kind, metadata: {} });

function strip(owners: Map<string, Owned>, id: string): void {
  const owned = owners.get(id);
  if (owned === undefined) return;
  const fields = owned.fields.minus(unmanaged);
  if (fields.isEmpty) owners.delete(id);
  else if (fields !== owned.fields) owners.set(id, { ...owned, fields });
}

interface Written extends Owned {
  readonly manager: Manager;
  readonly time: string | undefined;
  /** The entry that says the same already. */
  readonly entry?: ManagedFieldsEntry;
}

/** Owners with their times; `writer` wrote at `now`, or (undefined) changed nothing. */
function written(owners: Owners, before: Recorded, writer: string, now: string | undefined): Map<string, Written> {
  const found = new Map<string, Written>();
  for (const [id, owned] of owners) {
    const entry = before.entries.get(id);
    const was = before.owners.get(id);
    const time = id === writer && now !== undefined ? now : entry?.time;
    const same =
      entry !== undefined && entry.time === time && was?.apiVersion === owned.apiVersion && was.fields === owned.fields;
    const { fields, apiVersion, applied: isApplied } = owned;
    const manager = managerOf(id);
    found.set(
      id,
      same
        ? { fields, apiVersion, applied: isApplied, manager, time, entry }
        : { fields, apiVersion, applied: isApplied, manager, time },
    );
  }
  return found;
}

function capped(owners: Owners, before: Recorded, writer: string, now: string | undefined): Map<string, Written> {
  const all = written(owners, before, writer, now);
  if (all.size <= updateManagersMax) return all;
  const updates = [...all].filter(([, { applied: isApplied }]) => !isApplied);
  let excess = updates.length - updateManagersMax;
  if (excess <= 0) return all;
  updates.sort(([a, { time: at = '' }], [b, { time: bt = '' }]) => (at !== bt ? (at < bt ? -1 : 1) : a < b ? -1 : 1));
  const firsts = new Map<string, string>();
  for (const [id, update] of updates) {
    if (excess === 0) break;
    const { apiVersion } = update;
    const first = firsts.get(apiVersion);
    if (first === undefined) {
      firsts.set(apiVersion, id);
      continue;
    }
    const manager = { manager: ancientManager, operation: 'Update', apiVersion };
    const bucket = idOf(manager);
    const joined = all.get(bucket) ?? all.get(first)!;
    all.delete(first);
    all.delete(id);
    all.set(bucket, {
      fields: joined.fields.union(update.fields),
      apiVersion,
      applied: false,
      manager,
      time: update.time,
    });
    excess--;
  }
  return all;
}

/** `before` itself where it says the same. */
function sortedEntries(all: ReadonlyMap<string, Written>, before: Entries): Entries {
  const entries = [...all.values()].map(entryOf).sort(compareEntries);
  const same = entries.length === before.length && entries.every((entry, index) => entry === before[index]);
  return same ? before : Object.freeze(entries);
}

function entryOf(owned: Written): ManagedFieldsEntry {
  const { manager, apiVersion, time, fields, entry } = owned;
  if (entry !== undefined) return entry;
  const place = fields.serial % entriesMax;
  const known = latestEntries[place];
  if (
    known !== undefined &&
    known.owned.fields === fields &&
    known.owned.manager === manager &&
    known.owned.time === time &&
    known.owned.apiVersion === apiVersion
  )
    return known.entry;
  const made = Object.freeze({
    manager: manager.manager,
    operation: manager.operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: writtenTree(fields),
    ...(manager.subresource ? { subresource: manager.subresource } : {}),
  });
  latestEntries[place] = { owned, entry: made };
  return made;
}

/** The latest for each place: of objects that are written alike, the entry of one is that of the others. */
const latestEntries: ({ readonly owned: Written; readonly entry: ManagedFieldsEntry } | undefined)[] = [];
const entriesMax = 256;

/** The order in which entries stand. */
export function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  for (const key of ['operation', 'time', 'manager', 'apiVersion', 'subresource'] as const) {
    const [x, y] = [a[key] ?? '', b[key] ?? ''];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

export interface Applied {
  /** Live with the wishes laid over it; not yet normalized. */
  readonly object: KubernetesObject;
  readonly managedFields: Entries;
  /** Fields that others manage with another value; `object` and `managedFields` are then of no use. */
  readonly conflicts: readonly FieldConflict[];
}

/**
 * Server-side apply of `wishes` onto `live` (undefined: there is none yet), both in the writer's version.
 *
 * Errors: `UnknownVersionError`.
 */
export function applyWishes(
  rules: WriteRules,
  live: KubernetesObject | undefined,
  wishes: KubernetesObject,
  writer: Writer,
  force: boolean,
): Applied {
  const { apiVersion } = writer;
  const id = idOfWriter(writer, 'Apply');
  const base = live ?? emptyObject(wishes);
  const recorded = recordedIn(live?.metadata.managedFields ?? none) ?? nobody;
  const before = live !== undefined && recorded.owners.size === 0 ? asFoundIn(rules, live, writer) : recorded;
  const hindering = hindrance(rules, before.owners);
  if (hindering !== undefined) throw new UnknownVersionError(hindering.apiVersion);
  const attempt = (forced: boolean) =>
    applied(rules, { apiVersion, value: base }, { apiVersion, value: wishes }, before.owners, id, forced);
  let outcome = attempt(force);
  if ('conflicts' in outcome) {
    const conflicts = withoutLastApplied(rules, outcome.conflicts, base, writer);
    if (conflicts.length > 0) return { object: base, managedFields: none, conflicts: conflicts.map(described) };
    outcome = attempt(true);
    if ('conflicts' in outcome) throw new Error('an apply that was forced came into conflict');
  }
  const owners = new Map(outcome.owners);
  strip(owners, id);
  const object = outcome.value as KubernetesObject;
  const changes = live === undefined || !deepEqual(object, live);
  const entries = written(owners, before, id, changes ? writer.now : undefined);
  return {
    object: writer.manager === kubectl ? withLastApplied(object, wishes) : object,
    managedFields: sortedEntries(entries, live?.metadata.managedFields ?? none),
    conflicts: [],
  };
}

/** The record of an object of which there is none: all that is in it belongs to one manager. */
function asFoundIn(rules: WriteRules, live: KubernetesObject, writer: Writer): Recorded {
  const entries = updated(rules, live, undefined, { ...writer, manager: beforeFirstApply }, nobody, none);
  return recordedIn(entries) ?? nobody;
}

function described({ owner, path }: Conflict): FieldConflict {
  return { ...(JSON.parse(owner) as Manager), field: formatMember(path) };
}

/**
 * Fields that `kubectl apply` set on the client's side, and that are as it left them, are kubectl's own: applying them
 * by the server is no conflict.
 */
function withoutLastApplied(
  rules: WriteRules,
  conflicts: readonly Conflict[],
  live: KubernetesObject,
  { manager, apiVersion }: Writer,
): readonly Conflict[] {
  const ordered = [...conflicts].sort((a, b) => (a.owner < b.owner ? -1 : a.owner > b.owner ? 1 : 0));
  const schema = rules.versions.schemaOf(apiVersion);
  const lastApplied = manager === kubectl ? live.metadata.annotations?.[lastAppliedAnnotation] : undefined;
  if (!lastApplied || schema === undefined) return ordered;
  const last = parsed(lastApplied);
  if (last?.apiVersion !== apiVersion) return ordered;
  const { changed, removed } = compareValues(schema, last, live);
  const own = fieldTreeOf(schema, last).minus(changed).minus(removed);
  return ordered.filter(({ path }) => !own.has(path));
}

function parsed(text: string): KubernetesObject | undefined {
  try {
    return parseJson(text) as KubernetesObject;
  } catch {
    return undefined;
  }
}

/** Keeps the annotation of client-side apply true, where an object has it. */
function withLastApplied(object: KubernetesObject, wishes: KubernetesObject): KubernetesObject {
  const { annotations } = object.metadata;
  if (!annotations?.[lastAppliedAnnotation]) return object;
  const { [lastAppliedAnnotation]: _before, ...others } = annotations;
  const said: Partial<KubernetesObject['metadata']> = wishes.metadata ?? {};
  const { [lastAppliedAnnotation]: _wished, ...wished } = said.annotations ?? {};
  const plain = {
    ...wishes,
    metadata: { ...said, ...(said.annotations === undefined ? {} : { annotations: wished }) },
  };
  const text = `${canonicalJson(plain)}\n`;
  const bytes = Object.entries(others).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    text.length + lastAppliedAnnotation.length,
  );
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: bytes > annotationsBytesMax ? others : { ...others, [lastAppliedAnnotation]: text },
    },
  };
}
