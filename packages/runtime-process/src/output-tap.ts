/** A copy of a container's output for those who attach to it, from now on. A reader that falls behind is cut off. */

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
