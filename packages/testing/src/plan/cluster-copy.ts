/**
 * A copy of a cluster in memory, for controllers to run on: a fork of its store where that is at hand, which costs nothing
 * however much is in it; else what a client lists. It follows its own log, so that the difference is found by what changed.
 */
import { type ApiServer, createApiServer, type Resource, StoredObject, storeKey } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { apiVersionOf, type Kind, type KindRef, type KubernetesObject, type VirtualWorld } from '@pintle/machinery';
import { type MemoryStore, memoryStore } from '@pintle/store';
import { isPartOfWork } from '../check/cluster-state.js';

/** Where a copy is made from: any cluster by a client, or one of this process by its server. */
export type CopySource = Client | { readonly apiServer: ApiServer };

export interface CopiedChange {
  /** Absent: it was made. */
  readonly before?: KubernetesObject;
  /** Absent: it is gone. */
  readonly after?: KubernetesObject;
}

export interface ClusterCopy {
  readonly api: ApiServer;
  readonly revision: number;
  /** What has become of the copy since it was made, events and leases aside; by kind and name. */
  changes(): readonly CopiedChange[];
}

export interface CopyOptions {
  readonly from: CopySource;
  readonly world: VirtualWorld;
  readonly kinds: readonly Kind[];
  /** What is read where the store is not at hand. */
  readonly inPlay: readonly KindRef[];
}

/** The moment that a copy begins at: the source's, where it tells. */
export const momentOf = (from: CopySource): { readonly startMs?: number } =>
  'apiServer' in from ? { startMs: from.apiServer.core.world.clock.now() } : {};

export async function copyCluster({ from, world, kinds, inPlay }: CopyOptions): Promise<ClusterCopy> {
  const forked = 'apiServer' in from ? forkOf(from.apiServer, world) : undefined;
  const backend = forked ?? memoryStore<StoredObject>({ world });
  const api = await createApiServer({ world, backend, kinds });
  if (forked === undefined) await copyObjects('apiServer' in from ? from.apiServer.client() : from, api, inPlay);
  const began = backend.snapshot();
  const touched = new Set<string>();
  const nothing = () => {};
  backend.watch(
    { start: '', end: '\uffff', queueDepthMax: Number.MAX_SAFE_INTEGER },
    {
      next(events) {
        for (const event of events) touched.add(event.type === 'put' ? event.entry.key : event.key);
      },
      error: nothing,
      complete: nothing,
    },
  );
  return {
    api,
    get revision() {
      return backend.status().revision;
    },
    changes() {
      const now = backend.snapshot();
      const keys = [...touched].sort();
      return api.core.registry.all().flatMap((resource) => {
        if (!isPartOfWork(resource)) return [];
        const at = (key: string, { get }: typeof now) => {
          const entry = get(key);
          if (entry === undefined) return undefined;
          const object = entry.value.at(entry.modRevision);
          return resource.fromStored(resource.readBack?.(object) ?? object);
        };
        return keys
          .filter((key) => key.startsWith(resource.prefix))
          .flatMap((key) => changesOf(at(key, began), at(key, now)));
      });
    },
  };
}

/** What was deleted and made anew under its name is another object. */
function changesOf(before: KubernetesObject | undefined, after: KubernetesObject | undefined): readonly CopiedChange[] {
  if (before !== undefined && after !== undefined)
    return before.metadata.uid === after.metadata.uid ? [{ before, after }] : [{ before }, { after }];
  return [{ ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** Undefined where the store cannot be forked: one on a disk, or elsewhere. */
function forkOf({ core: { backend } }: ApiServer, world: VirtualWorld): MemoryStore<StoredObject> | undefined {
  return 'fork' in backend ? (backend as MemoryStore<StoredObject>).fork({ world }) : undefined;
}

async function copyObjects(from: Client, { core }: ApiServer, inPlay: readonly KindRef[]): Promise<void> {
  // What is in a namespace needs it.
  const namespaces = core.registry.stored('', 'namespaces')!.kind;
  for (const kind of new Set<KindRef>([namespaces, ...inPlay])) {
    const resource: Resource = core.registry.byResource(apiVersionOf(kind), kind.plural)!;
    for (const object of await from.list(kind)) {
      const key = storeKey(resource, object.metadata.namespace, object.metadata.name ?? '');
      const made = resource.toStored(object);
      const value = StoredObject.of(resource.written?.(made) ?? made);
      await core.backend.transact({ compare: [], success: [{ type: 'put', key, value }] });
    }
  }
}
