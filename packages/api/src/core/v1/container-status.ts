/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, type Infer, int32, int64, list, map, object, quantity, ref, string, time } from '@pintle/machinery';
import { ResourceRequirements } from './reference.js';

export const ContainerStateRunning = object(
  () => ({
    startedAt: time(1).alwaysThere(),
  }),
  'io.k8s.api.core.v1.ContainerStateRunning',
);
export interface ContainerStateRunning extends Infer<typeof ContainerStateRunning> {}

export const ContainerStateTerminated = object(
  () => ({
    containerID: string(7),
    exitCode: int32(1).required(),
    finishedAt: time(6).alwaysThere(),
    message: string(4),
    reason: string(3),
    signal: int32(2),
    startedAt: time(5).alwaysThere(),
  }),
  'io.k8s.api.core.v1.ContainerStateTerminated',
);
export interface ContainerStateTerminated extends Infer<typeof ContainerStateTerminated> {}

export const ContainerStateWaiting = object(
  () => ({
    message: string(2),
    reason: string(1),
  }),
  'io.k8s.api.core.v1.ContainerStateWaiting',
);
export interface ContainerStateWaiting extends Infer<typeof ContainerStateWaiting> {}

export const ContainerState = object(
  () => ({
    running: ref<ContainerStateRunning>(ContainerStateRunning, 2),
    terminated: ref<ContainerStateTerminated>(ContainerStateTerminated, 3),
    waiting: ref<ContainerStateWaiting>(ContainerStateWaiting, 1),
  }),
  'io.k8s.api.core.v1.ContainerState',
);
export interface ContainerState extends Infer<typeof ContainerState> {}

export const ResourceHealth = object(
  () => ({
    health: string(2),
    resourceID: string(1).required(),
  }),
  'io.k8s.api.core.v1.ResourceHealth',
);
export interface ResourceHealth extends Infer<typeof ResourceHealth> {}

export const ResourceStatus = object(
  () => ({
    name: string(1).required(),
    resources: list(ref<ResourceHealth>(ResourceHealth), 2).byKeys('resourceID'),
  }),
  'io.k8s.api.core.v1.ResourceStatus',
);
export interface ResourceStatus extends Infer<typeof ResourceStatus> {}

export const LinuxContainerUser = object(
  () => ({
    gid: int64(2).required(),
    supplementalGroups: list(int64(), 3).atomic(),
    uid: int64(1).required(),
  }),
  'io.k8s.api.core.v1.LinuxContainerUser',
);
export interface LinuxContainerUser extends Infer<typeof LinuxContainerUser> {}

export const ContainerUser = object(
  () => ({
    linux: ref<LinuxContainerUser>(LinuxContainerUser, 1),
  }),
  'io.k8s.api.core.v1.ContainerUser',
);
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const VolumeMountStatus = object(
  () => ({
    mountPath: string(2).required(),
    name: string(1).required(),
    readOnly: boolean(3),
    recursiveReadOnly: string(4).pointer(),
  }),
  'io.k8s.api.core.v1.VolumeMountStatus',
);
export interface VolumeMountStatus extends Infer<typeof VolumeMountStatus> {}

export const ContainerStatus = object(
  () => ({
    allocatedResources: map(quantity(), 10),
    allocatedResourcesStatus: list(ref<ResourceStatus>(ResourceStatus), 14).byKeys('name').mergeBy('name'),
    containerID: string(8),
    image: string(6).required(),
    imageID: string(7).required(),
    lastState: ref<ContainerState>(ContainerState, 3).alwaysThere(),
    name: string(1).required(),
    ready: boolean(4).required(),
    resources: ref<ResourceRequirements>(ResourceRequirements, 11),
    restartCount: int32(5).required(),
    started: boolean(9).pointer(),
    state: ref<ContainerState>(ContainerState, 2).alwaysThere(),
    stopSignal: string(15).pointer(),
    user: ref<ContainerUser>(ContainerUser, 13),
    volumeMounts: list(ref<VolumeMountStatus>(VolumeMountStatus), 12).byKeys('mountPath').mergeBy('mountPath'),
  }),
  'io.k8s.api.core.v1.ContainerStatus',
);
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}

export const HostIP = object(
  () => ({
    ip: string(1).required(),
  }),
  'io.k8s.api.core.v1.HostIP',
);
export interface HostIP extends Infer<typeof HostIP> {}

export const PodCondition = object(
  () => ({
    lastProbeTime: time(3).alwaysThere(),
    lastTransitionTime: time(4).alwaysThere(),
    message: string(6),
    observedGeneration: int64(7),
    reason: string(5),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.PodCondition',
);
export interface PodCondition extends Infer<typeof PodCondition> {}

export const PodIP = object(
  () => ({
    ip: string(1).required(),
  }),
  'io.k8s.api.core.v1.PodIP',
);
export interface PodIP extends Infer<typeof PodIP> {}

export const PodResourceClaimStatus = object(
  () => ({
    name: string(1).required(),
    resourceClaimName: string(2).pointer(),
  }),
  'io.k8s.api.core.v1.PodResourceClaimStatus',
);
export interface PodResourceClaimStatus extends Infer<typeof PodResourceClaimStatus> {}
