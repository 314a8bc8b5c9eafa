/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { type Infer, int32, int64, LabelSelector, list, object, ref, string, time } from '@pintle/machinery';
import { NodeSelector, PreferredSchedulingTerm } from './reference.js';

export const NodeAffinity = object(
  () => ({
    preferredDuringSchedulingIgnoredDuringExecution: list(
      ref<PreferredSchedulingTerm>(PreferredSchedulingTerm),
      2,
    ).atomic(),
    requiredDuringSchedulingIgnoredDuringExecution: ref<NodeSelector>(NodeSelector, 1),
  }),
  'io.k8s.api.core.v1.NodeAffinity',
);
export interface NodeAffinity extends Infer<typeof NodeAffinity> {}

export const PodAffinityTerm = object(
  () => ({
    labelSelector: ref<LabelSelector>(LabelSelector, 1),
    matchLabelKeys: list(string(), 5).atomic(),
    mismatchLabelKeys: list(string(), 6).atomic(),
    namespaceSelector: ref<LabelSelector>(LabelSelector, 4),
    namespaces: list(string(), 2).atomic(),
    topologyKey: string(3).required(),
  }),
  'io.k8s.api.core.v1.PodAffinityTerm',
);
export interface PodAffinityTerm extends Infer<typeof PodAffinityTerm> {}

export const WeightedPodAffinityTerm = object(
  () => ({
    podAffinityTerm: ref<PodAffinityTerm>(PodAffinityTerm, 2).alwaysThere().required(),
    weight: int32(1).required(),
  }),
  'io.k8s.api.core.v1.WeightedPodAffinityTerm',
);
export interface WeightedPodAffinityTerm extends Infer<typeof WeightedPodAffinityTerm> {}

export const PodAffinity = object(
  () => ({
    preferredDuringSchedulingIgnoredDuringExecution: list(
      ref<WeightedPodAffinityTerm>(WeightedPodAffinityTerm),
      2,
    ).atomic(),
    requiredDuringSchedulingIgnoredDuringExecution: list(ref<PodAffinityTerm>(PodAffinityTerm), 1).atomic(),
  }),
  'io.k8s.api.core.v1.PodAffinity',
);
export interface PodAffinity extends Infer<typeof PodAffinity> {}

export const PodAntiAffinity = object(
  () => ({
    preferredDuringSchedulingIgnoredDuringExecution: list(
      ref<WeightedPodAffinityTerm>(WeightedPodAffinityTerm),
      2,
    ).atomic(),
    requiredDuringSchedulingIgnoredDuringExecution: list(ref<PodAffinityTerm>(PodAffinityTerm), 1).atomic(),
  }),
  'io.k8s.api.core.v1.PodAntiAffinity',
);
export interface PodAntiAffinity extends Infer<typeof PodAntiAffinity> {}

export const Affinity = object(
  () => ({
    nodeAffinity: ref<NodeAffinity>(NodeAffinity, 1),
    podAffinity: ref<PodAffinity>(PodAffinity, 2),
    podAntiAffinity: ref<PodAntiAffinity>(PodAntiAffinity, 3),
  }),
  'io.k8s.api.core.v1.Affinity',
);
export interface Affinity extends Infer<typeof Affinity> {}

export const Taint = object(
  () => ({
    effect: string(3).enum('NoSchedule', 'PreferNoSchedule', 'NoExecute').required(),
    key: string(1).required(),
    timeAdded: time(4),
    value: string(2),
  }),
  'io.k8s.api.core.v1.Taint',
);
export interface Taint extends Infer<typeof Taint> {}

export const Toleration = object(
  () => ({
    effect: string(4).enum('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
    key: string(1),
    operator: string(2).enum('Exists', 'Equal'),
    tolerationSeconds: int64(5).pointer(),
    value: string(3),
  }),
  'io.k8s.api.core.v1.Toleration',
);
export interface Toleration extends Infer<typeof Toleration> {}

export const TopologySpreadConstraint = object(
  () => ({
    labelSelector: ref<LabelSelector>(LabelSelector, 4),
    matchLabelKeys: list(string(), 8).atomic(),
    maxSkew: int32(1).required(),
    minDomains: int32(5).pointer(),
    nodeAffinityPolicy: string(6).pointer().enum('Honor', 'Ignore'),
    nodeTaintsPolicy: string(7).pointer().enum('Honor', 'Ignore'),
    topologyKey: string(2).required(),
    whenUnsatisfiable: string(3).enum('DoNotSchedule', 'ScheduleAnyway').required(),
  }),
  'io.k8s.api.core.v1.TopologySpreadConstraint',
);
export interface TopologySpreadConstraint extends Infer<typeof TopologySpreadConstraint> {}
