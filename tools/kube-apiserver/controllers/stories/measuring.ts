/** Autoscalers by metrics of an adapter's own, and what they say where one is not to be had. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { measured, template } from './pods-of.js';

const average = (averageValue: string) => ({ type: 'AverageValue', averageValue });
const exactly = (value: string) => ({ type: 'Value', value });

async function measuringStory(stage: Stage): Promise<void> {
  /** Its pods, and itself, tell of the metrics. */
  const busy = async (name: string, annotations: object, replicas = 1) => {
    const pod = template(name, 'busy') as Loose;
    await stage.make('apps/v1', 'Deployment', name, {
      metadata: { annotations },
      spec: {
        ...{ replicas, selector: { matchLabels: { app: name } } },
        template: { ...pod, metadata: { ...pod.metadata, annotations } },
      },
    });
    await stage.pods(replicas, `app=${name}`);
  };
  const scale = (name: string, metrics: readonly object[], target = name) =>
    stage.make('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
      spec: {
        ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
        ...{ minReplicas: 1, maxReplicas: 5, metrics },
      },
    });
  const desires = (name: string, replicas: number) =>
    stage.object('HorizontalPodAutoscaler', name, ({ status }) => status?.desiredReplicas === replicas);
  const cannot = (name: string, reason: string) =>
    stage.object('HorizontalPodAutoscaler', name, (it) => condition(it, 'ScalingActive')?.reason === reason);
  const pods = (metric: object, target: object) => ({ type: 'Pods', pods: { metric, target } });
  const object = (describedObject: object, metric: object, target: object) => ({
    type: 'Object',
    object: { describedObject, metric, target },
  });
  const external = (metric: object, target: object) => ({ type: 'External', external: { metric, target } });
  const deployment = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });

  await stage.make('v1', 'ConfigMap', 'queue', { data: { a: '1500m', b: '2500m' } });
  for (const name of ['hits', 'load', 'share', 'here', 'outside', 'apart', 'series'])
    await busy(name, { 'stories/hits': '30', 'stories/load': '8' });
  for (const name of ['none', 'no-object', 'no-kind', 'no-queue', 'empty', 'partly'])
    await busy(name, { 'stories/hits': '30' });
  await measured();
  await scale('hits', [pods({ name: 'hits' }, average('10'))]);
  await scale('load', [object(deployment('load'), { name: 'load' }, exactly('4'))]);
  await scale('share', [object(deployment('share'), { name: 'load' }, average('4'))]);
  // It has as many as its name has letters.
  await scale('here', [object({ apiVersion: 'v1', kind: 'Namespace', name: 'any' }, { name: 'four' }, average('2'))]);
  await scale('outside', [external({ name: 'queue' }, exactly('2'))]);
  await scale('apart', [external({ name: 'Queue' }, average('2'))]);
  await scale('series', [external({ name: 'queue', selector: { matchLabels: { series: 'b' } } }, average('1'))]);
  await scale('none', [pods({ name: 'unknown' }, average('1'))]);
  await scale('no-object', [object(deployment('nobody'), { name: 'load' }, exactly('1'))]);
  await scale('no-kind', [
    object({ apiVersion: 'example.com/v1', kind: 'Shop', name: 'x' }, { name: 'a' }, exactly('1')),
  ]);
  await scale('no-queue', [external({ name: 'nothing' }, average('1'))]);
  await stage.make('v1', 'ConfigMap', 'nobody');
  await scale('empty', [external({ name: 'nobody' }, average('1'))]);
  await scale('partly', [pods({ name: 'unknown' }, average('1')), pods({ name: 'hits' }, average('10'))]);

  await desires('hits', 3);
  for (const name of ['load', 'share', 'here', 'outside', 'apart']) await desires(name, 2);
  await desires('series', 3);
  await desires('partly', 3);
  await cannot('none', 'FailedGetPodsMetric');
  await cannot('no-object', 'FailedGetObjectMetric');
  await cannot('no-kind', 'FailedGetObjectMetric');
  await cannot('no-queue', 'FailedGetExternalMetric');
  await cannot('empty', 'FailedGetExternalMetric');
}

export const measuringStories: readonly Story[] = [{ name: 'measuring', play: measuringStory }];
