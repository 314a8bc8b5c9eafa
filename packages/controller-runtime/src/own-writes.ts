/** What a controller has written and its caches have not seen yet, by the key that was reconciled. */
import { TimeoutError, type World, withTimeout } from '@pintle/machinery';
import type { Informer } from '@pintle/watch';
import type { KeyRecord } from './key-record.js';
import type { RecordedWrite } from './recording-client.js';

/** A cache that does not see a write within this time is not waited for any longer (upstream's expectations: as long). */
const waitMaxMs = 300_000;
/** Writes remembered for one key; of more only the newest count. */
const writesMax = 1_000;

export class OwnWrites {
  private waits = 0;

  constructor(
    private readonly world: World,
    private readonly informerOf: (apiVersion: string, kind: string) => Informer | undefined,
  ) {}

  record(record: KeyRecord, write: RecordedWrite): void {
    if (this.informerOf(write.apiVersion, write.kind) === undefined) return;
    if (record.unseen === undefined) record.unseen = [write];
    else {
      record.unseen.push(write);
      if (record.unseen.length > writesMax) record.unseen.shift();
    }
  }

  /** Undefined where every cache has seen what was written for the key; else when they will have, or are given up. */
  unseen(record: KeyRecord): Promise<void> | undefined {
    if (record.waiting !== undefined) return record.waiting;
    const writes = record.unseen;
    if (writes === undefined) return undefined;
    record.unseen = undefined;
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
    this.waits++;
    record.waiting = this.wait([...newest], gone).finally(() => {
      record.waiting = undefined;
      this.waits--;
    });
    return record.waiting;
  }

  /** Keys whose writes are waited for. */
  get waitingCount(): number {
    return this.waits;
  }

  private async wait(
    newest: readonly (readonly [Informer, string])[],
    gone: readonly (readonly [Informer, RecordedWrite])[],
  ): Promise<void> {
    try {
      await withTimeout(
        this.world.clock,
        waitMaxMs,
        'waiting for the caches to see what was written',
        async (signal) => {
          // One after the other: what is seen stays seen, and caches look at their waiters with every change.
          for (const [informer, resourceVersion] of newest) await informer.caughtUpTo(resourceVersion, signal);
          for (const [informer, write] of gone) await informer.until(() => isGone(informer, write), signal);
        },
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
