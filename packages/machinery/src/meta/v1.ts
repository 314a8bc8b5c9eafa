/**
 * `meta/v1`: what every object carries. Source: apimachinery `meta/v1` of Kubernetes 1.33; field numbers are
 * those of its protobuf encoding.
 */
import { any, boolean, type Infer, int64, list, map, object, ref, string, time } from '../schema/schema.js';

const named = (kind: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`;

export const OwnerReference = object(
  () => ({
    kind: string(1).required(),
    name: string(3).required(),
    uid: string(4).required(),
    apiVersion: string(5).required(),
    controller: boolean(6).pointer(),
    blockOwnerDeletion: boolean(7).pointer(),
  }),
  named('OwnerReference'),
).atomic();
export interface OwnerReference extends Infer<typeof OwnerReference> {}

export const ManagedFieldsEntry = object(
  () => ({
    manager: string(1),
    operation: string(2),
    apiVersion: string(3),
    time: time(4),
    fieldsType: string(6),
    fieldsV1: any(7, named('FieldsV1')),
    subresource: string(8),
  }),
  named('ManagedFieldsEntry'),
);
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}

export const ObjectMeta = object(
  () => ({
    name: string(1),
    generateName: string(2),
    namespace: string(3),
    selfLink: string(4),
    uid: string(5),
    resourceVersion: string(6),
    generation: int64(7),
    creationTimestamp: time(8).alwaysThere(),
    deletionTimestamp: time(9),
    deletionGracePeriodSeconds: int64(10).pointer(),
    labels: map(string(), 11),
    annotations: map(string(), 12),
    ownerReferences: list(ref<OwnerReference>(OwnerReference), 13).byKeys('uid').mergeBy('uid'),
    finalizers: list(string(), 14).asSet().mergeBy(),
    managedFields: list(ref<ManagedFieldsEntry>(ManagedFieldsEntry), 17).atomic(),
  }),
  named('ObjectMeta'),
);
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}

/** What every object of the API is. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export const ListMeta = object(
  { selfLink: string(1), resourceVersion: string(2), continue: string(3), remainingItemCount: int64(4).pointer() },
  named('ListMeta'),
);
export interface ListMeta extends Infer<typeof ListMeta> {}

export const Condition = object(
  () => ({
    type: string(1).required(),
    status: string(2).required().enum('True', 'False', 'Unknown'),
    observedGeneration: int64(3),
    lastTransitionTime: time(4).required(),
    reason: string(5).required(),
    message: string(6).required(),
  }),
  named('Condition'),
);
export interface Condition extends Infer<typeof Condition> {}

export const LabelSelectorRequirement = object(
  { key: string(1).required(), operator: string(2).required(), values: list(string(), 3).atomic() },
  named('LabelSelectorRequirement'),
);
export interface LabelSelectorRequirement extends Infer<typeof LabelSelectorRequirement> {}

export const LabelSelector = object(
  () => ({
    matchLabels: map(string(), 1),
    matchExpressions: list(ref<LabelSelectorRequirement>(LabelSelectorRequirement), 2).atomic(),
  }),
  named('LabelSelector'),
).atomic();
export interface LabelSelector extends Infer<typeof LabelSelector> {}

export const Preconditions = object(
  { uid: string(1).pointer(), resourceVersion: string(2).pointer() },
  named('Preconditions'),
);
export interface Preconditions extends Infer<typeof Preconditions> {}

export const DeleteOptions = object(
  () => ({
    apiVersion: string(),
    kind: string(),
    gracePeriodSeconds: int64(1).pointer(),
    preconditions: ref<Preconditions>(Preconditions, 2),
    orphanDependents: boolean(3).pointer(),
    propagationPolicy: string(4).pointer(),
    dryRun: list(string(), 5).atomic(),
    ignoreStoreReadErrorWithClusterBreakingPotential: boolean(6),
  }),
  named('DeleteOptions'),
);
export interface DeleteOptions extends Infer<typeof DeleteOptions> {}

export const FieldSelectorRequirement = object(
  { key: string(1).required(), operator: string(2).required(), values: list(string(), 3).atomic() },
  named('FieldSelectorRequirement'),
);
export interface FieldSelectorRequirement extends Infer<typeof FieldSelectorRequirement> {}
