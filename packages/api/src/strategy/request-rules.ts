/**
 * What differs from kind to kind in how a request for an object is taken: whether a put creates, whether it must say the
 * version that it goes out from, and what answers a deletion. Of upstream's registries; the kinds' other rules are their strategies'.
 */
import type { Strategy } from '@pintle/machinery';

type RequestRules = Pick<Strategy, 'allowCreateOnUpdate' | 'allowUnconditionalUpdate' | 'returnsDeleted'>;

const created: RequestRules = { allowCreateOnUpdate: true };
const versioned: RequestRules = { allowUnconditionalUpdate: false };
const returned: RequestRules = { returnsDeleted: true };

/** By `group/Kind`; what is not here creates by create alone, overwrites any version, and answers a deletion with a Status. */
export const requestRules: Readonly<Record<string, RequestRules>> = {
  '/Endpoints': created,
  '/Event': created,
  '/LimitRange': created,
  '/Namespace': returned,
  '/PersistentVolume': returned,
  '/PersistentVolumeClaim': returned,
  '/Pod': returned,
  '/PodTemplate': returned,
  '/ResourceQuota': returned,
  '/Service': { ...created, ...returned },
  '/ServiceAccount': returned,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': versioned,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': versioned,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': versioned,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': versioned,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': versioned,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': versioned,
  'apiextensions.k8s.io/CustomResourceDefinition': versioned,
  'apiregistration.k8s.io/APIService': versioned,
  'certificates.k8s.io/ClusterTrustBundle': versioned,
  'coordination.k8s.io/Lease': { ...created, ...versioned },
  'coordination.k8s.io/LeaseCandidate': { ...created, ...versioned },
  'node.k8s.io/RuntimeClass': { ...created, ...versioned },
  'policy/PodDisruptionBudget': versioned,
  'rbac.authorization.k8s.io/ClusterRole': created,
  'rbac.authorization.k8s.io/ClusterRoleBinding': created,
  'rbac.authorization.k8s.io/Role': created,
  'rbac.authorization.k8s.io/RoleBinding': created,
  'resource.k8s.io/DeviceClass': returned,
  'resource.k8s.io/ResourceClaim': returned,
  'resource.k8s.io/ResourceClaimTemplate': returned,
  'resource.k8s.io/ResourceSlice': returned,
  'storage.k8s.io/CSIDriver': { ...versioned, ...returned },
  'storage.k8s.io/CSINode': { ...versioned, ...returned },
  'storage.k8s.io/CSIStorageCapacity': versioned,
  'storage.k8s.io/StorageClass': returned,
  'storage.k8s.io/VolumeAttachment': { ...versioned, ...returned },
  'storage.k8s.io/VolumeAttributesClass': returned,
};
