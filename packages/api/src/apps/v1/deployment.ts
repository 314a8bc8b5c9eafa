/** Part of `apps/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
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

export const RollingUpdateDeployment = object(
  () => ({
    maxSurge: intOrString(2),
    maxUnavailable: intOrString(1),
  }),
  'io.k8s.api.apps.v1.RollingUpdateDeployment',
);
export interface RollingUpdateDeployment extends Infer<typeof RollingUpdateDeployment> {}

export const DeploymentStrategy = object(
  () => ({
    rollingUpdate: ref<RollingUpdateDeployment>(RollingUpdateDeployment, 2),
    type: string(1).enum('Recreate', 'RollingUpdate').default('RollingUpdate'),
  }),
  'io.k8s.api.apps.v1.DeploymentStrategy',
);
export interface DeploymentStrategy extends Infer<typeof DeploymentStrategy> {}

export const DeploymentSpec = object(
  () => ({
    minReadySeconds: int32(5),
    paused: boolean(7),
    progressDeadlineSeconds: int32(9).pointer().default(600),
    replicas: int32(1).pointer().default(1),
    revisionHistoryLimit: int32(6).pointer().default(10),
    selector: ref<LabelSelector>(LabelSelector, 2).required(),
    strategy: ref<DeploymentStrategy>(DeploymentStrategy, 4).alwaysThere().patchStrategy('retainKeys').default({}),
    template: ref<PodTemplateSpec>(PodTemplateSpec, 3).alwaysThere().required(),
  }),
  'io.k8s.api.apps.v1.DeploymentSpec',
);
export interface DeploymentSpec extends Infer<typeof DeploymentSpec> {}

export const DeploymentCondition = object(
  () => ({
    lastTransitionTime: time(7).alwaysThere(),
    lastUpdateTime: time(6).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.apps.v1.DeploymentCondition',
);
export interface DeploymentCondition extends Infer<typeof DeploymentCondition> {}

export const DeploymentStatus = object(
  () => ({
    availableReplicas: int32(4),
    collisionCount: int32(8).pointer(),
    conditions: list(ref<DeploymentCondition>(DeploymentCondition), 6).byKeys('type').mergeBy('type'),
    observedGeneration: int64(1),
    readyReplicas: int32(7),
    replicas: int32(2),
    terminatingReplicas: int32(9).pointer(),
    unavailableReplicas: int32(5),
    updatedReplicas: int32(3),
  }),
  'io.k8s.api.apps.v1.DeploymentStatus',
);
export interface DeploymentStatus extends Infer<typeof DeploymentStatus> {}

export const Deployment = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: {
    status: true,
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.spec.selector',
    },
  },
  name: 'io.k8s.api.apps.v1.Deployment',
  fields: {
    spec: ref<DeploymentSpec>(DeploymentSpec, 2).alwaysThere(),
    status: ref<DeploymentStatus>(DeploymentStatus, 3).alwaysThere(),
  },
});
export interface Deployment extends Infer<typeof Deployment> {}
