/** Writes: dry runs of every verb, preconditions, propagation, grace, generated names, and writes that change nothing. */

import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import type { Lease } from '@pintle/api/coordination/v1';
import { ConfigMap, type Namespace, Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';
import { clients, configMap, deployment, refusal } from './clients.fixture.js';

const a = { name: 'a' };
const inDefault = { namespace: 'default' };
const versionOf = ({ metadata }: KubernetesObject) => metadata.resourceVersion;
const namesOf = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata.name);

const labelled = (name: string, app: string): ConfigMap => ({
  ...configMap(name, { x: '1' }),
  metadata: { name, labels: { app } },
});
const pod = (name: string, nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'x' }], ...(nodeName === undefined ? {} : { nodeName }) },
});

describe.each(clients)('%s', (_name, connect) => {
  describe('a dry run', () => {
    it.each<readonly [string, (client: Client) => Promise<unknown>]>([
      ['of create', (client) => client.create(configMap('b'), { dryRun: true })],
      ['of update', (client) => client.update(configMap('a', { x: '2' }), { dryRun: true })],
      [
        'of a merge patch',
        (client) => client.patch(ConfigMap, a, { type: 'merge', body: { data: { x: '2' } } }, { dryRun: true }),
      ],
      [
        'of a JSON patch',
        (client) =>
          client.patch(
            ConfigMap,
            a,
            { type: 'json', operations: [{ op: 'replace', path: '/data/x', value: '2' }] },
            { dryRun: true },
          ),
      ],
      ['of apply', (client) => client.apply(configMap('c', { x: '2' }), { fieldManager: 'me', dryRun: true })],
      ['of delete', (client) => client.delete(ConfigMap, a, { dryRun: true })],
      ['of deletecollection', (client) => client.deleteCollection(ConfigMap, { ...inDefault, dryRun: true })],
      [
        'of status',
        (client) =>
          client.patch(
            Deployment,
            { name: 'web' },
            { type: 'merge', body: { status: { replicas: 7 } } },
            { subresource: 'status', dryRun: true },
          ),
      ],
      [
        'of scale',
        (client) =>
          client.patch(
            Deployment,
            { name: 'web' },
            { type: 'merge', body: { spec: { replicas: 7 } } },
            { subresource: 'scale', dryRun: true },
          ),
      ],
      [
        'of an eviction',
        (client) =>
          client.createSubresource(
            Pod,
            { name: 'p' },
            'eviction',
            {
              apiVersion: 'policy/v1',
              kind: 'Eviction',
              metadata: { name: 'p', namespace: 'default' },
              deleteOptions: { dryRun: ['All'] },
            },
            { dryRun: true },
          ),
      ],
      [
        'of a binding',
        (client) =>
          client.createSubresource(
            Pod,
            { name: 'p' },
            'binding',
            { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } },
            { dryRun: true },
          ),
      ],
    ])('%s answers as the write would, and writes nothing', async (_what, write) => {
      const client = await connect();
      await client.create(configMap('a', { x: '1' }));
      await client.create(deployment('web'));
      await client.create(pod('p'));
      const state = async () => [
        [...(await client.list(ConfigMap))],
        [...(await client.list(Deployment))],
        [...(await client.list(Pod))],
      ];
      const before = await state();
      await write(client);
      expect(await state()).toEqual(before);
    });

    it('refuses what the write would refuse', async () => {
      const client = await connect();
      await client.create(configMap('a'));
      expect(await refusal(client.create(configMap('a'), { dryRun: true }))).toMatchObject({ reason: 'AlreadyExists' });
      expect(await refusal(client.create(configMap('A b'), { dryRun: true }))).toMatchObject({ reason: 'Invalid' });
      expect(await refusal(client.delete(ConfigMap, { name: 'b' }, { dryRun: true }))).toMatchObject({
        reason: 'NotFound',
      });
    });
  });

  it('keeps the version where a write changes nothing', async () => {
    const client = await connect();
    const made = await client.create(labelled('a', 'x'));
    const same = [
      await client.update(made),
      await client.update(labelled('a', 'x')),
      await client.patch(ConfigMap, a, { type: 'merge', body: { data: { x: '1' } } }, { fieldManager: 'other' }),
      await client.patch(ConfigMap, a, { type: 'strategic', body: {} }),
      await client.patch(ConfigMap, a, { type: 'json', operations: [] }),
    ];
    expect(same.map(versionOf)).toEqual(same.map(() => versionOf(made)));
    expect(same.every(({ metadata }) => metadata.managedFields?.length === 1)).toBe(true);
  });

  it("of what was another object is refused in the words of upstream's storage", async () => {
    const client = await connect();
    const made = await client.create(configMap('a'));
    const other = { ...made, metadata: { ...made.metadata, uid: 'other' } };
    const said = (kind: string, key: string, found: string) => ({
      code: 409,
      reason: 'Conflict',
      message:
        `Operation cannot be fulfilled on ${kind} "a": StorageError: invalid object, Code: 4, Key: /registry/${key}/default/a, ` +
        `ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: ${found}`,
    });
    expect(await refusal(client.update(other))).toMatchObject(said('configmaps', 'configmaps', made.metadata.uid!));
    // What an update may make is not made in the place of what was.
    const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a', uid: 'other' } };
    expect(await refusal(client.update(lease))).toMatchObject(said('leases.coordination.k8s.io', 'leases', ''));
  });

  it('generates names, and says so where none can be found', async () => {
    const client = await connect();
    const generated = (): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: `${'x'.repeat(80)}-` },
    });
    const names = new Set<string>();
    for (let i = 0; i < 5; i++) names.add((await client.create(generated())).metadata.name!);
    expect([...names].every((name) => /^x{58}[a-z0-9]{5}$/.test(name))).toBe(true);
    expect(names.size).toBe(5);
    const named = await client.create({ ...generated(), metadata: { name: 'own', generateName: 'web-' } });
    expect(named.metadata).toMatchObject({ name: 'own', generateName: 'web-' });
    expect(
      await refusal(client.create({ ...generated(), metadata: { name: 'own', generateName: 'web-' } })),
    ).toMatchObject({
      message: 'configmaps "own" already exists, the server was not able to generate a unique name for the object',
      reason: 'AlreadyExists',
    });
    expect(await refusal(client.create({ ...generated(), metadata: {} }))).toMatchObject({
      code: 422,
      message: expect.stringContaining('name or generateName is required'),
    });
  });

  describe('a deletion', () => {
    it('holds to its preconditions', async () => {
      const client = await connect();
      const made = await client.create(configMap('a'));
      const { uid, resourceVersion } = made.metadata;
      const remove = (preconditions: { uid?: string; resourceVersion?: string }) =>
        client.delete(ConfigMap, a, { preconditions });
      expect(await refusal(remove({ uid: 'other' }))).toEqual({
        code: 409,
        reason: 'Conflict',
        message: `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      });
      expect(await refusal(remove({ resourceVersion: '1' }))).toMatchObject({
        code: 409,
        message: expect.stringContaining('the ResourceVersion in the precondition (1) does not match'),
      });
      expect(await remove({ uid: uid!, resourceVersion: resourceVersion! })).toMatchObject({ status: 'Success' });
    });

    it.each([
      ['Orphan', ['orphan']],
      ['Foreground', ['foregroundDeletion']],
    ] as const)('%s waits for who carries it out', async (propagationPolicy, finalizers) => {
      const client = await connect();
      await client.create(deployment('web'));
      const marked = (await client.delete(Deployment, { name: 'web' }, { propagationPolicy })) as Deployment;
      expect(marked.metadata).toMatchObject({ finalizers, deletionTimestamp: expect.any(String), generation: 2 });
      expect(await client.get(Deployment, { name: 'web' })).toEqual(marked);
      await client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { metadata: { finalizers: null } } });
      expect(await refusal(client.get(Deployment, { name: 'web' }))).toMatchObject({ reason: 'NotFound' });
    });

    it('in the background is done at once, and takes back what was asked before', async () => {
      const client = await connect();
      await client.create(deployment('web'));
      await client.delete(Deployment, { name: 'web' }, { propagationPolicy: 'Foreground' });
      await client.delete(Deployment, { name: 'web' }, { propagationPolicy: 'Background' });
      expect(await refusal(client.get(Deployment, { name: 'web' }))).toMatchObject({ reason: 'NotFound' });
    });

    it('of a pod on a node takes its grace, which may be shortened and not lengthened', async () => {
      const client = await connect();
      await client.create(pod('p', 'n'));
      const remove = (gracePeriodSeconds?: number) =>
        client.delete(Pod, { name: 'p' }, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
      const grace = async () => (await client.get(Pod, { name: 'p' })).metadata.deletionGracePeriodSeconds;
      await remove();
      expect(await grace()).toBe(30);
      await remove(60);
      expect(await grace()).toBe(30);
      await remove(5);
      expect(await grace()).toBe(5);
      await remove(0);
      expect(await refusal(client.get(Pod, { name: 'p' }))).toMatchObject({ reason: 'NotFound' });
    });

    it('of a collection takes what its selectors choose', async () => {
      const client = await connect();
      for (const name of ['a', 'b', 'c']) await client.create(labelled(name, name === 'c' ? 'db' : 'web'));
      const gone = await client.deleteCollection(ConfigMap, {
        ...inDefault,
        labelSelector: 'app=web',
        fieldSelector: 'metadata.name!=b',
      });
      expect(namesOf(gone)).toEqual(['a']);
      const left = await client.list(ConfigMap, { ...inDefault, labelSelector: 'app' });
      expect(namesOf(left)).toEqual(['b', 'c']);
      await client.create(deployment('web'));
      const before = await client.deleteCollection(Deployment, { ...inDefault, propagationPolicy: 'Foreground' });
      expect(before[0]?.metadata.finalizers).toBeUndefined();
      const marked = await client.get(Deployment, { ...inDefault, name: 'web' });
      expect(marked.metadata.finalizers).toEqual(['foregroundDeletion']);
    });
  });

  describe('a patch', () => {
    it('changes metadata, and not what the server says of it', async () => {
      const client = await connect();
      const made = await client.create(configMap('a'));
      const metadata = { labels: { l: '1' }, annotations: { n: '1' }, uid: made.metadata.uid, creationTimestamp: null };
      const patched = await client.patch(ConfigMap, a, { type: 'merge', body: { metadata } });
      expect(patched.metadata).toMatchObject({
        labels: { l: '1' },
        annotations: { n: '1' },
        creationTimestamp: made.metadata.creationTimestamp,
      });
      expect(
        await refusal(client.patch(ConfigMap, a, { type: 'merge', body: { metadata: { name: 'b' } } })),
      ).toMatchObject({ code: 400, message: 'the name of the object (b) does not match the name on the URL (a)' });
      expect(
        await refusal(client.patch(ConfigMap, a, { type: 'merge', body: { metadata: { resourceVersion: '1' } } })),
      ).toMatchObject({ code: 409 });
    });

    it('is refused where it does not fit', async () => {
      const client = await connect();
      await client.create(configMap('a', { x: '1' }));
      const json = (operations: readonly object[]) =>
        refusal(client.patch(ConfigMap, a, { type: 'json', operations: operations as never }));
      expect(await json([{ op: 'test', path: '/data/x', value: '2' }])).toEqual({
        code: 422,
        reason: 'Invalid',
        message: 'the server rejected our request due to an error in our request',
      });
      expect(await json([{ op: 'remove', path: '/data/none' }])).toMatchObject({ code: 422, reason: 'Invalid' });
      expect(await json(Array.from({ length: 10_001 }, () => ({ op: 'add', path: '/data/x', value: '1' })))).toEqual({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
      });
      expect(await refusal(client.patch(ConfigMap, { name: 'b' }, { type: 'merge', body: {} }))).toMatchObject({
        code: 404,
      });
    });
  });

  it('creates in the namespace that it is given, and nowhere else', async () => {
    const client = await connect();
    await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    const there = await client.create({ ...configMap('a'), metadata: { name: 'a', namespace: 'other' } });
    expect(there.metadata.namespace).toBe('other');
    const nowhere = { ...configMap('a'), metadata: { name: 'a', namespace: 'nowhere' } };
    expect(await refusal(client.create(nowhere))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });
});
