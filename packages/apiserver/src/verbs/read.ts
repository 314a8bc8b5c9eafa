/** Get and list: reads at the newest revision, or at the one asked for. */
import type { GetOptions, ListOptions, ObjectKey } from '@pintle/client';
import { prefixRange, type StoreEntry } from '@pintle/contracts';
import { expired, invalid, type ListMeta, notFound, StatusError } from '@pintle/machinery';
import { prepared, type Resource, storeKey, storePrefix } from '../registry/resource.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type ApiCore, type Served, serve, storedObjectOf } from './api-core.js';
import { formatContinue, parseContinue, parseResourceVersion, tooLargeResourceVersion } from './resource-version.js';
import { selection } from './selection.js';
import { fromStore, storeFailure } from './store-failure.js';

export async function findEntry(
  core: ApiCore,
  resource: Resource,
  key: ObjectKey,
): Promise<StoreEntry<StoredObject> | undefined> {
  const { entries } = await fromStore(core.backend.range({ start: storeKey(resource, key.namespace, key.name) }));
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
  const wanted = parseResourceVersion(options.resourceVersion);
  const { revision } = core.backend.status();
  if (wanted > revision) throw tooLargeResourceVersion(wanted, revision);
  const entry = await requireEntry(core, resource, key);
  if (resource.prepare !== undefined) await prepared(resource, [storedObjectOf(entry)]);
  return serve(resource, entry);
}

export interface ListResult {
  readonly entries: readonly StoreEntry<StoredObject>[];
  readonly metadata: ListMeta;
}

/** Entries read from the store at once while a selector looks for enough that match. */
const scanSize = 500;

export async function listEntries(core: ApiCore, resource: Resource, options: ListOptions = {}): Promise<ListResult> {
  const found = await readEntries(core, resource, options);
  if (resource.prepare !== undefined) await prepared(resource, found.entries.map(storedObjectOf));
  return found;
}

async function readEntries(core: ApiCore, resource: Resource, options: ListOptions): Promise<ListResult> {
  checkVersionMatch(options);
  const prefix = storePrefix(resource, options.namespace);
  const selected = selection(resource, options);
  const { start, revision } = startOf(core, options, prefix);
  const end = prefixRange(prefix).end;
  const limit = options.limit ?? 0;
  try {
    if (selected === undefined || limit === 0) {
      const found = await core.backend.range({ start, end, revision, limit });
      const entries =
        selected === undefined
          ? found.entries
          : found.entries.filter((entry) => selected(entry.value.at(entry.modRevision)));
      const at = revision === 0 ? found.revision : revision;
      return {
        entries,
        metadata: found.more
          ? {
              resourceVersion: String(at),
              continue: continueAfter(found.entries, at),
              remainingItemCount: found.count - found.entries.length,
            }
          : { resourceVersion: String(at) },
      };
    }
    return await listSelected(core, selected, { start, end, revision, limit });
  } catch (error) {
    throw expiredContinue(error, options);
  }
}

async function listSelected(
  core: ApiCore,
  selected: NonNullable<ReturnType<typeof selection>>,
  range: { start: string; end: string; revision: number; limit: number },
): Promise<ListResult> {
  const entries: StoreEntry<StoredObject>[] = [];
  let { start, revision } = range;
  for (;;) {
    const found = await core.backend.range({ start, end: range.end, revision, limit: Math.max(scanSize, range.limit) });
    if (revision === 0) revision = found.revision;
    for (const [index, entry] of found.entries.entries()) {
      if (selected(entry.value.at(entry.modRevision))) entries.push(entry);
      if (entries.length === range.limit && (found.more || index < found.entries.length - 1)) {
        return { entries, metadata: { resourceVersion: String(revision), continue: continueAfter([entry], revision) } };
      }
    }
    const last = found.entries.at(-1);
    if (!found.more || last === undefined) return { entries, metadata: { resourceVersion: String(revision) } };
    start = `${last.key}\0`;
  }
}

const continueAfter = (entries: readonly StoreEntry<StoredObject>[], revision: number) =>
  formatContinue({ revision, startKey: `${entries.at(-1)!.key}\0` });

function startOf(core: ApiCore, options: ListOptions, prefix: string): { start: string; revision: number } {
  if (options.continue !== undefined && options.continue !== '') {
    const token = parseContinue(options.continue, prefix);
    return { start: token.startKey, revision: token.revision };
  }
  const wanted = parseResourceVersion(options.resourceVersion);
  const { revision } = core.backend.status();
  if (wanted > revision) throw tooLargeResourceVersion(wanted, revision);
  const exact =
    options.resourceVersionMatch === 'Exact' ||
    (options.resourceVersionMatch === undefined && wanted > 0 && (options.limit ?? 0) > 0);
  return { start: prefix, revision: exact ? wanted : 0 };
}

function checkVersionMatch(options: ListOptions): void {
  const fault = (field: string, detail: string) =>
    invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [{ type: 'FieldValueForbidden', field, detail }]);
  const { resourceVersion = '', resourceVersionMatch: match, continue: token = '' } = options;
  if (match !== undefined && match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      {
        type: 'FieldValueNotSupported',
        field: 'resourceVersionMatch',
        badValue: match,
        detail: 'supported values: "Exact", "NotOlderThan", ""',
      },
    ]);
  }
  if (match !== undefined && resourceVersion === '')
    throw fault('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match !== undefined && token !== '')
    throw fault('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
  if (match === 'Exact' && resourceVersion === '0')
    throw fault('resourceVersionMatch', 'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
  if (token !== '' && resourceVersion !== '' && resourceVersion !== '0') {
    throw fault('resourceVersion', 'specifying resource version is not allowed when using continue');
  }
}

/** An expired continue token is answered with a word on how to go on. */
function expiredContinue(error: unknown, options: ListOptions): unknown {
  const failure = storeFailure(error);
  if (options.continue && StatusError.is(failure, 'Expired')) {
    return expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
  return failure;
}
