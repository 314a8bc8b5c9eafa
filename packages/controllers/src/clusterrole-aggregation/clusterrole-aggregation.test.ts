import { describe, expect, it } from '@jest/globals';
import { ClusterRole } from '@pintle/api/rbac/v1';
import { testCluster } from '@pintle/testing';
import { aggregatedRules } from './index.js';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (
  name: string,
  labels: object,
  resources: readonly string[],
  selectors: readonly object[] = [],
): ClusterRole =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    rules: resources.map(rule),
    ...(selectors.length === 0
      ? {}
      : { aggregationRule: { clusterRoleSelectors: selectors.map((matchLabels) => ({ matchLabels })) } }),
  }) as unknown as ClusterRole;

describe('aggregatedRules', () => {
  it.each([
    ['none selected', [role('b', {}, ['pods'])], []],
    ['those of the label', [role('b', { foo: 'bar' }, ['pods']), role('c', { foo: 'baz' }, ['nodes'])], ['pods']],
    [
      'in the order of names, each once',
      [role('c', { foo: 'bar' }, ['nodes', 'pods']), role('b', { foo: 'bar' }, ['pods'])],
      ['pods', 'nodes'],
    ],
    ['not its own', [role('all', { foo: 'bar' }, ['secrets'])], []],
  ])('%s', (_name, roles, resources) => {
    const rules = aggregatedRules(role('all', {}, ['old'], [{ foo: 'bar' }]), roles);
    expect(rules.map((one) => one.resources?.join())).toEqual(resources);
  });
});

describe('in a cluster', () => {
  it('follows the roles that come and go', async () => {
    const cluster = await testCluster({ nodes: 0 });
    const { client } = cluster;
    await client.create(role('all', {}, ['old'], [{ foo: 'bar' }, { fizz: 'buzz' }]));
    await client.create(role('one', { foo: 'bar' }, ['pods']));
    await client.create(role('two', { fizz: 'buzz' }, ['nodes']));
    await cluster.settle();
    const resources = async () =>
      (await client.get(ClusterRole, { name: 'all' })).rules?.map((one) => one.resources?.join()) ?? [];
    expect(await resources()).toEqual(['pods', 'nodes']);
    await client.delete(ClusterRole, { name: 'one' });
    await cluster.settle();
    expect(await resources()).toEqual(['nodes']);
    await cluster.stop();
  });
});
