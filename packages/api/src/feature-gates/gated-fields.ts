/**
 * Which fields of which kinds are behind which gate: the one table of them. What is behind a gate that is off is taken away
 * from what is written, unless the object has it already (Kubernetes 1.33: `dropDisabledFields` of the kinds' strategies).
 */
import type { PersistentVolumeClaimSpec, PodSpec } from '../core/v1/index.js';
import { fieldPath } from './field-path.js';
import type { GateName } from './gates.js';

export interface GatedFields {
  readonly gate: GateName;
  /** Whether a part that is there makes use of them: it may go on so. */
  inUse(part: object): boolean;
  /** The very same part where there is nothing to take away. */
  removedFrom<T extends object>(part: T): T;
  /** Of fields whose defaults are behind the gate, too: the part without those that `given` did not say. */
  undefaulted?<T extends object>(part: T, given: object): T;
}

/** Parts of objects with their fields, by the path to the part. */
export type GatedParts = readonly (readonly [path: string, fields: readonly GatedFields[]])[];

export interface GatedKind {
  /** Of all writes but those of the status. */
  readonly wish?: GatedParts;
  readonly status?: GatedParts;
}

function behind(gate: GateName, ...texts: readonly string[]): GatedFields {
  const paths = texts.map(fieldPath);
  return {
    gate,
    inUse: (part) => paths.some((path) => path.isIn(part)),
    removedFrom: (part) => paths.reduce((left, path) => path.removedFrom(left), part),
  };
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
const ofContainers = (...paths: readonly string[]) =>
  containerLists.flatMap((list) => paths.map((path) => `${list}[].${path}`));
const ofContainerStatuses = (path: string) =>
  ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].map((list) => `${list}[].${path}`);

/** Amounts for the whole pod: of use where any is stated. */
const podLevelResources: GatedFields = {
  ...behind('PodLevelResources', 'resources'),
  inUse: (part) =>
    [(part as PodSpec).resources?.requests, (part as PodSpec).resources?.limits].some(
      (amounts) => Object.keys(amounts ?? {}).length > 0,
    ),
};

/** A volume out of an image goes as a whole, with its mounts. */
const imageVolumes: GatedFields = {
  ...behind('ImageVolume', 'volumes[].image'),
  undefaulted<T extends object>(part: T, given: object): T {
    const { volumes } = part as PodSpec;
    const said = (given as PodSpec).volumes ?? [];
    const isFilledIn = (index: number) => volumes?.[index]?.image?.pullPolicy !== said[index]?.image?.pullPolicy;
    if (volumes === undefined || !volumes.some((_volume, index) => isFilledIn(index))) return part;
    const left = volumes.map((volume, index) => {
      if (!isFilledIn(index)) return volume;
      const { pullPolicy: _filledIn, ...image } = volume.image!;
      return { ...volume, image };
    });
    return { ...part, volumes: left };
  },
  removedFrom<T extends object>(part: T): T {
    const { volumes = [] } = part as PodSpec;
    const gone = new Set(volumes.filter(({ image }) => image !== undefined).map(({ name }) => name));
    if (gone.size === 0) return part;
    const { volumes: _volumes, ...others } = part as PodSpec;
    const left = volumes.filter(({ image }) => image === undefined);
    const kept: Record<string, unknown> = { ...others, ...(left.length === 0 ? {} : { volumes: left }) };
    for (const list of containerLists) {
      const containers = (part as PodSpec)[list];
      if (containers === undefined) continue;
      kept[list] = containers.map(({ volumeMounts = [], ...container }) => {
        const mounts = volumeMounts.filter(({ name }) => !gone.has(name));
        return mounts.length === 0 ? container : { ...container, volumeMounts: mounts };
      });
    }
    return kept as T;
  },
};

const podSpec: readonly GatedFields[] = [
  podLevelResources,
  imageVolumes,
  behind('ContainerStopSignals', ...ofContainers('lifecycle?.stopSignal')),
  behind('ClusterTrustBundleProjection', 'volumes[].projected.sources[].clusterTrustBundle'),
  behind('DynamicResourceAllocation', 'resourceClaims', ...ofContainers('resources.claims')),
  behind('InPlacePodVerticalScaling', ...ofContainers('resizePolicy')),
  behind('MatchLabelKeysInPodTopologySpread', 'topologySpreadConstraints[].matchLabelKeys'),
  behind('PodLifecycleSleepAction', ...ofContainers('lifecycle?.preStop?.sleep', 'lifecycle?.postStart?.sleep')),
  behind('SELinuxChangePolicy', 'securityContext.seLinuxChangePolicy'),
  behind('SupplementalGroupsPolicy', 'securityContext.supplementalGroupsPolicy'),
  behind('UserNamespacesSupport', 'hostUsers'),
];

const podStatus: readonly GatedFields[] = [
  behind('DynamicResourceAllocation', 'resourceClaimStatuses'),
  behind('PodObservedGenerationTracking', 'observedGeneration', 'conditions[].observedGeneration'),
  behind('ResourceHealthStatus', ...ofContainerStatuses('allocatedResourcesStatus')),
  behind('SupplementalGroupsPolicy', ...ofContainerStatuses('user')),
];

/** The reference goes as a whole where it leads out of the namespace; one into no namespace leads nowhere. */
const claimSpec: readonly GatedFields[] = [
  {
    ...behind('CrossNamespaceVolumeDataSource', 'dataSourceRef'),
    removedFrom: (part) =>
      (part as PersistentVolumeClaimSpec).dataSourceRef?.namespace
        ? fieldPath('dataSourceRef').removedFrom(part)
        : part,
  },
  behind('VolumeAttributesClass', 'volumeAttributesClassName'),
];

const requests = 'devices.requests[]';
const deviceClaim: readonly GatedFields[] = [
  behind('DRAAdminAccess', `${requests}.exactly.adminAccess`),
  behind('DRAPrioritizedList', `${requests}.firstAvailable`),
];

const terminating = behind('DeploymentReplicaSetTerminatingReplicas', 'terminatingReplicas');
const template = (path = 'spec.template.spec'): GatedParts => [[path, podSpec]];

/** By `group/Kind`. Fields are those of the version that is stored. */
export const gatedKinds: Readonly<Record<string, GatedKind>> = {
  '/PersistentVolume': { wish: [['spec', [behind('VolumeAttributesClass', 'volumeAttributesClassName')]]] },
  '/PersistentVolumeClaim': {
    wish: [['spec', claimSpec]],
    status: [['status', [behind('VolumeAttributesClass', 'currentVolumeAttributesClassName', 'modifyVolumeStatus')]]],
  },
  '/Pod': { wish: [['spec', podSpec]], status: [['status', podStatus]] },
  '/PodTemplate': { wish: template('template.spec') },
  '/ReplicationController': { wish: template() },
  'apps/DaemonSet': { wish: template() },
  'apps/Deployment': { wish: template(), status: [['status', [terminating]]] },
  'apps/ReplicaSet': { wish: template(), status: [['status', [terminating]]] },
  'apps/StatefulSet': {
    wish: [
      ...template(),
      ['spec', [behind('MaxUnavailableStatefulSet', 'updateStrategy.rollingUpdate.maxUnavailable')]],
    ],
  },
  'autoscaling/HorizontalPodAutoscaler': {
    wish: [
      ['spec', [behind('HPAConfigurableTolerance', 'behavior.scaleUp.tolerance', 'behavior.scaleDown.tolerance')]],
    ],
  },
  'batch/CronJob': { wish: template('spec.jobTemplate.spec.template.spec') },
  'batch/Job': { wish: [...template(), ['spec', [behind('JobManagedBy', 'managedBy')]]] },
  'coordination.k8s.io/Lease': {
    wish: [['spec', [behind('CoordinatedLeaderElection', 'strategy', 'preferredHolder')]]],
  },
  'discovery.k8s.io/EndpointSlice': {
    wish: [['', [behind('PreferSameTrafficDistribution', 'endpoints[].hints.forNodes')]]],
  },
  'resource.k8s.io/ResourceClaim': {
    wish: [['spec', deviceClaim]],
    status: [
      [
        'status',
        [
          behind('DRAAdminAccess', 'allocation.devices.results[].adminAccess'),
          behind('DRAResourceClaimDeviceStatus', 'devices'),
        ],
      ],
    ],
  },
  'resource.k8s.io/ResourceClaimTemplate': { wish: [['spec.spec', deviceClaim]] },
  'resource.k8s.io/ResourceSlice': {
    wish: [
      [
        'spec',
        [
          behind('DRADeviceTaints', 'devices[].taints'),
          behind(
            'DRAPartitionableDevices',
            ...['perDeviceNodeSelection', 'sharedCounters'],
            ...['consumesCounters', 'nodeName', 'nodeSelector', 'allNodes'].map((field) => `devices[].${field}`),
          ),
        ],
      ],
    ],
  },
  'storage.k8s.io/CSIDriver': {
    wish: [['spec', [behind('MutableCSINodeAllocatableCount', 'nodeAllocatableUpdatePeriodSeconds')]]],
  },
  'storage.k8s.io/VolumeAttachment': {
    status: [['status', [behind('MutableCSINodeAllocatableCount', 'attachError.errorCode', 'detachError.errorCode')]]],
  },
};
