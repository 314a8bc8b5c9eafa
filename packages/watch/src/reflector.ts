/**
 * Keeps a target true to one list of the server: the first state, then a watch from there, and again whenever the
 * watch breaks. It never gives up and never falls silent: errors back off, a watch that ends is begun anew from the
 * version it had reached, and one that says nothing for too long is taken for dead.
 *
 * States: *without a version* (at first, and when the server no longer knows the one reached: the first state is read,
 * as a stream where the server serves that, else as a list in pages) and *with a version* (a watch goes on from there).
 */
import type { Client, ListOptions, WatchEvent, WatchOptions } from '@pintle/client';
import {
  type CancelTimer,
  jitter,
  type KindRef,
  type KubernetesObject,
  objectKey,
  StatusError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import { defer, type Subscription } from 'rxjs';
import type { Selection } from './informer.js';
import { listAll } from './list-all.js';

export interface ReflectorTarget<T> {
  /** Everything there is, as of `resourceVersion`. */
  replace(objects: readonly T[], resourceVersion: string): void;
  /** One change. */
  apply(event: WatchEvent<T>): void;
}

export interface ReflectorLimits {
  /** Objects of one page of a list. Default 500. */
  readonly pageSize?: number;
  /** The time one page of a list may take. Default 60,000. */
  readonly listTimeoutMs?: number;
  /**
   * A watch that says nothing for so long, not even by a bookmark, is ended and begun anew. Default 150,000: servers
   * send bookmarks every minute.
   */
  readonly silenceMaxMs?: number;
  /** Whether the first state is asked for as a stream (`sendInitialEvents`). Default true; who refuses gets lists. */
  readonly streamingLists?: boolean;
}

export interface ReflectorOptions extends ReflectorLimits {
  readonly selection: Selection;
  readonly metadataOnly: boolean;
}

/** client-go's: 800 ms, doubling to 30 s, reset after two minutes of quiet. */
const backoffBaseMs = 800;
const backoffMaxMs = 30_000;
const backoffResetMs = 120_000;
/** A watch is asked to end after so long, and again as much by chance, so that servers can share their load. */
const watchSeconds = 300;
/** A server that ends a watch sooner, with nothing said, is treated as one that fails. */
const watchShortMs = 1_000;
/** How servers say that they do not stream lists: kube-apiserver with 422, others as they please. */
const refusals: ReadonlySet<number> = new Set([400, 405, 406, 415, 422]);
const initialEventsEnd = 'k8s.io/initial-events-end';

/** The server says that it is at a version from before the one that it had told of: it was restored from a backup. */
class SetBackError extends Error {}

/** Why a stream of the first state was given up for lists. */
class NotStreamedError extends Error {}

export class Reflector<T extends KubernetesObject> {
  /** Why the last list or watch ended; undefined once the next one has brought anything. */
  failure: unknown;
  private resourceVersion: string | undefined;
  private subscription: Subscription | undefined;
  private readonly stopping = new AbortController();
  private readonly limits: Required<ReflectorLimits>;
  private readonly asked: Selection & { readonly metadataOnly?: boolean };
  private streaming: boolean;
  private backoffMs = backoffBaseMs;
  private lastFailureMs = Number.NEGATIVE_INFINITY;
  private cancelTimer: CancelTimer = () => {};

  constructor(
    private readonly world: World,
    private readonly client: Client,
    private readonly kind: KindRef<T>,
    { selection, metadataOnly, ...limits }: ReflectorOptions,
    private readonly target: ReflectorTarget<T>,
  ) {
    this.limits = { pageSize: 500, listTimeoutMs: 60_000, silenceMaxMs: 150_000, streamingLists: true, ...limits };
    this.streaming = this.limits.streamingLists;
    this.asked = { ...selection, ...(metadataOnly ? { metadataOnly } : {}) };
  }

  start(): void {
    void this.follow();
  }

  stop(): void {
    this.stopping.abort();
    this.cancelTimer();
    this.subscription?.unsubscribe();
  }

  private async follow(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    try {
      if (this.resourceVersion === undefined && !this.streaming) await this.list();
      if (!this.stopping.signal.aborted) this.watch();
    } catch (error) {
      this.retry(error);
    }
  }

  private async list(): Promise<void> {
    const { pageSize, listTimeoutMs } = this.limits;
    const page = (options: ListOptions) =>
      withTimeout(
        this.world.clock,
        listTimeoutMs,
        `listing ${this.kind.plural}`,
        (signal) => this.client.list(this.kind, { ...options, signal }),
        this.stopping.signal,
      );
    const { objects, resourceVersion } = await listAll(page, { ...this.asked, limit: pageSize });
    if (this.stopping.signal.aborted) return;
    this.resourceVersion = resourceVersion;
    this.failure = undefined;
    this.target.replace(objects, resourceVersion);
  }

  private watch(): void {
    const { clock } = this.world;
    const { silenceMaxMs } = this.limits;
    /** The first state, as far as it has come; undefined once it is complete. */
    let initial = this.resourceVersion === undefined ? new Map<string, T>() : undefined;
    const startedMs = clock.monotonic();
    let heardMs = startedMs;
    let over = false;
    let progressed = false;
    let subscription: Subscription | undefined;
    let cancelSilence: CancelTimer = () => {};
    const end = (next: () => void) => {
      if (over) return;
      over = true;
      cancelSilence();
      subscription?.unsubscribe();
      next();
    };
    const listenFor = (ms: number) => {
      cancelSilence = this.cancelTimer = clock.schedule(ms, () => {
        // One timer for many events: it looks when the last one came, and waits for the rest.
        const leftMs = heardMs + silenceMaxMs - clock.monotonic();
        if (leftMs > 0) listenFor(leftMs);
        else end(() => this.fallenSilent(initial !== undefined));
      });
    };
    const take = (event: WatchEvent<T>) => {
      heardMs = clock.monotonic();
      this.failure = undefined;
      const { metadata } = event.object;
      if (initial === undefined) {
        if (event.type === 'BOOKMARK' && isBefore(metadata.resourceVersion, this.resourceVersion))
          return end(() => this.retry(new SetBackError(`the server is at ${metadata.resourceVersion}`)));
        progressed = true;
        this.resourceVersion = metadata.resourceVersion ?? this.resourceVersion ?? '';
        this.target.apply(event);
      } else if (event.type === 'DELETED') initial.delete(objectKey(metadata));
      else if (event.type !== 'BOOKMARK') initial.set(objectKey(metadata), event.object);
      else if (metadata.annotations?.[initialEventsEnd] === 'true') {
        const objects = [...initial.values()];
        initial = undefined;
        this.resourceVersion = metadata.resourceVersion ?? '';
        this.target.replace(objects, this.resourceVersion);
      }
    };
    const next = (event: WatchEvent<T>) => {
      if (over) return;
      try {
        take(event);
      } catch (error) {
        // An event that is none, of a client or a server that is not as it should be.
        end(() => this.retry(error));
      }
    };
    listenFor(silenceMaxMs);
    subscription = defer(() => this.client.watch(this.kind, this.watchOptions())).subscribe({
      next,
      error: (error: unknown) =>
        end(() =>
          this.retry(
            initial !== undefined && StatusError.is(error) && refusals.has(error.code)
              ? new NotStreamedError('the server refuses to stream its lists', { cause: error })
              : error,
          ),
        ),
      complete: () =>
        end(() =>
          initial !== undefined || (!progressed && clock.monotonic() - startedMs < watchShortMs)
            ? this.retry(new Error('the watch ended at once'))
            : void this.follow(),
        ),
    });
    // It may have ended while it was begun, and another may follow already.
    if (over) subscription.unsubscribe();
    else this.subscription = subscription;
  }

  private watchOptions(): WatchOptions {
    const options = {
      ...this.asked,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.floor(jitter(this.world.random.stream('watch'), watchSeconds, 1)),
    };
    return this.resourceVersion === undefined
      ? { ...options, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { ...options, resourceVersion: this.resourceVersion };
  }

  /** A half-open connection, a proxy that swallows, a server that hangs: or only one without bookmarks. */
  private fallenSilent(inFirstState: boolean): void {
    this.world.logger.log('debug', 'a watch fell silent and is begun anew', { kind: this.kind.kind });
    if (inFirstState) this.retry(new NotStreamedError('the server began to stream its list and did not end'));
    else void this.follow();
  }

  private retry(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    const { clock, logger, random } = this.world;
    const anew = isVersionUnknown(error);
    if (anew) this.resourceVersion = undefined;
    if (error instanceof NotStreamedError) this.streaming = false;
    const atOnce =
      (anew || error instanceof NotStreamedError) && clock.monotonic() - this.lastFailureMs > backoffBaseMs;
    if (clock.monotonic() - this.lastFailureMs > backoffResetMs) this.backoffMs = backoffBaseMs;
    this.lastFailureMs = clock.monotonic();
    this.failure = error;
    const delayMs = atOnce ? 0 : Math.max(jitter(random, this.backoffMs, 1), retryAfterMs(error));
    if (!atOnce) this.backoffMs = Math.min(this.backoffMs * 2, backoffMaxMs);
    logger.log(atOnce ? 'debug' : 'warn', 'a list or watch is tried again', {
      kind: this.kind.kind,
      delayMs: Math.round(delayMs),
      error,
    });
    this.cancelTimer = clock.schedule(delayMs, () => void this.follow());
  }
}

/** The version is compacted away, or the server was set back to before it. */
const isVersionUnknown = (error: unknown): boolean =>
  error instanceof SetBackError ||
  (StatusError.is(error) && error.code === 410) ||
  (StatusError.is(error, 'Timeout') &&
    (error.status.details?.causes ?? []).some(({ reason }) => reason === 'ResourceVersionTooLarge'));

const retryAfterMs = (error: unknown): number =>
  StatusError.is(error) ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0;

/** Versions that are no numbers have no order. */
const isBefore = (version: string | undefined, reached: string | undefined): boolean =>
  Number(version) < Number(reached);
