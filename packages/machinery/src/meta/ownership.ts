/** Owners, finalizers and conditions: small answers and copy-on-write changes that every controller needs. */
import { apiVersionOf, type GroupVersionKind } from '../kind/kind.js';
import type { KubernetesObject, ObjectMeta, OwnerReference } from './v1.js';

/** For `controllerOf` and `findCondition`, which are asked of every object: by index, as V8 walks frozen arrays slowly otherwise. */
const nothing: readonly never[] = [];

/** The owner that manages the object. */
export function controllerOf(object: { readonly metadata: ObjectMeta }): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences ?? nothing;
  for (let at = 0; at < owners.length; at++) if (owners[at]!.controller === true) return owners[at];
  return undefined;
}

export function isControlledBy(
  object: { readonly metadata: ObjectMeta },
  owner: { readonly metadata: ObjectMeta },
): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference by which `owner` manages an object: it is collected with its owner, and holds its owner's foreground deletion. */
export function controllerReference(owner: { readonly metadata: ObjectMeta }, kind: GroupVersionKind): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export const hasFinalizer = (object: { readonly metadata: ObjectMeta }, name: string): boolean =>
  object.metadata.finalizers?.includes(name) ?? false;

export function withFinalizer<T extends KubernetesObject>(object: T, name: string): T {
  if (hasFinalizer(object, name)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), name] } };
}

export function withoutFinalizer<T extends KubernetesObject>(object: T, name: string): T {
  if (!hasFinalizer(object, name)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, finalizers: object.metadata.finalizers!.filter((other) => other !== name) },
  };
}

/** `namespace/name`, or `name` for what is in no namespace. */
export function objectKey({
  name = '',
  namespace,
}: {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}): string {
  return namespace ? `${namespace}/${name}` : name;
}

export function parseObjectKey(key: string): { readonly name: string; readonly namespace?: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

interface AnyCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null | undefined;
}

export function findCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  const all = conditions ?? nothing;
  for (let at = 0; at < all.length; at++) if (all[at]!.type === type) return all[at];
  return undefined;
}

export const isConditionTrue = (conditions: readonly AnyCondition[] | undefined, type: string): boolean =>
  findCondition(conditions, type)?.status === 'True';

/** Replaces or adds the condition of its type; `lastTransitionTime` moves only with the status. */
export function setCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  condition: C,
  now: string,
): readonly C[] {
  const present = findCondition(conditions, condition.type);
  const lastTransitionTime =
    present !== undefined && present.status === condition.status ? (present.lastTransitionTime ?? now) : now;
  const next = { ...condition, lastTransitionTime };
  if (present === undefined) return [...(conditions ?? []), next];
  return conditions!.map((other) => (other === present ? next : other));
}
