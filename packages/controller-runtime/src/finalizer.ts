/**
 * A reconciler that cleans up before its object goes: the finalizer is there before the reconciler first makes anything,
 * and goes when the clean-up is done. Both writes hold only for the version that was looked at.
 */
import { hasFinalizer, type KubernetesObject, StatusError, withFinalizer, withoutFinalizer } from '@pintle/machinery';
import type { ReconcileContext, ReconcileResult, Reconciler } from './reconciler.js';

export type Cleanup<T extends KubernetesObject> = (
  context: ReconcileContext<T> & { readonly object: T },
) => Promise<ReconcileResult>;

/** A finalizer, and what is to be done before it goes. */
export type Finalizer<T extends KubernetesObject> = readonly [name: string, cleanup: Cleanup<T>];

/**
 * A clean-up runs while the object is being deleted, again and again until it resolves without asking to run again;
 * several run one after the other. An object that is being deleted does not reach `reconcile` any more.
 */
export function finalizing<T extends KubernetesObject>(
  finalizers: readonly Finalizer<T>[],
  reconcile: Reconciler<T>,
): Reconciler<T> {
  return async (context) => {
    const { object } = context;
    if (object === undefined) return reconcile(context);
    if (object.metadata.deletionTimestamp == null) {
      const whole = finalizers.reduce((each, [name]) => withFinalizer(each, name), object);
      if (whole === object) return reconcile(context);
      await setFinalizers(context, whole);
      // Its own write may not wake it, where a predicate cares for the generation alone.
      return { requeueAfterMs: 0 };
    }
    const next = finalizers.find(([name]) => hasFinalizer(object, name));
    if (next === undefined) return undefined;
    const [name, cleanup] = next;
    const result = await cleanup(context as typeof context & { readonly object: T });
    if (result === undefined || result === null) await setFinalizers(context, withoutFinalizer(object, name));
    return result;
  };
}

async function setFinalizers<T extends KubernetesObject>(
  { client, kind, key }: ReconcileContext<T>,
  { metadata: { finalizers, resourceVersion } }: T,
): Promise<void> {
  try {
    await client.patch(kind, key, { type: 'merge', body: { metadata: { finalizers, resourceVersion } } });
  } catch (error) {
    // Gone meanwhile: that is what it was about.
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}
