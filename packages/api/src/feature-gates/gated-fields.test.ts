/** Fields and the gates that they are behind, as Kubernetes 1.33 has them: one row a field. */
import { describe, expect, it } from '@jest/globals';
import { deepFreeze, type KubernetesObject, type ResourceDefinition } from '@pintle/machinery';
import fc from 'fast-check';
import { builtinResources, gatedResource } from '../index.js';
import { fieldPath } from './field-path.js';
import { gatedKinds } from './gated-fields.js';
import { type FeatureGates, type GateName, gates, isEnabled } from './gates.js';

type Field = readonly [
  /** `group/Kind`. */
  kind: string,
  /** As in `field-path.ts`; one item is in each list. */
  place: string,
  value: unknown,
  gate: GateName,
  /** Whether its gate is on where nothing is said. */
  on: boolean,
];

const amounts = { requests: { cpu: '1' } };
const pod = 'spec.';
const first = 'spec.containers[].';

const fields: readonly Field[] = [
  ['/Pod', `${pod}resources`, amounts, 'PodLevelResources', false],
  ['/PodTemplate', 'template.spec.resources', amounts, 'PodLevelResources', false],
  ['/ReplicationController', 'spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['apps/DaemonSet', 'spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['apps/Deployment', 'spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['apps/ReplicaSet', 'spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['apps/StatefulSet', 'spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['batch/Job', 'spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['batch/CronJob', 'spec.jobTemplate.spec.template.spec.resources', amounts, 'PodLevelResources', false],
  ['/Pod', `${first}lifecycle.stopSignal`, 'SIGUSR1', 'ContainerStopSignals', false],
  ['/Pod', `${pod}initContainers[].lifecycle.stopSignal`, 'SIGUSR1', 'ContainerStopSignals', false],
  ['/Pod', `${first}lifecycle.preStop.sleep`, { seconds: 1 }, 'PodLifecycleSleepAction', true],
  ['/Pod', `${first}resizePolicy`, [{ resourceName: 'cpu' }], 'InPlacePodVerticalScaling', true],
  ['/Pod', `${first}resources.claims`, [{ name: 'c' }], 'DynamicResourceAllocation', true],
  ['/Pod', `${pod}resourceClaims`, [{ name: 'c' }], 'DynamicResourceAllocation', true],
  [
    '/Pod',
    `${pod}volumes[].projected.sources[].clusterTrustBundle`,
    { name: 'b', path: 'p' },
    'ClusterTrustBundleProjection',
    true,
  ],
  ['/Pod', `${pod}topologySpreadConstraints[].matchLabelKeys`, ['k'], 'MatchLabelKeysInPodTopologySpread', true],
  ['/Pod', `${pod}securityContext.seLinuxChangePolicy`, 'Recursive', 'SELinuxChangePolicy', true],
  ['/Pod', `${pod}securityContext.supplementalGroupsPolicy`, 'Strict', 'SupplementalGroupsPolicy', true],
  ['/Pod', `${pod}hostUsers`, false, 'UserNamespacesSupport', true],
  ['/Pod', 'status.observedGeneration', 3, 'PodObservedGenerationTracking', false],
  ['/Pod', 'status.conditions[].observedGeneration', 3, 'PodObservedGenerationTracking', false],
  [
    '/Pod',
    'status.containerStatuses[].allocatedResourcesStatus',
    [{ name: 'gpu', resources: [] }, {}],
    'ResourceHealthStatus',
    false,
  ],
  ['/Pod', 'status.resourceClaimStatuses', [{ name: 'c' }], 'DynamicResourceAllocation', true],
  ['/PersistentVolume', 'spec.volumeAttributesClassName', 'fast', 'VolumeAttributesClass', true],
  ['/PersistentVolumeClaim', 'spec.volumeAttributesClassName', 'fast', 'VolumeAttributesClass', true],
  ['/PersistentVolumeClaim', 'status.currentVolumeAttributesClassName', 'fast', 'VolumeAttributesClass', true],
  [
    '/PersistentVolumeClaim',
    'spec.dataSourceRef',
    { kind: 'Snapshot', name: 's', namespace: 'other' },
    'CrossNamespaceVolumeDataSource',
    false,
  ],
  ['apps/Deployment', 'status.terminatingReplicas', 1, 'DeploymentReplicaSetTerminatingReplicas', false],
  ['apps/ReplicaSet', 'status.terminatingReplicas', 1, 'DeploymentReplicaSetTerminatingReplicas', false],
  ['apps/StatefulSet', 'spec.updateStrategy.rollingUpdate.maxUnavailable', 2, 'MaxUnavailableStatefulSet', false],
  ['autoscaling/HorizontalPodAutoscaler', 'spec.behavior.scaleUp.tolerance', '0.2', 'HPAConfigurableTolerance', false],
  ['batch/Job', 'spec.managedBy', 'example.com/me', 'JobManagedBy', true],
  ['coordination.k8s.io/Lease', 'spec.strategy', 'OldestEmulationVersion', 'CoordinatedLeaderElection', true],
  [
    'discovery.k8s.io/EndpointSlice',
    'endpoints[].hints.forNodes',
    [{ name: 'n' }],
    'PreferSameTrafficDistribution',
    false,
  ],
  ['resource.k8s.io/ResourceClaim', 'spec.devices.requests[].exactly.adminAccess', true, 'DRAAdminAccess', false],
  [
    'resource.k8s.io/ResourceClaimTemplate',
    'spec.spec.devices.requests[].firstAvailable',
    [{ name: 'a' }],
    'DRAPrioritizedList',
    false,
  ],
  ['resource.k8s.io/ResourceClaim', 'status.devices', [{ driver: 'd' }], 'DRAResourceClaimDeviceStatus', true],
  ['resource.k8s.io/ResourceSlice', 'spec.devices[].taints', [{ key: 'k' }], 'DRADeviceTaints', false],
  ['resource.k8s.io/ResourceSlice', 'spec.sharedCounters', [{ name: 'c' }], 'DRAPartitionableDevices', false],
  [
    'resource.k8s.io/ResourceSlice',
    'spec.devices[].consumesCounters',
    [{ counterSet: 'c' }],
    'DRAPartitionableDevices',
    false,
  ],
  ['storage.k8s.io/CSIDriver', 'spec.nodeAllocatableUpdatePeriodSeconds', 60, 'MutableCSINodeAllocatableCount', false],
  ['storage.k8s.io/VolumeAttachment', 'status.attachError.errorCode', 8, 'MutableCSINodeAllocatableCount', false],
];

const definitions = new Map(
  builtinResources().map((each) => [`${each.kind.group}/${each.kind.kind}`, { kind: each.kind }]),
);
const context = { user: { name: 'u', groups: [] }, nowMs: 0 };

/** The kind with nothing to its strategy but what its gates make. */
const served = (kind: string, set: FeatureGates): ResourceDefinition =>
  gatedResource({ kind: definitions.get(kind)!.kind }, set);

/** An object with the value at the place, and something beside it that is to stay. */
function objectWith(kind: string, place: string, value: unknown): KubernetesObject {
  const build = ([name = '', ...rest]: readonly string[]): object => {
    const bare = name.replace('[]', '');
    const held = rest.length === 0 ? value : { ...build(rest), beside: 'stays' };
    return { [bare]: name.endsWith('[]') ? [held] : held };
  };
  return deepFreeze({ apiVersion: 'v1', kind: kind.split('/')[1]!, metadata: {}, ...build(place.split('.')) });
}

function written(kind: string, object: KubernetesObject, old: KubernetesObject | undefined, set: FeatureGates) {
  const { strategy = {} } = served(kind, set);
  if ('status' in object) return strategy.prepareForStatusUpdate?.(object, old ?? bare(object), context) ?? object;
  return old === undefined
    ? (strategy.prepareForCreate?.(object, context) ?? object)
    : (strategy.prepareForUpdate?.(object, old) ?? object);
}
const bare = ({ apiVersion, kind }: KubernetesObject): KubernetesObject => ({ apiVersion, kind, metadata: {} });

describe.each(fields)('%s %s = %j', (kind, place, value, gate, on) => {
  const object = objectWith(kind, place, value);
  const isThere = (result: KubernetesObject) => fieldPath(place).isIn(result);

  it(`is behind ${gate}, which is ${on ? 'on' : 'off'}`, () => {
    expect(isEnabled({}, gate)).toBe(on);
    expect(isThere(object)).toBe(true);
    const result = written(kind, object, undefined, {});
    if (on) expect(result).toBe(object);
    else expect(isThere(result)).toBe(false);
    expect(isThere(written(kind, object, undefined, { [gate]: true }))).toBe(true);
    expect(isThere(written(kind, object, undefined, { [gate]: false }))).toBe(false);
  });

  it('stays where the object has it already, and what is beside it stays', () => {
    const other = deepFreeze(structuredClone(object));
    expect(isThere(written(kind, other, object, { [gate]: false }))).toBe(true);
    expect(JSON.stringify(written(kind, object, undefined, { [gate]: false }))).toContain(
      place.includes('.') ? 'stays' : '',
    );
  });
});

it('every kind and every gate of the table has its row', () => {
  const kinds = Object.keys(gatedKinds);
  expect(new Set(fields.map(([kind]) => kind))).toEqual(new Set(kinds));
  // Volumes out of images have a test of their own.
  expect(new Set(fields.map(([, , , gate]) => gate).concat('ImageVolume'))).toEqual(new Set(Object.keys(gates)));
  expect(kinds.filter((kind) => !definitions.has(kind))).toEqual([]);
});

describe('gates', () => {
  it.each<readonly [GateName, FeatureGates, boolean]>([
    ['PodLevelResources', { AllAlpha: true }, true],
    ['PodLevelResources', { AllAlpha: true, PodLevelResources: false }, false],
    ['PodLevelResources', { AllBeta: true }, false],
    ['ImageVolume', { AllBeta: true }, true],
    ['UserNamespacesSupport', { AllBeta: false }, false],
    ['DynamicResourceAllocation', { AllBeta: false }, false],
  ])('%s with %j: %s', (gate, set, on) => {
    expect(isEnabled(set, gate)).toBe(on);
  });

  it('that are all on leave kinds as they are', () => {
    const all = Object.fromEntries(Object.keys(gates).map((gate) => [gate, true]));
    for (const definition of builtinResources()) expect(gatedResource(definition, all)).toBe(definition);
  });
});

it('a volume out of an image goes with its mounts, unless the pod has one already', () => {
  const mount = (name: string) => ({ name, mountPath: `/${name}` });
  const spec = (image: object) => ({
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'b', ...image },
    ],
    containers: [{ name: 'c', volumeMounts: [mount('a'), mount('b')] }, { name: 'd' }],
  });
  const object = deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: spec({ image: { reference: 'r' } }) });
  expect(written('/Pod', object, undefined, {})).toMatchObject({
    spec: {
      volumes: [{ name: 'a' }],
      containers: [{ name: 'c', volumeMounts: [mount('a')] }, { name: 'd' }],
    },
  });
  const other = { ...object, spec: deepFreeze(spec({ image: { reference: 'other' } })) };
  expect(written('/Pod', other, object, {})).toBe(other);
  expect(written('/Pod', object, undefined, { ImageVolume: true })).toBe(object);
});

it('and with no other of its name; where there is none left, there is no list', () => {
  const spec = (volumes: object) => ({ volumes, containers: [] });
  const left = (volumes: object) =>
    written('/Pod', deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: spec(volumes) }), undefined, {});
  const image = { name: 'a', image: {} };
  expect(left([image])).toHaveProperty('spec', { containers: [] });
  expect(left([image, { name: 'a', emptyDir: {} }])).toHaveProperty('spec.volumes', [{ name: 'a', emptyDir: {} }]);
});

it('a reference into no namespace stays', () => {
  const claim = (namespace: string) =>
    deepFreeze({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {} },
      spec: { dataSourceRef: { kind: 'A', name: 'a', namespace } },
    });
  expect(written('/PersistentVolumeClaim', claim(''), undefined, {})).toHaveProperty(
    'spec.dataSourceRef.namespace',
    '',
  );
  expect(written('/PersistentVolumeClaim', claim('b'), undefined, {})).not.toHaveProperty('spec.dataSourceRef');
});

it('what nothing else is in goes, too', () => {
  const lifecycleOf = (lifecycle: object) => {
    const object = objectWith('/Pod', 'spec.containers[].lifecycle', lifecycle);
    return JSON.stringify(written('/Pod', object, undefined, {}));
  };
  expect(lifecycleOf({ stopSignal: 'SIGUSR1' })).not.toContain('lifecycle');
  expect(lifecycleOf({ stopSignal: 'SIGUSR1', preStop: {} })).toContain('"lifecycle":{"preStop":{}}');
});

it('pods of one spec are left with one spec', () => {
  const spec = deepFreeze({ containers: [], resources: amounts });
  const make = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  const { strategy } = served('/Pod', {});
  const [a, b] = ['a', 'b'].map(
    (name) => strategy?.prepareForCreate?.(make(name), context) as { spec?: object } | undefined,
  );
  expect(a?.spec).toEqual({ containers: [] });
  expect(b?.spec).toBe(a?.spec);
});

it('a place is empty once what is there was removed, and what has nothing there is left as it is', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(value, fc.constantFrom('a', 'a.b', 'a[].b', 'a?.b', 'a[].b?.c', 'a.b[].c'), (json, place) => {
      const path = fieldPath(place);
      const before = JSON.stringify(json);
      const left = path.removedFrom(json);
      expect(path.isIn(left)).toBe(false);
      expect(JSON.stringify(json)).toBe(before);
      if (!path.isIn(json) && !before.includes('[]')) expect(left).toBe(json);
    }),
  );
});

it('how a volume out of an image is fetched is filled in where it may be used', () => {
  const [definition] = builtinResources().filter(({ kind }) => kind.kind === 'Pod');
  const pod = deepFreeze({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    spec: {
      containers: [],
      volumes: [
        { name: 'a', image: { reference: 'r' } },
        { name: 'b', image: { pullPolicy: 'Never' } },
      ],
    },
  });
  const policies = (gates: FeatureGates) =>
    (gatedResource(definition!, gates).strategy!.defaults!(pod) as typeof pod).spec.volumes.map(
      ({ image }) => image.pullPolicy,
    );
  expect([policies({}), policies({ ImageVolume: true })]).toEqual([
    [undefined, 'Never'],
    ['Always', 'Never'],
  ]);
});
