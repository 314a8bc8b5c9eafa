/**
 * The garbage collector: what has owners goes when the last of them has gone; an owner deleted in the foreground
 * waits for its dependents; one deleted with `orphan` lets them go free. What has an owner of a kind that is not served
 * stays: nobody can say whether the owner is there, unless it was seen to go.
 */
import type { Client } from '@pintle/client';
import { createEventRecorder, type EventRecorder, type Runnable, WorkQueue } from '@pintle/controller-runtime';
import {
  deepEqual,
  hasFinalizer,
  type KindRef,
  type KubernetesObject,
  type OwnerReference,
  onAbort,
  StatusError,
  type World,
} from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { FollowedKinds } from '../followed-kinds.js';
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
/** Owners that were seen to go and are remembered (upstream's cache of absent owners: as many). */
const goneOwnersMax = 500;
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
  private readonly watched = new FollowedKinds((kind, signal) => this.follow(kind, signal));
  private readonly events: EventRecorder;
  /** Owners that were seen to go, by uid, with their namespaces: their kind may be gone with them. */
  private readonly goneOwners = new Map<string, string | undefined>();
  /** Dependents that were told of an owner in another namespace. */
  private readonly told = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly informers: Informers,
    private readonly world: World,
    private readonly options: GarbageCollectorOptions,
  ) {
    this.queue = new WorkQueue({ clock: world.clock });
    this.events = createEventRecorder({ client, world, component: 'garbage-collector-controller' });
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
      this.watched.endAll();
    });
    await Promise.all(Array.from({ length: this.options.concurrency ?? 20 }, () => this.work()));
  }

  private followKinds(): void {
    const all = this.options.kinds();
    if (this.watched.knows(all)) return;
    for (const kind of all) if (!ignored.has(kind.kind)) this.watched.of(kind);
    this.watched.look(all);
  }

  private follow(kind: KindRef, signal: AbortSignal): void {
    const { events, lister } = this.informers.informer(kind, { signal });
    const subscription = events.subscribe((event) => {
      if (event.type === 'synced') return;
      if (event.type === 'deleted') this.onDeleted(event.object);
      else this.onPresent(kind, event.object);
    });
    onAbort(signal, () => {
      subscription.unsubscribe();
      // Whether they are there still, nobody can say.
      for (const { metadata } of lister.list()) this.graph.delete(metadata.uid ?? '');
    });
  }

  private onPresent(kind: KindRef, object: KubernetesObject): void {
    const uid = object.metadata.uid ?? '';
    const known = this.graph.set(kind, object);
    // Most changes are of what objects say of themselves: whom they belong to, and who waits for them, stays.
    if (known !== undefined && sameTies(known, object)) return;
    // An owner that waits in the foreground waits no more for one that it owns, or is blocked by, no more.
    for (const owner of ownersOf(known)) {
      const now = ownersOf(object).find((other) => other.uid === owner.uid);
      if (now === undefined || (owner.blockOwnerDeletion && !now.blockOwnerDeletion)) this.wakeWaiting(owner.uid);
    }
    if (object.metadata.deletionTimestamp !== undefined || !this.isHeld(object)) this.queue.add(uid);
  }

  /** Whether every owner is there as it is named, and stays: most objects never have to be looked at. */
  private isHeld({ metadata: { ownerReferences = [], namespace } }: KubernetesObject): boolean {
    return ownerReferences.every((owner) => {
      const known = this.graph.get(owner.uid);
      if (known === undefined || !isNamed(known, owner)) return false;
      const { metadata } = known.object;
      const isNear = known.kind.scope === 'Cluster' || (namespace !== undefined && metadata.namespace === namespace);
      return isNear && metadata.deletionTimestamp === undefined;
    });
  }

  private onDeleted(object: KubernetesObject): void {
    const uid = object.metadata.uid ?? '';
    this.graph.delete(uid);
    this.told.delete(uid);
    const dependents = this.graph.dependentsOf(uid);
    if (dependents.length > 0) this.rememberGone(object);
    for (const { object: dependent } of dependents) this.queue.add(dependent.metadata.uid ?? '');
    // An owner that waits in the foreground may have waited for this one.
    for (const owner of ownersOf(object)) this.wakeWaiting(owner.uid);
  }

  private rememberGone({ metadata: { uid = '', namespace } }: KubernetesObject): void {
    const [oldest] = this.goneOwners.keys();
    if (this.goneOwners.size >= goneOwnersMax) this.goneOwners.delete(oldest!);
    this.goneOwners.set(uid, namespace);
  }

  private wakeWaiting(uid: string): void {
    if (this.graph.get(uid)?.object.metadata.deletionTimestamp !== undefined) this.queue.add(uid);
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
      const found = await this.findOwner(owner, node);
      if (found === undefined) absent.push(owner);
      else if (found === 'unresolvable') solid.push(owner);
      else if (found.metadata.deletionTimestamp !== undefined && hasFinalizer(found, foreground)) waiting.push(owner);
      else solid.push(owner);
    }
    if (solid.length > 0) {
      const gone = [...absent, ...waiting].map(({ uid }) => uid);
      if (gone.length > 0) await this.disown(node, gone);
      return;
    }
    const dependents = this.graph.dependentsOf(metadata.uid ?? '');
    if (waiting.length > 0 && dependents.some(isWaiting)) await this.unblock(node);
    const policy = waiting.length > 0 && dependents.length > 0 ? 'Foreground' : policyOf(node.object);
    await this.client.delete(node.kind, keyOf(node.object), {
      preconditions: { uid: metadata.uid ?? '' },
      propagationPolicy: policy,
    });
  }

  /**
   * The owner as the server has it; an owner of another uid under its name is another object. An owner is in its
   * dependent's namespace or in none: elsewhere it does not exist. Unresolvable: nobody can say, and the dependent stays.
   */
  private async findOwner(
    owner: OwnerReference,
    { object }: GraphNode,
  ): Promise<KubernetesObject | 'unresolvable' | undefined> {
    const { namespace } = object.metadata;
    if (this.goneOwners.has(owner.uid)) {
      const ofOwner = this.goneOwners.get(owner.uid);
      if (ofOwner === undefined || ofOwner === namespace) return undefined;
    }
    const kind = this.options
      .kinds()
      .find((candidate) => candidate.kind === owner.kind && candidate.group === groupOf(owner.apiVersion));
    if (kind === undefined) throw new Error(`no kind ${owner.kind} of ${owner.apiVersion} is served: ${owner.name}`);
    const known = this.graph.get(owner.uid);
    const misplaced =
      kind.scope === 'Namespaced' && known !== undefined && known.object.metadata.namespace !== namespace;
    if (misplaced || (kind.scope === 'Namespaced' && namespace === undefined)) this.tellMisplaced(owner, object);
    if (kind.scope === 'Namespaced' && namespace === undefined) return 'unresolvable';
    if (known !== undefined && !misplaced && isNamed(known, owner)) return known.object;
    const key =
      kind.scope === 'Cluster' || namespace === undefined ? { name: owner.name } : { name: owner.name, namespace };
    const found = await this.client.get(kind, key).catch((error: unknown) => {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    });
    return found?.metadata.uid === owner.uid ? found : undefined;
  }

  private tellMisplaced({ apiVersion, kind, name, uid }: OwnerReference, object: KubernetesObject): void {
    const { namespace = '', uid: own = '' } = object.metadata;
    if (this.told.has(own)) return;
    this.told.add(own);
    const coordinates = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    this.events.record(
      object,
      'Warning',
      'OwnerRefInvalidNamespace',
      `ownerRef ${coordinates} does not exist in namespace ${JSON.stringify(namespace)}`,
    );
  }

  /** Objects that own each other in a ring, each of which waits for the next, would wait for ever. */
  private async unblock({ kind, object }: GraphNode): Promise<void> {
    const { uid, resourceVersion, ownerReferences = [] } = object.metadata;
    if (!ownerReferences.some(({ blockOwnerDeletion }) => blockOwnerDeletion)) return;
    const free = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    const body = { metadata: { uid, resourceVersion, ownerReferences: free } };
    await this.client.patch(kind, keyOf(object), { type: 'merge', body }).catch(gone);
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

const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');

const isNamed = ({ kind, object }: GraphNode, owner: OwnerReference) =>
  kind.kind === owner.kind && kind.group === groupOf(owner.apiVersion) && object.metadata.name === owner.name;

/** Whether two states of an object are the same to those that it belongs to, and to those that belong to it. */
const sameTies = ({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): boolean =>
  a.deletionTimestamp === b.deletionTimestamp &&
  sameList(a.ownerReferences, b.ownerReferences) &&
  sameList(a.finalizers, b.finalizers);

const sameList = (a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean =>
  a === b || ((a?.length ?? 0) === 0 && (b?.length ?? 0) === 0) || deepEqual(a, b);

/** Deleted in the foreground, and not gone yet. */
const isWaiting = ({ object }: GraphNode) =>
  object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, foreground);

const keyOf = ({ metadata: { name = '', namespace } }: KubernetesObject) =>
  namespace === undefined ? { name } : { name, namespace };

/** What an object asks for itself by its finalizers. */
const policyOf = (object: KubernetesObject) =>
  hasFinalizer(object, orphan) ? 'Orphan' : hasFinalizer(object, foreground) ? 'Foreground' : 'Background';
