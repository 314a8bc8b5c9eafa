/** Autoscalers that may not go as they would, or do not know how, and budgets of disruption in every form. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { evict, measured, template, workload } from './pods-of.js';

/** Each of its pods uses as much as said. */
async function busyWorkload(stage: Stage, name: string, cpu: string, replicas = 1): Promise<void> {
  const containers = [{ name: 'main', image: 'busy', resources: { requests: { cpu: '100m' } } }];
  const pod = template(name, 'busy', { containers });
  const metadata = { ...pod.metadata, annotations: { 'stories/cpu': cpu } };
  await stage.make('apps/v1', 'Deployment', name, {
    spec: { replicas, selector: { matchLabels: { app: name } }, template: { ...pod, metadata } },
  });
  await stage.pods(replicas, `app=${name}`);
  await measured();
}

const half = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };

async function behaviourStory(stage: Stage): Promise<void> {
  const scale = (name: string, more: object, target = name) =>
    stage.make('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
      spec: {
        ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
        ...{ minReplicas: 1, maxReplicas: 10, metrics: [half], ...more },
      },
    });
  const limited = (name: string, reason: string) =>
    stage.object('HorizontalPodAutoscaler', name, (it) => condition(it, 'ScalingLimited')?.reason === reason);
  const inactive = (name: string, type: string, reason: string) =>
    stage.object('HorizontalPodAutoscaler', name, (it) => condition(it, type)?.reason === reason);

  const policy = (value: number) => ({
    stabilizationWindowSeconds: 0,
    policies: [{ type: 'Pods', value, periodSeconds: 600 }],
  });
  await busyWorkload(stage, 'stepped', '200m');
  await scale('stepped', { behavior: { scaleUp: policy(2), scaleDown: policy(1) } });
  await busyWorkload(stage, 'off', '200m');
  await scale('off', { behavior: { scaleUp: { selectPolicy: 'Disabled' } } });
  await busyWorkload(stage, 'contained', '100m');
  const target = { type: 'AverageValue', averageValue: '50m' };
  const containerResource = { name: 'cpu', container: 'main', target };
  await scale('contained', { maxReplicas: 3, metrics: [{ type: 'ContainerResource', containerResource }] });
  await busyWorkload(stage, 'well', '50m', 2);
  await scale('well', { minReplicas: 2 });
  await busyWorkload(stage, 'few', '0', 1);
  await scale('few', { minReplicas: 2 });
  await stage.make('apps/v1', 'Deployment', 'asleep', workload('asleep', 'web', { replicas: 0 }));
  await scale('asleep', {});
  await scale('missing', {});
  for (const name of ['one', 'other']) {
    await scale(name, {}, 'twice');
    await inactive(name, 'AbleToScale', 'FailedGetScale');
  }
  await busyWorkload(stage, 'twice', '50m');

  await limited('stepped', 'ScaleUpLimit');
  await limited('contained', 'TooManyReplicas');
  await inactive('asleep', 'ScalingActive', 'ScalingDisabled');
  await inactive('missing', 'AbleToScale', 'FailedGetScale');
  await inactive('other', 'ScalingActive', 'AmbiguousSelector');
  await inactive('one', 'ScalingActive', 'AmbiguousSelector');
  await stage.object('HorizontalPodAutoscaler', 'few', (it) => it.status.desiredReplicas === 2);
  await stage.pods(3, 'app=stepped');
  await stage.object('HorizontalPodAutoscaler', 'stepped', (it) => it.status.currentMetrics?.[0].resource.current);
  await limited('stepped', 'ScaleUpLimit');
  for (const pod of await stage.pods(3, 'app=stepped'))
    await stage.patch('Pod', pod.metadata.name, { metadata: { annotations: { 'stories/cpu': '0' } } });
  // What was added within the period may go again.
  await stage.pods(1, 'app=stepped');
  await stage.object('HorizontalPodAutoscaler', 'off', (it) => condition(it, 'ScalingActive')?.status === 'True');
  await stage.object('HorizontalPodAutoscaler', 'well', (it) => condition(it, 'ScalingActive')?.status === 'True');
}

async function budgetsStory(stage: Stage): Promise<void> {
  const budget = (name: string, spec: object) =>
    stage.make('policy/v1', 'PodDisruptionBudget', name, {
      spec: { selector: { matchLabels: { app: name } }, ...spec },
    });
  const counted = (name: string, look: (status: Loose) => unknown = () => true) =>
    stage.object(
      'PodDisruptionBudget',
      name,
      (it) => it.status?.observedGeneration === it.metadata.generation && look(it.status),
    );
  for (const name of ['quarter', 'most'])
    await stage.make('apps/v1', 'Deployment', name, workload(name, 'web:1', { replicas: 4 }));
  await stage.make('apps/v1', 'StatefulSet', 'set', workload('set', 'web:1', { replicas: 3, serviceName: 'set' }));
  await stage.make('apps/v1', 'ReplicaSet', 'all', workload('all', 'web:1', { replicas: 2 }));
  for (const app of ['bare', 'unmanaged'])
    for (const index of [0, 1]) await stage.make('v1', 'Pod', `${app}-${index}`, template(app, 'web:1') as object);
  const probe = { readinessProbe: { exec: { command: ['ready'] }, periodSeconds: 1 } };
  const ill = template('ill', 'never-ready', { containers: [{ name: 'main', image: 'never-ready', ...probe }] });
  await stage.make('apps/v1', 'ReplicaSet', 'ill', workload('ill', 'x', { replicas: 2, template: ill }));
  for (const [app, count] of Object.entries({ quarter: 4, most: 4, set: 3, all: 2, bare: 2, unmanaged: 2, ill: 2 }))
    await stage.pods(count, `app=${app}`);

  await budget('quarter', { maxUnavailable: '25%' });
  await budget('most', { minAvailable: '70%' });
  await budget('set', { maxUnavailable: 2 });
  await budget('all', { minAvailable: '100%' });
  await budget('bare', { minAvailable: 1 });
  await budget('unmanaged', { maxUnavailable: 1 });
  await budget('ill', { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
  await budget('nobody', { minAvailable: 1 });
  await budget('none', { minAvailable: 1, selector: null });
  await counted('quarter', ({ disruptionsAllowed }) => disruptionsAllowed === 1);
  await counted('most', ({ disruptionsAllowed }) => disruptionsAllowed === 1);
  await counted('set', ({ disruptionsAllowed }) => disruptionsAllowed === 2);
  await counted('all', ({ desiredHealthy }) => desiredHealthy === 2);
  await counted('bare', ({ disruptionsAllowed }) => disruptionsAllowed === 1);
  await counted('unmanaged', ({ expectedPods }) => expectedPods === 0);
  await counted('ill', ({ expectedPods }) => expectedPods === 2);
  await counted('nobody');
  await counted('none');

  const answer = async (name: string) => ((await evict(stage, name).catch((error) => error)) as Loose).status;
  await stage.make('v1', 'ConfigMap', 'answers', {
    data: {
      all: JSON.stringify(await answer((await stage.pods(2, 'app=all'))[0]!.metadata.name)),
      ill: JSON.stringify(await answer((await stage.pods(2, 'app=ill'))[0]!.metadata.name)),
      unmanaged: JSON.stringify(await answer('unmanaged-0')),
      bare: JSON.stringify(await answer('bare-0')),
    },
  });
  await counted('bare', ({ disruptionsAllowed, disruptedPods }) => disruptionsAllowed === 0 && !disruptedPods);
}

export const scalingStories: readonly Story[] = [
  { name: 'limits', play: behaviourStory },
  { name: 'budgets', play: budgetsStory },
];
