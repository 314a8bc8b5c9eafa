/** What every verb works on: the store, the kinds, the world, and the rules that come in from outside. */
import type { StoreBackend, StoreEntry } from '@pintle/contracts';
import type { KubernetesObject, World, WriteContext } from '@pintle/machinery';
import type { AdmissionPlugin } from '../admission/admission.js';
import type { VirtualResource } from '../aggregation/virtual-resources.js';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import type { StoredObject } from '../storage/stored-object.js';
import type { Review } from './reviews.js';

export interface ApiCore {
  readonly backend: StoreBackend<StoredObject>;
  readonly registry: ResourceRegistry;
  readonly world: World;
  readonly admission: readonly AdmissionPlugin[];
  /** How a resource that is asked and not stored is answered; undefined for all that are stored. */
  review(resource: Resource): Review | undefined;
  /** Where the objects of a resource come from that nobody stores. */
  virtual(resource: Resource): VirtualResource | undefined;
}

/** An object as it is answered: in the version asked for, with its store entry where it has one. */
export interface Served {
  readonly object: KubernetesObject;
  /** Absent for a dry run, and for what is not stored. */
  readonly entry?: StoreEntry<StoredObject>;
  /** Whether this request made it. */
  readonly created?: boolean;
}

export function serve(resource: Resource, entry: StoreEntry<StoredObject>): Served {
  return { object: resource.fromStored(entry.value.at(entry.modRevision)), entry };
}

/** The object of an entry, in the stored version. */
export function storedObjectOf(entry: StoreEntry<StoredObject>): KubernetesObject {
  return entry.value.at(entry.modRevision);
}

/** What strategies are told of a write. */
export const writeContext = ({ world }: ApiCore, { user }: RequestContext): WriteContext => ({
  user,
  nowMs: world.clock.now(),
});
