/**
 * Pods and nodes behind the `Client` and `Informers` interfaces, just as much as a scheduler touches, on virtual
 * time and with faults by seed: for the scheduler's own tests below ring 2's server. Not exported.
 */
import { type Event, type Node, Pod } from '@pintle/api/core/v1';
import { type Client, ConnectionError, type ObjectKey } from '@pintle/client';
import { conflict, type KubernetesObject, notFound, type Random, sleep, type VirtualWorld } from '@pintle/machinery';
import type { Informer, InformerEvent, Informers } from '@pintle/watch';
import { Observable, Subject } from 'rxjs';
import { podKey } from '../nodes/pod-info.js';

export interface Faults {
  /** Chances, from 0 to 1, of every bind. */
  readonly refused?: number;
  readonly lostAnswer?: number;
  readonly lostRequest?: number;
  /** How long a bind takes, and how late informers are, at most. */
  readonly delayMaxMs?: number;
}

class Store<T extends KubernetesObject> {
  readonly live = new Map<string, T>();
  readonly seen = new Map<string, T>();
  readonly changes = new Subject<InformerEvent<T>>();

  set(key: string, object: T | undefined): void {
    if (object === undefined) this.live.delete(key);
    else this.live.set(key, object);
  }

  /** The informer learns what is there now. */
  show(key: string): void {
    const [old, object] = [this.seen.get(key), this.live.get(key)];
    if (old === object) return;
    if (object === undefined) {
      this.seen.delete(key);
      this.changes.next({ type: 'deleted', object: old!, finalStateUnknown: false });
      return;
    }
    this.seen.set(key, object);
    this.changes.next(old === undefined ? { type: 'added', object } : { type: 'updated', object, old });
  }
}

export class ScriptedCluster {
  readonly pods = new Store<Pod>();
  readonly nodes = new Store<Node>();
  readonly events: Event[] = [];
  readonly client: Client;
  readonly informers: Informers;
  /** What must never happen, and did. */
  readonly violations: string[] = [];
  binds = 0;

  constructor(
    private readonly world: VirtualWorld,
    private readonly random: Random,
    private readonly faults: Faults = {},
  ) {
    this.client = this.makeClient();
    this.informers = this.makeInformers();
  }

  setNode(node: Node): void {
    this.nodes.set(node.metadata.name!, node);
    this.tell(this.nodes, node.metadata.name!);
  }

  setPod(pod: Pod): void {
    this.pods.set(podKey(pod), pod);
    this.tell(this.pods, podKey(pod));
  }

  deletePod(key: string): void {
    this.pods.set(key, undefined);
    this.tell(this.pods, key);
  }

  deleteNode(name: string): void {
    this.nodes.set(name, undefined);
    this.tell(this.nodes, name);
  }

  private tell<T extends KubernetesObject>(store: Store<T>, key: string): void {
    this.world.clock.schedule(this.delayMs(), () => store.show(key));
  }

  private delayMs(): number {
    return Math.floor(this.random.next() * (this.faults.delayMaxMs ?? 0));
  }

  private async bind(key: ObjectKey, body: unknown): Promise<void> {
    const { metadata, target } = body as { metadata: { uid?: string }; target: { name: string } };
    const { refused = 0, lostAnswer = 0, lostRequest = 0 } = this.faults;
    await sleep(this.world.clock, this.delayMs());
    const chance = this.random.next();
    if (chance < lostRequest) throw new ConnectionError('the request was lost');
    const text = key.namespace ? `${key.namespace}/${key.name}` : key.name;
    const pod = this.pods.live.get(text);
    const subject = { group: '', plural: 'pods' };
    if (pod === undefined) throw notFound(subject, key.name);
    if (metadata.uid !== pod.metadata.uid) throw conflict(subject, key.name, 'the uid is another');
    if (pod.spec?.nodeName) throw conflict(subject, key.name, `it is assigned to ${pod.spec.nodeName} already`);
    if (chance < lostRequest + refused) throw conflict(subject, key.name, 'a webhook says no');
    this.binds++;
    const bound: Pod = { ...pod, spec: { ...pod.spec!, nodeName: target.name } };
    this.pods.set(text, bound);
    this.check(target.name);
    this.tell(this.pods, text);
    if (this.random.next() < lostAnswer) throw new ConnectionError('the answer was lost');
  }

  /** No node holds more than it has. All test pods ask for one core. */
  private check(nodeName: string): void {
    const node = this.nodes.live.get(nodeName);
    if (node === undefined) return;
    const held = [...this.pods.live.values()].filter(({ spec }) => spec?.nodeName === nodeName).length;
    if (held > Number(node.status!.allocatable!['cpu'])) this.violations.push(`${nodeName} holds ${held} pods`);
  }

  private makeClient(): Client {
    const client = {
      createSubresource: (_kind: unknown, key: ObjectKey, subresource: string, body: unknown) => {
        if (subresource !== 'binding') throw new Error(`no subresource ${subresource} here`);
        return this.bind(key, body);
      },
      get: async (_kind: unknown, { name, namespace }: ObjectKey) => {
        const pod = this.pods.live.get(namespace ? `${namespace}/${name}` : name);
        if (pod === undefined) throw notFound({ group: '', plural: 'pods' }, name);
        return pod;
      },
      create: async (object: KubernetesObject) => {
        this.events.push(object as Event);
        return object;
      },
      patch: async (
        kind: { kind: string },
        { name, namespace }: ObjectKey,
        { body }: { body: { status: Pod['status'] } },
      ) => {
        if (kind.kind !== 'Pod') return;
        const key = namespace ? `${namespace}/${name}` : name;
        const pod = this.pods.live.get(key);
        if (pod === undefined) throw notFound({ group: '', plural: 'pods' }, name);
        this.pods.set(key, { ...pod, status: { ...pod.status, ...body.status } });
        this.tell(this.pods, key);
      },
    };
    return client as unknown as Client;
  }

  private makeInformers(): Informers {
    const make = <T extends KubernetesObject>(store: Store<T>): Informer<T> =>
      ({
        events: new Observable<InformerEvent<T>>((subscriber) => {
          for (const object of store.seen.values()) subscriber.next({ type: 'added', object });
          subscriber.next({ type: 'synced' });
          return store.changes.subscribe(subscriber);
        }),
        lister: {
          get: ({ name, namespace }: ObjectKey) => store.seen.get(namespace ? `${namespace}/${name}` : name),
        },
        whenSynced: async () => {},
      }) as unknown as Informer<T>;
    const [pods, nodes] = [make(this.pods), make(this.nodes)];
    return {
      informer: (kind: unknown) => (kind === Pod ? pods : nodes),
    } as unknown as Informers;
  }
}
