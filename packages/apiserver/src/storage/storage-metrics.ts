/**
 * What is read of the store and what happens in it, by resource, under kube-apiserver's names. The store keeps in memory
 * what there is: a list of that is told as one from a cache, and a list of what there was as one from storage.
 */
import { prefixRange, SlowWatcherError, type StoreBackend } from '@pintle/contracts';
import type { Counter, Gauge, Metrics } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { StoredObject } from './stored-object.js';

/** Of one list: how many objects were read for it, looked at, and answered with. */
export interface Listed {
  readonly fetched: number;
  readonly returned: number;
  /** Of the newest state, of that because nothing else was asked for, or of a state of the past. */
  readonly of: 'newest' | 'consistent' | 'past';
}

export interface StoreTallies {
  listed(resource: Resource, listed: Listed): void;
  /** So many objects were told as the first state of a watch. */
  began(resource: Resource, objects: number): void;
  /** A watch was ended by a fault. */
  ended(resource: Resource, error: unknown): void;
}

/** For a core that nobody measures. */
export const noTallies: StoreTallies = { listed() {}, began() {}, ended() {} };

type ListKind = 'cache' | 'storage';

interface Series {
  readonly lists: Readonly<Record<ListKind, ListSeries>>;
  readonly consistent: Counter;
  readonly initial: Counter;
}

interface ListSeries {
  readonly total: Counter;
  readonly fetched: Counter;
  readonly evaluated?: Counter;
  readonly returned: Counter;
}

const registryPrefix = '/registry/';

/** As `deployments.apps`. */
export const groupResource = (group: string, plural: string): string => (group === '' ? plural : `${plural}.${group}`);

/** Where etcd has them that are not where their names say. */
const oldPlaces: Readonly<Record<string, string>> = {
  replicationcontrollers: '/controllers',
  endpoints: '/services/endpoints',
  nodes: '/minions',
  services: '/services/specs',
  'ingresses.networking.k8s.io': '/ingress',
};

const placeOf = ({ kind: { group, plural }, custom }: Resource): string =>
  custom ? `/${group}/${plural}` : (oldPlaces[groupResource(group, plural)] ?? `/${plural}`);

export function storeTallies(metrics: Metrics): StoreTallies {
  const counter = (name: string, help: string, ...labels: readonly string[]) =>
    metrics.counter({ name: `apiserver_${name}`, help, labels });
  const cacheLists = counter('cache_list_total', 'Lists of what there is.', 'resource_prefix', 'index');
  const cacheFetched = counter(
    ...(['cache_list_fetched_objects_total', 'Objects read for lists of what there is.'] as const),
    ...['resource_prefix', 'index'],
  );
  const cacheReturned = counter(
    ...(['cache_list_returned_objects_total', 'Objects answered with in lists of what there is.'] as const),
    'resource_prefix',
  );
  const storageLists = counter('storage_list_total', 'Lists of what there was at a revision.', 'resource');
  const ofPast = (what: string, help: string) => counter(`storage_list_${what}_objects_total`, help, 'resource');
  const storageFetched = ofPast('fetched', 'Objects read for lists of what there was.');
  const storageEvaluated = ofPast('evaluated', 'Objects that lists of what there was were to select from.');
  const storageReturned = ofPast('returned', 'Objects answered with in lists of what there was.');
  const consistent = counter(
    ...(['watch_cache_consistent_read_total', 'Lists for which no revision was named.'] as const),
    ...['resource', 'success', 'fallback'],
  );
  const initial = counter('init_events_total', 'Events that told watchers what there was at their begin.', 'resource');
  const terminated = counter('terminated_watchers_total', 'Watches that were ended as too slow.', 'resource');

  const known = new WeakMap<Resource, Series>();
  const seriesOf = (resource: Resource): Series => {
    let series = known.get(resource);
    if (series === undefined) {
      const name = groupResource(resource.kind.group, resource.kind.plural);
      const place = placeOf(resource);
      series = {
        lists: {
          cache: {
            total: cacheLists.with(place, ''),
            fetched: cacheFetched.with(place, ''),
            returned: cacheReturned.with(place),
          },
          storage: {
            total: storageLists.with(name),
            fetched: storageFetched.with(name),
            evaluated: storageEvaluated.with(name),
            returned: storageReturned.with(name),
          },
        },
        consistent: consistent.with(place, 'true', 'false'),
        initial: initial.with(name),
      };
      known.set(resource, series);
    }
    return series;
  };
  return {
    listed(resource, { fetched, returned, of }) {
      const { lists, consistent: consistently } = seriesOf(resource);
      const list = lists[of === 'past' ? 'storage' : 'cache'];
      list.total.increment();
      list.fetched.increment(fetched);
      list.evaluated?.increment(fetched);
      list.returned.increment(returned);
      if (of === 'consistent') consistently.increment();
    },
    began: (resource, objects) => seriesOf(resource).initial.increment(objects),
    ended(resource, error) {
      const { group, plural } = resource.kind;
      if (error instanceof SlowWatcherError) terminated.with(groupResource(group, plural)).increment();
    },
  };
}

/** What has happened to one resource. */
interface Happened {
  readonly counters: readonly Counter[];
  readonly revision: Gauge;
  events: number;
  newest: number;
}

/** Counts what is written, by resource, until it is stopped. */
export function countEvents(metrics: Metrics, backend: StoreBackend<StoredObject>): { stop(): void } {
  const labels = ['resource'];
  const families = [
    { name: 'apiserver_storage_events_received_total', help: 'Changes that the store has told of.', labels },
    { name: 'apiserver_watch_cache_events_received_total', help: 'Changes that came for watchers to be told.', labels },
    { name: 'apiserver_watch_cache_events_dispatched_total', help: 'Changes that watchers were told.', labels },
  ].map((options) => metrics.counter(options));
  const revisions = metrics.gauge({
    name: 'apiserver_watch_cache_resource_version',
    help: 'The revision of the newest change that was told of.',
    labels,
  });
  const happened = new Map<string, Happened>();
  const of = (place: string): Happened => {
    let found = happened.get(place);
    if (found === undefined) {
      const [group = '', plural = ''] = place.split('/');
      const name = groupResource(group === 'core' ? '' : group, plural);
      const counters = families.map((family) => family.with(name));
      found = { counters, revision: revisions.with(name), events: 0, newest: 0 };
      happened.set(place, found);
    }
    return found;
  };
  metrics.collect(() => {
    for (const { counters, revision, events, newest } of happened.values()) {
      for (const counter of counters) counter.increment(events - counter.value);
      revision.set(newest);
    }
  });
  const subscription = backend.watch(
    { ...prefixRange(registryPrefix), fromRevision: backend.status().revision + 1 },
    {
      next(events) {
        for (const event of events) {
          const key = event.type === 'put' ? event.entry.key : event.key;
          const groupEnd = key.indexOf('/', registryPrefix.length);
          const what = of(key.slice(registryPrefix.length, key.indexOf('/', groupEnd + 1)));
          what.events++;
          what.newest = event.type === 'put' ? event.entry.modRevision : event.modRevision;
        }
      },
      error: () => {},
      complete: () => {},
    },
  );
  return { stop: () => subscription.unsubscribe() };
}
