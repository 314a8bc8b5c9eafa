/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, list, object, ref, string, time } from '@pintle/machinery';

export const ComponentCondition = object(
  () => ({
    error: string(4),
    message: string(3),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.ComponentCondition',
);
export interface ComponentCondition extends Infer<typeof ComponentCondition> {}

export const ComponentStatus = defineKind({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  verbs: ['get', 'list'],
  name: 'io.k8s.api.core.v1.ComponentStatus',
  fields: {
    conditions: list(ref<ComponentCondition>(ComponentCondition), 2).byKeys('type').mergeBy('type'),
  },
});
export interface ComponentStatus extends Infer<typeof ComponentStatus> {}

export const NamespaceSpec = object(
  () => ({
    finalizers: list(string(), 1).atomic(),
  }),
  'io.k8s.api.core.v1.NamespaceSpec',
);
export interface NamespaceSpec extends Infer<typeof NamespaceSpec> {}

export const NamespaceCondition = object(
  () => ({
    lastTransitionTime: time(4).alwaysThere(),
    message: string(6),
    reason: string(5),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.NamespaceCondition',
);
export interface NamespaceCondition extends Infer<typeof NamespaceCondition> {}

export const NamespaceStatus = object(
  () => ({
    conditions: list(ref<NamespaceCondition>(NamespaceCondition), 2).byKeys('type').mergeBy('type'),
    phase: string(1).enum('Active', 'Terminating').default('Active'),
  }),
  'io.k8s.api.core.v1.NamespaceStatus',
);
export interface NamespaceStatus extends Infer<typeof NamespaceStatus> {}

export const Namespace = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: { status: true },
  otherSubresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  name: 'io.k8s.api.core.v1.Namespace',
  fields: {
    spec: ref<NamespaceSpec>(NamespaceSpec, 2).alwaysThere(),
    status: ref<NamespaceStatus>(NamespaceStatus, 3).alwaysThere(),
  },
});
export interface Namespace extends Infer<typeof Namespace> {}
