/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  Condition,
  defineKind,
  type Infer,
  int32,
  intOrString,
  list,
  map,
  object,
  ref,
  string,
} from '@pintle/machinery';
import { ObjectReference } from './reference.js';

export const ClientIPConfig = object(
  () => ({
    timeoutSeconds: int32(1).pointer(),
  }),
  'io.k8s.api.core.v1.ClientIPConfig',
);
export interface ClientIPConfig extends Infer<typeof ClientIPConfig> {}

export const EndpointAddress = object(
  () => ({
    hostname: string(3),
    ip: string(1).required(),
    nodeName: string(4).pointer(),
    targetRef: ref<ObjectReference>(ObjectReference, 2),
  }),
  'io.k8s.api.core.v1.EndpointAddress',
).atomic();
export interface EndpointAddress extends Infer<typeof EndpointAddress> {}

export const EndpointPort = object(
  () => ({
    appProtocol: string(4).pointer(),
    name: string(1),
    port: int32(2).required(),
    protocol: string(3).default('TCP'),
  }),
  'io.k8s.api.core.v1.EndpointPort',
).atomic();
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointSubset = object(
  () => ({
    addresses: list(ref<EndpointAddress>(EndpointAddress), 1).atomic(),
    notReadyAddresses: list(ref<EndpointAddress>(EndpointAddress), 2).atomic(),
    ports: list(ref<EndpointPort>(EndpointPort), 3).atomic(),
  }),
  'io.k8s.api.core.v1.EndpointSubset',
);
export interface EndpointSubset extends Infer<typeof EndpointSubset> {}

export const Endpoints = defineKind({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  name: 'io.k8s.api.core.v1.Endpoints',
  fields: {
    subsets: list(ref<EndpointSubset>(EndpointSubset), 2).atomic(),
  },
});
export interface Endpoints extends Infer<typeof Endpoints> {}

export const PortStatus = object(
  () => ({
    error: string(3).pointer(),
    port: int32(1).required(),
    protocol: string(2).required(),
  }),
  'io.k8s.api.core.v1.PortStatus',
);
export interface PortStatus extends Infer<typeof PortStatus> {}

export const LoadBalancerIngress = object(
  () => ({
    hostname: string(2),
    ip: string(1),
    ipMode: string(3).pointer(),
    ports: list(ref<PortStatus>(PortStatus), 4).atomic(),
  }),
  'io.k8s.api.core.v1.LoadBalancerIngress',
);
export interface LoadBalancerIngress extends Infer<typeof LoadBalancerIngress> {}

export const LoadBalancerStatus = object(
  () => ({
    ingress: list(ref<LoadBalancerIngress>(LoadBalancerIngress), 1).atomic(),
  }),
  'io.k8s.api.core.v1.LoadBalancerStatus',
);
export interface LoadBalancerStatus extends Infer<typeof LoadBalancerStatus> {}

export const ServicePort = object(
  () => ({
    appProtocol: string(6).pointer(),
    name: string(1),
    nodePort: int32(5),
    port: int32(3).required(),
    protocol: string(2).enum('TCP', 'UDP', 'SCTP').toldDefault('TCP'),
    targetPort: intOrString(4),
  }),
  'io.k8s.api.core.v1.ServicePort',
);
export interface ServicePort extends Infer<typeof ServicePort> {}

export const SessionAffinityConfig = object(
  () => ({
    clientIP: ref<ClientIPConfig>(ClientIPConfig, 1),
  }),
  'io.k8s.api.core.v1.SessionAffinityConfig',
);
export interface SessionAffinityConfig extends Infer<typeof SessionAffinityConfig> {}

export const ServiceSpec = object(
  () => ({
    allocateLoadBalancerNodePorts: boolean(20).pointer(),
    clusterIP: string(3),
    clusterIPs: list(string(), 18).atomic(),
    externalIPs: list(string(), 5).atomic(),
    externalName: string(10),
    externalTrafficPolicy: string(11).enum('Cluster', 'Local'),
    healthCheckNodePort: int32(12),
    internalTrafficPolicy: string(22).pointer().enum('Cluster', 'Local'),
    ipFamilies: list(string(), 19).atomic(),
    ipFamilyPolicy: string(17).pointer().enum('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    loadBalancerClass: string(21).pointer(),
    loadBalancerIP: string(8),
    loadBalancerSourceRanges: list(string(), 9).atomic(),
    ports: list(ref<ServicePort>(ServicePort), 1).byKeys('port', 'protocol').mergeBy('port'),
    publishNotReadyAddresses: boolean(13),
    selector: map(string(), 2).atomic(),
    sessionAffinity: string(7).enum('None', 'ClientIP').default('None'),
    sessionAffinityConfig: ref<SessionAffinityConfig>(SessionAffinityConfig, 14),
    trafficDistribution: string(23).pointer(),
    type: string(4).enum('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName').default('ClusterIP'),
  }),
  'io.k8s.api.core.v1.ServiceSpec',
);
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}

export const ServiceStatus = object(
  () => ({
    conditions: list(ref<Condition>(Condition), 2).byKeys('type').mergeBy('type'),
    loadBalancer: ref<LoadBalancerStatus>(LoadBalancerStatus, 1).alwaysThere(),
  }),
  'io.k8s.api.core.v1.ServiceStatus',
);
export interface ServiceStatus extends Infer<typeof ServiceStatus> {}

export const Service = defineKind({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  subresources: { status: true },
  otherSubresources: [
    { name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
  name: 'io.k8s.api.core.v1.Service',
  fields: {
    spec: ref<ServiceSpec>(ServiceSpec, 2).alwaysThere(),
    status: ref<ServiceStatus>(ServiceStatus, 3).alwaysThere(),
  },
});
export interface Service extends Infer<typeof Service> {}
