/**
 * What a put may do, kind by kind, as upstream's strategies have it: make an object that is not there, and change one
 * without saying which version of it. Read when the built-in kinds are put together.
 */
import type { Strategy } from '@pintle/machinery';

const madeByUpdate: ReadonlySet<string> = new Set([
  '/Endpoints',
  '/Event',
  '/LimitRange',
  '/Service',
  'coordination.k8s.io/Lease',
  'coordination.k8s.io/LeaseCandidate',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);

const changedByVersion: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'coordination.k8s.io/Lease',
  'coordination.k8s.io/LeaseCandidate',
  'node.k8s.io/RuntimeClass',
  'policy/PodDisruptionBudget',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'storage.k8s.io/VolumeAttachment',
]);

// biome-ignore lint/suspicious/noExplicitAny: each strategy is of its own kind.
export function withUpdateRules(id: string, strategy: Strategy<any> | undefined): Strategy<any> | undefined {
  const [made, byVersion] = [madeByUpdate.has(id), changedByVersion.has(id)];
  if (!made && !byVersion) return strategy;
  return {
    ...strategy,
    ...(made ? { allowCreateOnUpdate: true } : {}),
    ...(byVersion ? { allowUnconditionalUpdate: false } : {}),
  };
}
