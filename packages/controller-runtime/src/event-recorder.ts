/**
 * Writes Events, so that people can see what a controller did. The same event again raises a count instead of
 * making another; what cannot be written is dropped, never thrown.
 */
import { Event } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { formatTime, type KubernetesObject, type World } from '@pintle/machinery';

export interface EventRecorderOptions {
  readonly client: Client;
  readonly world: World;
  /** The name of who tells, as `deployment-controller`. */
  readonly component: string;
  /** Where it runs, as a node's name. */
  readonly host?: string;
}

export interface EventRecorder {
  record(
    object: KubernetesObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    options?: { readonly fieldPath?: string },
  ): void;
}

/** Events that later ones are counted into; the longest unheard of are forgotten. */
const rememberedMax = 4096;
/** Writes under way; what comes meanwhile and is not of one of these is dropped beyond. */
const pendingMax = 1000;

interface Remembered {
  readonly name: string;
  count: number;
}

export function createEventRecorder({ client, world, component, host }: EventRecorderOptions): EventRecorder {
  const remembered = new Map<string, Remembered>();
  let pending = 0;

  const write = async (
    id: string,
    object: KubernetesObject,
    type: string,
    reason: string,
    message: string,
    fieldPath: string | undefined,
  ): Promise<void> => {
    const now = formatTime(world.clock.now());
    const { name = '', namespace = 'default', uid, resourceVersion } = object.metadata;
    const known = remembered.get(id);
    if (known !== undefined) {
      known.count++;
      remembered.delete(id);
      remembered.set(id, known);
      await client.patch(
        Event,
        { name: known.name, namespace },
        { type: 'merge', body: { count: known.count, lastTimestamp: now } },
      );
      return;
    }
    const eventName = `${name}.${world.random.uuid().replaceAll('-', '').slice(0, 16)}`;
    remembered.set(id, { name: eventName, count: 1 });
    if (remembered.size > rememberedMax) remembered.delete(remembered.keys().next().value!);
    await client.create<Event>({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        ...(object.metadata.namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component, ...(host === undefined ? {} : { host }) },
      reportingComponent: component,
      reportingInstance: host ?? '',
    });
  };

  return {
    record(object, type, reason, message, { fieldPath } = {}) {
      if (pending >= pendingMax) return;
      pending++;
      const id = [
        object.kind,
        object.metadata.namespace,
        object.metadata.name,
        object.metadata.uid,
        fieldPath,
        type,
        reason,
        message,
      ].join('\n');
      write(id, object, type, reason, message, fieldPath)
        .catch((error: unknown) => {
          remembered.delete(id);
          world.logger.log('debug', 'an event could not be written', { reason, error });
        })
        .finally(() => {
          pending--;
        });
    },
  };
}
