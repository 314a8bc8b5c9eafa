/**
 * A client that remembers what was written through it, so that the next reconcile can wait until its caches
 * have seen that: nobody acts on a world from before their own last act.
 */
import type { Client, ObjectKey } from '@pintle/client';
import { apiVersionOf, type KindRef, type KubernetesObject } from '@pintle/machinery';

/** One write, by the kind it was of. */
export interface RecordedWrite {
  readonly apiVersion: string;
  readonly kind: string;
  readonly key: ObjectKey;
  /** Absent where the object is gone at once. */
  readonly resourceVersion?: string;
}

export function recordingClient(client: Client, record: (write: RecordedWrite) => void): Client {
  const noted = <T>(fallback: { readonly apiVersion: string; readonly kind: string }, key: ObjectKey, answer: T): T => {
    const {
      apiVersion = fallback.apiVersion,
      kind = fallback.kind,
      metadata,
    } = (answer ?? {}) as Partial<KubernetesObject>;
    // An answer of another kind (a Status, a Scale) says nothing of the object's own version.
    const own = apiVersion === fallback.apiVersion && kind === fallback.kind;
    const resourceVersion = own ? metadata?.resourceVersion : undefined;
    record({ ...fallback, key, ...(resourceVersion === undefined ? {} : { resourceVersion }) });
    return answer;
  };
  const ofKind = (kind: KindRef) => ({ apiVersion: apiVersionOf(kind), kind: kind.kind });
  const keyOf = ({ metadata }: KubernetesObject): ObjectKey => ({
    name: metadata.name ?? '',
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });
  return {
    get: (kind, key, options) => client.get(kind, key, options),
    list: (kind, options) => client.list(kind, options),
    watch: (kind, options) => client.watch(kind, options),
    stream: (kind, key, subresource, query, options) => client.stream(kind, key, subresource, query, options),
    create: async (object, options) => {
      const made = await client.create(object, options);
      return options?.dryRun ? made : noted(object, keyOf(made), made);
    },
    update: async (object, options) => noted(object, keyOf(object), await client.update(object, options)),
    patch: async (kind, key, patch, options) => noted(ofKind(kind), key, await client.patch(kind, key, patch, options)),
    apply: async (object, options) => noted(object, keyOf(object), await client.apply(object, options)),
    delete: async (kind, key, options) => noted(ofKind(kind), key, await client.delete(kind, key, options)),
    deleteCollection: (kind, options) => client.deleteCollection(kind, options),
    createSubresource: (kind, key, subresource, body, options) =>
      client.createSubresource(kind, key, subresource, body, options),
  };
}
