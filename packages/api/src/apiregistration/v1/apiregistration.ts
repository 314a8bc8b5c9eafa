/** Part of `apiregistration/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, bytes, defineKind, type Infer, int32, list, object, ref, string, time } from '@pintle/machinery';

export const ServiceReference = object(
  () => ({
    name: string(2),
    namespace: string(1),
    port: int32(3).pointer().default(443),
  }),
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference',
);
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const APIServiceSpec = object(
  () => ({
    caBundle: bytes(5).atomic(),
    group: string(2),
    groupPriorityMinimum: int32(7).required(),
    insecureSkipTLSVerify: boolean(4),
    service: ref<ServiceReference>(ServiceReference, 1),
    version: string(3),
    versionPriority: int32(8).required(),
  }),
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec',
);
export interface APIServiceSpec extends Infer<typeof APIServiceSpec> {}

export const APIServiceCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition',
);
export interface APIServiceCondition extends Infer<typeof APIServiceCondition> {}

export const APIServiceStatus = object(
  () => ({
    conditions: list(ref<APIServiceCondition>(APIServiceCondition), 1).byKeys('type').mergeBy('type'),
  }),
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus',
);
export interface APIServiceStatus extends Infer<typeof APIServiceStatus> {}

export const APIService = defineKind({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  fields: {
    spec: ref<APIServiceSpec>(APIServiceSpec, 2).alwaysThere(),
    status: ref<APIServiceStatus>(APIServiceStatus, 3).alwaysThere(),
  },
});
export interface APIService extends Infer<typeof APIService> {}
