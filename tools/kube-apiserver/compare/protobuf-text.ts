/** Bodies in protobuf, and answers: written and read by the schemas of what they say to be, so that what is compared is JSON. */
import { builtinResources } from '@pintle/api';
import { Scale } from '@pintle/api/autoscaling/v1';
import { Eviction } from '@pintle/api/policy/v1';
import {
  apiVersionOf,
  bytes as bytesOf,
  DeleteOptions,
  type Infer,
  isFields,
  ListMeta,
  list,
  ObjectMeta,
  object,
  openEnvelope,
  readMessage,
  ref,
  type Schema,
  type SchemaNode,
  StatusSchema,
  sealEnvelope,
  string,
  stringifyJson,
  writeMessage,
} from '@pintle/machinery';

export const protobufMedia = 'application/vnd.kubernetes.protobuf';

/** What is done to the bytes of a body before it is sent. */
export interface Bent {
  /** This part of them is left. */
  readonly cut?: number;
  /** The byte there, counted around, is another one. */
  readonly other?: readonly [at: number, byte: number];
}

const partial = object({ metadata: ref<ObjectMeta>(ObjectMeta, 1) });
const listOf = (items: Schema<object, boolean>) =>
  object({ metadata: ref<ListMeta>(ListMeta, 1), items: list(items, 2) }).node;

const nodes = new Map<string, SchemaNode>([
  ['v1/Status', StatusSchema.node],
  ['autoscaling/v1/Scale', Scale.node],
  ['policy/v1/Eviction', Eviction.node],
  ...['v1', 'v1beta1'].flatMap((version): [string, SchemaNode][] => [
    [`meta.k8s.io/${version}/PartialObjectMetadata`, partial.node],
    [`meta.k8s.io/${version}/PartialObjectMetadataList`, listOf(partial)],
  ]),
  ...builtinResources()
    .flatMap(({ kind, versions = [] }) => [kind, ...versions.map((version) => version.kind)])
    .flatMap((kind): [string, SchemaNode][] => [
      [`${apiVersionOf(kind)}/${kind.kind}`, kind.schema.node],
      [`${apiVersionOf(kind)}/${kind.kind}List`, listOf(kind.schema as unknown as Schema<object, boolean>)],
    ]),
]);

/** Options are there in each version of any group. */
const nodeOf = (apiVersion: string, kind: string): SchemaNode | undefined =>
  kind === 'DeleteOptions' ? DeleteOptions.node : nodes.get(`${apiVersion}/${kind}`);

/** Errors: `ProtobufWriteError` for a value that has no message. */
export function inProtobuf(body: unknown, { cut = 1, other }: Bent): Uint8Array {
  const { apiVersion = '', kind = '', ...fields } = isFields(body) ? (body as Readonly<Record<string, string>>) : {};
  const node = nodeOf(apiVersion, kind);
  const message = node === undefined ? new Uint8Array() : writeMessage(node, fields);
  const bytes = sealEnvelope({ apiVersion, kind }, message);
  if (other !== undefined) bytes[other[0] % bytes.length] = other[1];
  return bytes.subarray(0, Math.ceil(cut * bytes.length));
}

/** As JSON; of a watch a line for each of its events. */
export function outOfProtobuf(bytes: Uint8Array, isStream: boolean): string {
  if (!isStream) return stringifyJson(toldIn(bytes));
  const lines = [...framesOf(bytes)].map((frame) => {
    const { type, object: held } = readMessage(WatchEvent.node, frame) as Infer<typeof WatchEvent>;
    return stringifyJson({ type, object: toldIn(Buffer.from(held?.raw ?? '', 'base64')) });
  });
  return lines.map((line) => `${line}\n`).join('');
}

const WatchEvent = object({ type: string(1), object: ref(object({ raw: bytesOf(1) }), 2) });

/** What is no message is told as that. */
function toldIn(bytes: Uint8Array): unknown {
  try {
    const { apiVersion, kind, message } = openEnvelope(bytes);
    const node = nodeOf(apiVersion, kind);
    if (node === undefined) return { apiVersion, kind, message: Buffer.from(message).toString('hex') };
    return { apiVersion, kind, ...(readMessage(node, message) as object) };
  } catch (error) {
    return { unread: (error as Error).message, bytes: Buffer.from(bytes).toString('hex') };
  }
}

export const eventsIn = (bytes: Uint8Array): number => [...framesOf(bytes)].length;

/** Each has its length before it, in four bytes. */
function* framesOf(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 4 + length > bytes.length) return;
    yield bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}
