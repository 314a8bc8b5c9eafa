/**
 * Tells of what happened to an object by `Event` objects: what is told again counts up. It never fails its caller:
 * events are a courtesy, and are dropped where the server does not take them or too many wait.
 */
import { Event, type ObjectReference } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { formatTime, StatusError, type World } from '@pintle/machinery';

export type EventType = 'Normal' | 'Warning';

export interface EventRecorder {
  record(object: ObjectReference, type: EventType, reason: string, message: string): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly world: World;
  readonly client: Client;
  /** As `kubelet`. */
  readonly component: string;
  readonly host?: string;
  /** Events that wait to be written; more are dropped. Default 1,000. */
  readonly queueMax?: number;
  /** Events remembered, so that they can count up. Default 1,024. */
  readonly rememberedMax?: number;
}

interface Remembered {
  readonly name: string;
  readonly namespace: string;
  count: number;
}

/** Drops every event. */
export const silentRecorder: EventRecorder = { record: () => {}, flush: async () => {} };

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { world, client, component, host = '', queueMax = 1_000, rememberedMax = 1_024 } = options;
  const remembered = new Map<string, Remembered>();
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  let order = 0;

  const write = async (object: ObjectReference, type: EventType, reason: string, message: string, atMs: number) => {
    const key = JSON.stringify([object.uid, object.fieldPath, type, reason, message]);
    const time = formatTime(atMs);
    const known = remembered.get(key);
    if (known !== undefined) {
      known.count++;
      try {
        await client.patch(Event, known, { type: 'merge', body: { count: known.count, lastTimestamp: time } });
        return;
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
        // It has expired: tell of it anew.
      }
    }
    const namespace = object.namespace || 'default';
    const name = `${object.name}.${(BigInt(Math.floor(atMs)) * 1_000_000n + BigInt(order++ % 1_000_000)).toString(16)}`;
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: object,
      reason,
      message,
      source: host === '' ? { component } : { component, host },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      reportingComponent: component,
      reportingInstance: host,
    };
    await client.create(event);
    remembered.delete(key);
    remembered.set(key, { name, namespace, count: 1 });
    if (remembered.size > rememberedMax) remembered.delete(remembered.keys().next().value!);
  };

  return {
    record(object, type, reason, message) {
      if (waiting >= queueMax) {
        world.logger.log('debug', 'event dropped: too many wait', { reason, message });
        return;
      }
      waiting++;
      const atMs = world.clock.now();
      tail = tail
        .then(() => write(object, type, reason, message, atMs))
        .catch((error: unknown) => world.logger.log('debug', 'event dropped', { reason, message, error }))
        .finally(() => {
          waiting--;
        });
    },
    flush: () => tail,
  };
}
