/** Part of `coordination/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int32, microTime, object, ref, string } from '@pintle/machinery';

export const LeaseSpec = object(
  () => ({
    acquireTime: microTime(3),
    holderIdentity: string(1),
    leaseDurationSeconds: int32(2),
    leaseTransitions: int32(5),
    preferredHolder: string(7),
    renewTime: microTime(4),
    strategy: string(6),
  }),
  'io.k8s.api.coordination.v1.LeaseSpec',
);
export interface LeaseSpec extends Infer<typeof LeaseSpec> {}

export const Lease = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  name: 'io.k8s.api.coordination.v1.Lease',
  fields: {
    spec: ref<LeaseSpec>(LeaseSpec, 2).alwaysThere(),
  },
});
export interface Lease extends Infer<typeof Lease> {}
