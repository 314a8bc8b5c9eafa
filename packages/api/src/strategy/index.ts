/** The strategy of each kind that has one, by `group/Kind`. */
import type { Strategy } from '@pintle/machinery';
import { apiServiceStrategy } from './api-service.js';
import { autoscalerStrategy } from './autoscaler.js';
import { certificateSigningRequestStrategy } from './certificate-signing-request.js';
import { controllerRevisionStrategy } from './controller-revision.js';
import { cronJobStrategy } from './cron-job.js';
import { customResourceDefinitionStrategy } from './custom-resource-definition.js';
import { daemonSetStrategy } from './daemon-set.js';
import { jobStrategy } from './job.js';
import { limitRangeStrategy } from './limit-range.js';
import { namespaceStrategy } from './namespace.js';
import { nodeStrategy } from './node.js';
import { podStrategy } from './pod.js';
import { podDisruptionBudgetStrategy } from './pod-disruption-budget.js';
import { podSubresources } from './pod-subresources.js';
import { rbacStrategies } from './rbac.js';
import { replicationControllerStrategy } from './replication-controller.js';
import { resourceQuotaStrategy } from './resource-quota.js';
import { secretStrategy } from './secret.js';
import { serviceStrategy } from './service.js';
import { statefulSetStrategy } from './stateful-set.js';
import { deploymentStrategy, replicaSetStrategy, specGeneration } from './workloads.js';

// biome-ignore lint/suspicious/noExplicitAny: each strategy is of its own kind.
type AnyStrategy = Strategy<any>;

export const strategies: Readonly<Record<string, AnyStrategy>> = {
  '/Pod': { ...podStrategy, subresources: podSubresources },
  '/Node': nodeStrategy,
  '/Namespace': namespaceStrategy,
  '/Secret': secretStrategy,
  '/Service': serviceStrategy,
  '/LimitRange': limitRangeStrategy,
  '/ResourceQuota': resourceQuotaStrategy,
  '/ReplicationController': replicationControllerStrategy,
  '/Endpoints': { allowCreateOnUpdate: true },
  '/Event': { allowCreateOnUpdate: true },
  'coordination.k8s.io/Lease': { allowCreateOnUpdate: true, allowUnconditionalUpdate: false },
  'apps/Deployment': deploymentStrategy,
  'apps/ReplicaSet': replicaSetStrategy,
  'apps/StatefulSet': statefulSetStrategy,
  'apps/ControllerRevision': controllerRevisionStrategy,
  'apps/DaemonSet': daemonSetStrategy,
  'autoscaling/HorizontalPodAutoscaler': autoscalerStrategy,
  'batch/Job': jobStrategy,
  'batch/CronJob': cronJobStrategy,
  'networking.k8s.io/Ingress': specGeneration,
  'networking.k8s.io/NetworkPolicy': specGeneration,
  'policy/PodDisruptionBudget': podDisruptionBudgetStrategy,
  'discovery.k8s.io/EndpointSlice': {
    generationChanged: (object, old) => object.endpoints !== old.endpoints || object.ports !== old.ports,
  },
  'scheduling.k8s.io/PriorityClass': { generationChanged: () => false },
  'certificates.k8s.io/CertificateSigningRequest': certificateSigningRequestStrategy,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinitionStrategy,
  'apiregistration.k8s.io/APIService': apiServiceStrategy,
  ...rbacStrategies,
};
