import type { QueueSortPlugin, SchedulerPlugin } from '../framework/plugin.js';
import { nodeResourcesBalancedAllocation } from './balanced-allocation.js';
import { defaultBinder } from './default-binder.js';
import { defaultPreemption } from './default-preemption.js';
import { dynamicResources } from './dynamic-resources.js';
import { gangScheduling } from './gang-scheduling.js';
import { imageLocality } from './image-locality.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { nodeAffinity } from './node-affinity.js';
import { nodeName } from './node-name.js';
import { nodePorts } from './node-ports.js';
import { nodeUnschedulable } from './node-unschedulable.js';
import { nodeVolumeLimits } from './node-volume-limits.js';
import { podGroupPodsCount } from './pod-group-pods-count.js';
import { podTopologySpread } from './pod-topology-spread.js';
import { prioritySort } from './priority-sort.js';
import { nodeResourcesFit } from './resources-fit.js';
import { schedulingGates } from './scheduling-gates.js';
import { taintToleration } from './taint-toleration.js';
import { topologyPlacement } from './topology-placement.js';
import { volumeBinding } from './volume-binding.js';
import { volumeRestrictions } from './volume-restrictions.js';
import { volumeZone } from './volume-zone.js';

export interface DefaultPluginsOptions {
  /** With DynamicResources, for clusters that serve `resource.k8s.io`. Default false, as in Kubernetes 1.33. */
  readonly dynamicResources?: boolean;
  /** With GangScheduling and what places groups, for clusters that serve PodGroups. Default false. */
  readonly gangScheduling?: boolean;
  /** Sorts the queue in place of PrioritySort. */
  readonly queueSort?: QueueSortPlugin;
}

/** The plugins that kube-scheduler runs by default, in its order and with its weights. */
export function defaultPlugins(options: DefaultPluginsOptions = {}): readonly SchedulerPlugin[] {
  return [
    schedulingGates(),
    options.queueSort ?? prioritySort(),
    nodeUnschedulable(),
    nodeName(),
    taintToleration(),
    nodeAffinity(),
    nodePorts(),
    nodeResourcesFit(),
    volumeRestrictions(),
    nodeVolumeLimits(),
    volumeBinding(),
    volumeZone(),
    podTopologySpread(),
    interPodAffinity(),
    ...(options.dynamicResources === true ? [dynamicResources()] : []),
    defaultPreemption(),
    nodeResourcesBalancedAllocation(),
    imageLocality(),
    defaultBinder(),
    ...(options.gangScheduling === true ? [gangScheduling(), topologyPlacement(), podGroupPodsCount()] : []),
  ];
}
