/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, bytes, defineKind, type Infer, list, map, ref, string } from '@pintle/machinery';
import { LocalObjectReference, ObjectReference } from './reference.js';

export const ConfigMap = defineKind({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  name: 'io.k8s.api.core.v1.ConfigMap',
  fields: {
    binaryData: map(bytes(), 3),
    data: map(string(), 2),
    immutable: boolean(4).pointer(),
  },
});
export interface ConfigMap extends Infer<typeof ConfigMap> {}

export const Secret = defineKind({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  name: 'io.k8s.api.core.v1.Secret',
  fields: {
    data: map(bytes(), 2),
    immutable: boolean(5).pointer(),
    stringData: map(string(), 4),
    type: string(3).default('Opaque'),
  },
});
export interface Secret extends Infer<typeof Secret> {}

export const ServiceAccount = defineKind({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  otherSubresources: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  name: 'io.k8s.api.core.v1.ServiceAccount',
  fields: {
    automountServiceAccountToken: boolean(4).pointer(),
    imagePullSecrets: list(ref<LocalObjectReference>(LocalObjectReference), 3).atomic(),
    secrets: list(ref<ObjectReference>(ObjectReference), 2).byKeys('name').mergeBy('name'),
  },
});
export interface ServiceAccount extends Infer<typeof ServiceAccount> {}
