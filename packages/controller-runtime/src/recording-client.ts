/**
 * A client that remembers what was written through it, so that the next reconcile can wait until its caches
 * have seen that: nobody acts on a world from before their own last act. It writes only while it may: a reconcile that
 * was given up, or whose manager no longer leads, changes nothing more.
 */
import type { Client, ObjectKey } from '@pintle/client';
import { apiVersionOf, type KindRef, type KubernetesObject, type Status } from '@pintle/machinery';
import type { Span } from './tracing.js';

/** One write, by the kind it was of. */
export interface RecordedWrite {
  readonly apiVersion: string;
  readonly kind: string;
  readonly key: ObjectKey;
  /** Absent where the object is gone at once. */
  readonly resourceVersion?: string;
  /** Of the object that is gone. */
  readonly uid?: string;
}

export interface WriteObserver {
  /** Throws where nothing may be written any longer. What it returns is ended with the write. */
  admit(verb: string, kind: string, key: ObjectKey): Span | undefined;
  /** The object as it is known before the write, where it is. */
  known(apiVersion: string, kind: string, key: ObjectKey): KubernetesObject | undefined;
  /** Called when a write was answered that changed something; with the object as it is now, unless it is gone. */
  wrote(write: RecordedWrite, object: KubernetesObject | undefined): void;
}

export function recordingClient(client: Client, { admit, known, wrote }: WriteObserver): Client {
  const write = async <T>(
    verb: string,
    fallback: { readonly apiVersion: string; readonly kind: string },
    key: ObjectKey,
    options: { readonly dryRun?: boolean } | undefined,
    work: () => Promise<T>,
  ): Promise<T> => {
    // It changes nothing.
    if (options?.dryRun) return work();
    const span = admit(verb, fallback.kind, key);
    const before = known(fallback.apiVersion, fallback.kind, key)?.metadata.resourceVersion;
    const answer = await ended(span, work());
    const written = writtenBy(verb, fallback, key, answer);
    if (written !== undefined && (written.resourceVersion === undefined || written.resourceVersion !== before))
      wrote(written, written.resourceVersion === undefined ? undefined : (answer as KubernetesObject));
    return answer;
  };
  const kindOf = (kind: KindRef) => ({ apiVersion: apiVersionOf(kind), kind: kind.kind });
  const ownKind = ({ apiVersion = '', kind = '' }: KubernetesObject) => ({ apiVersion, kind });
  return {
    get: (kind, key, options) => client.get(kind, key, options),
    list: (kind, options) => client.list(kind, options),
    watch: (kind, options) => client.watch(kind, options),
    stream: (kind, key, subresource, query, options) => client.stream(kind, key, subresource, query, options),
    create: (object, options) =>
      write('create', ownKind(object), keyOf(object), options, () => client.create(object, options)),
    update: (object, options) =>
      write('update', ownKind(object), keyOf(object), options, () => client.update(object, options)),
    patch: (kind, key, patch, options) =>
      write('patch', kindOf(kind), key, options, () => client.patch(kind, key, patch, options)),
    apply: (object, options) =>
      write('apply', ownKind(object), keyOf(object), options, () => client.apply(object, options)),
    delete: (kind, key, options) =>
      write('delete', kindOf(kind), key, options, () => client.delete(kind, key, options)),
    async deleteCollection(kind, options) {
      const span = admit('deleteCollection', kind.kind, { name: '' });
      return ended(span, client.deleteCollection(kind, options));
    },
    async createSubresource(kind, key, subresource, body, options) {
      const span = admit(subresource, kind.kind, key);
      return ended(span, client.createSubresource(kind, key, subresource, body, options));
    },
  };
}

function ended<T>(span: Span | undefined, work: Promise<T>): Promise<T> {
  if (span !== undefined)
    work.then(
      () => span.end(),
      (error: unknown) => span.end(error),
    );
  return work;
}

function keyOf({ metadata }: KubernetesObject): ObjectKey {
  const { name = '', namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** An answer of another kind (a Scale) says nothing of the object's own version; a Status, that it is gone. */
function writtenBy(
  verb: string,
  own: { readonly apiVersion: string; readonly kind: string },
  key: ObjectKey,
  answer: unknown,
): RecordedWrite | undefined {
  const { apiVersion, kind, metadata } = (answer ?? {}) as Partial<KubernetesObject>;
  if (apiVersion === own.apiVersion && kind === own.kind) {
    const { name = key.name, namespace, resourceVersion } = metadata ?? {};
    const at = namespace === undefined ? { name } : { name, namespace };
    return { ...own, key: at, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  }
  if (verb !== 'delete' || kind !== 'Status') return undefined;
  const uid = (answer as Status).details?.uid;
  return { ...own, key, ...(uid === undefined ? {} : { uid }) };
}
