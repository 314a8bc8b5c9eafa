import { describe, expect, it } from '@jest/globals';
import { Node, Pod } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';
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
    [
      'its node is gone',
      pod('p', { node: 'n' }),
      undefined,
      { type: 'remove', failed: 'PodGC: node no longer exists' },
    ],
    ['its node is gone, and it had ended', pod('p', { node: 'n', phase: 'Succeeded' }), undefined, { type: 'remove' }],
    [
      'its node may not be known yet',
      pod('p', { node: 'n', ageMs: 10_000 }),
      undefined,
      { type: 'wait', inMs: 30_000 },
    ],
    [
      'goes, and its node is out of service',
      pod('p', { node: 'n', goes: true }),
      node('Unknown', out),
      { type: 'remove', failed: 'PodGC: node is out-of-service' },
    ],
    ['goes, and its node is silent', pod('p', { node: 'n', goes: true }), node('Unknown'), { type: 'keep' }],
    [
      'goes, and its node is out of service and ready',
      pod('p', { node: 'n', goes: true }),
      node('True', out),
      { type: 'keep' },
    ],
    ['stays, and its node is out of service', pod('p', { node: 'n' }), node('Unknown', out), { type: 'keep' }],
  ] as readonly (readonly [string, Pod, Node | undefined, PodGcStep])[])('%s', (_name, given, of, expected) => {
    expect(planPodGc(given, of, nowMs)).toEqual(expected);
  });
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
