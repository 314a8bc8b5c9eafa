/**
 * Watch: the store's events of one resource as a client sees them. A selector turns changes into arrivals and
 * departures: an object that starts to match is ADDED, one that ceases to is DELETED.
 */
import type { WatchOptions } from '@pintle/client';
import {
  type CompactedError,
  prefixRange,
  type StoreEntry,
  type StoreEvent,
  type WatchSubscription,
} from '@pintle/contracts';
import {
  badRequest,
  type CancelTimer,
  every,
  type FieldError,
  forbiddenField,
  invalid,
  type KubernetesObject,
  notSupportedField,
} from '@pintle/machinery';
import { asRead, type Resource, storePrefix } from '../registry/resource.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type ApiCore, storedObjectOf } from './api-core.js';
import { listEntries } from './read.js';
import { parseResourceVersion, tooLargeResourceVersion } from './resource-version.js';
import { type Selected, selection } from './selection.js';
import { storeFailure } from './store-failure.js';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change, in the version watched. `source` is the same object for all watchers of the change. */
export type Change =
  | {
      readonly type: ChangeType;
      readonly object: KubernetesObject;
      readonly source: StoreEvent<StoredObject> | StoreEntry<StoredObject>;
    }
  | { readonly type: 'BOOKMARK'; readonly object: KubernetesObject };

export interface ChangeObserver {
  /** To slow the flow, return a promise. */
  next(changes: readonly Change[]): void | Promise<void>;
  /** Always a `StatusError`, unless the store itself broke. */
  error(error: unknown): void;
  complete(): void;
}

/** How often an otherwise quiet watch with bookmarks says how far it is. */
const bookmarkPeriodMs = 60_000;
/** And how long before its end, so that who watches again begins from there. */
const lastBookmarkMs = 2_000;
/** How long what happened before a kind went may take to reach its watchers (kube-apiserver waits as long). */
const removedKindMs = 1_000;

/** What may end a watch before its time: `lost` ends it with an error. Returns how to let go. */
export type WatchPermission = (lost: (error: unknown) => void) => () => void;

/** Begins at once; returns how to end it. Errors in the request are thrown. */
export function watchChanges(
  core: ApiCore,
  resource: Resource,
  options: WatchOptions,
  observer: ChangeObserver,
  permission?: WatchPermission,
): () => void {
  checkWatchOptions(options);
  const selected = selection(resource, options);
  const { group, plural } = resource.kind;
  const fromRevision = parseResourceVersion(options.resourceVersion, (error) =>
    invalid({ group, kind: plural }, '', [error]),
  );
  const { revision } = core.backend.status();
  const initial = options.sendInitialEvents ?? fromRevision === 0;
  let subscription: WatchSubscription | undefined;
  const timers: CancelTimer[] = [];
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    for (const cancel of timers) cancel();
    subscription?.unsubscribe();
  };
  const fail = (error: unknown) => {
    if (ended) return;
    end();
    core.tallies.ended(resource, error);
    observer.error(storeFailure(error));
  };
  const complete = () => {
    if (ended) return;
    end();
    observer.complete();
  };

  const deliver = (events: readonly StoreEvent<StoredObject>[]) => {
    if (ended) return;
    const changes: Change[] = [];
    for (const event of events) {
      const change = changeOf(resource, selected, event);
      if (change !== undefined) changes.push(change);
    }
    if (changes.length > 0) return observer.next(changes);
  };

  const follow = (from: number) => {
    if (ended) return;
    subscription = core.backend.watch(
      { ...prefixRange(storePrefix(resource, options.namespace)), fromRevision: from },
      {
        next(events) {
          if (resource.prepare === undefined) return deliver(events);
          const objects = events.flatMap((event) => toldOf(event, selected !== undefined));
          return resource.prepare(objects, 'served').then(() => deliver(events), fail);
        },
        progress: (reached) => void observer.next([bookmark(resource, reached)]),
        error: (error) => fail(error as CompactedError),
        complete,
      },
    );
  };

  const { allowWatchBookmarks, timeoutSeconds = 0 } = options;
  const { clock } = core.world;
  const tellProgress = () => subscription?.requestProgress();
  if (allowWatchBookmarks) timers.push(every(clock, bookmarkPeriodMs, tellProgress));
  if (timeoutSeconds > 0) timers.push(clock.schedule(timeoutSeconds * 1000, complete));
  if (allowWatchBookmarks && timeoutSeconds * 1000 > lastBookmarkMs)
    timers.push(clock.schedule(timeoutSeconds * 1000 - lastBookmarkMs, tellProgress));
  timers.push(core.registry.onRemoved(resource, () => timers.push(clock.schedule(removedKindMs, complete))));

  if (permission !== undefined) timers.push(permission(fail));

  // A watch from what has not happened yet waits for it; only the state of then cannot be told.
  if (initial && fromRevision > revision)
    void Promise.resolve(tooLargeResourceVersion(options.resourceVersion ?? '', revision)).then(fail);
  else if (initial) void sendInitial(core, resource, options, observer, () => ended, follow).catch(fail);
  else follow((fromRevision === 0 ? revision : fromRevision) + 1);
  return end;
}

async function sendInitial(
  core: ApiCore,
  resource: Resource,
  options: WatchOptions,
  observer: ChangeObserver,
  ended: () => boolean,
  follow: (from: number) => void,
): Promise<void> {
  const { namespace, labelSelector, fieldSelector } = options;
  const found = await listEntries(core, resource, {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  if (ended()) return;
  const changes: Change[] = found.entries.map((entry) => ({
    type: 'ADDED',
    object: resource.fromStored(storedObjectOf(resource, entry)),
    source: entry,
  }));
  core.tallies.began(resource, changes.length);
  const revision = Number(found.metadata.resourceVersion);
  if (options.allowWatchBookmarks && (options.sendInitialEvents || beginsNowhere(options)))
    changes.push(bookmark(resource, revision, { 'k8s.io/initial-events-end': 'true' }));
  if (changes.length > 0) await observer.next(changes);
  follow(revision + 1);
}

/** The objects that an event may be told by; `isSelected`: what leaves a selection is told as if it had been deleted. */
function toldOf(event: StoreEvent<StoredObject>, isSelected: boolean): readonly KubernetesObject[] {
  const { previous } = event;
  const now = event.type === 'put' ? [event.entry.value.at(event.entry.modRevision)] : [];
  if (previous === undefined) return now;
  const { value, modRevision } = previous;
  const endedAt = event.type === 'put' ? event.entry.modRevision : event.modRevision;
  const ended = event.type === 'delete' || isSelected ? [value.deletedAt(modRevision, endedAt)] : [];
  return [...now, value.at(modRevision), ...ended];
}

function changeOf(
  resource: Resource,
  selected: Selected | undefined,
  event: StoreEvent<StoredObject>,
): Change | undefined {
  const { previous } = event;
  const before = previous === undefined ? undefined : storedObjectOf(resource, previous);
  const matchedBefore = before !== undefined && (selected === undefined || selected(before));
  if (event.type === 'delete') {
    if (!matchedBefore) return undefined;
    return {
      type: 'DELETED',
      object: deletedObject(resource, event.previous, event.modRevision),
      source: event,
    };
  }
  const object = storedObjectOf(resource, event.entry);
  const matches = selected === undefined || selected(object);
  if (matches)
    return { type: matchedBefore ? 'MODIFIED' : 'ADDED', object: resource.fromStored(object), source: event };
  if (!matchedBefore) return undefined;
  // What left the selection is reported as it was, at the version of the change that made it leave.
  return { type: 'DELETED', object: deletedObject(resource, previous!, event.entry.modRevision), source: event };
}

/** As it was last, at the version of its end. */
const deletedObject = (
  resource: Resource,
  { value, modRevision }: StoreEntry<StoredObject>,
  endedAt: number,
): KubernetesObject => resource.fromStored(asRead(resource, value.deletedAt(modRevision, endedAt)));

function bookmark(resource: Resource, revision: number, annotations?: Readonly<Record<string, string>>): Change {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null as unknown as string,
    ...(annotations === undefined ? {} : { annotations }),
  };
  return {
    type: 'BOOKMARK',
    object: Object.freeze({
      apiVersion: resource.apiVersion,
      kind: resource.kind.kind,
      metadata: Object.freeze(metadata),
    }),
  };
}

/** Of those that say nothing of it, who begins nowhere begins with all that there is. */
const beginsNowhere = ({ sendInitialEvents, resourceVersion, resourceVersionMatch }: WatchOptions): boolean =>
  sendInitialEvents === undefined && !resourceVersionMatch && (!resourceVersion || resourceVersion === '0');

/** `token` is that of a list, which no watch goes on from. Errors: `StatusError` Invalid (apimachinery `ValidateListOptions`). */
export function checkWatchOptions(options: WatchOptions, token?: string): void {
  const { sendInitialEvents, timeoutSeconds, resourceVersionMatch: match } = options;
  const faults: FieldError[] = [];
  const forbid = (detail: string) => faults.push(forbiddenField('resourceVersionMatch', detail));
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match && sendInitialEvents === undefined)
    forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (match && match !== 'NotOlderThan')
    faults.push(notSupportedField('resourceVersionMatch', match, ['NotOlderThan']));
  if (token && (match || beginsNowhere(options))) forbid('resourceVersionMatch is forbidden when continue is provided');
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
  if (timeoutSeconds !== undefined && Number.isNaN(timeoutSeconds))
    throw badRequest(`timeoutSeconds must be a number of seconds, not ${timeoutSeconds}`);
}
