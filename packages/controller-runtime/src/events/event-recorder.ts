/**
 * Writes Events, so that people can see what happened to an object and why. Events are a courtesy: they are written
 * while the caller goes on, when the `EventWriter` has its turn, and dropped where too many wait or the server does
 * not take them. How often the same is written is the `EventCorrelator`'s affair.
 */
import { Event } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { formatTime, integerBelow, type KubernetesObject, RecentMap, StatusError, type World } from '@pintle/machinery';
import { EventCorrelator, type EventDecision } from './event-correlator.js';
import { createEventWriter, type EventWriter } from './event-writer.js';

export interface EventRecorderOptions {
  readonly client: Client;
  readonly world: World;
  /** The name of who tells, as `deployment-controller`. */
  readonly component: string;
  /** Where it runs, as a node's name. */
  readonly host?: string;
  /** Events that wait to be written; more are dropped. Default 1,000. */
  readonly queueDepthMax?: number;
  /** Shared by the recorders of a process; its own unless given. */
  readonly writer?: EventWriter;
}

export type EventType = 'Normal' | 'Warning';

export interface EventDetails {
  /** The part that it is about, as `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** What was done or tried, as `Binding`. */
  readonly action?: string;
}

export interface EventRecorder {
  record(object: KubernetesObject, type: EventType, reason: string, message: string, options?: EventDetails): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flush(): Promise<void>;
}

/** Drops every event. */
export const silentRecorder: EventRecorder = { record: () => {}, flush: async () => {} };

interface Waiting {
  readonly object: KubernetesObject;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly details: EventDetails;
  readonly atMs: number;
}

type Decision = Exclude<EventDecision, { type: 'drop' }>;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, world, component, host = '', queueDepthMax = 1_000 } = options;
  const correlator = new EventCorrelator();
  /** Names of what was written; as many as the correlator may still count up. */
  const names = new RecentMap<string>(namesMin);
  let order = integerBelow(world.random.stream('events'), orderMax);
  const writer = options.writer ?? createEventWriter({ world });
  let waitingCount = 0;

  const create = async ({ object, type, reason, details, atMs }: Waiting, decision: Decision): Promise<void> => {
    const { name: of = '', namespace, uid, resourceVersion } = object.metadata;
    const { fieldPath, action } = details;
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
      ...(action === undefined ? {} : { action }),
      message: decision.message,
      type,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: host === '' ? { component } : { component, host },
      // As client-go: who tells of many together leaves this out.
      reportingComponent: decision.isCombined ? '' : component,
      reportingInstance: decision.isCombined ? '' : host,
    });
    names.set(decision.id, name);
  };

  /** Whether it is one of many is asked when its turn has come: who records an event has other things to do. */
  const decide = ({ object, type, reason, message, details: { fieldPath = '' }, atMs }: Waiting): EventDecision => {
    const { name, namespace, uid } = object.metadata;
    const subject = `${object.kind}\n${namespace ?? ''}\n${name ?? ''}\n${uid ?? ''}`;
    const source = `${component}\n${host}`;
    return correlator.observe({ source, object: subject, fieldPath, type, reason, message }, atMs);
  };

  const write = async (waiting: Waiting, decision: Decision): Promise<void> => {
    const { object, atMs } = waiting;
    const name = decision.type === 'count' ? names.get(decision.id) : undefined;
    if (decision.type === 'create' || name === undefined) return create(waiting, decision);
    const body = { count: decision.count, message: decision.message, lastTimestamp: formatTime(atMs) };
    try {
      await client.patch(Event, { name, namespace: object.metadata.namespace ?? 'default' }, { type: 'merge', body });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
      // It has expired: it is told anew.
      await create(waiting, decision);
    }
  };

  const attempt = async (waiting: Waiting): Promise<void> => {
    const decision = decide(waiting);
    try {
      if (decision.type !== 'drop') await write(waiting, decision);
    } catch (error) {
      if (decision.type !== 'drop') correlator.forget(decision.id);
      world.logger.log('debug', 'an event could not be written', { reason: waiting.reason, error });
    } finally {
      waitingCount--;
    }
  };

  return {
    record(object, type, reason, message, details = {}) {
      if (waitingCount >= queueDepthMax) {
        world.logger.log('debug', 'an event was dropped: too many wait', { reason, message });
        return;
      }
      waitingCount++;
      const waiting = { object, type, reason, message, details, atMs: world.clock.now() };
      writer.write(() => attempt(waiting));
    },
    flush: () => writer.flush(),
  };
}

const namesMin = 4096;
const orderMax = 0x100000;

const hex = (value: number, digits: number) => Math.floor(value).toString(16).padStart(digits, '0');
