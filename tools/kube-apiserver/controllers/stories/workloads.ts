/** Deployments, ReplicaSets, StatefulSets and DaemonSets. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { evict, imageOf, rolledOut, template, volume, workload } from './pods-of.js';

async function deploymentStory(stage: Stage): Promise<void> {
  await stage.make('apps/v1', 'Deployment', 'web', workload('web', 'web:1', { replicas: 3 }));
  await stage.object('Deployment', 'web', rolledOut(3));
  await stage.patch('Deployment', 'web', { spec: { replicas: 5 } }, 'scale');
  await stage.object('Deployment', 'web', rolledOut(5));
  await stage.patch('Deployment', 'web', imageOf('web:2'));
  await stage.object('Deployment', 'web', rolledOut(5));
  await stage.patch('Deployment', 'web', imageOf('web:1'));
  await stage.object('Deployment', 'web', rolledOut(5));
  await stage.patch('Deployment', 'web', { spec: { paused: true } });
  await stage.object('Deployment', 'web', (it) => condition(it, 'Progressing')?.reason === 'DeploymentPaused');
  await stage.patch('Deployment', 'web', imageOf('web:3'));
  await stage.object('Deployment', 'web', (it) => it.status.observedGeneration === it.metadata.generation);
  await stage.patch('Deployment', 'web', { spec: { paused: null } });
  await stage.object('Deployment', 'web', rolledOut(5));
  await stage.patch('Deployment', 'web', { spec: { replicas: 0 } });
  await stage.object('Deployment', 'web', (it) => it.status.observedGeneration === it.metadata.generation);
  await stage.pods(0, 'app=web');
}

async function stuckStory(stage: Stage): Promise<void> {
  const probe = { readinessProbe: { exec: { command: ['ready'] }, periodSeconds: 1 } };
  const body = workload('stuck', 'never-ready', { replicas: 2, progressDeadlineSeconds: 3 });
  const containers = [{ name: 'main', image: 'never-ready', ...probe }];
  await stage.make('apps/v1', 'Deployment', 'stuck', {
    spec: { ...body.spec, template: template('stuck', 'never-ready', { containers }) },
  });
  await stage.object(
    'Deployment',
    'stuck',
    (it) => condition(it, 'Progressing')?.reason === 'ProgressDeadlineExceeded',
  );
}

async function heldBackStory(stage: Stage): Promise<void> {
  const reason = (name: string, wanted: string) =>
    stage.object('Deployment', name, (it) => condition(it, 'Progressing')?.reason === wanted);
  await stage.make('apps/v1', 'Deployment', 'still', workload('still', 'web:1', { replicas: 1 }));
  await stage.object('Deployment', 'still', rolledOut(1));
  await stage.patch('Deployment', 'still', {
    metadata: { annotations: { note: 'one' } },
    spec: { paused: true, minReadySeconds: 2 },
  });
  await stage.until('the set of a paused Deployment to be brought up to date', async () =>
    (await stage.list('ReplicaSet')).some((it: Loose) => it.spec.minReadySeconds === 2),
  );
  const late = workload('late', 'web:1', { replicas: 3, progressDeadlineSeconds: 8 });
  await stage.make('apps/v1', 'Deployment', 'late', late);
  await stage.object('Deployment', 'late', rolledOut(3));
  const counted = async (name: string, hard: object) => {
    await stage.make('v1', 'ResourceQuota', name, { spec: { hard } });
    await stage.object('ResourceQuota', name, (it) => it.status?.used !== undefined);
  };
  await counted('few-pods', { pods: '4' });
  await stage.patch('Deployment', 'late', imageOf('web:2'));
  await reason('late', 'NewReplicaSetCreated');
  await counted('few-sets', { 'count/replicasets.apps': '3' });
  await stage.make('apps/v1', 'Deployment', 'refused', workload('refused', 'web:1', { replicas: 1 }));
  await reason('refused', 'ReplicaSetCreateError');
  await reason('late', 'ProgressDeadlineExceeded');
}

async function recreateStory(stage: Stage): Promise<void> {
  const recreate = { replicas: 2, strategy: { type: 'Recreate' }, revisionHistoryLimit: 1 };
  await stage.make('apps/v1', 'Deployment', 'again', workload('again', 'web:1', recreate));
  for (const each of ['web:2', 'web:3', 'web:4']) {
    await stage.object('Deployment', 'again', rolledOut(2));
    await stage.patch('Deployment', 'again', imageOf(each));
  }
  await stage.object('Deployment', 'again', rolledOut(2));
  await stage.until('old ReplicaSets to go', async () => (await stage.list('ReplicaSet')).length === 2);
}

async function replicationStory(stage: Stage): Promise<void> {
  const body = { spec: { replicas: 2, selector: { app: 'old' }, template: template('old', 'web:1') } };
  await stage.make('v1', 'ReplicationController', 'old', body);
  const [first] = await stage.pods(2, 'app=old');
  await stage.remove('Pod', first!.metadata.name);
  await stage.object('ReplicationController', 'old', (it) => it.status.availableReplicas === 2);
  await stage.pods(2, 'app=old');
  await stage.patch('ReplicationController', 'old', { spec: { replicas: 1 } });
  await stage.object('ReplicationController', 'old', (it) => it.status.replicas === 1);
}

async function statefulStory(stage: Stage): Promise<void> {
  const storageClassName = `of-${stage.namespace}`;
  for (const index of [0, 1, 2])
    await stage.make(
      'v1',
      'PersistentVolume',
      `${stage.namespace}-${index}`,
      volume(`${stage.namespace}-${index}`, storageClassName),
    );
  const claim = {
    metadata: { name: 'data' },
    spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await stage.make(
    'apps/v1',
    'StatefulSet',
    'db',
    workload('db', 'web:1', {
      ...{ replicas: 2, serviceName: 'db', volumeClaimTemplates: [claim] },
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
    }),
  );
  const ready = (count: number) => (it: Loose) =>
    it.status.readyReplicas === count && it.status.replicas === count && it.status.availableReplicas === count;
  await stage.object('StatefulSet', 'db', ready(2));
  await stage.patch('StatefulSet', 'db', { spec: { replicas: 3 } }, 'scale');
  await stage.object('StatefulSet', 'db', ready(3));
  await stage.patch('StatefulSet', 'db', imageOf('web:2'));
  await stage.object(
    'StatefulSet',
    'db',
    (it) =>
      it.status.currentRevision === it.status.updateRevision && it.status.observedGeneration === 3 && ready(3)(it),
  );
  await stage.patch('StatefulSet', 'db', { spec: { replicas: 1 } }, 'scale');
  await stage.object('StatefulSet', 'db', ready(1));
  await stage.gone('PersistentVolumeClaim', 'data-db-2');
  await stage.gone('PersistentVolumeClaim', 'data-db-1');
  await stage.object('PersistentVolume', `${stage.namespace}-0`, (it) => it.status.phase !== 'Available');
}

async function daemonStory(stage: Stage): Promise<void> {
  await stage.make('apps/v1', 'DaemonSet', 'agent', workload('agent', 'web:1', {}, { nodeSelector: { pool: 'work' } }));
  const done = (it: Loose) =>
    it.status.observedGeneration === it.metadata.generation &&
    it.status.updatedNumberScheduled === 3 &&
    it.status.numberAvailable === 3;
  await stage.object('DaemonSet', 'agent', done);
  await stage.patch('DaemonSet', 'agent', imageOf('web:2'));
  await stage.object('DaemonSet', 'agent', done);
  await stage.until('two revisions', async () => (await stage.list('ControllerRevision')).length === 2);
}

async function disruptionStory(stage: Stage): Promise<void> {
  await stage.make('apps/v1', 'Deployment', 'safe', workload('safe', 'web:1', { replicas: 2 }));
  const [pod] = await stage.pods(2, 'app=safe');
  const spec = { minAvailable: 2, selector: { matchLabels: { app: 'safe' } } };
  await stage.make('policy/v1', 'PodDisruptionBudget', 'safe', { spec });
  await stage.object('PodDisruptionBudget', 'safe', (it) => it.status.currentHealthy === 2);
  const refused = await evict(stage, pod!.metadata.name).catch((error) => error.status?.code);
  if (refused !== 429) throw new Error(`an eviction came to ${refused}`);
  await stage.patch('PodDisruptionBudget', 'safe', { spec: { minAvailable: 1 } });
  await stage.object('PodDisruptionBudget', 'safe', (it) => it.status.disruptionsAllowed === 1);
  await evict(stage, pod!.metadata.name);
  await stage.gone('Pod', pod!.metadata.name);
  await stage.object('PodDisruptionBudget', 'safe', (it) => it.status.disruptionsAllowed === 1);
}

export const workloadStories: readonly Story[] = [
  { name: 'deployment', play: deploymentStory },
  { name: 'deployment-stuck', play: stuckStory },
  { name: 'held-back', play: heldBackStory },
  { name: 'deployment-recreate', play: recreateStory },
  { name: 'replication-controller', play: replicationStory },
  { name: 'statefulset', play: statefulStory },
  { name: 'daemonset', play: daemonStory },
  { name: 'disruption', play: disruptionStory },
];
