/** The newest of what one side sets, for one reader: what it has not read in time is replaced, as the size of a terminal. */
export class LatestValue<T> implements AsyncIterable<T> {
  private value: { readonly value: T } | undefined;
  private ended = false;
  private wake: (() => void) | undefined;

  set(value: T): void {
    this.value = { value };
    this.wake?.();
  }

  close(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const found = this.value;
      this.value = undefined;
      if (found !== undefined) yield found.value;
      else if (this.ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }
}
