/**
 * Kubernetes' protobuf encoding, read by schema: from a message's bytes to the JSON value that it stands for
 * (apimachinery `runtime/serializer/protobuf`). Only reading: `protobuf-writer.ts` writes.
 */

import { toBase64 } from '../json/base64.js';
import { numberOf, parseJson } from '../json/json-text.js';
import { canonicalQuantity, quantityWords } from '../quantity/quantity.js';
import { type Choice, resolve, type SchemaNode, zeroSaysNothing } from './schema.js';

/** Bytes that are no message of the kind that they claim to be; `words` are those of Go's readers. */
export class ProtobufError extends Error {
  readonly code = 'PINTLE_PROTOBUF';
  constructor(readonly words: string) {
    super(`the protobuf body cannot be read: ${words}`);
    this.name = 'ProtobufError';
  }
}
const cutShort = () => new ProtobufError('unexpected EOF');

/** Messages within messages; deeper ones are refused. */
const depthMax = 100;
const magic = [0x6b, 0x38, 0x73, 0x00];
/** What is no UTF-8 is there none the less, as in Go. */
const text = new TextDecoder('utf-8', { ignoreBOM: true });

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint or a fixed number. */
  readonly value: bigint;
  /** Of a length-delimited field. */
  readonly bytes: Uint8Array;
}

const noBytes = new Uint8Array();

type Wire = Pick<Field, 'number' | 'wire'>;

/** `name`: of the message, as errors tell it; entries of maps have none. `check` is called before a field is read. */
function* fieldsOf(bytes: Uint8Array, name = '', check: (field: Wire) => void = () => {}): Iterable<Field> {
  let at = 0;
  /** The latest number that was read, in three parts: of 28 bits, 28 and 8. Loops over bigints are slow, and Node 20 has broken off at one. */
  let [low, middle, high] = [0, 0, 0];
  const readVarint = (): void => {
    low = middle = high = 0;
    for (let index = 0; index < 10; index++) {
      const byte = bytes[at++];
      if (byte === undefined) throw cutShort();
      const part = byte & 0x7f;
      if (index < 4) low |= part << (7 * index);
      else if (index < 8) middle |= part << (7 * (index - 4));
      else high = (high | (part << (7 * (index - 8)))) & 0xff;
      if (byte < 0x80) return;
    }
    throw new ProtobufError('proto: integer overflow');
  };
  const whole = (): bigint =>
    middle === 0 && high === 0 ? BigInt(low) : BigInt(low) + (BigInt(middle) << 28n) + (BigInt(high) << 56n);
  const lengthOf = (wire: number): number => {
    if (wire === 2) readVarint();
    if (wire === 2 && high >= 0x80) throw new ProtobufError('proto: negative length found during unmarshaling');
    const length = wire === 2 ? low + middle * 2 ** 28 + high * 2 ** 56 : wire === 1 ? 8 : 4;
    if (at + length > bytes.length) throw cutShort();
    return length;
  };
  /** Groups have an end of their own, and nobody knows one. */
  const skipGroup = () => {
    for (let depth = 1; depth > 0; ) {
      readVarint();
      const wire = low & 7;
      if (wire === 0) readVarint();
      else if (wire === 3) depth++;
      else if (wire === 4) depth--;
      else if (wire > 5) throw new ProtobufError(`proto: illegal wireType ${wire}`);
      else {
        const length = lengthOf(wire);
        at += length;
      }
    }
  };
  while (at < bytes.length) {
    readVarint();
    const tag = low + middle * 2 ** 28;
    const [number, wire] = [Math.floor(tag / 8) | 0, low & 7];
    if (wire === 4)
      throw new ProtobufError(
        name === '' ? 'proto: unexpected end of group' : `proto: ${name}: wiretype end group for non-group`,
      );
    if (number <= 0 && name !== '') throw new ProtobufError(`proto: ${name}: illegal tag ${number} (wire type ${tag})`);
    check({ number, wire });
    if (wire === 0) {
      readVarint();
      yield { number, wire, value: whole(), bytes: noBytes };
    } else if (wire === 3) {
      yield { number, wire, value: 0n, bytes: noBytes };
      skipGroup();
    } else if (wire > 5) {
      yield { number, wire, value: 0n, bytes: noBytes };
      throw new ProtobufError(`proto: illegal wireType ${wire}`);
    } else {
      const length = lengthOf(wire);
      yield { number, wire, value: 0n, bytes: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}

export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Uint8Array;
}

const envelopeFields = [undefined, 'TypeMeta', 'Raw', 'ContentEncoding', 'ContentType'] as const;
const typeMetaFields = [undefined, 'APIVersion', 'Kind'] as const;

function requireWire({ wire }: Wire, wanted: number, name: string | undefined): void {
  if (name !== undefined && wire !== wanted)
    throw new ProtobufError(`proto: wrong wireType = ${wire} for field ${name}`);
}

/** Words that Go's names of fields begin with in capitals. */
const capitals =
  /^(api|aws|cidr|csi|dns|fc|fs|gce|grpc|http|id|ip|iscsi|nfs|os|pd|rbd|se(?=Linux)|tcp|tls|tty|uid|url)(?=s?([A-Z]|$))/;
const goFieldName = (key: string): string =>
  key.replace(capitals, (word) => word.toUpperCase()).replace(/^./, (first) => first.toUpperCase());

const wires: Partial<Readonly<Record<SchemaNode['type'], number>>> = { boolean: 0, integer: 0, number: 1 };
function wireOf(place: SchemaNode): number {
  const { type, items } = resolve(place);
  return type === 'array' && items !== undefined ? wireOf(items) : (wires[type] ?? 2);
}

/** The envelope that every object comes in (`runtime.Unknown`). Errors: `ProtobufError`. */
export function openEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw new ProtobufError('it does not begin with k8s');
  let [apiVersion, kind, message] = ['', '', noBytes as Uint8Array];
  if (bytes.length === magic.length) throw new ProtobufError('empty body');
  const ofTexts = (names: readonly (string | undefined)[]) => (field: Wire) =>
    requireWire(field, 2, names[field.number]);
  for (const field of fieldsOf(bytes.subarray(4), 'Unknown', ofTexts(envelopeFields))) {
    if (field.number === 2) message = field.bytes;
    if (field.number !== 1) continue;
    for (const part of fieldsOf(field.bytes, 'TypeMeta', ofTexts(typeMetaFields))) {
      if (part.number === 1) apiVersion = text.decode(part.bytes);
      if (part.number === 2) kind = text.decode(part.bytes);
    }
  }
  return { apiVersion, kind, message };
}

/** A message as the JSON value of its schema. Fields that the schema does not know are passed over. Errors: `ProtobufError`. */
export function readMessage(node: SchemaNode, bytes: Uint8Array): unknown {
  try {
    return message(resolve(node), bytes, 0);
  } catch (error) {
    if (error instanceof ProtobufError) throw error;
    throw new ProtobufError((error as Error).message);
  }
}

/** Fields by number, and the embedded messages whose fields stand in the same object. */
interface Table {
  readonly fields: Map<number, readonly [key: string, place: SchemaNode, skipsZero: boolean]>;
  readonly embedded: Map<number, Table>;
}

const tables = new WeakMap<SchemaNode, Table>();

const emptyTable = (): Table => ({ fields: new Map(), embedded: new Map() });

function tableOf(node: SchemaNode): Table {
  let table = tables.get(node);
  if (table === undefined) {
    table = emptyTable();
    for (const [key, place] of Object.entries(node.properties ?? {})) {
      if (place.proto === undefined) continue;
      let home = table;
      for (const number of place.protoInline ?? []) {
        const inner = home.embedded.get(number) ?? emptyTable();
        home.embedded.set(number, inner);
        home = inner;
      }
      home.fields.set(place.proto, [key, place, zeroSaysNothing(node, place)]);
    }
    tables.set(node, table);
  }
  return table;
}

function message(node: SchemaNode, bytes: Uint8Array, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  read(result, tableOf(node), bytes, depth, node.name?.split('.').at(-1) ?? '');
  return result;
}

function read(result: Record<string, unknown>, table: Table, bytes: Uint8Array, depth: number, name: string): void {
  if (depth > depthMax) throw new ProtobufError(`it is nested deeper than ${depthMax} messages`);
  const check = (field: Wire) => {
    const [key, place] = table.fields.get(field.number) ?? [];
    if (key !== undefined) requireWire(field, wireOf(place!), goFieldName(key));
  };
  for (const field of fieldsOf(bytes, name, check)) {
    const embedded = table.embedded.get(field.number);
    if (embedded !== undefined) {
      read(result, embedded, field.bytes, depth + 1, name);
      continue;
    }
    const known = table.fields.get(field.number);
    if (known === undefined) continue;
    const [key, place, skipsZero] = known;
    const value = fieldValue(place, field, result[key], depth);
    if (value === undefined || (skipsZero && (value === '' || value === 0 || value === false))) continue;
    result[key] = value;
  }
}

function fieldValue(place: SchemaNode, field: Field, before: unknown, depth: number): unknown {
  const node = resolve(place);
  if (node.type === 'array') {
    const items = resolve(node.items ?? { type: 'any' });
    const item = single(items, field, depth) ?? (items.type === 'any' ? null : '');
    if (before === undefined) return [item];
    (before as unknown[]).push(item);
    return before;
  }
  if (node.type === 'map') {
    const [key, value] = mapEntry(resolve(node.values ?? { type: 'any' }), field.bytes, depth);
    const entries = before ?? {};
    Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
    return entries;
  }
  return single(node, field, depth);
}

function mapEntry(values: SchemaNode, bytes: Uint8Array, depth: number): readonly [string, unknown] {
  let key = '';
  let value: unknown =
    values.type === 'array' ? [] : values.type === 'string' && values.nullable !== true ? '' : undefined;
  for (const part of fieldsOf(bytes)) {
    if (part.number === 1) key = text.decode(part.bytes);
    if (part.number !== 2) continue;
    // A list as a value is wrapped in a message of its own, whose field 1 repeats.
    if (values.type === 'array')
      for (const item of fieldsOf(part.bytes)) value = fieldValue(values, item, value, depth + 1);
    else value = fieldValue(values, part, value, depth + 1) ?? value;
  }
  return [key, value ?? null];
}

/** Undefined: a struct's zero value, which is the same as none. */
function single(node: SchemaNode, { value, bytes }: Field, depth: number): unknown {
  switch (node.type) {
    case 'string':
      return stringValue(node, bytes);
    case 'boolean':
      return value !== 0n;
    case 'integer':
      return node.format === 'int32' ? Number(BigInt.asIntN(32, value)) : numberOf(BigInt.asIntN(64, value));
    case 'number':
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0, true);
    case 'quantity':
      // Go reads it at once: what is none keeps all from being read.
      return quantityIn(text.decode(rawField(bytes, 'Quantity')));
    case 'intOrString': {
      let [kind, whole, word] = [0n, 0n, ''];
      for (const part of fieldsOf(bytes, 'IntOrString')) {
        if (part.number === 1) kind = part.value;
        if (part.number === 2) whole = part.value;
        if (part.number === 3) word = text.decode(part.bytes);
      }
      return kind === 0n ? Number(BigInt.asIntN(32, whole)) : word;
    }
    case 'any': {
      if (node.choices !== undefined) return chosen(node.choices, bytes, depth + 1);
      const raw = rawField(bytes);
      return raw.length === 0 ? undefined : parseJson(text.decode(raw));
    }
    case 'object':
      return message(node, bytes, depth + 1);
    default:
      throw new ProtobufError(`a ${node.type} stands where one value should`);
  }
}

/** What stands last among the choices; `false` where it says no more than that nothing is there. */
function chosen(choices: readonly Choice[], bytes: Uint8Array, depth: number): unknown {
  let best: { readonly at: number; readonly value: unknown } | undefined;
  for (const field of fieldsOf(bytes)) {
    const at = choices.findIndex(({ number }) => number === field.number);
    if (at === -1 || (best !== undefined && at < best.at)) continue;
    const value = fieldValue(choices[at]!.node, field, best?.at === at ? best.value : undefined, depth);
    best = { at, value: value ?? {} };
  }
  return best?.value;
}

function stringValue({ format }: SchemaNode, bytes: Uint8Array): string | undefined {
  if (format === 'byte') return toBase64(bytes);
  if (format === 'date-time' || format === 'micro-time') return timeValue(bytes, format === 'micro-time');
  if (format === 'duration') return durationValue(bytes);
  return text.decode(bytes);
}

/** In seconds, which every reader of Go's durations takes. */
function durationValue(bytes: Uint8Array): string {
  let nanoseconds = 0n;
  for (const part of fieldsOf(bytes, 'Duration')) if (part.number === 1) nanoseconds = BigInt.asIntN(64, part.value);
  return `${Number(nanoseconds) / 1e9}s`;
}

function timeValue(bytes: Uint8Array, micro: boolean): string | undefined {
  let [seconds, nanos] = [0n, 0n];
  for (const part of fieldsOf(bytes, 'Timestamp')) {
    if (part.number === 1) seconds = BigInt.asIntN(64, part.value);
    if (part.number === 2) nanos = part.value;
  }
  if (bytes.length === 0) return undefined;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return micro ? `${whole}.${String(nanos / 1000n).padStart(6, '0')}Z` : `${whole}Z`;
}

function quantityIn(said: string): string {
  try {
    return canonicalQuantity(said);
  } catch {
    throw new ProtobufError(quantityWords(said));
  }
}

function rawField(bytes: Uint8Array, name = 'RawExtension'): Uint8Array {
  for (const part of fieldsOf(bytes, name)) if (part.number === 1) return part.bytes;
  return noBytes;
}
