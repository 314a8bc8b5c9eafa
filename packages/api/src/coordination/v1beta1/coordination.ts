/** Part of `coordination/v1beta1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, microTime, object, ref, string } from '@pintle/machinery';

export const LeaseCandidateSpec = object(
  () => ({
    binaryVersion: string(4).required(),
    emulationVersion: string(5),
    leaseName: string(1).required(),
    pingTime: microTime(2),
    renewTime: microTime(3),
    strategy: string(6).omittedWhenUnsaid().required(),
  }),
  'io.k8s.api.coordination.v1beta1.LeaseCandidateSpec',
);
export interface LeaseCandidateSpec extends Infer<typeof LeaseCandidateSpec> {}

export const LeaseCandidate = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1beta1',
  kind: 'LeaseCandidate',
  plural: 'leasecandidates',
  name: 'io.k8s.api.coordination.v1beta1.LeaseCandidate',
  fields: {
    spec: ref<LeaseCandidateSpec>(LeaseCandidateSpec, 2).alwaysThere(),
  },
});
export interface LeaseCandidate extends Infer<typeof LeaseCandidate> {}
