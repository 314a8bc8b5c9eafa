/** What `kubectl explain` says of HorizontalPodAutoscalers and PodDisruptionBudgets. */
import type { FieldDocs } from '@pintle/machinery';
import { conditionFields, kindFields } from './fields.js';

const autoscaling = (type: string) => `io.k8s.api.autoscaling.v2.${type}`;
const policy = (type: string) => `io.k8s.api.policy.v1.${type}`;

export const autoscalingDocs: FieldDocs = {
  [autoscaling('HorizontalPodAutoscaler')]: {
    about: 'Changes how many pods a workload has, by what they use.',
    fields: {
      ...kindFields('autoscaling/v2', 'HorizontalPodAutoscaler'),
      spec: 'What is scaled, by which metrics, within which bounds.',
      status: 'What was last measured and done.',
    },
  },
  [autoscaling('HorizontalPodAutoscalerSpec')]: {
    about: 'What is scaled, by which metrics, within which bounds.',
    fields: {
      behavior: 'How fast it grows and shrinks.',
      maxReplicas: 'At most so many pods.',
      metrics: 'What is measured; the one that wants the most pods counts. Default: 80% of the CPU that pods request.',
      minReplicas: 'At least so many pods. Default 1.',
      scaleTargetRef: 'What is scaled: an object with a scale subresource.',
    },
  },
  [autoscaling('CrossVersionObjectReference')]: {
    about: 'An object of this namespace.',
    fields: {
      apiVersion: 'Its group and version.',
      kind: 'Its kind.',
      name: 'Its name.',
    },
  },
  [autoscaling('HorizontalPodAutoscalerBehavior')]: {
    about: 'How fast it grows and shrinks.',
    fields: {
      scaleDown: 'How fast it shrinks. Default: by all, after 300 steady seconds.',
      scaleUp: 'How fast it grows. Default: by 4 pods or by double in 15 seconds, at once.',
    },
  },
  [autoscaling('HPAScalingRules')]: {
    about: 'How fast, in one direction.',
    fields: {
      policies: 'How much within how long; at least one.',
      selectPolicy:
        'Which policy counts: that of the most change (Max, default), of the least (Min), or no change (Disabled).',
      stabilizationWindowSeconds: 'Seconds looked back on, so that a passing wish is not followed.',
      tolerance: 'How far the measured may be from the wished for before anything is done. Default 0.1.',
    },
  },
  [autoscaling('HPAScalingPolicy')]: {
    about: 'How much within how long.',
    fields: {
      periodSeconds: 'Within so many seconds; at most 1800.',
      type: 'Pods: by a number; Percent: by a percentage.',
      value: 'How much; more than 0.',
    },
  },
  [autoscaling('MetricSpec')]: {
    about: 'What is measured, and what it should be.',
    fields: {
      containerResource: 'CPU or memory of one container of each pod.',
      external: 'A metric that is of no object of the cluster.',
      object: 'A metric of one other object.',
      pods: 'A metric of each pod.',
      resource: 'CPU or memory of each pod.',
      type: 'Which: ContainerResource, External, Object, Pods or Resource.',
    },
  },
  [autoscaling('MetricTarget')]: {
    about: 'What it should be.',
    fields: {
      averageUtilization: 'Percent of what pods request, on average. Of resources only.',
      averageValue: 'The amount for each pod, on average.',
      type: 'Which: Utilization, Value or AverageValue.',
      value: 'The amount as a whole.',
    },
  },
  [autoscaling('MetricIdentifier')]: {
    about: 'Which metric.',
    fields: {
      name: 'Its name.',
      selector: 'Labels that it must have.',
    },
  },
  [autoscaling('ResourceMetricSource')]: {
    about: 'CPU or memory of each pod.',
    fields: {
      name: 'The resource, as cpu.',
      target: 'What it should be.',
    },
  },
  [autoscaling('ContainerResourceMetricSource')]: {
    about: 'CPU or memory of one container of each pod.',
    fields: {
      container: 'The name of the container.',
      name: 'The resource, as cpu.',
      target: 'What it should be.',
    },
  },
  [autoscaling('PodsMetricSource')]: {
    about: 'A metric of each pod.',
    fields: {
      metric: 'Which metric.',
      target: 'What it should be, by averageValue.',
    },
  },
  [autoscaling('ObjectMetricSource')]: {
    about: 'A metric of one other object.',
    fields: {
      describedObject: 'The object.',
      metric: 'Which metric.',
      target: 'What it should be.',
    },
  },
  [autoscaling('ExternalMetricSource')]: {
    about: 'A metric that is of no object of the cluster.',
    fields: {
      metric: 'Which metric.',
      target: 'What it should be.',
    },
  },
  [autoscaling('HorizontalPodAutoscalerStatus')]: {
    about: 'What was last measured and done.',
    fields: {
      conditions: 'AbleToScale, ScalingActive and ScalingLimited: whether, since when and why.',
      currentMetrics: 'What was last measured.',
      currentReplicas: 'Pods that there are.',
      desiredReplicas: 'Pods that are wished for.',
      lastScaleTime: 'When the number last changed.',
      observedGeneration: 'The generation of the spec that this status is of.',
    },
  },
  [autoscaling('HorizontalPodAutoscalerCondition')]: {
    about: 'One thing that is or is not so of an autoscaler.',
    fields: {
      ...conditionFields('AbleToScale, ScalingActive or ScalingLimited.'),
    },
  },
  [policy('PodDisruptionBudget')]: {
    about: 'How many of some pods may be missing when somebody evicts them.',
    fields: {
      ...kindFields('policy/v1', 'PodDisruptionBudget'),
      spec: 'Which pods, and how many may be missing.',
      status: 'How many may be evicted now.',
    },
  },
  [policy('PodDisruptionBudgetSpec')]: {
    about: 'Which pods, and how many may be missing.',
    fields: {
      maxUnavailable: 'At most so many may be missing, as a number or percentage; not with minAvailable.',
      minAvailable: 'At least so many must stay, as a number or percentage; not with maxUnavailable.',
      selector: 'The pods, by their labels; all of the namespace where it is empty.',
      unhealthyPodEvictionPolicy: 'Whether pods that are not ready may go: IfHealthyBudget (default) or AlwaysAllow.',
    },
  },
  [policy('PodDisruptionBudgetStatus')]: {
    about: 'How many may be evicted now.',
    fields: {
      conditions: 'DisruptionAllowed: whether, since when and why.',
      currentHealthy: 'Pods that are ready.',
      desiredHealthy: 'Pods that must stay ready.',
      disruptedPods: 'Pods whose eviction was let through and that are still there.',
      disruptionsAllowed: 'How many may be evicted now.',
      expectedPods: 'Pods that there should be.',
      observedGeneration: 'The generation of the spec that this status is of.',
    },
  },
};
