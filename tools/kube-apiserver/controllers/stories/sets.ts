/** StatefulSets by part, by hand and in order; DaemonSets that surge, and follow nodes. */
import type { Loose, Stage, Story } from '../stage.js';
import { claimOf, imageOf, template, volume, workload } from './pods-of.js';

const settled = (it: Loose) => it.status?.observedGeneration === it.metadata.generation;

async function partsStory(stage: Stage): Promise<void> {
  const set = (name: string, more: object) =>
    stage.make('apps/v1', 'StatefulSet', name, workload(name, 'web:1', { serviceName: name, ...more }));
  const ready = (name: string, count: number, more: (status: Loose) => unknown = () => true) =>
    stage.object(
      'StatefulSet',
      name,
      (it) =>
        settled(it) && it.status.readyReplicas === count && it.status.availableReplicas === count && more(it.status),
    );
  await set('part', {
    ...{ replicas: 3, podManagementPolicy: 'Parallel', ordinals: { start: 5 } },
    updateStrategy: { rollingUpdate: { partition: 2 } },
  });
  await set('hand', { replicas: 2, updateStrategy: { type: 'OnDelete' } });
  await ready('part', 3);
  await stage.patch('StatefulSet', 'part', imageOf('web:2'));
  await ready('part', 3, ({ updatedReplicas, currentReplicas }) => updatedReplicas === 1 && currentReplicas === 2);
  await ready('hand', 2);
  await stage.patch('StatefulSet', 'hand', imageOf('web:2'));
  await stage.object('StatefulSet', 'hand', (it) => it.status.updateRevision !== it.status.currentRevision);
  await stage.remove('Pod', 'hand-1');
  await ready('hand', 2, ({ updatedReplicas }) => updatedReplicas === 1);
  await stage.patch('StatefulSet', 'part', { spec: { ordinals: { start: 6 } } });
  await stage.gone('Pod', 'part-5');
  await stage.object('Pod', 'part-8', (it) => it.status.phase === 'Running');
  await ready('part', 3);
}

/** Claims go with the set; the first that is not ready keeps the others waiting. */
async function orderStory(stage: Stage): Promise<void> {
  const storageClassName = `of-${stage.namespace}`;
  const name = `${stage.namespace}-volume`;
  await stage.make('v1', 'PersistentVolume', name, volume(name, storageClassName));
  const template0 = { metadata: { name: 'data' }, ...claimOf(storageClassName) };
  await stage.make(
    'apps/v1',
    'StatefulSet',
    'brief',
    workload('brief', 'web:1', {
      ...{ replicas: 1, serviceName: 'brief', volumeClaimTemplates: [template0] },
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Delete' },
    }),
  );
  await stage.object('StatefulSet', 'brief', (it) => it.status.readyReplicas === 1);
  await stage.object('PersistentVolumeClaim', 'data-brief-0', (it) => it.metadata.ownerReferences !== undefined);
  await stage.remove('StatefulSet', 'brief');
  await stage.gone('PersistentVolumeClaim', 'data-brief-0');
  await stage.object('PersistentVolume', name, (it) => it.status.phase === 'Released');

  const probe = { readinessProbe: { exec: { command: ['ready'] }, periodSeconds: 1 } };
  const waiting = workload('waiting', 'web:1', { replicas: 3, serviceName: 'waiting', revisionHistoryLimit: 1 });
  await stage.make('apps/v1', 'StatefulSet', 'waiting', waiting);
  const done = (it: Loose) =>
    settled(it) && it.status.currentRevision === it.status.updateRevision && it.status.readyReplicas === 3;
  await stage.object('StatefulSet', 'waiting', done);
  for (const each of ['web:2', 'web:3']) {
    await stage.patch('StatefulSet', 'waiting', imageOf(each));
    await stage.object('StatefulSet', 'waiting', done);
  }
  await stage.patch('StatefulSet', 'waiting', imageOf('never-ready', probe));
  await stage.object('Pod', 'waiting-2', (it) => it.status.phase === 'Running' && it.spec.containers[0].readinessProbe);
  await stage.object('StatefulSet', 'waiting', (it) => settled(it) && it.status.readyReplicas === 2);
}

async function surgeStory(stage: Stage): Promise<void> {
  const onWork = { nodeSelector: { pool: 'work' } };
  const done = (it: Loose) => settled(it) && it.status.updatedNumberScheduled === 3 && it.status.numberAvailable === 3;
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  await stage.make(
    'apps/v1',
    'DaemonSet',
    'surge',
    workload('surge', 'web:1', { updateStrategy: { rollingUpdate }, revisionHistoryLimit: 1 }, onWork),
  );
  await stage.object('DaemonSet', 'surge', done);
  for (const each of ['web:2', 'web:3']) {
    await stage.patch('DaemonSet', 'surge', imageOf(each));
    await stage.object('DaemonSet', 'surge', done);
    await stage.pods(3, 'app=surge');
  }
  await stage.until('old revisions to go', async () => (await stage.list('ControllerRevision')).length === 2);
  await stage.patch('DaemonSet', 'surge', imageOf('web:2'));
  await stage.object('DaemonSet', 'surge', done);
  await stage.pods(3, 'app=surge');

  const byHand = { updateStrategy: { type: 'OnDelete' } };
  await stage.make('apps/v1', 'DaemonSet', 'hand', workload('hand', 'web:1', byHand, onWork));
  await stage.object('DaemonSet', 'hand', done);
  await stage.patch('DaemonSet', 'hand', imageOf('web:2'));
  await stage.object('DaemonSet', 'hand', (it) => settled(it) && it.status.updatedNumberScheduled === undefined);
  const first = (await stage.list('Pod', 'app=hand')).find(({ spec }) => spec.nodeName === 'node-1');
  await stage.remove('Pod', first.metadata.name);
  await stage.object(
    'DaemonSet',
    'hand',
    (it) => it.status.updatedNumberScheduled === 1 && it.status.numberReady === 3,
  );
}

/** Nodes come to be chosen and cease to be; what a node does not let in is not sent there. */
async function chosenNodesStory(stage: Stage): Promise<void> {
  const label = (node: string, value: string | null) =>
    stage.patch('Node', node, { metadata: { labels: { [stage.namespace]: value } } });
  const chosen = { nodeSelector: { [stage.namespace]: 'yes' } };
  await stage.make('apps/v1', 'DaemonSet', 'chosen', workload('chosen', 'web:1', {}, chosen));
  await stage.object('DaemonSet', 'chosen', settled);
  for (const node of ['node-0', 'node-2', 'small']) await label(node, 'yes');
  await stage.object('DaemonSet', 'chosen', (it) => it.status.numberAvailable === 2);
  await label('node-2', null);
  await stage.object('DaemonSet', 'chosen', (it) => it.status.desiredNumberScheduled === 1);
  await stage.pods(1, 'app=chosen');
  await stage.patch('DaemonSet', 'chosen', {
    spec: { template: { spec: { tolerations: [{ key: 'only', operator: 'Exists' }] } } },
  });
  await stage.object('DaemonSet', 'chosen', (it) => settled(it) && it.status.numberAvailable === 2);
  await stage.make('v1', 'Pod', 'stray', { ...template('chosen', 'web:1'), metadata: { labels: { app: 'stray' } } });
  await stage.object('DaemonSet', 'chosen', (it) => settled(it) && it.status.updatedNumberScheduled === 2);
}

export const setStories: readonly Story[] = [
  { name: 'parts', play: partsStory },
  { name: 'order', play: orderStory },
  { name: 'surge', play: surgeStory },
  { name: 'chosen-nodes', play: chosenNodesStory },
];
