/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  defineKind,
  type Infer,
  int32,
  int64,
  list,
  map,
  object,
  quantity,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { Taint } from './affinity.js';

export const AttachedVolume = object(
  () => ({
    devicePath: string(2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.core.v1.AttachedVolume',
);
export interface AttachedVolume extends Infer<typeof AttachedVolume> {}

export const ConfigMapNodeConfigSource = object(
  () => ({
    kubeletConfigKey: string(5).required(),
    name: string(2).required(),
    namespace: string(1).required(),
    resourceVersion: string(4),
    uid: string(3),
  }),
  'io.k8s.api.core.v1.ConfigMapNodeConfigSource',
);
export interface ConfigMapNodeConfigSource extends Infer<typeof ConfigMapNodeConfigSource> {}

export const ContainerImage = object(
  () => ({
    names: list(string(), 1).atomic().orNull(),
    sizeBytes: int64(2),
  }),
  'io.k8s.api.core.v1.ContainerImage',
);
export interface ContainerImage extends Infer<typeof ContainerImage> {}

export const DaemonEndpoint = object(
  () => ({
    Port: int32(1).required(),
  }),
  'io.k8s.api.core.v1.DaemonEndpoint',
);
export interface DaemonEndpoint extends Infer<typeof DaemonEndpoint> {}

export const NodeConfigSource = object(
  () => ({
    configMap: ref<ConfigMapNodeConfigSource>(ConfigMapNodeConfigSource, 2),
  }),
  'io.k8s.api.core.v1.NodeConfigSource',
);
export interface NodeConfigSource extends Infer<typeof NodeConfigSource> {}

export const NodeSpec = object(
  () => ({
    configSource: ref<NodeConfigSource>(NodeConfigSource, 6),
    externalID: string(2),
    podCIDR: string(1),
    podCIDRs: list(string(), 7).asSet().mergeBy(),
    providerID: string(3),
    taints: list(ref<Taint>(Taint), 5).atomic(),
    unschedulable: boolean(4),
  }),
  'io.k8s.api.core.v1.NodeSpec',
);
export interface NodeSpec extends Infer<typeof NodeSpec> {}

export const NodeAddress = object(
  () => ({
    address: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.NodeAddress',
);
export interface NodeAddress extends Infer<typeof NodeAddress> {}

export const NodeCondition = object(
  () => ({
    lastHeartbeatTime: time(3).alwaysThere(),
    lastTransitionTime: time(4).alwaysThere(),
    message: string(6),
    reason: string(5),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.NodeCondition',
);
export interface NodeCondition extends Infer<typeof NodeCondition> {}

export const NodeConfigStatus = object(
  () => ({
    active: ref<NodeConfigSource>(NodeConfigSource, 2),
    assigned: ref<NodeConfigSource>(NodeConfigSource, 1),
    error: string(4),
    lastKnownGood: ref<NodeConfigSource>(NodeConfigSource, 3),
  }),
  'io.k8s.api.core.v1.NodeConfigStatus',
);
export interface NodeConfigStatus extends Infer<typeof NodeConfigStatus> {}

export const NodeDaemonEndpoints = object(
  () => ({
    kubeletEndpoint: ref<DaemonEndpoint>(DaemonEndpoint, 1).alwaysThere(),
  }),
  'io.k8s.api.core.v1.NodeDaemonEndpoints',
);
export interface NodeDaemonEndpoints extends Infer<typeof NodeDaemonEndpoints> {}

export const NodeFeatures = object(
  () => ({
    supplementalGroupsPolicy: boolean(1).pointer(),
  }),
  'io.k8s.api.core.v1.NodeFeatures',
);
export interface NodeFeatures extends Infer<typeof NodeFeatures> {}

export const NodeSwapStatus = object(
  () => ({
    capacity: int64(1).pointer(),
  }),
  'io.k8s.api.core.v1.NodeSwapStatus',
);
export interface NodeSwapStatus extends Infer<typeof NodeSwapStatus> {}

export const NodeSystemInfo = object(
  () => ({
    architecture: string(10).required(),
    bootID: string(3).required(),
    containerRuntimeVersion: string(6).required(),
    kernelVersion: string(4).required(),
    kubeProxyVersion: string(8).required(),
    kubeletVersion: string(7).required(),
    machineID: string(1).required(),
    operatingSystem: string(9).required(),
    osImage: string(5).required(),
    swap: ref<NodeSwapStatus>(NodeSwapStatus, 11),
    systemUUID: string(2).required(),
  }),
  'io.k8s.api.core.v1.NodeSystemInfo',
);
export interface NodeSystemInfo extends Infer<typeof NodeSystemInfo> {}

export const NodeRuntimeHandlerFeatures = object(
  () => ({
    recursiveReadOnlyMounts: boolean(1).pointer(),
    userNamespaces: boolean(2).pointer(),
  }),
  'io.k8s.api.core.v1.NodeRuntimeHandlerFeatures',
);
export interface NodeRuntimeHandlerFeatures extends Infer<typeof NodeRuntimeHandlerFeatures> {}

export const NodeRuntimeHandler = object(
  () => ({
    features: ref<NodeRuntimeHandlerFeatures>(NodeRuntimeHandlerFeatures, 2),
    name: string(1).alwaysThere(),
  }),
  'io.k8s.api.core.v1.NodeRuntimeHandler',
);
export interface NodeRuntimeHandler extends Infer<typeof NodeRuntimeHandler> {}

export const NodeStatus = object(
  () => ({
    addresses: list(ref<NodeAddress>(NodeAddress), 5).byKeys('type').mergeBy('type'),
    allocatable: map(quantity(), 2),
    capacity: map(quantity(), 1),
    conditions: list(ref<NodeCondition>(NodeCondition), 4).byKeys('type').mergeBy('type'),
    config: ref<NodeConfigStatus>(NodeConfigStatus, 11),
    daemonEndpoints: ref<NodeDaemonEndpoints>(NodeDaemonEndpoints, 6).alwaysThere(),
    features: ref<NodeFeatures>(NodeFeatures, 13),
    images: list(ref<ContainerImage>(ContainerImage), 8).atomic(),
    nodeInfo: ref<NodeSystemInfo>(NodeSystemInfo, 7).alwaysThere(),
    phase: string(3),
    runtimeHandlers: list(ref<NodeRuntimeHandler>(NodeRuntimeHandler), 12).atomic(),
    volumesAttached: list(ref<AttachedVolume>(AttachedVolume), 10).atomic(),
    volumesInUse: list(string(), 9).atomic(),
  }),
  'io.k8s.api.core.v1.NodeStatus',
);
export interface NodeStatus extends Infer<typeof NodeStatus> {}

export const Node = defineKind({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  subresources: { status: true },
  otherSubresources: [
    { name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
  name: 'io.k8s.api.core.v1.Node',
  fields: {
    spec: ref<NodeSpec>(NodeSpec, 2).alwaysThere(),
    status: ref<NodeStatus>(NodeStatus, 3).alwaysThere(),
  },
});
export interface Node extends Infer<typeof Node> {}
