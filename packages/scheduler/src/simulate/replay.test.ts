import { describe, expect, it } from '@jest/globals';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { explain } from './explain.js';
import { generateTrace } from './generate-trace.js';
import { replay } from './replay.js';
import { formatTrace, parseTrace } from './trace-text.js';

const policy = profile({ plugins: defaultPlugins() });

describe('replay', () => {
  it('gives a place to the next pod when one ends', () => {
    const nodes = [testNode('n', { cpu: '1' })];
    const pods = times(3, (i) => ({ pod: testPod(`p${i}`, { cpu: '1' }), arrivesMs: i * 100, runsMs: 60_000 }));
    const { histories, endMs } = replay({ policy, trace: { nodes, pods } });
    expect(histories).toEqual([
      { pod: 'p0', arrivedMs: 0, placedMs: 0, nodeName: 'n', endedMs: 60_000 },
      { pod: 'p1', arrivedMs: 100, placedMs: 60_000, nodeName: 'n', endedMs: 120_000 },
      { pod: 'p2', arrivedMs: 200, placedMs: 120_000, nodeName: 'n', endedMs: 180_000 },
    ]);
    expect(endMs).toBe(180_000);
  });

  it('lets pods that are there end, and those that have no end stay', () => {
    const nodes = [testNode('n', { cpu: '2' })];
    const pods = [
      { pod: testPod('there', { cpu: '1', nodeName: 'n' }), runsMs: 5_000 },
      { pod: testPod('stays', { cpu: '1' }) },
      { pod: testPod('later', { cpu: '1' }), arrivesMs: 1_000 },
    ];
    const { histories, departures, placements } = replay({ policy, trace: { nodes, pods } });
    expect(departures).toEqual([{ pod: 'there', nodeName: 'n', atMs: 5_000, attempts: 2 }]);
    expect(histories[1]).toEqual({ pod: 'later', arrivedMs: 1_000, placedMs: 5_000, nodeName: 'n' });
    expect([...placements.keys()]).toEqual(['stays', 'later']);
  });

  it('makes a victim of preemption leave for good', () => {
    const nodes = [testNode('n', { cpu: '1' })];
    const pods = [
      { pod: testPod('low', { cpu: '1' }), runsMs: 60_000 },
      { pod: testPod('high', { cpu: '1', priority: 5 }), arrivesMs: 2_000 },
    ];
    const { histories, preempted, departures } = replay({ policy, trace: { nodes, pods } });
    expect(histories[0]).toMatchObject({ pod: 'low', placedMs: 0, endedMs: 2_000 });
    expect(histories[1]).toMatchObject({ pod: 'high', nodeName: 'n' });
    expect([...preempted.keys()]).toEqual(['low']);
    expect(departures).toEqual([]);
  });

  it('is explained on the nodes as they were then', () => {
    const nodes = [testNode('n', { cpu: '1' })];
    const pods = [
      { pod: testPod('first', { cpu: '1' }), runsMs: 60_000 },
      { pod: testPod('second', { cpu: '1' }), arrivesMs: 1 },
    ];
    const result = replay({ policy, trace: { nodes, pods } });
    const { outcome, nodes: judged, attempts } = explain(result, 'second');
    expect({ outcome, feasible: judged[0]!.feasible }).toEqual({ outcome: 'placed', feasible: true });
    expect(attempts.map((attempt) => [attempt.outcome, attempt.atMs])).toEqual([
      ['unschedulable', 1],
      ['placed', 60_000],
    ]);
  });
});

describe('generateTrace', () => {
  const description = {
    seed: 7,
    nodes: [{ name: 'big', count: 4, allocatable: { cpu: '8', memory: '32Gi' }, zones: ['a', 'b'] }],
    pods: [
      {
        name: 'batch',
        count: 50,
        cpuMilli: { logNormal: [500, 0.5] },
        memoryMiB: {
          choice: [
            [256, 3],
            [1024, 1],
          ],
        },
        everyMs: { exponential: 1_000 },
        runsMs: { uniform: [10_000, 20_000] },
      },
    ],
  } as const;

  it('gives the same for the same seed, and other groups do not change a group', () => {
    const trace = generateTrace(description);
    expect(generateTrace(description)).toEqual(trace);
    expect(generateTrace({ ...description, seed: 8 })).not.toEqual(trace);
    const more = generateTrace({ ...description, pods: [{ name: 'web', count: 1 }, ...description.pods] });
    expect(more.pods.filter(({ pod }) => pod.metadata.labels!['app'] === 'batch')).toEqual(trace.pods);
  });

  it('keeps to its description', () => {
    const { nodes, pods } = generateTrace(description);
    expect(nodes.map(({ metadata }) => metadata.labels!['topology.kubernetes.io/zone'])).toEqual(['a', 'b', 'a', 'b']);
    expect(pods).toHaveLength(50);
    expect(pods[0]!.arrivesMs).toBe(0);
    for (const { runsMs, pod } of pods) {
      expect(runsMs).toBeGreaterThanOrEqual(10_000);
      expect(runsMs).toBeLessThanOrEqual(20_000);
      expect(['256Mi', '1024Mi']).toContain(pod.spec!.containers[0]!.resources!.requests!['memory']);
    }
    const mean = pods.at(-1)!.arrivesMs! / 49;
    expect(mean).toBeGreaterThan(600);
    expect(mean).toBeLessThan(1_600);
  });

  it('asks for other resources in whole units, or not at all', () => {
    const resources = { 'nvidia.com/gpu': { uniform: [0, 3] }, 'example.com/none': 0 } as const;
    const { pods } = generateTrace({ ...description, pods: [{ name: 'train', count: 40, resources }] });
    const asked = pods.map(({ pod }) => pod.spec!.containers[0]!.resources!.requests!);
    expect([...new Set(asked.map((requests) => requests['nvidia.com/gpu']))].sort()).toEqual([
      '1',
      '2',
      '3',
      undefined,
    ]);
    expect(asked.every((requests) => !('example.com/none' in requests))).toBe(true);
  });

  it.each([
    [
      { pods: [{ name: 'a', count: 1, resources: { gpu: { normal: [-1, 1] } } }] },
      'pods[0].resources[gpu]: -1 is no number from 0',
    ],
    [{ pods: [{ name: 'a', count: -1 }] }, 'pods[0].count: -1 is no whole number from 0'],
    [
      {
        pods: [
          { name: 'a', count: 1 },
          { name: 'a', count: 1 },
        ],
      },
      'pods[1].name: there is a group "a" already',
    ],
    [
      { pods: [{ name: 'a', count: 1, cpuMilli: { uniform: [2, 1] } }] },
      'pods[0].cpuMilli: the second bound must not be below the first',
    ],
    [{ pods: [{ name: 'a', count: 1, runsMs: Number.NaN }] }, 'pods[0].runsMs: null is no number from 0'],
    [
      { pods: [{ name: 'a', count: 1, runsMs: { choice: [[1, 0]] } }] },
      'pods[0].runsMs: at least one weight must be above 0',
    ],
  ] as const)('refuses %j', (wrong, message) => {
    expect(() => generateTrace({ ...description, ...wrong } as never)).toThrow(message);
  });
});

describe('traces as YAML', () => {
  it('come back as they were', () => {
    const trace = generateTrace({
      seed: 1,
      nodes: [{ name: 'n', count: 2, allocatable: { cpu: '4' } }],
      pods: [{ name: 'p', count: 3, cpuMilli: 100, everyMs: 10, runsMs: 20 }],
    });
    const again = parseTrace(formatTrace(trace));
    expect(again.nodes).toEqual(trace.nodes);
    expect(again.pods.map(({ arrivesMs, runsMs }) => [arrivesMs, runsMs])).toEqual([
      [0, 20],
      [10, 20],
      [20, 20],
    ]);
  });

  const cluster = `
apiVersion: v1
kind: NodeList
items:
  - metadata: { name: 'n' }
    status: { allocatable: { cpu: '4' } }
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: { name: b, namespace: x, creationTimestamp: '2026-01-01T00:00:10Z' }
    spec: { nodeName: 'n', containers: [] }
  - apiVersion: v1
    kind: Pod
    metadata: { name: a, namespace: x, creationTimestamp: '2026-01-01T00:00:00Z' }
    spec: { nodeName: 'n', containers: [] }
  - apiVersion: v1
    kind: Pod
    metadata: { name: done, namespace: x }
    spec: { nodeName: 'n', containers: [] }
    status: { phase: Succeeded }
  - apiVersion: v1
    kind: Namespace
    metadata: { name: x }
`;

  it('read what kubectl prints', () => {
    const { nodes, pods, objects } = parseTrace(cluster);
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['n']);
    expect(pods.map(({ pod }) => [pod.metadata.name, pod.spec!.nodeName])).toEqual([
      ['b', 'n'],
      ['a', 'n'],
    ]);
    expect(objects!.map(({ kind }) => kind)).toEqual(['Namespace']);
  });

  it('place the pods of a cluster anew, as they came', () => {
    const { pods } = parseTrace(cluster, { bound: 'replay' });
    expect(pods.map(({ pod, arrivesMs }) => [pod.metadata.name, pod.spec!.nodeName, arrivesMs])).toEqual([
      ['a', undefined, 0],
      ['b', undefined, 10_000],
    ]);
  });

  it.each([
    ['a: [', 'document 1: '],
    [
      '---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nhello',
      'document 2: is no object with apiVersion and kind',
    ],
    [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {scheduler.pintle.dev/runs-ms: soon}}',
      'pod a, annotation scheduler.pintle.dev/runs-ms: "soon" is no time in ms',
    ],
  ])('refuse %j', (text, message) => {
    expect(() => parseTrace(text)).toThrow(message);
  });
});
