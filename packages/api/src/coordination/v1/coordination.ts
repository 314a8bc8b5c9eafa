/** Part of `coordination/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int32, microTime, object, ref, string } from '@pintle/machinery';

export const LeaseSpec = object(
  () => ({
    acquireTime: microTime(3),
    holderIdentity: string(1).pointer(),
    leaseDurationSeconds: int32(2).pointer(),
    leaseTransitions: int32(5).pointer(),
    preferredHolder: string(7).pointer(),
    renewTime: microTime(4),
    strategy: string(6).pointer(),
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
