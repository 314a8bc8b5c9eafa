/** What may I do, what may others: the reviews of authorization.k8s.io, as `kubectl auth can-i` asks them. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigMap, Namespace } from '@pintle/api/core/v1';
import { ClusterRoleBinding, RoleBinding } from '@pintle/api/rbac/v1';
import { type KubernetesObject, StatusError, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { type ApiServer, createApiServer } from '../server.js';

let api: ApiServer;
let world: VirtualWorld;
const ann = { name: 'ann', groups: ['cooks', 'system:authenticated'] };

beforeAll(async () => {
  world = virtualWorld();
  api = await createApiServer({ world, authorizer: ['node', 'rbac'] });
  await api.client().create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'views', namespace: 'default' },
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'cooks' }],
  } as unknown as RoleBinding);
});

// biome-ignore lint/suspicious/noExplicitAny: each review has its own status.
const asked = async (kind: string, spec: object, namespace?: string): Promise<any> =>
  (
    (await api.client({ user: ann }).create({
      apiVersion: 'authorization.k8s.io/v1',
      kind,
      metadata: namespace === undefined ? {} : { namespace },
      spec,
    } as unknown as KubernetesObject)) as KubernetesObject & { status: unknown }
  ).status;
const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return StatusError.is(error) ? { code: error.code, message: error.message } : error;
};
const pods = (verb: string, namespace?: string) => ({
  resourceAttributes: { verb, resource: 'pods', ...(namespace === undefined ? {} : { namespace }) },
});

it('who may do something in a namespace may do so to the namespace', async () => {
  const client = api.client({ user: ann });
  expect(await client.get(Namespace, { name: 'default' })).toMatchObject({ metadata: { name: 'default' } });
  const refused = (where: string) => ({ code: 403, message: expect.stringContaining(where) as never });
  expect(await failure(client.get(Namespace, { name: 'kube-system' }))).toMatchObject(
    refused('cannot get resource "namespaces" in API group "" in the namespace "kube-system"'),
  );
  expect(await failure(client.list(Namespace))).toMatchObject(refused('at the cluster scope'));
  const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } } as KubernetesObject;
  expect(await failure(client.create(made))).toMatchObject(refused('at the cluster scope'));
});

describe('of oneself', () => {
  it('says yes with its reason, or no', async () => {
    expect(await asked('SelfSubjectAccessReview', pods('get', 'default'))).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "views/default" of ClusterRole "view" to Group "cooks"',
    });
    expect(await asked('SelfSubjectAccessReview', pods('get'))).toEqual({ allowed: false });
    expect(await asked('SelfSubjectAccessReview', { nonResourceAttributes: { verb: 'get', path: '/apis' } })).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
  });
  it('needs one question', async () => {
    expect(await failure(asked('SelfSubjectAccessReview', {}))).toMatchObject({
      code: 422,
      message: expect.stringContaining('exactly one of nonResourceAttributes or resourceAttributes must be specified'),
    });
    const both = { ...pods('get'), nonResourceAttributes: { verb: 'get', path: '/' } };
    expect(await failure(asked('SelfSubjectAccessReview', both))).toMatchObject({
      code: 422,
      message: expect.stringContaining(
        '{"Path":"/","Verb":"get"}: cannot be specified in combination with resourceAttributes',
      ),
    });
  });
  it.each<readonly [string, object, string]>([
    [
      'both ways at once',
      { fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] } },
      'spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements',
    ],
    [
      'neither way',
      { labelSelector: {} },
      'spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required',
    ],
    [
      'no value',
      { fieldSelector: { requirements: [{ key: 'a', operator: 'In' }] } },
      "spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      'a value too many',
      { labelSelector: { requirements: [{ key: 'a', operator: 'Exists', values: ['b'] }] } },
      "spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ],
  ])('refuses a selector of %s', async (_what, selector, message) => {
    const question = { resourceAttributes: { verb: 'list', resource: 'pods', ...selector } };
    expect(await failure(asked('SelfSubjectAccessReview', question))).toEqual({
      code: 422,
      message: `.authorization.k8s.io "" is invalid: ${message}`,
    });
  });
  const ofField = (...operators: readonly string[]) => ({
    fieldSelector: { requirements: operators.map((operator) => ({ key: 'a', operator, values: ['b'] })) },
  });
  it.each<readonly [object, string | undefined]>([
    [ofField('In', 'NotIn'), undefined],
    [ofField('In', 'Like'), 'spec.resourceAttributes.fieldSelector partially ignored due to parse error'],
    [
      { ...ofField('Like'), labelSelector: { requirements: [{ key: 'a', operator: 'Like' }] } },
      'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
    ],
    [{ fieldSelector: { rawSelector: 'a=b,c!=d' }, labelSelector: { rawSelector: 'a in (b)' } }, undefined],
    [
      { fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: 'a in' } },
      'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
    ],
  ])('tells what it passed over of %j', async (selector, evaluationError) => {
    const question = { resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default', ...selector } };
    const { reason: _, ...answer } = await asked('SelfSubjectAccessReview', question);
    expect(answer).toEqual({ allowed: true, ...(evaluationError === undefined ? {} : { evaluationError }) });
  });
  it('says that the rules of a node are not all', async () => {
    const node = { name: 'system:node:n', groups: ['system:nodes', 'system:authenticated'] };
    const answer = await api.client({ user: node }).create({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: {},
      spec: { namespace: 'default' },
    } as unknown as KubernetesObject);
    expect(answer).toMatchObject({
      status: { incomplete: true, evaluationError: 'node authorizer does not support user rule resolution' },
    });
  });
  it('lists all rules of a namespace', async () => {
    const status = await asked('SelfSubjectRulesReview', { namespace: 'default' });
    expect(status).toMatchObject({ incomplete: false });
    expect(status).not.toHaveProperty('evaluationError');
    expect(status.resourceRules).toContainEqual({
      verbs: ['get', 'list', 'watch'],
      apiGroups: [''],
      resources: ['namespaces'],
    });
    expect(status.nonResourceRules.flatMap((rule: { nonResourceURLs: string[] }) => rule.nonResourceURLs)).toContain(
      '/apis/*',
    );
    expect(await failure(asked('SelfSubjectRulesReview', {}))).toMatchObject({ code: 400 });
  });
});

it('a review of another namespace than it is sent to is refused', async () => {
  const open = await createApiServer({ world: virtualWorld() });
  const { code, message } = (
    await ask(open.handle, 'POST /apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews', {
      body: {
        ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'LocalSubjectAccessReview' },
        metadata: { namespace: 'other' },
        spec: { user: 'x', ...pods('list', 'other') },
      },
    })
  ).json;
  expect([code, message]).toEqual([
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ]);
});

describe('of others', () => {
  it('is for who may ask, of somebody', async () => {
    expect(await failure(asked('SubjectAccessReview', { user: 'eve', ...pods('get') }))).toMatchObject({ code: 403 });
    const master = api.client();
    const ask = (kind: string, spec: object, namespace?: string) =>
      master.create({
        apiVersion: 'authorization.k8s.io/v1',
        kind,
        metadata: namespace === undefined ? {} : { namespace },
        spec,
      } as unknown as KubernetesObject);
    expect(await ask('SubjectAccessReview', { groups: ['cooks'], ...pods('get', 'default') })).toMatchObject({
      status: { allowed: true },
    });
    expect(await failure(ask('SubjectAccessReview', pods('get')))).toMatchObject({
      code: 422,
      message: expect.stringContaining('at least one of user or group must be specified'),
    });
    expect(
      await ask('LocalSubjectAccessReview', { user: 'x', groups: ['cooks'], ...pods('list', 'default') }, 'default'),
    ).toMatchObject({ status: { allowed: true } });
    expect(
      await failure(ask('LocalSubjectAccessReview', { user: 'x', ...pods('list', 'kube-system') }, 'default')),
    ).toMatchObject({ code: 422, message: expect.stringContaining('must match metadata.namespace') });
  });
});

describe('a watch', () => {
  it('ends when its user’s permission does, and not before', async () => {
    const { client } = { client: api.client({ user: ann }) };
    const seen: string[] = [];
    let end: unknown;
    client.watch(ConfigMap, { namespace: 'default' }).subscribe({
      next: ({ type, object }) => seen.push(`${type} ${object.metadata.name}`),
      error: (error) => {
        end = error;
      },
    });
    await world.settle();
    const make = (name: string) =>
      api.client().create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
    await make('before');
    // Another binding comes and goes, and changes nothing.
    const other = await api.client().create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'other' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'bob' }],
    } as unknown as ClusterRoleBinding);
    await world.settle();
    await api.client().delete(ClusterRoleBinding, { name: other.metadata.name ?? '' });
    await world.settle();
    expect({ seen, end }).toEqual({ seen: ['ADDED before'], end: undefined });
    await api.client().delete(RoleBinding, { name: 'views', namespace: 'default' });
    await world.settle();
    await make('after');
    await world.settle();
    expect(seen).toEqual(['ADDED before']);
    expect(end).toMatchObject({ code: 403, message: expect.stringContaining('cannot watch resource "configmaps"') });
  });
});
