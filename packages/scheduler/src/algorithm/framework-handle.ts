/** What a handle answers from the profiles and the nominations alone, in a cluster as in `schedule()`. */
import type { Framework } from '../framework/framework.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import type { NominatedPods } from './nominated-filter.js';
import { filterNode } from './nominated-filter.js';

export interface FrameworkHandleOptions {
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly nominations: NominatedPods;
}

export function frameworkHandle({
  frameworks,
  nominations,
}: FrameworkHandleOptions): Pick<SchedulerHandle, 'filter' | 'podChanged' | 'nominatedOn' | 'nominatedNode'> {
  return {
    filter: (state, pod, node) => filterNode(frameworks.get(pod.schedulerName)!, state, pod, node, nominations),
    podChanged: (state, pod, changed, node, change) =>
      frameworks.get(pod.schedulerName)!.runPodChanged(state, pod, changed, node, change),
    nominatedOn: (nodeName) => nominations.on(nodeName),
    nominatedNode: (pod) => nominations.nodeOf(pod.key),
  };
}
