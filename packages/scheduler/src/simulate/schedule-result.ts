/** What `schedule()` and `replay()` are asked and what they found, as data. `explain()` and `compare()` read it. */
import type { Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import type { Profile } from '../framework/profile.js';
import type { QueueMove } from '../queue/queued-pod-info.js';

export interface ScheduleInput {
  /** One policy, or several with scheduler names of their own. */
  readonly policy: Profile | readonly Profile[];
  readonly nodes: readonly Node[];
  /** Those with `spec.nodeName` are there already; the others are placed. */
  readonly pods: readonly Pod[];
  /** What else plugins ask for: Namespaces, Services, PodDisruptionBudgets, claims and volumes, and so on. */
  readonly objects?: readonly KubernetesObject[];
  /** Breaks ties. Default 1. */
  readonly seed?: number;
  /** Attempts that one pod may take. Default 10. */
  readonly attemptsMax?: number;
}

/** One attempt, as far as it takes to repeat it. */
export interface AttemptRecord {
  readonly pod: string;
  /** Which attempt of that pod, from 1. */
  readonly attempt: number;
  readonly outcome: 'placed' | 'unschedulable' | 'failed' | 'waiting';
  /** When, on the time that is only counted. */
  readonly atMs: number;
  readonly nodeName?: string;
  /** How many nodes were looked at, beginning with number `start` of the order. */
  readonly evaluated?: number;
  readonly start: number;
  readonly feasible?: number;
  readonly message?: string;
  /** The pods that had to leave `nominatedNode` for this one, by key. */
  readonly victims?: readonly string[];
  readonly nominatedNode?: string;
}

export interface UnschedulablePod {
  readonly message: string;
  /** The plugins that refused it. */
  readonly plugins: readonly string[];
  readonly gated: boolean;
}

export interface Preemption {
  readonly nodeName: string;
  /** The pod that made it leave, by key. */
  readonly by: string;
}

/** A placed pod that has ended or was deleted, before attempt number `attempts` of the result was made. */
export interface Departure {
  readonly pod: string;
  readonly nodeName: string;
  readonly atMs: number;
  /** How many attempts had been made by then. */
  readonly attempts: number;
}

export interface ScheduleResult {
  /** From pod to node, by `namespace/name`, or name where the pod has no namespace; in order of placement. */
  readonly placements: ReadonlyMap<string, string>;
  readonly unschedulable: ReadonlyMap<string, UnschedulablePod>;
  /** Pods that a Permit plugin still holds, with the node kept for them. */
  readonly waiting: ReadonlyMap<string, string>;
  /** Pods that had to leave their node, by key. They are not placed again: in a cluster they would be deleted. */
  readonly preempted: ReadonlyMap<string, Preemption>;
  /** In order. */
  readonly attempts: readonly AttemptRecord[];
  /** In order; none in `schedule()`, where placed pods stay. */
  readonly departures: readonly Departure[];
  /** Where each pod went in the queue. */
  readonly moves: ReadonlyMap<string, readonly QueueMove[]>;
  readonly input: ScheduleInput;
}
