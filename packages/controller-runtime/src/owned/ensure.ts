/** One object that is to be as its owner says: applied with the owner's name on it, by server-side apply. */
import type { Client } from '@pintle/client';
import { controllerReference, type KindRef, type KubernetesObject } from '@pintle/machinery';

export interface Ensuring {
  readonly client: Client;
  readonly owner: KubernetesObject;
  readonly ownerKind: KindRef;
  /** The field manager. */
  readonly manager: string;
}

/** An object cannot be owned as it is to be. */
export class OwnershipError extends Error {
  readonly code = 'PINTLE_OWNERSHIP';
  constructor(object: KubernetesObject, what: string) {
    super(`${object.kind} ${object.metadata.name ?? ''}: ${what}`);
    this.name = 'OwnershipError';
  }
}

/**
 * The object with `owner` as its controller, in the owner's namespace where it names none. Errors: `OwnershipError` for
 * an object of another namespace, which Kubernetes would take for one whose owner is gone, and collect.
 */
export function ownedBy<T extends KubernetesObject>(owner: KubernetesObject, ownerKind: KindRef, object: T): T {
  const { namespace } = owner.metadata;
  const own = object.metadata.namespace;
  if (namespace !== undefined && own !== undefined && own !== namespace)
    throw new OwnershipError(object, `an owner in namespace "${namespace}" cannot own an object in "${own}"`);
  const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  if (others.some(({ controller }) => controller === true))
    throw new OwnershipError(object, 'it names another controller already');
  const metadata = {
    ...object.metadata,
    ...(namespace === undefined ? {} : { namespace }),
    ownerReferences: [...others, controllerReference(owner, ownerKind)],
  };
  return { ...object, metadata };
}

/**
 * Makes the server's object as `object` says, in the fields that it states; whatever else stands there is left. Fields
 * that were stated before and no longer are go away. Takes over fields that others manage, as a controller should.
 */
export async function ensureOwned<T extends KubernetesObject>(
  { client, owner, ownerKind, manager }: Ensuring,
  object: T,
): Promise<T> {
  return client.apply(ownedBy(owner, ownerKind, object), { fieldManager: manager, force: true });
}
