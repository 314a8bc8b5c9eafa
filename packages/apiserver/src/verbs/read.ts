/**
 * Get and list: reads at the newest revision, or at the one asked for.
 *
 * **Differs from Kubernetes**: a limit counts whatever the version is that is asked for.
 */
import type { GetOptions, ListOptions, ObjectKey } from '@pintle/client';
import { prefixRange, type StoreEntry } from '@pintle/contracts';
import {
  badRequest,
  expired,
  type FieldError,
  forbiddenField,
  invalid,
  type ListMeta,
  notFound,
  notSupportedField,
  parseFieldSelector,
  StatusError,
} from '@pintle/machinery';
import { virtualEntries } from '../aggregation/virtual-resources.js';
import { type Resource, readable, storeKey, storePrefix } from '../registry/resource.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type ApiCore, type Served, serve, storedObjectOf } from './api-core.js';
import { nameIn } from './authorize.js';
import {
  badListVersion,
  badResourceVersion,
  formatContinue,
  parseContinue,
  parseResourceVersion,
  tooLargeResourceVersion,
} from './resource-version.js';
import { selection } from './selection.js';
import { fromStore, storeFailure } from './store-failure.js';

export async function findEntry(
  core: ApiCore,
  resource: Resource,
  key: ObjectKey,
): Promise<StoreEntry<StoredObject> | undefined> {
  const virtual = core.virtual(resource);
  if (virtual !== undefined) {
    const all = await virtualEntries(resource, virtual, key.namespace);
    return all.find((entry) => entry.key === storeKey(resource, key.namespace, key.name));
  }
  const { entries } = await fromStore(core.backend.range({ start: storeKey(resource, key.namespace, key.name) }));
  if (resource.prepare !== undefined) await readable(resource, entries);
  return entries[0];
}

/** Errors: `StatusError` NotFound. */
export async function requireEntry(
  core: ApiCore,
  resource: Resource,
  key: ObjectKey,
): Promise<StoreEntry<StoredObject>> {
  const entry = await findEntry(core, resource, key);
  if (entry === undefined) throw notFound(resource.kind, key.name);
  return entry;
}

export async function getObject(
  core: ApiCore,
  resource: Resource,
  key: ObjectKey,
  options: GetOptions = {},
): Promise<Served> {
  const wanted = parseResourceVersion(options.resourceVersion, badResourceVersion);
  const { revision } = core.backend.status();
  if (wanted > revision) throw tooLargeResourceVersion(wanted, revision);
  const entry = await requireEntry(core, resource, key);
  return serve(resource, entry);
}

export interface ListResult {
  readonly entries: readonly StoreEntry<StoredObject>[];
  readonly metadata: ListMeta;
}

/** Entries read from the store at once while a selector looks for enough that match. */
const scanSize = 500;

/** `inPages`: as a list that comes in pages, though all of it comes at once. */
export type ReadOptions = ListOptions & { readonly inPages?: boolean };

export async function listEntries(core: ApiCore, resource: Resource, options: ReadOptions = {}): Promise<ListResult> {
  const found = await readEntries(core, resource, options);
  if (resource.prepare !== undefined) await readable(resource, found.entries);
  return found;
}

async function readEntries(core: ApiCore, resource: Resource, options: ReadOptions): Promise<ListResult> {
  const virtual = core.virtual(resource);
  if (virtual !== undefined) {
    const selected = selection(resource, options);
    const entries = await virtualEntries(resource, virtual, options.namespace || undefined);
    return {
      entries: selected === undefined ? entries : entries.filter((entry) => selected(storedObjectOf(resource, entry))),
      metadata: {},
    };
  }
  checkListOptions(options);
  const prefix = storePrefix(resource, options.namespace);
  const selected = selection(resource, options);
  const { start, end, revision } = placeOf(core, resource, options, prefix);
  const chosen = async (entries: readonly StoreEntry<StoredObject>[]) => {
    if (selected === undefined) return entries;
    if (resource.prepare !== undefined) await readable(resource, entries);
    return entries.filter((entry) => selected(storedObjectOf(resource, entry)));
  };
  const limit = options.limit ?? 0;
  const of = revision !== 0 ? 'past' : options.resourceVersion ? 'newest' : 'consistent';
  const tell = (fetched: number, returned: number) => core.tallies.listed(resource, { fetched, returned, of });
  try {
    if (selected === undefined || limit === 0) {
      const found = await core.backend.range({ start, end, revision, limit });
      const entries = await chosen(found.entries);
      const at = revision === 0 ? found.revision : revision;
      tell(found.entries.length, entries.length);
      return {
        entries,
        metadata: found.more
          ? {
              resourceVersion: String(at),
              continue: continueAfter(found.entries, at, prefix),
              remainingItemCount: found.count - found.entries.length,
            }
          : { resourceVersion: String(at) },
      };
    }
    const { fetched, ...listed } = await listSelected(core, chosen, { start, end, revision, limit, prefix });
    tell(fetched, listed.entries.length);
    return listed;
  } catch (error) {
    throw expiredList(error, options, start, prefix);
  }
}

async function listSelected(
  core: ApiCore,
  chosen: (entries: readonly StoreEntry<StoredObject>[]) => Promise<readonly StoreEntry<StoredObject>[]>,
  range: { start: string; end: string; revision: number; limit: number; prefix: string },
): Promise<ListResult & { readonly fetched: number }> {
  const entries: StoreEntry<StoredObject>[] = [];
  let { start, revision } = range;
  let fetched = 0;
  for (;;) {
    const found = await core.backend.range({ start, end: range.end, revision, limit: Math.max(scanSize, range.limit) });
    if (revision === 0) revision = found.revision;
    fetched += found.entries.length;
    const last = found.entries.at(-1);
    for (const entry of await chosen(found.entries)) {
      entries.push(entry);
      if (entries.length === range.limit && (found.more || entry !== last)) {
        const next = continueAfter([entry], revision, range.prefix);
        return { entries, fetched, metadata: { resourceVersion: String(revision), continue: next } };
      }
    }
    if (!found.more || last === undefined) return { entries, fetched, metadata: { resourceVersion: String(revision) } };
    start = `${last.key}\0`;
  }
}

const continueAfter = (entries: readonly StoreEntry<StoredObject>[], revision: number, prefix: string) =>
  formatContinue({ revision, startKey: `${entries.at(-1)!.key}\0` }, prefix);

/** Of a list of one object by its name, which is read as it is by then: a version says how new that has to be. */
function nameOfOne({ kind }: Resource, { fieldSelector, namespace }: ReadOptions): string | undefined {
  if (!fieldSelector || (kind.scope === 'Namespaced' && !namespace)) return undefined;
  return nameIn(parseFieldSelector(fieldSelector));
}

/** Where in the store, and as of when. What is of one object has no pages. */
function placeOf(
  core: ApiCore,
  resource: Resource,
  options: ReadOptions,
  prefix: string,
): { start: string; end: string; revision: number } {
  const name = nameOfOne(resource, options);
  const { end } = prefixRange(prefix);
  if (options.continue !== undefined && options.continue !== '') {
    const token = parseContinue(options.continue, prefix);
    if (options.resourceVersion && options.resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    return { start: token.startKey, end, revision: token.revision === 'newest' ? 0 : token.revision };
  }
  const wanted = parseResourceVersion(options.resourceVersion, badListVersion);
  const { revision } = core.backend.status();
  const isInPages = (options.limit ?? 0) > 0 || options.inPages === true;
  const isExact = options.resourceVersionMatch === 'Exact';
  const exact =
    isExact || (options.resourceVersionMatch === undefined && wanted > 0 && isInPages && name === undefined);
  if (wanted > revision) throw tooLargeResourceVersion(wanted, revision, exact);
  const at = { revision: exact ? wanted : 0 };
  if (name === undefined) return { start: prefix, end, ...at };
  const key = storeKey(resource, options.namespace, name);
  return { start: key, end: `${key}\0`, ...at };
}

const none: readonly FieldError[] = Object.freeze([]);

/** What apimachinery's `ValidateListOptions` says of a list that is no watch. */
function versionMatchFaults({
  resourceVersion,
  resourceVersionMatch: match,
  continue: token,
}: ListOptions): readonly FieldError[] {
  if (!match) return none;
  const faults: FieldError[] = [];
  const forbid = (detail: string) => faults.push(forbiddenField('resourceVersionMatch', detail));
  if (!resourceVersion) forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (token) forbid('resourceVersionMatch is forbidden when continue is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan')
    faults.push(notSupportedField('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
  if (match === 'Exact' && resourceVersion === '0')
    forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  return faults;
}

/** Errors: `StatusError` Invalid; `more` is what else is wrong with the options. */
export function checkListOptions(options: ListOptions, more: readonly FieldError[] = none): void {
  const faults = [...versionMatchFaults(options), ...more];
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
}

/** A list whose revision is gone. One that was under way is told how to take the rest as it is now. */
function expiredList(error: unknown, options: ListOptions, start: string, prefix: string): unknown {
  const failure = storeFailure(error);
  if (!StatusError.is(failure, 'Expired')) return failure;
  if (!options.continue) return expired('The resourceVersion for the provided list is too old.');
  const { status } = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  const token = formatContinue({ revision: 'newest', startKey: start }, prefix);
  return new StatusError({ ...status, metadata: { continue: token } });
}
