/** Nobody gives what he has not. Through the API, with RBAC on. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '@pintle/api/rbac/v1';
import type { Client } from '@pintle/client';
import { StatusError, virtualWorld } from '@pintle/machinery';
import { may } from '../bootstrap/policy-rule.js';
import { createApiServer } from '../server.js';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const namespace = 'default';
const role = (name: string, ...rules: PolicyRule[]): Role => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace },
  rules,
});
const clusterRole = (name: string, ...rules: PolicyRule[]): ClusterRole => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name },
  rules,
});
const binding = (name: string, roleRef: { readonly kind: string; readonly name: string }, user: string): RoleBinding =>
  ({
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef,
    subjects: [{ kind: 'User', name: user }],
  }) as unknown as RoleBinding;

let master: Client;
let ann: Client;
let granter: Client;

beforeAll(async () => {
  const api = await createApiServer({ world: virtualWorld(), authorizer: 'rbac' });
  const as = (name: string) => api.client({ user: { name, groups: ['system:authenticated', 'staff'] } });
  master = api.client();
  [ann, granter] = [as('ann'), as('granter')];
  await master.create(clusterRole('everybodys-roles', may('*', 'rbac.authorization.k8s.io', '*')));
  await master.create(
    clusterRole(
      'grants',
      may('create update', 'rbac.authorization.k8s.io', 'roles rolebindings clusterroles'),
      may('escalate', 'rbac.authorization.k8s.io', 'roles', 'raised'),
      may('bind', 'rbac.authorization.k8s.io', 'clusterroles', 'view'),
    ),
  );
  await master.create(role('reader', may('get list', 'core', 'pods')));
  await master.create(
    clusterRole('writes-roles', may('create update get', 'rbac.authorization.k8s.io', 'roles rolebindings')),
  );
  await master.create(binding('ann-writes', { kind: 'ClusterRole', name: 'writes-roles' }, 'ann'));
  await master.create(binding('ann-reads', { kind: 'Role', name: 'reader' }, 'ann'));
  await master.create({
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'grants' },
    roleRef: { kind: 'ClusterRole', name: 'grants' },
    subjects: [{ kind: 'User', name: 'granter' }],
  } as unknown as ClusterRoleBinding);
});

const refusal = async (work: Promise<unknown>): Promise<{ reason: string; message: string }> => {
  const error = await work.then(
    () => 'it was done',
    (caught: unknown) => caught,
  );
  if (!StatusError.is(error)) throw new Error(`expected a StatusError, got ${String(error)}`);
  return { reason: error.reason, message: error.message };
};

describe('roles', () => {
  it('may hold what their author has', async () => {
    expect((await ann.create(role('mine', may('get', 'core', 'pods')))).metadata.name).toBe('mine');
  });
  it('may not hold more, told in full', async () => {
    expect(await refusal(ann.create(role('more', may('get delete', 'core', 'pods secrets'))))).toEqual({
      reason: 'Forbidden',
      message: [
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "ann" (groups=["system:authenticated" "staff"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["delete" "get"]}',
      ].join('\n'),
    });
  });
  it('may not get more later, and may be touched otherwise', async () => {
    const strong = await master.create(role('strong', may('*', 'core', 'secrets')));
    const labelled = await ann.update({ ...strong, metadata: { ...strong.metadata, labels: { a: 'b' } } });
    expect(labelled.metadata.labels).toEqual({ a: 'b' });
    const more = { ...labelled, rules: [...(labelled.rules ?? []), may('get', 'core', 'nodes')] };
    expect(await refusal(ann.update(more))).toMatchObject({ reason: 'Forbidden' });
  });
  it('may hold anything by the verb escalate, on the names that it is given for', async () => {
    await granter.create(role('raised', may('*', 'core', '*')));
    expect(await refusal(granter.create(role('other', may('*', 'core', '*'))))).toMatchObject({ reason: 'Forbidden' });
  });
  it('that are sums need everything', async () => {
    const sum = { ...clusterRole('sum'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
    expect(await refusal(granter.create(sum))).toEqual({
      reason: 'Forbidden',
      message:
        'clusterroles.rbac.authorization.k8s.io "sum" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    });
  });
});

describe('bindings', () => {
  it('may give what their author has, to anybody', async () => {
    const made = await ann.create(binding('for-bob', { kind: 'Role', name: 'reader' }, 'bob'));
    expect(made).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
    });
  });
  it('may not give more, nor a role that there is not', async () => {
    const admin = { kind: 'ClusterRole', name: 'cluster-admin' };
    expect(await refusal(ann.create(binding('up', admin, 'ann')))).toMatchObject({
      reason: 'Forbidden',
      message: expect.stringContaining('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'),
    });
    expect(await refusal(ann.create(binding('no', { kind: 'Role', name: 'absent' }, 'ann')))).toEqual({
      reason: 'NotFound',
      message: 'rolebindings.rbac.authorization.k8s.io "absent" not found',
    });
  });
  it('may give a role that one may bind', async () => {
    await granter.create(binding('viewers', { kind: 'ClusterRole', name: 'view' }, 'eve'));
    const edit = binding('editors', { kind: 'ClusterRole', name: 'edit' }, 'eve');
    expect(await refusal(granter.create(edit))).toMatchObject({ reason: 'Forbidden' });
  });
  it('never change whose they are', async () => {
    const made = await master.create(binding('fixed', { kind: 'Role', name: 'reader' }, 'bob'));
    const other = { ...made, roleRef: { ...made.roleRef, name: 'mine' } };
    expect(await refusal(master.update(other))).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('cannot change roleRef'),
    });
  });
});
