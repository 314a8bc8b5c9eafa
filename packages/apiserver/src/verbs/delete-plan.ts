/** What a deletion comes to, decided purely: gone at once, marked and waiting, or nothing new. */
import type { DeleteRequest } from '@pintle/client';
import {
  badRequest,
  conflict,
  formatTime,
  invalid,
  type KubernetesObject,
  type ObjectMeta,
  type Strategy,
} from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

export type DeletePlan =
  /** With what the client is told of it, where that is not what was stored: of kinds with a grace that it is over. */
  | { readonly type: 'remove'; readonly told?: KubernetesObject }
  /** Written back, marked as deleted: a grace period runs, or finalizers hold it. */
  | { readonly type: 'mark'; readonly object: KubernetesObject }
  | { readonly type: 'nothing' };

/** Whether something still holds a deleted object: finalizers, or what the kind itself says. */
export function pendingDeletion(resource: Resource, object: KubernetesObject): boolean {
  return (
    (object.metadata.finalizers?.length ?? 0) > 0 || (resource.definition.strategy?.holdsDeletion?.(object) ?? false)
  );
}

/** Errors: `StatusError` Conflict for failed preconditions, Invalid for options that contradict. */
export function planDelete(
  resource: Resource,
  object: KubernetesObject,
  request: DeleteRequest,
  nowMs: number,
): DeletePlan {
  checkDeletePreconditions(resource, object.metadata, request.preconditions);
  const { strategy } = resource.definition;
  const { metadata } = object;
  const requested = request.gracePeriodSeconds;
  const graceSeconds = strategy?.gracePeriodSeconds?.(object, requested) ?? 0;
  const finalizers = finalizersFor(metadata.finalizers ?? [], policyOf(resource, metadata, request));
  const held = finalizers.length > 0 || (strategy?.holdsDeletion?.(object) ?? false);

  if (metadata.deletionTimestamp !== undefined) {
    const current = metadata.deletionGracePeriodSeconds ?? 0;
    const shorter = requested !== undefined && graceSeconds < current;
    if (!shorter && current > 0)
      return sameFinalizers(finalizers, metadata.finalizers)
        ? { type: 'nothing' }
        : { type: 'mark', object: withMeta(object, { finalizers }) };
    const earlierMs = Date.parse(metadata.deletionTimestamp) - (current - graceSeconds) * 1000;
    // What is over already is not moved into the past: the least grace is left to whoever ends the object.
    const shortened = earlierMs < nowMs && graceSeconds > 0 ? 1 : graceSeconds;
    const marked = withMeta(object, {
      finalizers,
      deletionTimestamp: shorter ? formatTime(Math.max(earlierMs, nowMs)) : metadata.deletionTimestamp,
      deletionGracePeriodSeconds: shorter ? shortened : current,
    });
    if (!held && graceSeconds === 0) return removal(strategy, marked);
    return shorter || !sameFinalizers(finalizers, metadata.finalizers)
      ? { type: 'mark', object: marked }
      : { type: 'nothing' };
  }

  const deletionTimestamp = formatTime(nowMs + graceSeconds * 1000);
  const marked = withMeta(object, {
    finalizers,
    deletionTimestamp,
    deletionGracePeriodSeconds: graceSeconds,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
  });
  if (!held && graceSeconds === 0) return removal(strategy, marked);
  return {
    type: 'mark',
    object: strategy?.markDeleted?.(withMeta(object, { finalizers, deletionTimestamp })) ?? marked,
  };
}

const removal = (strategy: Strategy | undefined, told: KubernetesObject): DeletePlan =>
  strategy?.gracePeriodSeconds === undefined ? { type: 'remove' } : { type: 'remove', told };

function withMeta(object: KubernetesObject, more: Partial<ObjectMeta>): KubernetesObject {
  const { finalizers, ...rest } = { ...object.metadata, ...more };
  return { ...object, metadata: finalizers !== undefined && finalizers.length > 0 ? { ...rest, finalizers } : rest };
}

const sameFinalizers = (a: readonly string[], b: readonly string[] = []) =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/** What was asked for; else what the object's finalizers say already; else what its kind does of old. */
function policyOf(
  { definition }: Resource,
  { finalizers }: ObjectMeta,
  { propagationPolicy }: DeleteRequest,
): DeleteRequest['propagationPolicy'] {
  if (propagationPolicy !== undefined || definition.strategy?.orphansDependents === undefined) return propagationPolicy;
  const isSaid = finalizers?.some((name) => name === orphanFinalizer || name === foregroundFinalizer);
  return isSaid ? undefined : 'Orphan';
}

/** Without a policy, finalizers stay as they are; dependents are then collected in the background. */
function finalizersFor(finalizers: readonly string[], policy: DeleteRequest['propagationPolicy']): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  if (policy === 'Foreground') return [...others, foregroundFinalizer];
  return others;
}

/** Errors: `StatusError` Conflict where the object is another than was meant, or another version of it. */
export function checkDeletePreconditions(
  { definition: { kind, strategy } }: Resource,
  metadata: ObjectMeta,
  wanted: DeleteRequest['preconditions'],
): void {
  // What is marked first and goes later, upstream looks at by itself, in other words.
  if (strategy?.markDeleted !== undefined && wanted?.uid !== undefined && wanted.uid !== metadata.uid)
    throw conflict(
      kind,
      metadata.name ?? '',
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${metadata.uid}`,
    );
  const refuse = (why: string) => conflict({ group: kind.group, plural: kind.kind }, metadata.name ?? '', why);
  if (wanted?.uid !== undefined && wanted.uid !== metadata.uid)
    throw refuse(
      `the UID in the precondition (${wanted.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== metadata.resourceVersion)
    throw refuse(
      `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

/** The deprecated way to say a propagation policy is kept beside it. */
export type DeleteOptions = DeleteRequest & { readonly orphanDependents?: boolean };

/** Errors: `StatusError` for options that are malformed. */
export function parseDeleteOptions(body: unknown): DeleteOptions {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw badRequest('the body of a delete must be a DeleteOptions object');
  const { apiVersion, kind, ...options } = body as Record<string, unknown>;
  if (kind !== undefined && kind !== '' && kind !== 'DeleteOptions')
    throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? '')}`);
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = options;
  const fault = (field: string, badValue: unknown, detail: string) =>
    invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      { type: 'FieldValueInvalid', field, badValue, detail },
    ]);
  if (
    gracePeriodSeconds !== undefined &&
    gracePeriodSeconds !== null &&
    (typeof gracePeriodSeconds !== 'number' || !Number.isInteger(gracePeriodSeconds))
  ) {
    throw fault('gracePeriodSeconds', gracePeriodSeconds, 'must be an integer');
  }
  if (
    propagationPolicy !== undefined &&
    propagationPolicy !== null &&
    !['Orphan', 'Background', 'Foreground'].includes(propagationPolicy as string)
  ) {
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      {
        type: 'FieldValueNotSupported',
        field: 'propagationPolicy',
        badValue: propagationPolicy,
        detail: 'supported values: "Foreground", "Background", "Orphan", "nil"',
      },
    ]);
  }
  if (orphanDependents !== undefined && orphanDependents !== null && propagationPolicy) {
    throw fault('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set');
  }
  if (dryRun !== undefined && !(Array.isArray(dryRun) && dryRun.every((value) => value === 'All')))
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      { type: 'FieldValueNotSupported', field: 'dryRun', badValue: dryRun, detail: 'supported values: "All"' },
    ]);
  const policy =
    propagationPolicy ?? (orphanDependents === true ? 'Orphan' : orphanDependents === false ? 'Background' : undefined);
  const { uid, resourceVersion } = (preconditions ?? {}) as { uid?: string; resourceVersion?: string };
  return {
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(typeof orphanDependents === 'boolean' ? { orphanDependents } : {}),
    ...(policy ? { propagationPolicy: policy as NonNullable<DeleteRequest['propagationPolicy']> } : {}),
    ...(uid === undefined && resourceVersion === undefined
      ? {}
      : {
          preconditions: {
            ...(uid === undefined ? {} : { uid }),
            ...(resourceVersion === undefined ? {} : { resourceVersion }),
          },
        }),
    ...(Array.isArray(dryRun) && dryRun.length > 0 ? { dryRun: true } : {}),
  };
}
