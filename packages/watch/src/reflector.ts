/**
 * Keeps a target true to one list of the server: lists, then watches from there, and again whenever the watch
 * breaks. It never gives up and never falls silent: errors back off, and a watch that ends is begun anew from
 * the version it had reached.
 */
import type { Client, ListOptions, ObjectList, WatchEvent } from '@pintle/client';
import { jitter, type KindRef, type KubernetesObject, StatusError, type World } from '@pintle/machinery';
import type { Subscription } from 'rxjs';

export interface ReflectorTarget<T> {
  /** Everything there is, as of `resourceVersion`. */
  replace(objects: readonly T[], resourceVersion: string): void;
  /** One change. */
  apply(event: WatchEvent<T>): void;
}

export interface ReflectorOptions extends Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'> {
  /** Objects of one page of a list. Default 500. */
  readonly pageSize?: number;
}

/** client-go's: 800 ms, doubling to 30 s, reset after two minutes of quiet. */
const backoffBaseMs = 800;
const backoffMaxMs = 30_000;
const backoffResetMs = 120_000;
/** A watch is asked to end after so long, and again as much by chance, so that one that went dead is noticed. */
const watchSeconds = 300;
/** Beyond its own end, a watch that says nothing is given up. */
const overdueMs = 30_000;

export class Reflector<T extends KubernetesObject> {
  private resourceVersion: string | undefined;
  private subscription: Subscription | undefined;
  private readonly stopping = new AbortController();
  private backoffMs = backoffBaseMs;
  private lastFailureMs = Number.NEGATIVE_INFINITY;
  private cancelTimer = () => {};

  constructor(
    private readonly world: World,
    private readonly client: Client,
    private readonly kind: KindRef<T>,
    private readonly options: ReflectorOptions,
    private readonly target: ReflectorTarget<T>,
  ) {}

  start(): void {
    void this.listThenWatch();
  }

  stop(): void {
    this.stopping.abort();
    this.cancelTimer();
    this.subscription?.unsubscribe();
  }

  private async listThenWatch(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    try {
      if (this.resourceVersion === undefined) await this.list();
      this.watch();
    } catch (error) {
      this.retry(error);
    }
  }

  private async list(): Promise<void> {
    const { pageSize = 500, ...selection } = this.options;
    const objects: T[] = [];
    let page: ObjectList<T> | undefined;
    do {
      const token = page?.metadata.continue;
      page = await this.client.list(this.kind, {
        ...selection,
        limit: pageSize,
        signal: this.stopping.signal,
        ...(token === undefined ? {} : { continue: token }),
      });
      for (const object of page) objects.push(object);
    } while (page.metadata.continue);
    if (this.stopping.signal.aborted) return;
    this.resourceVersion = page.metadata.resourceVersion ?? '';
    this.target.replace(objects, this.resourceVersion);
  }

  private watch(): void {
    if (this.stopping.signal.aborted) return;
    const { pageSize: _pageSize, ...selection } = this.options;
    const timeoutSeconds = Math.floor(jitter(this.world.random, watchSeconds, 1));
    const { clock } = this.world;
    const startedMs = clock.monotonic();
    let over = false;
    const end = (next: () => void) => {
      if (over) return;
      over = true;
      this.cancelTimer();
      this.subscription?.unsubscribe();
      next();
    };
    this.cancelTimer = clock.schedule(timeoutSeconds * 1000 + overdueMs, () =>
      end(() => this.retry(new Error('the watch is overdue'))),
    );
    const subscription = this.client
      .watch(this.kind, {
        ...selection,
        resourceVersion: this.resourceVersion ?? '',
        allowWatchBookmarks: true,
        timeoutSeconds,
      })
      .subscribe({
        next: (event) => {
          this.resourceVersion = event.object.metadata.resourceVersion ?? this.resourceVersion ?? '';
          this.target.apply(event);
        },
        error: (error: unknown) => end(() => this.retry(error)),
        // A server that ends every watch at once is treated as one that fails.
        complete: () =>
          end(() =>
            clock.monotonic() - startedMs < 1000
              ? this.retry(new Error('the watch ended at once'))
              : void this.listThenWatch(),
          ),
      });
    this.subscription = subscription;
    if (over) subscription.unsubscribe();
  }

  private retry(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    const expired = StatusError.is(error, 'Expired') || StatusError.is(error, 'Gone');
    if (expired) this.resourceVersion = undefined;
    const { clock, logger, random } = this.world;
    if (clock.monotonic() - this.lastFailureMs > backoffResetMs) this.backoffMs = backoffBaseMs;
    this.lastFailureMs = clock.monotonic();
    const delayMs = expired ? 0 : jitter(random, this.backoffMs, 1);
    if (!expired) this.backoffMs = Math.min(this.backoffMs * 2, backoffMaxMs);
    logger.log(expired ? 'debug' : 'warn', 'a list or watch is tried again', {
      kind: this.kind.kind,
      delayMs: Math.round(delayMs),
      error,
    });
    this.cancelTimer = clock.schedule(delayMs, () => void this.listThenWatch());
  }
}
