/** Cases of kube-controller-manager's `TestSortingActivePodsWithRanks`. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { rankVictims } from './rank-victims.js';

const nowMs = Date.parse('2025-01-10T00:00:00Z');
const ago = (ms: number) => new Date(nowMs - ms).toISOString();
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

interface PodCase {
  readonly name: string;
  readonly node?: string;
  readonly phase?: string;
  readonly readyForMs?: number;
  readonly restarts?: number;
  /** Of an init container that goes on, and of one that ends. */
  readonly sidecarRestarts?: number;
  readonly initRestarts?: number;
  readonly ageMs?: number;
  readonly cost?: string;
}
const pod = ({
  name,
  node = 'n',
  phase = 'Running',
  readyForMs,
  restarts = 0,
  sidecarRestarts = 0,
  initRestarts = 0,
  ageMs = hour,
  cost,
}: PodCase): Pod =>
  ({
    metadata: {
      name,
      uid: name,
      creationTimestamp: ago(ageMs),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { nodeName: node, initContainers: [{ name: 'sidecar', restartPolicy: 'Always' }, { name: 'init' }] },
    status: {
      phase,
      ...(readyForMs === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyForMs) }] }),
      containerStatuses: [{ name: 'main', restartCount: restarts }],
      initContainerStatuses: [
        { name: 'sidecar', restartCount: sidecarRestarts },
        { name: 'init', restartCount: initRestarts },
      ],
    },
  }) as unknown as Pod;

/** Each is to go before the next. */
const order: readonly PodCase[] = [
  { name: 'on no node', node: '', phase: 'Pending' },
  { name: 'pending', phase: 'Pending' },
  { name: 'unknown', phase: 'Unknown' },
  { name: 'not ready, restarted', restarts: 3, ageMs: day },
  { name: 'not ready, young', ageMs: second },
  { name: 'not ready, old', ageMs: day },
  { name: 'ready, cheap', readyForMs: day, ageMs: day, cost: '-10' },
  { name: 'ready of late', readyForMs: second, ageMs: day },
  { name: 'ready for some time, restarted', readyForMs: hour, ageMs: day, restarts: 5 },
  { name: 'ready for some time, young', readyForMs: hour, ageMs: 2 * hour },
  { name: 'ready for long', readyForMs: day, ageMs: 2 * day },
  { name: 'ready, dear', readyForMs: minute, ageMs: day, cost: '10' },
];

describe('rankVictims', () => {
  it('orders them', () => {
    // Those of one hour tie by magnitude, and restarts never come to count: the uid decides.
    const names = order.map(({ name }) => name);
    expect(rankVictims([...order].reverse().map(pod), nowMs).map(({ metadata }) => metadata.name)).toEqual(names);
  });

  it.each([
    [
      'on the node with more of them',
      [
        { name: 'a', node: 'few', readyForMs: hour },
        { name: 'b', node: 'many', readyForMs: hour },
      ],
      'b',
    ],
    [
      'a cost that is no number counts as none',
      [
        { name: 'a', cost: '+5', readyForMs: hour },
        { name: 'b', cost: '-1', readyForMs: hour },
      ],
      'b',
    ],
    [
      'of one magnitude the uid decides',
      [
        { name: 'b', readyForMs: 100 * second },
        { name: 'a', readyForMs: 101 * second },
      ],
      'a',
    ],
    [
      'of another magnitude the younger',
      [
        { name: 'b', readyForMs: 10 * second },
        { name: 'a', readyForMs: 100 * second },
      ],
      'b',
    ],
    [
      'restarts where they are ready for the same time',
      [
        { name: 'a', readyForMs: hour },
        { name: 'b', readyForMs: hour, restarts: 1 },
      ],
      'b',
    ],
    [
      'restarts of sidecars where those of containers are the same, and of no other init containers',
      [
        { name: 'a', readyForMs: hour, restarts: 1, initRestarts: 9 },
        { name: 'b', readyForMs: hour, restarts: 1, sidecarRestarts: 1 },
      ],
      'b',
    ],
    [
      'restarts of containers before those of sidecars',
      [
        { name: 'a', readyForMs: hour, sidecarRestarts: 9 },
        { name: 'b', readyForMs: hour, restarts: 1 },
      ],
      'b',
    ],
  ])('%s', (_name, pods, first) => {
    const related = [
      { name: 'x', node: 'many' },
      { name: 'y', node: 'many' },
      { name: 'z', node: 'few' },
    ].map(pod);
    expect(rankVictims(pods.map(pod), nowMs, related)[0]!.metadata.name).toBe(first);
  });

  it.each([
    ['0', 0],
    ['-0', 0],
    ['10', 10],
    ['-10', -10],
    ['-010', -10],
    ['010', 0],
    ['+10', 0],
    ['1.5', 0],
    ['', 0],
    ['2147483647', 2_147_483_647],
    ['2147483648', 0],
    ['-2147483648', -2_147_483_648],
    ['-2147483649', 0],
  ])('a cost of %j is %d', (text, expected) => {
    const order = (a: string, b: string) =>
      rankVictims([pod({ name: 'a', cost: a }), pod({ name: 'b', cost: b })], nowMs).map(
        ({ metadata }) => metadata.name,
      );
    // Where costs are the same the uid decides.
    expect(order(String(expected), text)).toEqual(['a', 'b']);
    expect(order(text, String(expected))).toEqual(['a', 'b']);
  });

  it('pods of other sets that have ended do not count', () => {
    const related = [pod({ name: 'x', node: 'a', phase: 'Succeeded' }), pod({ name: 'y', node: 'b' })];
    const pods = [pod({ name: 'a', node: 'a', readyForMs: hour }), pod({ name: 'b', node: 'b', readyForMs: hour })];
    expect(rankVictims(pods, nowMs, related)[0]!.metadata.name).toBe('b');
  });
});
