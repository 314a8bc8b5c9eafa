/** What a controller has written and its caches have not seen yet, by the key that was reconciled. */
import { type KubernetesObject, TimeoutError, type World, withTimeout } from '@pintle/machinery';
import type { Informer } from '@pintle/watch';
import type { KeyRecord, OwnWrite } from './key-record.js';
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

  /** `object` as it was answered, unless it is gone. */
  record(record: KeyRecord, written: RecordedWrite, object?: KubernetesObject): void {
    const informer = this.informerOf(written.apiVersion, written.kind);
    if (informer === undefined) return;
    const write = object === undefined || informer.selects(object) ? written : { ...written, isOutside: true as const };
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
    const past: (readonly [Informer, OwnWrite])[] = [];
    for (const write of writes) {
      const informer = this.informerOf(write.apiVersion, write.kind)!;
      const { resourceVersion } = write;
      if (resourceVersion === undefined || write.isOutside) {
        if (!isPast(informer, write)) past.push([informer, write]);
      } else if (Number(resourceVersion) > Number(newest.get(informer) ?? (informer.resourceVersion || 0)))
        newest.set(informer, resourceVersion);
    }
    if (newest.size + past.length === 0) return undefined;
    this.waits++;
    record.waiting = this.wait([...newest], past).finally(() => {
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
    past: readonly (readonly [Informer, OwnWrite])[],
  ): Promise<void> {
    try {
      await withTimeout(
        this.world.clock,
        waitMaxMs,
        'waiting for the caches to see what was written',
        async (signal) => {
          // One after the other: what is seen stays seen, and caches look at their waiters with every change.
          for (const [informer, resourceVersion] of newest) await informer.caughtUpTo(resourceVersion, signal);
          for (const [informer, write] of past) await informer.until(() => isPast(informer, write), signal);
        },
      );
    } catch (error) {
      // The informers are stopped, and all ends.
      if (!(error instanceof TimeoutError)) return;
      const kinds = [...newest, ...past].map(([{ kind }]) => kind.kind);
      this.world.logger.log('warn', error.message, { kinds });
    }
  }
}

/**
 * Whether the cache no longer has the object as it was before the write: it is gone from it, or newer; one of that name that
 * was made since is another.
 */
function isPast({ lister }: Informer, { key, uid, resourceVersion }: OwnWrite): boolean {
  const present = lister.get(key);
  if (present === undefined || (uid !== undefined && present.metadata.uid !== uid)) return true;
  return resourceVersion !== undefined && Number(present.metadata.resourceVersion) >= Number(resourceVersion);
}
