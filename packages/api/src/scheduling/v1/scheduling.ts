/** Part of `scheduling/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, defineKind, type Infer, int32, string } from '@pintle/machinery';

export const PriorityClass = defineKind({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  name: 'io.k8s.api.scheduling.v1.PriorityClass',
  fields: {
    description: string(4),
    globalDefault: boolean(3),
    preemptionPolicy: string(5).pointer().enum('Never', 'PreemptLowerPriority').default('PreemptLowerPriority'),
    value: int32(2).required(),
  },
});
export interface PriorityClass extends Infer<typeof PriorityClass> {}
