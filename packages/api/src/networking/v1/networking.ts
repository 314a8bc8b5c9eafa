/** Part of `networking/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  Condition,
  defineKind,
  type Infer,
  int32,
  intOrString,
  LabelSelector,
  list,
  object,
  ref,
  string,
} from '@pintle/machinery';
import { TypedLocalObjectReference } from '../../core/v1/reference.js';

export const ServiceBackendPort = object(
  () => ({
    name: string(1),
    number: int32(2),
  }),
  'io.k8s.api.networking.v1.ServiceBackendPort',
).atomic();
export interface ServiceBackendPort extends Infer<typeof ServiceBackendPort> {}

export const IngressServiceBackend = object(
  () => ({
    name: string(1).required(),
    port: ref<ServiceBackendPort>(ServiceBackendPort, 2).alwaysThere(),
  }),
  'io.k8s.api.networking.v1.IngressServiceBackend',
);
export interface IngressServiceBackend extends Infer<typeof IngressServiceBackend> {}

export const IngressBackend = object(
  () => ({
    resource: ref<TypedLocalObjectReference>(TypedLocalObjectReference, 3),
    service: ref<IngressServiceBackend>(IngressServiceBackend, 4),
  }),
  'io.k8s.api.networking.v1.IngressBackend',
);
export interface IngressBackend extends Infer<typeof IngressBackend> {}

export const HTTPIngressPath = object(
  () => ({
    backend: ref<IngressBackend>(IngressBackend, 2).alwaysThere().required(),
    path: string(1),
    pathType: string(3).pointer().required(),
  }),
  'io.k8s.api.networking.v1.HTTPIngressPath',
);
export interface HTTPIngressPath extends Infer<typeof HTTPIngressPath> {}

export const HTTPIngressRuleValue = object(
  () => ({
    paths: list(ref<HTTPIngressPath>(HTTPIngressPath), 1).atomic().required(),
  }),
  'io.k8s.api.networking.v1.HTTPIngressRuleValue',
);
export interface HTTPIngressRuleValue extends Infer<typeof HTTPIngressRuleValue> {}

export const ParentReference = object(
  () => ({
    group: string(1),
    name: string(4).omittedWhenUnsaid().required(),
    namespace: string(3),
    resource: string(2).omittedWhenUnsaid().required(),
  }),
  'io.k8s.api.networking.v1.ParentReference',
);
export interface ParentReference extends Infer<typeof ParentReference> {}

export const IPAddressSpec = object(
  () => ({
    parentRef: ref<ParentReference>(ParentReference, 1).required(),
  }),
  'io.k8s.api.networking.v1.IPAddressSpec',
);
export interface IPAddressSpec extends Infer<typeof IPAddressSpec> {}

export const IPAddress = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  name: 'io.k8s.api.networking.v1.IPAddress',
  fields: {
    spec: ref<IPAddressSpec>(IPAddressSpec, 2).alwaysThere(),
  },
});
export interface IPAddress extends Infer<typeof IPAddress> {}

export const IPBlock = object(
  () => ({
    cidr: string(1).required(),
    except: list(string(), 2).atomic(),
  }),
  'io.k8s.api.networking.v1.IPBlock',
);
export interface IPBlock extends Infer<typeof IPBlock> {}

export const IngressRule = object(
  () => ({
    host: string(1),
    http: ref<HTTPIngressRuleValue>(HTTPIngressRuleValue, 1).inline(2),
  }),
  'io.k8s.api.networking.v1.IngressRule',
);
export interface IngressRule extends Infer<typeof IngressRule> {}

export const IngressTLS = object(
  () => ({
    hosts: list(string(), 1).atomic(),
    secretName: string(2),
  }),
  'io.k8s.api.networking.v1.IngressTLS',
);
export interface IngressTLS extends Infer<typeof IngressTLS> {}

export const IngressSpec = object(
  () => ({
    defaultBackend: ref<IngressBackend>(IngressBackend, 1),
    ingressClassName: string(4).pointer(),
    rules: list(ref<IngressRule>(IngressRule), 3).atomic(),
    tls: list(ref<IngressTLS>(IngressTLS), 2).atomic(),
  }),
  'io.k8s.api.networking.v1.IngressSpec',
);
export interface IngressSpec extends Infer<typeof IngressSpec> {}

export const IngressPortStatus = object(
  () => ({
    error: string(3).pointer(),
    port: int32(1).required(),
    protocol: string(2).required(),
  }),
  'io.k8s.api.networking.v1.IngressPortStatus',
);
export interface IngressPortStatus extends Infer<typeof IngressPortStatus> {}

export const IngressLoadBalancerIngress = object(
  () => ({
    hostname: string(2),
    ip: string(1),
    ports: list(ref<IngressPortStatus>(IngressPortStatus), 4).atomic(),
  }),
  'io.k8s.api.networking.v1.IngressLoadBalancerIngress',
);
export interface IngressLoadBalancerIngress extends Infer<typeof IngressLoadBalancerIngress> {}

export const IngressLoadBalancerStatus = object(
  () => ({
    ingress: list(ref<IngressLoadBalancerIngress>(IngressLoadBalancerIngress), 1).atomic(),
  }),
  'io.k8s.api.networking.v1.IngressLoadBalancerStatus',
);
export interface IngressLoadBalancerStatus extends Infer<typeof IngressLoadBalancerStatus> {}

export const IngressStatus = object(
  () => ({
    loadBalancer: ref<IngressLoadBalancerStatus>(IngressLoadBalancerStatus, 1).alwaysThere(),
  }),
  'io.k8s.api.networking.v1.IngressStatus',
);
export interface IngressStatus extends Infer<typeof IngressStatus> {}

export const Ingress = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  subresources: { status: true },
  name: 'io.k8s.api.networking.v1.Ingress',
  fields: {
    spec: ref<IngressSpec>(IngressSpec, 2).alwaysThere(),
    status: ref<IngressStatus>(IngressStatus, 3).alwaysThere(),
  },
});
export interface Ingress extends Infer<typeof Ingress> {}

export const IngressClassParametersReference = object(
  () => ({
    apiGroup: string(1).pointer(),
    kind: string(2).required(),
    name: string(3).required(),
    namespace: string(5).pointer(),
    scope: string(4).pointer(),
  }),
  'io.k8s.api.networking.v1.IngressClassParametersReference',
);
export interface IngressClassParametersReference extends Infer<typeof IngressClassParametersReference> {}

export const IngressClassSpec = object(
  () => ({
    controller: string(1),
    parameters: ref<IngressClassParametersReference>(IngressClassParametersReference, 2),
  }),
  'io.k8s.api.networking.v1.IngressClassSpec',
);
export interface IngressClassSpec extends Infer<typeof IngressClassSpec> {}

export const IngressClass = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  name: 'io.k8s.api.networking.v1.IngressClass',
  fields: {
    spec: ref<IngressClassSpec>(IngressClassSpec, 2).alwaysThere(),
  },
});
export interface IngressClass extends Infer<typeof IngressClass> {}

export const NetworkPolicyPort = object(
  () => ({
    endPort: int32(3).pointer(),
    port: intOrString(2),
    protocol: string(1).pointer().default('TCP'),
  }),
  'io.k8s.api.networking.v1.NetworkPolicyPort',
);
export interface NetworkPolicyPort extends Infer<typeof NetworkPolicyPort> {}

export const NetworkPolicyPeer = object(
  () => ({
    ipBlock: ref<IPBlock>(IPBlock, 3),
    namespaceSelector: ref<LabelSelector>(LabelSelector, 2),
    podSelector: ref<LabelSelector>(LabelSelector, 1),
  }),
  'io.k8s.api.networking.v1.NetworkPolicyPeer',
);
export interface NetworkPolicyPeer extends Infer<typeof NetworkPolicyPeer> {}

export const NetworkPolicyEgressRule = object(
  () => ({
    ports: list(ref<NetworkPolicyPort>(NetworkPolicyPort), 1).atomic(),
    to: list(ref<NetworkPolicyPeer>(NetworkPolicyPeer), 2).atomic(),
  }),
  'io.k8s.api.networking.v1.NetworkPolicyEgressRule',
);
export interface NetworkPolicyEgressRule extends Infer<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicyIngressRule = object(
  () => ({
    from: list(ref<NetworkPolicyPeer>(NetworkPolicyPeer), 2).atomic(),
    ports: list(ref<NetworkPolicyPort>(NetworkPolicyPort), 1).atomic(),
  }),
  'io.k8s.api.networking.v1.NetworkPolicyIngressRule',
);
export interface NetworkPolicyIngressRule extends Infer<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicySpec = object(
  () => ({
    egress: list(ref<NetworkPolicyEgressRule>(NetworkPolicyEgressRule), 3).atomic(),
    ingress: list(ref<NetworkPolicyIngressRule>(NetworkPolicyIngressRule), 2).atomic(),
    podSelector: ref<LabelSelector>(LabelSelector, 1).alwaysThere().required(),
    policyTypes: list(string(), 4).atomic(),
  }),
  'io.k8s.api.networking.v1.NetworkPolicySpec',
);
export interface NetworkPolicySpec extends Infer<typeof NetworkPolicySpec> {}

export const NetworkPolicy = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  name: 'io.k8s.api.networking.v1.NetworkPolicy',
  fields: {
    spec: ref<NetworkPolicySpec>(NetworkPolicySpec, 2).alwaysThere(),
  },
});
export interface NetworkPolicy extends Infer<typeof NetworkPolicy> {}

export const ServiceCIDRSpec = object(
  () => ({
    cidrs: list(string(), 1).atomic(),
  }),
  'io.k8s.api.networking.v1.ServiceCIDRSpec',
);
export interface ServiceCIDRSpec extends Infer<typeof ServiceCIDRSpec> {}

export const ServiceCIDRStatus = object(
  () => ({
    conditions: list(ref<Condition>(Condition), 1).byKeys('type').mergeBy('type'),
  }),
  'io.k8s.api.networking.v1.ServiceCIDRStatus',
);
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

export const ServiceCIDR = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.networking.v1.ServiceCIDR',
  fields: {
    spec: ref<ServiceCIDRSpec>(ServiceCIDRSpec, 2).alwaysThere(),
    status: ref<ServiceCIDRStatus>(ServiceCIDRStatus, 3).alwaysThere(),
  },
});
export interface ServiceCIDR extends Infer<typeof ServiceCIDR> {}
