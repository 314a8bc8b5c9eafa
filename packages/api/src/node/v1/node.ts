/** Part of `node/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, list, map, object, quantity, ref, string } from '@pintle/machinery';
import { Toleration } from '../../core/v1/affinity.js';

export const Overhead = object(
  () => ({
    podFixed: map(quantity(), 1).exact(),
  }),
  'io.k8s.api.node.v1.Overhead',
);
export interface Overhead extends Infer<typeof Overhead> {}

export const Scheduling = object(
  () => ({
    nodeSelector: map(string(), 1).atomic(),
    tolerations: list(ref<Toleration>(Toleration), 2).atomic(),
  }),
  'io.k8s.api.node.v1.Scheduling',
);
export interface Scheduling extends Infer<typeof Scheduling> {}

export const RuntimeClass = defineKind({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  name: 'io.k8s.api.node.v1.RuntimeClass',
  fields: {
    handler: string(2).required(),
    overhead: ref<Overhead>(Overhead, 3),
    scheduling: ref<Scheduling>(Scheduling, 4),
  },
});
export interface RuntimeClass extends Infer<typeof RuntimeClass> {}
