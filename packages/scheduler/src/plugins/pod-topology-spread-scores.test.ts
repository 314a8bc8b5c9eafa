/** The cases of kube-scheduler's own tests of PodTopologySpread: scores. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { podInfo } from '../nodes/pod-info.js';
import { type PodWords, testPod } from '../test-objects.fixture.js';
import { judge } from './judge.fixture.js';
import { podTopologySpread } from './pod-topology-spread.js';
import { fooIn, four, nodesIn, onlyFoo, podsIn, spreadingPod, tableWith } from './topology-words.fixture.js';

const plugin = podTopologySpread();

describe('scores', () => {
  const soft = (labels: string, constraints: readonly string[], more?: PodWords) =>
    spreadingPod('ScheduleAnyway', labels, constraints, more);
  const foo = soft('foo', ['host 1 foo']);
  const hosts = 'a b c d';
  const twoKeys = soft('foo,bar', ['zone 1 foo', 'host 1 bar']);
  const step = 'a:foo a:foo a:foo a:foo b:foo b:foo b:foo c:foo c:foo d:foo';
  const four12 = 'a:foo a:foo a:foo a:foo b:foo b:foo x:foo y:foo y:foo y:foo';
  const inclusion = 'a:foo a:foo b:foo c:foo';
  const byService = testPod('new', { labels: { foo: '' } });
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector: { foo: '' } } };
  /** Nodes after a `|` are not candidates. */
  it.each<[string, Pod, nodes: string, pods: string, expected: number[]]>([
    ['no pods', foo, 'a b', '', [100, 100]],
    ['one candidate', foo, 'a | b', 'a:foo a:foo b:foo', [100]],
    ['as many on each', foo, 'a b', 'a:foo b:foo', [100, 100]],
    ['2/1/0/3', foo, hosts, 'a:foo a:foo b:foo d:foo d:foo d:foo', [20, 60, 100, 0]],
    ['no selector', soft('foo', ['host 1 null']), hosts, 'a:foo a:foo b:foo d:foo d:foo d:foo', [100, 100, 100, 100]],
    ['2/1/0/3, skew 2', soft('foo', ['host 2 foo']), hosts, 'a:foo a:foo b:foo d:foo d:foo d:foo', [33, 66, 100, 16]],
    ['4/3/2/1, skew 3', soft('foo', ['host 3 foo']), hosts, step, [44, 66, 77, 100]],
    ['4/3/2/1, by a Service, without zones', byService, hosts, step, [44, 66, 77, 100]],
    ['4/2/1/(3)', foo, 'a b x | y', four12, [33, 83, 100]],
    ['4/2/1/(3), a node without the label', foo, 'a b~ x | y', four12, [16, 0, 100]],
    ['zones, three of four candidates', soft('foo', ['zone 1 foo']), 'a@1 b@1 x@2 | y@2', four12, [75, 75, 100]],
    [
      'zones and nodes, two of four candidates',
      soft('foo', ['zone 1 foo', 'host 1 foo']),
      'a@1 x@2 | b@1 y@2',
      'a:foo a:foo b:foo x:foo x:foo y:foo y:foo y:foo y:foo',
      [100, 63],
    ],
    [
      'two of zones, two of four candidates',
      soft('foo,bar', ['zone 1 foo', 'zone 1 bar']),
      'a@1 x@2 | b@1 y@2',
      'a:foo,bar a:foo b:foo,bar y:foo y:foo,bar y:foo',
      [85, 100],
    ],
    ['other selectors', twoKeys, four, 'a:foo b:foo,bar y:foo y:bar', [60, 20, 100, 60]],
    ['other selectors, and nodes without pods', twoKeys, four, 'b:bar x:foo y:foo,bar', [100, 60, 40, 0]],
    ['other selectors, three of four', twoKeys, 'a@1 b@1 x@2 | y@2', 'a:foo b:foo,bar y:foo y:bar', [50, 25, 100]],
    ['other namespaces', foo, 'a b', 'a:foo@ns1 a:foo b:foo b:foo', [100, 33]],
    ['pods that are going', foo, 'a b', 'a:foo- b:foo', [100, 0]],
    [
      'a least number of domains',
      soft('foo', ['node 2 foo min=10']),
      'a b c',
      'a:foo a:foo b:foo b:foo c:foo',
      [75, 75, 100],
    ],
    ['a node selector, honoured', soft('foo', ['node 1 foo'], onlyFoo), 'a+foo b+foo c', inclusion, [0, 33, 100]],
    [
      'a node selector, ignored',
      soft('foo', ['node 1 foo affinity=Ignore'], onlyFoo),
      'a+foo b+foo c',
      inclusion,
      [66, 100, 100],
    ],
    ['node affinity, honoured', soft('foo', ['node 1 foo'], fooIn), 'a+foo b+foo c', inclusion, [0, 33, 100]],
    [
      'node affinity, ignored',
      soft('foo', ['node 1 foo affinity=Ignore'], fooIn),
      'a+foo b+foo c',
      inclusion,
      [66, 100, 100],
    ],
    ['taints, honoured', soft('foo', ['node 1 foo taints=Honor']), 'a b c!', inclusion, [0, 33, 100]],
    ['taints, ignored', soft('foo', ['node 1 foo']), 'a b c!', inclusion, [66, 100, 100]],
    [
      'label keys, beside an empty selector',
      soft('foo,bar', ['zone 1 any keys=foo', 'host 1 any keys=bar']),
      'a@1 b@1 c@2 d@2',
      'a:foo b:foo,bar c:foo c:bar',
      [60, 20, 60, 100],
    ],
    [
      'label keys, beside a selector',
      soft('foo,bar,baz', ['zone 1 foo', 'host 1 bar keys=baz']),
      'a@1 b@1 c@2 d@2',
      'a:foo b:foo,bar,baz c:foo c:bar c:bar,baz',
      [60, 20, 60, 100],
    ],
  ])('%s', (_, pod, nodes, pods, expected) => {
    const [candidates = '', others = ''] = nodes.split('|');
    const scored = nodesIn(candidates);
    const table = tableWith([...scored, ...nodesIn(others)], podsIn(pods), [service]);
    const { raw, rawBatched, normalized } = judge(plugin, podInfo(pod), scored, table);
    expect(rawBatched).toEqual(raw);
    expect(normalized).toEqual(expected);
  });

  it('has nothing to say of pods without wishes', () => {
    const nodes = nodesIn('a b');
    const asked = podTopologySpread({ defaultConstraints: [] });
    expect(judge(asked, podInfo(testPod('p')), nodes, tableWith(nodes, [])).skipped).toBe(true);
  });
});
