/** The node agent over a container runtime, and the simulated runtime that lets a thousand of them live in one process. */
export { createKubelet, describeNode, type Kubelet, type KubeletOptions } from './kubelet.js';
export {
  createNodeRegistration,
  leaseNamespace,
  type NodeRegistration,
  type NodeRegistrationOptions,
} from './node/node-registration.js';
export type { NodeDescription, NodeTrouble } from './node/node-status.js';
export { type Backoff, type BackoffBounds, kubeletBackoff, stepBackoff, waitLeft } from './pod/backoff.js';
export { ContainerConfigError } from './pod/environment.js';
export { FieldPathError } from './pod/field-ref.js';
export type { ContainerAction } from './pod/plan-containers.js';
export { type PodAction, type PodPlan, type PodPlanInput, planPod } from './pod/plan-pod.js';
export {
  emptyMemory,
  type Fault,
  type PodMemory,
  type PodRuntimeState,
  rememberContainers,
  type Termination,
} from './pod/pod-state.js';
export {
  type GrpcTarget,
  type HttpTarget,
  type NetworkTarget,
  type ProbeOutcome,
  type Prober,
  runtimeProber,
} from './probe/prober.js';
export {
  initialProbeState,
  nextProbeAt,
  type ProbeState,
  type ProbeType,
  type ProbeVerdicts,
  stepProbe,
  type Verdict,
} from './probe/step-probe.js';
export type { ImageBehaviour, SimulatedImages, SimulatedRun } from './simulated/behaviour.js';
export { AddressPoolError, type SimulatedNetworkOptions, simulatedNetwork } from './simulated/simulated-network.js';
export {
  SimulatedPortError,
  type SimulatedRuntime,
  type SimulatedRuntimeOptions,
  simulatedRuntime,
} from './simulated/simulated-runtime.js';
export { clientObjects, type ObjectSource, sharedObjects } from './sources/object-source.js';
export { nodePods, type PodListener, type PodSource, sharedPods } from './sources/pod-source.js';
export {
  noVolumes,
  refusedVolumes,
  type VolumeContent,
  type VolumeFile,
  VolumeMountError,
  type VolumePort,
} from './volumes/volume-port.js';
