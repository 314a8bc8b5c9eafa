/** Which file of a group and version a type stands in. A topic may use those before it. */

type Topic = readonly [file: string, types: RegExp];

const coreTopics: readonly Topic[] = [
  [
    'reference',
    /^(DownwardAPIVolumeFile|ObjectReference|LocalObjectReference|TypedLocalObjectReference|TypedObjectReference|SecretReference|\w*KeySelector|ObjectFieldSelector|ResourceFieldSelector|KeyToPath|NodeSelector\w*|TopologySelector\w*|PreferredSchedulingTerm|ResourceRequirements|ResourceClaim|ScopedResource\w*|ScopeSelector)$/,
  ],
  [
    'persistent-volume-claim',
    /^(PersistentVolumeClaim(Spec|Status|Condition|Template)?|VolumeResourceRequirements|ModifyVolumeStatus)$/,
  ],
  ['volume-projection', /^(\w*Projection|(ConfigMap|Secret|DownwardAPI|Projected)VolumeSource)$/],
  ['volume-source', /(VolumeSource|Projection)$|^VolumeProjection$/],
  ['persistent-volume', /^(PersistentVolume|PersistentVolumeSpec|PersistentVolumeStatus|VolumeNodeAffinity|Volume)$/],
  [
    'container',
    /^(Container|EphemeralContainer\w*|ContainerPort|ContainerResizePolicy|VolumeMount|VolumeDevice|Env\w+|ConfigMapEnvSource|SecretEnvSource|Probe|Lifecycle\w*|\w+Action|HTTPHeader|SecurityContext|Capabilities|SELinuxOptions|SeccompProfile|AppArmorProfile|WindowsSecurityContextOptions)$/,
  ],
  [
    'container-status',
    /^(ContainerStatus|ContainerState\w*|VolumeMountStatus|ContainerUser|LinuxContainerUser|ResourceStatus|ResourceHealth|PodResourceClaimStatus|PodCondition|PodIP|HostIP)$/,
  ],
  ['affinity', /^(Affinity|\w+Affinity|\w*AffinityTerm|TopologySpreadConstraint|Toleration|Taint)$/],
  ['pod', /^(Pod\w*|Sysctl|HostAlias|Binding|\w*Port\w*Options)$/],
  ['node', /^(Node\w*|AttachedVolume|DaemonEndpoint|ConfigMapNodeConfigSource|ContainerImage)$/],
  [
    'service',
    /^(Service(Spec|Status|Port|ProxyOptions)?|ClientIPConfig|SessionAffinityConfig|LoadBalancer\w+|PortStatus|Endpoint\w*)$/,
  ],
  ['replication', /^ReplicationController\w*$/],
  ['policy', /^(LimitRange\w*|ResourceQuota\w*)$/],
  ['namespace', /^(Namespace\w*|ComponentStatus|ComponentCondition)$/],
  ['event', /^Event\w*$/],
  ['config', /^(ConfigMap|Secret|ServiceAccount)$/],
];

const topicsOf: Readonly<Record<string, readonly Topic[]>> = {
  'core/v1': coreTopics,
  'apps/v1': [
    ['controller-revision', /^ControllerRevision$/],
    ['deployment', /^(Deployment|RollingUpdateDeployment)/],
    ['replica-set', /^ReplicaSet/],
    ['stateful-set', /^(StatefulSet|RollingUpdateStatefulSet)/],
    ['daemon-set', /^(DaemonSet|RollingUpdateDaemonSet)/],
  ],
  'batch/v1': [
    ['job', /^(Job|PodFailure|Success|Uncounted)/],
    ['cron-job', /^CronJob/],
  ],
};

/** The files of a group and version, in the order in which they may use each other. */
export function fileOf(folder: string, type: string): string {
  const found = topicsOf[folder]?.find(([, types]) => types.test(type));
  return found?.[0] ?? (topicsOf[folder] === undefined ? folder.split('/')[0]! : 'others');
}
