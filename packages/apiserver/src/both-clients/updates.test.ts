/** Which object a put is for, which version of it, and what it may make: upstream's `Store.Update` and `BeforeUpdate`. */
import { describe, expect, it } from '@jest/globals';
import { builtinResources } from '@pintle/api';
import { ConfigMap, type Service } from '@pintle/api/core/v1';
import { ClusterRole, type ClusterRoleBinding, type Role } from '@pintle/api/rbac/v1';
import { CSINode } from '@pintle/api/storage/v1';
import type { Client } from '@pintle/client';
import { defineKind, int32, type KubernetesObject, object } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import { clients, configMap, deployment, refusal } from './clients.fixture.js';

const inCluster = (apiVersion: string, kind: string, name: string, more: object = {}) =>
  ({ apiVersion, kind, metadata: { name }, ...more }) as KubernetesObject;
const node = inCluster('storage.k8s.io/v1', 'CSINode', 'a', { spec: { drivers: [] } }) as CSINode;
const Website = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Website',
  fields: { spec: object({ replicas: int32() }) },
});
const withMeta = <T extends KubernetesObject>(object: T, metadata: object): T => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});

describe.each(clients)('a put, %s', (_name, connect) => {
  it('of what is not there is told so, whatever else it lacks', async () => {
    const client = await connect({ kinds: [Website] });
    const absent = { code: 404, reason: 'NotFound' };
    expect(await refusal(client.update(configMap('gone')))).toMatchObject(absent);
    expect(await refusal(client.update(node))).toMatchObject({
      ...absent,
      message: 'csinodes.storage.k8s.io "a" not found',
    });
    const site = inCluster('example.com/v1', 'Website', 'w', { spec: { replicas: 1 } });
    expect(await refusal(client.update(site))).toMatchObject(absent);
  });

  it.each<readonly [string, KubernetesObject, string | undefined, string, string]>([
    ['an object', configMap('gone'), undefined, 'configmaps', 'configmaps'],
    ['a status', deployment('gone'), 'status', 'deployments.apps', 'deployments'],
  ])(
    'of %s that is gone is a conflict where it says which was meant',
    async (_what, object, subresource, kind, place) => {
      const client = await connect();
      const put = client.update(withMeta(object, { uid: 'old' }), subresource === undefined ? {} : { subresource });
      expect(await refusal(put)).toEqual({
        code: 409,
        reason: 'Conflict',
        message:
          `Operation cannot be fulfilled on ${kind} "gone": StorageError: invalid object, Code: 4, Key: /registry/${place}/default/gone, ` +
          'ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: old, UID in object meta: ',
      });
    },
  );

  it('of some kinds makes what is not there, whatever version it names', async () => {
    const client = await connect();
    const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
    const role = withMeta(inCluster('rbac.authorization.k8s.io/v1', 'ClusterRole', 'r', { rules: [rule] }), {
      resourceVersion: '12345',
    }) as ClusterRole;
    const made = await client.update(role);
    expect(made.metadata.resourceVersion).not.toBe('12345');
    expect(await client.get(ClusterRole, { name: 'r' })).toEqual(made);
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: { ports: [{ port: 80 }] },
    };
    expect((await client.update(service)).spec?.clusterIP).toMatch(/^10\./);
  });

  it.each(['', '0'])('of other kinds has to name a version, and %j is none', async (resourceVersion) => {
    const client = await connect({ kinds: [Website] });
    await client.create(node);
    expect(await refusal(client.update(withMeta(node, { resourceVersion })))).toEqual({
      code: 422,
      reason: 'Invalid',
      message:
        'csinodes.storage.k8s.io "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    });
    const site = await client.create(inCluster('example.com/v1', 'Website', 'w', { spec: { replicas: 1 } }));
    expect(await refusal(client.update(withMeta(site, { resourceVersion })))).toMatchObject({
      code: 422,
      message: expect.stringContaining('websites.example.com "w" is invalid: metadata.resourceVersion'),
    });
    expect(await client.update(site)).toEqual(site);
    expect(
      await client.patch(CSINode, { name: 'a' }, { type: 'merge', body: { metadata: { labels: { l: '1' } } } }),
    ).toMatchObject({ metadata: { labels: { l: '1' } } });
  });

  it.each([
    ['deletionTimestamp', '2030-01-01T00:00:00Z'],
    ['deletionGracePeriodSeconds', 5],
  ])('does not delete by %s', async (field, value) => {
    const client = await connect();
    const made = await client.create(configMap('a'));
    expect(await refusal(client.update(withMeta(made, { [field]: value })))).toEqual({
      code: 422,
      reason: 'Invalid',
      message: `ConfigMap "a" is invalid: metadata.${field}: Invalid value: ${JSON.stringify(value)}: field is immutable`,
    });
  });

  it('keeps what the server alone says, and takes the rest as it comes', async () => {
    const client = await connect();
    const made = await client.create(withMeta(configMap('a'), { generateName: 'web-' }));
    const { generateName: _dropped, ...metadata } = made.metadata;
    const put = await client.update({
      ...made,
      metadata: { ...metadata, creationTimestamp: '2020-01-01T00:00:00Z', generation: 7, labels: { l: '1' } },
    });
    expect(put.metadata).toEqual({
      ...metadata,
      labels: { l: '1' },
      managedFields: expect.anything(),
      resourceVersion: expect.anything(),
    });
  });

  it('and a patch that says another uid is refused as a change of it', async () => {
    const client = await connect();
    await client.create(configMap('a'));
    const body = { metadata: { uid: 'other' } };
    expect(await refusal(client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body }))).toMatchObject({
      code: 422,
      message: 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "other": field is immutable',
    });
  });
});

/** Who may change what is there may not make what is not. */
describe('the permission to create', () => {
  const named = (name: string) => inCluster('rbac.authorization.k8s.io/v1', 'ClusterRole', name) as ClusterRole;

  const runtime = (name: string) => inCluster('node.k8s.io/v1', 'RuntimeClass', name, { handler: 'h' });

  it.each<readonly [string, (client: Client, name: string) => Promise<unknown>]>([
    ['update', (client, name) => client.update(runtime(name))],
    ['patch', (client, name) => client.apply(runtime(name), { fieldManager: 'me' })],
  ])('is asked where %s makes an object', async (verb, write) => {
    const api = await createApiServer({ authorizer: 'rbac' });
    const master = api.client();
    const rules = [{ apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: [verb] }];
    await master.create({ ...named('changes'), rules } as unknown as Role);
    const subjects = [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }];
    const roleRef = { kind: 'ClusterRole', name: 'changes', apiGroup: 'rbac.authorization.k8s.io' };
    await master.create({
      ...named('changes'),
      kind: 'ClusterRoleBinding',
      roleRef,
      subjects,
    } as unknown as ClusterRoleBinding);
    const ann = api.client({ user: { name: 'ann', groups: ['system:authenticated'] } });
    expect(await refusal(write(ann, 'new'))).toMatchObject({
      code: 403,
      message: expect.stringContaining('User "ann" cannot create resource "runtimeclasses" in API group "node.k8s.io"'),
    });
    await write(master, 'new');
    if (verb === 'patch') await expect(write(ann, 'new')).resolves.toMatchObject({ metadata: { name: 'new' } });
    await api.stop();
  });
});

it('every kind with a rule of its own is a kind', () => {
  const ruled = builtinResources().filter(
    ({ strategy }) => strategy?.allowCreateOnUpdate || strategy?.allowUnconditionalUpdate === false,
  );
  expect(ruled).toHaveLength(25);
});
