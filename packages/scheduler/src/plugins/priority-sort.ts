import type { QueueSortPlugin } from '../framework/plugin.js';

/** Higher priority first; among equals the one that has waited longer. */
export function prioritySort(): QueueSortPlugin {
  return {
    name: 'PrioritySort',
    less: (a, b) =>
      a.pod.priority > b.pod.priority || (a.pod.priority === b.pod.priority && a.timestampMs < b.timestampMs),
  };
}
