/**
 * Bytes from one writer to one reader, with a bound: `push` lets the writer wait once more than `bytesMax` is
 * unread. When the reader leaves, what comes after is dropped, so that no writer waits for nobody.
 */
export class BytePipe implements AsyncIterable<Uint8Array> {
  private readonly chunks: Uint8Array[] = [];
  private unread = 0;
  private end: { readonly error?: unknown } | undefined;
  private left = false;
  private wakeReader: (() => void) | undefined;
  private room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** `onRead`: called with the number of bytes that the reader took. */
  constructor(
    private readonly bytesMax: number,
    private readonly onRead: (bytes: number) => void = () => {},
  ) {}

  /** A promise where the writer should wait. What is pushed after the end is dropped. */
  push(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.length === 0) return undefined;
    if (this.left || this.end !== undefined) {
      this.onRead(chunk.length);
      return undefined;
    }
    this.chunks.push(chunk);
    this.unread += chunk.length;
    this.wakeReader?.();
    if (this.unread <= this.bytesMax) return undefined;
    if (this.room === undefined) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.room = { promise, resolve };
    }
    return this.room.promise;
  }

  /** The reader gets what is there, then the end, or `error`. */
  close(error?: unknown): void {
    this.end ??= error === undefined ? {} : { error };
    this.wakeReader?.();
    this.letWrite();
  }

  get ended(): boolean {
    return this.end !== undefined;
  }

  get unreadBytes(): number {
    return this.unread;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = this.chunks.shift();
        if (chunk !== undefined) {
          this.took(chunk.length);
          yield chunk;
        } else if (this.end !== undefined) {
          if (this.end.error !== undefined) throw this.end.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.wakeReader = resolve;
          });
          this.wakeReader = undefined;
        }
      }
    } finally {
      this.left = true;
      this.took(this.unread);
      this.chunks.length = 0;
    }
  }

  private took(bytes: number): void {
    if (bytes === 0) return;
    this.unread -= bytes;
    this.onRead(bytes);
    if (this.unread <= this.bytesMax / 2) this.letWrite();
  }

  private letWrite(): void {
    this.room?.resolve();
    this.room = undefined;
  }
}
