/**
 * What a deletion comes to, decided purely: gone at once, marked and waiting, or nothing new.
 *
 * **Differs from Kubernetes**: a deletion that takes the last finalizer away, by how dependents are to go, is done where it
 * names the version that the object has, and tried dry it tells what it would come to; kube-apiserver holds the one against an
 * empty version, and answers the other with an empty object.
 */
import type { DeleteRequest } from '@pintle/client';
import { conflict, formatTime, type KubernetesObject, type ObjectMeta, type Strategy } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { DeleteOptions } from './delete-options.js';

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

export type DeletePlan =
  /** Of kinds with a grace it is written first that this is over, as `ended`, and then removed. */
  | { readonly type: 'remove'; readonly ended?: KubernetesObject }
  /** Written back, marked as deleted: a grace period runs, or finalizers hold it. */
  | { readonly type: 'mark'; readonly object: KubernetesObject }
  | { readonly type: 'nothing' };

/** Whether something still holds a deleted object: finalizers, or what the kind itself says. */
export function pendingDeletion(resource: Resource, object: KubernetesObject): boolean {
  return (
    (object.metadata.finalizers?.length ?? 0) > 0 || (resource.definition.strategy?.holdsDeletion?.(object) ?? false)
  );
}

/** As Go has it: in nanoseconds of 64 bits, which run over after 292 years. */
const durationMs = (seconds: number | bigint): number =>
  Number(BigInt.asIntN(64, BigInt(seconds) * 1_000_000_000n) / 1_000_000n);

/** Errors: `StatusError` Conflict for failed preconditions, Invalid for options that contradict. */
export function planDelete(
  resource: Resource,
  object: KubernetesObject,
  request: DeleteOptions,
  nowMs: number,
): DeletePlan {
  checkDeletePreconditions(resource, object.metadata, request.preconditions);
  const { strategy } = resource.definition;
  const { metadata } = object;
  const requested = request.gracePeriodSeconds;
  const graceSeconds = strategy?.gracePeriodSeconds?.(object, requested) ?? 0;
  const finalizers = finalizersFor(metadata.finalizers ?? [], policyOf(resource, metadata, request));
  const isHeldByKind = strategy?.holdsDeletion?.(object) ?? false;
  const held = finalizers.length > 0 || isHeldByKind;

  if (metadata.deletionTimestamp !== undefined) {
    // What its kind holds nobody changes any more by deleting it again.
    if (isHeldByKind) return { type: 'nothing' };
    const current = metadata.deletionGracePeriodSeconds ?? 0;
    const shorter = requested !== undefined && graceSeconds < current;
    // Until its grace is over it stays as it is, with the finalizers that it has.
    if (!shorter && current > 0) return { type: 'nothing' };
    const earlierMs = Date.parse(metadata.deletionTimestamp) - durationMs(current) + durationMs(graceSeconds);
    // What is over already is not moved into the past: the least grace is left to whoever ends the object.
    const shortened = earlierMs < nowMs && graceSeconds > 0 ? 1 : graceSeconds;
    const marked = withMeta(object, {
      finalizers,
      deletionTimestamp: shorter ? formatTime(Math.max(earlierMs, nowMs)) : metadata.deletionTimestamp,
      deletionGracePeriodSeconds: shorter ? shortened : current,
    });
    // That its grace is over may be written already, by somebody who came no further.
    if (!held && graceSeconds === 0) return current === 0 ? { type: 'remove' } : removal(strategy, marked);
    // Of what was marked by its kind alone it is said now that there is no grace.
    const isUnsaid = metadata.deletionGracePeriodSeconds === undefined;
    return shorter || isUnsaid || !sameFinalizers(finalizers, metadata.finalizers)
      ? { type: 'mark', object: marked }
      : { type: 'nothing' };
  }

  const deletionTimestamp = formatTime(nowMs + durationMs(graceSeconds));
  const marked = withMeta(object, {
    finalizers,
    deletionTimestamp,
    deletionGracePeriodSeconds: graceSeconds,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
  });
  if (!held && graceSeconds === 0) return removal(strategy, marked);
  return {
    type: 'mark',
    object: strategy?.markDeleted?.(withMeta(object, { finalizers, deletionTimestamp }), object) ?? marked,
  };
}

const removal = (strategy: Strategy | undefined, ended: KubernetesObject): DeletePlan =>
  strategy?.gracePeriodSeconds === undefined ? { type: 'remove' } : { type: 'remove', ended };

function withMeta(object: KubernetesObject, more: Partial<ObjectMeta>): KubernetesObject {
  const { finalizers, ...rest } = { ...object.metadata, ...more };
  return { ...object, metadata: finalizers !== undefined && finalizers.length > 0 ? { ...rest, finalizers } : rest };
}

const sameFinalizers = (a: readonly string[], b: readonly string[] = []) =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/** What was asked for; else what the object's finalizers say already; else what its kind does of old. */
function policyOf(
  { definition: { strategy } }: Resource,
  { deletionTimestamp, finalizers }: ObjectMeta,
  { propagationPolicy, orphanDependents }: DeleteOptions,
): DeleteRequest['propagationPolicy'] {
  if (strategy?.hasNoDependents) return 'Background';
  // What is marked first takes the deprecated word for another thing than the rest do.
  if (strategy?.markDeleted !== undefined && deletionTimestamp === undefined && orphanDependents === false)
    return 'Foreground';
  if (propagationPolicy !== undefined || strategy?.orphansDependents === undefined) return propagationPolicy;
  const isSaid = finalizers?.some((name) => name === orphanFinalizer || name === foregroundFinalizer);
  return isSaid ? undefined : 'Orphan';
}

/** Without a policy, finalizers stay as they are; dependents are then collected in the background. */
function finalizersFor(finalizers: readonly string[], policy: DeleteRequest['propagationPolicy']): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  const own = policy === 'Orphan' ? [orphanFinalizer] : policy === 'Foreground' ? [foregroundFinalizer] : [];
  const wished = [...others, ...own];
  // The same ones stay in their order.
  return sameFinalizers(wished.toSorted(), finalizers.toSorted()) ? finalizers : wished;
}

/** Errors: `StatusError` Conflict where the object is another than was meant, or another version of it. */
export function checkDeletePreconditions(
  { definition: { kind, strategy } }: Resource,
  metadata: ObjectMeta,
  wanted: DeleteRequest['preconditions'],
): void {
  const { name = '', uid, resourceVersion } = metadata;
  const isOther = wanted?.uid !== undefined && wanted.uid !== uid;
  if (!isOther && (wanted?.resourceVersion === undefined || wanted.resourceVersion === resourceVersion)) return;
  // What is marked first and goes later, upstream looks at by itself, in other words.
  if (strategy?.markDeleted !== undefined) {
    const [what, meant, found] = isOther
      ? ['UID', wanted.uid, uid]
      : ['ResourceVersion', wanted!.resourceVersion, resourceVersion];
    throw conflict(
      kind,
      name,
      `Precondition failed: ${what} in precondition: ${meant}, ${what} in object meta: ${found}`,
    );
  }
  const refuse = (why: string) => conflict({ group: kind.group, plural: kind.kind }, name, why);
  if (isOther)
    throw refuse(
      `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  throw refuse(
    `the ResourceVersion in the precondition (${wanted!.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
  );
}
