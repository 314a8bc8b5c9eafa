/** Gangs whose scheduler has extenders, over real HTTP: they are asked about each member as about any pod. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Node, Pod } from '@pintle/api/core/v1';
import type { ExtenderConfiguration } from '../configuration/notation.js';
import { httpExtender } from '../extenders/http-extender.js';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { PodGroup, podGroupLabel } from './pod-group.js';

type Body = Readonly<Record<string, unknown>>;
type Answer = (body: Body) => unknown;

let server: Server;
let urlPrefix: string;
/** By verb what the extender answers: a promise is waited for, nothing is a status of 500. */
const answers = new Map<string, Answer>();
const asked: string[] = [];
let test: SchedulerTestCluster;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const verb = request.url!.split('/').at(-1)!;
    const body = JSON.parse(Buffer.concat(parts).toString()) as Body;
    asked.push(`${verb} ${podOf(body)}`);
    const answer = await answers.get(verb)!(body);
    response.writeHead(answer === undefined ? 500 : 200).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  urlPrefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
  await test.scheduler.stop();
  answers.clear();
  asked.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const podOf = (body: Body) => String(body['PodName'] ?? (body['Pod'] as Pod).metadata.name);
const namesIn = (body: Body) => body['NodeNames'] as string[];
const policy = profile({ plugins: defaultPlugins({ gangScheduling: true }) });
const group = (minCount: number, topology?: string) =>
  ({
    apiVersion: 'scheduling.k8s.io/v1alpha2',
    kind: 'PodGroup',
    metadata: { name: 'g', namespace: 'ns' },
    spec: {
      schedulingPolicy: { gang: { minCount } },
      ...(topology && { schedulingConstraints: { topology: [{ key: topology }] } }),
    },
  }) as PodGroup;
const member = (i: number, words: Parameters<typeof testPod>[1] = {}) =>
  testPod(`p${i}`, { namespace: 'ns', labels: { [podGroupLabel]: 'g' }, cpu: '1', ...words });
const keepOnly =
  (...names: readonly string[]): Answer =>
  (body) => ({
    NodeNames: namesIn(body).filter((name) => names.includes(name)),
    FailedNodes: Object.fromEntries(
      namesIn(body).flatMap((name) => (names.includes(name) ? [] : [[name, 'not mine']])),
    ),
  });

async function start(given: Readonly<Record<string, Answer>>, words: Partial<ExtenderConfiguration> = {}) {
  for (const [verb, answer] of Object.entries(given)) answers.set(verb, answer);
  const verbs = Object.fromEntries(Object.keys(given).map((verb) => [`${verb}Verb`, verb]));
  const configuration = { urlPrefix, nodeCacheCapable: true, ...verbs, ...words } as ExtenderConfiguration;
  test = await SchedulerTestCluster.start({
    kinds: [PodGroup],
    profiles: [policy],
    podsPerTurn: 1,
    extendersOf: (clock) => [httpExtender(configuration, { fetch, clock })],
  });
  for (const [i, name] of ['a', 'b', 'c'].entries())
    await test.setNode(testNode(name, { cpu: '2', labels: { rack: `r${i % 2}` } }));
}

async function makeGang(count: number, minCount = count, topology?: string): Promise<void> {
  await test.client.create(group(minCount, topology));
  for (let i = 0; i < count; i++) await test.setPod(member(i));
}

/** Until nothing is under way, on the wire neither. */
async function settle(isDone = () => test.scheduler.idle): Promise<void> {
  do {
    await test.settle();
    await new Promise((resolve) => setImmediate(resolve));
  } while (!isDone());
  await test.settle();
}

const nodesOfMembers = async () =>
  (await test.pods()).flatMap(({ metadata, spec }) =>
    metadata.name!.startsWith('p') && spec?.nodeName ? [spec.nodeName] : [],
  );
const messageOf = async (key = 'ns/p0') =>
  (await test.pod(key))?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
const asks = (verb: string) => asked.filter((each) => each.startsWith(verb)).sort();

describe('extenders', () => {
  it('filter the nodes of each member', async () => {
    await start({ filter: keepOnly('b', 'c') });
    await makeGang(4);
    await settle();
    expect((await nodesOfMembers()).sort()).toEqual(['b', 'b', 'c', 'c']);
    expect(asks('filter')).toEqual(times(4, (i) => `filter p${i}`));
  });

  it('leave a gang without its place where they leave too few nodes, and nothing is kept', async () => {
    await start({ filter: keepOnly('b') });
    await makeGang(3);
    await settle();
    expect([await nodesOfMembers(), test.scheduler.counts.assumedOrBound]).toEqual([[], 0]);
    expect(await messageOf()).toContain('minCount (3) cannot be satisfied: 2 scheduled, 0 remaining');
    // The one that had no place is told why.
    const messages = await Promise.all(times(3, (i) => messageOf(`ns/p${i}`)));
    expect(messages.filter((message) => message?.includes('not mine'))).toHaveLength(1);
  });

  it('are asked in each domain, and in none that its nodes are not of', async () => {
    await start({ filter: keepOnly('b', 'c') });
    await makeGang(2, 2, 'rack');
    await settle();
    expect(new Set(await nodesOfMembers()).size).toBe(1);
  });

  it('score', async () => {
    const prioritize: Answer = (body) => namesIn(body).map((Host) => ({ Host, Score: Host === 'c' ? 10 : 0 }));
    await start({ prioritize }, { weight: 100 });
    await makeGang(2);
    await settle();
    expect(await nodesOfMembers()).toEqual(['c', 'c']);
    expect(asks('prioritize')).toEqual(['prioritize p0', 'prioritize p1']);
  });

  it('bind', async () => {
    const bind: Answer = async ({ PodName, PodUID, Node: node }) => {
      const key = { name: String(PodName), namespace: 'ns' };
      await test.client.createSubresource(Pod, key, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { ...key, uid: PodUID },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      });
      return {};
    };
    await start({ bind });
    await makeGang(3);
    await settle();
    expect(await nodesOfMembers()).toHaveLength(3);
    expect(asks('bind')).toEqual(times(3, (i) => `bind p${i}`));
  });

  it('that fail end the attempt by name, and nothing is kept', async () => {
    await start({ filter: (body) => (podOf(body) === 'p1' ? undefined : keepOnly('a', 'b', 'c')(body)) });
    await makeGang(3);
    await settle();
    expect([await nodesOfMembers(), test.scheduler.counts.assumedOrBound]).toEqual([[], 0]);
    expect(await messageOf('ns/p1')).toContain(`extender ${urlPrefix}: failed filter with extender`);
  });

  it('that may be ignored are passed over where they fail', async () => {
    await start({ filter: () => undefined }, { ignorable: true });
    await makeGang(3);
    await settle();
    expect(await nodesOfMembers()).toHaveLength(3);
  });

  it('are not asked about members that want nothing of what they manage', async () => {
    await start({ filter: keepOnly() }, { managedResources: [{ name: 'example.com/gpu' }] });
    await makeGang(3);
    await settle();
    expect([(await nodesOfMembers()).length, asked]).toEqual([3, []]);
  });

  it('agree on which pods leave for it', async () => {
    const preempt: Answer = (body) => {
      const given = body['NodeNameToMetaVictims'] as Record<string, object>;
      return { NodeNameToMetaVictims: Object.fromEntries(Object.entries(given).filter(([node]) => node !== 'a')) };
    };
    await start({ preempt });
    await test.setPriority('high', 10);
    for (const name of ['x', 'y', 'z'])
      await test.setPod(testPod(name, { namespace: 'ns', cpu: '2', terminationGracePeriodSeconds: 0 }));
    await settle();
    const onA = (await test.pods()).find(({ spec }) => spec?.nodeName === 'a')!.metadata.name;
    await test.client.create(group(3));
    for (let i = 0; i < 3; i++)
      await test.setPod(member(i, { priority: undefined, priorityClassName: 'high' } as object));
    await settle(() => test.scheduler.counts.inFlight === 0 && test.scheduler.idle);
    await test.world.advance(15_000);
    await settle();
    expect((await nodesOfMembers()).every((node) => node !== 'a')).toBe(true);
    expect(await nodesOfMembers()).toHaveLength(3);
    expect(await test.pod(`ns/${onA}`)).toBeDefined();
  });
});

describe('while an extender is asked about a member', () => {
  /** Answers when the test says so. */
  async function asking(topology?: string): Promise<{ answer: () => void }> {
    let answer = () => {};
    const waits = new Promise<void>((resolve) => (answer = resolve));
    const all = keepOnly('a', 'b', 'c');
    await start({ filter: (body) => (podOf(body) === 'p1' ? waits.then(() => all(body)) : all(body)) });
    await makeGang(3, 3, topology);
    await settle(() => asks('filter').length === 2);
    return { answer };
  }

  it('nobody else is placed', async () => {
    const { answer } = await asking();
    await test.setPod(testPod('other', { namespace: 'ns' }));
    await test.settle();
    expect(await test.nodeOf('ns/other')).toBeUndefined();
    answer();
    await settle();
    expect([await test.nodeOf('ns/other'), (await nodesOfMembers()).length]).toEqual([expect.anything(), 3]);
  });

  it('a node that goes takes nobody with it', async () => {
    const { answer } = await asking();
    for (const name of ['a', 'b']) await test.client.delete(Node, { name });
    await test.settle();
    answer();
    await settle();
    // Two cores are left, and three are wanted.
    expect([await nodesOfMembers(), test.scheduler.counts.assumedOrBound]).toEqual([[], 0]);
    answers.set('filter', keepOnly('c', 'd'));
    await test.setNode(testNode('d', { cpu: '2' }));
    await test.world.advance(15_000);
    await settle();
    expect(await nodesOfMembers()).toHaveLength(3);
  });

  it('a node that comes in the place of another is not taken for it', async () => {
    const { answer } = await asking('rack');
    await test.client.delete(Node, { name: 'c' });
    await test.setNode(testNode('d', { cpu: '2', labels: { rack: 'far' } }));
    await test.settle();
    answers.set('filter', keepOnly('a', 'b', 'c', 'd'));
    answer();
    await settle();
    // No rack has room for three any more.
    expect([await nodesOfMembers(), test.scheduler.counts.assumedOrBound]).toEqual([[], 0]);
  });

  it('a member that goes is not waited for', async () => {
    const { answer } = await asking();
    await test.deletePod('ns/p1');
    await test.settle();
    answer();
    await settle();
    expect(test.scheduler.counts.inFlight).toBe(0);
    expect(await test.pod('ns/p1')).toBeUndefined();
  });

  it('the scheduler can stop, and keeps nothing', async () => {
    const { answer } = await asking();
    await test.scheduler.stop();
    answer();
    await settle(() => test.scheduler.counts.binding === 0);
    expect([await nodesOfMembers(), test.scheduler.counts.assumedOrBound]).toEqual([[], 0]);
  });
});
