import type { SchedulerPlugin } from '../framework/plugin.js';
import { nodeResourcesBalancedAllocation } from './balanced-allocation.js';
import { defaultBinder } from './default-binder.js';
import { defaultPreemption } from './default-preemption.js';
import { imageLocality } from './image-locality.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { nodeAffinity } from './node-affinity.js';
import { nodeName } from './node-name.js';
import { nodePorts } from './node-ports.js';
import { nodeUnschedulable } from './node-unschedulable.js';
import { nodeVolumeLimits } from './node-volume-limits.js';
import { podTopologySpread } from './pod-topology-spread.js';
import { prioritySort } from './priority-sort.js';
import { nodeResourcesFit } from './resources-fit.js';
import { schedulingGates } from './scheduling-gates.js';
import { taintToleration } from './taint-toleration.js';
import { volumeBinding } from './volume-binding.js';
import { volumeRestrictions } from './volume-restrictions.js';
import { volumeZone } from './volume-zone.js';

/** The plugins that kube-scheduler runs by default, as far as they are here, in its order and with its weights. */
export function defaultPlugins(): readonly SchedulerPlugin[] {
  return [
    schedulingGates(),
    prioritySort(),
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
    defaultPreemption(),
    nodeResourcesBalancedAllocation(),
    imageLocality(),
    defaultBinder(),
  ];
}
