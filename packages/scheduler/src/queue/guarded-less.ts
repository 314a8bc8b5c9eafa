/** QueueSort as a queue can rely on it: where the plugin fails, pods are in kube-scheduler's own order, and that is told. */
import type { QueueSortPlugin } from '../framework/plugin.js';
import { nonsense, pluginError } from '../framework/plugin-calls.js';
import type { Status } from '../framework/status.js';
import { prioritySort } from '../plugins/priority-sort.js';

/** `failed` is told of the first failure only: there are as many as comparisons. */
export function guardedLess(
  { name, less }: QueueSortPlugin,
  failed: (failure: Status) => void,
): QueueSortPlugin['less'] {
  const byPriority = prioritySort().less;
  let told = false;
  const tell = (failure: Status) => {
    if (!told) failed(failure);
    told = true;
  };
  return (a, b) => {
    try {
      const answer: unknown = less(a, b);
      if (typeof answer === 'boolean') return answer;
      tell(nonsense(name, 'QueueSort', answer));
    } catch (error) {
      tell(pluginError(name, 'QueueSort', error));
    }
    return byPriority(a, b);
  };
}
