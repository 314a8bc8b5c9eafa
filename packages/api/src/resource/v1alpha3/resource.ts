/** Part of `resource/v1alpha3`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  any,
  boolean,
  Condition,
  defineKind,
  type Infer,
  int64,
  list,
  map,
  ObjectMeta,
  object,
  quantity,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { NodeSelector } from '../../core/v1/reference.js';

export const NetworkDeviceData = object(
  () => ({
    hardwareAddress: string(3),
    interfaceName: string(1),
    ips: list(string(), 2).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.NetworkDeviceData',
);
export interface NetworkDeviceData extends Infer<typeof NetworkDeviceData> {}

export const AllocatedDeviceStatus = object(
  () => ({
    conditions: list(ref<Condition>(Condition), 4).byKeys('type').orNull(),
    data: any(5).atomic(),
    device: string(3).required(),
    driver: string(1).required(),
    networkData: ref<NetworkDeviceData>(NetworkDeviceData, 6),
    pool: string(2).required(),
  }),
  'io.k8s.api.resource.v1alpha3.AllocatedDeviceStatus',
);
export interface AllocatedDeviceStatus extends Infer<typeof AllocatedDeviceStatus> {}

export const OpaqueDeviceConfiguration = object(
  () => ({
    driver: string(1).required(),
    parameters: any(2).atomic().required(),
  }),
  'io.k8s.api.resource.v1alpha3.OpaqueDeviceConfiguration',
);
export interface OpaqueDeviceConfiguration extends Infer<typeof OpaqueDeviceConfiguration> {}

export const DeviceAllocationConfiguration = object(
  () => ({
    opaque: ref<OpaqueDeviceConfiguration>(OpaqueDeviceConfiguration, 1).inline(3),
    requests: list(string(), 2).atomic(),
    source: string(1).required(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceAllocationConfiguration',
);
export interface DeviceAllocationConfiguration extends Infer<typeof DeviceAllocationConfiguration> {}

export const DeviceToleration = object(
  () => ({
    effect: string(4),
    key: string(1),
    operator: string(2).default('Equal'),
    tolerationSeconds: int64(5).pointer(),
    value: string(3),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceToleration',
);
export interface DeviceToleration extends Infer<typeof DeviceToleration> {}

export const DeviceRequestAllocationResult = object(
  () => ({
    adminAccess: boolean(5).pointer(),
    device: string(4).required(),
    driver: string(2).required(),
    pool: string(3).required(),
    request: string(1).required(),
    tolerations: list(ref<DeviceToleration>(DeviceToleration), 6).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceRequestAllocationResult',
);
export interface DeviceRequestAllocationResult extends Infer<typeof DeviceRequestAllocationResult> {}

export const DeviceAllocationResult = object(
  () => ({
    config: list(ref<DeviceAllocationConfiguration>(DeviceAllocationConfiguration), 2).atomic(),
    results: list(ref<DeviceRequestAllocationResult>(DeviceRequestAllocationResult), 1).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceAllocationResult',
);
export interface DeviceAllocationResult extends Infer<typeof DeviceAllocationResult> {}

export const AllocationResult = object(
  () => ({
    devices: ref<DeviceAllocationResult>(DeviceAllocationResult, 1).alwaysThere(),
    nodeSelector: ref<NodeSelector>(NodeSelector, 3),
  }),
  'io.k8s.api.resource.v1alpha3.AllocationResult',
);
export interface AllocationResult extends Infer<typeof AllocationResult> {}

export const DeviceAttribute = object(
  () => ({
    bool: boolean(3).pointer(),
    int: int64(2).pointer(),
    string: string(4).pointer(),
    version: string(5).pointer(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceAttribute',
);
export interface DeviceAttribute extends Infer<typeof DeviceAttribute> {}

export const Counter = object(
  () => ({
    value: quantity(1).required(),
  }),
  'io.k8s.api.resource.v1alpha3.Counter',
);
export interface Counter extends Infer<typeof Counter> {}

export const DeviceCounterConsumption = object(
  () => ({
    counterSet: string(1).required(),
    counters: map(ref<Counter>(Counter), 2).required(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceCounterConsumption',
);
export interface DeviceCounterConsumption extends Infer<typeof DeviceCounterConsumption> {}

export const DeviceTaint = object(
  () => ({
    effect: string(3).required(),
    key: string(1).required(),
    timeAdded: time(4),
    value: string(2),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceTaint',
);
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

export const BasicDevice = object(
  () => ({
    allNodes: boolean(6).pointer(),
    attributes: map(ref<DeviceAttribute>(DeviceAttribute), 1),
    capacity: map(quantity(), 2).exact(),
    consumesCounters: list(ref<DeviceCounterConsumption>(DeviceCounterConsumption), 3).atomic(),
    nodeName: string(4).pointer(),
    nodeSelector: ref<NodeSelector>(NodeSelector, 5),
    taints: list(ref<DeviceTaint>(DeviceTaint), 7).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.BasicDevice',
);
export interface BasicDevice extends Infer<typeof BasicDevice> {}

export const CELDeviceSelector = object(
  () => ({
    expression: string(1).required(),
  }),
  'io.k8s.api.resource.v1alpha3.CELDeviceSelector',
);
export interface CELDeviceSelector extends Infer<typeof CELDeviceSelector> {}

export const CounterSet = object(
  () => ({
    counters: map(ref<Counter>(Counter), 2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.resource.v1alpha3.CounterSet',
);
export interface CounterSet extends Infer<typeof CounterSet> {}

export const Device = object(
  () => ({
    basic: ref<BasicDevice>(BasicDevice, 2),
    name: string(1).required(),
  }),
  'io.k8s.api.resource.v1alpha3.Device',
);
export interface Device extends Infer<typeof Device> {}

export const DeviceClaimConfiguration = object(
  () => ({
    opaque: ref<OpaqueDeviceConfiguration>(OpaqueDeviceConfiguration, 1).inline(2),
    requests: list(string(), 1).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceClaimConfiguration',
);
export interface DeviceClaimConfiguration extends Infer<typeof DeviceClaimConfiguration> {}

export const DeviceConstraint = object(
  () => ({
    matchAttribute: string(2).pointer(),
    requests: list(string(), 1).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceConstraint',
);
export interface DeviceConstraint extends Infer<typeof DeviceConstraint> {}

export const DeviceSelector = object(
  () => ({
    cel: ref<CELDeviceSelector>(CELDeviceSelector, 1),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceSelector',
);
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const DeviceSubRequest = object(
  () => ({
    allocationMode: string(4),
    count: int64(5),
    deviceClassName: string(2).required(),
    name: string(1).required(),
    selectors: list(ref<DeviceSelector>(DeviceSelector), 3).atomic(),
    tolerations: list(ref<DeviceToleration>(DeviceToleration), 7).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceSubRequest',
);
export interface DeviceSubRequest extends Infer<typeof DeviceSubRequest> {}

export const DeviceRequest = object(
  () => ({
    adminAccess: boolean(6).pointer(),
    allocationMode: string(4),
    count: int64(5),
    deviceClassName: string(2),
    firstAvailable: list(ref<DeviceSubRequest>(DeviceSubRequest), 7).atomic(),
    name: string(1).required(),
    selectors: list(ref<DeviceSelector>(DeviceSelector), 3).atomic(),
    tolerations: list(ref<DeviceToleration>(DeviceToleration), 8).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceRequest',
);
export interface DeviceRequest extends Infer<typeof DeviceRequest> {}

export const DeviceClaim = object(
  () => ({
    config: list(ref<DeviceClaimConfiguration>(DeviceClaimConfiguration), 3).atomic(),
    constraints: list(ref<DeviceConstraint>(DeviceConstraint), 2).atomic(),
    requests: list(ref<DeviceRequest>(DeviceRequest), 1).atomic().orNull(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceClaim',
);
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const DeviceClassConfiguration = object(
  () => ({
    opaque: ref<OpaqueDeviceConfiguration>(OpaqueDeviceConfiguration, 1).inline(1),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceClassConfiguration',
);
export interface DeviceClassConfiguration extends Infer<typeof DeviceClassConfiguration> {}

export const DeviceClassSpec = object(
  () => ({
    config: list(ref<DeviceClassConfiguration>(DeviceClassConfiguration), 2).atomic(),
    selectors: list(ref<DeviceSelector>(DeviceSelector), 1).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceClassSpec',
);
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

export const DeviceClass = defineKind({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  name: 'io.k8s.api.resource.v1alpha3.DeviceClass',
  fields: {
    spec: ref<DeviceClassSpec>(DeviceClassSpec, 2).alwaysThere().required(),
  },
});
export interface DeviceClass extends Infer<typeof DeviceClass> {}

export const DeviceTaintSelector = object(
  () => ({
    device: string(4).pointer(),
    deviceClassName: string(1).pointer(),
    driver: string(2).pointer(),
    pool: string(3).pointer(),
    selectors: list(ref<DeviceSelector>(DeviceSelector), 5).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceTaintSelector',
);
export interface DeviceTaintSelector extends Infer<typeof DeviceTaintSelector> {}

export const DeviceTaintRuleSpec = object(
  () => ({
    deviceSelector: ref<DeviceTaintSelector>(DeviceTaintSelector, 1),
    taint: ref<DeviceTaint>(DeviceTaint, 2).alwaysThere().required(),
  }),
  'io.k8s.api.resource.v1alpha3.DeviceTaintRuleSpec',
);
export interface DeviceTaintRuleSpec extends Infer<typeof DeviceTaintRuleSpec> {}

export const DeviceTaintRule = defineKind({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  scope: 'Cluster',
  name: 'io.k8s.api.resource.v1alpha3.DeviceTaintRule',
  fields: {
    spec: ref<DeviceTaintRuleSpec>(DeviceTaintRuleSpec, 2).alwaysThere().required(),
  },
});
export interface DeviceTaintRule extends Infer<typeof DeviceTaintRule> {}

export const ResourceClaimSpec = object(
  () => ({
    devices: ref<DeviceClaim>(DeviceClaim, 1).alwaysThere(),
  }),
  'io.k8s.api.resource.v1alpha3.ResourceClaimSpec',
);
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

export const ResourceClaimConsumerReference = object(
  () => ({
    apiGroup: string(1),
    name: string(4).required(),
    resource: string(3).required(),
    uid: string(5).required(),
  }),
  'io.k8s.api.resource.v1alpha3.ResourceClaimConsumerReference',
);
export interface ResourceClaimConsumerReference extends Infer<typeof ResourceClaimConsumerReference> {}

export const ResourceClaimStatus = object(
  () => ({
    allocation: ref<AllocationResult>(AllocationResult, 1),
    devices: list(ref<AllocatedDeviceStatus>(AllocatedDeviceStatus), 4).byKeys('driver', 'device', 'pool'),
    reservedFor: list(ref<ResourceClaimConsumerReference>(ResourceClaimConsumerReference), 2)
      .byKeys('uid')
      .mergeBy('uid'),
  }),
  'io.k8s.api.resource.v1alpha3.ResourceClaimStatus',
);
export interface ResourceClaimStatus extends Infer<typeof ResourceClaimStatus> {}

export const ResourceClaim = defineKind({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  subresources: { status: true },
  name: 'io.k8s.api.resource.v1alpha3.ResourceClaim',
  fields: {
    spec: ref<ResourceClaimSpec>(ResourceClaimSpec, 2).alwaysThere().required(),
    status: ref<ResourceClaimStatus>(ResourceClaimStatus, 3).alwaysThere(),
  },
});
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceClaimTemplateSpec = object(
  () => ({
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
    spec: ref<ResourceClaimSpec>(ResourceClaimSpec, 2).alwaysThere().required(),
  }),
  'io.k8s.api.resource.v1alpha3.ResourceClaimTemplateSpec',
);
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}

export const ResourceClaimTemplate = defineKind({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  name: 'io.k8s.api.resource.v1alpha3.ResourceClaimTemplate',
  fields: {
    spec: ref<ResourceClaimTemplateSpec>(ResourceClaimTemplateSpec, 2).alwaysThere().required(),
  },
});
export interface ResourceClaimTemplate extends Infer<typeof ResourceClaimTemplate> {}

export const ResourcePool = object(
  () => ({
    generation: int64(2).required(),
    name: string(1).required(),
    resourceSliceCount: int64(3).required(),
  }),
  'io.k8s.api.resource.v1alpha3.ResourcePool',
);
export interface ResourcePool extends Infer<typeof ResourcePool> {}

export const ResourceSliceSpec = object(
  () => ({
    allNodes: boolean(5),
    devices: list(ref<Device>(Device), 6).atomic().orNull(),
    driver: string(1).required(),
    nodeName: string(3),
    nodeSelector: ref<NodeSelector>(NodeSelector, 4),
    perDeviceNodeSelection: boolean(7).pointer(),
    pool: ref<ResourcePool>(ResourcePool, 2).alwaysThere().required(),
    sharedCounters: list(ref<CounterSet>(CounterSet), 8).atomic(),
  }),
  'io.k8s.api.resource.v1alpha3.ResourceSliceSpec',
);
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const ResourceSlice = defineKind({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  name: 'io.k8s.api.resource.v1alpha3.ResourceSlice',
  fields: {
    spec: ref<ResourceSliceSpec>(ResourceSliceSpec, 2).alwaysThere().required(),
  },
});
export interface ResourceSlice extends Infer<typeof ResourceSlice> {}
