/**
 * What is thrown by a reconcile, told apart: what no retry mends, what is wrong with the object itself, and bugs. And a
 * reconciler that says on its object that it failed for good. Retries are the running controller's.
 */
import { type Condition, deepEqual, isConditionTrue, type KubernetesObject, StatusError } from '@pintle/machinery';
import { type ReconcileContext, type Reconciler, TerminalError } from './reconciler.js';
import { planStatus, type ReportedCondition } from './status.js';

/**
 * The reason of a failure that people have to do something about: `ReconcileFailed` of a `TerminalError`, `Invalid` where
 * the server refused what the object leads to. Undefined of others: they pass, or are the controller's own affair.
 */
export function failureReason(error: unknown): 'ReconcileFailed' | 'Invalid' | undefined {
  if (error instanceof TerminalError) return 'ReconcileFailed';
  return StatusError.is(error, 'Invalid') ? 'Invalid' : undefined;
}

const errorsOfTheLanguage = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError];

/** What Go would have panicked at: an error of the language itself, or something thrown that is no error. */
export const isBug = (error: unknown): boolean =>
  !(error instanceof Error) || errorsOfTheLanguage.some((each) => error instanceof each);

/**
 * Sets the condition `type` to True on an object whose reconcile fails with a reason (`failureReason`), and to False once
 * it has not failed. Other conditions stay. Where that cannot be written the reconcile is tried again.
 */
export function tellingFailures<T extends KubernetesObject>(type: string, reconcile: Reconciler<T>): Reconciler<T> {
  return async (context) => {
    let result: Awaited<ReturnType<Reconciler<T>>>;
    try {
      result = await reconcile(context);
    } catch (error) {
      const reason = failureReason(error);
      if (reason !== undefined)
        await tell(context, { type, status: true, reason, message: error instanceof Error ? error.message : '' });
      throw error;
    }
    if (isTrue(context.object, type)) await tell(context, { type, status: false, reason: 'Reconciled' });
    return result;
  };
}

interface WithConditions {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const isTrue = (object: KubernetesObject | undefined, type: string): boolean =>
  isConditionTrue((object as WithConditions | undefined)?.status?.conditions, type);

/** Beside what the reconcile itself has just written: the object is read anew. */
async function tell<T extends KubernetesObject>(
  { client, kind, key, object, world }: ReconcileContext<T>,
  condition: ReportedCondition,
): Promise<void> {
  if (object === undefined) return;
  try {
    const current = await client.get(kind, key);
    const status = planStatus(current, { conditions: [condition] }, world.clock.now());
    if (deepEqual(status, (current as { readonly status?: object }).status)) return;
    const { uid, resourceVersion } = current.metadata;
    const body = { metadata: { uid, resourceVersion }, status };
    await client.patch(kind, key, { type: 'merge', body }, { subresource: 'status' });
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}
