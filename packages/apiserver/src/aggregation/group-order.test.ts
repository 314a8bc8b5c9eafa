/** In which order clients are told of groups and versions. */
import { expect, it } from '@jest/globals';
import { groupsInOrder, type PriorityOf, rankOf } from './group-order.js';

const versions = (...names: readonly string[]) =>
  names.map((name) => {
    const [group = '', version = ''] = name.split('/');
    return { group, version };
  });

it.each([
  [
    ['apps/v1', '/v1', 'apiregistration.k8s.io/v1'],
    ['apiregistration.k8s.io', '', 'apps'],
  ],
  [
    ['flowcontrol.apiserver.k8s.io/v1', 'resource.k8s.io/v1beta2', 'discovery.k8s.io/v1'],
    ['discovery.k8s.io', 'resource.k8s.io', 'flowcontrol.apiserver.k8s.io'],
  ],
  [
    ['b.example.com/v1', 'a.example.com/v1', 'policy/v1'],
    ['policy', 'a.example.com', 'b.example.com'],
  ],
])('%j', (given, order) => {
  expect(groupsInOrder(versions(...given), rankOf).map(([group]) => group)).toEqual(order);
});

it('tells of versions by rank, and of those of one rank as of newer and older ones', () => {
  expect(groupsInOrder(versions('autoscaling/v1', 'autoscaling/v2'), rankOf)).toEqual([['autoscaling', ['v2', 'v1']]]);
  expect(groupsInOrder(versions('a.b/v1beta1', 'a.b/v2', 'a.b/v1', 'a.b/v2'), rankOf)).toEqual([
    ['a.b', ['v2', 'v1', 'v1beta1']],
  ]);
  const turned: PriorityOf = ({ version }) => ({ group: 1, version: version === 'v1' ? 2 : 1 });
  expect(groupsInOrder(versions('a.b/v2', 'a.b/v1'), turned)).toEqual([['a.b', ['v1', 'v2']]]);
});

it('ranks a group as its highest version, and those of one rank by the name that is asked for', () => {
  const ranked: PriorityOf = ({ group, version }) => ({
    group: group === 'b.b' && version === 'v2' ? 9 : 1,
    version: 1,
  });
  const given = versions('a.a/v2', 'b.b/v1', 'b.b/v2', 'c.c/v1');
  expect(groupsInOrder(given, ranked).map(([group]) => group)).toEqual(['b.b', 'a.a', 'c.c']);
  expect(groupsInOrder(given, ranked, 'service').map(([group]) => group)).toEqual(['b.b', 'c.c', 'a.a']);
});
