/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, type Infer, int32, list, map, object, quantity, ref, string } from '@pintle/machinery';

export const ConfigMapKeySelector = object(
  () => ({
    key: string(2).required(),
    name: string(1).inline(1),
    optional: boolean(3).pointer(),
  }),
  'io.k8s.api.core.v1.ConfigMapKeySelector',
).atomic();
export interface ConfigMapKeySelector extends Infer<typeof ConfigMapKeySelector> {}

export const ObjectFieldSelector = object(
  () => ({
    apiVersion: string(1).default('v1'),
    fieldPath: string(2).required(),
  }),
  'io.k8s.api.core.v1.ObjectFieldSelector',
).atomic();
export interface ObjectFieldSelector extends Infer<typeof ObjectFieldSelector> {}

export const ResourceFieldSelector = object(
  () => ({
    containerName: string(1),
    divisor: quantity(3).alwaysThere(),
    resource: string(2).required(),
  }),
  'io.k8s.api.core.v1.ResourceFieldSelector',
).atomic();
export interface ResourceFieldSelector extends Infer<typeof ResourceFieldSelector> {}

export const DownwardAPIVolumeFile = object(
  () => ({
    fieldRef: ref<ObjectFieldSelector>(ObjectFieldSelector, 2),
    mode: int32(4).pointer(),
    path: string(1).required(),
    resourceFieldRef: ref<ResourceFieldSelector>(ResourceFieldSelector, 3),
  }),
  'io.k8s.api.core.v1.DownwardAPIVolumeFile',
);
export interface DownwardAPIVolumeFile extends Infer<typeof DownwardAPIVolumeFile> {}

export const KeyToPath = object(
  () => ({
    key: string(1).required(),
    mode: int32(3).pointer(),
    path: string(2).required(),
  }),
  'io.k8s.api.core.v1.KeyToPath',
);
export interface KeyToPath extends Infer<typeof KeyToPath> {}

export const LocalObjectReference = object(
  () => ({
    name: string(1).tellsDefault(''),
  }),
  'io.k8s.api.core.v1.LocalObjectReference',
).atomic();
export interface LocalObjectReference extends Infer<typeof LocalObjectReference> {}

export const NodeSelectorRequirement = object(
  () => ({
    key: string(1).required(),
    operator: string(2).enum('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt').required(),
    values: list(string(), 3).atomic(),
  }),
  'io.k8s.api.core.v1.NodeSelectorRequirement',
);
export interface NodeSelectorRequirement extends Infer<typeof NodeSelectorRequirement> {}

export const NodeSelectorTerm = object(
  () => ({
    matchExpressions: list(ref<NodeSelectorRequirement>(NodeSelectorRequirement), 1).atomic(),
    matchFields: list(ref<NodeSelectorRequirement>(NodeSelectorRequirement), 2).atomic(),
  }),
  'io.k8s.api.core.v1.NodeSelectorTerm',
).atomic();
export interface NodeSelectorTerm extends Infer<typeof NodeSelectorTerm> {}

export const NodeSelector = object(
  () => ({
    nodeSelectorTerms: list(ref<NodeSelectorTerm>(NodeSelectorTerm), 1).atomic().required(),
  }),
  'io.k8s.api.core.v1.NodeSelector',
).atomic();
export interface NodeSelector extends Infer<typeof NodeSelector> {}

export const ObjectReference = object(
  () => ({
    apiVersion: string(5),
    fieldPath: string(7),
    kind: string(1),
    name: string(3),
    namespace: string(2),
    resourceVersion: string(6),
    uid: string(4),
  }),
  'io.k8s.api.core.v1.ObjectReference',
).atomic();
export interface ObjectReference extends Infer<typeof ObjectReference> {}

export const PreferredSchedulingTerm = object(
  () => ({
    preference: ref<NodeSelectorTerm>(NodeSelectorTerm, 2).alwaysThere().required(),
    weight: int32(1).required(),
  }),
  'io.k8s.api.core.v1.PreferredSchedulingTerm',
);
export interface PreferredSchedulingTerm extends Infer<typeof PreferredSchedulingTerm> {}

export const ResourceClaim = object(
  () => ({
    name: string(1).required(),
    request: string(2),
  }),
  'io.k8s.api.core.v1.ResourceClaim',
);
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceRequirements = object(
  () => ({
    claims: list(ref<ResourceClaim>(ResourceClaim), 3).byKeys('name'),
    limits: map(quantity(), 1),
    requests: map(quantity(), 2),
  }),
  'io.k8s.api.core.v1.ResourceRequirements',
);
export interface ResourceRequirements extends Infer<typeof ResourceRequirements> {}

export const ScopedResourceSelectorRequirement = object(
  () => ({
    operator: string(2).required(),
    scopeName: string(1).required(),
    values: list(string(), 3).atomic(),
  }),
  'io.k8s.api.core.v1.ScopedResourceSelectorRequirement',
);
export interface ScopedResourceSelectorRequirement extends Infer<typeof ScopedResourceSelectorRequirement> {}

export const ScopeSelector = object(
  () => ({
    matchExpressions: list(ref<ScopedResourceSelectorRequirement>(ScopedResourceSelectorRequirement), 1).atomic(),
  }),
  'io.k8s.api.core.v1.ScopeSelector',
).atomic();
export interface ScopeSelector extends Infer<typeof ScopeSelector> {}

export const SecretKeySelector = object(
  () => ({
    key: string(2).required(),
    name: string(1).inline(1),
    optional: boolean(3).pointer(),
  }),
  'io.k8s.api.core.v1.SecretKeySelector',
).atomic();
export interface SecretKeySelector extends Infer<typeof SecretKeySelector> {}

export const SecretReference = object(
  () => ({
    name: string(1),
    namespace: string(2),
  }),
  'io.k8s.api.core.v1.SecretReference',
).atomic();
export interface SecretReference extends Infer<typeof SecretReference> {}

export const TopologySelectorLabelRequirement = object(
  () => ({
    key: string(1).required(),
    values: list(string(), 2).atomic().required(),
  }),
  'io.k8s.api.core.v1.TopologySelectorLabelRequirement',
);
export interface TopologySelectorLabelRequirement extends Infer<typeof TopologySelectorLabelRequirement> {}

export const TopologySelectorTerm = object(
  () => ({
    matchLabelExpressions: list(ref<TopologySelectorLabelRequirement>(TopologySelectorLabelRequirement), 1).atomic(),
  }),
  'io.k8s.api.core.v1.TopologySelectorTerm',
).atomic();
export interface TopologySelectorTerm extends Infer<typeof TopologySelectorTerm> {}

export const TypedLocalObjectReference = object(
  () => ({
    apiGroup: string(1).pointer().alwaysThere(),
    kind: string(2).required(),
    name: string(3).required(),
  }),
  'io.k8s.api.core.v1.TypedLocalObjectReference',
).atomic();
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const TypedObjectReference = object(
  () => ({
    apiGroup: string(1).pointer().alwaysThere(),
    kind: string(2).required(),
    name: string(3).required(),
    namespace: string(4).pointer(),
  }),
  'io.k8s.api.core.v1.TypedObjectReference',
);
export interface TypedObjectReference extends Infer<typeof TypedObjectReference> {}
