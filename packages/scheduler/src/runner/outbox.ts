/**
 * Writes that nobody waits for: conditions and events. A bounded number are under way at once, a bounded number
 * wait; a newer write for the same key takes the place of the one that waits. When too many wait, the oldest is
 * dropped and counted: the scheduler never stands still for its own reports.
 */
export interface OutboxOptions {
  /** Default 32. */
  readonly concurrency?: number;
  /** Default 10,000. */
  readonly backlogMax?: number;
  readonly onError: (error: unknown) => void;
}

export class Outbox {
  private readonly backlog = new Map<string, () => Promise<void>>();
  private readonly concurrency: number;
  private readonly backlogMax: number;
  private running = 0;
  private stopped = false;
  private onIdle: (() => void)[] = [];
  /** Writes given up because too many waited. */
  dropped = 0;

  constructor(private readonly options: OutboxOptions) {
    this.concurrency = options.concurrency ?? 32;
    this.backlogMax = options.backlogMax ?? 10_000;
  }

  get idle(): boolean {
    return this.running === 0 && this.backlog.size === 0;
  }

  send(key: string, write: () => Promise<void>): void {
    if (this.stopped) return;
    this.backlog.delete(key);
    this.backlog.set(key, write);
    if (this.backlog.size > this.backlogMax) {
      this.backlog.delete(this.backlog.keys().next().value!);
      this.dropped++;
    }
    this.pump();
  }

  /** Takes nothing more, and resolves when what is under way has ended; what waits is dropped. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.backlog.clear();
    if (this.running > 0) await new Promise<void>((resolve) => this.onIdle.push(resolve));
  }

  private pump(): void {
    while (this.running < this.concurrency) {
      const next = this.backlog.entries().next();
      if (next.done) return;
      const [key, write] = next.value;
      this.backlog.delete(key);
      this.running++;
      write()
        .catch(this.options.onError)
        .finally(() => {
          this.running--;
          this.pump();
          if (!this.idle) return;
          for (const resolve of this.onIdle.splice(0)) resolve();
        });
    }
  }
}
