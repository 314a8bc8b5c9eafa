/**
 * Kubernetes' protobuf encoding, written by schema: from a JSON value to the bytes of a message, and the envelopes that
 * messages travel in (apimachinery `runtime/serializer/protobuf`). `protobuf.ts` reads what this writes.
 *
 * Messages are written from their end to their beginning: so a length is known when its place comes.
 *
 * **Differs from Kubernetes**: a field that is absent is left out, where Go writes the zero values of fields that are no
 * pointers. Readers take both for the same.
 */
import { fromBase64 } from '../json/base64.js';
import { stringifyJson } from '../json/json-text.js';
import { type Choice, resolve, type SchemaNode } from './schema.js';

/** A value that its schema cannot say in protobuf. */
export class ProtobufWriteError extends Error {
  readonly code = 'PINTLE_PROTOBUF_WRITE';
  constructor(what: string) {
    super(`the value cannot be written as protobuf: ${what}`);
    this.name = 'ProtobufWriteError';
  }
}

const utf8 = new TextEncoder();

/** Bytes that grow towards their beginning. */
/** How many bytes a whole number below 2^53 takes. */
const varintBytes = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : Math.ceil((Math.floor(Math.log2(value)) + 1) / 7);

function putVarint(bytes: Uint8Array, start: number, value: number): void {
  const last = start + varintBytes(value) - 1;
  let rest = value;
  for (let i = start; i < last; i++) {
    bytes[i] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[last] = rest;
}

class Backwards {
  private bytes = new Uint8Array(2048);
  private at = this.bytes.length;

  get length(): number {
    return this.bytes.length - this.at;
  }

  private room(size: number): void {
    if (this.at >= size) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    grown.set(this.bytes.subarray(this.at), grown.length - this.length);
    this.at = grown.length - this.length;
    this.bytes = grown;
  }

  raw(part: Uint8Array): void {
    this.room(part.length);
    this.at -= part.length;
    this.bytes.set(part, this.at);
  }

  /** A whole number of at least 0, below 2^53. */
  varint(value: number): void {
    this.room(10);
    this.at -= varintBytes(value);
    putVarint(this.bytes, this.at, value);
  }

  /** A whole number of 64 bits, in two's complement. */
  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.varint(value);
      return;
    }
    const parts: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) parts.push(Number(rest & 0x7fn) | 0x80);
    parts.push(Number(rest));
    this.raw(Uint8Array.from(parts));
  }

  text(value: string): void {
    const { length } = value;
    this.room(length);
    const start = this.at - length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.raw(utf8.encode(value));
        return;
      }
      this.bytes[start + i] = code;
    }
    this.at = start;
  }

  double(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.raw(bytes);
  }

  tag(number: number, wire: 0 | 1 | 2): void {
    this.varint(number * 8 + wire);
  }

  /** What was written since `from`, as a field. */
  close(number: number, from: number): void {
    this.varint(this.length - from);
    this.tag(number, 2);
  }

  done(): Uint8Array {
    return this.bytes.slice(this.at);
  }

  /** To begin anew in the same buffer. */
  clear(): void {
    this.at = this.bytes.length;
  }
}

type Step = (to: Backwards, value: unknown) => void;

interface Field {
  readonly key: string;
  readonly write: Step;
}

/** A message's own fields, and the messages within it whose fields stand in the same object. */
interface Message {
  readonly fields: readonly Field[];
  readonly embedded: readonly (readonly [number: number, message: Message])[];
}

const messages = new WeakMap<SchemaNode, Message>();

function messageOf(node: SchemaNode): Message {
  const known = messages.get(node);
  if (known !== undefined) return known;
  interface Open {
    fields: Field[];
    embedded: Map<number, Open>;
  }
  const open = (): Open => ({ fields: [], embedded: new Map() });
  const root = open();
  for (const [key, place] of Object.entries(node.properties ?? {})) {
    if (place.proto === undefined) continue;
    let home = root;
    for (const number of place.protoInline ?? []) {
      const inner = home.embedded.get(number) ?? open();
      home.embedded.set(number, inner);
      home = inner;
    }
    home.fields.push({ key, write: fieldStep(place, place.proto) });
  }
  const closed = ({ fields, embedded }: Open): Message => ({
    fields,
    embedded: [...embedded].map(([number, inner]) => [number, closed(inner)] as const),
  });
  const message = closed(root);
  messages.set(node, message);
  return message;
}

function writeFields(to: Backwards, { fields, embedded }: Message, value: Readonly<Record<string, unknown>>): void {
  for (const { key, write } of fields) {
    const field = value[key];
    if (field !== undefined && field !== null) write(to, field);
  }
  for (const [number, message] of embedded) {
    const from = to.length;
    writeFields(to, message, value);
    if (to.length > from) to.close(number, from);
  }
}

/** Writes a field with its tag; a list, one field an item, the last item first. */
function fieldStep(place: SchemaNode, number: number): Step {
  const node = resolve(place);
  if (node.type === 'array') {
    const item = valueStep(resolve(node.items ?? { type: 'any' }), number);
    return (to, value) => {
      const items = value as readonly unknown[];
      for (let i = items.length - 1; i >= 0; i--) item(to, items[i]);
    };
  }
  if (node.type !== 'map') return valueStep(node, number);
  const values = resolve(node.values ?? { type: 'any' });
  // A list as a value is wrapped in a message of its own, whose field 1 repeats.
  const entry = values.type === 'array' ? wrapped(fieldStep(values, 1), 2) : valueStep(values, 2);
  return (to, value) => {
    const entries = Object.entries(value as Readonly<Record<string, unknown>>);
    for (let i = entries.length - 1; i >= 0; i--) {
      const [key, inner] = entries[i]!;
      const from = to.length;
      if (inner !== null && inner !== undefined) entry(to, inner);
      textField(to, 1, key);
      to.close(number, from);
    }
  };
}

const wrapped =
  (write: Step, number: number): Step =>
  (to, value) => {
    const from = to.length;
    write(to, value);
    to.close(number, from);
  };

function textField(to: Backwards, number: number, value: string): void {
  const from = to.length;
  to.text(value);
  to.close(number, from);
}

function valueStep(node: SchemaNode, number: number): Step {
  switch (node.type) {
    case 'string':
      return stringStep(node, number);
    case 'boolean':
      return (to, value) => {
        to.varint(value ? 1 : 0);
        to.tag(number, 0);
      };
    case 'integer':
      return (to, value) => {
        to.integer(value as number | bigint);
        to.tag(number, 0);
      };
    case 'number':
      return (to, value) => {
        to.double(value as number);
        to.tag(number, 1);
      };
    case 'quantity':
      return wrapped((to, value) => textField(to, 1, String(value)), number);
    case 'intOrString':
      return wrapped(writeIntOrString, number);
    case 'any':
      if (node.choices !== undefined) return wrapped(choiceStep(node.choices), number);
      return wrapped((to, value) => textField(to, 1, stringifyJson(value)), number);
    case 'object': {
      let message: Message | undefined;
      return (to, value) => {
        message ??= messageOf(node);
        const from = to.length;
        writeFields(to, message, value as Readonly<Record<string, unknown>>);
        to.close(number, from);
      };
    }
    default:
      throw new ProtobufWriteError(`a ${node.type} stands where one value should`);
  }
}

/** A boolean among the choices says of each other that it is there, as Go has it. */
function choiceStep(choices: readonly Choice[]): Step {
  const steps = choices.map(({ number, node }) => {
    const { type } = resolve(node);
    return { type, write: fieldStep(node, number) };
  });
  return (to, value) => {
    for (const { type, write } of steps.toReversed()) {
      if (type === 'boolean') write(to, value !== false);
      else if (type === (Array.isArray(value) ? 'array' : typeof value)) write(to, value);
    }
  };
}

const writeIntOrString: Step = (to, value) => {
  if (typeof value === 'string') textField(to, 3, value);
  else {
    to.integer(value as number | bigint);
    to.tag(2, 0);
  }
  to.varint(typeof value === 'string' ? 1 : 0);
  to.tag(1, 0);
};

function stringStep({ format }: SchemaNode, number: number): Step {
  if (format === 'byte')
    return (to, value) => {
      const bytes = fromBase64(value as string);
      to.raw(bytes);
      to.varint(bytes.length);
      to.tag(number, 2);
    };
  if (format === 'date-time' || format === 'micro-time') return wrapped(writeTime, number);
  if (format === 'duration') return wrapped(writeDuration, number);
  return (to, value) => textField(to, number, value as string);
}

const writeTime: Step = (to, value) => {
  const text = value as string;
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const nanos = Number(fraction.padEnd(9, '0').slice(0, 9));
  to.varint(nanos);
  to.tag(2, 0);
  to.integer(Math.floor(Date.parse(text) / 1000));
  to.tag(1, 0);
};

const unitNanoseconds: Readonly<Record<string, number>> = {
  h: 3.6e12,
  m: 6e10,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  µs: 1e3,
  ns: 1,
};

const writeDuration: Step = (to, value) => {
  const parts = [...(value as string).matchAll(/([\d.]+)(h|ms|us|µs|ns|m|s)/g)];
  to.integer(Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitNanoseconds[unit!]!, 0)));
  to.tag(1, 0);
};

/** Writes messages of one type, without envelopes, one after the other in one buffer. Errors: `ProtobufWriteError`. */
export class MessageWriter {
  private readonly to = new Backwards();
  private readonly message: Message;

  constructor(place: SchemaNode) {
    this.message = messageOf(resolve(place));
  }

  write(value: unknown): Uint8Array {
    this.fill(value);
    return this.to.done();
  }

  /** How long the message is; it is not kept. */
  lengthOf(value: unknown): number {
    this.fill(value);
    return this.to.length;
  }

  private fill(value: unknown): void {
    this.to.clear();
    writeFields(this.to, this.message, value as Readonly<Record<string, unknown>>);
  }
}

/** The message of a value, without an envelope. Errors: `ProtobufWriteError`. */
export const writeMessage = (place: SchemaNode, value: unknown): Uint8Array => new MessageWriter(place).write(value);

export interface MessageKind {
  readonly apiVersion: string;
  readonly kind: string;
}

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/** `k8s`, and a `runtime.Unknown` that says what the message is. */
export function sealEnvelope(kind: MessageKind, message: Uint8Array): Uint8Array {
  const head = envelopeHead(kind, message.length);
  const sealed = new Uint8Array(head.length + message.length);
  sealed.set(head);
  sealed.set(message, head.length);
  return sealed;
}

/** What comes before a message of `length` bytes; nothing comes after it. */
export function envelopeHead(kind: MessageKind, length: number): Uint8Array {
  const to = new Backwards();
  to.varint(length);
  to.tag(2, 2);
  const from = to.length;
  textField(to, 2, kind.kind);
  textField(to, 1, kind.apiVersion);
  to.close(1, from);
  to.raw(magic);
  return to.done();
}

/** The tag and length of an item of a list's message (field 2), before the item's message of `length` bytes. */
export function listItemHead(length: number): Uint8Array {
  const head = new Uint8Array(1 + varintBytes(length));
  head[0] = listItemTag;
  putVarint(head, 1, length);
  return head;
}

/** Field 2, of bytes. */
const listItemTag = 0x12;

/** One event of a watch: its length in four bytes, then a `WatchEvent` that holds the object in its envelope. */
export function watchEventFrame(type: string, envelope: Uint8Array): Uint8Array {
  const to = new Backwards();
  const from = to.length;
  to.raw(envelope);
  to.varint(envelope.length);
  to.tag(1, 2);
  to.close(2, from);
  textField(to, 1, type);
  const { length } = to;
  to.raw(Uint8Array.of(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff));
  return to.done();
}
