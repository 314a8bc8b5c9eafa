/** What a controller has written and its caches have not seen yet, by the key that was reconciled. */
import { TimeoutError, type World, withTimeout } from '@pintle/machinery';
import type { Informer } from '@pintle/watch';
import type { RecordedWrite } from './recording-client.js';

/** A cache that does not see a write within this time is not waited for any longer. */
const waitMaxMs = 10_000;
/** Writes remembered for one key; of more only the newest count. */
const writesMax = 1_000;

export class OwnWrites {
  private readonly byKey = new Map<string, RecordedWrite[]>();

  constructor(
    private readonly world: World,
    private readonly informerOf: (apiVersion: string, kind: string) => Informer | undefined,
  ) {}

  record(key: string, write: RecordedWrite): void {
    if (write.resourceVersion === undefined || this.informerOf(write.apiVersion, write.kind) === undefined) return;
    const writes = this.byKey.get(key);
    if (writes === undefined) this.byKey.set(key, [write]);
    else {
      writes.push(write);
      if (writes.length > writesMax) writes.shift();
    }
  }

  /** Undefined where every cache has seen what was written for `key`. */
  unseen(key: string): Promise<void> | undefined {
    const writes = this.byKey.get(key);
    if (writes === undefined) return undefined;
    this.byKey.delete(key);
    const newest = new Map<Informer, string>();
    for (const { apiVersion, kind, resourceVersion = '' } of writes) {
      const informer = this.informerOf(apiVersion, kind);
      if (informer === undefined || Number(resourceVersion) <= Number(informer.resourceVersion || 0)) continue;
      if (Number(resourceVersion) > Number(newest.get(informer) ?? 0)) newest.set(informer, resourceVersion);
    }
    if (newest.size === 0) return undefined;
    return this.wait([...newest]);
  }

  private async wait(informers: readonly (readonly [Informer, string])[]): Promise<void> {
    try {
      await withTimeout(
        this.world.clock,
        waitMaxMs,
        'waiting for the caches to see what was written',
        async (signal) => {
          await Promise.all(
            informers.map(([informer, resourceVersion]) => informer.caughtUpTo(resourceVersion, signal)),
          );
        },
      );
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      this.world.logger.log('warn', error.message, { kinds: informers.map(([{ kind }]) => kind.kind) });
    }
  }
}
