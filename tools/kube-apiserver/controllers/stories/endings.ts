/** Deletion and what it takes along: the garbage collector, namespaces, protection of volumes, nodes that end. */
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { Namespace } from '@pintle/api/core/v1';
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { podSpec, workload } from './pods-of.js';

async function collectorStory(stage: Stage): Promise<void> {
  await stage.make('apps/v1', 'Deployment', 'fore', workload('fore', 'web:1', { replicas: 2 }));
  await stage.pods(2, 'app=fore');
  const owner = await stage.get('Deployment', 'fore');
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'fore', uid: owner.metadata.uid }];
  await stage.make('v1', 'ConfigMap', 'of-fore', { metadata: { ownerReferences } });
  await stage.remove('Deployment', 'fore', 'Foreground');
  await stage.gone('Deployment', 'fore');
  await stage.gone('ConfigMap', 'of-fore');
  await stage.pods(0, 'app=fore');

  await stage.make('apps/v1', 'Deployment', 'orphan', workload('orphan', 'web:1', { replicas: 1 }));
  await stage.pods(1, 'app=orphan');
  await stage.remove('Deployment', 'orphan', 'Orphan');
  await stage.gone('Deployment', 'orphan');
  await stage.until('a ReplicaSet without an owner', async () => {
    const [set] = await stage.list('ReplicaSet', 'app=orphan');
    return set !== undefined && set.metadata.ownerReferences === undefined;
  });
  await stage.make('v1', 'ConfigMap', 'owner');
  const { metadata } = await stage.get('ConfigMap', 'owner');
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid };
  await stage.make('v1', 'Secret', 'owned', { metadata: { ownerReferences: [reference] } });
  await stage.make('v1', 'Secret', 'of-nobody', {
    metadata: { ownerReferences: [{ ...reference, uid: '00000000-0000-4000-8000-000000000000' }] },
  });
  await stage.gone('Secret', 'of-nobody');
  await stage.remove('ConfigMap', 'owner', 'Background');
  await stage.gone('Secret', 'owned');
}

/** With objects of a custom kind in it, with finalizers and without. */
async function namespaceStory(stage: Stage): Promise<void> {
  const name = `${stage.namespace}-within`;
  const group = `${stage.namespace}.example.com`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await stage.client.create<CustomResourceDefinition>({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing' } },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  } as Loose);
  await stage.object(
    'CustomResourceDefinition',
    `things.${group}`,
    (it) => condition(it, 'Established')?.status === 'True',
  );
  await stage.client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const thing = (of: string, metadata: object = {}) =>
    stage.client.create({
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      metadata: { name: of, namespace: name, ...metadata },
    });
  await stage.until('custom objects can be made', async () => thing('plain'));
  await thing('held', { finalizers: ['example.com/held'] });
  await stage.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'some', namespace: name } });
  // A garbage collector has to come to know the kind, too.
  const kind = { group, version: 'v1', kind: 'Thing', plural: 'things', scope: 'Namespaced' } as Loose;
  await stage.client.delete(Namespace, { name });
  const held = await stage.object(
    'Namespace',
    name,
    (it) => condition(it, 'NamespaceFinalizersRemaining')?.status === 'True',
  );
  if (held.status.phase !== 'Terminating') throw new Error(`the namespace is ${held.status.phase}`);
  await stage.client.patch(
    kind,
    { name: 'held', namespace: name },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await stage.gone('Namespace', name);
  await stage.client.delete(CustomResourceDefinition, { name: `things.${group}` });
  await stage.gone('CustomResourceDefinition', `things.${group}`);
}

/** A custom object owns a built-in one. */
async function customOwnerStory(stage: Stage): Promise<void> {
  const group = `${stage.namespace}.example.com`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await stage.make('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `sites.${group}`, {
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural: 'sites', singular: 'site', kind: 'Site' } },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  const site: Loose = await stage.until('custom objects can be made', async () =>
    stage.client.create({
      apiVersion: `${group}/v1`,
      kind: 'Site',
      metadata: { name: 'shop', namespace: stage.namespace },
    }),
  );
  const ownerReferences = [{ apiVersion: `${group}/v1`, kind: 'Site', name: 'shop', uid: site.metadata.uid }];
  await stage.make('v1', 'ConfigMap', 'of-shop', { metadata: { ownerReferences } });
  const kind = { group, version: 'v1', kind: 'Site', plural: 'sites', scope: 'Namespaced' } as Loose;
  await stage.client.delete(kind, { name: 'shop', namespace: stage.namespace }, { propagationPolicy: 'Foreground' });
  await stage.gone('ConfigMap', 'of-shop');
  await stage.remove('CustomResourceDefinition', `sites.${group}`);
  await stage.gone('CustomResourceDefinition', `sites.${group}`);
}

async function protectionStory(stage: Stage): Promise<void> {
  const storageClassName = `of-${stage.namespace}`;
  const name = `${stage.namespace}-volume`;
  await stage.make('v1', 'PersistentVolume', name, {
    spec: {
      ...{ storageClassName, capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
      ...{ hostPath: { path: `/tmp/${name}` }, persistentVolumeReclaimPolicy: 'Retain' },
    },
  });
  await stage.make('v1', 'PersistentVolumeClaim', 'claim', {
    spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await stage.object('PersistentVolumeClaim', 'claim', (it) => it.status.phase === 'Bound');
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'claim' } }];
  await stage.make('v1', 'Pod', 'user', {
    metadata: { labels: { app: 'user' } },
    spec: { ...podSpec('web'), volumes },
  });
  await stage.pods(1, 'app=user');
  await stage.remove('PersistentVolumeClaim', 'claim');
  await stage.remove('PersistentVolume', name);
  await stage.object('PersistentVolumeClaim', 'claim', (it) => it.metadata.deletionTimestamp !== undefined);
  await stage.remove('Pod', 'user');
  await stage.gone('PersistentVolumeClaim', 'claim');
  await stage.gone('PersistentVolume', name);
}

/** A node stops telling of itself: it is found unreachable, and what does not bear that is sent away. */
async function nodeStory(stage: Stage): Promise<void> {
  const tolerations = [
    { key: 'only', operator: 'Exists' },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
  ];
  const spec = { ...podSpec('web'), nodeSelector: { only: 'ending' }, tolerations };
  await stage.make('v1', 'Pod', 'left', { metadata: { labels: { app: 'left' } }, spec });
  await stage.pods(1, 'app=left');
  await stage.cast.stopNode('ending');
  const node = await stage.object('Node', 'ending', (it) => condition(it, 'Ready')?.status === 'Unknown', 120_000);
  if (condition(node, 'Ready').reason !== 'NodeStatusUnknown') throw new Error(condition(node, 'Ready').reason);
  await stage.object('Node', 'ending', (it) => it.spec.taints?.some((each: Loose) => each.effect === 'NoExecute'));
  await stage.object('Pod', 'left', (it) => it.metadata.deletionTimestamp !== undefined);
  await stage.remove('Node', 'ending');
  // Who collects pods finds that their node is gone after 40 s.
  await stage.until(
    'the pod of no node to be gone',
    async () => (await stage.get('Pod', 'left')) === undefined,
    150_000,
  );
}

async function taintStory(stage: Stage): Promise<void> {
  const tolerations = [
    { key: 'only', operator: 'Exists' },
    { key: stage.namespace, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 2 },
  ];
  const spec = { ...podSpec('web'), nodeSelector: { only: 'taints' }, tolerations };
  const labels = { app: 'tainted' };
  await stage.make('v1', 'Pod', 'bears', { metadata: { labels }, spec });
  await stage.make('v1', 'Pod', 'flees', {
    metadata: { labels },
    spec: { ...spec, tolerations: [tolerations[0]], containers: spec.containers },
  });
  await stage.pods(2, 'app=tainted');
  const node = await stage.get('Node', 'taints');
  const taint = { key: stage.namespace, effect: 'NoExecute', value: 'now' };
  await stage.patch('Node', 'taints', { spec: { taints: [...node.spec.taints, taint] } });
  await stage.gone('Pod', 'bears');
  await stage.patch('Node', 'taints', { spec: { taints: node.spec.taints } });
}

/** Nobody will say of a pod without a node that it has ended, nor of one whose node there never was. */
async function nodelessStory(stage: Stage): Promise<void> {
  const finalizers = ['example.com/held'];
  const labels = { app: 'nodeless' };
  await stage.make('v1', 'Pod', 'gated', {
    metadata: { finalizers, labels },
    spec: { ...podSpec('web'), schedulingGates: [{ name: 'example.com/wait' }] },
  });
  await stage.make('v1', 'Pod', 'of-no-node', {
    metadata: { finalizers, labels },
    spec: { ...podSpec('web'), nodeName: 'never-there' },
  });
  await stage.make('v1', 'Pod', 'unheld', {
    metadata: { labels },
    spec: { ...podSpec('web'), nodeName: 'never-there' },
  });
  await stage.remove('Pod', 'gated');
  await stage.object('Pod', 'gated', (it) => it.status.phase === 'Failed');
  const lost = (it: Loose) => condition(it, 'DisruptionTarget')?.reason === 'DeletionByPodGC';
  await stage.object('Pod', 'of-no-node', lost, 150_000);
  await stage.gone('Pod', 'unheld');
}

export const endingStories: readonly Story[] = [
  { name: 'collector', play: collectorStory },
  { name: 'namespace', play: namespaceStory },
  { name: 'custom-owner', play: customOwnerStory },
  { name: 'protection', play: protectionStory },
  { name: 'node', play: nodeStory },
  { name: 'taint', play: taintStory },
  { name: 'nodeless', play: nodelessStory },
];
