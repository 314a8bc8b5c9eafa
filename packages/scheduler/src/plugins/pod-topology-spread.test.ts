/** The cases of kube-scheduler's own tests of PodTopologySpread: which nodes are refused, and by whose constraints. */
import { describe, expect, it } from '@jest/globals';
import type { ReplicaSet } from '@pintle/api/apps/v1';
import type { Pod, Service } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { podInfo } from '../nodes/pod-info.js';
import { type PodWords, testPod } from '../test-objects.fixture.js';
import { judge } from './judge.fixture.js';
import { podTopologySpread } from './pod-topology-spread.js';
import type { DefaultConstraint } from './spread-constraints.js';
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

const plugin = podTopologySpread();

function verdicts(pod: Pod, nodes: string, pods: string): string {
  const made = nodesIn(nodes);
  const { single, batched } = judge(plugin, podInfo(pod), made, tableWith(made, podsIn(pods)));
  expect(batched).toEqual(single);
  return signs(single);
}

describe('one constraint', () => {
  const inZones = hard('foo', ['zone 1 foo']);
  const onNodes = hard('foo', ['node 1 foo']);
  const inclusion = 'a+foo b+foo x+foo y';
  const spread = 'a:foo b:foo y:foo';
  it.each<[string, Pod, nodes: string, pods: string, expected: string]>([
    ['no pods', inZones, four, '', '++++'],
    ['no pods, and not meant itself', hard('foo', ['zone 1 bar']), four, '', '++++'],
    ['pods of other namespaces', inZones, four, 'a:foo@ns1 a:foo@ns2 x:foo y:foo', '++--'],
    ['no selector', hard('foo', ['zone 1 null']), four, 'x:foo y:foo', '++++'],
    ['zones 3/3', inZones, four, 'a:foo a:foo b:foo y:foo y:foo y:foo', '++++'],
    ['zones 1/2, a node without one', inZones, 'a@1 b+zon=zone1 x@2 y@2', 'a:foo b:foo x:foo y:foo', '+!--'],
    ['no node with the label', hard('foo', ['rack 1 foo']), 'a@1 x@2', '', '!!'],
    ['nodes 2/1/0/3', onNodes, four, 'a:foo a:foo b:foo y:foo y:foo y:foo', '--+-'],
    ['nodes 2/1/0/3, skew 2', hard('foo', ['node 2 foo']), four, 'a:foo a:foo b:foo y:foo y:foo y:foo', '-++-'],
    [
      'nodes 2/1/0/3, not meant itself',
      hard('bar', ['node 1 foo']),
      four,
      'a:foo a:foo b:foo y:foo y:foo y:foo',
      '-++-',
    ],
    [
      'nodes 2/(1)/(0)/3 where only two may be had',
      hard('foo', ['node 1 foo'], nodeAffinity('node', 'In', 'a', 'y')),
      four,
      'a:foo a:foo b:foo y:foo y:foo y:foo',
      '+++-',
    ],
    ['pods that are going', onNodes, 'a b', 'a:foo- b:foo', '+-'],
    [
      'zones 0(2)/1 where one node may not be had',
      hard('foo', ['zone 1 foo'], nodeAffinity('node', 'NotIn', 'b')),
      four,
      'b:foo b:foo y:foo',
      '++--',
    ],
    ['fewer nodes than wanted', hard('foo', ['node 2 foo min=4']), 'a b c', 'a:foo a:foo b:foo b:foo c:foo', '--+'],
    ['as many nodes as wanted', hard('foo', ['node 2 foo min=2']), 'a b c', 'a:foo a:foo b:foo b:foo c:foo', '+++'],
    ['fewer zones than wanted', hard('foo', ['zone 2 foo min=3']), four, 'a:foo b:foo y:foo', '--++'],
    ['as many zones as wanted', hard('foo', ['zone 2 foo min=1']), four, 'a:foo b:foo y:foo', '++++'],
    ['a node selector, honoured', hard('foo', ['node 1 foo'], onlyFoo), inclusion, spread, '--++'],
    ['a node selector, ignored', hard('foo', ['node 1 foo affinity=Ignore'], onlyFoo), inclusion, spread, '--+-'],
    ['node affinity, honoured', hard('foo', ['node 1 foo'], fooIn), inclusion, spread, '--++'],
    ['node affinity, ignored', hard('foo', ['node 1 foo affinity=Ignore'], fooIn), inclusion, spread, '--+-'],
    ['taints, honoured', hard('foo', ['node 1 foo taints=Honor']), 'a+foo b+foo x+foo y!', spread, '--++'],
    ['taints, ignored', onNodes, 'a+foo b+foo x+foo y!', spread, '--+-'],
  ])('%s', (_, pod, nodes, pods, expected) => {
    expect(verdicts(pod, nodes, pods)).toBe(expected);
  });
});

describe('several constraints', () => {
  const both = hard('foo', ['zone 1 foo', 'node 1 foo']);
  const mixed = hard('foo,bar', ['zone 1 foo', 'node 1 bar']);
  const zones = hard('foo,bar', ['zone 1 bar', 'zone 1 foo']);
  const inclusion = 'a@1+foo b@1 x@2+foo y@2+foo!';
  it.each<[string, Pod, nodes: string, pods: string, expected: string]>([
    ['zones 3/3, nodes 2/1/0/3', both, four, 'a:foo a:foo b:foo y:foo y:foo y:foo', '--+-'],
    ['zones 3/4, nodes 2/1/0/4', both, four, 'a:foo a:foo b:foo y:foo y:foo y:foo y:foo', '----'],
    ['other pods each, zones 1/0, nodes 1/0/0/1', mixed, four, 'a:foo y:bar', '--+-'],
    ['other pods each, zones 1/0, nodes 0/0/1/1', mixed, four, 'a:foo x:bar y:bar', '----'],
    ['other pods each, zones 2/3, nodes 1/0/0/1', mixed, four, 'a:foo a:foo,bar y:foo y:foo,bar y:foo', '-+--'],
    ['not meant itself by the first', hard('bar', ['zone 1 foo', 'node 1 bar']), four, 'a:foo x:bar y:bar', '++--'],
    ['a node without one of the labels', both, 'a@1 b@1 x@2~ y@2', 'a:foo y:foo', '-+!-'],
    [
      'affinity honoured, and ignored',
      hard('foo', ['zone 1 foo', 'node 1 foo affinity=Ignore'], onlyFoo),
      'a@1+foo b@1+foo x@2+foo y@2',
      'a:foo b:foo y:foo',
      '--+-',
    ],
    [
      'taints honoured, and ignored',
      hard('foo', ['zone 1 foo taints=Honor', 'node 1 foo']),
      'a@1+foo b@1+foo x@2+foo y@2!',
      'a:foo b:foo y:foo',
      '--+-',
    ],
    [
      'affinity honoured by both',
      hard('foo', ['zone 1 foo', 'node 1 foo'], onlyFoo),
      inclusion,
      'a:foo b:foo y:foo',
      '-++-',
    ],
    [
      'everything honoured, and nothing',
      hard('foo', ['zone 1 foo taints=Honor', 'node 1 foo affinity=Ignore'], onlyFoo),
      inclusion,
      'a:foo b:foo y:foo',
      '--+-',
    ],
    ['two of one key, 3/3 and 2/1', zones, four, 'a:foo,bar a:foo b:foo,bar y:foo y:foo,bar y:foo', '--++'],
    ['two of one key, 3/4 and 2/1', zones, four, 'a:foo,bar a:foo b:foo,bar y:foo y:foo,bar y:foo y:foo', '----'],
  ])('%s', (_, pod, nodes, pods, expected) => {
    expect(verdicts(pod, nodes, pods)).toBe(expected);
  });
});

describe('constraints of the profile', () => {
  const service = (selector: string): Service =>
    ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector: labelsIn(selector) } }) as Service;
  const rule = (topologyKey: string, maxSkew: number, whenUnsatisfiable = 'DoNotSchedule'): DefaultConstraint =>
    ({ topologyKey, maxSkew, whenUnsatisfiable }) as DefaultConstraint;
  const own = [constraintIn('zone 1 baz=tar', 'DoNotSchedule'), constraintIn('planet 2 fot=rok', 'ScheduleAnyway')];
  it.each<[string, DefaultConstraint[], PodWords, KubernetesObject[], skipped: boolean]>([
    [
      'with a Service',
      [rule('node', 3), rule('node', 2, 'ScheduleAnyway'), rule('rack', 5)],
      {},
      [service('foo=bar')],
      false,
    ],
    ['with a Service of others', [rule('node', 3)], {}, [service('baz=kep')], true],
    ['and the pod’s own', [rule('node', 2)], { topologySpreadConstraints: own }, [service('foo=bar')], false],
    ['wishes alone', [rule('node', 2, 'ScheduleAnyway')], {}, [service('foo=bar')], true],
    ['none at all', [], {}, [], true],
  ])('%s', (_, defaultConstraints, words, objects, skipped) => {
    const pod = testPod('p', { labels: { foo: 'bar', baz: 'kar' }, ...words });
    const nodes = nodesIn('a b');
    const table = tableWith(nodes, podsIn('a:foo=bar a:foo=bar a:foo=bar'), objects);
    const { preFilter, single } = judge(podTopologySpread({ defaultConstraints }), podInfo(pod), nodes, table);
    expect(preFilter?.code).toBe(skipped ? 'Skip' : undefined);
    if (skipped) return;
    // With racks that no node has, or zones; by what the pod itself says or the profile.
    expect(signs(single)).toBe('!!');
  });

  it('are of no use to a pod that nobody selects', () => {
    const replicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'rs1', namespace: 'default' },
      spec: { selector: { matchExpressions: [{ key: 'tar', operator: 'Exists' }] } },
    } as ReplicaSet;
    const owned = testPod('p', { namespace: 'default', labels: { foo: 'bar', baz: 'sup' } });
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs2', uid: 'u', controller: true }];
    const pod = { ...owned, metadata: { ...owned.metadata, ownerReferences } };
    const nodes = nodesIn('a+planet=mars');
    const asked = podTopologySpread({ defaultConstraints: [rule('planet', 2, 'ScheduleAnyway')] });
    expect(judge(asked, podInfo(pod), nodes, tableWith(nodes, [], [replicaSet])).skipped).toBe(true);
    expect(judge(podTopologySpread(), podInfo(pod), nodes, tableWith(nodes, [])).skipped).toBe(true);
  });
});
