/** Part of `certificates/v1beta1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, object, ref, string } from '@pintle/machinery';

export const ClusterTrustBundleSpec = object(
  () => ({
    signerName: string(1),
    trustBundle: string(2).required(),
  }),
  'io.k8s.api.certificates.v1beta1.ClusterTrustBundleSpec',
);
export interface ClusterTrustBundleSpec extends Infer<typeof ClusterTrustBundleSpec> {}

export const ClusterTrustBundle = defineKind({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  scope: 'Cluster',
  name: 'io.k8s.api.certificates.v1beta1.ClusterTrustBundle',
  fields: {
    spec: ref<ClusterTrustBundleSpec>(ClusterTrustBundleSpec, 2).alwaysThere().required(),
  },
});
export interface ClusterTrustBundle extends Infer<typeof ClusterTrustBundle> {}
