/** Pods that must have ended by some time: the earliest deadline is tried first, and one that cannot be met says so. */
import type { Pod } from '@pintle/api/core/v1';
import { type Clock, formatTime, parseTime } from '@pintle/machinery';
import { Action } from '../framework/cluster-event.js';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, QueueSortPoint } from '../framework/plugin.js';
import { skip, status } from '../framework/status.js';
import { prioritySort } from './priority-sort.js';

/** On a pod: when its work must be done, as `2026-01-01T12:00:00Z`. */
export const deadlineAnnotation = 'scheduling.pintle.dev/deadline';
/** On a pod: how many seconds its work takes. Default 0. */
export const durationAnnotation = 'scheduling.pintle.dev/duration-seconds';

export interface DeadlinesOptions {
  /** The time by which deadlines are judged. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Sorts the queue, in place of PrioritySort: pods without a deadline come last, and pods of one deadline by priority. */
export function deadlines({
  clock,
}: DeadlinesOptions): PluginIdentity & QueueSortPoint & PreFilterPoint & EnqueueExtensions {
  const byPriority = prioritySort();
  return {
    name: 'Deadlines',
    less(a, b) {
      const [deadlineA, deadlineB] = [deadlineMs(a.pod.pod), deadlineMs(b.pod.pod)];
      return deadlineA === deadlineB ? byPriority.less(a, b) : deadlineA < deadlineB;
    },
    preFilter(_state, { pod }) {
      const fault = unreadable(pod);
      if (fault !== undefined) return status('UnschedulableAndUnresolvable', fault);
      const deadline = deadlineMs(pod);
      if (deadline === Number.POSITIVE_INFINITY) return skip;
      const leftSeconds = Math.floor((deadline - clock.now()) / 1000);
      const wantedSeconds = durationSeconds(pod);
      if (wantedSeconds <= leftSeconds) return skip;
      const left = leftSeconds < 0 ? `it passed ${-leftSeconds}s ago` : `${leftSeconds}s are left`;
      const what = `deadline ${formatTime(deadline)} cannot be met: the pod takes ${wantedSeconds}s and ${left}`;
      return status('UnschedulableAndUnresolvable', what);
    },
    // Time only makes it worse; another deadline makes it another pod.
    eventsToRegister: () => [{ resource: 'TargetPod', action: Action.UpdatePodOther }],
  };
}

/** Why what the pod says of its deadline means nothing. */
function unreadable({ metadata: { annotations = {} } }: Pod): string | undefined {
  const { [deadlineAnnotation]: deadline, [durationAnnotation]: duration } = annotations;
  if (deadline !== undefined && parseTime(deadline) === undefined)
    return `annotation ${deadlineAnnotation} must be a time as 2026-01-01T12:00:00Z, not ${JSON.stringify(deadline)}`;
  if (duration !== undefined && !/^\d+(\.\d+)?$/.test(duration))
    return `annotation ${durationAnnotation} must be a number of seconds, 0 or more, not ${JSON.stringify(duration)}`;
  return undefined;
}

/** Infinity where there is none, or it cannot be read. */
const deadlineMs = ({ metadata }: Pod): number =>
  parseTime(metadata.annotations?.[deadlineAnnotation]) ?? Number.POSITIVE_INFINITY;

const durationSeconds = ({ metadata }: Pod): number => Number(metadata.annotations?.[durationAnnotation] ?? 0);
