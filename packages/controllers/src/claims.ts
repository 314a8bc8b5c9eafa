/**
 * Which objects belong to a controller's object: those that it controls and that match its selector. Those that
 * nobody controls are adopted, those that match no more are let go (upstream's ControllerRefManager).
 */
import type { Client, ObjectKey } from '@pintle/client';
import type { Mapper } from '@pintle/controller-runtime';
import {
  conflict,
  controllerOf,
  controllerReference,
  type KindRef,
  type KubernetesObject,
  type LabelSelector,
  labelSelectorMatcher,
} from '@pintle/machinery';
import type { InformerOptions, Informers } from '@pintle/watch';
import { ignoreNotFound } from './ignore-not-found.js';

export interface ClaimPlan<T> {
  /** What belongs to the owner, the adopted included. */
  readonly owned: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

export function planClaims<T extends KubernetesObject>(
  owner: KubernetesObject,
  objects: readonly T[],
  matches: (object: T) => boolean,
): ClaimPlan<T> {
  const [owned, adopt, release]: [T[], T[], T[]] = [[], [], []];
  const ending = owner.metadata.deletionTimestamp !== undefined;
  for (const object of objects) {
    const controller = controllerOf(object)?.uid;
    if (controller === undefined) {
      if (ending || object.metadata.deletionTimestamp !== undefined || !matches(object)) continue;
      adopt.push(object);
      owned.push(object);
    } else if (controller === owner.metadata.uid) {
      if (matches(object)) owned.push(object);
      else if (!ending) release.push(object);
    }
  }
  return { owned, adopt, release };
}

/** The index of controlled objects: by their controller's uid, and what nobody controls by its namespace. */
export const controllerIndex: NonNullable<InformerOptions<KubernetesObject>['indexes']> = {
  // Who only owns an object does not keep others from adopting it.
  controller: (object) => [controllerOf(object)?.uid ?? `${object.metadata.namespace}/`],
};

/** The objects of a kind that `owner` controls, and those of its namespace that nobody does. */
export function claimable<T extends KubernetesObject>(
  informers: Informers,
  kind: KindRef<T>,
  { metadata }: KubernetesObject,
): readonly T[] {
  const { lister } = informers.informer(kind, { indexes: controllerIndex });
  const controlled = lister.byIndex('controller', metadata.uid ?? '');
  const free = lister.byIndex('controller', `${metadata.namespace}/`);
  return free.length === 0 ? controlled : [...controlled, ...free];
}

/** How many `claimable` gives. */
export function countClaimable<T extends KubernetesObject>(
  informers: Informers,
  kind: KindRef<T>,
  { metadata }: KubernetesObject,
): number {
  const { lister } = informers.informer(kind, { indexes: controllerIndex });
  return (
    lister.countByIndex('controller', metadata.uid ?? '') + lister.countByIndex('controller', `${metadata.namespace}/`)
  );
}

/** Wakes the owners that might adopt a changed object: those whose selector matches what nobody controls. */
export function wouldAdopt<T extends KubernetesObject>(
  kind: KindRef<T>,
  selectorOf: (owner: T) => LabelSelector | undefined,
): Mapper<KubernetesObject> {
  return (object, informers): readonly ObjectKey[] => {
    if (controllerOf(object) !== undefined) return [];
    const { metadata } = object;
    return informers
      .informer(kind)
      .lister.list({ namespace: metadata.namespace ?? '' })
      .filter((owner) => labelSelectorMatcher(selectorOf(owner)).matches(metadata.labels ?? {}))
      .map((owner) => ({ name: owner.metadata.name ?? '', namespace: owner.metadata.namespace ?? '' }));
  };
}

export interface ClaimKinds {
  readonly owner: KindRef;
  readonly owned: KindRef;
  /** What the adopted get, and the released lose, by which the owner holds them. */
  readonly finalizer?: string;
}

/**
 * Carries out what was planned. What has gone or changed meanwhile is left for the next look.
 * Errors: `StatusError` Conflict where the owner is not there any more, or is going, and so may adopt nothing.
 */
export async function claimObjects(
  client: Client,
  owner: KubernetesObject,
  { adopt, release }: Pick<ClaimPlan<KubernetesObject>, 'adopt' | 'release'>,
  kinds: ClaimKinds,
): Promise<void> {
  const { finalizer } = kinds;
  if (adopt.length > 0) await mayStillAdopt(client, owner, kinds.owner);
  const patch = ({ metadata: { name = '', namespace = '', uid = '' } }: KubernetesObject, change: object) =>
    client
      .patch(kinds.owned, { name, namespace }, { type: 'strategic', body: { metadata: { uid, ...change } } })
      .catch(ignoreNotFound);
  const adopted = {
    ownerReferences: [controllerReference(owner, kinds.owner)],
    ...(finalizer === undefined ? {} : { finalizers: [finalizer] }),
  };
  const released = {
    ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }],
    ...(finalizer === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': [finalizer] }),
  };
  await Promise.all([
    ...adopt.map((object) => patch(object, adopted)),
    ...release.map((object) => patch(object, released)),
  ]);
}

/**
 * Whether the owner may adopt, as the server has it: caches of different kinds are not equally new, and one that goes and
 * leaves its objects behind would else take them along after all.
 */
async function mayStillAdopt(client: Client, { metadata }: KubernetesObject, kind: KindRef): Promise<void> {
  const { name = '', namespace = '', uid } = metadata;
  const fresh = await client.get(kind, { name, namespace }).catch(ignoreNotFound);
  if (fresh === undefined || fresh.metadata.uid !== uid)
    throw conflict(kind, name, 'it is another one by now, or gone');
  if (fresh.metadata.deletionTimestamp !== undefined)
    throw conflict(kind, name, `it has been deleted at ${fresh.metadata.deletionTimestamp}`);
}
