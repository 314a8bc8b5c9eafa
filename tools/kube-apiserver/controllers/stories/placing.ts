/** What the scheduler decides: spreading, affinity, preemption, volumes, devices, and pods that have no place. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { podSpec, workload } from './pods-of.js';

async function spreadStory(stage: Stage): Promise<void> {
  const topologySpreadConstraints = [
    {
      ...{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
      labelSelector: { matchLabels: { app: 'spread' } },
    },
  ];
  const body = workload('spread', 'web:1', { replicas: 4 }, { topologySpreadConstraints });
  await stage.make('apps/v1', 'Deployment', 'spread', body);
  const spread = await stage.pods(4, 'app=spread');
  const onSecond = spread.filter(({ spec }) => spec.nodeName === 'node-2').length;
  if (onSecond !== 2) throw new Error(`${onSecond} of 4 pods are in the zone of node-2`);
  const term = { labelSelector: { matchLabels: { app: 'apart' } }, topologyKey: 'kubernetes.io/hostname' };
  const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  const apart = workload('apart', 'web:1', { replicas: 3 }, { affinity: { podAntiAffinity } });
  await stage.make('apps/v1', 'Deployment', 'apart', apart);
  const nodes = new Set((await stage.pods(3, 'app=apart')).map(({ spec }) => spec.nodeName));
  if (nodes.size !== 3) throw new Error(`pods apart are on ${nodes.size} nodes`);
  const near = { labelSelector: { matchLabels: { app: 'apart' } }, topologyKey: 'topology.kubernetes.io/zone' };
  const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [near] };
  await stage.make('v1', 'Pod', 'near', {
    metadata: { labels: { app: 'near' } },
    spec: { ...podSpec('web'), affinity: { podAffinity } },
  });
  await stage.pods(1, 'app=near');
}

async function preemptionStory(stage: Stage): Promise<void> {
  for (const [name, value] of [
    ['low', 10],
    ['high', 1000],
  ] as const)
    await stage.make('scheduling.k8s.io/v1', 'PriorityClass', `${stage.namespace}-${name}`, { value });
  const pod = (name: string, priority: string) =>
    stage.make('v1', 'Pod', name, {
      metadata: { labels: { app: name } },
      spec: {
        ...podSpec('web', { resources: { requests: { cpu: '700m' } } }),
        ...{ nodeSelector: { only: 'small' }, tolerations: [{ key: 'only', operator: 'Exists' }] },
        priorityClassName: `${stage.namespace}-${priority}`,
      },
    });
  await pod('humble', 'low');
  await stage.pods(1, 'app=humble');
  await pod('grand', 'high');
  await stage.pods(1, 'app=grand');
  await stage.gone('Pod', 'humble');
}

async function noPlaceStory(stage: Stage): Promise<void> {
  await stage.make('v1', 'Pod', 'large', { spec: podSpec('web', { resources: { requests: { cpu: '64' } } }) });
  await stage.make('v1', 'Pod', 'nowhere', { spec: { ...podSpec('web'), nodeSelector: { pool: 'none' } } });
  await stage.make('v1', 'Pod', 'gated', {
    spec: { ...podSpec('web'), schedulingGates: [{ name: 'example.com/wait' }] },
  });
  const unscheduled = (name: string, reason: string) =>
    stage.object('Pod', name, (it) => condition(it, 'PodScheduled')?.reason === reason);
  await unscheduled('large', 'Unschedulable');
  await unscheduled('nowhere', 'Unschedulable');
  await unscheduled('gated', 'SchedulingGated');
  await stage.patch('Pod', 'gated', { metadata: { labels: { app: 'gated' } }, spec: { schedulingGates: [] } });
  await stage.pods(1, 'app=gated');
  await stage.until('an Event of the scheduler', async () =>
    (await stage.list('Event')).some(({ reason }: Loose) => reason === 'FailedScheduling'),
  );
}

async function lateBindingStory(stage: Stage): Promise<void> {
  const storageClassName = `of-${stage.namespace}`;
  await stage.make('storage.k8s.io/v1', 'StorageClass', storageClassName, {
    ...{ provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
  });
  const expression = { key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] };
  await stage.make('v1', 'PersistentVolume', stage.namespace, {
    spec: {
      ...{ storageClassName, capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
      ...{ local: { path: `/tmp/${stage.namespace}` }, persistentVolumeReclaimPolicy: 'Retain' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
    },
  });
  await stage.make('v1', 'PersistentVolumeClaim', 'claim', {
    spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'claim' } }];
  await stage.make('v1', 'Pod', 'user', {
    metadata: { labels: { app: 'user' } },
    spec: { ...podSpec('web'), volumes },
  });
  const [pod] = await stage.pods(1, 'app=user');
  if (pod!.spec.nodeName !== 'node-1') throw new Error(`the pod is on ${pod!.spec.nodeName}`);
  await stage.object('PersistentVolumeClaim', 'claim', (it) => it.status.phase === 'Bound');
}

/** A class of the story's own, whose devices are on one node; what a claim of one asks for. */
async function deviceClass(stage: Stage, devices: readonly string[]): Promise<object> {
  const driver = `${stage.namespace}.example.com`;
  const selectors = [{ cel: { expression: `device.driver == '${driver}'` } }];
  await stage.make('resource.k8s.io/v1beta1', 'DeviceClass', driver, { spec: { selectors } });
  await stage.make('resource.k8s.io/v1beta1', 'ResourceSlice', stage.namespace, {
    spec: {
      ...{ driver, nodeName: 'node-1', pool: { name: 'node-1', generation: 1, resourceSliceCount: 1 } },
      devices: devices.map((name) => ({ name, basic: { attributes: { model: { string: 'a' } } } })),
    },
  });
  return { devices: { requests: [{ name: 'one', deviceClassName: driver }] } };
}

async function devicesStory(stage: Stage): Promise<void> {
  const spec = await deviceClass(stage, ['first']);
  await stage.make('resource.k8s.io/v1beta1', 'ResourceClaimTemplate', 'one', { spec: { spec } });
  const podOfOne = {
    ...podSpec('web', { resources: { claims: [{ name: 'device' }] } }),
    resourceClaims: [{ name: 'device', resourceClaimTemplateName: 'one' }],
  };
  await stage.make('v1', 'Pod', 'user', { metadata: { labels: { app: 'user' } }, spec: podOfOne });
  await stage.until('a claim that is allocated and reserved', async () => {
    const [claim] = await stage.list('ResourceClaim');
    return claim?.status?.allocation !== undefined && claim.status.reservedFor?.length === 1;
  });
  await stage.object('Pod', 'user', (it) => it.spec.nodeName === 'node-1');
  await stage.remove('Pod', 'user');
  await stage.until('the claim to go', async () => (await stage.list('ResourceClaim')).length === 0);
}

/** Who has a claim ends, and others go on with it; claims that were there before, are nobody's, or are of a pod that is not. */
async function deviceEndsStory(stage: Stage): Promise<void> {
  const spec = await deviceClass(stage, ['first', 'second', 'third']);
  await stage.make('resource.k8s.io/v1beta1', 'ResourceClaimTemplate', 'own', {
    spec: { metadata: { labels: { of: 'own' } }, spec },
  });
  for (const name of ['shared', 'idle']) await stage.make('resource.k8s.io/v1beta1', 'ResourceClaim', name, { spec });
  const pod = (name: string, image: string, claim: object) =>
    stage.make('v1', 'Pod', name, {
      metadata: { labels: { app: name } },
      spec: {
        ...podSpec(image, { resources: { claims: [{ name: 'device' }] } }),
        ...{ restartPolicy: 'Never', resourceClaims: [{ name: 'device', ...claim }] },
      },
    });
  const reservations = (name: string, wanted: readonly string[]) =>
    stage.object('ResourceClaim', name, ({ status }) => {
      const names = (status?.reservedFor ?? []).map((each: Loose) => each.name).sort();
      return names.join() === [...wanted].sort().join();
    });
  await pod('stays', 'web', { resourceClaimName: 'shared' });
  await reservations('shared', ['stays']);
  await pod('ends', 'quick', { resourceClaimName: 'shared' });
  await stage.object('Pod', 'ends', ({ status }) => status.phase === 'Succeeded');
  await reservations('shared', ['stays']);
  // A claim that is made for a pod goes when that has ended.
  await pod('done', 'quick', { resourceClaimTemplateName: 'own' });
  await stage.object('Pod', 'done', ({ status }) => status.phase === 'Succeeded');
  await stage.until('its claim to go', async () => (await stage.list('ResourceClaim', 'of=own')).length === 0);
  await pod('late', 'web', { resourceClaimTemplateName: 'missing' });
  await stage.until('the Event of it', async () =>
    (await stage.list('Event')).some(({ reason }) => reason === 'FailedResourceClaimCreation'),
  );
  await stage.remove('Pod', 'stays');
  await reservations('shared', []);
  await stage.object('ResourceClaim', 'shared', ({ status }) => !status?.allocation);
}

export const placingStories: readonly Story[] = [
  { name: 'spread', play: spreadStory },
  { name: 'preemption', play: preemptionStory },
  { name: 'no-place', play: noPlaceStory },
  { name: 'late-binding', play: lateBindingStory },
  { name: 'devices', play: devicesStory },
  { name: 'device-ends', play: deviceEndsStory },
];
