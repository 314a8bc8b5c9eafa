/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  defineKind,
  type Infer,
  int32,
  int64,
  list,
  map,
  ObjectMeta,
  object,
  quantity,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { Affinity, Toleration, TopologySpreadConstraint } from './affinity.js';
import {
  AppArmorProfile,
  Container,
  EphemeralContainer,
  SELinuxOptions,
  SeccompProfile,
  WindowsSecurityContextOptions,
} from './container.js';
import { ContainerStatus, HostIP, PodCondition, PodIP, PodResourceClaimStatus } from './container-status.js';
import { Volume } from './persistent-volume.js';
import { LocalObjectReference, ObjectReference, ResourceRequirements } from './reference.js';

export const Binding = defineKind({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  verbs: ['create'],
  name: 'io.k8s.api.core.v1.Binding',
  fields: {
    target: ref<ObjectReference>(ObjectReference, 2).alwaysThere().required(),
  },
});
export interface Binding extends Infer<typeof Binding> {}

export const HostAlias = object(
  () => ({
    hostnames: list(string(), 2).atomic(),
    ip: string(1).required(),
  }),
  'io.k8s.api.core.v1.HostAlias',
);
export interface HostAlias extends Infer<typeof HostAlias> {}

export const PodDNSConfigOption = object(
  () => ({
    name: string(1),
    value: string(2).pointer(),
  }),
  'io.k8s.api.core.v1.PodDNSConfigOption',
);
export interface PodDNSConfigOption extends Infer<typeof PodDNSConfigOption> {}

export const PodDNSConfig = object(
  () => ({
    nameservers: list(string(), 1).atomic(),
    options: list(ref<PodDNSConfigOption>(PodDNSConfigOption), 3).atomic(),
    searches: list(string(), 2).atomic(),
  }),
  'io.k8s.api.core.v1.PodDNSConfig',
);
export interface PodDNSConfig extends Infer<typeof PodDNSConfig> {}

export const PodOS = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.core.v1.PodOS',
);
export interface PodOS extends Infer<typeof PodOS> {}

export const PodReadinessGate = object(
  () => ({
    conditionType: string(1).required(),
  }),
  'io.k8s.api.core.v1.PodReadinessGate',
);
export interface PodReadinessGate extends Infer<typeof PodReadinessGate> {}

export const PodResourceClaim = object(
  () => ({
    name: string(1).required(),
    resourceClaimName: string(3).pointer(),
    resourceClaimTemplateName: string(4).pointer(),
  }),
  'io.k8s.api.core.v1.PodResourceClaim',
);
export interface PodResourceClaim extends Infer<typeof PodResourceClaim> {}

export const PodSchedulingGate = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.core.v1.PodSchedulingGate',
);
export interface PodSchedulingGate extends Infer<typeof PodSchedulingGate> {}

export const Sysctl = object(
  () => ({
    name: string(1).required(),
    value: string(2).required(),
  }),
  'io.k8s.api.core.v1.Sysctl',
);
export interface Sysctl extends Infer<typeof Sysctl> {}

export const PodSecurityContext = object(
  () => ({
    appArmorProfile: ref<AppArmorProfile>(AppArmorProfile, 11),
    fsGroup: int64(5).pointer(),
    fsGroupChangePolicy: string(9).pointer(),
    runAsGroup: int64(6).pointer(),
    runAsNonRoot: boolean(3).pointer(),
    runAsUser: int64(2).pointer(),
    seLinuxChangePolicy: string(13).pointer(),
    seLinuxOptions: ref<SELinuxOptions>(SELinuxOptions, 1),
    seccompProfile: ref<SeccompProfile>(SeccompProfile, 10),
    supplementalGroups: list(int64(), 4).atomic(),
    supplementalGroupsPolicy: string(12).pointer(),
    sysctls: list(ref<Sysctl>(Sysctl), 7).atomic(),
    windowsOptions: ref<WindowsSecurityContextOptions>(WindowsSecurityContextOptions, 8),
  }),
  'io.k8s.api.core.v1.PodSecurityContext',
);
export interface PodSecurityContext extends Infer<typeof PodSecurityContext> {}

export const PodSpec = object(
  () => ({
    activeDeadlineSeconds: int64(5).pointer(),
    affinity: ref<Affinity>(Affinity, 18),
    automountServiceAccountToken: boolean(21).pointer(),
    containers: list(ref<Container>(Container), 2).byKeys('name').mergeBy('name').required(),
    dnsConfig: ref<PodDNSConfig>(PodDNSConfig, 26),
    dnsPolicy: string(6).enum('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None').default('ClusterFirst'),
    enableServiceLinks: boolean(30).pointer(),
    ephemeralContainers: list(ref<EphemeralContainer>(EphemeralContainer), 34).byKeys('name').mergeBy('name'),
    hostAliases: list(ref<HostAlias>(HostAlias), 23).byKeys('ip').mergeBy('ip'),
    hostIPC: boolean(13),
    hostNetwork: boolean(11),
    hostPID: boolean(12),
    hostUsers: boolean(37).pointer(),
    hostname: string(16),
    imagePullSecrets: list(ref<LocalObjectReference>(LocalObjectReference), 15).byKeys('name').mergeBy('name'),
    initContainers: list(ref<Container>(Container), 20).byKeys('name').mergeBy('name'),
    nodeName: string(10),
    nodeSelector: map(string(), 7).atomic(),
    os: ref<PodOS>(PodOS, 36),
    overhead: map(quantity(), 32),
    preemptionPolicy: string(31).pointer().enum('Never', 'PreemptLowerPriority'),
    priority: int32(25).pointer(),
    priorityClassName: string(24),
    readinessGates: list(ref<PodReadinessGate>(PodReadinessGate), 28).atomic(),
    resourceClaims: list(ref<PodResourceClaim>(PodResourceClaim), 39)
      .byKeys('name')
      .mergeBy('name', 'merge', 'retainKeys'),
    resources: ref<ResourceRequirements>(ResourceRequirements, 40),
    restartPolicy: string(3).enum('Always', 'OnFailure', 'Never').default('Always'),
    runtimeClassName: string(29).pointer(),
    schedulerName: string(19).default('default-scheduler'),
    schedulingGates: list(ref<PodSchedulingGate>(PodSchedulingGate), 38).byKeys('name').mergeBy('name'),
    securityContext: ref<PodSecurityContext>(PodSecurityContext, 14).default({}),
    serviceAccount: string(9),
    serviceAccountName: string(8),
    setHostnameAsFQDN: boolean(35).pointer(),
    shareProcessNamespace: boolean(27).pointer(),
    subdomain: string(17),
    terminationGracePeriodSeconds: int64(4).pointer().default(30),
    tolerations: list(ref<Toleration>(Toleration), 22).atomic(),
    topologySpreadConstraints: list(ref<TopologySpreadConstraint>(TopologySpreadConstraint), 33)
      .byKeys('topologyKey', 'whenUnsatisfiable')
      .mergeBy('topologyKey'),
    volumes: list(ref<Volume>(Volume), 1).byKeys('name').mergeBy('name', 'merge', 'retainKeys'),
  }),
  'io.k8s.api.core.v1.PodSpec',
);
export interface PodSpec extends Infer<typeof PodSpec> {}

export const PodStatus = object(
  () => ({
    conditions: list(ref<PodCondition>(PodCondition), 2).byKeys('type').mergeBy('type'),
    containerStatuses: list(ref<ContainerStatus>(ContainerStatus), 8).atomic(),
    ephemeralContainerStatuses: list(ref<ContainerStatus>(ContainerStatus), 13).atomic(),
    hostIP: string(5),
    hostIPs: list(ref<HostIP>(HostIP), 16).atomic().mergeBy('ip'),
    initContainerStatuses: list(ref<ContainerStatus>(ContainerStatus), 10).atomic(),
    message: string(3),
    nominatedNodeName: string(11),
    observedGeneration: int64(17),
    phase: string(1).enum('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    podIP: string(6),
    podIPs: list(ref<PodIP>(PodIP), 12).byKeys('ip').mergeBy('ip'),
    qosClass: string(9).enum('Guaranteed', 'Burstable', 'BestEffort'),
    reason: string(4),
    resize: string(14),
    resourceClaimStatuses: list(ref<PodResourceClaimStatus>(PodResourceClaimStatus), 15)
      .byKeys('name')
      .mergeBy('name', 'merge', 'retainKeys'),
    startTime: time(7),
  }),
  'io.k8s.api.core.v1.PodStatus',
);
export interface PodStatus extends Infer<typeof PodStatus> {}

export const Pod = defineKind({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  subresources: { status: true },
  otherSubresources: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'resize', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  ],
  name: 'io.k8s.api.core.v1.Pod',
  fields: {
    spec: ref<PodSpec>(PodSpec, 2).alwaysThere(),
    status: ref<PodStatus>(PodStatus, 3).alwaysThere(),
  },
});
export interface Pod extends Infer<typeof Pod> {}

export const PodTemplateSpec = object(
  () => ({
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
    spec: ref<PodSpec>(PodSpec, 2).alwaysThere(),
  }),
  'io.k8s.api.core.v1.PodTemplateSpec',
);
export interface PodTemplateSpec extends Infer<typeof PodTemplateSpec> {}

export const PodTemplate = defineKind({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  name: 'io.k8s.api.core.v1.PodTemplate',
  fields: {
    template: ref<PodTemplateSpec>(PodTemplateSpec, 2).alwaysThere(),
  },
});
export interface PodTemplate extends Infer<typeof PodTemplate> {}
