/**
 * The objects of one resource, kept in memory as the store has them: for the server's own questions that must
 * be answered without waiting (RBAC rules, service addresses, custom kinds).
 */
import { prefixRange, type StoreBackend, type WatchSubscription } from '@pintle/contracts';
import type { KubernetesObject, Logger } from '@pintle/machinery';
import type { StoredObject } from './stored-object.js';

export interface CacheChange {
  readonly key: string;
  /** Undefined: deleted. */
  readonly object: KubernetesObject | undefined;
  readonly previous: KubernetesObject | undefined;
}

const none: readonly KubernetesObject[] = [];

export class ObjectCache {
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly byNamespace = new Map<string, Map<string, KubernetesObject>>();
  private subscription: WatchSubscription | undefined;

  constructor(
    private readonly backend: StoreBackend<StoredObject>,
    private readonly prefix: string,
    private readonly logger: Logger,
    private readonly onChange: (change: CacheChange) => void = () => {},
  ) {}

  /** Resolves when what there is has been read; `onChange` has then been called for each. */
  async start(): Promise<void> {
    const range = prefixRange(this.prefix);
    const { entries, revision } = await this.backend.range(range);
    for (const entry of entries) this.set(entry.key, entry.value.at(entry.modRevision));
    this.subscription = this.backend.watch(
      { ...range, fromRevision: revision + 1 },
      {
        next: (events) => {
          for (const event of events) {
            if (event.type === 'put') this.set(event.entry.key, event.entry.value.at(event.entry.modRevision));
            else this.set(event.key, undefined);
          }
        },
        error: (error) =>
          this.logger.log('error', 'a cache of the API server lost its watch', { prefix: this.prefix, error }),
        complete: () => {},
      },
    );
  }

  private set(key: string, object: KubernetesObject | undefined): void {
    const previous = this.objects.get(key);
    if (object === undefined) this.objects.delete(key);
    else this.objects.set(key, object);
    this.setInNamespace(key, object);
    this.onChange({ key, object, previous });
  }

  private setInNamespace(key: string, object: KubernetesObject | undefined): void {
    const slash = key.indexOf('/', this.prefix.length);
    if (slash === -1) return;
    const namespace = key.slice(this.prefix.length, slash);
    const objects = this.byNamespace.get(namespace) ?? new Map<string, KubernetesObject>();
    if (object === undefined) objects.delete(key);
    else objects.set(key, object);
    if (objects.size === 0) this.byNamespace.delete(namespace);
    else this.byNamespace.set(namespace, objects);
  }

  /** Those of a namespace, in the order of their creation. */
  inNamespace(namespace: string): readonly KubernetesObject[] {
    const objects = this.byNamespace.get(namespace);
    return objects === undefined ? none : [...objects.values()];
  }

  /** By what follows the prefix: `NAME` or `NAMESPACE/NAME`. */
  get(place: string): KubernetesObject | undefined {
    return this.objects.get(this.prefix + place);
  }

  /** By the whole key. */
  at(key: string): KubernetesObject | undefined {
    return this.objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.objects.keys();
  }

  get size(): number {
    return this.objects.size;
  }

  values(): IterableIterator<KubernetesObject> {
    return this.objects.values();
  }

  stop(): void {
    this.subscription?.unsubscribe();
  }
}
