/**
 * Answers in Kubernetes' protobuf. An object's message is made once a version of it and shared by every get, list and
 * watch, as its JSON is.
 */
import {
  envelopeHead,
  ListMeta,
  list,
  listItemHead,
  MessageWriter,
  ObjectMeta,
  object,
  ref,
  type SchemaNode,
  StatusSchema,
  sealEnvelope,
  writeMessage,
} from '@pintle/machinery';
import { concatenated } from './pieces.js';

export const protobufMedia = 'application/vnd.kubernetes.protobuf';

/** The schema of what an envelope says that it holds. */
export type SchemaLookup = (apiVersion: string, kind: string) => SchemaNode | undefined;

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

const partial = object({ metadata: ref<ObjectMeta>(ObjectMeta, 1) });
const partials = object({ metadata: ref<ListMeta>(ListMeta, 1), items: list(partial, 2) });
const listOnly = object({ metadata: ref<ListMeta>(ListMeta, 1) });

const metaKinds: Readonly<Record<string, SchemaNode>> = {
  'v1/Status': StatusSchema.node,
  'meta.k8s.io/v1/PartialObjectMetadata': partial.node,
  'meta.k8s.io/v1beta1/PartialObjectMetadata': partial.node,
  'meta.k8s.io/v1/PartialObjectMetadataList': partials.node,
  'meta.k8s.io/v1beta1/PartialObjectMetadataList': partials.node,
};

const messages = new WeakMap<object, Uint8Array>();
/** Of messages that are not kept. */
const lengths = new WeakMap<object, number>();
/** So much is kept of one list's messages: the others are written anew for each list. */
const keptBytesMax = 8 * 1024 * 1024;

/** The message of a frozen object. */
export function messageOf(schema: SchemaNode, value: object): Uint8Array {
  let message = messages.get(value);
  if (message === undefined) {
    message = writeMessage(schema, value);
    messages.set(value, message);
  }
  return message;
}

/** A value in its envelope; undefined for one of a kind that has no message. */
export function protobufOf(value: unknown, schemaOf: SchemaLookup): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { apiVersion, kind } = value as Partial<Typed>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const schema = metaKinds[`${apiVersion}/${kind}`] ?? schemaOf(apiVersion, kind);
  if (schema !== undefined) return sealEnvelope({ apiVersion, kind }, writeMessage(schema, value));
  const { items, metadata = {} } = value as { items?: readonly object[]; metadata?: ListMeta };
  const item = Array.isArray(items) && kind.endsWith('List') ? schemaOf(apiVersion, kind.slice(0, -4)) : undefined;
  if (item === undefined) return undefined;
  return concatenated([...protobufList(item, { apiVersion, kind }, metadata, items!)]);
}

/** A Status in its envelope. */
export const statusEnvelope = (status: object): Uint8Array =>
  sealEnvelope({ apiVersion: 'v1', kind: 'Status' }, writeMessage(StatusSchema.node, status));

/**
 * A list of frozen objects in its envelope, in parts. What comes first says how long all is: of a long list each message is
 * measured, and written when its turn comes, so that it is never there as a whole.
 */
export function* protobufList(
  schema: SchemaNode,
  kind: Typed,
  metadata: ListMeta,
  objects: readonly object[],
): Iterable<Uint8Array> {
  const writer = new MessageWriter(schema);
  let keptBytes = 0;
  const lengthOf = (object: object): number => {
    const kept = keptBytes > keptBytesMax ? messages.get(object) : messageOf(schema, object);
    keptBytes += kept?.length ?? 0;
    const known = kept?.length ?? lengths.get(object);
    if (known !== undefined) return known;
    const length = writer.lengthOf(object);
    lengths.set(object, length);
    return length;
  };
  const meta = writeMessage(listOnly.node, { metadata });
  let all = meta.length;
  for (const object of objects) {
    const length = lengthOf(object);
    all += listItemHead(length).length + length;
  }
  yield envelopeHead(kind, all);
  yield meta;
  for (const object of objects) {
    const message = messages.get(object) ?? writer.write(object);
    yield listItemHead(message.length);
    yield message;
  }
}
