/** What a person writes: a function from one object's key to nothing, run again until the world is as it says. */
import type { Client, ObjectKey } from '@pintle/client';
import type { KubernetesObject, Logger, World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { EventRecorder } from './events/event-recorder.js';

/** Why a reconcile runs: the changes that woke it, oldest first, at most `causesMax` of them. */
export interface Cause {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly change: 'added' | 'updated' | 'deleted' | 'resync' | 'external' | 'retry' | 'requested';
  readonly resourceVersion?: string;
}

export interface ReconcileContext<T extends KubernetesObject> {
  readonly key: ObjectKey;
  /** The object as the cache has it; undefined when it is gone. */
  readonly object: T | undefined;
  /** Its writes are remembered: the next reconcile of this key waits until the caches have seen them. */
  readonly client: Client;
  readonly informers: Informers;
  /** Tells people what was done to an object, by Events. */
  readonly events: EventRecorder;
  readonly world: World;
  readonly logger: Logger;
  /** Aborted when the manager stops, leadership is lost or the reconcile's time is up. */
  readonly signal: AbortSignal;
  readonly causes: readonly Cause[];
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
