/** What nodes and pods use (metrics.k8s.io/v1beta1): measured when it is asked for, never stored. */
import { defineKind, duration, type Infer, list, map, object, quantity, ref, string, time } from '@pintle/machinery';

export const ContainerMetrics = object(
  () => ({
    name: string(1).required(),
    /** Of `cpu` in cores, of `memory` in bytes. */
    usage: map(quantity(), 2).exact().required(),
  }),
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.ContainerMetrics',
);
export interface ContainerMetrics extends Infer<typeof ContainerMetrics> {}

export const NodeMetrics = defineKind({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'NodeMetrics',
  plural: 'nodes',
  singular: '',
  scope: 'Cluster',
  verbs: ['get', 'list'],
  name: 'io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics',
  fields: {
    timestamp: time(2).required(),
    /** How long was measured, as `10s`. */
    window: duration(3).required(),
    usage: map(quantity(), 4).exact().required(),
  },
});
export interface NodeMetrics extends Infer<typeof NodeMetrics> {}

export const PodMetrics = defineKind({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  singular: '',
  verbs: ['get', 'list'],
  name: 'io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics',
  fields: {
    timestamp: time(2).required(),
    window: duration(3).required(),
    containers: list(ref<ContainerMetrics>(ContainerMetrics), 4).atomic().required(),
  },
});
export interface PodMetrics extends Infer<typeof PodMetrics> {}
