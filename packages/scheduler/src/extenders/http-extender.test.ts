/** Schedulers with extenders: what is posted, and what comes of the answers. */
import { describe, expect, it } from '@jest/globals';
import type { Node } from '@pintle/api/core/v1';
import { parse } from 'yaml';
import type { ExtenderConfiguration } from '../configuration/notation.js';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { type ExtenderFetch, httpExtender } from './http-extender.js';

type Answers = Readonly<Record<string, (body: Record<string, unknown>) => unknown>>;

/** An extender in this process, by verb. Throws what an answer throws. */
const fetchOf = (answers: Answers, asked: string[] = []): ExtenderFetch => {
  return async (url, { body }) => {
    const verb = url.split('/').at(-1)!;
    asked.push(url);
    const answer = await answers[verb]!(JSON.parse(body));
    return { status: answer === undefined ? 500 : 200, text: async () => JSON.stringify(answer) };
  };
};

interface Extended {
  readonly answers: Answers;
  readonly words?: string;
  readonly asked?: string[];
}

async function cluster(...extended: readonly Extended[]): Promise<SchedulerTestCluster> {
  return SchedulerTestCluster.start({
    extendersOf: (clock) =>
      extended.map(({ answers, words = '', asked }) => {
        const verbs = Object.keys(answers).map((verb) => `${verb}Verb: ${verb}`);
        const yaml = ['urlPrefix: http://extender/v1', ...verbs, words].join('\n');
        const configuration = parse(yaml) as ExtenderConfiguration;
        return httpExtender(configuration, { fetch: fetchOf(answers, asked), clock });
      }),
  });
}

const nodes = async (test: SchedulerTestCluster, ...names: string[]) => {
  for (const name of names) await test.setNode(testNode(name, { allocatable: { 'example.com/gpu': '1' } }));
};
const namesIn = (body: Record<string, unknown>) =>
  ((body['Nodes'] as { items: Node[] }).items ?? []).map(({ metadata }) => metadata.name!);
const keepOnly = (name: string) => (body: Record<string, unknown>) => ({
  Nodes: { items: (body['Nodes'] as { items: Node[] }).items.filter(({ metadata }) => metadata.name === name) },
  FailedNodes: Object.fromEntries(namesIn(body).flatMap((each) => (each === name ? [] : [[each, 'not this one']]))),
});
const messageOf = async (test: SchedulerTestCluster) =>
  (await test.pod('ns/p'))?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;

describe('extenders', () => {
  it('filter', async () => {
    const test = await cluster({ answers: { filter: keepOnly('b') } });
    await nodes(test, 'a', 'b', 'c');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('b');
  });

  it('filter by names where they know the nodes', async () => {
    const answer = (body: Record<string, unknown>) => ({ nodenames: (body['NodeNames'] as string[]).slice(-1) });
    const test = await cluster({ answers: { filter: answer }, words: 'nodeCacheCapable: true' });
    await nodes(test, 'a', 'b');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('b');
  });

  it('are asked one after the other, and their reasons are told', async () => {
    const refuse = () => ({ NodeNames: [], FailedAndUnresolvableNodes: { b: 'never' } });
    const test = await cluster({ answers: { filter: keepOnly('b') } }, { answers: { filter: refuse } });
    await nodes(test, 'a', 'b');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(await messageOf(test)).toMatch(/^0\/2 nodes are available: 1 never, 1 not this one\./);
  });

  it('score, by their weight', async () => {
    const score = (best: string) => (body: Record<string, unknown>) =>
      namesIn(body).map((Host) => ({ Host, Score: Host === best ? 10 : 0 }));
    const test = await cluster(
      { answers: { prioritize: score('a') }, words: 'weight: 1' },
      { answers: { prioritize: score('c') }, words: 'weight: 5' },
    );
    await nodes(test, 'a', 'b', 'c');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('c');
  });

  it('bind', async () => {
    const bodies: unknown[] = [];
    const test = await cluster({ answers: { bind: (body) => [bodies.push(body), {}][1] } });
    await nodes(test, 'a');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(bodies).toMatchObject([{ PodName: 'p', PodNamespace: 'ns', Node: 'a' }]);
    expect(test.scheduler.counts.assumedOrBound).toBe(1);
  });

  it('that fail end the attempt by name, and are passed over where they may be ignored', async () => {
    const broken = { filter: () => undefined };
    const test = await cluster({ answers: broken });
    await nodes(test, 'a');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(await messageOf(test)).toContain('extender http://extender/v1: failed filter with extender');
    const other = await cluster({ answers: broken, words: 'ignorable: true' });
    await nodes(other, 'a');
    await other.setPod(testPod('p', { namespace: 'ns' }));
    await other.settle();
    expect(await other.nodeOf('ns/p')).toBe('a');
  });

  it.each([
    ['a list', []],
    ['an error of their own', { Error: 'broken inside' }],
  ])('that answer with %s end the attempt', async (_, answer) => {
    const test = await cluster({ answers: { filter: () => answer } });
    await nodes(test, 'a');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBeUndefined();
    expect(await messageOf(test)).toContain('extender http://extender/v1');
  });

  it('are asked only about pods that want what they manage', async () => {
    const asked: string[] = [];
    const words = 'managedResources: [{ name: example.com/gpu }]';
    const test = await cluster({ answers: { filter: keepOnly('b') }, words, asked });
    await nodes(test, 'a', 'b');
    await test.setPod(testPod('plain', { namespace: 'ns' }));
    await test.settle();
    expect(asked).toEqual([]);
    await test.setPod(testPod('p', { namespace: 'ns', requests: { 'example.com/gpu': '1' } }));
    await test.settle();
    expect(asked).toEqual(['http://extender/v1/filter']);
    expect(await test.nodeOf('ns/p')).toBe('b');
  });

  it('agree on which pods leave', async () => {
    const seen: unknown[] = [];
    const preempt = (body: Record<string, unknown>) => {
      const given = body['NodeNameToVictims'] as Record<string, { Pods: { metadata: { uid: string } }[] }>;
      seen.push(Object.keys(given).sort());
      const pods = given['b']!.Pods.map(({ metadata }) => ({ UID: metadata.uid }));
      return { NodeNameToMetaVictims: { b: { Pods: pods, NumPDBViolations: 0 } } };
    };
    const test = await cluster({ answers: { preempt } });
    await test.setPriority('high', 10);
    for (const name of ['a', 'b']) await test.setNode(testNode(name, { cpu: '1' }));
    for (const name of ['x', 'y'])
      await test.setPod(testPod(name, { namespace: 'ns', cpu: '1', terminationGracePeriodSeconds: 0 }));
    await test.settle();
    await test.setPod(testPod('p', { namespace: 'ns', cpu: '1', priorityClassName: 'high' }));
    await test.world.advance(5000);
    expect(seen[0]).toEqual(['a', 'b']);
    expect(await test.nodeOf('ns/p')).toBe('b');
  });

  it('that answer after the scheduler has stopped are not followed', async () => {
    let answer = () => {};
    const waits = new Promise<void>((resolve) => (answer = resolve));
    const asked: string[] = [];
    const test = await cluster({ answers: { filter: (body) => waits.then(() => keepOnly('a')(body)) }, asked });
    await nodes(test, 'a', 'b');
    await test.setPod(testPod('p', { namespace: 'ns' }));
    await test.settle();
    expect(asked).toHaveLength(1);
    await test.scheduler.stop();
    answer();
    await test.settle();
    expect([await test.nodeOf('ns/p'), test.scheduler.counts.assumedOrBound]).toEqual([undefined, 0]);
  });
});
