/** One simulated container: what its behaviour makes of it as time goes by. */
import type { ContainerConfig, ContainerStatus, LogOptions } from '@pintle/contracts';
import type { CancelTimer, Clock } from '@pintle/machinery';
import { type ImageBehaviour, runOf, type SimulatedRun } from './behaviour.js';

const encoder = new TextEncoder();

interface ContainerEnd {
  readonly exitCode: number;
  readonly signal?: number;
  /** `Completed` or `Error`, by the exit code, unless given. */
  readonly reason?: string;
  readonly message?: string;
}

export class SimulatedContainer {
  private state: 'created' | 'running' | 'exited' = 'created';
  private readonly run: SimulatedRun;
  private readonly createdAtMs: number;
  private startedAtMs: number | undefined;
  private end: (ContainerEnd & { readonly atMs: number }) | undefined;
  private cancelEnd: CancelTimer | undefined;
  private cancelStop: { readonly cancel: CancelTimer; readonly atMs: number } | undefined;
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly id: string,
    readonly sandboxId: string,
    readonly config: ContainerConfig,
    readonly behaviour: ImageBehaviour,
    private readonly clock: Clock,
    private readonly onStopped: () => void,
  ) {
    this.run = runOf(behaviour, config.attempt);
    this.createdAtMs = clock.now();
  }

  get running(): boolean {
    return this.state === 'running';
  }

  start(): void {
    if (this.state !== 'created') return;
    this.state = 'running';
    this.startedAtMs = this.clock.now();
    const { runMs, exitCode = 0, message } = this.run;
    if (runMs !== undefined)
      this.cancelEnd = this.clock.schedule(runMs, () =>
        this.finish({ exitCode, ...(message === undefined ? {} : { message }) }),
      );
  }

  /** Ends as its behaviour says, or by SIGKILL when the grace is over. Resolves when it has. */
  stop(graceMs: number): Promise<void> {
    if (this.state === 'created') this.finish({ exitCode: 137, signal: 9 });
    if (this.state === 'exited') return Promise.resolve();
    const { stopMs = 0, stopExitCode = 0 } = this.behaviour;
    const killed = graceMs === 0 || stopMs > graceMs;
    const afterMs = killed ? graceMs : stopMs;
    const atMs = this.clock.now() + afterMs;
    const ended = this.ended();
    if (afterMs === 0) this.finish(killed ? { exitCode: 137, signal: 9 } : { exitCode: stopExitCode });
    else if (this.cancelStop === undefined || atMs < this.cancelStop.atMs) {
      this.cancelStop?.cancel();
      this.cancelStop = {
        atMs,
        cancel: this.clock.schedule(afterMs, () =>
          this.finish(killed ? { exitCode: 137, signal: 9 } : { exitCode: stopExitCode }),
        ),
      };
    }
    return ended;
  }

  /** Resolves when it has ended. */
  ended(): Promise<void> {
    return this.state === 'exited' ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  get exitCode(): number {
    return this.end?.exitCode ?? 0;
  }

  /** Ends it now, as a fault from outside does. */
  finish(end: ContainerEnd): void {
    if (this.state === 'exited') return;
    this.cancelEnd?.();
    this.cancelStop?.cancel();
    this.state = 'exited';
    this.end = { ...end, atMs: this.clock.now() };
    for (const done of this.waiting.splice(0)) done();
    this.onStopped();
  }

  /** What a probe finds. */
  get well(): boolean {
    if (this.state !== 'running') return false;
    const age = this.clock.now() - this.startedAtMs!;
    return age >= (this.run.readyAfterMs ?? 0) && age < (this.run.illAfterMs ?? Number.POSITIVE_INFINITY);
  }

  get ageMs(): number {
    return this.startedAtMs === undefined ? 0 : (this.end?.atMs ?? this.clock.now()) - this.startedAtMs;
  }

  async *logs({
    follow,
    tailLines,
    sinceMs,
    timestamps,
    limitBytes,
    stream,
    signal,
  }: LogOptions): AsyncGenerator<Uint8Array> {
    let left = limitBytes ?? Number.POSITIVE_INFINITY;
    const isWanted = (line: { atMs: number; stream: string }) =>
      line.atMs >= (sinceMs ?? 0) && (stream === undefined || stream === 'All' || stream.toLowerCase() === line.stream);
    const lines = (this.behaviour.log ?? [])
      .map(({ afterMs = 0, text, stream: from = 'stdout' }) => ({
        atMs: (this.startedAtMs ?? Number.POSITIVE_INFINITY) + afterMs,
        text,
        stream: from,
      }))
      .sort((a, b) => a.atMs - b.atMs)
      .filter(isWanted);
    const untilMs = () => this.end?.atMs ?? this.clock.now();
    const written = lines.filter(({ atMs }) => atMs <= untilMs()).length;
    const first = tailLines === undefined ? 0 : Math.max(0, written - tailLines);
    for (const { atMs, text } of lines.slice(first)) {
      while (follow === true && this.state !== 'exited' && atMs > this.clock.now() && !signal?.aborted)
        await this.until(atMs, signal);
      if (atMs > untilMs() || signal?.aborted) break;
      const bytes = encoder
        .encode(`${timestamps === true ? `${new Date(atMs).toISOString()} ` : ''}${text}\n`)
        .subarray(0, left);
      left -= bytes.length;
      yield bytes;
      if (left <= 0) return;
    }
    while (follow === true && this.state !== 'exited' && !signal?.aborted) await this.until(undefined, signal);
  }

  /** Waits for a moment, or the end, or the signal. */
  private until(atMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = atMs === undefined ? undefined : this.clock.schedule(atMs - this.clock.now(), () => done());
      const done = () => {
        cancel?.();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
      this.waiting.push(done);
    });
  }

  status(): ContainerStatus {
    const { config, end } = this;
    return {
      id: this.id,
      sandboxId: this.sandboxId,
      name: config.name,
      attempt: config.attempt,
      state: this.state,
      image: config.image ?? config.imageRef,
      imageRef: config.imageRef,
      createdAtMs: this.createdAtMs,
      labels: config.labels,
      ...(this.startedAtMs === undefined ? {} : { startedAtMs: this.startedAtMs }),
      ...(end === undefined
        ? {}
        : {
            finishedAtMs: end.atMs,
            exitCode: end.exitCode,
            reason: end.reason ?? (end.exitCode === 0 ? 'Completed' : 'Error'),
            ...(end.signal === undefined ? {} : { signal: end.signal }),
            ...(end.message === undefined ? {} : { message: end.message }),
          }),
    };
  }
}
