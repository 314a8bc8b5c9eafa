import { expect, it } from '@jest/globals';
import { ClusterRole, type PolicyRule } from '@pintle/api/rbac/v1';
import { testCluster } from '@pintle/testing';

const rule = (verb: string): PolicyRule => ({ verbs: [verb], apiGroups: [''], resources: ['pods'] });

it('a role that is a sum follows its parts, through other sums', async () => {
  const cluster = await testCluster();
  const { client } = cluster;
  const make = (name: string, rules: readonly PolicyRule[], into?: string, sumOf?: string) =>
    client.create<ClusterRole>({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, labels: into === undefined ? {} : { into } },
      rules,
      ...(sumOf === undefined ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: sumOf } }] } }),
    });
  const verbs = async (name: string) =>
    ((await client.get(ClusterRole, { name })).rules ?? []).flatMap((each) => each.verbs);

  await make('all', [], undefined, 'all');
  await make('some', [], 'all', 'some');
  await make('b', [rule('list'), rule('get')], 'some');
  await make('a', [rule('get')], 'some');
  await cluster.settle();
  expect(await verbs('all')).toEqual(['get', 'list']);

  await client.patch(ClusterRole, { name: 'b' }, { type: 'merge', body: { rules: [rule('watch')] } });
  await cluster.settle();
  expect(await verbs('all')).toEqual(['get', 'watch']);

  await client.delete(ClusterRole, { name: 'a' });
  await cluster.settle();
  expect(await verbs('all')).toEqual(['watch']);
  const { metadata } = await client.get(ClusterRole, { name: 'all' });
  expect(metadata.managedFields).toContainEqual(
    expect.objectContaining({ manager: 'clusterrole-aggregation-controller', operation: 'Apply' }),
  );
  await cluster.stop();
});
