/**
 * The `Client` of any Kubernetes API server, over HTTP. It speaks through a `fetch`-like function, so that where
 * it runs and how it is trusted is the host's affair: `./nodejs` makes one from a kubeconfig.
 */
import {
  apiVersionOf,
  type KindRef,
  type KubernetesObject,
  type ListMeta,
  type Metrics,
  onAbort,
  realWorld,
  type World,
} from '@pintle/machinery';
import { map } from 'rxjs';
import {
  type ApplyOptions,
  type Client,
  type DeleteRequest,
  metadataOf,
  type ObjectList,
  type Patch,
  type WriteOptions,
} from '../client.js';
import { placeLookup, placeOfKind } from './discovery.js';
import { piecesOf } from './lines.js';
import { requestMetrics } from './request-metrics.js';
import { collectionPath, keyOf, objectPath, type Query } from './resource-path.js';
import { discoveryMedia, type ServedKind, servedKinds } from './served-kinds.js';
import { asFailure, type FetchLike, transport } from './transport.js';
import { firstStateMedia, watchEvents } from './watch-events.js';

export interface HttpClientOptions {
  /** As `https://127.0.0.1:6443`. */
  readonly server: string;
  readonly fetch: FetchLike;
  /** The kinds whose plural and scope need not be asked of the server. Others are found by discovery. */
  readonly kinds?: readonly KindRef[];
  /** Its clock times requests and retries. The real world unless given. */
  readonly world?: World;
  /** Recorded with writes that name no manager. Default `pintle`. */
  readonly userAgent?: string;
  /** For a whole request; a watch or a log has as long for its first answer, and then no limit. Default 60,000. */
  readonly timeoutMs?: number;
  /** How often a request is sent again where the server asks to come later (429, 5xx with `Retry-After`). Default 10. */
  readonly retriesMax?: number;
  /** The longest such wait. Default 30,000. */
  readonly retryAfterMaxMs?: number;
  /** Told what the server warns of: deprecated versions, unknown fields. */
  readonly onWarning?: (text: string) => void;
  /** Where requests are counted, as client-go counts them; a manager's own, so that they are told with its. */
  readonly metrics?: Metrics;
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export interface HttpClient extends Client {
  /** Every kind that the server serves now, in the version that it prefers. Errors: as of `get`, and `UndiscoveredError`. */
  kinds(): Promise<readonly ServedKind[]>;
}

export function httpClient(options: HttpClientOptions): HttpClient {
  const { userAgent = 'pintle', timeoutMs = 60_000, retriesMax = 10, retryAfterMaxMs = 30_000 } = options;
  const server = transport({
    server: options.server,
    fetch: options.fetch,
    world: options.world ?? realWorld(),
    userAgent,
    timeoutMs,
    retriesMax,
    retryAfterMaxMs,
    onWarning: options.onWarning ?? (() => {}),
    ...(options.metrics === undefined
      ? {}
      : { observe: requestMetrics(options.metrics, new URL(options.server).host) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the answer is.
  const ask = (...request: Parameters<typeof server.json>): Promise<any> => server.json(...request);
  const placeOf = placeLookup((path) => ask({ method: 'GET', path }), options.kinds ?? []);

  return {
    kinds: () => servedKinds((path) => ask({ method: 'GET', path, accept: discoveryMedia })),
    get: (kind, key, { resourceVersion, subresource, signal } = {}) =>
      ask({ method: 'GET', path: objectPath(placeOfKind(kind), key, subresource), query: { resourceVersion }, signal }),
    async list(kind, { namespace, signal, metadataOnly, ...query } = {}) {
      const path = collectionPath(placeOfKind(kind), namespace);
      const accept = metadataOnly ? partial('PartialObjectMetadataList') : undefined;
      const list = objectList(kind, await ask({ method: 'GET', path, query, signal, accept, isList: true }));
      return metadataOnly ? metadataList(kind, list) : list;
    },
    // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
    watch: (kind, { namespace, signal, metadataOnly, ...query } = {}): any => {
      const events = watchEvents(
        (stop) =>
          server.open({
            method: 'GET',
            path: collectionPath(placeOfKind(kind), namespace),
            query: { ...query, watch: true },
            signal: stop,
            accept: metadataOnly
              ? partial('PartialObjectMetadata')
              : query.sendInitialEvents
                ? firstStateMedia
                : undefined,
          }),
        signal,
      );
      if (!metadataOnly) return events;
      const own = { apiVersion: apiVersionOf(kind), kind: kind.kind };
      return events.pipe(map(({ type, object }) => ({ type, object: metadataOf(object, own) })));
    },
    async create(object, options = {}) {
      const namespace = object?.metadata?.namespace || 'default';
      const path = collectionPath(await placeOf(object), namespace);
      return ask({ method: 'POST', path, query: writing(options), body: object, signal: options.signal });
    },
    async update(object, options = {}) {
      const path = objectPath(await placeOf(object), keyOf(object), options.subresource);
      return ask({ method: 'PUT', path, query: writing(options), body: object, signal: options.signal });
    },
    patch: (kind, key, patch: Patch, options = {}) =>
      ask({
        method: 'PATCH',
        path: objectPath(placeOfKind(kind), key, options.subresource),
        query: writing(options),
        body: patch.type === 'json' ? patch.operations : patch.body,
        contentType: patchTypes[patch.type],
        signal: options.signal,
      }),
    async apply(object, options: ApplyOptions) {
      return ask({
        method: 'PATCH',
        path: objectPath(await placeOf(object), keyOf(object), options.subresource),
        query: { ...writing(options), force: options.force },
        // JSON is YAML.
        body: object,
        contentType: 'application/apply-patch+yaml',
        signal: options.signal,
      });
    },
    delete: (kind, key, options = {}) =>
      ask({
        method: 'DELETE',
        path: objectPath(placeOfKind(kind), key),
        body: deleteOptions(options),
        signal: options.signal,
      }),
    async deleteCollection(kind, options = {}) {
      const { namespace, labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch } = options;
      const list = await ask({
        method: 'DELETE',
        path: collectionPath(placeOfKind(kind), namespace),
        query: {
          labelSelector,
          fieldSelector,
          limit,
          continue: options.continue,
          resourceVersion,
          resourceVersionMatch,
        },
        body: deleteOptions(options),
        signal: options.signal,
      });
      return objectList(kind, list);
    },
    createSubresource: (kind, key, subresource, body, options = {}) =>
      ask({
        method: 'POST',
        path: objectPath(placeOfKind(kind), key, subresource),
        query: writing(options),
        body,
        signal: options.signal,
      }),
    async *stream(kind, key, subresource, query = {}, { signal } = {}) {
      const path = objectPath(placeOfKind(kind), key, subresource);
      // Of this stream alone, as the caller's may live on for long.
      const whole = new AbortController();
      if (signal?.aborted) whole.abort(signal.reason);
      const unfollow = onAbort(signal, () => whole.abort(signal?.reason));
      try {
        const body = await server.open({ method: 'GET', path, query, signal: whole.signal });
        if (body !== null) yield* piecesOf(body);
      } catch (error) {
        throw asFailure(`reading ${path}`, error, signal);
      } finally {
        unfollow();
      }
    },
  };
}

/** A server that cannot leave out the rest sends whole objects, and it is left out here. */
const partial = (as: string) => `application/json;as=${as};g=meta.k8s.io;v=v1,application/json`;

// biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
function metadataList(kind: KindRef, list: ObjectList<any>): ObjectList<any> {
  const own = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  const objects = list.map((object) => metadataOf(object, own));
  return Object.freeze(Object.assign(objects, { metadata: list.metadata }));
}

/** Unknown fields are left out in silence unless the caller says otherwise, as the in-process client does. */
const writing = ({ fieldManager, fieldValidation = 'Ignore', dryRun }: WriteOptions): Query => ({
  fieldManager,
  fieldValidation,
  dryRun: dryRun ? 'All' : undefined,
});

const deleteOptions = ({ gracePeriodSeconds, propagationPolicy, preconditions, dryRun }: DeleteRequest) => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  gracePeriodSeconds,
  propagationPolicy,
  preconditions,
  ...(dryRun ? { dryRun: ['All'] } : {}),
});

/** Lists leave out what every item is; it is filled in. */
// biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
function objectList(kind: KindRef, list: unknown): ObjectList<any> {
  const { items, metadata } = list as { items?: readonly KubernetesObject[] | null; metadata?: ListMeta };
  const apiVersion = apiVersionOf(kind);
  const objects = (items ?? []).map((item) =>
    item.apiVersion === undefined || item.kind === undefined
      ? Object.freeze({ ...item, apiVersion, kind: kind.kind })
      : item,
  );
  return Object.freeze(Object.assign(objects, { metadata: metadata ?? Object.freeze({}) }));
}
