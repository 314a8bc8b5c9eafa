/**
 * A container's output in the format of CRI logs, a line each:
 * `2016-10-06T00:17:09.669794202Z stdout F what it said`. `F` is a full line, `P` a part whose rest follows.
 */

export type LogStream = 'stdout' | 'stderr';

export interface LogLine {
  readonly timestamp: string;
  readonly atMs: number;
  readonly stream: LogStream;
  /** A part: no line break follows it. */
  readonly partial: boolean;
  readonly content: Buffer;
}

const newline = 0x0a;

export function formatLogLine(atMs: number, stream: LogStream, partial: boolean, content: Uint8Array): Buffer {
  const head = `${new Date(atMs).toISOString().slice(0, -1)}000000Z ${stream} ${partial ? 'P' : 'F'} `;
  return Buffer.concat([Buffer.from(head), content, Buffer.from([newline])]);
}

/** Reads one line without its line break; undefined where it has another format. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const first = line.indexOf(0x20);
  const second = first < 0 ? -1 : line.indexOf(0x20, first + 1);
  const third = second < 0 ? -1 : line.indexOf(0x20, second + 1);
  if (third < 0) return undefined;
  const timestamp = line.toString('latin1', 0, first);
  const stream = line.toString('latin1', first + 1, second);
  const atMs = Date.parse(timestamp);
  if (Number.isNaN(atMs) || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
  return { timestamp, atMs, stream, partial: line[second + 1] === 0x50, content: line.subarray(third + 1) };
}

/** Cuts a stream of bytes into lines. Holds at most `lineBytesMax` bytes: a longer line comes out in parts. */
export class LineSplitter {
  private rest: Buffer = Buffer.alloc(0);
  constructor(private readonly lineBytesMax: number) {}

  push(chunk: Uint8Array): { readonly partial: boolean; readonly content: Buffer }[] {
    const lines: { partial: boolean; content: Buffer }[] = [];
    let data = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk]);
    for (;;) {
      const end = data.indexOf(newline);
      if (end >= 0 && end <= this.lineBytesMax) {
        lines.push({ partial: false, content: data.subarray(0, end) });
        data = data.subarray(end + 1);
      } else if (data.length > this.lineBytesMax) {
        lines.push({ partial: true, content: data.subarray(0, this.lineBytesMax) });
        data = data.subarray(this.lineBytesMax);
      } else break;
    }
    this.rest = data;
    return lines;
  }

  /** What came after the last line break, if anything. */
  end(): { readonly partial: true; readonly content: Buffer } | undefined {
    const content = this.rest;
    this.rest = Buffer.alloc(0);
    return content.length === 0 ? undefined : { partial: true, content };
  }
}
