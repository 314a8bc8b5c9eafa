/** Cases of the trigger time tracker of k8s.io/endpointslice, and what a change of pods leaves on the objects. */
import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { Endpoints, type Pod, type Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { deployment, service, testCluster } from '@pintle/testing';
import { nextTriggerTimes, type TriggerTimes, triggerTimeAnnotation, withTriggerTime } from './trigger-time.js';

const at = (second: number) => `2025-01-01T00:00:0${second}Z`;
/** Pods by name, with the second since which they are ready or not. */
type Pods = Readonly<Record<string, number>>;
const podsOf = (pods: Pods) =>
  Object.entries(pods).map(([name, second], index) => {
    const status = index % 2 === 0 ? 'True' : 'False';
    return {
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status, lastTransitionTime: at(second) }] },
    } as unknown as Pod;
  });

describe('nextTriggerTimes', () => {
  it.each<[string, number, readonly Pods[], readonly (number | undefined)[]]>([
    ['a new Service without pods', 2, [{}], [2]],
    ['a new Service, of older and younger pods', 3, [{ a: 0, b: 1, c: 5 }], [3]],
    ['pods are added: the first of them', 0, [{}, { a: 2, b: 1 }], [0, 1]],
    [
      'pods change: the first of those that did',
      0,
      [
        { a: 1, b: 2, c: 3 },
        { a: 5, b: 4, c: 3 },
      ],
      [0, 4],
    ],
    [
      'nothing changes',
      0,
      [
        { a: 1, b: 2 },
        { a: 1, b: 2 },
      ],
      [0, undefined],
    ],
    ['a pod goes, and comes again', 0, [{ a: 1, b: 2 }, { a: 1 }, { a: 1, b: 4 }], [0, undefined, 4]],
    ['a clock goes back', 0, [{ a: 3 }, { a: 2 }, { a: 3 }], [0, undefined, 3]],
  ])('%s', (_name, created, looks, expected) => {
    const web = { metadata: { name: 'web', creationTimestamp: at(created) } } as Service;
    let times: TriggerTimes | undefined;
    const said = looks.map((pods) => {
      times = nextTriggerTimes(times, web, podsOf(pods));
      return withTriggerTime({ [triggerTimeAnnotation]: 'before', own: 'kept' }, times);
    });
    expect(said).toEqual(
      expected.map((second) => ({
        own: 'kept',
        ...(second === undefined ? {} : { [triggerTimeAnnotation]: at(second) }),
      })),
    );
  });

  it('does not count pods that say nothing of being ready', () => {
    const web = { metadata: { name: 'web', creationTimestamp: at(1) } } as Service;
    const known = nextTriggerTimes(undefined, web, []);
    expect(nextTriggerTimes(known, web, [{ metadata: { name: 'a' } } as Pod])).toEqual({
      ofPodsMs: new Map(),
      changedMs: undefined,
    });
  });
});

it('Endpoints and slices tell when what they were written for happened', async () => {
  const cluster = await testCluster({ nodes: 1 });
  const { client } = cluster;
  const told = async () => {
    const [slice] = await client.list(EndpointSlice, { labelSelector: 'kubernetes.io/service-name=web' });
    const endpoints = await client.get(Endpoints, { name: 'web' });
    return [endpoints, slice!].map(({ metadata }) => metadata.annotations?.[triggerTimeAnnotation]);
  };
  const { metadata } = await client.create(service('web'));
  await cluster.settle();
  expect(await told()).toEqual([metadata.creationTimestamp, metadata.creationTimestamp]);

  await cluster.advance({ minutes: 1 });
  const { metadata: since } = await client.create(deployment('web', { replicas: 1 }));
  await cluster.advance({ seconds: 30 });
  const [ofEndpoints, ofSlice] = await told();
  expect(ofSlice).toBe(ofEndpoints);
  expect(Date.parse(ofSlice!)).toBeGreaterThanOrEqual(Date.parse(since.creationTimestamp!));

  // A pod that goes does not say when: what is written then says nothing.
  await client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { spec: { replicas: 0 } } });
  await cluster.advance({ minutes: 2 });
  expect(await told()).toEqual([undefined, undefined]);
  await cluster.stop();
});
