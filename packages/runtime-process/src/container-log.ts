/**
 * The log of one run of a container: files `0.log`, `1.log`, … in a folder of its own, the newest written to and the
 * oldest removed. Written by the runtime, read by `kubectl logs` while it grows.
 *
 * Invariants:
 * 1. Only the file with the highest number grows; the ones below it are complete.
 * 2. At most `filesMax` files of about `fileBytesMax` bytes are there.
 * 3. Writes are in order: one at a time.
 */
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogOptions } from '@pintle/contracts';
import { formatLogLine, LineSplitter, type LogLine, type LogStream, parseLogLine } from './log-line.js';

export interface LogLimits {
  /** Default 10 MiB. */
  readonly fileBytesMax: number;
  /** Default 5. */
  readonly filesMax: number;
  /** A longer line is kept in parts. Default 16 KiB. */
  readonly lineBytesMax: number;
}

const readBytes = 64 * 1024;

export class ContainerLog {
  private file: FileHandle | undefined;
  private newest = 0;
  private oldest = 0;
  private bytes = 0;
  private tail: Promise<void> = Promise.resolve();
  private closed = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly folder: string,
    private readonly limits: LogLimits,
    private readonly now: () => number,
  ) {}

  /** Writes all of a stream, line by line, as fast as the disk takes it. Resolves when the stream has ended. */
  async capture(
    stream: LogStream,
    source: AsyncIterable<Uint8Array>,
    onChunk: (chunk: Uint8Array) => void,
  ): Promise<void> {
    const splitter = new LineSplitter(this.limits.lineBytesMax);
    try {
      for await (const chunk of source) {
        onChunk(chunk);
        await this.write(stream, splitter.push(chunk));
      }
    } finally {
      const rest = splitter.end();
      if (rest !== undefined) await this.write(stream, [rest]);
    }
  }

  private write(
    stream: LogStream,
    lines: readonly { readonly partial: boolean; readonly content: Buffer }[],
  ): Promise<void> {
    if (lines.length === 0) return Promise.resolve();
    const atMs = this.now();
    const written = this.tail.then(async () => {
      if (this.closed) return;
      for (let from = 0; from < lines.length; ) {
        // As many lines at once as fit into the file.
        const batch: Buffer[] = [];
        let size = 0;
        while (from < lines.length && this.bytes + size < this.limits.fileBytesMax) {
          const line = formatLogLine(atMs, stream, lines[from]!.partial, lines[from]!.content);
          batch.push(line);
          size += line.length;
          from++;
        }
        if (batch.length > 0) {
          this.file ??= await this.openNewest();
          await this.file.write(Buffer.concat(batch));
          this.bytes += size;
        }
        if (this.bytes >= this.limits.fileBytesMax) await this.rotate();
      }
      this.wake();
    });
    this.tail = written.catch(() => {});
    return written;
  }

  private async openNewest(): Promise<FileHandle> {
    await mkdir(this.folder, { recursive: true });
    return open(this.path(this.newest), 'a');
  }

  private async rotate(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
    this.newest++;
    this.bytes = 0;
    while (this.newest - this.oldest >= this.limits.filesMax) await rm(this.path(this.oldest++), { force: true });
  }

  /** No more is written, and readers that follow come to their end. */
  async close(): Promise<void> {
    await this.tail;
    this.closed = true;
    await this.file?.close();
    this.file = undefined;
    this.wake();
  }

  /**
   * Reads what was written, then, with `follow`, what comes until the log is closed.
   *
   * Differs from Kubernetes: shows all files that rotation has left, not only the newest.
   */
  async *read(options: LogOptions): AsyncGenerator<Uint8Array> {
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    let lines = this.lines({
      follow: options.follow === true,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (options.tailLines !== undefined) lines = this.lastLines(options.tailLines, options);
    for await (const line of lines) {
      if (!isWanted(line, options)) continue;
      const text = show(line, options.timestamps === true);
      yield text.length > left ? text.subarray(0, left) : text;
      left -= text.length;
      if (left <= 0) return;
    }
  }

  private async *lastLines(count: number, options: LogOptions): AsyncGenerator<LogLine> {
    const kept: LogLine[] = [];
    const position = { file: this.oldest, offset: 0 };
    for await (const line of this.lines({ follow: false, position })) {
      if (!isWanted(line, options) || count === 0) continue;
      kept.push(line);
      if (kept.length > count) kept.shift();
    }
    yield* kept;
    if (options.follow)
      yield* this.lines({
        follow: true,
        position,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
  }

  /** Every line from `position` on; leaves `position` behind the last one. */
  private async *lines(from: {
    follow: boolean;
    signal?: AbortSignal;
    position?: { file: number; offset: number };
  }): AsyncGenerator<LogLine> {
    const { follow, signal, position = { file: this.oldest, offset: 0 } } = from;
    const buffer = Buffer.alloc(readBytes);
    let rest: Buffer = Buffer.alloc(0);
    let file: FileHandle | undefined;
    try {
      while (!signal?.aborted) {
        // Looked at before reading: what is written meanwhile is read in the next round.
        const complete = this.newest > position.file;
        const ended = this.closed;
        const seen = this.bytes;
        if (position.file < this.oldest) {
          await file?.close();
          file = undefined;
          position.file = this.oldest;
          position.offset = 0;
          rest = Buffer.alloc(0);
        }
        file ??= await open(this.path(position.file), 'r').catch(() => undefined);
        const { bytesRead } =
          file === undefined
            ? { bytesRead: 0 }
            : await file.read(buffer, 0, buffer.length, position.offset + rest.length);
        if (bytesRead > 0) {
          let data = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
          for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a)) {
            const line = parseLogLine(data.subarray(0, end));
            data = data.subarray(end + 1);
            position.offset += end + 1;
            if (line !== undefined) yield line;
          }
          rest = data;
        } else if (complete) {
          await file?.close();
          file = undefined;
          position.file++;
          position.offset = 0;
          rest = Buffer.alloc(0);
        } else if (!follow || ended) return;
        else if (seen === this.bytes && !this.closed && this.newest === position.file) await this.change(signal);
      }
    } finally {
      await file?.close();
    }
  }

  private change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  private wake(): void {
    for (const done of [...this.waiting]) done();
  }

  private path(number: number): string {
    return join(this.folder, `${number}.log`);
  }
}

function isWanted(line: LogLine, { sinceMs, stream }: LogOptions): boolean {
  if (sinceMs !== undefined && line.atMs < sinceMs) return false;
  return stream === undefined || stream === 'All' || stream.toLowerCase() === line.stream;
}

function show(line: LogLine, timestamps: boolean): Buffer {
  const parts: Uint8Array[] = [line.content];
  if (timestamps) parts.unshift(Buffer.from(`${line.timestamp} `));
  if (!line.partial) parts.push(Buffer.from('\n'));
  return Buffer.concat(parts);
}
