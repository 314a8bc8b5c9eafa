/**
 * Keeps the ConfigMap that tells since when the use of tokens in Secrets is noted: who cleans those up reads it. It is made
 * with the first objects; here it is made again when somebody has removed it, though not at once, and mended when it tells no day.
 */
import type { ConfigMap } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { StoreBackend } from '@pintle/contracts';
import { type CancelTimer, formatTime, parseTime, type World } from '@pintle/machinery';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { passOver } from './pass-over.js';

const trackingKey = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
const place = `/registry/core/configmaps/${trackingKey.namespace}/${trackingKey.name}`;

/** From one that was made to the next: servers of which some note and some do not would make and remove it for ever. */
const againMs = 30 * 60_000;

/** `nowMs`: from when on. */
export const trackingConfigMap = (nowMs: number): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: trackingKey,
  data: { since: dayOf(nowMs) },
});

const dayOf = (ms: number): string => formatTime(ms).slice(0, 'YYYY-MM-DD'.length);
/** One that the calendar has. */
const isDay = (text: string | undefined): boolean => {
  const ms = parseTime(text && `${text}T00:00:00Z`);
  return ms !== undefined && dayOf(ms) === text;
};

export interface LegacyTokenTracking {
  start(): Promise<void>;
  stop(): void;
}

export function legacyTokenTracking(
  { clock, logger }: Pick<World, 'clock' | 'logger'>,
  backend: StoreBackend<StoredObject>,
  client: Client,
): LegacyTokenTracking {
  let madeMs = Number.NEGATIVE_INFINITY;
  let cancel: CancelTimer | undefined;
  const cache = new ObjectCache(backend, place, logger, ({ key, object, previous }) => {
    if (key !== place) return;
    const made = parseTime((object ?? previous)?.metadata.creationTimestamp);
    if (made !== undefined) madeMs = made;
    syncIn(0);
  });
  const syncIn = (delayMs: number) => {
    cancel?.();
    cancel = clock.schedule(delayMs, () => void sync().catch(complain));
  };
  const complain = (error: unknown) =>
    logger.log('error', 'since when the use of tokens is noted cannot be told', { error });
  const sync = async (): Promise<void> => {
    const nowMs = clock.now();
    const held = cache.at(place) as ConfigMap | undefined;
    if (held === undefined) {
      if (nowMs < madeMs + againMs) syncIn(madeMs + againMs - nowMs);
      else await client.create<ConfigMap>(trackingConfigMap(nowMs)).catch(passOver('AlreadyExists'));
    } else if (!isDay(held.data?.['since']))
      await client
        .update<ConfigMap>({ ...held, data: { ...held.data, since: dayOf(nowMs) } })
        .catch(passOver('NotFound', 'Conflict'));
  };
  return {
    async start() {
      await cache.start();
      syncIn(0);
    },
    stop() {
      cancel?.();
      cache.stop();
    },
  };
}
