/** Reads DER (X.690), as far as certificates and requests for them need it. Pure. */
import { fromBase64 } from '@pintle/machinery';

/** Bytes that are not the DER, or not the structure, that was expected. */
export class DerError extends Error {
  readonly code = 'PINTLE_DER';
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: its tag, its content, and all of its bytes. */
export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The element at the start. Errors: `DerError` for what is truncated, or of an indefinite length. */
export function readNode(bytes: Uint8Array): DerNode {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError('asn1: syntax error: data truncated');
  let length = first;
  let at = 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError('asn1: structure error: length too large');
    length = 0;
    for (; at < 2 + count; at++) length = length * 256 + (bytes[at] ?? 0);
  }
  if (bytes.length < at + length) throw new DerError('asn1: syntax error: data truncated');
  return { tag, content: bytes.subarray(at, at + length), bytes: bytes.subarray(0, at + length) };
}

/** The elements inside of a constructed one. */
export function children({ content }: DerNode): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < content.length; ) {
    const node = readNode(content.subarray(at));
    nodes.push(node);
    at += node.bytes.length;
  }
  return nodes;
}

/** Errors: `DerError` where there is no such element. */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node?.tag !== tag) throw new DerError(`asn1: structure error: no ${what}`);
  return node;
}

/** As `2.5.4.3`. */
export function readOid({ content }: DerNode): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}

const utf8 = new TextDecoder();
const latin1 = new TextDecoder('latin1');
const utf16 = new TextDecoder('utf-16be');

/** A string of any of the types that names are written in. */
export function readText({ tag, content }: DerNode): string {
  if (tag === 0x1e) return utf16.decode(content);
  return tag === 0x14 ? latin1.decode(content) : utf8.decode(content);
}

/** Milliseconds since 1970. */
export function readTime({ tag, content }: DerNode): number {
  const text = latin1.decode(content);
  const match = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) throw new DerError('asn1: structure error: no time');
  const [, century, year, month, day, hour, minute, second] = match.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  const full = tag === tags.utcTime ? (year! < 50 ? 2000 : 1900) + year! : century! * 100 + year!;
  return Date.UTC(full, month! - 1, day, hour, minute, second);
}

/** The first PEM block: what it is called and what is in it; undefined where there is none. */
export function readPem(
  text: string,
): { readonly label: string; readonly bytes: Uint8Array; readonly rest: string } | undefined {
  const match = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/.exec(text);
  if (match === null) return undefined;
  const bytes = bytesOfBase64(match[2]!.replaceAll(/\s/g, ''));
  return { label: match[1]!, bytes, rest: text.slice(match.index + match[0].length) };
}

/** Errors: `DerError`. */
export function bytesOfBase64(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw new DerError('illegal base64 data');
  }
}

export const textOfBase64 = (text: string): string => utf8.decode(bytesOfBase64(text));
