/** The scheduling framework, its in-tree plugins, and schedulers with and without a cluster. */
export {
  type SchedulerConfiguration,
  type SchedulerConfigurationOptions,
  schedulerConfiguration,
} from './configuration/configuration.js';
export { InvalidConfigurationError } from './configuration/configuration-error.js';
export type {
  ExtenderConfiguration,
  KubeSchedulerConfiguration,
  KubeSchedulerProfile,
  PluginSet,
} from './configuration/notation.js';
export type { PluginFactory, PluginRegistry } from './configuration/plugin-registry.js';
export type { Extender, ExtenderVerdict } from './extenders/extender.js';
export { type ExtenderFetch, type HttpExtenderOptions, httpExtender } from './extenders/http-extender.js';
export {
  type SchedulerExtender,
  type SchedulerExtenderOptions,
  schedulerExtender,
} from './extenders/scheduler-extender.js';
export * from './framework/cluster-event.js';
export * from './framework/cycle-state.js';
export { type ExtensionPoint, extensionPoints, type PointOrder } from './framework/extension-point.js';
export * from './framework/filter-plugin.js';
export * from './framework/fit-error.js';
export * from './framework/node-statuses.js';
export * from './framework/plugin.js';
export { InvalidProfileError, type Profile, type ProfileOptions, profile } from './framework/profile.js';
export * from './framework/scores.js';
export * from './framework/status.js';
export { PodGroup, podGroupLabel } from './gangs/pod-group.js';
export { ClusterObjects } from './nodes/cluster-objects.js';
export { NodeInfo, NodeTable } from './nodes/node-table.js';
export { defaultSchedulerName, type PodInfo, podInfo, podKey } from './nodes/pod-info.js';
export { type PodRequests, podRequests } from './nodes/pod-requests.js';
export { type BalancedAllocationOptions, nodeResourcesBalancedAllocation } from './plugins/balanced-allocation.js';
export { type BinPackingOptions, binPackingPlugins } from './plugins/bin-packing.js';
export { dataAnnotation, dataLocality } from './plugins/data-locality.js';
export { type DeadlinesOptions, deadlineAnnotation, deadlines, durationAnnotation } from './plugins/deadlines.js';
export { defaultBinder } from './plugins/default-binder.js';
export { type DefaultPluginsOptions, defaultPlugins } from './plugins/default-plugins.js';
export { type DefaultPreemptionOptions, defaultPreemption } from './plugins/default-preemption.js';
export { dynamicResources } from './plugins/dynamic-resources.js';
export { gangScheduling } from './plugins/gang-scheduling.js';
export { imageLocality } from './plugins/image-locality.js';
export { type InterPodAffinityOptions, interPodAffinity } from './plugins/inter-pod-affinity.js';
export {
  type InterferenceCosts,
  type InterferenceOptions,
  interference,
  workloadClassLabel,
} from './plugins/interference.js';
export { type NodeAffinityOptions, nodeAffinity } from './plugins/node-affinity.js';
export { nodeName } from './plugins/node-name.js';
export { nodePorts } from './plugins/node-ports.js';
export { nodeUnschedulable } from './plugins/node-unschedulable.js';
export { nodeVolumeLimits } from './plugins/node-volume-limits.js';
export { normalizeScores } from './plugins/normalize-scores.js';
export { podGroupPodsCount } from './plugins/pod-group-pods-count.js';
export { type PodTopologySpreadOptions, podTopologySpread } from './plugins/pod-topology-spread.js';
export { prioritySort } from './plugins/priority-sort.js';
export type { ResourceWeight, ScoringStrategy, UtilizationPoint } from './plugins/resource-scorer.js';
export { nodeResourcesFit, type ResourcesFitOptions } from './plugins/resources-fit.js';
export { schedulingGates } from './plugins/scheduling-gates.js';
export type { DefaultConstraint } from './plugins/spread-constraints.js';
export { taintToleration } from './plugins/taint-toleration.js';
export { topologyPlacement } from './plugins/topology-placement.js';
export { type VolumeBindingOptions, volumeBinding } from './plugins/volume-binding.js';
export { volumeRestrictions } from './plugins/volume-restrictions.js';
export { volumeZone } from './plugins/volume-zone.js';
export { type Candidate, criteria as preemptionCriteria } from './preemption/candidate.js';
export type { QueuedPodInfo, QueueMove, QueuePlace } from './queue/queued-pod-info.js';
export { type QueueCounts, type QueueOptions, SchedulingQueue } from './queue/scheduling-queue.js';
export * from './runner/scheduler.js';
export * from './simulate/compare.js';
export { comparisonReport, type ReportOptions } from './simulate/comparison-report.js';
export type { Distribution } from './simulate/distribution.js';
export * from './simulate/explain.js';
export { formatExplanation } from './simulate/format-explanation.js';
export { formatRemedy } from './simulate/format-remedy.js';
export { generateTrace, type NodeGroup, type TraceDescription, type TracePods } from './simulate/generate-trace.js';
export { InvalidTraceError } from './simulate/invalid-trace-error.js';
export * from './simulate/policy-metrics.js';
export * from './simulate/remedies.js';
export type { Change } from './simulate/remedy-changes.js';
export * from './simulate/replay.js';
export { schedule } from './simulate/schedule.js';
export * from './simulate/schedule-result.js';
export * from './simulate/trace.js';
export { arrivesAnnotation, formatTrace, parseTrace, runsAnnotation } from './simulate/trace-text.js';
