/**
 * Kubernetes' protobuf encoding, read by schema: from a message's bytes to the JSON value that it stands for
 * (apimachinery `runtime/serializer/protobuf`). Only reading: `protobuf-writer.ts` writes.
 */

import { toBase64 } from '../json/base64.js';
import { numberOf, parseJson } from '../json/json-text.js';
import { type Choice, resolve, type SchemaNode, zeroSaysNothing } from './schema.js';

/** Bytes that are no message of the kind that they claim to be. */
export class ProtobufError extends Error {
  readonly code = 'PINTLE_PROTOBUF';
  constructor(what: string) {
    super(`the protobuf body cannot be read: ${what}`);
    this.name = 'ProtobufError';
  }
}

/** Messages within messages; deeper ones are refused. */
const depthMax = 100;
const magic = [0x6b, 0x38, 0x73, 0x00];
const text = new TextDecoder('utf-8', { fatal: true });

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint or a fixed number. */
  readonly value: bigint;
  /** Of a length-delimited field. */
  readonly bytes: Uint8Array;
}

const noBytes = new Uint8Array();

function* fieldsOf(bytes: Uint8Array): Iterable<Field> {
  let at = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new ProtobufError('it is cut short');
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, result);
    }
    throw new ProtobufError('a number is too long');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, wire] = [tag >>> 3, tag & 7];
    if (wire === 0) yield { number, wire, value: varint(), bytes: noBytes };
    else if (wire === 2 || wire === 1 || wire === 5) {
      const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
      if (at + length > bytes.length) throw new ProtobufError('it is cut short');
      yield { number, wire, value: 0n, bytes: bytes.subarray(at, at + length) };
      at += length;
    } else throw new ProtobufError(`field ${number} has the unknown wire type ${wire}`);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return text.decode(bytes);
  } catch {
    throw new ProtobufError('a text in it is not UTF-8');
  }
}

export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Uint8Array;
}

/** The envelope that every object comes in (`runtime.Unknown`). Errors: `ProtobufError`. */
export function openEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw new ProtobufError('it does not begin with k8s');
  let [apiVersion, kind, message] = ['', '', noBytes as Uint8Array];
  for (const field of fieldsOf(bytes.subarray(4))) {
    if (field.number === 2) message = field.bytes;
    if (field.number !== 1) continue;
    for (const part of fieldsOf(field.bytes)) {
      if (part.number === 1) apiVersion = textOf(part.bytes);
      if (part.number === 2) kind = textOf(part.bytes);
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
  read(result, tableOf(node), bytes, depth);
  return result;
}

function read(result: Record<string, unknown>, table: Table, bytes: Uint8Array, depth: number): void {
  if (depth > depthMax) throw new ProtobufError(`it is nested deeper than ${depthMax} messages`);
  for (const field of fieldsOf(bytes)) {
    const embedded = table.embedded.get(field.number);
    if (embedded !== undefined) {
      read(result, embedded, field.bytes, depth + 1);
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
    const item = single(items, field, depth);
    return [...((before as readonly unknown[] | undefined) ?? []), item ?? (items.type === 'any' ? null : '')];
  }
  if (node.type === 'map') {
    const [key, value] = mapEntry(resolve(node.values ?? { type: 'any' }), field.bytes, depth);
    const entries = { ...(before as Record<string, unknown> | undefined) };
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
      return numberOf(BigInt.asIntN(64, value));
    case 'number':
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0, true);
    case 'quantity':
      return text.decode(rawField(bytes)) || undefined;
    case 'intOrString': {
      let [kind, whole, word] = [0n, 0n, ''];
      for (const part of fieldsOf(bytes)) {
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
  for (const part of fieldsOf(bytes)) if (part.number === 1) nanoseconds = BigInt.asIntN(64, part.value);
  return `${Number(nanoseconds) / 1e9}s`;
}

function timeValue(bytes: Uint8Array, micro: boolean): string | undefined {
  let [seconds, nanos] = [0n, 0n];
  for (const part of fieldsOf(bytes)) {
    if (part.number === 1) seconds = BigInt.asIntN(64, part.value);
    if (part.number === 2) nanos = part.value;
  }
  if (bytes.length === 0) return undefined;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return micro ? `${whole}.${String(nanos / 1000n).padStart(6, '0')}Z` : `${whole}Z`;
}

function rawField(bytes: Uint8Array): Uint8Array {
  for (const part of fieldsOf(bytes)) if (part.number === 1) return part.bytes;
  return noBytes;
}
