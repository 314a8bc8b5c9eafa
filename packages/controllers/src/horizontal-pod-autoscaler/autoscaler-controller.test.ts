/** Autoscalers in a whole cluster, on virtual time, with metrics as data. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { HorizontalPodAutoscaler, type HorizontalPodAutoscalerSpec, type MetricSpec } from '@pintle/api/autoscaling/v2';
import { Event, Pod } from '@pintle/api/core/v1';
import { deployment, type TestCluster, testCluster } from '@pintle/testing';
import type { MetricsSource, PodMetrics, PodQuery } from './metrics-source.js';

/** What the source answers; tests change it as they go. */
interface Told {
  /** Of each pod, in thousandths, by resource, `container/resource` or metric. */
  each: Record<string, number>;
  /** Of objects and of what is outside, by metric. */
  all: Record<string, number>;
}

let cluster: TestCluster;
let told: Told;
afterEach(() => cluster.stop());

async function start(options: { readonly replicas?: number } = {}): Promise<void> {
  told = { each: {}, all: {} };
  const each = async (name: string, { namespace, selector }: PodQuery): Promise<PodMetrics> => {
    const milliValue = told.each[name];
    if (milliValue === undefined) throw new Error(`nothing is known of ${name}`);
    const pods = await cluster.client.list(Pod, { namespace });
    const atMs = cluster.world.clock.now();
    return new Map(
      pods
        .filter(({ metadata }) => selector.matches(metadata.labels ?? {}))
        .map(({ metadata }) => [metadata.name!, { milliValue, atMs, windowMs: 0 }]),
    );
  };
  const all = async (name: string) => {
    const value = told.all[name];
    if (value === undefined) throw new Error(`nothing is known of ${name}`);
    return value;
  };
  const metrics: MetricsSource = {
    resource: (query) =>
      each(query.container === undefined ? query.resource : `${query.container}/${query.resource}`, query),
    pods: (query) => each(query.metric, query),
    object: ({ metric }) => all(metric),
    external: async ({ metric }) => [await all(metric)],
  };
  cluster = await testCluster({ metrics, featureGates: { HPAConfigurableTolerance: true } });
  await cluster.client.create(
    deployment('web', { replicas: options.replicas ?? 2, requests: { cpu: '100m', memory: '1Gi' } }),
  );
  await cluster.settle();
}

const autoscaler = (spec: Partial<HorizontalPodAutoscalerSpec>, name = 'web'): HorizontalPodAutoscaler =>
  ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 10, ...spec },
  }) as HorizontalPodAutoscaler;

const get = (name = 'web') => cluster.client.get(HorizontalPodAutoscaler, { name });
const replicas = async () => (await cluster.client.get(Deployment, { name: 'web' })).spec!.replicas;
const conditions = async (name = 'web') =>
  ((await get(name)).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
const messageOf = async (type: string, name = 'web') =>
  (await get(name)).status?.conditions?.find((condition) => condition.type === type)?.message;
const eventsOf = async (name = 'web') =>
  (await cluster.client.list(Event, { namespace: 'default' }))
    .filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler' && involvedObject.name === name)
    .map(({ reason, message }) => `${reason}: ${message}`);
const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const rounds = (count: number) => cluster.advance({ seconds: count * 15 });

describe('an autoscaler', () => {
  it('has a metric and rules where none are given', async () => {
    await start();
    const made = await cluster.client.create(autoscaler({ behavior: { scaleUp: { stabilizationWindowSeconds: 30 } } }));
    expect(made.spec).toMatchObject({
      minReplicas: 1,
      metrics: [cpu(80)],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 30,
          selectPolicy: 'Max',
          policies: [
            { type: 'Pods', value: 4, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        },
        scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
      },
    });
  });

  it('follows what pods use, up at once and down when it is sure', async () => {
    await start();
    told.each['cpu'] = 160;
    await cluster.client.create(autoscaler({ metrics: [cpu(80)] }));
    await cluster.settle();
    expect(await replicas()).toBe(4);
    expect((await get()).status).toMatchObject({
      desiredReplicas: 4,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 160, averageValue: '160m' } } },
      ],
    });
    await rounds(1);
    told.each['cpu'] = 20;
    await cluster.advance({ minutes: 4 });
    expect(await replicas()).toBe(8);
    expect(await conditions()).toEqual([
      'AbleToScale=True ScaleDownStabilized',
      'ScalingActive=True ValidMetricFound',
      'ScalingLimited=False DesiredWithinRange',
    ]);
    await cluster.advance({ minutes: 2 });
    expect(await replicas()).toBe(2);
    expect(await eventsOf()).toEqual([
      'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
      'SuccessfulRescale: New size: 8; reason: cpu resource utilization (percentage of request) above target',
      'SuccessfulRescale: New size: 2; reason: All metrics below target',
    ]);
  });

  const kinds: [
    name: string,
    metric: MetricSpec,
    told: Partial<Told>,
    replicas: number,
    current: object,
    why: string,
  ][] = [
    [
      'a resource on average',
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      { each: { memory: 1.5 * 2 ** 30 * 1000 } },
      3,
      { resource: { name: 'memory', current: { averageValue: '1610612736' } } },
      'memory resource',
    ],
    [
      'a container',
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'main', target: { type: 'Utilization', averageUtilization: 50 } },
      },
      { each: { 'main/cpu': 75 } },
      3,
      {
        containerResource: { container: 'main', name: 'cpu', current: { averageUtilization: 75, averageValue: '75m' } },
      },
      'cpu container resource utilization (percentage of request)',
    ],
    [
      'a metric of the pods',
      { type: 'Pods', pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '10' } } },
      { each: { qps: 15_000 } },
      3,
      { pods: { metric: { name: 'qps' }, current: { averageValue: '15' } } },
      'pods metric qps',
    ],
    [
      'a value of an object',
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'front' },
          metric: { name: 'hits' },
          target: { type: 'Value', value: '1k' },
        },
      },
      { all: { hits: 1_500_000 } },
      3,
      { object: { describedObject: { kind: 'Service' }, current: { value: '1500' } } },
      'Service metric hits',
    ],
    [
      'a share of an object',
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'front' },
          metric: { name: 'hits', selector: { matchLabels: { verb: 'GET' } } },
          target: { type: 'AverageValue', averageValue: '500' },
        },
      },
      { all: { hits: 1_500_000 } },
      3,
      { object: { current: { averageValue: '750' } } },
      'external metric hits(&LabelSelector{MatchLabels:map[string]string{verb: GET,},MatchExpressions:[]LabelSelectorRequirement{},})',
    ],
    [
      'a value from outside',
      { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } } },
      { all: { queue: 45_000 } },
      3,
      { external: { metric: { name: 'queue' }, current: { value: '45' } } },
      'external metric queue(nil)',
    ],
    [
      'a share of what is outside',
      {
        type: 'External',
        external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '15' } },
      },
      { all: { queue: 45_000 } },
      3,
      { external: { current: { averageValue: '22500m' } } },
      'external metric queue(nil)',
    ],
  ];
  it.each(kinds)('by %s', async (_name, metric, { each = {}, all = {} }, wanted, current, why) => {
    await start();
    Object.assign(told, { each, all });
    await cluster.client.create(autoscaler({ metrics: [metric] }));
    await cluster.settle();
    expect(await replicas()).toBe(wanted);
    expect((await get()).status!.currentMetrics).toMatchObject([{ type: metric.type, ...current }]);
    expect(await eventsOf()).toEqual([`SuccessfulRescale: New size: ${wanted}; reason: ${why} above target`]);
  });

  const external = 'unable to get external metric default/queue/nil: nothing is known of queue';
  it.each<readonly [index: number, what: string, fault: string]>([
    [
      0,
      'memory resource metric value: ',
      'failed to get memory usage: unable to get metrics for resource memory: nothing is known of memory',
    ],
    [
      1,
      'main container metric value: ',
      'failed to get cpu utilization: unable to get metrics for resource cpu: nothing is known of main/cpu',
    ],
    [2, 'pods metric value: ', 'unable to get metric qps: nothing is known of qps'],
    [3, 'object metric value: ', 'unable to get metric hits: Service on default front/nothing is known of hits'],
    [
      4,
      'object metric value: failed to get hits object metric: ',
      'unable to get metric hits: Service on default front/nothing is known of hits',
    ],
    [5, 'queue external metric value: failed to get external metric queue: ', external],
    [6, 'queue external metric value: failed to get queue external metric: ', external],
  ])('says what it cannot tell of metric %d', async (index, what, fault) => {
    await start();
    await cluster.client.create(autoscaler({ metrics: [kinds[index]![1]] }));
    await cluster.settle();
    expect(await messageOf('ScalingActive')).toBe(`the HPA was unable to compute the replica count: ${fault}`);
    expect(await eventsOf()).toContain(
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get ${what}${fault}`,
    );
  });

  it('names the last of the metrics that ask for nothing', async () => {
    await start();
    Object.assign(told, { each: { memory: 0, qps: 0 } });
    await cluster.client.create(autoscaler({ metrics: [kinds[0]![1], kinds[2]![1]] }));
    await cluster.settle();
    expect(await messageOf('ScalingActive')).toBe(
      'the HPA was able to successfully calculate a replica count from pods metric qps',
    );
  });

  it('does what the metric that asks for most says; with a fault in one it only adds', async () => {
    await start({ replicas: 4 });
    Object.assign(told, { each: { cpu: 20 } });
    const queue: MetricSpec = {
      type: 'External',
      external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
    };
    await cluster.client.create(autoscaler({ metrics: [cpu(80), queue] }));
    await cluster.settle();
    expect(await replicas()).toBe(4);
    expect(await conditions()).toContain('ScalingActive=False FailedGetExternalMetric');
    // What is known is told, and what is not has an empty place.
    expect((await get()).status?.currentMetrics?.map(({ type }) => type)).toEqual(['Resource', '']);
    expect(await messageOf('ScalingActive')).toBe(
      'the HPA was unable to compute the replica count: unable to get external metric default/queue/nil: nothing is known of queue',
    );
    expect(await eventsOf()).toContain(
      'FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 2), first error is: failed to get queue external metric value: failed to get queue external metric: unable to get external metric default/queue/nil: nothing is known of queue',
    );
    told.each['cpu'] = 120;
    await rounds(1);
    expect(await replicas()).toBe(6);
    expect(await conditions()).toContain('ScalingActive=True ValidMetricFound');
    told.all['queue'] = 90_000;
    await rounds(1);
    expect(await replicas()).toBe(9);
  });

  it('keeps to its limits, and leaves alone what was set to none', async () => {
    await start({ replicas: 5 });
    await cluster.client.create(autoscaler({ maxReplicas: 3, metrics: [cpu(80)] }));
    await rounds(1);
    expect(await replicas()).toBe(3);
    const limit = (spec: object) =>
      cluster.client.patch(HorizontalPodAutoscaler, { name: 'web' }, { type: 'merge', body: { spec } });
    await limit({ minReplicas: 6, maxReplicas: 8 });
    await rounds(1);
    expect(await replicas()).toBe(6);
    expect(await eventsOf()).toEqual(
      expect.arrayContaining([
        'SuccessfulRescale: New size: 3; reason: Current number of replicas above Spec.MaxReplicas',
        'SuccessfulRescale: New size: 6; reason: Current number of replicas below Spec.MinReplicas',
      ]),
    );
    await cluster.client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { spec: { replicas: 0 } } });
    await rounds(2);
    expect(await replicas()).toBe(0);
    expect(await conditions()).toContain('ScalingActive=False ScalingDisabled');
  });

  it('says what it cannot find', async () => {
    await start();
    await cluster.client.create(
      autoscaler({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gone' } }, 'gone'),
    );
    await cluster.client.create(autoscaler({ scaleTargetRef: { kind: 'Castle', name: 'air' } }, 'air'));
    await rounds(1);
    expect(await messageOf('AbleToScale', 'gone')).toBe(
      `the HPA controller was unable to get the target's current scale: deployments.apps "gone" not found`,
    );
    expect(await messageOf('AbleToScale', 'air')).toBe(
      `the HPA controller was unable to get the target's current scale: no matches for kind "Castle" in group ""`,
    );
    expect(await conditions('gone')).toEqual(['AbleToScale=False FailedGetScale']);
  });

  it('stands back where another autoscaler has the same pods', async () => {
    await start();
    told.each['cpu'] = 160;
    await cluster.client.create(autoscaler({ metrics: [cpu(80)], maxReplicas: 2 }, 'a'));
    await cluster.client.create(autoscaler({ metrics: [cpu(80)] }, 'b'));
    await rounds(2);
    expect(await replicas()).toBe(2);
    for (const name of ['a', 'b'])
      expect(await messageOf('ScalingActive', name)).toBe(
        'pods by selector app=web are controlled by multiple HPAs: [default/a default/b]',
      );
  });

  it('goes up and down at the pace of its rules', async () => {
    await start({ replicas: 2 });
    told.each['cpu'] = 800;
    await cluster.client.create(
      autoscaler({
        metrics: [cpu(80)],
        maxReplicas: 20,
        behavior: {
          scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
          scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] },
        },
      }),
    );
    const seen: (number | undefined)[] = [];
    const watch = async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute++) {
        await cluster.advance({ minutes: 1 });
        seen.push(await replicas());
      }
    };
    await watch(4);
    expect(await conditions()).toContain('ScalingLimited=True ScaleUpLimit');
    told.each['cpu'] = 1;
    await watch(3);
    expect(seen).toEqual([4, 5, 6, 7, 3, 1, 1]);
  });

  it('bears what its tolerances bear', async () => {
    await start({ replicas: 4 });
    told.each['cpu'] = 96;
    const rules = { policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };
    await cluster.client.create(
      autoscaler({ metrics: [cpu(80)], behavior: { scaleUp: { tolerance: '0.25', ...rules } } }),
    );
    await rounds(2);
    expect(await replicas()).toBe(4);
    told.each['cpu'] = 104;
    await rounds(1);
    expect(await replicas()).toBe(6);
  });

  it('is refused where it makes no sense', async () => {
    await start();
    const faults: [spec: Partial<HorizontalPodAutoscalerSpec>, message: string][] = [
      [{ minReplicas: 0 }, 'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
      [
        { minReplicas: 3, maxReplicas: 2 },
        'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
      ],
      [{ maxReplicas: 0 }, 'spec.maxReplicas: Invalid value: 0: must be greater than 0'],
      [{ scaleTargetRef: { kind: '', name: 'web' } }, 'spec.scaleTargetRef.kind: Required value'],
      [
        { metrics: [{ type: 'Resource' }] },
        'spec.metrics[0].resource: Required value: must populate information for the given metric source',
      ],
      [{ metrics: [{ ...cpu(80), type: 'Weather' }] }, 'spec.metrics[0].type: Unsupported value: "Weather"'],
      [
        { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] },
        'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
      ],
      [
        { behavior: { scaleUp: { selectPolicy: 'Most' } } },
        'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Most": supported values: "Disabled", "Max", "Min"',
      ],
      [
        { behavior: { scaleDown: { policies: [{ type: 'Pods', value: 0, periodSeconds: 3_600 }] } } },
        'spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
      ],
    ];
    for (const [spec, message] of faults)
      await expect(cluster.client.create(autoscaler(spec))).rejects.toThrow(message);
  });
});
