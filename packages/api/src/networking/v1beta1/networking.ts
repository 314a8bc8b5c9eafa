/** Part of `networking/v1beta1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { Condition, defineKind, type Infer, list, object, ref, string } from '@pintle/machinery';

export const ParentReference = object(
  () => ({
    group: string(1),
    name: string(4).omittedWhenUnsaid().required(),
    namespace: string(3),
    resource: string(2).omittedWhenUnsaid().required(),
  }),
  'io.k8s.api.networking.v1beta1.ParentReference',
);
export interface ParentReference extends Infer<typeof ParentReference> {}

export const IPAddressSpec = object(
  () => ({
    parentRef: ref<ParentReference>(ParentReference, 1).required(),
  }),
  'io.k8s.api.networking.v1beta1.IPAddressSpec',
);
export interface IPAddressSpec extends Infer<typeof IPAddressSpec> {}

export const IPAddress = defineKind({
  group: 'networking.k8s.io',
  version: 'v1beta1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  name: 'io.k8s.api.networking.v1beta1.IPAddress',
  fields: {
    spec: ref<IPAddressSpec>(IPAddressSpec, 2).alwaysThere(),
  },
});
export interface IPAddress extends Infer<typeof IPAddress> {}

export const ServiceCIDRSpec = object(
  () => ({
    cidrs: list(string(), 1).atomic(),
  }),
  'io.k8s.api.networking.v1beta1.ServiceCIDRSpec',
);
export interface ServiceCIDRSpec extends Infer<typeof ServiceCIDRSpec> {}

export const ServiceCIDRStatus = object(
  () => ({
    conditions: list(ref<Condition>(Condition), 1).byKeys('type').mergeBy('type'),
  }),
  'io.k8s.api.networking.v1beta1.ServiceCIDRStatus',
);
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

export const ServiceCIDR = defineKind({
  group: 'networking.k8s.io',
  version: 'v1beta1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.networking.v1beta1.ServiceCIDR',
  fields: {
    spec: ref<ServiceCIDRSpec>(ServiceCIDRSpec, 2).alwaysThere(),
    status: ref<ServiceCIDRStatus>(ServiceCIDRStatus, 3).alwaysThere(),
  },
});
export interface ServiceCIDR extends Infer<typeof ServiceCIDR> {}
