/**
 * Changes of the cluster that may make a waiting pod schedulable, and how a plugin says which of them matter
 * to the pods that it turned away.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';

/** What changed. `AssignedPod` has a node, `UnscheduledPod` has none, `TargetPod` is the waiting pod itself. */
export type EventResource = '*' | 'Pod' | 'AssignedPod' | 'UnscheduledPod' | 'TargetPod' | 'Node' | (string & {});

/** Kinds of change, as bits that may be combined. */
export const Action = {
  Add: 1,
  Delete: 1 << 1,
  UpdateNodeAllocatable: 1 << 2,
  UpdateNodeLabel: 1 << 3,
  UpdateNodeTaint: 1 << 4,
  UpdateNodeCondition: 1 << 5,
  UpdateNodeAnnotation: 1 << 6,
  UpdatePodLabel: 1 << 7,
  /** A pod asks for less. */
  UpdatePodScaleDown: 1 << 8,
  UpdatePodToleration: 1 << 9,
  UpdatePodSchedulingGatesEliminated: 1 << 10,
  /** Claims were made for a pod from templates. */
  UpdatePodGeneratedResourceClaim: 1 << 11,
  UpdatePodOther: 1 << 12,
  /** Any update. */
  Update: 0x1ffc,
  All: 0x1fff,
} as const;

export interface ClusterEvent {
  readonly resource: EventResource;
  /** Bits of `Action`. */
  readonly action: number;
  /** How it is called in logs and explanations, as `NodeAdd`. */
  readonly label: string;
}

/** Whether the event may help the pod. `Skip`: no. */
export type QueueingHint = 'Queue' | 'Skip';

/** `before` is absent for an addition, `after` for a deletion. A hint that throws counts as `Queue`. */
export type QueueingHintFunction = (
  pod: Pod,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
  objects: ClusterObjects,
) => QueueingHint;

export interface EventOfInterest {
  readonly resource: EventResource;
  readonly action: number;
  /** Asked once for an event, before the hint is asked for each pod: whether it matters to any pod at all. */
  readonly matters?: EventFilter;
  /** Absent: every such event may help. */
  readonly hint?: QueueingHintFunction;
}

/** What a plugin is taken to want that registers nothing. */
export const everyEvent: readonly EventOfInterest[] = Object.freeze([{ resource: '*', action: -1 }]);

export type EventFilter = (
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
  objects: ClusterObjects,
) => boolean;

const event = (resource: EventResource, action: number, label: string): ClusterEvent => ({ resource, action, label });

export const clusterEvents = {
  assignedPodAdd: event('AssignedPod', Action.Add, 'AssignedPodAdd'),
  assignedPodDelete: event('AssignedPod', Action.Delete, 'AssignedPodDelete'),
  nodeAdd: event('Node', Action.Add, 'NodeAdd'),
  nodeDelete: event('Node', Action.Delete, 'NodeDelete'),
  unscheduledPodAdd: event('UnscheduledPod', Action.Add, 'UnscheduledPodAdd'),
  unscheduledPodDelete: event('UnscheduledPod', Action.Delete, 'UnscheduledPodDelete'),
  /** Pods that stayed unschedulable too long are tried again whatever happened. */
  unschedulableTimeout: event('*', Action.All, 'UnschedulableTimeout'),
  /** Something asked for everything to be tried again. */
  forceActivate: event('*', Action.All, 'ForceActivate'),
  popFromBackoff: event('*', Action.All, 'PopFromBackoffQ'),
} as const;

/** Whether a plugin that registered `wanted` wants to hear of `happened`. */
export function matchesEvent(wanted: EventOfInterest, happened: ClusterEvent): boolean {
  const resourceMatches =
    wanted.resource === '*' ||
    wanted.resource === happened.resource ||
    (wanted.resource === 'Pod' &&
      (happened.resource === 'AssignedPod' ||
        happened.resource === 'UnscheduledPod' ||
        happened.resource === 'TargetPod'));
  return resourceMatches && (wanted.action & happened.action) !== 0;
}

export function isWildcard(happened: ClusterEvent): boolean {
  return happened.resource === '*' && happened.action === Action.All;
}
