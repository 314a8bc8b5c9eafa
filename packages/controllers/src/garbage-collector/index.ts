/**
 * The garbage collector: what has owners goes when the last of them has gone; an owner deleted in the foreground
 * waits for its dependents; one deleted with `orphan` lets them go free.
 */
import type { Client } from '@pintle/client';
import type { Runnable } from '@pintle/controller-runtime';
import { WorkQueue } from '@pintle/controller-runtime';
import {
  apiVersionOf,
  hasFinalizer,
  type KindRef,
  type KubernetesObject,
  type OwnerReference,
  StatusError,
  type World,
} from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';
import { type GraphNode, OwnerGraph, ownersOf } from './owner-graph.js';

export * from './owner-graph.js';

export interface GarbageCollectorOptions {
  /** Every kind that objects can be of; asked again every `resyncMs`. */
  readonly kinds: () => readonly KindRef[];
  /** How often new kinds are looked for. Default 5,000. */
  readonly resyncMs?: number;
  readonly concurrency?: number;
}

const orphan = 'orphan';
const foreground = 'foregroundDeletion';
/** Kinds that come and go too fast to be owned, as upstream. */
const ignored = new Set(['Event']);

export function garbageCollector(options: GarbageCollectorOptions): Runnable {
  return {
    name: 'garbage-collector',
    async start({ client, informers, world, signal }) {
      const collector = new Collector(client, informers, world, options);
      await collector.run(signal);
    },
  };
}

class Collector {
  private readonly graph = new OwnerGraph();
  private readonly queue: WorkQueue;
  private readonly watched = new Map<string, Subscription>();

  constructor(
    private readonly client: Client,
    private readonly informers: Informers,
    private readonly world: World,
    private readonly options: GarbageCollectorOptions,
  ) {
    this.queue = new WorkQueue({ clock: world.clock });
  }

  async run(signal: AbortSignal): Promise<void> {
    let cancel = () => {};
    const follow = () => {
      this.followKinds();
      cancel = this.world.clock.schedule(this.options.resyncMs ?? 5_000, follow);
    };
    follow();
    signal.addEventListener('abort', () => {
      cancel();
      this.queue.close();
      for (const subscription of this.watched.values()) subscription.unsubscribe();
    });
    await Promise.all(Array.from({ length: this.options.concurrency ?? 20 }, () => this.work()));
  }

  private followKinds(): void {
    const kinds = this.options.kinds().filter((kind) => !ignored.has(kind.kind));
    const wanted = new Map(kinds.map((kind) => [`${apiVersionOf(kind)} ${kind.plural}`, kind]));
    for (const [id, kind] of wanted) {
      if (this.watched.has(id)) continue;
      const events = this.informers.informer(kind).events;
      this.watched.set(
        id,
        events.subscribe((event) => {
          if (event.type === 'synced') return;
          if (event.type === 'deleted') this.onDeleted(event.object);
          else this.onPresent(kind, event.object);
        }),
      );
    }
    for (const [id, subscription] of this.watched) {
      if (wanted.has(id)) continue;
      subscription.unsubscribe();
      this.watched.delete(id);
    }
  }

  private onPresent(kind: KindRef, object: KubernetesObject): void {
    this.graph.set(kind, object);
    const uid = object.metadata.uid ?? '';
    if (ownersOf(object).length > 0 || object.metadata.deletionTimestamp !== undefined) this.queue.add(uid);
  }

  private onDeleted(object: KubernetesObject): void {
    const uid = object.metadata.uid ?? '';
    this.graph.delete(uid);
    for (const { object: dependent } of this.graph.dependentsOf(uid)) this.queue.add(dependent.metadata.uid ?? '');
    // An owner that waits in the foreground may have waited for this one.
    for (const owner of ownersOf(object))
      if (this.graph.get(owner.uid)?.object.metadata.deletionTimestamp !== undefined) this.queue.add(owner.uid);
  }

  private async work(): Promise<void> {
    for (let uid = await this.queue.next(); uid !== undefined; uid = await this.queue.next()) {
      try {
        const node = this.graph.get(uid);
        if (node !== undefined) await this.collect(node);
        this.queue.forget(uid);
      } catch (error) {
        if (StatusError.is(error, 'NotFound')) this.queue.forget(uid);
        else {
          this.world.logger.log(
            StatusError.is(error, 'Conflict') ? 'debug' : 'warn',
            'an object could not be collected',
            { uid, error },
          );
          this.queue.addRateLimited(uid);
        }
      }
      this.queue.done(uid);
    }
  }

  private async collect(node: GraphNode): Promise<void> {
    const { object } = node;
    const deleted = object.metadata.deletionTimestamp !== undefined;
    if (deleted && hasFinalizer(object, orphan)) return this.orphanDependents(node);
    if (deleted && hasFinalizer(object, foreground)) return this.waitForDependents(node);
    if (deleted || ownersOf(object).length === 0) return undefined;
    return this.checkOwners(node);
  }

  private async orphanDependents(node: GraphNode): Promise<void> {
    const uid = node.object.metadata.uid ?? '';
    for (const dependent of this.graph.dependentsOf(uid)) await this.disown(dependent, [uid]);
    await this.removeFinalizer(node, orphan);
  }

  private async waitForDependents(node: GraphNode): Promise<void> {
    const uid = node.object.metadata.uid ?? '';
    const dependents = this.graph.dependentsOf(uid);
    const blocking = dependents.filter(({ object }) =>
      ownersOf(object).some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
    );
    if (blocking.length === 0) return this.removeFinalizer(node, foreground);
    for (const { object } of dependents) this.queue.add(object.metadata.uid ?? '');
  }

  private async checkOwners(node: GraphNode): Promise<void> {
    const { metadata } = node.object;
    const solid: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    const absent: OwnerReference[] = [];
    for (const owner of ownersOf(node.object)) {
      const found = await this.findOwner(owner, metadata.namespace);
      if (found === undefined) absent.push(owner);
      else if (found.metadata.deletionTimestamp !== undefined && hasFinalizer(found, foreground)) waiting.push(owner);
      else solid.push(owner);
    }
    if (solid.length > 0) {
      const gone = [...absent, ...waiting].map(({ uid }) => uid);
      if (gone.length > 0) await this.disown(node, gone);
      return;
    }
    const policy =
      waiting.length > 0 && this.graph.dependentsOf(metadata.uid ?? '').length > 0
        ? 'Foreground'
        : policyOf(node.object);
    await this.client
      .delete(node.kind, keyOf(node.object), { preconditions: { uid: metadata.uid ?? '' }, propagationPolicy: policy })
      .catch((error: unknown) => {
        if (!StatusError.is(error, 'Conflict')) throw error;
      });
  }

  /** The owner as the server has it; an owner of another uid under its name is another object. */
  private async findOwner(owner: OwnerReference, namespace: string | undefined): Promise<KubernetesObject | undefined> {
    const known = this.graph.get(owner.uid);
    if (known !== undefined) return known.object;
    const kind = this.options
      .kinds()
      .find(
        (candidate) =>
          candidate.kind === owner.kind && apiVersionOf(candidate).split('/')[0] === owner.apiVersion.split('/')[0],
      );
    if (kind === undefined) return undefined;
    const key =
      kind.scope === 'Cluster' || namespace === undefined ? { name: owner.name } : { name: owner.name, namespace };
    const found = await this.client.get(kind, key).catch((error: unknown) => {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    });
    return found?.metadata.uid === owner.uid ? found : undefined;
  }

  private async disown({ kind, object }: GraphNode, owners: readonly string[]): Promise<void> {
    const { uid, ownerReferences = [], resourceVersion } = object.metadata;
    const rest = ownerReferences.filter((owner) => !owners.includes(owner.uid));
    if (rest.length === ownerReferences.length) return;
    const body = { metadata: { uid, resourceVersion, ownerReferences: rest.length === 0 ? null : rest } };
    await this.client.patch(kind, keyOf(object), { type: 'merge', body }).catch(gone);
  }

  private async removeFinalizer({ kind, object }: GraphNode, name: string): Promise<void> {
    const { uid, finalizers = [], resourceVersion } = object.metadata;
    const rest = finalizers.filter((other) => other !== name);
    await this.client
      .patch(kind, keyOf(object), {
        type: 'merge',
        body: { metadata: { uid, resourceVersion, finalizers: rest.length === 0 ? null : rest } },
      })
      .catch(gone);
  }
}

const gone = (error: unknown) => {
  if (!StatusError.is(error, 'NotFound')) throw error;
};

const keyOf = ({ metadata: { name = '', namespace } }: KubernetesObject) =>
  namespace === undefined ? { name } : { name, namespace };

/** What an object asks for itself by its finalizers. */
const policyOf = (object: KubernetesObject) =>
  hasFinalizer(object, orphan) ? 'Orphan' : hasFinalizer(object, foreground) ? 'Foreground' : 'Background';
