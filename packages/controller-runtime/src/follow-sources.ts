/**
 * From a controller's sources to the keys that are to be reconciled, each with why. The running controller starts it
 * once its caches are complete; what becomes of a key is the queue's affair.
 */
import type { Client, ObjectKey } from '@pintle/client';
import { every, type KubernetesObject, type World, withTimeout } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Controller, ControllerSource, ObjectEvent } from './controller.js';
import type { Priority } from './item-queue.js';
import type { Waking } from './waking.js';

export interface FollowedParts {
  readonly controller: Controller;
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  /** Aborted when what runs is to give up. */
  readonly stopping: AbortSignal;
  enqueue(key: ObjectKey, waking: Waking, priority: Priority, afterMs: number): void;
}

type Source<Type> = Extract<ControllerSource, { readonly type: Type }>;

/** Returns how to end it. */
export function followSources(parts: FollowedParts): () => void {
  const ends = parts.controller.sources.map((source) => {
    if (source.type === 'kind') return followKind(parts, source);
    if (source.type === 'keys') return followKeys(parts, source);
    const { clock } = parts.world;
    if (source.type === 'resync') return every(clock, source.everyMs, () => resync(parts));
    // One that takes its time is not asked again meanwhile.
    let isAsked = false;
    const ask = async () => {
      if (isAsked) return;
      isAsked = true;
      await poll(parts, source);
      isAsked = false;
    };
    void ask();
    return every(clock, source.poll.everyMs, () => void ask());
  });
  return () => {
    for (const end of ends) end();
  };
}

const none: readonly ObjectKey[] = [];

function followKind(
  { controller, informers, enqueue }: FollowedParts,
  { kind, mapper, predicate, gatherMs }: Source<'kind'>,
): () => void {
  const isForeign = kind.kind !== controller.kind.kind;
  const gatherUpdatesMs = gatherMs ?? (isForeign ? controller.options.gatherMs : 0);
  /** What was there already is looked at after what changes. */
  let priority: Priority = 'low';
  const wake = (event: ObjectEvent<KubernetesObject>) => {
    const keys = mapper(event.object, informers);
    const former = event.type === 'updated' ? mapper(event.old, informers) : none;
    // Most events are nobody's business here.
    if (keys.length + former.length > 0) tell(event, keys, former);
  };
  const tell = (event: ObjectEvent<KubernetesObject>, keys: readonly ObjectKey[], former: readonly ObjectKey[]) => {
    const waking = wakingOf(kind.kind, event);
    const afterMs = event.type === 'updated' ? gatherUpdatesMs : (gatherMs ?? 0);
    for (const key of keys) enqueue(key, waking, priority, afterMs);
    // Whom the object belonged to before is told as well, and nobody twice.
    const isTold = ({ name, namespace }: ObjectKey) =>
      keys.some((told) => told.name === name && told.namespace === namespace);
    for (const key of former) if (!isTold(key)) enqueue(key, waking, priority, afterMs);
  };
  const subscription = informers.informer(kind).events.subscribe((event) => {
    if (event.type === 'synced') priority = 'normal';
    else if (predicate === undefined || predicate(event)) wake(event);
  });
  return () => subscription.unsubscribe();
}

function followKeys({ controller, world, enqueue }: FollowedParts, { keys }: Source<'keys'>): () => void {
  const { kind } = controller.kind;
  const subscription = keys.subscribe({
    next: (key) => {
      try {
        enqueue(key, { kind, key, change: 'external' }, 'normal', 0);
      } catch (error) {
        world.logger.log('error', 'a source gave what is no key', { controller: controller.options.name, error });
      }
    },
    error: (error: unknown) =>
      world.logger.log('error', 'a source of keys failed, and gives no more', {
        controller: controller.options.name,
        error,
      }),
  });
  return () => subscription.unsubscribe();
}

async function poll(parts: FollowedParts, { poll: asked }: Source<'poll'>): Promise<void> {
  const { controller, client, informers, world, stopping, enqueue } = parts;
  const { name, timeoutMs } = controller.options;
  const { kind } = controller.kind;
  try {
    const keys = await withTimeout(
      world.clock,
      timeoutMs,
      'asking a source of keys',
      (signal) => asked.keys({ client, informers, signal }),
      stopping,
    );
    for (const key of keys) enqueue(key, { kind, key, change: 'external' }, 'normal', 0);
  } catch (error) {
    if (stopping.aborted) return;
    world.logger.log('warn', 'a source of keys failed, and is asked again', { controller: name, error });
  }
}

function resync({ controller, informers, enqueue }: FollowedParts): void {
  const { kind } = controller.kind;
  for (const { metadata } of informers.informer(controller.kind).lister.list()) {
    const { name = '', namespace } = metadata;
    const key = namespace === undefined ? { name } : { name, namespace };
    enqueue(key, { kind, key, change: 'resync' }, 'low', 0);
  }
}

function wakingOf(kind: string, event: ObjectEvent<KubernetesObject>): Waking {
  const { type, object } = event;
  const { name = '', namespace, resourceVersion } = object.metadata;
  const key = namespace === undefined ? { name } : { name, namespace };
  return type === 'updated'
    ? { kind, key, change: type, resourceVersion, before: event.old, after: object }
    : { kind, key, change: type, resourceVersion };
}
