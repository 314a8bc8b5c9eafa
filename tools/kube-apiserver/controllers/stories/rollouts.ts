/** What Deployments and ReplicaSets do besides rolling out: going back, scaling in the middle, choosing who goes. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { imageOf, rolledOut, template, workload } from './pods-of.js';

async function rollbackStory(stage: Stage): Promise<void> {
  const cause = (text: string) => ({ annotations: { 'kubernetes.io/change-cause': text } });
  const body = workload('back', 'web:1', { replicas: 2, revisionHistoryLimit: 2 });
  await stage.make('apps/v1', 'Deployment', 'back', { ...body, metadata: cause('the first') });
  await stage.object('Deployment', 'back', rolledOut(2));
  for (const each of ['web:2', 'web:3']) {
    await stage.patch('Deployment', 'back', { ...imageOf(each), metadata: cause(`now ${each}`) });
    await stage.object('Deployment', 'back', rolledOut(2));
  }
  const back = async (revision: string, image: string) => {
    const annotations = { 'deprecated.deployment.rollback.to': revision };
    await stage.patch('Deployment', 'back', { metadata: { annotations } });
    await stage.object(
      'Deployment',
      'back',
      (it) =>
        it.metadata.annotations['deprecated.deployment.rollback.to'] === undefined &&
        it.spec.template.spec.containers[0].image === image &&
        rolledOut(2)(it),
    );
  };
  await back('1', 'web:1');
  await back('0', 'web:3');
  await back('5', 'web:3');
  await back('99', 'web:3');
  await stage.until('all three Events of it', async () => {
    const told = (await stage.list('Event')).filter(({ reason }) => reason.startsWith('DeploymentRollback'));
    return new Set(told.map(({ reason }) => reason)).size === 3;
  });
}

/** A Deployment is scaled while a rollout hangs: its sets are, in proportion. */
async function proportionalStory(stage: Stage): Promise<void> {
  const probe = { readinessProbe: { exec: { command: ['ready'] }, periodSeconds: 1 } };
  const containers = (image: string) => [{ name: 'main', image, ...probe }];
  const body = workload('shares', 'web:1', {
    ...{ replicas: 10, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } },
    template: template('shares', 'web:1', { containers: containers('web:1') }),
  });
  await stage.make('apps/v1', 'Deployment', 'shares', body);
  await stage.object('Deployment', 'shares', rolledOut(10));
  const counts = (replicas: number, updated: number) =>
    stage.object(
      'Deployment',
      'shares',
      ({ status, metadata }) =>
        status.observedGeneration === metadata.generation &&
        status.replicas === replicas &&
        status.updatedReplicas === updated,
    );
  await stage.patch('Deployment', 'shares', imageOf('never-ready', probe));
  await counts(13, 5);
  await stage.patch('Deployment', 'shares', { spec: { replicas: 15 } }, 'scale');
  const { status } = await stage.object('Deployment', 'shares', (it) => it.status.replicas === 18);
  await stage.patch('Deployment', 'shares', { spec: { paused: true } });
  await stage.object('Deployment', 'shares', (it) => condition(it, 'Progressing')?.reason === 'DeploymentPaused');
  await stage.patch('Deployment', 'shares', { spec: { replicas: 20 } }, 'scale');
  await stage.object('Deployment', 'shares', (it) => it.status.replicas === 23);
  if (status.updatedReplicas !== 7) throw new Error(`${status.updatedReplicas} of 18 are new`);
}

async function victimsStory(stage: Stage): Promise<void> {
  const set = (name: string, replicas: number) =>
    stage.make('apps/v1', 'ReplicaSet', name, workload(name, 'web:1', { replicas }));
  await set('ranked', 4);
  const pods = await stage.pods(4, 'app=ranked');
  const costs = ['100', '-5', '20', undefined];
  for (const [index, cost] of costs.entries())
    await stage.patch('Pod', pods[index]!.metadata.name, {
      metadata: {
        labels: { cost: String(cost).replace('-', 'minus') },
        ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
      },
    });
  await stage.patch('ReplicaSet', 'ranked', { spec: { replicas: 2 } }, 'scale');
  const left = (await stage.pods(2, 'app=ranked')).map(({ metadata }) => metadata.labels.cost).sort();
  if (left.join() !== '100,20') throw new Error(`left are ${left}`);

  await stage.make('v1', 'Pod', 'stray', template('adopting', 'web:1') as object);
  await stage.pods(1, 'app=adopting');
  await set('adopting', 1);
  await stage.object('ReplicaSet', 'adopting', (it) => it.status.availableReplicas === 1);
  await stage.object('Pod', 'stray', (it) => it.metadata.ownerReferences?.[0].name === 'adopting');
  await stage.patch('Pod', 'stray', { metadata: { labels: { app: 'released' } } });
  await stage.object('Pod', 'stray', (it) => it.metadata.ownerReferences === undefined);
  await stage.pods(1, 'app=adopting');
  await stage.object('ReplicaSet', 'adopting', (it: Loose) => it.status.availableReplicas === 1);
}

export const rolloutStories: readonly Story[] = [
  { name: 'rollback', play: rollbackStory },
  { name: 'proportional', play: proportionalStory },
  { name: 'victims', play: victimsStory },
];
