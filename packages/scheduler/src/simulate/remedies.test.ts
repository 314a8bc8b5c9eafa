import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { formatRemedy } from './format-remedy.js';
import { remedies } from './remedies.js';
import { schedule } from './schedule.js';

const policy = profile({ plugins: defaultPlugins() });
const wordsFor = (nodes: readonly Node[], pods: readonly Pod[], name = 'web') =>
  remedies(schedule({ policy, nodes, pods }), name).map(formatRemedy);

const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const;
const hostPort = { containers: [{ name: 'a', ports: [{ containerPort: 80, hostPort: 80 }] }] };
const keepsAway = (app: string) => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey: 'zone' }],
  },
});

describe('remedies', () => {
  const cases: readonly (readonly [string, readonly Node[], readonly Pod[], readonly string[]])[] = [
    [
      'of nodes that are too small, the one that asks the pod to give up least',
      [testNode('a', { cpu: '1' }), testNode('b', { cpu: '1500m' })],
      [testPod('web', { cpu: '2' })],
      [
        'lower the request for cpu from 2 to 1500m, and the pod goes to node b',
        'add a node like a with cpu=2, and the pod goes to node a-more',
      ],
    ],
    [
      'a node more helps where there is room on an empty one',
      [testNode('a', { cpu: '2' })],
      [testPod('there', { cpu: '2', nodeName: 'a' }), testPod('web', { cpu: '1' })],
      ['add a node like a, and the pod goes to node a-more'],
    ],
    [
      'taints, cordons and labels',
      [
        testNode('a', { taints: [gpu] }),
        testNode('b', { unschedulable: true }),
        testNode('c', { labels: { disk: 'hdd' } }),
      ],
      [testPod('web', { nodeSelector: { disk: 'ssd' } })],
      [
        'label node c disk=ssd, and the pod goes to node c',
        'remove the taint gpu=yes:NoSchedule from node a, label node a disk=ssd, and the pod goes to node a',
        'uncordon node b, label node b disk=ssd, and the pod goes to node b',
      ],
    ],
    [
      'the pod that holds the port',
      [testNode('a')],
      [testPod('there', { ...hostPort, nodeName: 'a' }), testPod('web', hostPort)],
      ['remove there from node a, and the pod goes to node a', 'add a node like a, and the pod goes to node a-more'],
    ],
    [
      'rules of the pod itself',
      [testNode('a', { labels: { 'kubernetes.io/hostname': 'a' } })],
      [
        testPod('there', { labels: { app: 'web' }, nodeName: 'a' }),
        testPod('web', {
          labels: { app: 'web' },
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' },
              ],
            },
          },
        }),
      ],
      [
        'drop the required pod anti-affinity of the pod, and the pod goes to node a',
        'add a node like a, and the pod goes to node a-more',
      ],
    ],
    [
      'a pod that keeps others away',
      [testNode('a', { labels: { zone: 'east' } }), testNode('b', { labels: { zone: 'east' } })],
      [
        testPod('guard', { nodeName: 'b', affinity: keepsAway('intruder') }),
        testPod('shy', { nodeName: 'a', affinity: keepsAway('somebody else') }),
        testPod('web', { labels: { app: 'intruder' } }),
      ],
      ['remove guard from node b, and the pod goes to node b'],
    ],
    [
      'devices, and a node with more of them where no node has enough',
      [testNode('a', { allocatable: { 'example.com/gpu': '1' } }), testNode('b')],
      [testPod('web', { requests: { 'example.com/gpu': '2' } })],
      [
        'lower the request for example.com/gpu from 2 to 1, and the pod goes to node a',
        'add a node like a with example.com/gpu=2, and the pod goes to node a-more',
      ],
    ],
    [
      'what the pod asks for as a whole, and in its init containers',
      [testNode('a', { cpu: '3', memory: '2Gi' })],
      [
        testPod('web', {
          resources: { requests: { cpu: '4' } },
          containers: [{ name: 'a', resources: { requests: { cpu: '3500m' } } }],
          initContainers: [{ name: 'first', resources: { requests: { memory: '3Gi' } } }],
        }),
      ],
      [
        'lower the request for cpu from 4 to 3, lower the request for memory from 3Gi to 2Gi, and the pod goes to node a',
        'add a node like a with cpu=4 memory=3Gi, and the pod goes to node a-more',
      ],
    ],
    [
      'gates, and what is in the way without them',
      [testNode('a', { taints: [gpu] })],
      [testPod('web', { schedulingGates: [{ name: 'example.com/quota' }] })],
      [
        'drop the scheduling gates of the pod, remove the taint gpu=yes:NoSchedule from node a, and the pod goes to node a',
      ],
    ],
    [
      'gates alone',
      [testNode('a')],
      [testPod('web', { schedulingGates: [{ name: 'example.com/quota' }] })],
      ['drop the scheduling gates of the pod, and the pod goes to node a'],
    ],
    ['a pod that has its place needs none', [testNode('a')], [testPod('web')], []],
    ['nothing is known to help a pod that names a node that is not there', [], [testPod('web')], []],
  ];
  it.each(cases)('%s', (_, nodes, pods, expected) => {
    expect(wordsFor(nodes, pods)).toEqual(expected);
  });

  it('each is verified: two shortages of one node go together', () => {
    const [first] = wordsFor(
      [testNode('a', { cpu: '1', memory: '1Gi' })],
      [testPod('web', { cpu: '2', memory: '2Gi' })],
    );
    expect(first).toBe(
      'lower the request for cpu from 2 to 1, lower the request for memory from 2Gi to 1Gi, and the pod goes to node a',
    );
  });

  it('is bounded', () => {
    const nodes = times(200, (i) => testNode(`n${i}`, { taints: [{ ...gpu, key: `k${i}` }] }));
    const result = schedule({ policy, nodes, pods: [testPod('web')] });
    expect(remedies(result, 'web', { remediesMax: 3 })).toHaveLength(3);
    expect(remedies(result, 'web', { triesMax: 2 })).toHaveLength(2);
  });
});
