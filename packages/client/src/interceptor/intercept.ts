/** A client in front of a client: sees each request before it is made, and may hold, refuse, count or change its answer. */
import type { KindRef, KubernetesObject } from '@pintle/machinery';
import type { Observable } from 'rxjs';
import type { Client, ListOptions, ObjectKey, Patch, RequestOptions, WatchEvent, WatchOptions } from '../client.js';

export type Verb =
  | 'get'
  | 'list'
  | 'create'
  | 'update'
  | 'patch'
  | 'apply'
  | 'delete'
  | 'deleteCollection'
  | 'createSubresource';

/** What is about to be asked. */
export interface ClientRequest {
  readonly verb: Verb;
  /** Of objects that are written whole, only what they say themselves: `apiVersion` and `kind`. */
  readonly kind: KindRef | { readonly apiVersion: string; readonly kind: string };
  /** Absent for lists and collections, and where the server is to make a name. */
  readonly key?: ObjectKey;
  /** The object of create, update and apply; the body of a subresource. */
  readonly body?: unknown;
  readonly patch?: Patch;
  readonly subresource?: string;
  readonly options?: RequestOptions & Partial<ListOptions>;
}

export interface Interceptor {
  /** Answers a request: `next()` asks the client behind, as often as it is called. Absent: asked as it is. */
  request?<R>(request: ClientRequest, next: () => Promise<R>): Promise<R>;
  /** What a watcher sees of a stream. */
  watch?<T extends KubernetesObject>(
    kind: KindRef<T>,
    options: WatchOptions,
    events: Observable<WatchEvent<T>>,
  ): Observable<WatchEvent<T>>;
}

const isWrite: ReadonlySet<Verb> = new Set([
  'create',
  'update',
  'patch',
  'apply',
  'delete',
  'deleteCollection',
  'createSubresource',
]);

/** Whether a request is to change something. */
export const changesSomething = ({ verb }: ClientRequest): boolean => isWrite.has(verb);

/** The same client, with the interceptor before it. */
export function intercept(client: Client, interceptor: Interceptor): Client {
  const ask = <R>(request: ClientRequest, next: () => Promise<R>): Promise<R> =>
    interceptor.request === undefined ? next() : interceptor.request(request, next);
  return {
    get: (kind, key, options = {}) =>
      ask({ verb: 'get', kind, key, options, ...sub(options) }, () => client.get(kind, key, options)),
    list: (kind, options = {}) => ask({ verb: 'list', kind, options }, () => client.list(kind, options)),
    watch: (kind, options = {}) => {
      const events = client.watch(kind, options);
      return interceptor.watch === undefined ? events : interceptor.watch(kind, options, events);
    },
    create: (object, options = {}) =>
      ask({ verb: 'create', ...about(object), options, ...sub(options) }, () => client.create(object, options)),
    update: (object, options = {}) =>
      ask({ verb: 'update', ...about(object), options, ...sub(options) }, () => client.update(object, options)),
    patch: (kind, key, patch, options = {}) =>
      ask({ verb: 'patch', kind, key, patch, options, ...sub(options) }, () => client.patch(kind, key, patch, options)),
    apply: (object, options) =>
      ask({ verb: 'apply', ...about(object), options, ...sub(options) }, () => client.apply(object, options)),
    delete: (kind, key, options = {}) =>
      ask({ verb: 'delete', kind, key, options }, () => client.delete(kind, key, options)),
    deleteCollection: (kind, options = {}) =>
      ask({ verb: 'deleteCollection', kind, options }, () => client.deleteCollection(kind, options)),
    createSubresource: (kind, key, subresource, body, options = {}) =>
      ask({ verb: 'createSubresource', kind, key, subresource, body, options }, () =>
        client.createSubresource(kind, key, subresource, body, options),
      ),
    stream: (kind, key, subresource, query, options) => client.stream(kind, key, subresource, query, options),
  };
}

const sub = ({ subresource }: { readonly subresource?: string }) => (subresource === undefined ? {} : { subresource });

function about(object: KubernetesObject): Pick<ClientRequest, 'kind' | 'key' | 'body'> {
  const { name, namespace } = object.metadata;
  const key = name === undefined ? {} : { key: { name, ...(namespace === undefined ? {} : { namespace }) } };
  return { kind: { apiVersion: object.apiVersion ?? '', kind: object.kind ?? '' }, body: object, ...key };
}
