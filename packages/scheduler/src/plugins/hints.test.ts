/** Which events may help a pod that a plugin refused: the cases of kube-scheduler's plugins. */
import { describe, expect, it } from '@jest/globals';
import type { Namespace, Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { interPodAffinity } from './inter-pod-affinity.js';
import { hintOf } from './judge.fixture.js';
import { nodeAffinity } from './node-affinity.js';
import { nodePorts } from './node-ports.js';
import { nodeUnschedulable } from './node-unschedulable.js';
import { podTopologySpread } from './pod-topology-spread.js';
import { nodeResourcesFit } from './resources-fit.js';
import { schedulingGates } from './scheduling-gates.js';
import { taintToleration } from './taint-toleration.js';

type Words = Parameters<typeof testPod>[1];
type Case = readonly [string, Pod, KubernetesObject | undefined, KubernetesObject | undefined, 'Queue' | 'Skip'];

function table(
  plugin: SchedulerPlugin,
  resource: string,
  cases: readonly Case[],
  objects: readonly KubernetesObject[] = [],
): void {
  describe(`${plugin.name}, ${resource}`, () => {
    it.each(cases)('%s', (_, pod, before, after, expected) => {
      expect(hintOf(plugin, resource, objects)(pod, before, after)).toBe(expected);
    });
  });
}

const pod = (words: Words = {}) => testPod('pod', { namespace: 'ns', ...words });
const other = (words: Words = {}) => testPod('other', { namespace: 'ns', ...words });
const on = (nodeName: string, words: Words = {}) => other({ ...words, nodeName });
const labels = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, 'x']));

const gpu = 'example.com/gpu';
const wantsCpu = pod({ cpu: '2' });
const fpga = 'example.com/fpga';
const wantsBoth = pod({ memory: '2', requests: { [gpu]: '1' } });
const having = (memory: string, gpus: string, more: Readonly<Record<string, string>> = {}) =>
  testNode('n', { memory, allocatable: { [gpu]: gpus, ...more } });
const itself = (cpu: string) => pod({ resources: { requests: { cpu } } });
const size = (cpu: string, more: Readonly<Record<string, string>> = {}) => testNode('n', { cpu, allocatable: more });

table(nodeResourcesFit(), 'Pod', [
  ['one that had no node goes', wantsCpu, other(), undefined, 'Skip'],
  ['one with a node goes', wantsCpu, on('n'), undefined, 'Queue'],
  ['one that waited for a node goes', wantsCpu, other({ status: { nominatedNodeName: 'n' } }), undefined, 'Queue'],
  ['one that had no node goes, of a pod that wants nothing', pod(), other(), undefined, 'Skip'],
  ['one with a node goes that had other things', wantsCpu, on('n', { memory: '1' }), undefined, 'Queue'],
  ['one that waits asks for less', wantsCpu, other({ cpu: '3' }), other({ cpu: '1' }), 'Skip'],
  ['one with a node asks for less', wantsCpu, on('n', { cpu: '3' }), on('n', { cpu: '1' }), 'Queue'],
  ['one with a node asks for more', wantsCpu, on('n', { cpu: '1' }), on('n', { cpu: '3' }), 'Skip'],
  [
    'one with a node asks for less of what the pod does not want',
    wantsCpu,
    on('n', { memory: '3Gi' }),
    on('n', { memory: '1Gi' }),
    'Skip',
  ],
  [
    'one with a node asks for less of what the pod wants besides',
    pod({ requests: { [gpu]: '1' } }),
    on('n', { requests: { [gpu]: '2' } }),
    on('n', { requests: { [gpu]: '1' } }),
    'Queue',
  ],
  ['the pod itself asks for less', wantsCpu, wantsCpu, pod({ cpu: '1' }), 'Queue'],
  ['the pod itself is labelled', wantsCpu, wantsCpu, pod({ cpu: '2', labels: { a: 'b' } }), 'Skip'],
]);
table(nodeResourcesFit(), 'Node', [
  ['one with room comes', wantsCpu, undefined, size('2'), 'Queue'],
  ['one without room comes', wantsCpu, undefined, size('1'), 'Skip'],
  ['one without what the pod wants besides comes', pod({ requests: { [gpu]: '1' } }), undefined, size('4'), 'Skip'],
  ['one grows', wantsCpu, size('2'), size('4'), 'Queue'],
  ['one shrinks', wantsCpu, size('8'), size('4'), 'Skip'],
  ['one grows, and is still too small', wantsCpu, size('500m'), size('1'), 'Skip'],
  ['one grows by what the pod does not want', wantsCpu, size('4'), size('4', { [gpu]: '1' }), 'Skip'],
  ['one takes more pods', wantsCpu, testNode('n', { pods: '1' }), testNode('n', { pods: '2' }), 'Queue'],
  ['one comes with enough of all', wantsBoth, undefined, having('4', '2'), 'Queue'],
  ['one has less and something else', wantsBoth, having('2', '2'), having('2', '1', { [fpga]: '2' }), 'Skip'],
  ['one has more of one that is wanted', wantsBoth, having('2', '1'), having('2', '2'), 'Queue'],
  ['one that would do does no more', wantsBoth, having('4', '2'), having('1', '2'), 'Skip'],
  ['one that would not do does', wantsBoth, having('1', '2'), having('4', '2'), 'Queue'],
  ['one grows, and nothing is wanted', pod(), size('1'), size('2', { [gpu]: '2' }), 'Skip'],
  ['one takes more pods, and nothing is wanted', pod(), testNode('n', { pods: '1' }), testNode('n'), 'Queue'],
  ['one has less of what is not wanted', wantsCpu, having('3', '4'), having('3', '1'), 'Skip'],
  ['one has more for a pod by itself', itself('2'), size('1'), size('2'), 'Queue'],
  ['one has too little for a pod by itself', itself('2'), size('500m'), size('1'), 'Skip'],
]);

const withPort = (hostPort: number, words: Words = {}): Pod => {
  const made = testPod(words.nodeName ? 'other' : 'pod', { namespace: 'ns', ...words });
  const container = { ...made.spec!.containers[0]!, ports: [{ containerPort: 1, hostPort, protocol: 'TCP' as const }] };
  return { ...made, spec: { ...made.spec!, containers: [container] } } as Pod;
};
table(nodePorts(), 'AssignedPod', [
  ['one with the port goes', withPort(80), withPort(80, { nodeName: 'n' }), undefined, 'Queue'],
  ['one with another port goes', withPort(80), withPort(81, { nodeName: 'n' }), undefined, 'Skip'],
  ['one without ports goes', withPort(80), on('n'), undefined, 'Skip'],
  ['one that had no node goes', withPort(80), withPort(81), undefined, 'Skip'],
]);

const selects = pod({ nodeSelector: { foo: 'x' } });
table(nodeAffinity(), 'Node', [
  ['one that matches comes', selects, undefined, testNode('n', { labels: labels('foo') }), 'Queue'],
  ['one that does not match comes', selects, undefined, testNode('n', { labels: labels('bar') }), 'Skip'],
  ['one begins to match', selects, testNode('n'), testNode('n', { labels: labels('foo') }), 'Queue'],
  [
    'one goes on matching',
    selects,
    testNode('n', { labels: labels('foo') }),
    testNode('n', { labels: labels('foo', 'bar') }),
    'Skip',
  ],
  ['one ceases to match', selects, testNode('n', { labels: labels('foo') }), testNode('n'), 'Skip'],
]);

const tainted = (...keys: readonly string[]): Node =>
  testNode('n', { taints: keys.map((key) => ({ key, effect: 'NoSchedule' as const })) });
const tolerates = pod({ tolerations: [{ key: 'a', operator: 'Exists' }] });
table(taintToleration(), 'Node', [
  ['one without taints comes', pod(), undefined, tainted(), 'Queue'],
  ['one with a taint comes', pod(), undefined, tainted('a'), 'Skip'],
  ['one with a taint that is tolerated comes', tolerates, undefined, tainted('a'), 'Queue'],
  ['a taint goes', pod(), tainted('a'), tainted(), 'Queue'],
  ['a taint goes, and one is left', pod(), tainted('a', 'b'), tainted('b'), 'Skip'],
  ['a taint comes', pod(), tainted(), tainted('a'), 'Skip'],
  ['another taint that is tolerated as well', tolerates, tainted(), tainted('a'), 'Skip'],
]);
table(taintToleration(), 'TargetPod', [
  ['the pod tolerates more', pod(), pod(), tolerates, 'Queue'],
  ['another pod tolerates more', pod(), other(), other({ tolerations: [{ operator: 'Exists' }] }), 'Skip'],
]);

const sick = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' as const }];
const cordoned = testNode('n', { unschedulable: true });
table(nodeUnschedulable(), 'Node', [
  ['one comes', pod(), undefined, testNode('n'), 'Queue'],
  ['a cordoned one comes', pod(), undefined, cordoned, 'Skip'],
  ['one is uncordoned', pod(), cordoned, testNode('n'), 'Queue'],
  ['one is cordoned', pod(), testNode('n'), cordoned, 'Skip'],
  ['one is labelled', pod(), testNode('n'), testNode('n', { labels: labels('a') }), 'Skip'],
  ['one is tainted', pod(), testNode('n'), tainted('a'), 'Skip'],
  ['a cordoned one is tainted', pod(), cordoned, testNode('n', { unschedulable: true, taints: [...sick] }), 'Skip'],
]);
table(nodeUnschedulable(), 'TargetPod', [
  [
    'the pod tolerates it',
    pod(),
    pod(),
    pod({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }),
    'Queue',
  ],
  ['the pod tolerates something else', pod(), pod(), pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }), 'Skip'],
]);

table(schedulingGates(), 'TargetPod', [
  [
    'the pod’s gates go',
    pod({ schedulingGates: [{ name: 'g' }] }),
    pod({ schedulingGates: [{ name: 'g' }] }),
    pod(),
    'Queue',
  ],
  ['those of another go', pod(), other(), other(), 'Skip'],
]);

const term = (label: string, more: object = {}) => ({
  topologyKey: 'zone',
  labelSelector: { matchExpressions: [{ key: label, operator: 'Exists' }] },
  ...more,
});
const required = (...terms: readonly object[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });
const likes = (...terms: readonly object[]) => pod({ affinity: { podAffinity: required(...terms) } as never });
const avoids = (...terms: readonly object[]) => pod({ affinity: { podAntiAffinity: required(...terms) } as never });
const labelled = (...keys: readonly string[]) => on('n', { labels: labels(...keys) });
const abroad = testPod('abroad', { namespace: 'abroad', nodeName: 'n', labels: labels('foo') });
const namespace = (name: string, team: string): Namespace =>
  ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team } } }) as Namespace;
const ofTeam = (team: string) => term('foo', { namespaceSelector: { matchLabels: { team } } });
table(
  interPodAffinity(),
  'AssignedPod',
  [
    ['one that is liked comes', likes(term('foo')), undefined, labelled('foo'), 'Queue'],
    ['one that is not liked comes', likes(term('foo')), undefined, labelled('bar'), 'Skip'],
    ['one that only one of two terms likes comes', likes(term('foo'), term('bar')), undefined, labelled('foo'), 'Skip'],
    ['one that both terms like comes', likes(term('foo'), term('bar')), undefined, labelled('foo', 'bar'), 'Queue'],
    ['one becomes liked', likes(term('foo')), labelled('bar'), labelled('foo'), 'Queue'],
    [
      'one that both terms like becomes so',
      likes(term('foo'), term('bar')),
      labelled('foo'),
      labelled('foo', 'bar'),
      'Queue',
    ],
    ['one ceases to be liked', likes(term('foo')), labelled('foo'), labelled('bar'), 'Skip'],
    ['one ceases to be liked by one of two', likes(term('foo'), term('bar')), labelled('foo'), labelled('x'), 'Skip'],
    [
      'one stays liked, by another value',
      likes(term('foo')),
      labelled('foo'),
      on('n', { labels: { foo: 'y' } }),
      'Skip',
    ],
    ['one stays liked', likes(term('foo')), labelled('foo'), labelled('foo', 'bar'), 'Skip'],
    ['one that is avoided goes', avoids(term('foo')), labelled('foo'), undefined, 'Queue'],
    ['one that is not avoided goes', avoids(term('foo')), labelled('bar'), undefined, 'Skip'],
    ['one that is avoided comes', avoids(term('foo')), undefined, labelled('foo'), 'Skip'],
    ['one is avoided no more', avoids(term('foo')), labelled('foo'), labelled('bar'), 'Queue'],
    ['one is avoided from now on', avoids(term('foo')), labelled('bar'), labelled('foo'), 'Skip'],
    [
      'one that avoids the pod goes',
      pod({ labels: labels('foo') }),
      on('n', { affinity: { podAntiAffinity: required(term('foo')) } as never }),
      undefined,
      'Queue',
    ],
    ['one of another namespace that would be liked comes', likes(term('foo')), undefined, abroad, 'Skip'],
    [
      'one of a namespace that is named comes',
      likes(term('foo', { namespaces: ['abroad'] })),
      undefined,
      abroad,
      'Queue',
    ],
    ['one of a namespace that is selected comes', likes(ofTeam('x')), undefined, abroad, 'Queue'],
    ['one of a namespace that is not selected comes', likes(ofTeam('y')), undefined, abroad, 'Skip'],
  ],
  [namespace('abroad', 'x')],
);
const inZone = (zone?: string, more: Readonly<Record<string, string>> = {}) =>
  testNode('n', { labels: { ...(zone && { zone }), ...more } });
table(interPodAffinity(), 'Node', [
  ['one of a topology comes', likes(term('foo')), undefined, inZone('a'), 'Queue'],
  ['one of no topology comes', likes(term('foo')), undefined, inZone(), 'Skip'],
  ['one moves', likes(term('foo')), inZone('a'), inZone('b'), 'Queue'],
  ['one enters the topology', likes(term('foo')), inZone(), inZone('a'), 'Queue'],
  ['one is labelled otherwise', likes(term('foo')), inZone('a'), inZone('a', { x: 'y' }), 'Skip'],
  ['one of no label of a topology changes', likes(term('foo')), inZone(undefined, { x: 'y' }), inZone(), 'Skip'],
  ['one of the topology of those that are avoided comes', avoids(term('foo')), undefined, inZone('a'), 'Queue'],
  ['one outside of it comes', avoids(term('foo')), undefined, inZone(), 'Queue'],
  ['one moves in it', avoids(term('foo')), inZone('a'), inZone('b'), 'Queue'],
  ['one enters it', avoids(term('foo')), inZone(), inZone('a'), 'Skip'],
  ['one leaves the topology of those that are liked', likes(term('foo')), inZone('a'), inZone(), 'Skip'],
  ['one leaves the topology of those that are avoided', avoids(term('foo')), inZone('a'), inZone(), 'Queue'],
  ['one stays in it', avoids(term('foo')), inZone('a'), inZone('a', { x: 'y' }), 'Skip'],
]);

const constraint = (topologyKey: string, label = 'foo') => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: 'DoNotSchedule' as const,
  labelSelector: { matchExpressions: [{ key: label, operator: 'Exists' }] },
});
const spreads = (...constraints: readonly object[]) =>
  pod({ labels: labels('foo'), topologySpreadConstraints: constraints as never });
const byZone = spreads(constraint('zone'));
const forBoth = spreads(constraint('zone'), constraint('node', 'bar'));
table(podTopologySpread(), 'AssignedPod', [
  ['one that counts comes', byZone, undefined, labelled('foo'), 'Queue'],
  ['one that does not count comes', byZone, undefined, labelled('bar'), 'Skip'],
  ['one of another namespace comes', byZone, undefined, abroad, 'Skip'],
  ['one begins to count', byZone, labelled('bar'), labelled('foo'), 'Queue'],
  ['one ceases to count', byZone, labelled('foo'), labelled('bar'), 'Queue'],
  ['one goes on counting', byZone, labelled('foo'), labelled('foo', 'bar'), 'Skip'],
  ['one counts by another value', byZone, labelled('foo'), on('n', { labels: { foo: 'y' } }), 'Skip'],
  ['one changes that does not count', byZone, labelled('bar'), labelled('baz'), 'Skip'],
  ['one begins to count for the second of two', forBoth, labelled('foo'), labelled('foo', 'bar'), 'Queue'],
  ['one goes on counting for one of two', forBoth, labelled('foo'), labelled('foo', 'baz'), 'Skip'],
  [
    'one goes on counting for both',
    forBoth,
    labelled('foo', 'bar'),
    on('n', { labels: { foo: 'x', bar: 'y' } }),
    'Skip',
  ],
  ['one that counts goes', byZone, labelled('foo'), undefined, 'Queue'],
  ['one that does not count goes', byZone, labelled('bar'), undefined, 'Skip'],
  ['one that counts for one of two goes', forBoth, labelled('bar'), undefined, 'Queue'],
]);
const honest = spreads({ ...constraint('zone'), nodeTaintsPolicy: 'Honor' });
const tolerant = (each: Pod): Pod => ({ ...each, spec: { ...each.spec!, tolerations: [{ operator: 'Exists' }] } });
table(podTopologySpread(), 'TargetPod', [
  ['the pod tolerates more, and taints decide which nodes count', honest, honest, tolerant(honest), 'Queue'],
  ['the pod tolerates more, and taints decide nothing', byZone, byZone, tolerant(byZone), 'Skip'],
  ['the pod counts no more', byZone, byZone, { ...byZone, metadata: { ...byZone.metadata, labels: {} } }, 'Queue'],
  [
    'the pod counts as before',
    byZone,
    byZone,
    { ...byZone, metadata: { ...byZone.metadata, labels: labels('foo', 'bar') } },
    'Skip',
  ],
]);
const both = spreads(constraint('zone'), constraint('node'));
const placed = (zone?: string, node?: string): Node =>
  testNode('n', { labels: { ...(zone && { zone }), ...(node && { node }) } });
table(podTopologySpread(), 'Node', [
  ['one of all topologies comes', both, undefined, placed('a', 'n'), 'Queue'],
  ['one of some topologies comes', both, undefined, placed('a'), 'Skip'],
  ['one enters the second topology', both, placed('a'), placed('a', 'n'), 'Queue'],
  ['one leaves a topology', both, placed('a', 'n'), placed('a'), 'Queue'],
  ['one moves', both, placed('a', 'n'), placed('b', 'n'), 'Queue'],
  ['one stays in some topologies', both, placed('a'), placed('a'), 'Skip'],
  ['one of no topology is labelled', both, placed(), testNode('n', { labels: { x: 'y' } }), 'Skip'],
  ['one stays', both, placed('a', 'n'), testNode('n', { labels: { zone: 'a', node: 'n', x: 'y' } }), 'Skip'],
  ['one of all topologies goes', both, placed('a', 'n'), undefined, 'Queue'],
  ['one of some topologies goes', both, placed('a'), undefined, 'Skip'],
  [
    'one that counts is tainted',
    both,
    placed('a', 'n'),
    testNode('n', { labels: { zone: 'a', node: 'n' }, taints: [{ key: 'a', effect: 'NoSchedule' }] }),
    'Queue',
  ],
]);
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'ns' },
  spec: { selector: { foo: 'x' } },
} as KubernetesObject;
table(
  podTopologySpread({ defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] }),
  'AssignedPod',
  [
    [
      'of the profile’s constraints: one of its Service comes',
      pod({ labels: labels('foo') }),
      undefined,
      labelled('foo'),
      'Queue',
    ],
    [
      'of the profile’s constraints: one of no Service comes',
      pod({ labels: labels('foo') }),
      undefined,
      labelled('bar'),
      'Skip',
    ],
  ],
  [service],
);
