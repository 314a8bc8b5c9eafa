import { describe, expect, it } from '@jest/globals';
import { Node, Pod } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';
import { podGcController } from './index.js';
import { type PodGcStep, planPodGc, surplusEnded } from './plan-pod-gc.js';

const nowMs = Date.parse('2025-01-01T01:00:00Z');
const pod = (
  name: string,
  given: { node?: string; phase?: string; goes?: boolean; ageMs?: number; evicted?: boolean } = {},
): Pod =>
  ({
    metadata: {
      name,
      creationTimestamp: new Date(nowMs - (given.ageMs ?? 600_000)).toISOString(),
      ...(given.goes ? { deletionTimestamp: '2025-01-01T00:59:00Z' } : {}),
    },
    spec: { nodeName: given.node ?? '' },
    status: { phase: given.phase ?? 'Running', ...(given.evicted ? { reason: 'Evicted' } : {}) },
  }) as unknown as Pod;
const node = (ready: string, taint = ''): Node =>
  ({
    spec: taint === '' ? {} : { taints: [{ key: taint, effect: 'NoExecute' }] },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  }) as unknown as Node;
const out = 'node.kubernetes.io/out-of-service';

describe('planPodGc', () => {
  it.each([
    ['on a node', pod('p', { node: 'n' }), node('True'), { type: 'keep' }],
    ['waits for a node', pod('p'), undefined, { type: 'keep' }],
    ['goes, and never had a node', pod('p', { goes: true }), undefined, { type: 'remove' }],
    ['its node is gone', pod('p', { node: 'n' }), 40_000, { type: 'remove', why: 'PodGC: node no longer exists' }],
    ['its node may come back', pod('p', { node: 'n' }), 10_000, { type: 'wait', inMs: 30_000 }],
    [
      'goes, and its node is out of service',
      pod('p', { node: 'n', goes: true }),
      node('Unknown', out),
      { type: 'remove' },
    ],
    ['goes, and its node is silent', pod('p', { node: 'n', goes: true }), node('Unknown'), { type: 'keep' }],
    [
      'goes, and its node is out of service and ready',
      pod('p', { node: 'n', goes: true }),
      node('True', out),
      { type: 'keep' },
    ],
    ['stays, and its node is out of service', pod('p', { node: 'n' }), node('Unknown', out), { type: 'keep' }],
  ] as readonly (readonly [string, Pod, Node | number | undefined, PodGcStep])[])(
    '%s',
    (_name, given, of, expected) => {
      // In the place of a node, for how long there was none.
      const [present, missingMs] = typeof of === 'number' ? [undefined, of] : [of, 0];
      expect(planPodGc(given, present, missingMs)).toEqual(expected);
    },
  );
});

describe('surplusEnded', () => {
  const ended = [
    pod('young', { ageMs: 1_000 }),
    pod('old', { ageMs: 9_000 }),
    pod('evicted', { ageMs: 500, evicted: true }),
    pod('older', { ageMs: 20_000 }),
  ];
  it.each([
    [4, []],
    [2, ['evicted', 'older']],
    [0, ['evicted', 'older', 'old', 'young']],
  ])('keeps %d', (max, expected) => {
    expect(surplusEnded(ended, max).map(({ metadata }) => metadata.name)).toEqual(expected);
  });
});

describe('in a cluster', () => {
  const unplaced = (name: string, spec: object = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', finalizers: ['example.com/watched'] },
    spec: { containers: [{ name: 'main', image: 'db' }], ...spec },
  });
  const nodeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'metal' } } as Node;

  // Cases of kube-controller-manager's TestGCOrphaned: how long, and whether the node is there after all.
  it('pods of a node that is missing go after a time; not where it comes back', async () => {
    const cluster = await testCluster({ nodes: 0, scheduler: false });
    const { client } = cluster;
    await client.create(nodeObject);
    await client.create(unplaced('db', { nodeName: 'metal' }));
    await cluster.advance({ minutes: 10 });
    const phase = async () => (await client.get(Pod, { name: 'db' })).status?.phase;
    const takeAway = () => client.delete(Node, { name: 'metal' });
    await takeAway();
    await cluster.advance({ seconds: 30 });
    await client.create(nodeObject);
    await cluster.advance({ seconds: 5 });
    await takeAway();
    await cluster.advance({ seconds: 38 });
    expect(await phase()).toBe('Pending');
    await cluster.advance({ seconds: 3 });
    const { metadata, status } = await client.get(Pod, { name: 'db' });
    expect(metadata.deletionTimestamp).toBeDefined();
    expect(status).toMatchObject({ phase: 'Failed' });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      }),
    );
    await cluster.stop();
  });

  it('a pod of a node that never was goes after a time, too', async () => {
    const cluster = await testCluster({ nodes: 0, scheduler: false });
    const { client } = cluster;
    const { metadata, ...rest } = unplaced('db', { nodeName: 'nowhere' });
    await client.create<Pod>({ ...rest, metadata: { name: 'db', namespace: metadata.namespace! } });
    await cluster.advance({ seconds: 38 });
    expect(await client.list(Pod)).toHaveLength(1);
    await cluster.advance({ seconds: 3 });
    expect(await client.list(Pod)).toHaveLength(0);
    await cluster.stop();
  });

  it.each([
    [0, 3],
    [1, 1],
  ])('of pods that have ended keeps %d, and that is %d', async (terminatedMax, left) => {
    const cluster = await testCluster({
      nodes: 0,
      scheduler: false,
      builtinControllers: [],
      controllers: [podGcController({ terminatedMax })],
    });
    const { client } = cluster;
    for (const name of ['a', 'b', 'c']) {
      const { metadata, ...rest } = unplaced(name);
      await client.create<Pod>({ ...rest, metadata: { name, namespace: metadata.namespace! } });
      const body = { status: { phase: 'Succeeded' } };
      await client.patch(Pod, { name }, { type: 'merge', body }, { subresource: 'status' });
    }
    await cluster.advance({ minutes: 1 });
    expect(await client.list(Pod)).toHaveLength(left);
    await cluster.stop();
  });

  it('a pod that goes and never was on a node has failed for who waits for it', async () => {
    const cluster = await testCluster({ nodes: 0, scheduler: false });
    const { client } = cluster;
    await client.create(unplaced('db'));
    await client.delete(Pod, { name: 'db' });
    await cluster.settle();
    const { status } = await client.get(Pod, { name: 'db' });
    expect(status?.phase).toBe('Failed');
    expect(status?.conditions ?? []).toEqual([]);
    await cluster.stop();
  });

  it('a pod that goes is gone once its node is said to be out of service', async () => {
    const cluster = await testCluster({ nodes: 3 });
    const { client } = cluster;
    await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'db-0', namespace: 'default' },
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'db' }] },
    });
    await cluster.settle();
    await cluster.stopNode('node-1');
    await cluster.advance({ minutes: 7 });
    expect((await client.get(Pod, { name: 'db-0' })).metadata.deletionTimestamp).toBeDefined();
    const { spec } = await client.get(Node, { name: 'node-1' });
    const taints = [...(spec?.taints ?? []), { key: out, effect: 'NoExecute' }];
    await client.patch(Node, { name: 'node-1' }, { type: 'merge', body: { spec: { taints } } });
    await cluster.advance({ seconds: 30 });
    expect(await client.list(Pod, { namespace: 'default' })).toHaveLength(0);
    await cluster.stop();
  });
});
