/** Tells what a pod's worker has under way that the pod is to end. One for each stretch of work; made for every pod, so it is light. */
import { LazyAbort } from '@pintle/machinery';

export class Interruption {
  private readonly lazy = new LazyAbort();
  private release: (() => void) | undefined;

  get aborted(): boolean {
    return this.lazy.passed;
  }

  get signal(): AbortSignal {
    return this.lazy.signal;
  }

  abort(): void {
    this.lazy.abort(undefined);
    this.release?.();
  }

  /** As the work, or at once where this happens first: the work is then left alone. One work at a time. */
  orAborted(work: Promise<void>): Promise<void> {
    if (this.aborted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.release = resolve;
      work.then(resolve, reject);
    });
  }
}
