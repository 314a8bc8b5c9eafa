import { Action } from '../framework/cluster-event.js';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreEnqueuePoint } from '../framework/plugin.js';
import { status } from '../framework/status.js';

/** Keeps a pod out of the queue as long as `spec.schedulingGates` is not empty. */
export function schedulingGates(): PluginIdentity & PreEnqueuePoint & EnqueueExtensions {
  return {
    name: 'SchedulingGates',
    preEnqueue({ pod }) {
      const gates = pod.spec?.schedulingGates ?? [];
      if (gates.length === 0) return undefined;
      const names = gates.map(({ name }) => name).join(' ');
      return status('UnschedulableAndUnresolvable', `waiting for scheduling gates: [${names}]`);
    },
    eventsToRegister: () => [
      {
        resource: 'TargetPod',
        action: Action.UpdatePodSchedulingGatesEliminated,
        hint: (pod, _, after) => (after?.metadata.uid === pod.metadata.uid ? 'Queue' : 'Skip'),
      },
    ],
  };
}
