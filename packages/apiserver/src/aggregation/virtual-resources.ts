/**
 * Kinds whose objects nobody stores: they are made when they are read, as metrics are. Everything else about them is as
 * of every kind: discovery, authorization, selectors, tables. They are read only, and cannot be watched.
 */
import type { StoreEntry } from '@pintle/contracts';
import type { Kind, KubernetesObject } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { storeKey } from '../registry/resource.js';
import { StoredObject } from '../storage/stored-object.js';

export interface VirtualResource {
  /** Its verbs are `get` and `list`. */
  readonly kind: Kind;
  /** All there are now; of one namespace where one is given. */
  list(namespace: string | undefined): Promise<readonly KubernetesObject[]>;
}

/** The objects as if they came from the store, in the order of their keys. */
export async function virtualEntries(
  resource: Resource,
  { list }: VirtualResource,
  namespace: string | undefined,
): Promise<readonly StoreEntry<StoredObject>[]> {
  const objects = await list(namespace);
  return objects
    .map((object): StoreEntry<StoredObject> => {
      const { name = '', namespace: place } = object.metadata;
      return {
        key: storeKey(resource, place, name),
        value: StoredObject.unversioned(object),
        createRevision: 0,
        modRevision: 0,
        version: 1,
        lease: 0,
      };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
