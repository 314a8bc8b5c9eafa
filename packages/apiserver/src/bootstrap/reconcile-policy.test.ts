import { describe, expect, it } from '@jest/globals';
import { ClusterRole, ClusterRoleBinding } from '@pintle/api/rbac/v1';
import { virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';
import { bootstrapPolicy } from './policy.js';
import { may } from './policy-rule.js';
import { planPolicy, withSums } from './reconcile-policy.js';

const nothing = { clusterRoles: [], clusterRoleBindings: [], roles: [], roleBindings: [] };
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

describe('the default policy', () => {
  it('is upstream’s by number and by name', () => {
    const { clusterRoles, clusterRoleBindings, roles, roleBindings } = bootstrapPolicy();
    const counts = [clusterRoles, clusterRoleBindings, roles, roleBindings].map(({ length }) => length);
    // 32 of users and components, 38 of controllers; 13 bindings and one for each controller.
    expect(counts).toEqual([70, 51, 7, 7]);
    expect(new Set(clusterRoles.map(({ metadata }) => metadata.name)).size).toBe(clusterRoles.length);
  });

  it('adds up admin, edit and view', () => {
    const sums = withSums(bootstrapPolicy().clusterRoles);
    const rulesOf = (name: string) => sums.find(({ metadata }) => metadata.name === name)?.rules ?? [];
    expect(rulesOf('view')).toContainEqual(may('get list watch', 'core', 'namespaces'));
    expect(rulesOf('view')).not.toContainEqual(expect.objectContaining({ resources: ['secrets'] }));
    expect(rulesOf('edit')).toEqual(expect.arrayContaining([...rulesOf('view')]));
    expect(rulesOf('admin')).toEqual(expect.arrayContaining([...rulesOf('edit')]));
    expect(rulesOf('admin')).toContainEqual(
      may(
        'create delete deletecollection get list patch update watch',
        'rbac.authorization.k8s.io',
        'rolebindings roles',
      ),
    );
  });

  it('lets kube-scheduler read whatever it waits for before it places the first pod', () => {
    const scheduler = bootstrapPolicy().clusterRoles.filter(({ metadata }) =>
      ['system:kube-scheduler', 'system:volume-scheduler'].includes(metadata.name ?? ''),
    );
    const readable = scheduler
      .flatMap(({ rules = [] }) => rules)
      .filter(({ verbs }) => ['list', 'watch'].every((verb) => verbs.includes(verb)))
      .flatMap(({ resources = [] }) => resources);
    expect(readable).toEqual(
      expect.arrayContaining([
        ...['csidrivers', 'csinodes', 'csistoragecapacities', 'deviceclasses', 'namespaces', 'nodes'],
        ...['persistentvolumeclaims', 'persistentvolumes', 'poddisruptionbudgets', 'pods', 'replicasets'],
        ...['replicationcontrollers', 'resourceclaims', 'resourceslices', 'services', 'statefulsets', 'storageclasses'],
        'volumeattachments',
      ]),
    );
  });

  it('lets editors have claims on devices, and the scheduler allocate them', () => {
    const sums = withSums(bootstrapPolicy().clusterRoles);
    const rulesOf = (name: string) => sums.find(({ metadata }) => metadata.name === name)?.rules ?? [];
    const isGranted = (name: string, verb: string, resource: string) =>
      rulesOf(name).some(
        ({ apiGroups, resources, verbs }) =>
          apiGroups?.includes('resource.k8s.io') && resources?.includes(resource) && verbs.includes(verb),
      );
    expect([
      isGranted('edit', 'create', 'resourceclaims'),
      isGranted('view', 'list', 'resourceclaimtemplates'),
      isGranted('view', 'create', 'resourceclaims'),
      isGranted('system:kube-scheduler', 'patch', 'resourceclaims/status'),
      isGranted('system:node', 'get', 'resourceclaims'),
    ]).toEqual([true, true, false, true, true]);
  });

  it('brings what is missing and keeps what somebody added', () => {
    const policy = bootstrapPolicy();
    const [wanted] = policy.clusterRoles.filter(({ metadata }) => metadata.name === 'system:basic-user');
    const mine = may('get', 'core', 'nodes');
    const poorer: ClusterRole = { ...wanted!, metadata: { name: 'system:basic-user', labels }, rules: [mine] };
    const { create, update, recreate } = planPolicy(policy, { ...nothing, clusterRoles: [poorer] });
    expect(create).toHaveLength(134);
    expect(recreate).toEqual([]);
    expect(update).toHaveLength(1);
    expect((update[0] as ClusterRole).rules?.[0]).toBe(mine);
    expect((update[0] as ClusterRole).rules).toHaveLength(4);
    expect(planPolicy(policy, { ...policy, clusterRoles: [...withSums(policy.clusterRoles)] })).toEqual({
      create: [],
      update: [],
      recreate: [],
    });
  });

  it('leaves alone what is not to be updated, and makes a binding of another role anew', () => {
    const policy = bootstrapPolicy();
    const left = policy.clusterRoleBindings.map((binding) => ({
      ...binding,
      metadata: { ...binding.metadata, annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
      subjects: [],
    }));
    const others = { ...policy, clusterRoles: [...withSums(policy.clusterRoles)] };
    expect(planPolicy(policy, { ...others, clusterRoleBindings: left }).update).toEqual([]);
    const foreign = policy.clusterRoleBindings.map((binding) =>
      binding.metadata.name === 'system:discovery'
        ? { ...binding, roleRef: { ...binding.roleRef, name: 'cluster-admin' } }
        : binding,
    );
    const plan = planPolicy(policy, { ...others, clusterRoleBindings: foreign });
    expect(plan.recreate.map(({ metadata }) => metadata.name)).toEqual(['system:discovery']);
  });

  it('is brought at every start', async () => {
    const world = virtualWorld();
    const backend = memoryStore<StoredObject>({ world });
    const start = () => createApiServer({ world, backend, authorizer: 'rbac' });
    const first = await start();
    const binding = await first.client().get(ClusterRoleBinding, { name: 'system:basic-user' });
    await first.client().update({ ...binding, subjects: [] });
    await first.client().delete(ClusterRole, { name: 'system:discovery' });
    await first.stop();
    const second = await start();
    expect((await second.client().get(ClusterRoleBinding, { name: 'system:basic-user' })).subjects).toHaveLength(1);
    expect((await second.client().get(ClusterRole, { name: 'system:discovery' })).rules).toHaveLength(1);
    const { revision } = backend.status();
    await second.stop();
    await (await start()).stop();
    expect(backend.status().revision).toBe(revision);
  });
});
