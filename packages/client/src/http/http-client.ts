/**
 * The `Client` of any Kubernetes API server, over HTTP. It speaks through a `fetch`-like function, so that where
 * it runs and how it is trusted is the host's affair: `./nodejs` makes one from a kubeconfig.
 */
import {
  apiVersionOf,
  deepFreeze,
  type KindRef,
  type KubernetesObject,
  parseApiVersion,
  type Status,
  StatusError,
  statusError,
} from '@pintle/machinery';
import { Observable } from 'rxjs';
import {
  type ApplyOptions,
  type Client,
  ConnectionError,
  type ObjectKey,
  type ObjectList,
  type Patch,
  type WatchEvent,
  type WriteOptions,
} from '../client.js';
import { linesOf } from './lines.js';

export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

export interface HttpClientOptions {
  /** As `https://127.0.0.1:6443`. */
  readonly server: string;
  readonly fetch: FetchLike;
  /** Recorded with writes that name no manager, by the User-Agent. */
  readonly userAgent?: string;
}

interface Place {
  readonly apiVersion: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export function httpClient({ server, fetch, userAgent = 'pintle' }: HttpClientOptions): Client {
  const base = server.replace(/\/+$/, '');
  const discovered = new Map<
    string,
    Promise<readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]>
  >();

  const send = async (
    method: string,
    path: string,
    query: Query,
    options: { body?: unknown; type?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<Response> => {
    const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const search = said.length === 0 ? '' : `?${new URLSearchParams(said.map(([key, value]) => [key, String(value)]))}`;
    const { body, type = 'application/json', signal } = options;
    let response: Response;
    try {
      response = await fetch(`${base}${path}${search}`, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new ConnectionError(`${method} ${base}${path} failed: ${(error as Error).message}`, { cause: error });
    }
    if (!response.ok) throw await failureOf(response);
    return response;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the answer is.
  const ask = async (...request: Parameters<typeof send>): Promise<any> => {
    const response = await send(...request);
    try {
      return deepFreeze(await response.json());
    } catch (error) {
      throw new ConnectionError('the answer was cut short, or is not JSON', { cause: error });
    }
  };

  /** The plural and scope of an object's kind, by discovery; asked anew once where a kind is not known. */
  const placeOf = async ({ apiVersion, kind }: KubernetesObject): Promise<Place> => {
    for (const fresh of [false, true]) {
      if (fresh) discovered.delete(apiVersion);
      let resources = discovered.get(apiVersion);
      if (resources === undefined) {
        resources = ask('GET', apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`, {}).then(
          (document: { resources: readonly { name: string; kind: string; namespaced: boolean }[] }) =>
            document.resources,
        );
        discovered.set(apiVersion, resources);
        resources.catch(() => discovered.delete(apiVersion));
      }
      const found = (
        await resources.catch((error: unknown) => {
          if (StatusError.is(error, 'NotFound')) return [];
          throw error;
        })
      ).find((resource) => resource.kind === kind && !resource.name.includes('/'));
      if (found !== undefined)
        return { apiVersion, plural: found.name, scope: found.namespaced ? 'Namespaced' : 'Cluster' };
    }
    throw statusError(
      'NotFound',
      `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`,
    );
  };
  const placeOfKind = (kind: KindRef): Place => ({
    apiVersion: apiVersionOf(kind),
    plural: kind.plural,
    scope: kind.scope,
  });
  const collection = ({ apiVersion, plural, scope }: Place, namespace: string | undefined): string => {
    const { group, version } = parseApiVersion(apiVersion);
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    return scope === 'Namespaced' && namespace !== undefined
      ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
      : `${root}/${plural}`;
  };
  const one = (place: Place, { name, namespace }: ObjectKey, subresource?: string): string =>
    `${collection(place, namespace || 'default')}/${encodeURIComponent(name)}${subresource === undefined ? '' : `/${subresource}`}`;
  const keyOf = ({ metadata }: KubernetesObject): ObjectKey => ({
    name: metadata?.name ?? '',
    ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });
  const writing = ({ fieldManager, fieldValidation = 'Ignore', dryRun }: WriteOptions): Query => ({
    fieldManager,
    fieldValidation,
    dryRun: dryRun ? 'All' : undefined,
  });

  return {
    get: (kind, key, { resourceVersion, subresource, signal } = {}) =>
      ask('GET', one(placeOfKind(kind), key, subresource), { resourceVersion }, { signal }),
    async list(kind, { namespace, signal, ...query } = {}) {
      return objectList(kind, await ask('GET', collection(placeOfKind(kind), namespace), query, { signal }));
    },
    // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
    watch: (kind, { namespace, signal, ...query } = {}): Observable<any> =>
      new Observable<WatchEvent<KubernetesObject>>((subscriber) => {
        const stop = new AbortController();
        const end = () => stop.abort();
        signal?.addEventListener('abort', end, { once: true });
        const follow = async () => {
          const response = await send(
            'GET',
            collection(placeOfKind(kind), namespace),
            { ...query, watch: true },
            { signal: stop.signal },
          );
          if (response.body === null) return;
          for await (const line of linesOf(response.body)) {
            const event = JSON.parse(line) as {
              type: WatchEvent<KubernetesObject>['type'] | 'ERROR';
              object: KubernetesObject;
            };
            if (event.type === 'ERROR') throw new StatusError(event.object as unknown as Status);
            subscriber.next({ type: event.type, object: deepFreeze(event.object) } as WatchEvent<KubernetesObject>);
          }
        };
        follow().then(
          () => subscriber.complete(),
          (error: unknown) => {
            if (stop.signal.aborted) subscriber.complete();
            else
              subscriber.error(
                StatusError.is(error) || ConnectionError.is(error)
                  ? error
                  : new ConnectionError('the watch was cut off', { cause: error }),
              );
          },
        );
        return () => {
          signal?.removeEventListener('abort', end);
          end();
        };
      }),
    async create(object, options = {}) {
      const place = await placeOf(object);
      return ask('POST', collection(place, object.metadata?.namespace || 'default'), writing(options), {
        body: object,
        signal: options.signal,
      });
    },
    async update(object, options = {}) {
      return ask('PUT', one(await placeOf(object), keyOf(object), options.subresource), writing(options), {
        body: object,
        signal: options.signal,
      });
    },
    patch: (kind, key, patch: Patch, options = {}) =>
      ask('PATCH', one(placeOfKind(kind), key, options.subresource), writing(options), {
        body: patch.type === 'json' ? patch.operations : patch.body,
        type: patchTypes[patch.type],
        signal: options.signal,
      }),
    async apply(object, options: ApplyOptions) {
      const query = { ...writing(options), force: options.force };
      return ask('PATCH', one(await placeOf(object), keyOf(object), options.subresource), query, {
        body: object,
        type: 'application/apply-patch+yaml',
        signal: options.signal,
      });
    },
    delete: (kind, key, { signal, dryRun, ...options } = {}) =>
      ask(
        'DELETE',
        one(placeOfKind(kind), key),
        {},
        {
          body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options, ...(dryRun ? { dryRun: ['All'] } : {}) },
          signal,
        },
      ),
    async deleteCollection(
      kind,
      { namespace, labelSelector, fieldSelector, signal, dryRun, gracePeriodSeconds, propagationPolicy } = {},
    ) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds,
        propagationPolicy,
        ...(dryRun ? { dryRun: ['All'] } : {}),
      };
      return objectList(
        kind,
        await ask(
          'DELETE',
          collection(placeOfKind(kind), namespace),
          { labelSelector, fieldSelector },
          { body, signal },
        ),
      );
    },
    createSubresource: (kind, key, subresource, body, options = {}) =>
      ask('POST', one(placeOfKind(kind), key, subresource), writing(options), { body, signal: options.signal }),
    async *stream(kind, key, subresource, query = {}, { signal } = {}) {
      const response = await send('GET', one(placeOfKind(kind), key, subresource), query, { signal });
      if (response.body !== null) yield* response.body as unknown as AsyncIterable<Uint8Array>;
    },
  };
}

/** Lists leave out what every item is; it is filled in. */
// biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
function objectList(
  kind: KindRef,
  { items, metadata }: { items?: readonly KubernetesObject[] | null; metadata?: object },
): ObjectList<any> {
  const apiVersion = apiVersionOf(kind);
  const objects = (items ?? []).map((item) =>
    item.apiVersion === undefined || item.kind === undefined
      ? Object.freeze({ ...item, apiVersion, kind: kind.kind })
      : item,
  );
  return Object.freeze(Object.assign(objects, { metadata: metadata ?? {} }));
}

/** What the server refused; where its words are no Status, one is made of the code. */
async function failureOf(response: Response): Promise<StatusError> {
  const text = await response.text().catch(() => '');
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status') return new StatusError(status);
  } catch {
    // Not the API's own answer: a proxy's, perhaps.
  }
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    429: 'TooManyRequests',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  };
  return statusError(
    reasons[response.status] ?? 'Unknown',
    `the server answered ${response.status}: ${text.slice(0, 200)}`,
    { code: response.status },
  );
}
