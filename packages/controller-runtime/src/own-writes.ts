/** What a controller has written and its caches have not seen yet, by the key that was reconciled. */
import { TimeoutError, type World, withTimeout } from '@pintle/machinery';
import type { Informer } from '@pintle/watch';
import type { RecordedWrite } from './recording-client.js';

/** A cache that does not see a write within this time is not waited for any longer (upstream's expectations: as long). */
const waitMaxMs = 300_000;
/** Writes remembered for one key; of more only the newest count. */
const writesMax = 1_000;

export class OwnWrites {
  private readonly byKey = new Map<string, RecordedWrite[]>();
  /** Of keys whose writes are waited for. */
  private readonly waits = new Map<string, Promise<void>>();

  constructor(
    private readonly world: World,
    private readonly informerOf: (apiVersion: string, kind: string) => Informer | undefined,
  ) {}

  record(key: string, write: RecordedWrite): void {
    if (this.informerOf(write.apiVersion, write.kind) === undefined) return;
    const writes = this.byKey.get(key);
    if (writes === undefined) this.byKey.set(key, [write]);
    else {
      writes.push(write);
      if (writes.length > writesMax) writes.shift();
    }
  }

  /** Undefined where every cache has seen what was written for `key`; else when they will have, or are given up. */
  unseen(key: string): Promise<void> | undefined {
    const waiting = this.waits.get(key);
    if (waiting !== undefined) return waiting;
    const writes = this.byKey.get(key);
    if (writes === undefined) return undefined;
    this.byKey.delete(key);
    const newest = new Map<Informer, string>();
    const gone: (readonly [Informer, RecordedWrite])[] = [];
    for (const write of writes) {
      const informer = this.informerOf(write.apiVersion, write.kind)!;
      const { resourceVersion } = write;
      if (resourceVersion === undefined) {
        if (!isGone(informer, write)) gone.push([informer, write]);
      } else if (Number(resourceVersion) > Number(newest.get(informer) ?? (informer.resourceVersion || 0)))
        newest.set(informer, resourceVersion);
    }
    if (newest.size + gone.length === 0) return undefined;
    const wait = this.wait([...newest], gone).finally(() => this.waits.delete(key));
    this.waits.set(key, wait);
    return wait;
  }

  /** Keys whose writes are waited for. */
  get waitingCount(): number {
    return this.waits.size;
  }

  private async wait(
    newest: readonly (readonly [Informer, string])[],
    gone: readonly (readonly [Informer, RecordedWrite])[],
  ): Promise<void> {
    try {
      await withTimeout(this.world.clock, waitMaxMs, 'waiting for the caches to see what was written', (signal) =>
        Promise.all([
          ...newest.map(([informer, resourceVersion]) => informer.caughtUpTo(resourceVersion, signal)),
          ...gone.map(([informer, write]) => informer.until(() => isGone(informer, write), signal)),
        ]),
      );
    } catch (error) {
      // The informers are stopped, and all ends.
      if (!(error instanceof TimeoutError)) return;
      const kinds = [...newest, ...gone].map(([{ kind }]) => kind.kind);
      this.world.logger.log('warn', error.message, { kinds });
    }
  }
}

/** Whether the cache no longer has the object that was deleted; one of that name that was made since is another. */
function isGone({ lister }: Informer, { key, uid }: RecordedWrite): boolean {
  const present = lister.get(key);
  return present === undefined || (uid !== undefined && present.metadata.uid !== uid);
}
