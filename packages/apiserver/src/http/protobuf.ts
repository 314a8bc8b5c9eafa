/**
 * Answers in Kubernetes' protobuf. An object's message is made once a version of it and shared by every get, list and
 * watch, as its JSON is.
 */
import {
  envelopeHead,
  ListMeta,
  list,
  listItemHead,
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
  const { head, pieces } = listParts(
    { apiVersion, kind },
    metadata,
    items!.map((one) => writeMessage(item, one)),
  );
  return concatenated([head, ...pieces]);
}

/** A Status in its envelope. */
export const statusEnvelope = (status: object): Uint8Array =>
  sealEnvelope({ apiVersion: 'v1', kind: 'Status' }, writeMessage(StatusSchema.node, status));

/** A list in its envelope: what comes first, and its items, each with what comes before it. */
export function listParts(
  kind: Typed,
  metadata: ListMeta,
  items: readonly Uint8Array[],
): { readonly head: Uint8Array; readonly pieces: readonly Uint8Array[] } {
  const meta = writeMessage(listOnly.node, { metadata });
  const pieces = items.flatMap((item) => [listItemHead(item.length), item]);
  const length = pieces.reduce((sum, piece) => sum + piece.length, meta.length);
  const envelope = envelopeHead(kind, length);
  const head = new Uint8Array(envelope.length + meta.length);
  head.set(envelope);
  head.set(meta, envelope.length);
  return { head, pieces };
}
