/**
 * Reads a tar stream entry by entry: ustar with pax headers and GNU long names, as image layers are written. It
 * writes nothing: `oci-layer.ts` decides what may go where.
 */

export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  readonly mode: number;
  readonly linkTarget: string;
  readonly size: number;
  /** The file's bytes. What is not read is skipped. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** The stream is no tar archive, or is cut short. */
export class TarFormatError extends Error {
  readonly code = 'PINTLE_TAR_FORMAT';
  constructor(why: string) {
    super(`not a readable tar archive: ${why}`);
    this.name = 'TarFormatError';
  }
}

const blockBytes = 512;
/** Headers larger than this are not headers: names and links have no such length. */
const headerBytesMax = 1 << 20;

export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = new ByteReader(source);
  let extended: Record<string, string> = {};
  for (;;) {
    const header = await input.exactly(blockBytes, { orEnd: true });
    if (header === undefined || header.every((byte) => byte === 0)) return;
    checkSum(header);
    const type = String.fromCharCode(header[156]!);
    const size = extended['size'] !== undefined && type !== 'x' ? Number(extended['size']) : number(header, 124, 12);
    if (!Number.isSafeInteger(size) || size < 0) throw new TarFormatError('an entry has no readable size');
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (size > headerBytesMax) throw new TarFormatError(`an extended header of ${size} bytes`);
      const text = new TextDecoder().decode(await input.exactly(size));
      await input.skip(padding(size));
      if (type === 'x') extended = { ...extended, ...paxRecords(text) };
      else if (type === 'L') extended = { ...extended, path: text.replace(/\0.*$/s, '') };
      else if (type === 'K') extended = { ...extended, linkpath: text.replace(/\0.*$/s, '') };
      continue;
    }
    const prefix = string(header, 345, 155);
    const name = string(header, 0, 100);
    const ustar = string(header, 257, 5) === 'ustar';
    let remaining = size;
    yield {
      path: extended['path'] ?? (ustar && prefix !== '' ? `${prefix}/${name}` : name),
      type: typeOf(type),
      mode: number(header, 100, 8),
      linkTarget: extended['linkpath'] ?? string(header, 157, 100),
      size,
      content: {
        async *[Symbol.asyncIterator]() {
          while (remaining > 0) {
            const chunk = await input.atMost(remaining);
            remaining -= chunk.length;
            yield chunk;
          }
        },
      },
    };
    await input.skip(remaining + padding(size));
    extended = {};
  }
}

const padding = (size: number) => (blockBytes - (size % blockBytes)) % blockBytes;

function typeOf(flag: string): TarEntry['type'] {
  if (flag === '0' || flag === '\0' || flag === '7') return 'file';
  if (flag === '5') return 'directory';
  if (flag === '2') return 'symlink';
  if (flag === '1') return 'hardlink';
  return 'other';
}

function string(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or GNU's base-256 where the first bit is set. */
function number(block: Uint8Array, offset: number, length: number): number {
  if ((block[offset]! & 0x80) !== 0) {
    let value = block[offset]! & 0x7f;
    for (let i = offset + 1; i < offset + length; i++) value = value * 256 + block[i]!;
    return value;
  }
  const text = string(block, offset, length).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function checkSum(header: Uint8Array): void {
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  if (sum !== number(header, 148, 8)) throw new TarFormatError('a header has a wrong checksum');
}

function paxRecords(text: string): Record<string, string> {
  const records: Record<string, string> = Object.create(null);
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(decoder.decode(bytes.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length)
      throw new TarFormatError('a pax record has no readable length');
    const record = decoder.decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

/** Cuts a stream into pieces of wanted lengths. Holds at most one chunk of the source. */
class ByteReader {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);
  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** Between 1 and `bytes` bytes. */
  async atMost(bytes: number): Promise<Uint8Array> {
    if (!(await this.fill())) throw new TarFormatError('it ends inside an entry');
    const piece = this.rest.subarray(0, bytes);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }

  async exactly(bytes: number): Promise<Uint8Array>;
  async exactly(bytes: number, options: { orEnd: true }): Promise<Uint8Array | undefined>;
  async exactly(bytes: number, options?: { orEnd: true }): Promise<Uint8Array | undefined> {
    if (options?.orEnd && !(await this.fill())) return undefined;
    const whole = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const piece = await this.atMost(bytes - at);
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  async skip(bytes: number): Promise<void> {
    while (bytes > 0) bytes -= (await this.atMost(bytes)).length;
  }

  private async fill(): Promise<boolean> {
    while (this.rest.length === 0) {
      const next = await this.iterator.next();
      if (next.done === true) return false;
      this.rest = next.value;
    }
    return true;
  }
}
