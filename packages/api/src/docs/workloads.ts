/** What `kubectl explain` says of ReplicaSets, StatefulSets and DaemonSets. */
import type { FieldDocs } from '@pintle/machinery';
import { conditionFields, kindFields } from './fields.js';

const apps = (type: string) => `io.k8s.api.apps.v1.${type}`;
const core = (type: string) => `io.k8s.api.core.v1.${type}`;

export const workloadDocs: FieldDocs = {
  [apps('ReplicaSet')]: {
    about: 'Keeps a number of like pods running. Mostly made by a Deployment.',
    fields: {
      ...kindFields('apps/v1', 'ReplicaSet'),
      spec: 'How many of which pods.',
      status: 'How many there are.',
    },
  },
  [apps('ReplicaSetSpec')]: {
    about: 'How many of which pods.',
    fields: {
      minReadySeconds: 'Seconds that a new pod must be ready before it counts as available. Default 0.',
      replicas: 'How many pods. Default 1.',
      selector: 'Which pods are its own; must match the labels of the template, and cannot be changed.',
      template: 'The pods to make.',
    },
  },
  [apps('ReplicaSetStatus')]: {
    about: 'How many pods there are.',
    fields: {
      availableReplicas: 'Pods ready for at least minReadySeconds.',
      conditions: 'ReplicaFailure: whether, since when and why.',
      fullyLabeledReplicas: 'Pods with all labels of the template.',
      observedGeneration: 'The generation of the spec that this status is of.',
      readyReplicas: 'Pods that are ready.',
      replicas: 'Pods that there are.',
      terminatingReplicas: 'Pods that are ending.',
    },
  },
  [apps('ReplicaSetCondition')]: {
    about: 'One thing that is or is not so of a ReplicaSet.',
    fields: {
      ...conditionFields('ReplicaFailure: pods could not be made or deleted.'),
    },
  },
  [apps('StatefulSet')]: {
    about: 'Keeps pods with names and storage of their own, made and replaced one after the other.',
    fields: {
      ...kindFields('apps/v1', 'StatefulSet'),
      spec: 'How many of which pods, with which storage, in which order.',
      status: 'How far it has come.',
    },
  },
  [apps('StatefulSetSpec')]: {
    about: 'How many of which pods, with which storage, in which order.',
    fields: {
      minReadySeconds: 'Seconds that a new pod must be ready before it counts as available. Default 0.',
      ordinals: 'Which numbers the pods have.',
      persistentVolumeClaimRetentionPolicy: 'What becomes of claims when their pods go for good. Default: they stay.',
      podManagementPolicy: 'OrderedReady (default): one pod after the other; Parallel: all at once.',
      replicas: 'How many pods. Default 1.',
      revisionHistoryLimit: 'Old templates kept to go back to. Default 10.',
      selector: 'Which pods are its own; must match the labels of the template, and cannot be changed.',
      serviceName: 'The headless Service that gives each pod its name in DNS.',
      template: 'The pods to make; each is named after the set and its number.',
      updateStrategy: 'How pods are replaced when the template changes.',
      volumeClaimTemplates: 'Claims that each pod gets for itself, and keeps when it is replaced.',
    },
  },
  [apps('StatefulSetOrdinals')]: {
    about: 'Which numbers the pods have.',
    fields: {
      start: 'The number of the first pod. Default 0.',
    },
  },
  [apps('StatefulSetPersistentVolumeClaimRetentionPolicy')]: {
    about: 'What becomes of claims.',
    fields: {
      whenDeleted: 'When the set is deleted: Retain (default) or Delete.',
      whenScaled: 'When the set becomes smaller: Retain (default) or Delete.',
    },
  },
  [apps('StatefulSetUpdateStrategy')]: {
    about: 'How pods are replaced when the template changes.',
    fields: {
      rollingUpdate: 'The pace of a rolling update.',
      type: 'RollingUpdate (default), or OnDelete: only when somebody deletes a pod.',
    },
  },
  [apps('RollingUpdateStatefulSetStrategy')]: {
    about: 'The pace of a rolling update.',
    fields: {
      maxUnavailable: 'Pods that may be missing at a time, as a number or percentage. Default 1.',
      partition: 'Pods with lower numbers keep the old template. Default 0.',
    },
  },
  [apps('StatefulSetStatus')]: {
    about: 'How far it has come.',
    fields: {
      availableReplicas: 'Pods ready for at least minReadySeconds.',
      collisionCount: 'How often the name of a revision was taken.',
      conditions: 'What else is or is not so.',
      currentReplicas: 'Pods of the old template.',
      currentRevision: 'The ControllerRevision of the old template.',
      observedGeneration: 'The generation of the spec that this status is of.',
      readyReplicas: 'Pods that are ready.',
      replicas: 'Pods that there are.',
      updateRevision: 'The ControllerRevision of the newest template.',
      updatedReplicas: 'Pods of the newest template.',
    },
  },
  [apps('StatefulSetCondition')]: {
    about: 'One thing that is or is not so of a StatefulSet.',
    fields: {
      ...conditionFields('What it is about.'),
    },
  },
  [apps('DaemonSet')]: {
    about: 'Keeps one pod on every node, or on those that it selects.',
    fields: {
      ...kindFields('apps/v1', 'DaemonSet'),
      spec: 'Which pod, on which nodes.',
      status: 'How far it has come.',
    },
  },
  [apps('DaemonSetSpec')]: {
    about: 'Which pod, on which nodes.',
    fields: {
      minReadySeconds: 'Seconds that a new pod must be ready before it counts as available. Default 0.',
      revisionHistoryLimit: 'Old templates kept to go back to. Default 10.',
      selector: 'Which pods are its own; must match the labels of the template, and cannot be changed.',
      template: 'The pod to make; its nodeSelector, affinity and tolerations say on which nodes.',
      updateStrategy: 'How pods are replaced when the template changes.',
    },
  },
  [apps('DaemonSetUpdateStrategy')]: {
    about: 'How pods are replaced when the template changes.',
    fields: {
      rollingUpdate: 'The pace of a rolling update.',
      type: 'RollingUpdate (default), or OnDelete: only when somebody deletes a pod.',
    },
  },
  [apps('RollingUpdateDaemonSet')]: {
    about: 'The pace of a rolling update.',
    fields: {
      maxSurge: 'Nodes that may have an old and a new pod at a time, as a number or percentage. Default 0.',
      maxUnavailable: 'Nodes that may be without a ready pod at a time, as a number or percentage. Default 1.',
    },
  },
  [apps('DaemonSetStatus')]: {
    about: 'How far it has come.',
    fields: {
      collisionCount: 'How often the name of a revision was taken.',
      conditions: 'What else is or is not so.',
      currentNumberScheduled: 'Nodes that should have a pod and do.',
      desiredNumberScheduled: 'Nodes that should have a pod.',
      numberAvailable: 'Nodes whose pod is ready for at least minReadySeconds.',
      numberMisscheduled: 'Nodes that have a pod and should not.',
      numberReady: 'Nodes whose pod is ready.',
      numberUnavailable: 'Nodes that should have a pod and whose pod is not available.',
      observedGeneration: 'The generation of the spec that this status is of.',
      updatedNumberScheduled: 'Nodes whose pod is of the newest template.',
    },
  },
  [apps('DaemonSetCondition')]: {
    about: 'One thing that is or is not so of a DaemonSet.',
    fields: {
      ...conditionFields('What it is about.'),
    },
  },
  [core('PodTemplateSpec')]: {
    about: 'The pods to make.',
    fields: {
      metadata: 'The labels and annotations of the pods.',
      spec: 'What is to run in them, and how.',
    },
  },
};
