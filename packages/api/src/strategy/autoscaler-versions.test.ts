/** Autoscalers in the older version: what it has no fields for is in annotations, and comes back. */
import { describe, expect, it } from '@jest/globals';
import { HorizontalPodAutoscaler as V1 } from '../autoscaling/v1/index.js';
import type { HorizontalPodAutoscaler } from '../autoscaling/v2/index.js';
import { autoscalerVersions } from './autoscaler-versions.js';

const [version] = autoscalerVersions(V1);
const scaleTargetRef = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' };
const stored: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', annotations: { mine: 'yes' } },
  spec: {
    scaleTargetRef,
    maxReplicas: 5,
    metrics: [
      {
        type: 'Pods',
        pods: {
          metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } },
          target: { type: 'AverageValue', averageValue: '10' },
        },
      },
      {
        type: 'Object',
        object: { describedObject: scaleTargetRef, metric: { name: 'load' }, target: { type: 'Value', value: '3' } },
      },
      {
        type: 'External',
        external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '2' } },
      },
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'main', target: { type: 'AverageValue', averageValue: '1Gi' } },
      },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
    ],
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 5, policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] },
    },
  },
  status: {
    currentReplicas: 2,
    desiredReplicas: 3,
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '1m' } } },
    ],
    conditions: [{ type: 'AbleToScale', status: 'True' }],
  },
};

describe('an autoscaler', () => {
  it('has the CPU in its fields and the rest in annotations', () => {
    const { metadata, spec, status } = version!.fromStored(stored) as V1;
    expect(spec).toEqual({ scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 60 });
    expect(status).toEqual({ currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 50 });
    expect(metadata.annotations).toEqual({
      mine: 'yes',
      'autoscaling.alpha.kubernetes.io/metrics': JSON.stringify([
        { type: 'Pods', pods: { metricName: 'hits', targetAverageValue: '10', selector: { matchLabels: { a: 'b' } } } },
        { type: 'Object', object: { target: scaleTargetRef, metricName: 'load', targetValue: '3' } },
        { type: 'External', external: { metricName: 'queue', targetAverageValue: '2' } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'memory', targetAverageValue: '1Gi', container: 'main' },
        },
      ]),
      'autoscaling.alpha.kubernetes.io/behavior':
        '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":5,"SelectPolicy":null,"Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15}],"Tolerance":null}}',
      'autoscaling.alpha.kubernetes.io/current-metrics':
        '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":50,"currentAverageValue":"1m"}}]',
      'autoscaling.alpha.kubernetes.io/conditions':
        '[{"type":"AbleToScale","status":"True","lastTransitionTime":null}]',
    });
  });

  it('comes back as it was', () => {
    expect(version!.toStored(version!.fromStored(stored))).toEqual(stored);
  });

  it('comes back as it was measured', () => {
    const selector = { matchLabels: { a: 'b' } };
    const currentMetrics: NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']> = [
      { type: 'Pods', pods: { metric: { name: 'hits', selector }, current: { averageValue: '10' } } },
      {
        type: 'Object',
        object: { describedObject: scaleTargetRef, metric: { name: 'load' }, current: { value: '3' } },
      },
      {
        type: 'External',
        external: { metric: { name: 'queue', selector }, current: { value: '7', averageValue: '2' } },
      },
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'main', current: { averageValue: '1Gi' } },
      },
    ];
    const measured = { ...stored, status: { ...stored.status!, currentMetrics } };
    expect(version!.toStored(version!.fromStored(measured))).toEqual(measured);
  });

  it('whose status tells of the CPU alone has it as a metric', () => {
    const status = { currentReplicas: 1, desiredReplicas: 1, currentCPUUtilizationPercentage: 7 };
    const older = { ...version!.fromStored(stored), metadata: { name: 'web' }, status };
    expect((version!.toStored(older as V1) as HorizontalPodAutoscaler).status).toEqual({
      currentReplicas: 1,
      desiredReplicas: 1,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7 } } }],
    });
  });

  it('is written in the order of its types, with the zeros that Go writes', () => {
    const selector = {
      matchExpressions: [{ values: ['a'], operator: 'In', key: 'k' }],
      matchLabels: { b: 'c', a: 'b' },
    };
    const odd = { type: '', pods: { metric: { selector, name: '' }, current: {} } };
    const status = { desiredReplicas: 0, currentMetrics: [odd] };
    const { metadata } = version!.fromStored({ ...stored, status } as HorizontalPodAutoscaler) as V1;
    expect(metadata.annotations).toMatchObject({
      'autoscaling.alpha.kubernetes.io/current-metrics':
        '[{"type":"","pods":{"metricName":"","currentAverageValue":"0","selector":{"matchLabels":{"a":"b","b":"c"},"matchExpressions":[{"key":"k","operator":"In","values":["a"]}]}}}]',
    });
  });

  const cpu = (averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  });
  it.each<readonly [annotations: object, spec: object]>([
    [{ metrics: '{' }, { metrics: [cpu(80)] }],
    [{ metrics: '[]' }, { metrics: [cpu(80)] }],
    [{ metrics: 'null', behavior: 'null' }, { metrics: [cpu(80)] }],
    [{ metrics: '[{"type":"Pods"},{"type":7}]' }, { metrics: [cpu(80)] }],
    [{ behavior: '{"ScaleUp":{"Policies":7}}' }, { metrics: [cpu(80)] }],
    [
      { metrics: '[{"TYPE":"Object","object":{"averageValue":"1k"}}]' },
      {
        metrics: [
          { type: 'Object', object: { metric: {}, target: { type: 'AverageValue', value: '0', averageValue: '1k' } } },
        ],
      },
    ],
    [
      { metrics: '[{"type":"External","external":{"metricName":"a","targetValue":"1","targetAverageValue":"2"}}]' },
      {
        metrics: [
          {
            type: 'External',
            external: { metric: { name: 'a' }, target: { type: 'Value', value: '1', averageValue: '2' } },
          },
        ],
      },
    ],
    [
      { behavior: '{"scaleup":{"STABILIZATIONWINDOWSECONDS":5}}' },
      { metrics: [cpu(80)], behavior: { scaleUp: { stabilizationWindowSeconds: 5 } } },
    ],
  ])('with the annotations %j has as much of its spec as they say', (said, spec) => {
    const annotations = Object.fromEntries(
      Object.entries(said).map(([name, text]) => [`autoscaling.alpha.kubernetes.io/${name}`, text as string]),
    );
    const object = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', annotations },
      spec: { scaleTargetRef, maxReplicas: 5 },
    } as V1;
    expect(version!.toStored(object)).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { scaleTargetRef, maxReplicas: 5, ...spec },
    });
  });
});
