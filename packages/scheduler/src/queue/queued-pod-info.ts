/** A pod in the scheduling queue, and what its attempts left behind. Changed only by the queue. */
import type { PodInfo } from '../nodes/pod-info.js';
import type { HeapItem } from './item-heap.js';

/** Why a pod moved from one part of the queue to another. */
export interface QueueMove {
  readonly atMs: number;
  readonly from: QueuePlace | 'none';
  readonly to: QueuePlace;
  /** The label of the event, as `NodeAdd`. */
  readonly event: string;
  /** The plugin whose hint woke the pod, where one did. */
  readonly plugin?: string;
}

/**
 * Where a pod is.
 * active: popped next by order; to in flight. in flight: being tried; to unschedulable, back-off, active, or out.
 * back-off: until its time is over; to active. unschedulable: until an event helps; to back-off or active.
 * gated: PreEnqueue refused it; to active.
 */
export type QueuePlace = 'active' | 'in flight' | 'backoff' | 'unschedulable' | 'gated';

export interface QueuedPodInfo {
  readonly pod: PodInfo;
  /** When it entered the queue, or re-entered after an attempt. */
  readonly timestampMs: number;
  /** When it first entered the active queue. */
  readonly addedMs: number;
  readonly attempts: number;
  readonly place: QueuePlace;
  /** The plugins that refused it last. */
  readonly unschedulablePlugins: ReadonlySet<string>;
  readonly pendingPlugins: ReadonlySet<string>;
  /** The plugin that gates it. */
  readonly gatedBy?: string;
  readonly gateMessage?: string;
  /** The last moves, oldest first, at most `movesMax`. */
  readonly moves: readonly QueueMove[];
}

export const movesMax = 16;

export interface MutableQueuedPod extends Writable<QueuedPodInfo>, HeapItem {}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
