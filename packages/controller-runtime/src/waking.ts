/**
 * A change that woke a key, and the cause that a reconcile is told of. Who made a change is found out when it is asked
 * for, from the manager's ledger: when a change comes, its writer may not have its answer yet.
 */
import type { ObjectKey } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';
import type { Cause } from './reconciler.js';
import type { WriteLedger } from './write-ledger.js';

/** A change, with the object before and after where it was an update. */
export interface Waking {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly change: Cause['change'];
  readonly resourceVersion?: string | undefined;
  readonly before?: KubernetesObject;
  readonly after?: KubernetesObject;
}

export function causeOf({ kind, key, change, resourceVersion }: Waking, ledger: WriteLedger): Cause {
  const by = ledger.writerOf(
    change === 'deleted' || resourceVersion === undefined ? { kind, key } : { kind, key, resourceVersion },
  );
  return {
    kind,
    key,
    change,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(by === undefined ? {} : { by }),
  };
}
