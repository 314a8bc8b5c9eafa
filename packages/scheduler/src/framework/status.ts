/**
 * What a plugin says of a pod and a node: a code, reasons in words, and (set by the framework) which plugin
 * said it. The codes are kube-scheduler's. A plugin returns nothing where all is well.
 */

/** The codes of kube-scheduler's `framework.Code`, by the same names. */
export type StatusCode =
  | 'Success'
  /** The plugin failed; the pod is tried again after its back-off. */
  | 'Error'
  /** The pod cannot go there now; preemption might help. */
  | 'Unschedulable'
  /** The pod cannot go there, and removing other pods would not change it. */
  | 'UnschedulableAndUnresolvable'
  /** Permit only: the pod keeps its place and waits. */
  | 'Wait'
  /** PreFilter and PreScore: my later points have nothing to do for this pod. Bind: not mine. */
  | 'Skip'
  /** Like Unschedulable, and when the awaited event comes the pod skips its back-off. */
  | 'Pending';

export interface Status {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
  /** The plugin that said so; set by the framework. */
  readonly plugin?: string;
  /** With `Error`. */
  readonly cause?: unknown;
}

/** Nothing, or a status of code Success, is success. */
export type Verdict = Status | undefined;

export function status(code: StatusCode, ...reasons: readonly string[]): Status {
  return { code, reasons };
}

export const skip: Status = Object.freeze({ code: 'Skip', reasons: Object.freeze([]) as readonly string[] });

/** An Error status that carries what was thrown. */
export function errorStatus(error: unknown, plugin?: string): Status {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'Error', reasons: [message], cause: error, ...(plugin === undefined ? {} : { plugin }) };
}

export function isSuccess(verdict: Verdict): verdict is undefined | (Status & { readonly code: 'Success' }) {
  return verdict === undefined || verdict.code === 'Success';
}

/** Refused for a reason of scheduling, rather than failed. */
export function isRejected(verdict: Verdict): boolean {
  return (
    verdict !== undefined &&
    (verdict.code === 'Unschedulable' || verdict.code === 'UnschedulableAndUnresolvable' || verdict.code === 'Pending')
  );
}

/** The reasons in one line, as kube-scheduler joins them. */
export function statusMessage(verdict: Verdict): string {
  return verdict === undefined ? '' : verdict.reasons.join(', ');
}

/** The same status, said by `plugin`. */
export function saidBy(verdict: Status, plugin: string): Status {
  return verdict.plugin === plugin ? verdict : { ...verdict, plugin };
}
