/** What `kubectl explain` says of ConfigMaps, Secrets, ServiceAccounts and Namespaces. */
import type { FieldDocs } from '@pintle/machinery';
import { conditionFields, kindFields } from './fields.js';

const core = (type: string) => `io.k8s.api.core.v1.${type}`;

export const configurationDocs: FieldDocs = {
  [core('ConfigMap')]: {
    about: 'Settings for pods, as keys and texts.',
    fields: {
      ...kindFields('v1', 'ConfigMap'),
      binaryData: 'Keys and bytes, in Base64.',
      data: 'Keys and texts.',
      immutable: 'Whether nothing in it can change any more. Default false.',
    },
  },
  [core('Secret')]: {
    about: 'Settings for pods that not everybody should see.',
    fields: {
      ...kindFields('v1', 'Secret'),
      data: 'Keys and bytes, in Base64.',
      immutable: 'Whether nothing in it can change any more. Default false.',
      stringData: 'Keys and texts, for writing only; they become data.',
      type: 'What it is for, as kubernetes.io/tls; says which keys there must be. Default Opaque.',
    },
  },
  [core('ServiceAccount')]: {
    about: 'Whom pods act as.',
    fields: {
      ...kindFields('v1', 'ServiceAccount'),
      automountServiceAccountToken: 'Whether its pods find a token. Default true.',
      imagePullSecrets: 'Secrets that its pods pull images with.',
      secrets: 'Secrets that its pods may use.',
    },
  },
  [core('Namespace')]: {
    about: 'A part of the cluster with names of its own.',
    fields: {
      ...kindFields('v1', 'Namespace'),
      spec: 'What must be done before it goes.',
      status: 'Whether it is going.',
    },
  },
  [core('NamespaceSpec')]: {
    about: 'What must be done before it goes.',
    fields: {
      finalizers: 'Who has still to do something.',
    },
  },
  [core('NamespaceStatus')]: {
    about: 'Whether it is going.',
    fields: {
      conditions: 'What keeps it from going.',
      phase: 'Active or Terminating.',
    },
  },
  [core('NamespaceCondition')]: {
    about: 'One thing that is or is not so of a namespace.',
    fields: {
      ...conditionFields('NamespaceDeletionContentFailure and others.'),
    },
  },
  [core('LocalObjectReference')]: {
    about: 'An object of this namespace.',
    fields: {
      name: 'Its name.',
    },
  },
  [core('ObjectReference')]: {
    about: 'An object.',
    fields: {
      apiVersion: 'Its group and version.',
      fieldPath: 'A part of it, as spec.containers{main}.',
      kind: 'Its kind.',
      name: 'Its name.',
      namespace: 'Its namespace.',
      resourceVersion: 'Its version.',
      uid: 'Its UID.',
    },
  },
};
