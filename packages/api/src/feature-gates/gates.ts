/**
 * The feature gates of Kubernetes 1.33 that decide whether fields may be used, with their defaults there. `gated-fields.ts`
 * says which fields. Of gates of behaviour those are here that Pintle goes by; it has or has not what the others are for.
 *
 * **Differs from Kubernetes**: what belongs to beta APIs that are served without being asked for is on.
 */

/** By name, as `--feature-gates` has them: `AllAlpha` and `AllBeta` among them. */
export type FeatureGates = Readonly<Record<string, boolean>>;

interface Gate {
  readonly stage: 'alpha' | 'beta';
  readonly isOn: boolean;
  /** In the place of `isOn`: where its API is served all the same. */
  readonly isOnHere?: boolean;
}

const alpha: Gate = { stage: 'alpha', isOn: false };
const beta: Gate = { stage: 'beta', isOn: true };
const betaOff: Gate = { stage: 'beta', isOn: false };
const served: Gate = { ...betaOff, isOnHere: true };

export const gates = {
  ClusterTrustBundleProjection: served,
  ContainerStopSignals: alpha,
  CoordinatedLeaderElection: served,
  CrossNamespaceVolumeDataSource: alpha,
  DRAAdminAccess: alpha,
  DRADeviceTaints: alpha,
  DRAPartitionableDevices: alpha,
  DRAPrioritizedList: alpha,
  DRAResourceClaimDeviceStatus: beta,
  DeploymentReplicaSetTerminatingReplicas: alpha,
  DynamicResourceAllocation: served,
  HPAConfigurableTolerance: alpha,
  ImageVolume: betaOff,
  InPlacePodVerticalScaling: beta,
  JobManagedBy: beta,
  MatchLabelKeysInPodTopologySpread: beta,
  MaxUnavailableStatefulSet: alpha,
  MutableCSINodeAllocatableCount: alpha,
  PodLevelResources: alpha,
  PodLifecycleSleepAction: beta,
  PodObservedGenerationTracking: alpha,
  PreferSameTrafficDistribution: alpha,
  ResourceHealthStatus: alpha,
  SELinuxChangePolicy: beta,
  SupplementalGroupsPolicy: beta,
  UserNamespacesSupport: beta,
  VolumeAttributesClass: served,
} as const satisfies Readonly<Record<string, Gate>>;

export type GateName = keyof typeof gates;

/** Gates of what the server does, and not of fields. */
export const behaviourGates = {
  PodTopologyLabelsAdmission: alpha,
} as const satisfies Readonly<Record<string, Gate>>;

/** Each gate as it is, once some are set. */
export const gateStates = (
  set: FeatureGates,
): readonly { readonly name: string; readonly stage: Gate['stage']; readonly isOn: boolean }[] =>
  (Object.entries({ ...gates, ...behaviourGates }) as [GateName, Gate][]).map(([name, { stage }]) => ({
    ...{ name, stage },
    isOn: isEnabled(set, name),
  }));

/** What was set counts; then what was set for all of its stage; then its default. */
export function isEnabled(set: FeatureGates, name: GateName | keyof typeof behaviourGates): boolean {
  const { stage, isOn, isOnHere = isOn }: Gate = { ...gates, ...behaviourGates }[name];
  return set[name] ?? set[stage === 'alpha' ? 'AllAlpha' : 'AllBeta'] ?? isOnHere;
}
