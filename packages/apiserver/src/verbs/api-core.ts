/** What every verb works on: the store, the kinds, the world, and the rules that come in from outside. */
import type { StoreBackend, StoreEntry, Transaction } from '@pintle/contracts';
import type { KubernetesObject, World, WriteContext } from '@pintle/machinery';
import type { AdmissionChain } from '../admission/admission-chain.js';
import type { VirtualResource } from '../aggregation/virtual-resources.js';
import type { RequestContext } from '../registry/request-context.js';
import { asRead, type Resource, readable } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import type { SharedLeases } from '../storage/shared-leases.js';
import type { StoreTallies } from '../storage/storage-metrics.js';
import { StoredObject } from '../storage/stored-object.js';
import type { Review } from './reviews.js';

export interface ApiCore {
  readonly backend: StoreBackend<StoredObject>;
  readonly registry: ResourceRegistry;
  readonly world: World;
  /** For kinds whose objects end by themselves. */
  readonly leases: SharedLeases;
  readonly admission: AdmissionChain;
  readonly tallies: StoreTallies;
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
  return { object: resource.fromStored(storedObjectOf(resource, entry)), entry };
}

/** Of what was written just now. */
export function served(resource: Resource, entry: StoreEntry<StoredObject>): Served | Promise<Served> {
  return readable(resource, [entry])?.then(() => serve(resource, entry)) ?? serve(resource, entry);
}

/** The object of an entry, in the version that verbs work in, once it is readable. */
export function storedObjectOf(
  resource: Pick<Resource, 'readBack'> | undefined,
  { value, modRevision }: StoreEntry<StoredObject>,
): KubernetesObject {
  return asRead(resource, value.at(modRevision));
}

/** What strategies are told of a write. */
export const writeContext = ({ world }: ApiCore, { user }: RequestContext): WriteContext => ({
  user,
  nowMs: world.clock.now(),
});

/** The write of an object, under a lease where its kind ends by itself. */
export function putOf(
  core: ApiCore,
  { definition }: Resource,
  key: string,
  object: KubernetesObject,
): PutOperation | Promise<PutOperation> {
  const put = { type: 'put' as const, key, value: StoredObject.of(object) };
  const { timeToLiveSeconds } = definition;
  if (timeToLiveSeconds === undefined) return put;
  return core.leases.leaseFor(timeToLiveSeconds).then((lease) => ({ ...put, lease }));
}

type PutOperation = Extract<Transaction<StoredObject>['success'][number], { readonly type: 'put' }>;
