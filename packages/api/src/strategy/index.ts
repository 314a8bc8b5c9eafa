/** The strategy of each kind that has one, by `group/Kind`. */
import type { Strategy } from '@pintle/machinery';
import { admissionPolicyBindingStrategy, admissionPolicyStrategy } from './admission-policies.js';
import { apiServiceStrategy } from './api-service.js';
import { autoscalerStrategy } from './autoscaler.js';
import { certificateSigningRequestStrategy } from './certificate-signing-request.js';
import { priorityClassStrategy, runtimeClassStrategy } from './classes.js';
import { clusterTrustBundleStrategy } from './cluster-trust-bundle.js';
import { configMapStrategy } from './config-map.js';
import { controllerRevisionStrategy } from './controller-revision.js';
import { cronJobStrategy } from './cron-job.js';
import { customResourceDefinitionStrategy } from './custom-resource-definition.js';
import { daemonSetStrategy } from './daemon-set.js';
import { deviceClassStrategy, resourceClaimStrategy, resourceClaimTemplateStrategy } from './device-claims.js';
import { resourceSliceStrategy } from './devices/resource-slice.js';
import { endpointSliceStrategy } from './endpoint-slice.js';
import { endpointsStrategy } from './endpoints.js';
import { eventStrategy } from './event.js';
import { flowSchemaStrategy, priorityLevelStrategy } from './flow-control.js';
import { ingressClassStrategy, ingressStrategy } from './ingress.js';
import { jobStrategy } from './job.js';
import { leaseCandidateStrategy, leaseStrategy } from './leases.js';
import { limitRangeStrategy } from './limit-range.js';
import { mutatingPolicyBindingStrategy, mutatingPolicyStrategy } from './mutating-policies.js';
import { namespaceStrategy } from './namespace.js';
import { networkPolicyStrategy } from './network-policy.js';
import { nodeStrategy } from './node.js';
import { persistentVolumeStrategy } from './persistent-volume.js';
import { persistentVolumeClaimStrategy } from './persistent-volume-claim.js';
import { podStrategy } from './pod.js';
import { podDisruptionBudgetStrategy } from './pod-disruption-budget.js';
import { podSubresources } from './pod-subresources.js';
import { podTemplateStrategy } from './pod-template.js';
import { rbacStrategies } from './rbac.js';
import { replicationControllerStrategy } from './replication-controller.js';
import { resourceQuotaStrategy } from './resource-quota.js';
import { secretStrategy } from './secret.js';
import { serviceStrategy } from './service.js';
import { serviceAccountStrategy } from './service-account.js';
import { ipAddressStrategy, serviceCidrStrategy } from './service-ranges.js';
import { statefulSetStrategy } from './stateful-set.js';
import {
  csiDriverStrategy,
  csiNodeStrategy,
  csiStorageCapacityStrategy,
  storageClassStrategy,
  volumeAttachmentStrategy,
  volumeAttributesClassStrategy,
} from './storage.js';
import { webhookConfigurationStrategy } from './webhook-configurations.js';
import { deploymentStrategy, replicaSetStrategy } from './workloads.js';

// biome-ignore lint/suspicious/noExplicitAny: each strategy is of its own kind.
type AnyStrategy = Strategy<any>;

export const strategies: Readonly<Record<string, AnyStrategy>> = {
  '/Pod': { ...podStrategy, subresources: podSubresources },
  '/Node': nodeStrategy,
  '/Namespace': namespaceStrategy,
  '/Secret': secretStrategy,
  '/Service': serviceStrategy,
  '/ServiceAccount': serviceAccountStrategy,
  '/LimitRange': limitRangeStrategy,
  '/ResourceQuota': resourceQuotaStrategy,
  '/ReplicationController': replicationControllerStrategy,
  '/ConfigMap': configMapStrategy,
  '/Endpoints': endpointsStrategy,
  '/Event': eventStrategy,
  '/PersistentVolume': persistentVolumeStrategy,
  '/PersistentVolumeClaim': persistentVolumeClaimStrategy,
  '/PodTemplate': podTemplateStrategy,
  'coordination.k8s.io/Lease': leaseStrategy,
  'coordination.k8s.io/LeaseCandidate': leaseCandidateStrategy,
  'apps/Deployment': deploymentStrategy,
  'apps/ReplicaSet': replicaSetStrategy,
  'apps/StatefulSet': statefulSetStrategy,
  'apps/ControllerRevision': controllerRevisionStrategy,
  'apps/DaemonSet': daemonSetStrategy,
  'autoscaling/HorizontalPodAutoscaler': autoscalerStrategy,
  'batch/Job': jobStrategy,
  'batch/CronJob': cronJobStrategy,
  'networking.k8s.io/Ingress': ingressStrategy,
  'networking.k8s.io/IngressClass': ingressClassStrategy,
  'networking.k8s.io/NetworkPolicy': networkPolicyStrategy,
  'networking.k8s.io/IPAddress': ipAddressStrategy,
  'networking.k8s.io/ServiceCIDR': serviceCidrStrategy,
  'node.k8s.io/RuntimeClass': runtimeClassStrategy,
  'policy/PodDisruptionBudget': podDisruptionBudgetStrategy,
  'discovery.k8s.io/EndpointSlice': endpointSliceStrategy,
  'scheduling.k8s.io/PriorityClass': priorityClassStrategy,
  'certificates.k8s.io/CertificateSigningRequest': certificateSigningRequestStrategy,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinitionStrategy,
  'apiregistration.k8s.io/APIService': apiServiceStrategy,
  'certificates.k8s.io/ClusterTrustBundle': clusterTrustBundleStrategy,
  'storage.k8s.io/StorageClass': storageClassStrategy,
  'storage.k8s.io/VolumeAttributesClass': volumeAttributesClassStrategy,
  'storage.k8s.io/CSIDriver': csiDriverStrategy,
  'storage.k8s.io/CSINode': csiNodeStrategy,
  'storage.k8s.io/CSIStorageCapacity': csiStorageCapacityStrategy,
  'storage.k8s.io/VolumeAttachment': volumeAttachmentStrategy,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchemaStrategy,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevelStrategy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': mutatingPolicyStrategy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': mutatingPolicyBindingStrategy,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookConfigurationStrategy,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookConfigurationStrategy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': admissionPolicyStrategy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': admissionPolicyBindingStrategy,
  'resource.k8s.io/DeviceClass': deviceClassStrategy,
  'resource.k8s.io/ResourceClaim': resourceClaimStrategy,
  'resource.k8s.io/ResourceClaimTemplate': resourceClaimTemplateStrategy,
  'resource.k8s.io/ResourceSlice': resourceSliceStrategy,
  ...rbacStrategies,
};
