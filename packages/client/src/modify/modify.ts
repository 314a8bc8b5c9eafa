/**
 * Read, change, write, and again where somebody else was faster: with a draft that is changed in place, since what a
 * client returns is frozen. For single objects at a user's edge; controllers that state all their fields apply them.
 */
import { type KindRef, type KubernetesObject, StatusError } from '@pintle/machinery';
import { type Draft, produce } from 'immer';
import type { Client, ObjectKey, WriteOptions } from '../client.js';

export interface ModifyOptions extends WriteOptions {
  /** Rounds against other writers. Default 5. */
  readonly attemptsMax?: number;
}

/**
 * Changes one object and returns it as it then is. `change` gets a draft of the newest version, may be called again on a
 * newer one, and does nothing else. Where it changes nothing, nothing is written.
 *
 * Errors: those of `Client.get` and `Client.update`; the last `StatusError` Conflict after `attemptsMax` rounds.
 */
export async function modify<T extends KubernetesObject>(
  client: Client,
  kind: KindRef<T>,
  key: ObjectKey,
  change: (draft: Draft<T>) => void,
  { attemptsMax = 5, ...options }: ModifyOptions = {},
): Promise<T> {
  const { signal } = options;
  for (let attempt = 1; ; attempt++) {
    const before = await client.get(kind, key, signal === undefined ? {} : { signal });
    const after = produce(before, (draft) => {
      change(draft);
    });
    if (after === before) return before;
    try {
      return await client.update(after, options);
    } catch (error) {
      if (!StatusError.is(error) || error.reason !== 'Conflict' || attempt >= attemptsMax) throw error;
    }
  }
}
