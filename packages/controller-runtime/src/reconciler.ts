/** What a person writes: a function from one object's key to nothing, run again until the world is as it says. */
import type { Client, ObjectKey } from '@pintle/client';
import type { KindRef, KubernetesObject, Logger, World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { EventRecorder } from './events/event-recorder.js';
import type { DependentsState } from './owned/ensure-dependents.js';
import type { Dependent } from './owned/plan-dependents.js';
import type { ReportedStatus } from './status.js';
import type { ReconcileRun } from './write-ledger.js';

/** Why a reconcile runs: one of the changes that woke it, oldest first, at most 20 of them. */
export interface Cause {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly change: 'added' | 'updated' | 'deleted' | 'resync' | 'external' | 'retry' | 'requested';
  readonly resourceVersion?: string;
  /** The run of a controller of this manager that made the change; absent where somebody else did. */
  readonly by?: ReconcileRun;
}

/** Its members can be taken out of it. Most are made when they are asked for: a copy by `{ ...context }` has none of them. */
export interface ReconcileContext<T extends KubernetesObject> {
  readonly key: ObjectKey;
  readonly kind: KindRef<T>;
  /** The object as the cache has it; undefined when it is gone. */
  readonly object: T | undefined;
  /**
   * Its writes are remembered: the next reconcile of this key waits until the caches have seen them. Once the reconcile
   * is over or was given up, it writes nothing more. Errors of that: `AbortedError`.
   */
  readonly client: Client;
  readonly informers: Informers;
  /** Tells people what was done to an object, by Events. */
  readonly events: EventRecorder;
  readonly world: World;
  readonly logger: Logger;
  /** Aborted when the manager stops, leadership is lost or the reconcile's time is up. */
  readonly signal: AbortSignal;
  readonly causes: readonly Cause[];
  /** This run itself. */
  readonly run: ReconcileRun;
  /**
   * Makes an object as it says, owned by `object`, by server-side apply under the controller's name. Errors:
   * `OwnershipError`; `TerminalError` where `object` is gone.
   */
  ensure<U extends KubernetesObject>(object: U): Promise<U>;
  /** The same for a set of objects that depend on each other, as far as it goes now. */
  // biome-ignore lint/suspicious/noExplicitAny: each dependent has a kind of its own.
  dependents(set: readonly Dependent<any>[]): Promise<DependentsState>;
  /** Writes the object's status where it differs from what is reported. Returns whether it did. */
  report(status: ReportedStatus<T>): Promise<boolean>;
}

/** Nothing: done until something changes. Otherwise when to run again, whatever changes. */
export type ReconcileResult =
  | void
  | { readonly requeueAfterMs: number }
  | { readonly requeueAtMs: number }
  | { readonly requeue: true };

export type Reconciler<T extends KubernetesObject> = (context: ReconcileContext<T>) => Promise<ReconcileResult>;

/** A failure that no retry will mend: reported, not retried until the object changes. */
export class TerminalError extends Error {
  readonly code = 'PINTLE_TERMINAL';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}
