/** Part of `apps/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  defineKind,
  type Infer,
  int32,
  int64,
  intOrString,
  LabelSelector,
  list,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { PodTemplateSpec } from '../../core/v1/pod.js';

export const RollingUpdateDaemonSet = object(
  () => ({
    maxSurge: intOrString(2),
    maxUnavailable: intOrString(1),
  }),
  'io.k8s.api.apps.v1.RollingUpdateDaemonSet',
);
export interface RollingUpdateDaemonSet extends Infer<typeof RollingUpdateDaemonSet> {}

export const DaemonSetUpdateStrategy = object(
  () => ({
    rollingUpdate: ref<RollingUpdateDaemonSet>(RollingUpdateDaemonSet, 2),
    type: string(1).enum('OnDelete', 'RollingUpdate').default('RollingUpdate'),
  }),
  'io.k8s.api.apps.v1.DaemonSetUpdateStrategy',
);
export interface DaemonSetUpdateStrategy extends Infer<typeof DaemonSetUpdateStrategy> {}

export const DaemonSetSpec = object(
  () => ({
    minReadySeconds: int32(4),
    revisionHistoryLimit: int32(6).pointer().default(10),
    selector: ref<LabelSelector>(LabelSelector, 1).required(),
    template: ref<PodTemplateSpec>(PodTemplateSpec, 2).alwaysThere().required(),
    updateStrategy: ref<DaemonSetUpdateStrategy>(DaemonSetUpdateStrategy, 3).alwaysThere().default({}),
  }),
  'io.k8s.api.apps.v1.DaemonSetSpec',
);
export interface DaemonSetSpec extends Infer<typeof DaemonSetSpec> {}

export const DaemonSetCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.apps.v1.DaemonSetCondition',
);
export interface DaemonSetCondition extends Infer<typeof DaemonSetCondition> {}

export const DaemonSetStatus = object(
  () => ({
    collisionCount: int32(9).pointer(),
    conditions: list(ref<DaemonSetCondition>(DaemonSetCondition), 10).byKeys('type').mergeBy('type'),
    currentNumberScheduled: int32(1).required(),
    desiredNumberScheduled: int32(3).required(),
    numberAvailable: int32(7),
    numberMisscheduled: int32(2).required(),
    numberReady: int32(4).required(),
    numberUnavailable: int32(8),
    observedGeneration: int64(5),
    updatedNumberScheduled: int32(6),
  }),
  'io.k8s.api.apps.v1.DaemonSetStatus',
);
export interface DaemonSetStatus extends Infer<typeof DaemonSetStatus> {}

export const DaemonSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  subresources: { status: true },
  name: 'io.k8s.api.apps.v1.DaemonSet',
  fields: {
    spec: ref<DaemonSetSpec>(DaemonSetSpec, 2).alwaysThere(),
    status: ref<DaemonSetStatus>(DaemonSetStatus, 3).alwaysThere(),
  },
});
export interface DaemonSet extends Infer<typeof DaemonSet> {}
