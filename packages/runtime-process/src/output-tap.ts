/**
 * Copies of a container's output for those who attach to it. A reader that falls behind is cut off.
 *
 * **Differs from Kubernetes**: where input is for one client (`stdinOnce`, as of `kubectl run -i`), the first one that attaches
 * hears what the container has said before, the latest 64 KiB of it. A container starts here so much sooner than it is attached to that
 * a short command would have said all by then.
 */

/** An attached reader was too slow. */
export class AttachOverflowError extends Error {
  readonly code = 'PINTLE_ATTACH_OVERFLOW';
  constructor(readonly bytesMax: number) {
    super(`an attached reader fell more than ${bytesMax} bytes behind the container's output`);
    this.name = 'AttachOverflowError';
  }
}

/** Bytes that one side pushes and the other reads, at most `bytesMax` unread. */
export class OutputTap implements AsyncIterable<Uint8Array> {
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;
  private end: { readonly error?: Error } | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly bytesMax = 1 << 20) {}

  push(chunk: Uint8Array): void {
    if (this.end !== undefined) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > this.bytesMax) this.close(new AttachOverflowError(this.bytesMax));
    this.wake?.();
  }

  /** Readers get what is there, then the end, or `error`. */
  close(error?: Error): void {
    this.end ??= error === undefined ? {} : { error };
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.chunks.shift();
      if (chunk !== undefined) {
        this.bytes -= chunk.length;
        yield chunk;
      } else if (this.end !== undefined) {
        if (this.end.error !== undefined) throw this.end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }
}

type Stream = 'stdout' | 'stderr';

const earlyBytesMax = 64 << 10;

/** All who are attached to one container. */
export class OutputTaps {
  private readonly open = new Set<Readonly<Record<Stream, OutputTap>>>();
  /** What nobody has heard yet, who should. */
  private early: { readonly stream: Stream; readonly chunk: Uint8Array }[] | undefined;
  private earlyBytes = 0;
  private isClosed = false;

  constructor(isForOne: boolean) {
    this.early = isForOne ? [] : undefined;
  }

  /** Whether there is something to hear also after the process has ended. */
  get hasEarly(): boolean {
    return this.early !== undefined;
  }

  push(stream: Stream, chunk: Uint8Array): void {
    for (const tap of this.open) tap[stream].push(chunk);
    if (this.early === undefined) return;
    this.early.push({ stream, chunk });
    this.earlyBytes += chunk.length;
    while (this.earlyBytes > earlyBytesMax) this.earlyBytes -= this.early.shift()!.chunk.length;
  }

  attach(): Readonly<Record<Stream, OutputTap>> & { leave(): void } {
    const tap = { stdout: new OutputTap(), stderr: new OutputTap() };
    for (const { stream, chunk } of this.early ?? []) tap[stream].push(chunk);
    this.early = undefined;
    if (this.isClosed) closeBoth(tap);
    else this.open.add(tap);
    return {
      ...tap,
      leave: () => {
        this.open.delete(tap);
        closeBoth(tap);
      },
    };
  }

  close(): void {
    this.isClosed = true;
    for (const tap of this.open) closeBoth(tap);
    this.open.clear();
  }
}

function closeBoth({ stdout, stderr }: Readonly<Record<Stream, OutputTap>>): void {
  stdout.close();
  stderr.close();
}
