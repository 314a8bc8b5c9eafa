/** A policy behind HTTP, asked by a scheduler that knows it as an extender only; both follow one real API server. */
import { describe, expect, it } from '@jest/globals';
import { createInformers } from '@pintle/watch';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { ScorePlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { type ExtenderFetch, httpExtender } from './http-extender.js';
import { type SchedulerExtender, schedulerExtender } from './scheduler-extender.js';

/** Only nodes of the pod's own team, the ones with most letters first. */
const ownTeam: FilterPlugin & ScorePlugin = {
  name: 'OwnTeam',
  weight: 1,
  filter: (_, { pod }, { labels }) =>
    labels['team'] === pod.metadata.labels?.['team'] ? undefined : status('Unschedulable', 'not of its team'),
  score: (_state, _pod, { name }) => Math.min(100, name.length * 10),
};
const binder = defaultPlugins().filter(({ name }) => name === 'DefaultBinder' || name === 'PrioritySort');

/** The extender reads the cluster's own API server; what it is asked goes through web-standard requests. */
async function extended(configuration: object = {}, plugins = [...binder, ownTeam]) {
  const behind: { extender?: SchedulerExtender } = {};
  const fetch: ExtenderFetch = async (url, { method, headers, body }) =>
    behind.extender!.fetch(new Request(url, { method, headers, body }));
  const test = await SchedulerTestCluster.start({
    extendersOf: (clock) => [
      httpExtender(
        {
          urlPrefix: 'http://extender',
          filterVerb: 'filter',
          prioritizeVerb: 'prioritize',
          preemptVerb: 'preempt',
          nodeCacheCapable: true,
          weight: 100,
          ...configuration,
        },
        { fetch, clock },
      ),
    ],
  });
  const informers = createInformers({ client: test.client, world: test.world });
  informers.start();
  const extender = schedulerExtender({ world: test.world, informers, policy: profile({ plugins }) });
  behind.extender = extender;
  const started = extender.start();
  await test.settle();
  await started;
  return { test, extender };
}

describe('a policy as an extender', () => {
  it.each([
    ['names', true],
    ['whole nodes', false],
  ])('says which nodes will do and which are better, by %s', async (_, nodeCacheCapable) => {
    const { test } = await extended({ nodeCacheCapable });
    for (const [name, team] of [
      ['a', 'red'],
      ['bb', 'red'],
      ['c', 'blue'],
    ])
      await test.setNode(testNode(name!, { labels: { team: team! } }));
    await test.settle();
    await test.setPod(testPod('one', { namespace: 'ns', labels: { team: 'red' } }));
    await test.setPod(testPod('two', { namespace: 'ns', labels: { team: 'blue' } }));
    await test.setPod(testPod('three', { namespace: 'ns', labels: { team: 'green' } }));
    await test.settle();
    expect(await test.nodeOf('ns/one')).toBe('bb');
    expect(await test.nodeOf('ns/two')).toBe('c');
    const pod = await test.pod('ns/three');
    expect(pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message).toMatch(
      /^0\/3 nodes are available: 3 not of its team\./,
    );
  });

  it('follows pods: what they hold is taken', async () => {
    const fits = defaultPlugins().filter(({ name }) => name === 'NodeResourcesFit');
    const { test, extender } = await extended({}, [...binder, ...fits]);
    for (const name of ['a', 'b']) await test.setNode(testNode(name, { cpu: '2' }));
    await test.setPod(testPod('there', { namespace: 'ns', cpu: '2', nodeName: 'a' }));
    await test.settle();
    const ask = async () => {
      const body = JSON.stringify({ Pod: testPod('p', { cpu: '1' }), NodeNames: ['a', 'b', 'gone'] });
      return (await extender.fetch(new Request('http://x/filter', { method: 'POST', body }))).json();
    };
    expect(await ask()).toEqual({
      NodeNames: ['b'],
      FailedNodes: { a: 'Insufficient cpu', gone: 'node is not known yet' },
      FailedAndUnresolvableNodes: {},
    });
    await test.deletePod('ns/there');
    await test.settle();
    expect(await ask()).toMatchObject({ NodeNames: ['a', 'b'] });
  });

  it('agrees with a preemption only where its own policy would then let the pod in', async () => {
    const { test } = await extended();
    await test.setPriority('high', 10);
    for (const [name, team] of [
      ['a', 'red'],
      ['b', 'blue'],
    ])
      await test.setNode(testNode(name!, { cpu: '1', labels: { team: team! } }));
    await test.settle();
    for (const [name, team] of [
      ['x', 'red'],
      ['y', 'blue'],
    ])
      await test.setPod(
        testPod(name!, { namespace: 'ns', cpu: '1', labels: { team: team! }, terminationGracePeriodSeconds: 0 }),
      );
    await test.settle();
    await test.setPod(testPod('p', { namespace: 'ns', cpu: '1', labels: { team: 'blue' }, priorityClassName: 'high' }));
    await test.world.advance(5_000);
    expect(await test.nodeOf('ns/p')).toBe('b');
  });
});

describe('a request that means nothing', () => {
  const pod = { metadata: { name: 'p' }, spec: { containers: [] } };
  it.each([
    ['POST', 'http://x/bind', '{}', 404, 'no verb "bind": ask filter, prioritize or preempt'],
    ['POST', 'http://x/constructor', '{}', 404, 'no verb "constructor": ask filter, prioritize or preempt'],
    ['PUT', 'http://x/filter', '{}', 405, 'filter is asked by POST'],
    ['POST', 'http://x/filter', '{', 400, 'the request is no JSON'],
    ['POST', 'http://x/filter', '[]', 400, 'the request: must be an object'],
    ['POST', 'http://x/filter', '{"Pod":{"metadata":{}}}', 400, 'Pod.metadata.name: must be a string'],
    [
      'POST',
      'http://x/filter',
      JSON.stringify({ pod, nodes: { items: [1] } }),
      400,
      'Nodes.items[0]: must be an object',
    ],
    [
      'POST',
      'http://x/preempt',
      JSON.stringify({ Pod: pod, NodeNameToVictims: { a: { Pods: 1 } } }),
      400,
      'NodeNameToVictims[a].Pods: must be a list',
    ],
  ])('%s %s %s', async (method, url, body, code, message) => {
    const { extender } = await extended();
    const response = await extender.fetch(new Request(url, { method, body }));
    expect([response.status, await response.json()]).toEqual([code, { Error: message }]);
  });
});
