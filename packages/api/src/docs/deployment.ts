/** What `kubectl explain` says of Deployments. */
import type { FieldDocs } from '@pintle/machinery';

const apps = (type: string) => `io.k8s.api.apps.v1.${type}`;

export const deploymentDocs: FieldDocs = {
  [apps('Deployment')]: {
    about: 'Keeps a number of like pods running, and replaces them step by step when their template changes.',
    fields: {
      apiVersion: 'Version of this notation: apps/v1.',
      kind: 'The kind: Deployment.',
      metadata: 'Name, labels and other metadata.',
      spec: 'How many of which pods, and how they are replaced.',
      status: 'How far it has come.',
    },
  },
  [apps('DeploymentSpec')]: {
    about: 'How many of which pods, and how they are replaced.',
    fields: {
      minReadySeconds: 'Seconds that a new pod must be ready before it counts as available. Default 0.',
      paused: 'Whether changes of the template wait.',
      progressDeadlineSeconds: 'Seconds without progress after which the rollout counts as failed. Default 600.',
      replicas: 'How many pods. Default 1.',
      revisionHistoryLimit: 'Old ReplicaSets kept to go back to. Default 10.',
      selector: 'Which pods are its own; must match the labels of the template, and cannot be changed.',
      strategy: 'How old pods are replaced by new ones.',
      template: 'The pods to make.',
    },
  },
  [apps('DeploymentStrategy')]: {
    about: 'How old pods are replaced by new ones.',
    fields: {
      rollingUpdate: 'The pace of a rolling update.',
      type: 'RollingUpdate (default), or Recreate: all old pods go before new ones come.',
    },
  },
  [apps('RollingUpdateDeployment')]: {
    about: 'The pace of a rolling update.',
    fields: {
      maxSurge: 'Pods more than wished for at a time, as a number or percentage (rounded up). Default 25%.',
      maxUnavailable: 'Pods fewer than wished for at a time, as a number or percentage (rounded down). Default 25%.',
    },
  },
  [apps('DeploymentStatus')]: {
    about: 'How far it has come.',
    fields: {
      availableReplicas: 'Pods ready for at least minReadySeconds.',
      collisionCount: 'How often the name of a ReplicaSet was taken; part of the next name.',
      conditions: 'Available, Progressing and ReplicaFailure: whether, since when and why.',
      observedGeneration: 'The generation of the spec that this status is of.',
      readyReplicas: 'Pods that are ready.',
      replicas: 'Pods that there are.',
      terminatingReplicas: 'Pods that are ending.',
      unavailableReplicas: 'Pods that are still missing for all to be available.',
      updatedReplicas: 'Pods of the newest template.',
    },
  },
  [apps('DeploymentCondition')]: {
    about: 'One thing that is or is not so of a Deployment.',
    fields: {
      lastTransitionTime: 'When the status last changed.',
      lastUpdateTime: 'When it was last written.',
      message: 'Why, for people.',
      reason: 'Why, in one word, as ProgressDeadlineExceeded.',
      status: 'True, False or Unknown.',
      type: 'Available, Progressing or ReplicaFailure.',
    },
  },
};
