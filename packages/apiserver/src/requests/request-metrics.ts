/** How many requests there were, how long they took and how many there are now, under kube-apiserver's names. */
import {
  type Clock,
  type Counter,
  exponentialBuckets,
  type Gauge,
  type Histogram,
  type Metrics,
} from '@pintle/machinery';
import { groupResource } from '../storage/storage-metrics.js';
import { isLongRunning, isMutating, type RequestInfo, type ResourceRequestInfo } from './request-info.js';

/** Told of one request by the two ends of it. */
export interface RequestRecord {
  /** The answer is known: its status, and its size in bytes where it is not a stream. */
  answered(code: number, bytes?: number): void;
  /** The exchange is over; for most requests at once with the answer, for a watch when it ends. */
  ended(): void;
}

/** What counts of a request beside what it asks for. */
export interface RequestMarks {
  readonly dryRun: boolean;
  readonly apply: boolean;
  /** As it was asked for; null where it was not. */
  readonly fieldValidation?: string | null;
  /** Bytes of its body, as it says itself. */
  readonly bodyBytes?: number | undefined;
}

/** A kind as the metrics of watches name it. */
export interface WatchedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

export interface WatchSeries {
  readonly events: Counter;
  /** Their bytes. */
  readonly sizes: Histogram;
  /** How long it took to tell of the first state who asked for it as a list; of all objects, of those of a namespace, or of one. */
  firstState(scope: 'cluster' | 'namespace' | 'resource'): Histogram;
}

export interface RequestMetrics {
  begin(info: RequestInfo, options: RequestMarks): RequestRecord;
  /** Of what watchers of a kind are sent. */
  watchEvents(kind: WatchedKind): WatchSeries;
  /** A request for a version that is deprecated. */
  deprecated(info: RequestInfo, removedRelease: string): void;
}

const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const sliBuckets = durationBuckets.slice(2);
const firstStateBuckets = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60];
const sizeBuckets = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const requestLabels = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component'];
const component = 'apiserver';

/** The series of all requests that look the same but for their outcome. */
interface Shape {
  readonly duration: Histogram;
  readonly sli: Histogram;
  readonly size: Histogram | undefined;
  /** Of what it was sent. */
  readonly body: Histogram | undefined;
  readonly running: Gauge | undefined;
  readonly codes: Map<number, Counter>;
  readonly values: readonly string[];
}

/** Names that clients make up may not become series without end. */
const shapesMax = 5000;

export function requestMetrics(metrics: Metrics, clock: Clock): RequestMetrics {
  const total = metrics.counter({
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource, scope and answer.',
    labels: [...requestLabels, 'code'],
  });
  const durations = metrics.histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Seconds from a request to its answer; for a watch, to its end.',
    labels: requestLabels,
    buckets: durationBuckets,
  });
  const slis = metrics.histogram({
    name: 'apiserver_request_sli_duration_seconds',
    help: 'Seconds from a request to its answer, as service levels are measured.',
    labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'],
    buckets: sliBuckets,
  });
  const sizes = metrics.histogram({
    name: 'apiserver_response_sizes',
    help: 'Bytes of the answers of reads.',
    labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'],
    buckets: sizeBuckets,
  });
  const longRunning = metrics.gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches and streams that are open.',
    labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'],
  });
  const inflight = metrics.gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Requests being answered, those that may run for long aside.',
    labels: ['request_kind'],
  });
  const events = metrics.counter({
    name: 'apiserver_watch_events_total',
    help: 'Events sent to watchers.',
    labels: ['group', 'version', 'kind'],
  });
  const eventSizes = metrics.histogram({
    name: 'apiserver_watch_events_sizes',
    help: 'Bytes of the events sent to watchers.',
    labels: ['group', 'version', 'kind'],
    buckets: exponentialBuckets(1024, 2, 8),
  });
  const firstStates = metrics.histogram({
    name: 'apiserver_watch_list_duration_seconds',
    help: 'Seconds until a watch has told the first state that was asked for.',
    labels: ['group', 'version', 'resource', 'scope'],
    buckets: firstStateBuckets,
  });
  const bodies = metrics.histogram({
    name: 'apiserver_request_body_size_bytes',
    help: 'Bytes of the bodies of writes.',
    labels: ['resource', 'verb'],
    buckets: Array.from({ length: 31 }, (_, index) => 50_000 + index * 100_000),
  });
  const fieldValidations = metrics.histogram({
    name: 'field_validation_request_duration_seconds',
    help: 'Seconds from a request to its answer, by how it is to be looked at for unknown fields.',
    labels: ['field_validation'],
    buckets: sliBuckets,
  });
  const validationOf = new Map(
    ['', 'Ignore', 'Warn', 'Strict', 'invalid'].map((value) => [value, fieldValidations.with(value)]),
  );
  const deprecations = metrics.gauge({
    name: 'apiserver_requested_deprecated_apis',
    help: 'Deprecated versions that were asked for.',
    labels: ['group', 'version', 'resource', 'subresource', 'removed_release'],
  });
  const readOnly = inflight.with('readOnly');
  const mutating = inflight.with('mutating');
  const shapes = new Map<string, Shape>();

  const shapeOf = (info: RequestInfo, options: RequestMarks): Shape => {
    const values = labelValues(info, options);
    const key = values.join(' ');
    const found = shapes.get(key);
    if (found !== undefined) return found;
    const [verb = '', , ...rest] = values;
    const plain = [verb, ...rest, component];
    const shape: Shape = {
      duration: durations.with(...values, component),
      sli: slis.with(...plain),
      body: bodyVerb(info) === undefined ? undefined : bodies.with(resourceOf(info), bodyVerb(info)!),
      size: verb === 'GET' || verb === 'LIST' ? sizes.with(...plain) : undefined,
      running: isLongRunning(info) ? longRunning.with(...plain) : undefined,
      codes: new Map(),
      values,
    };
    if (shapes.size < shapesMax) shapes.set(key, shape);
    return shape;
  };

  return {
    begin(info, options) {
      const startMs = clock.monotonic();
      const shape = shapes.size < shapesMax ? shapeOf(info, options) : shapeOf(madeUp(info), options);
      const running = shape.running ?? (isMutating(info) ? mutating : readOnly);
      running.add(1);
      const validation = validationOf.get(options.fieldValidation ?? '') ?? validationOf.get('invalid')!;
      if (options.bodyBytes !== undefined) shape.body?.observe(options.bodyBytes);
      let status = 0;
      let over = false;
      return {
        answered(code, bytes) {
          status = code;
          if (bytes !== undefined) shape.size?.observe(bytes);
        },
        ended() {
          if (over) return;
          over = true;
          running.add(-1);
          const seconds = (clock.monotonic() - startMs) / 1000;
          shape.duration.observe(seconds);
          shape.sli.observe(seconds);
          validation.observe(seconds);
          let counter = shape.codes.get(status);
          if (counter === undefined) {
            counter = total.with(...shape.values, component, String(status));
            shape.codes.set(status, counter);
          }
          counter.increment();
        },
      };
    },
    watchEvents: ({ group, version, kind, plural }) => ({
      events: events.with(group, version, kind),
      sizes: eventSizes.with(group, version, kind),
      firstState: (scope) => firstStates.with(group, version, plural, scope),
    }),
    deprecated(info, removedRelease) {
      if (info.type !== 'resource') return;
      const { group, version, resource, subresource = '' } = info;
      deprecations.with(group, version, resource, subresource, removedRelease).set(1);
    },
  };
}

const bodyVerbs: Readonly<Record<string, string>> = {
  create: 'create',
  update: 'update',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete_collection',
};

const bodyVerb = (info: RequestInfo): string | undefined =>
  info.type === 'resource' ? bodyVerbs[info.verb] : undefined;
const resourceOf = (info: RequestInfo): string =>
  info.type === 'resource' ? groupResource(info.group, info.resource) : '';

/** Where there are too many shapes already: one for all that have none. */
const madeUp = (info: RequestInfo): RequestInfo => ({ type: 'path', verb: info.verb, path: 'other' });

/** The values of `requestLabels`, the component aside. */
function labelValues(info: RequestInfo, { dryRun, apply }: { dryRun: boolean; apply: boolean }): readonly string[] {
  const dry = dryRun ? 'All' : '';
  if (info.type === 'path') return [info.verb.toUpperCase(), dry, '', '', '', knownPath(info.path), ''];
  const { group, version, resource, subresource = '' } = info;
  return [verbLabel(info, apply), dry, group, version, resource, subresource, scopeOf(info)];
}

const verbLabels: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};
const streams = new Set(['exec', 'attach', 'portforward', 'proxy']);

function verbLabel({ verb, subresource }: ResourceRequestInfo, apply: boolean): string {
  if (subresource !== undefined && streams.has(subresource)) return 'CONNECT';
  if (apply && verb === 'patch') return 'APPLY';
  return verbLabels[verb] ?? 'other';
}

/** `resource` for one object, `namespace` and `cluster` for many. */
function scopeOf({ verb, name, namespace }: ResourceRequestInfo): string {
  if (verb === 'create' || name !== undefined) return 'resource';
  return namespace === undefined ? 'cluster' : 'namespace';
}

/** The first segment, so that what is made up below it makes no series of its own. */
const knownPath = (path: string) =>
  /^\/(?:healthz|livez|readyz|metrics|version|openapi|apis|api)?(?=\/|$)/.exec(path)?.[0] ?? '';
