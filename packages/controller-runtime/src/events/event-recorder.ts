/**
 * Writes Events, so that people can see what happened to an object and why. Events are a courtesy: they are written
 * one after the other while the caller goes on, and dropped where too many wait or the server does not take them.
 * How often the same is written is the `EventCorrelator`'s affair.
 */
import { Event } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { formatTime, integerBelow, type KubernetesObject, StatusError, type World } from '@pintle/machinery';
import { EventCorrelator, type EventDecision } from './event-correlator.js';

export interface EventRecorderOptions {
  readonly client: Client;
  readonly world: World;
  /** The name of who tells, as `deployment-controller`. */
  readonly component: string;
  /** Where it runs, as a node's name. */
  readonly host?: string;
  /** Events that wait to be written; more are dropped. Default 1,000. */
  readonly queueDepthMax?: number;
}

export type EventType = 'Normal' | 'Warning';

export interface EventRecorder {
  /** `fieldPath`: the part that it is about, as `spec.containers{web}`. */
  record(
    object: KubernetesObject,
    type: EventType,
    reason: string,
    message: string,
    options?: { readonly fieldPath?: string },
  ): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flush(): Promise<void>;
}

/** Drops every event. */
export const silentRecorder: EventRecorder = { record: () => {}, flush: async () => {} };

interface Waiting {
  readonly object: KubernetesObject;
  readonly type: EventType;
  readonly reason: string;
  readonly fieldPath: string | undefined;
  readonly atMs: number;
  readonly decision: Exclude<EventDecision, { type: 'drop' }>;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, world, component, host = '', queueDepthMax = 1_000 } = options;
  const correlator = new EventCorrelator();
  /** Names of what was written; as many as the correlator may still count up. */
  const names = new Map<string, string>();
  let order = integerBelow(world.random, orderMax);
  let queue: Waiting[] = [];
  let writing: Promise<void> | undefined;

  const create = async ({ object, type, reason, fieldPath, atMs, decision }: Waiting): Promise<void> => {
    const { name: of = '', namespace, uid, resourceVersion } = object.metadata;
    const time = formatTime(atMs);
    // In the order of time when sorted by name; the random start keeps recorders of one moment apart.
    const name = `${of}.${hex(atMs, 11)}${hex(order++ % orderMax, 5)}`;
    await client.create<Event>({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: namespace ?? 'default' },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: of,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message: decision.message,
      type,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: host === '' ? { component } : { component, host },
      reportingComponent: component,
      reportingInstance: host,
    });
    names.set(decision.id, name);
    if (names.size > namesMax) names.delete(names.keys().next().value!);
  };

  const write = async (waiting: Waiting): Promise<void> => {
    const { decision, object, atMs } = waiting;
    const name = decision.type === 'count' ? names.get(decision.id) : undefined;
    if (decision.type === 'create' || name === undefined) return create(waiting);
    const body = { count: decision.count, message: decision.message, lastTimestamp: formatTime(atMs) };
    try {
      await client.patch(Event, { name, namespace: object.metadata.namespace ?? 'default' }, { type: 'merge', body });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
      // It has expired: it is told anew.
      await create(waiting);
    }
  };

  const writeAll = async () => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      for (const waiting of batch) {
        try {
          await write(waiting);
        } catch (error) {
          correlator.forget(waiting.decision.id);
          world.logger.log('debug', 'an event could not be written', { reason: waiting.reason, error });
        }
      }
    }
    writing = undefined;
  };

  return {
    record(object, type, reason, message, { fieldPath } = {}) {
      if (queue.length >= queueDepthMax) {
        world.logger.log('debug', 'an event was dropped: too many wait', { reason, message });
        return;
      }
      const { name, namespace, uid } = object.metadata;
      const subject = `${object.kind}\n${namespace ?? ''}\n${name ?? ''}\n${uid ?? ''}`;
      const atMs = world.clock.now();
      const decision = correlator.observe(
        { source: `${component}\n${host}`, object: subject, fieldPath: fieldPath ?? '', type, reason, message },
        atMs,
      );
      if (decision.type === 'drop') return;
      queue.push({ object, type, reason, fieldPath, atMs, decision });
      writing ??= writeAll();
    },
    flush: async () => {
      await writing;
    },
  };
}

const namesMax = 4096;
const orderMax = 0x100000;

const hex = (value: number, digits: number) => Math.floor(value).toString(16).padStart(digits, '0');
