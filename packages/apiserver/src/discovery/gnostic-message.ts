/** Messages of gnostic's protobuf under construction: fields are appended in the order in which they are written. */
import { stringifyJson } from '@pintle/machinery';

const encoder = new TextEncoder();

export class Message {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  private push(part: Uint8Array): void {
    this.parts.push(part);
    this.size += part.length;
  }

  bytes(number: number, value: Uint8Array): this {
    this.push(varint((number << 3) | 2));
    this.push(varint(value.length));
    this.push(value);
    return this;
  }

  string(number: number, value: unknown): this {
    return value === undefined ? this : this.bytes(number, encoder.encode(String(value)));
  }

  message(number: number, value: Message | undefined): this {
    return value === undefined ? this : this.bytes(number, value.finish());
  }

  flag(number: number, value: unknown): this {
    return value === true ? this.integer(number, 1) : this;
  }

  /** At least 0. */
  integer(number: number, value: number): this {
    this.push(varint(number << 3));
    this.push(varint(value));
    return this;
  }

  double(number: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.push(varint((number << 3) | 1));
    this.push(bytes);
    return this;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export const named = (name: string, value: Message) => new Message().string(1, name).message(2, value);

/** JSON is YAML, which is what an `Any` holds. */
export const anything = (value: unknown) => new Message().string(2, `${stringifyJson(value)}\n`);
