/** Plugins and extenders that mean no good, at every point: the pod's attempt fails by their name, and no other pod's. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Extender } from '../extenders/extender.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { InvalidProfileError, profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { PodGroup, podGroupLabel } from '../gangs/pod-group.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { SchedulerTestCluster } from './scheduler.fixture.js';

/** What nobody handled would end a process. */
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const pod = (name: string, words: Parameters<typeof testPod>[1] = {}) => testPod(name, { namespace: 'ns', ...words });
const messageOf = async (test: SchedulerTestCluster, key = 'ns/bad') =>
  (await test.pod(key))?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;

type Answer = () => unknown;
const fail: Answer = () => {
  throw new Error('broken');
};
const later: Answer = () => Promise.reject(new Error('broken later'));
const nonsense: Answer = () => 'yes';
const nothing: Answer = () => null;
const never: Answer = () => new Promise(() => {});

/** Answers so for the pod `bad`, and for others as one that has nothing to say, or with `otherwise`. */
const forBad =
  (answer: Answer, otherwise: Answer = () => undefined) =>
  (...args: readonly unknown[]) => {
    const info = args.find((arg) => (arg as { key?: string } | undefined)?.key !== undefined) as { name: string };
    return info.name === 'bad' ? answer() : otherwise();
  };
const zero: Answer = () => 0;
const code =
  (value: number) =>
  (_state: unknown, { name }: { name: string }, _table: unknown, batch: never) => {
    const { count, codes } = batch as { count: number; codes: Int32Array };
    if (name === 'bad') codes.fill(value, 0, count);
  };
const scoring = (answer: Answer) => ({ score: forBad(answer, zero) });
/** Scores all nodes alike, but for the pod `bad`. */
const allZero =
  (answer: Answer) =>
  (...args: readonly unknown[]) =>
    (args[1] as { name: string }).name === 'bad' ? answer() : (args[5] as Float64Array).fill(0);
const running = (point: string, what: string) => `running ${point} plugin "Bad": ${what}`;
const answered = (point: string, what: string) => running(point, `it answered with ${what}`);
const unreserve = () => {};

type Methods = Readonly<Record<string, unknown>>;
const pluginOf = (methods: Methods): SchedulerPlugin => ({ ...methods, name: 'Bad' }) as SchedulerPlugin;

/** How it means no good, and the message of the pod's condition. */
const everyPoint: readonly (readonly [string, Methods, string])[] = [
  ['throws at PreFilter', { preFilter: forBad(fail) }, running('PreFilter', 'broken')],
  ['answers PreFilter with nonsense', { preFilter: forBad(nonsense) }, answered('PreFilter', 'string yes')],
  ['answers PreFilter with null', { preFilter: forBad(nothing) }, answered('PreFilter', 'null')],
  ['answers PreFilter later', { preFilter: forBad(later) }, answered('PreFilter', 'a promise')],
  ['answers PreFilter with Wait', { preFilter: forBad(() => status('Wait')) }, answered('PreFilter', 'Wait')],
  [
    'answers PreFilter with a code that is none',
    { preFilter: forBad(() => ({ code: 'unschedulable', reasons: [] })) },
    answered('PreFilter', 'something that is no status'),
  ],
  [
    'answers PreFilter with a list of nodes',
    { preFilter: forBad(() => ({ nodeNames: ['a'] })) },
    answered('PreFilter', 'something that is no status'),
  ],
  ['throws at Filter', { filter: forBad(fail) }, running('Filter', 'broken')],
  ['answers Filter with nonsense', { filter: forBad(nonsense) }, answered('Filter', 'string yes')],
  ['answers Filter with null', { filter: forBad(nothing) }, answered('Filter', 'null')],
  ['answers Filter later', { filter: forBad(later) }, answered('Filter', 'a promise')],
  ['answers Filter with Wait', { filter: forBad(() => status('Wait')) }, answered('Filter', 'Wait')],
  [
    'throws at Filter of all nodes',
    { filter: () => undefined, verdict: () => status('Unschedulable'), filterAll: forBad(fail) },
    running('Filter', 'broken'),
  ],
  [
    'has a code at Filter that is none',
    { filter: () => undefined, verdict: () => status('Unschedulable'), filterAll: code(-3) },
    answered('Filter', 'number -3'),
  ],
  [
    'throws where it is to say what its code means',
    { filter: () => undefined, verdict: fail, filterAll: code(1) },
    running('Filter', 'broken'),
  ],
  [
    'has nothing to say of its code',
    { filter: () => undefined, verdict: () => undefined, filterAll: code(1) },
    answered('Filter', 'undefined undefined'),
  ],
  [
    'throws at PostFilter',
    { filter: forBad(() => status('Unschedulable', 'no')), postFilter: forBad(fail) },
    running('PostFilter', 'broken'),
  ],
  [
    'answers PostFilter with nonsense',
    { filter: forBad(() => status('Unschedulable', 'no')), postFilter: forBad(nonsense) },
    answered('PostFilter', 'string yes'),
  ],
  [
    'answers PostFilter with null',
    { filter: forBad(() => status('Unschedulable', 'no')), postFilter: forBad(nothing) },
    answered('PostFilter', 'null'),
  ],
  [
    'answers PostFilter later',
    { filter: forBad(() => status('Unschedulable', 'no')), postFilter: forBad(later) },
    answered('PostFilter', 'a promise'),
  ],
  [
    'nominates what is no node',
    {
      filter: forBad(() => status('Unschedulable', 'no')),
      postFilter: forBad(() => ({ status: status('Success'), nominating: { nodeName: 5 } })),
    },
    answered('PostFilter', 'something that is no status'),
  ],
  ['throws at PreScore', { preScore: forBad(fail) }, running('PreScore', 'broken')],
  ['answers PreScore with nonsense', { preScore: forBad(nonsense) }, answered('PreScore', 'string yes')],
  ['answers PreScore later', { preScore: forBad(later) }, answered('PreScore', 'a promise')],
  ['throws at Score', scoring(fail), running('Score', 'broken')],
  ['scores NaN', scoring(() => Number.NaN), 'plugin "Bad" returns an invalid score NaN'],
  ['scores too much', scoring(() => 101), 'plugin "Bad" returns an invalid score 101'],
  ['scores less than nothing', scoring(() => -1), 'plugin "Bad" returns an invalid score -1'],
  ['scores words', scoring(nonsense), answered('Score', 'string yes')],
  ['scores later', scoring(later), answered('Score', 'a promise')],
  ['throws at Score of all nodes', { score: zero, scoreAll: allZero(fail) }, running('Score', 'broken')],
  [
    'leaves nodes without a score',
    { score: zero, scoreAll: allZero(() => undefined) },
    'plugin "Bad" returns an invalid score NaN',
  ],
  ['throws at uniform Score', { score: zero, uniformScore: forBad(fail) }, running('Score', 'broken')],
  ['has a uniform score later', { score: zero, uniformScore: forBad(later) }, answered('Score', 'a promise')],
  ['throws at NormalizeScore', { score: zero, normalizeScores: forBad(fail) }, running('Score', 'broken')],
  [
    'normalizes to too much',
    {
      score: zero,
      normalizeScores: (...args: readonly unknown[]) => {
        if ((args[1] as { name: string }).name === 'bad') (args[5] as Float64Array).fill(1000);
      },
    },
    'plugin "Bad" returns an invalid score 1000',
  ],
  ['throws at Reserve', { reserve: forBad(fail), unreserve }, running('Reserve', 'broken')],
  ['answers Reserve with nonsense', { reserve: forBad(nonsense), unreserve }, answered('Reserve', 'string yes')],
  ['answers Reserve later', { reserve: forBad(later), unreserve }, answered('Reserve', 'a promise')],
  ['answers Reserve with Skip', { reserve: forBad(() => status('Skip')), unreserve }, answered('Reserve', 'Skip')],
  [
    'throws at Unreserve',
    { reserve: forBad(() => status('Unschedulable', 'no room')), unreserve: forBad(fail) },
    'no room',
  ],
  [
    'fails at Unreserve later',
    { reserve: forBad(() => status('Unschedulable', 'no room')), unreserve: forBad(later) },
    'no room',
  ],
  ['throws at Permit', { permit: forBad(fail) }, running('Permit', 'broken')],
  ['answers Permit with nonsense', { permit: forBad(nonsense) }, answered('Permit', 'string yes')],
  ['answers Permit with null', { permit: forBad(nothing) }, answered('Permit', 'null')],
  ['answers Permit later', { permit: forBad(later) }, answered('Permit', 'a promise')],
  ['answers Permit with Skip', { permit: forBad(() => status('Skip')) }, answered('Permit', 'Skip')],
  [
    'has a pod wait for less than nothing',
    { permit: forBad(() => ({ status: status('Wait'), timeoutMs: -5 })) },
    answered('Permit', 'something that is no status'),
  ],
  [
    'has a pod wait for words',
    { permit: forBad(() => ({ status: status('Wait'), timeoutMs: 'long' })) },
    answered('Permit', 'something that is no status'),
  ],
  [
    'lets a pod wait for nobody',
    { permit: forBad(() => ({ status: status('Wait'), timeoutMs: 1000 })) },
    'rejected due to timeout after waiting 1s at plugin Bad',
  ],
  [
    'throws at PreBindPreFlight',
    { preBind: () => undefined, preBindPreFlight: forBad(fail) },
    running('PreBindPreFlight', 'broken'),
  ],
  [
    'answers PreBindPreFlight later',
    { preBind: () => undefined, preBindPreFlight: forBad(later) },
    answered('PreBindPreFlight', 'a promise'),
  ],
  ['throws at PreBind', { preBind: forBad(fail) }, running('PreBind', 'broken')],
  ['fails at PreBind later', { preBind: forBad(later) }, running('PreBind', 'broken later')],
  ['answers PreBind with nonsense', { preBind: forBad(nonsense) }, answered('PreBind', 'string yes')],
  ['answers PreBind with Wait', { preBind: forBad(() => status('Wait')) }, answered('PreBind', 'Wait')],
  ['never answers PreBind', { preBind: forBad(never) }, running('PreBind', 'its answer took longer than 30000 ms')],
  [
    'never answers PreBind, by its own limit',
    { preBind: forBad(never), preBindTimeoutMs: 2000 },
    running('PreBind', 'its answer took longer than 2000 ms'),
  ],
  ['throws at Bind', { bind: forBad(fail, () => status('Skip')) }, running('Bind', 'broken')],
  ['fails at Bind later', { bind: forBad(later, () => status('Skip')) }, running('Bind', 'broken later')],
  ['answers Bind with nonsense', { bind: forBad(nonsense, () => status('Skip')) }, answered('Bind', 'string yes')],
  [
    'never answers Bind',
    { bind: forBad(never, () => status('Skip')) },
    running('Bind', 'its answer took longer than 30000 ms'),
  ],
];

async function start(methods: Methods, logs: string[] = []): Promise<SchedulerTestCluster> {
  // Before DefaultBinder, which binds whatever it is asked to.
  const profiles = [profile({ plugins: [pluginOf(methods), ...defaultPlugins()] })];
  const test = await SchedulerTestCluster.start({ profiles, onLog: (message) => void logs.push(message) });
  for (const node of ['a', 'b']) await test.setNode(testNode(node));
  return test;
}

async function everyPod(test: SchedulerTestCluster): Promise<void> {
  await test.setPod(pod('bad'));
  for (const name of times(3, (i) => `good${i}`)) await test.setPod(pod(name));
  await test.settle();
}

const boundIn = async (test: SchedulerTestCluster) =>
  (await test.pods()).flatMap(({ metadata, spec }) => (spec?.nodeName ? [metadata.name!] : [])).sort();
const good = ['good0', 'good1', 'good2'];

describe('a plugin that', () => {
  it.each(everyPoint)('%s', async (_, methods, expected) => {
    const test = await start(methods);
    await everyPod(test);
    await test.world.advance(30_500);
    expect(await messageOf(test)).toContain(expected);
    expect(await boundIn(test)).toEqual(good);
    expect(test.scheduler.counts).toMatchObject({ assumedOrBound: 3, inFlight: 0 });
  });

  it.each(everyPoint.filter(([, methods]) => !('preBind' in methods || 'bind' in methods)))(
    '%s, without a cluster',
    (_, methods, expected) => {
      const policy = profile({ plugins: [pluginOf(methods), ...defaultPlugins()] });
      const pods = ['bad', ...good].map((name) => pod(name));
      const result = schedule({ policy, nodes: [testNode('a'), testNode('b')], pods });
      expect([...result.placements.keys()].sort()).toEqual(good.map((name) => `ns/${name}`));
      const { message } = result.unschedulable.get('ns/bad') ?? { message: result.waiting.has('ns/bad') && expected };
      expect(message).toContain(expected);
    },
  );

  it.each([
    ['throws', fail, running('PreEnqueue', 'broken')],
    ['answers later', later, answered('PreEnqueue', 'a promise')],
    ['answers with nonsense', nonsense, answered('PreEnqueue', 'string yes')],
  ])('%s at PreEnqueue gates the pod, and is logged', async (_, answer, expected) => {
    const logs: string[] = [];
    const test = await start({ preEnqueue: forBad(answer) }, logs);
    await everyPod(test);
    expect([await boundIn(test), test.scheduler.counts.gated]).toEqual([good, 1]);
    expect(logs).toContain(expected);
  });

  it.each([
    ['throws', fail, running('PostBind', 'broken')],
    ['fails later', later, running('PostBind', 'broken later')],
  ])('%s at PostBind changes nothing, and is logged', async (_, answer, expected) => {
    const logs: string[] = [];
    const test = await start({ postBind: forBad(answer) }, logs);
    await everyPod(test);
    expect([await boundIn(test), logs]).toEqual([['bad', ...good], [expected]]);
  });

  it.each([
    ['throws', fail, running('QueueSort', 'broken')],
    ['answers later', later, answered('QueueSort', 'a promise')],
    ['answers with nonsense', nonsense, answered('QueueSort', 'string yes')],
  ])('%s at QueueSort leaves pods in order of priority, and is logged', async (_, answer, expected) => {
    const logs: string[] = [];
    const plugins = defaultPlugins().filter(({ less }) => less === undefined);
    const profiles = [profile({ plugins: [pluginOf({ less: answer }), ...plugins] })];
    const test = await SchedulerTestCluster.start({ profiles, onLog: (message) => void logs.push(message) });
    await test.setPriority('high', 10);
    for (const name of good) await test.setPod(pod(name, { cpu: '4' }));
    await test.setPod(pod('important', { cpu: '4', priorityClassName: 'high' }));
    await test.settle();
    await test.setNode(testNode('a', { cpu: '4' }));
    await test.world.advance(12_000);
    expect([await boundIn(test), logs]).toEqual([['important'], [expected]]);
  });

  it.each([
    ['throws', fail, running('Sign', 'broken')],
    ['answers later', later, answered('Sign', 'a promise')],
    ['answers with what is no text', () => ({ a: 1 }), answered('Sign', 'something that is no status')],
  ])('%s at Sign', async (_, answer, expected) => {
    const filters = { filter: () => undefined, verdict: () => status('Unschedulable'), filterAll: () => {} };
    const test = await start({ ...filters, sign: forBad(answer, () => '') });
    await everyPod(test);
    expect(await messageOf(test)).toContain(expected);
    expect(await boundIn(test)).toEqual(good);
  });

  it.each([
    ['throws', fail],
    ['answers later', later],
    ['answers with nonsense', nonsense],
  ])('%s at its hint has its pod tried again', async (_, answer) => {
    let mayPass = false;
    const filter = forBad(() => (mayPass ? undefined : status('Unschedulable', 'no')));
    const events = [{ resource: 'Node', action: 1, hint: answer, matters: answer }];
    const test = await start({ filter, eventsToRegister: () => events });
    await everyPod(test);
    await test.world.advance(5000);
    expect(await boundIn(test)).toEqual(good);
    mayPass = true;
    await test.setNode(testNode('c'));
    await test.world.advance(5000);
    expect(await boundIn(test)).toEqual(['bad', ...good]);
  });
});

it.each([
  ['throws', fail, running('AddPod on PreFilter', 'broken')],
  ['answers with nonsense', nonsense, answered('AddPod on PreFilter', 'string yes')],
])('a plugin that %s of a pod that waits for the node', async (_, answer, expected) => {
  const preFilterAddPod = forBad(answer);
  const profiles = [
    profile({ plugins: [...defaultPlugins(), pluginOf({ preFilter: () => undefined, preFilterAddPod })] }),
  ];
  const test = await SchedulerTestCluster.start({ profiles });
  await test.setNode(testNode('a', { cpu: '2' }));
  await test.setPriority('high', 10);
  // It has time to go, so that who comes for it waits.
  await test.setPod(pod('leaves', { cpu: '2', terminationGracePeriodSeconds: 600 }));
  await test.settle();
  await test.setPod(pod('comes', { cpu: '2', priorityClassName: 'high' }));
  await test.settle();
  expect((await test.pod('ns/comes'))?.status?.nominatedNodeName).toBe('a');
  await everyPod(test);
  expect(await messageOf(test)).toContain(expected);
  expect(await boundIn(test)).toEqual([...good, 'leaves']);
});

describe('a plugin of gangs that', () => {
  const group = (name: string) =>
    ({
      apiVersion: 'scheduling.k8s.io/v1alpha2',
      kind: 'PodGroup',
      metadata: { name, namespace: 'ns' },
      spec: { schedulingPolicy: { gang: { minCount: 2 } } },
    }) as PodGroup;
  /** For the group `bad`. */
  const forGroup =
    (answer: Answer, otherwise: Answer) =>
    ({ key }: { readonly key: string }) =>
      key === 'ns/bad' ? answer() : otherwise();
  const twoSets = () => [{ name: 'x' }, { name: 'y' }];
  const wrongRows = () => [{ name: 'x', rows: Int32Array.of(77) }];
  it.each([
    [
      'throws at PlacementGenerate',
      { generatePlacements: forGroup(fail, () => undefined) },
      'PlacementGenerate plugin "Bad": broken',
    ],
    [
      'generates placements later',
      { generatePlacements: forGroup(later, () => undefined) },
      answered('PlacementGenerate', 'a promise'),
    ],
    [
      'generates what are no placements',
      {
        generatePlacements: forGroup(
          () => [null],
          () => undefined,
        ),
      },
      answered('PlacementGenerate', 'a list'),
    ],
    [
      'generates placements of nodes that are not there',
      { generatePlacements: forGroup(wrongRows, () => undefined) },
      answered('PlacementGenerate', 'a list'),
    ],
    [
      'throws at PlacementFeasible',
      { placementFeasible: forGroup(fail, () => undefined) },
      running('PlacementFeasible', 'broken'),
    ],
    [
      'answers PlacementFeasible later',
      { placementFeasible: forGroup(later, () => undefined) },
      answered('PlacementFeasible', 'a promise'),
    ],
    [
      'throws at PlacementScore',
      { generatePlacements: forGroup(twoSets, () => undefined), scorePlacement: forGroup(fail, zero) },
      running('PlacementScore', 'broken'),
    ],
    [
      'scores placements later',
      { generatePlacements: forGroup(twoSets, () => undefined), scorePlacement: forGroup(later, zero) },
      answered('PlacementScore', 'a promise'),
    ],
    [
      'scores placements with too much',
      { generatePlacements: forGroup(twoSets, () => undefined), scorePlacement: forGroup(() => 101, zero) },
      answered('PlacementScore', 'number 101'),
    ],
  ])('%s', async (_, methods, expected) => {
    const plugins = [pluginOf(methods), ...defaultPlugins({ gangScheduling: true })];
    const test = await SchedulerTestCluster.start({ kinds: [PodGroup], profiles: [profile({ plugins })] });
    for (const node of ['a', 'b']) await test.setNode(testNode(node));
    for (const name of ['bad', 'good']) {
      await test.client.create(group(name));
      for (let i = 0; i < 2; i++) await test.setPod(pod(`${name}${i}`, { labels: { [podGroupLabel]: name } }));
    }
    await test.settle();
    expect(await messageOf(test, 'ns/bad0')).toContain(expected);
    expect([await boundIn(test), test.scheduler.counts.assumedOrBound]).toEqual([['good0', 'good1'], 2]);
  });
});

describe('an extender that', () => {
  const all = async () => ({ nodeNames: ['a', 'b'], failed: new Map(), failedAndUnresolvable: new Map() });
  const isBad = ({ name }: { readonly name: string }) => name === 'bad';
  it.each<readonly [string, Partial<Extender>, string]>([
    ['throws', { filter: fail as never }, 'extender Bad: broken'],
    ['never answers', { filter: never as never }, 'extender Bad: its answer took longer than 300000 ms'],
    ['answers with nonsense', { filter: (async () => 'yes') as never }, 'extender Bad'],
    ['never binds', { filter: all, bind: never as never }, 'extender Bad: its answer took longer than 300000 ms'],
  ])('%s', async (_, methods, expected) => {
    const extender = { name: 'Bad', ignorable: false, weight: 1, isInterested: isBad, ...methods } as Extender;
    const test = await SchedulerTestCluster.start({ extendersOf: () => [extender] });
    for (const node of ['a', 'b']) await test.setNode(testNode(node));
    await everyPod(test);
    await test.world.advance(301_000);
    expect(await messageOf(test)).toContain(expected);
    expect(await boundIn(test)).toEqual(good);
  });

  it('never scores has no say', async () => {
    const prioritize = never as never;
    const extender: Extender = { name: 'Bad', ignorable: false, weight: 1, isInterested: isBad, prioritize };
    const test = await SchedulerTestCluster.start({ extendersOf: () => [extender] });
    for (const node of ['a', 'b']) await test.setNode(testNode(node));
    await everyPod(test);
    await test.world.advance(301_000);
    expect(await boundIn(test)).toEqual(['bad', ...good]);
  });

  it('cannot say what is its affair is asked', async () => {
    const extender: Extender = { name: 'Bad', ignorable: true, weight: 1, isInterested: fail as never, filter: all };
    const test = await SchedulerTestCluster.start({ extendersOf: () => [extender] });
    for (const node of ['a', 'b']) await test.setNode(testNode(node));
    await everyPod(test);
    expect(await boundIn(test)).toEqual(['bad', ...good]);
  });
});

describe('a policy is refused before anything is scheduled where a plugin', () => {
  it.each([
    ['has a method that is none', { filter: 'yes' }, 'plugins[0].filter: must be a function'],
    ['throws when it registers its events', { eventsToRegister: fail }, 'plugins[0].eventsToRegister: broken'],
    [
      'registers its events later',
      { eventsToRegister: later },
      'plugins[0].eventsToRegister: must return a list of events, of resource and action',
    ],
    [
      'registers what are no events',
      { eventsToRegister: () => [{ resource: 'Node' }] },
      'plugins[0].eventsToRegister: must return a list of events, of resource and action',
    ],
    ['reads what are no kinds', { reads: [undefined] }, 'plugins[0].reads: must be a list of kinds'],
  ])('%s', (_, methods, expected) => {
    const make = () => profile({ plugins: [pluginOf(methods)] });
    expect(make).toThrow(InvalidProfileError);
    expect(make).toThrow(expected);
  });
});
