/** What kube-controller-manager runs, each controller on its own, and all of them as `builtinControllers()`. */
import { StorageVersion } from '@pintle/api/apiserverinternal/v1alpha1';
import { ResourceClaim } from '@pintle/api/resource/v1beta1';
import { VolumeAttributesClass } from '@pintle/api/storage/v1beta1';
import type { Controller, Runnable } from '@pintle/controller-runtime';
import type { KindRef } from '@pintle/machinery';
import { admissionPolicyStatusController } from './admission-policy-status/index.js';
import { bootstrapSignerController, tokenCleanerController } from './bootstrap-token/index.js';
import {
  type CertificateSigner,
  csrApprovingController,
  csrCleanerController,
  csrSigningController,
} from './certificates/index.js';
import { clusterRoleAggregationController } from './cluster-role-aggregation/index.js';
import { cronJobController } from './cronjob/index.js';
import { daemonSetController } from './daemonset/index.js';
import { deploymentController } from './deployment/index.js';
import { disruptionController, staleDisruptionController } from './disruption/index.js';
import { endpointSliceController } from './endpoint-slice/index.js';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/index.js';
import { endpointsController } from './endpoints/index.js';
import { garbageCollector } from './garbage-collector/index.js';
import { horizontalPodAutoscalerController, type MetricsSource } from './horizontal-pod-autoscaler/index.js';
import { jobController } from './job/index.js';
import { namespaceController } from './namespace/index.js';
import { nodeIpamController } from './node-ipam/index.js';
import { nodeLifecycleController } from './node-lifecycle/index.js';
import { nodeTtlController } from './node-ttl/index.js';
import { podGcController } from './pod-gc/index.js';
import { replicaSetController } from './replicaset/index.js';
import { replicationController } from './replication/index.js';
import { podResourceClaimController, resourceClaimController } from './resource-claim/index.js';
import { resourceQuotaController } from './resource-quota/index.js';
import { rootCaController } from './root-ca/index.js';
import { serviceAccountController } from './service-account/index.js';
import { legacyTokenCleanerController, serviceAccountTokenController } from './service-account-token/index.js';
import { serviceCidrController } from './service-cidr/index.js';
import { statefulSetController } from './statefulset/index.js';
import { storageVersionGcController } from './storage-version-gc/index.js';
import { taintEvictionController } from './taint-eviction/index.js';
import { ttlAfterFinishedController } from './ttl-after-finished/index.js';
import { pvcProtectionController, pvProtectionController, vacProtectionController } from './volume-protection/index.js';

export * from './admission-policy-status/index.js';
export * from './bootstrap-token/index.js';
export * from './certificates/index.js';
export * from './cluster-role-aggregation/index.js';
export * from './cronjob/index.js';
export * from './daemonset/index.js';
export * from './deployment/index.js';
export * from './disruption/index.js';
export * from './endpoint-slice/index.js';
export * from './endpoint-slice-mirroring/index.js';
export * from './endpoints/index.js';
export * from './garbage-collector/index.js';
export * from './horizontal-pod-autoscaler/index.js';
export * from './job/index.js';
export * from './namespace/index.js';
export * from './node-ipam/index.js';
export * from './node-lifecycle/index.js';
export * from './node-ttl/index.js';
export * from './pod-facts.js';
export * from './pod-gc/index.js';
export * from './replicaset/index.js';
export * from './replication/index.js';
export * from './resource-claim/index.js';
export * from './resource-quota/index.js';
export * from './root-ca/index.js';
export * from './service-account/index.js';
export * from './service-account-token/index.js';
export * from './service-cidr/index.js';
export * from './statefulset/index.js';
export * from './storage-version-gc/index.js';
export * from './taint-eviction/index.js';
export * from './ttl-after-finished/index.js';
export * from './volume-protection/index.js';

export interface BuiltinControllersOptions {
  /** Every kind that objects can be of, for those that look at all of them. */
  readonly kinds: () => readonly KindRef[];
  /** The same, asked of the server before a namespace is found empty, where `kinds` may be late. `kinds` unless given. */
  readonly kindsNow?: () => Promise<readonly KindRef[]>;
  /** Only these, by name; all of them unless given. */
  readonly only?: readonly string[];
  /** PEM, for pods to trust the API server by. Empty for a server without a socket. */
  readonly rootCertificate?: string;
  /** What autoscalers ask in the place of the API server's `metrics.k8s.io` and its like. */
  readonly metrics?: Partial<MetricsSource>;
  /** Signs approved CertificateSigningRequests; without it nobody does. */
  readonly certificateSigner?: CertificateSigner;
  /** The ranges that pods' addresses are from; without any, nodes are given no parts of them. */
  readonly clusterCidrs?: readonly string[];
}

export interface BuiltinControllers {
  readonly controllers: readonly Controller[];
  readonly runnables: readonly Runnable[];
}

/** The names of all of them, for whoever chooses some. */
export function builtinControllerNames(): readonly string[] {
  const certificateSigner: CertificateSigner = {
    sign: () => Promise.reject(new Error('this one is here for its name only')),
  };
  const { controllers, runnables } = builtinControllers({
    kinds: () => [ResourceClaim, StorageVersion, VolumeAttributesClass],
    certificateSigner,
    clusterCidrs: ['10.244.0.0/16'],
  });
  return [...controllers.map(({ options }) => options.name), ...runnables.map(({ name }) => name)];
}

export function builtinControllers({
  kinds,
  kindsNow,
  only,
  rootCertificate = '',
  metrics,
  certificateSigner,
  clusterCidrs = [],
}: BuiltinControllersOptions): BuiltinControllers {
  const wanted = (name: string) => only === undefined || only.includes(name);
  const serves = (group: string, plural?: string) =>
    kinds().some((kind) => kind.group === group && (plural ?? kind.plural) === kind.plural);
  const controllers = [
    deploymentController(),
    replicaSetController(),
    replicationController(),
    statefulSetController(),
    daemonSetController(),
    disruptionController({ kinds }),
    staleDisruptionController(),
    jobController(),
    ttlAfterFinishedController(),
    cronJobController(),
    horizontalPodAutoscalerController({ kinds, ...(metrics === undefined ? {} : { metrics }) }),
    endpointSliceController(),
    endpointSliceMirroringController(),
    endpointsController(),
    namespaceController({ kinds: kindsNow ?? kinds }),
    serviceAccountController(),
    nodeLifecycleController(),
    taintEvictionController(),
    podGcController(),
    clusterRoleAggregationController(),
    resourceQuotaController({ kinds }),
    pvcProtectionController(),
    pvProtectionController(),
    rootCaController({ certificate: rootCertificate }),
    serviceAccountTokenController({ rootCertificate }),
    legacyTokenCleanerController(),
    bootstrapSignerController(),
    tokenCleanerController(),
    admissionPolicyStatusController(),
    serviceCidrController(),
    nodeTtlController(),
    ...(clusterCidrs.length === 0 ? [] : [nodeIpamController({ clusterCidrs })]),
    // Kinds that a server may not serve.
    ...(serves('resource.k8s.io') ? [podResourceClaimController(), resourceClaimController()] : []),
    ...(serves(StorageVersion.group) ? [storageVersionGcController()] : []),
    ...(serves(VolumeAttributesClass.group, VolumeAttributesClass.plural) ? [vacProtectionController()] : []),
    csrApprovingController(),
    csrCleanerController(),
    ...(certificateSigner === undefined ? [] : [csrSigningController({ signer: certificateSigner })]),
  ];
  return {
    controllers: controllers.filter(({ options }) => wanted(options.name)),
    runnables: [garbageCollector({ kinds })].filter(({ name }) => wanted(name)),
  };
}
