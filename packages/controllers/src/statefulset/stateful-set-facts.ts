/** What a StatefulSet's plan is made from. */
import type { ControllerRevision, StatefulSet } from '@pintle/api/apps/v1';
import type { PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';

export interface StatefulSetFacts {
  readonly set: StatefulSet;
  /** The pods that belong to the set. */
  readonly pods: readonly Pod[];
  /** The revision that the pods had before the present rollout, and the one that they shall have. */
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
  /** A claim of the set's namespace, by its name. */
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  readonly nowMs: number;
}
