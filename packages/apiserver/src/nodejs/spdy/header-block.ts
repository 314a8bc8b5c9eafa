/**
 * SPDY header blocks: names and values, in one zlib stream for each direction of a connection. What comes in is
 * inflated by Node's zlib. What goes out is wrapped as it is, in stored blocks, which every inflater reads: the
 * replies sent here carry next to nothing.
 */
import { createInflate } from 'node:zlib';
import { adler32, spdyDictionary } from './dictionary.js';
import { SpdyProtocolError } from './frames.js';

export type Headers = ReadonlyMap<string, string>;

/** Of one inflated block: a small frame may unfold to a thousand times its size. */
const inflatedBytesMax = 64 * 1024;

export class HeaderInflater {
  private readonly zlib = createInflate({ dictionary: spdyDictionary });
  private pieces: Buffer[] = [];
  private size = 0;
  private fail: ((error: Error) => void) | undefined;

  constructor() {
    this.zlib.on('readable', () => this.take());
    this.zlib.on('error', (error) =>
      this.fail?.(new SpdyProtocolError('headers that cannot be inflated', { cause: error })),
    );
  }

  /** One block after the other, in the order in which they came. Errors: `SpdyProtocolError`. */
  async inflate(block: Uint8Array): Promise<Headers> {
    this.pieces = [];
    this.size = 0;
    await new Promise<void>((resolve, reject) => {
      this.fail = reject;
      this.zlib.write(block, (error) => {
        if (error != null) return reject(new SpdyProtocolError('headers that cannot be inflated', { cause: error }));
        this.take();
        resolve();
      });
    });
    return parseHeaders(Buffer.concat(this.pieces));
  }

  close(): void {
    this.zlib.destroy();
  }

  private take(): void {
    for (;;) {
      const piece = this.zlib.read() as Buffer | null;
      if (piece === null) return;
      this.size += piece.length;
      if (this.size > inflatedBytesMax) {
        this.fail?.(new SpdyProtocolError(`headers of more than ${inflatedBytesMax} bytes`));
        this.zlib.destroy();
        return;
      }
      this.pieces.push(piece);
    }
  }
}

/** Errors: `SpdyProtocolError`. */
export function parseHeaders(block: Buffer): Headers {
  const headers = new Map<string, string>();
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw new SpdyProtocolError('headers that end too early');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (length > block.length - at) throw new SpdyProtocolError('headers that end too early');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  const count = number();
  for (let i = 0; i < count; i++) {
    const name = text().toLowerCase();
    const value = text();
    if (name === '' || headers.has(name)) throw new SpdyProtocolError('a header without a name, or twice');
    headers.set(name, value);
  }
  return headers;
}

export function formatHeaders(headers: Headers): Buffer {
  const pieces = [...headers].flatMap(([name, value]) => [Buffer.from(name.toLowerCase()), Buffer.from(value)]);
  const lengthOf = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return Buffer.concat([lengthOf(headers.size), ...pieces.flatMap((piece) => [lengthOf(piece.length), piece])]);
}

const storedBytesMax = 65_535;

/** Writes blocks into one zlib stream (RFC 1950, RFC 1951 section 3.2.4), without making them smaller. */
export class HeaderWrapper {
  private isBegun = false;

  wrap(headers: Headers): Buffer {
    const block = formatHeaders(headers);
    const pieces: Buffer[] = [];
    if (!this.isBegun) {
      const head = Buffer.from([0x78, 0xbb, 0, 0, 0, 0]);
      head.writeUInt32BE(adler32(spdyDictionary), 2);
      pieces.push(head);
      this.isBegun = true;
    }
    for (let at = 0; at < block.length; at += storedBytesMax) {
      const piece = block.subarray(at, at + storedBytesMax);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(piece.length, 1);
      head.writeUInt16LE(~piece.length & 0xffff, 3);
      pieces.push(head, piece);
    }
    pieces.push(syncFlush);
    return Buffer.concat(pieces);
  }
}

/** An empty stored block, by which Go's inflater knows that it has all there is for now. */
const syncFlush = Buffer.from([0, 0, 0, 0xff, 0xff]);
