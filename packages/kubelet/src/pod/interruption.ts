/** Tells what a pod's worker has under way that the pod is to end. One for each stretch of work; made for every pod, so it is light. */
export class Interruption {
  private controller: AbortController | undefined;
  private release: (() => void) | undefined;
  private happened = false;

  get aborted(): boolean {
    return this.happened;
  }

  /** Made when somebody asks for it: few do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.happened) this.controller.abort();
    return this.controller.signal;
  }

  abort(): void {
    this.happened = true;
    this.controller?.abort();
    this.release?.();
  }

  /** As the work, or at once where this happens first: the work is then left alone. One work at a time. */
  orAborted(work: Promise<void>): Promise<void> {
    if (this.happened) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.release = resolve;
      work.then(resolve, reject);
    });
  }
}
