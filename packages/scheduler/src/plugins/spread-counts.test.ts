/**
 * The cases of kube-scheduler's own tests of what PodTopologySpread counts before it filters. Where those look into the
 * plugin, these look at what follows: which skew each node is refused from.
 */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { podInfo } from '../nodes/pod-info.js';
import type { PodWords } from '../test-objects.fixture.js';
import { judge } from './judge.fixture.js';
import { podTopologySpread } from './pod-topology-spread.js';
import {
  constraintIn,
  fooIn,
  four,
  hard,
  labelsIn,
  nodeAffinity,
  nodesIn,
  onlyFoo,
  podsIn,
  signs,
  tableWith,
} from './topology-words.fixture.js';

const six = `${four} o@3 p@3`;
const plugin = podTopologySpread();

/** A change of the pods between PreFilter and Filter, as where victims are tried: `+b:foo`, `-p0`. */
interface Counted {
  readonly pod: Pod;
  readonly nodes: string;
  readonly pods: string;
  readonly change?: string;
  /** By constraint: the pods that count in each domain. */
  readonly counts: readonly string[];
}

/** What follows from counts, for every skew from 1 to 6 of one constraint, the others being wide. */
function checkCounts({ pod, nodes, pods, change, counts }: Counted): void {
  const made = nodesIn(nodes);
  const given = pod.spec!.topologySpreadConstraints!;
  const hardOnes = given.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  expect(hardOnes).toHaveLength(counts.length);
  for (const [at, text] of counts.entries()) {
    const byDomain = new Map(Object.entries(labelsIn(text)).map(([domain, count]) => [domain, Number(count)]));
    const least = Math.min(...byDomain.values());
    const { topologyKey } = hardOnes[at]!;
    for (let maxSkew = 1; maxSkew <= 6; maxSkew++) {
      const asked = given.map((each) => ({ ...each, maxSkew: each === hardOnes[at] ? maxSkew : 1000 }));
      const info = podInfo({ ...pod, spec: { ...pod.spec!, topologySpreadConstraints: asked } });
      const there = podsIn(pods);
      const table = tableWith(made, there);
      judge(plugin, info, made, table);
      if (change?.startsWith('+')) {
        const [added] = podsIn(change.slice(1));
        const named = { ...added!, metadata: { ...added!.metadata, name: 'added', uid: 'added' } };
        table.addPod(table.rowOf(added!.spec!.nodeName!)!, podInfo(named));
      } else if (change !== undefined) {
        const removed = there[Number(change.slice(2))]!;
        table.removePod(table.rowOf(removed.spec!.nodeName!)!, podInfo(removed));
      }
      const { single, batched } = judge(plugin, info, made, table);
      expect(batched).toEqual(single);
      // The pod is meant by every constraint of these cases but those that select nothing.
      const self = hardOnes[at]!.labelSelector !== undefined && meansItself(pod, at) ? 1 : 0;
      const expected = made.map(({ metadata }) => {
        if (hardOnes.some(({ topologyKey: key }) => metadata.labels![key] === undefined)) return '!';
        const count = byDomain.get(metadata.labels![topologyKey]!) ?? 0;
        return count + self - least > maxSkew ? '-' : '+';
      });
      expect([maxSkew, signs(single)]).toEqual([maxSkew, expected.join('')]);
    }
  }
}

const meansItself = (pod: Pod, at: number): boolean => {
  const { labelSelector } = pod.spec!.topologySpreadConstraints!.filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  )[at]!;
  const keys = (labelSelector as { matchExpressions?: { key: string; values?: string[] }[] }).matchExpressions ?? [];
  return keys.every(
    ({ key, values }) =>
      pod.metadata.labels?.[key] !== undefined && (values?.includes(pod.metadata.labels[key]!) ?? true),
  );
};

describe('what is counted before', () => {
  const zoned = hard('foo', ['zone 1 foo']);
  const both = hard('foo', ['zone 1 foo', 'node 1 foo']);
  const mixed = hard('foo,bar', ['zone 1 foo', 'node 1 bar']);
  const barOnNodes = (more?: PodWords, options = '') => hard('foo', [`node 1 bar${options}`], more);
  const policy = { nodes: 'a+foo b+foo c+bar', pods: 'a:bar b:bar b:bar c:' };
  const tainted = { nodes: 'a b c+bar!', pods: 'a:bar b:bar b:bar c:' };
  const seven = 'a:foo a:foo b:foo y:foo y:foo y:foo y:foo';
  const five = 'a:foo a:foo b:foo y:foo y:foo';
  const tolerating: PodWords = {
    tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }],
  };
  it.each<[string, Counted]>([
    ['an empty cluster', { pod: hard('foo', ['zone 5 foo=bar']), nodes: four, pods: '', counts: ['zone1=0 zone2=0'] }],
    ['one constraint', { pod: zoned, nodes: four, pods: five, counts: ['zone1=3 zone2=2'] }],
    ['no selector', { pod: hard('foo', ['zone 1 null']), nodes: four, pods: five, counts: ['zone1=0 zone2=0'] }],
    ['three zones', { pod: zoned, nodes: six, pods: five, counts: ['zone1=3 zone2=2 zone3=0'] }],
    [
      'other namespaces',
      { pod: zoned, nodes: four, pods: 'a:foo a:foo@ns1 b:foo y:foo@ns2 y:foo', counts: ['zone1=2 zone2=1'] },
    ],
    ['two constraints', { pod: both, nodes: four, pods: seven, counts: ['zone1=3 zone2=4', 'a=2 b=1 x=0 y=4'] }],
    [
      'wishes do not count',
      {
        pod: {
          ...both,
          spec: {
            ...both.spec!,
            topologySpreadConstraints: [
              constraintIn('zone 1 foo', 'ScheduleAnyway'),
              constraintIn('zone 1 foo', 'DoNotSchedule'),
              constraintIn('node 1 foo', 'ScheduleAnyway'),
              constraintIn('node 1 foo', 'DoNotSchedule'),
            ],
          },
        } as Pod,
        nodes: 'a@1 b@1 y@2',
        pods: seven,
        counts: ['zone1=3 zone2=4', 'a=2 b=1 y=4'],
      },
    ],
    [
      'other selectors',
      { pod: mixed, nodes: 'a@1 b@1 y@2', pods: 'a:foo b:bar', counts: ['zone1=1 zone2=0', 'a=0 b=1 y=0'] },
    ],
    [
      'other selectors, pods of both',
      {
        pod: mixed,
        nodes: 'a@1 b@1 y@2',
        pods: 'a:foo a:foo,bar b:foo y:foo y:foo,bar y:foo y:foo,bar',
        counts: ['zone1=3 zone2=4', 'a=1 b=0 y=2'],
      },
    ],
    [
      'two constraints, and a node that may not be had',
      {
        pod: hard('foo', ['zone 1 foo', 'node 1 foo'], nodeAffinity('node', 'NotIn', 'x')),
        nodes: four,
        pods: seven,
        counts: ['zone1=3 zone2=4', 'a=2 b=1 y=4'],
      },
    ],
    ['a node selector, honoured', { pod: barOnNodes(onlyFoo), ...policy, counts: ['a=1 b=2'] }],
    ['a node selector, ignored', { pod: barOnNodes(onlyFoo, ' affinity=Ignore'), ...policy, counts: ['a=1 b=2 c=0'] }],
    ['node affinity, honoured', { pod: barOnNodes(fooIn), ...policy, counts: ['a=1 b=2'] }],
    ['node affinity, ignored', { pod: barOnNodes(fooIn, ' affinity=Ignore'), ...policy, counts: ['a=1 b=2 c=0'] }],
    ['taints, ignored', { pod: barOnNodes(), ...tainted, counts: ['a=1 b=2 c=0'] }],
    ['taints, honoured', { pod: barOnNodes({}, ' taints=Honor'), ...tainted, counts: ['a=1 b=2'] }],
    ['taints, tolerated', { pod: barOnNodes(tolerating, ' taints=Honor'), ...tainted, counts: ['a=1 b=2 c=0'] }],
    [
      'zone: honour/ignore, node: ignore/ignore',
      {
        pod: hard('foo', ['zone 1 foo', 'node 1 foo affinity=Ignore'], onlyFoo),
        nodes: 'a@1+foo b@1 x@2+foo',
        pods: 'b:foo b:foo x:foo',
        counts: ['zone1=0 zone2=1', 'a=0 b=2 x=1'],
      },
    ],
    [
      'zone: honour/honour, node: honour/ignore',
      {
        pod: hard('foo', ['zone 1 foo taints=Honor', 'node 1 foo']),
        nodes: 'a@1+foo b@1! x@2+foo',
        pods: 'b:foo b:foo x:foo',
        counts: ['zone1=0 zone2=1', 'a=0 b=2 x=1'],
      },
    ],
    [
      'zone: honour/ignore, node: honour/ignore',
      {
        pod: hard('foo', ['zone 1 foo', 'node 1 foo'], onlyFoo),
        nodes: 'a@1 b@1+foo! x@2+foo y@2',
        pods: 'a:foo a:foo x:foo y:foo',
        counts: ['zone1=0 zone2=1', 'b=0 x=1'],
      },
    ],
    [
      'zone: ignore/ignore, node: honour/honour',
      {
        pod: hard('foo', ['zone 1 foo affinity=Ignore', 'node 1 foo taints=Honor'], onlyFoo),
        nodes: 'a@1 b@1+foo! x@2+foo y@2+foo',
        pods: 'a:foo a:foo x:foo x:foo y:foo',
        counts: ['zone1=2 zone2=3', 'x=2 y=1'],
      },
    ],
    [
      'label keys, beside a selector',
      {
        pod: hard('foo,bar=a', ['zone 1 foo keys=bar']),
        nodes: four,
        pods: 'a:foo a:foo,bar=a b:foo y:foo,bar=a y:bar',
        counts: ['zone1=1 zone2=1'],
      },
    ],
    [
      'label keys, beside an empty selector',
      {
        pod: hard('foo=a', ['zone 1 any keys=foo']),
        nodes: four,
        pods: 'a:foo=a a:foo=a b:foo=a y:foo=a y:foo=a',
        counts: ['zone1=3 zone2=2'],
      },
    ],
    [
      'label keys, without a selector',
      {
        pod: hard('foo', ['zone 1 null keys=bar']),
        nodes: four,
        pods: 'a:foo=a a:foo=a b:foo=a y:foo=a y:foo=a',
        counts: ['zone1=0 zone2=0'],
      },
    ],
    [
      'label keys that the pod does not have',
      {
        pod: hard('foo', ['zone 1 foo keys=bar']),
        nodes: four,
        pods: 'a:foo=a a:foo=a b:foo=a y:foo=a y:foo=a',
        counts: ['zone1=3 zone2=2'],
      },
    ],
    [
      'two constraints of one key',
      {
        pod: hard('foo,bar', ['zone 1 foo', 'zone 1 bar']),
        nodes: four,
        pods: 'a:foo,bar b:foo x:bar y:foo,bar y:bar',
        counts: ['zone1=2 zone2=1', 'zone1=1 zone2=3'],
      },
    ],
  ])('%s', (_, counted) => checkCounts(counted));

  const nodes = hard('foo', ['node 1 foo']);
  const three = 'a@1 b@1 x@2';
  const unmatched = hard('foo', ['zone 1 foo'], nodeAffinity('foo', 'NotIn', 'bar'));
  const withBar = 'a@1+foo=bar b@2+foo';
  it.each<[string, Counted]>([
    ['to an empty cluster', { pod: nodes, nodes: 'a@1 b@1', pods: '', change: '+a:foo', counts: ['a=1 b=0'] }],
    ['to the least', { pod: nodes, nodes: 'a@1 b@1', pods: 'b:foo', change: '+a:foo', counts: ['a=1 b=1'] }],
    [
      'of another namespace',
      { pod: nodes, nodes: 'a@1 b@1', pods: 'b:foo', change: '+a:foo@ns1', counts: ['a=0 b=1'] },
    ],
    ['to the most', { pod: nodes, nodes: 'a@1 b@1', pods: 'b:foo', change: '+b:foo', counts: ['a=0 b=2'] }],
    [
      'to an empty cluster, two constraints',
      { pod: both, nodes: 'a@1 x@2', pods: '', change: '+a:foo', counts: ['zone1=1 zone2=0', 'a=1 x=0'] },
    ],
    [
      'to the least, two constraints',
      { pod: both, nodes: 'a@1 x@2', pods: 'x:foo', change: '+a:foo', counts: ['zone1=1 zone2=1', 'a=1 x=1'] },
    ],
    [
      'to the least of nodes in the most of zones',
      {
        pod: both,
        nodes: three,
        pods: 'b:foo b:foo x:foo',
        change: '+a:foo',
        counts: ['zone1=3 zone2=1', 'a=1 b=2 x=1'],
      },
    ],
    [
      'that one constraint means',
      {
        pod: mixed,
        nodes: three,
        pods: 'b:foo,bar x:foo,bar x:bar',
        change: '+a:foo',
        counts: ['zone1=2 zone2=1', 'a=0 b=1 x=2'],
      },
    ],
    [
      'that both mean',
      {
        pod: mixed,
        nodes: three,
        pods: 'b:bar x:foo,bar x:bar',
        change: '+a:foo,bar',
        counts: ['zone1=1 zone2=1', 'a=1 b=1 x=2'],
      },
    ],
    [
      'on a node that does not count',
      { pod: unmatched, nodes: withBar, pods: 'a:foo b:foo', change: '+a:foo', counts: ['zone2=1'] },
    ],
    [
      'on one that does',
      { pod: zoned, nodes: withBar, pods: 'a:foo b:foo', change: '+b:foo', counts: ['zone1=1 zone2=2'] },
    ],
    [
      'that is not meant',
      { pod: zoned, nodes: withBar, pods: 'a:foo b:foo', change: '+b:zone=zone2', counts: ['zone1=1 zone2=1'] },
    ],
    [
      'beside a taint that is ignored',
      { pod: zoned, nodes: 'a@1! b@2', pods: 'a:foo b:foo', change: '+b:foo', counts: ['zone1=1 zone2=2'] },
    ],
    [
      'beside a taint that is tolerated',
      {
        pod: hard('foo', ['zone 1 foo'], tolerating),
        nodes: 'a@1! b@2',
        pods: 'a:foo b:foo',
        change: '+b:foo',
        counts: ['zone1=1 zone2=2'],
      },
    ],
  ])('and a pod more, %s', (_, counted) => checkCounts(counted));

  it.each<[string, Counted]>([
    [
      'least as before',
      { pod: zoned, nodes: three, pods: 'a:foo b:foo x:foo', change: '-p0', counts: ['zone1=1 zone2=1'] },
    ],
    [
      'least less',
      { pod: zoned, nodes: four, pods: 'a:foo b:foo x:foo y:foo', change: '-p0', counts: ['zone1=1 zone2=2'] },
    ],
    [
      'one that is not meant',
      { pod: zoned, nodes: four, pods: 'a:bar a:foo b:foo x:foo y:foo', change: '-p0', counts: ['zone1=2 zone2=2'] },
    ],
    [
      'two constraints',
      {
        pod: both,
        nodes: three,
        pods: 'a:foo a:foo b:foo x:foo x:foo',
        change: '-p3',
        counts: ['zone1=3 zone2=1', 'a=2 b=1 x=1'],
      },
    ],
    [
      'one on a node that does not count',
      { pod: unmatched, nodes: withBar, pods: 'a:foo b:foo', change: '-p0', counts: ['zone2=1'] },
    ],
    [
      'one on a node that does',
      { pod: zoned, nodes: withBar, pods: 'a:foo b:foo', change: '-p1', counts: ['zone1=1 zone2=0'] },
    ],
  ])('and a pod less, %s', (_, counted) => checkCounts(counted));
});
