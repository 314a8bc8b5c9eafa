/** The verbs in short: one suite, two clients, the same semantics. The other files here go into each subject. */

import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { ConfigMap, Pod, Secret } from '@pintle/api/core/v1';
import { firstValueFrom, take, toArray } from 'rxjs';
import { clients, configMap, deployment, refusal } from './clients.fixture.js';

describe.each(clients)('%s', (_name, connect) => {
  it('creates, reads, and gives back frozen objects of the default namespace', async () => {
    const client = await connect();
    const made = await client.create(configMap('a', { x: '1' }));
    expect(made.metadata.namespace).toBe('default');
    expect(Object.isFrozen(made.data)).toBe(true);
    expect(await client.get(ConfigMap, { name: 'a' })).toEqual(made);
  });

  it('refuses with the same words', async () => {
    const client = await connect();
    await client.create(configMap('a'));
    expect(await refusal(client.create(configMap('a')))).toEqual({
      reason: 'AlreadyExists',
      code: 409,
      message: 'configmaps "a" already exists',
    });
    expect(await refusal(client.get(ConfigMap, { name: 'b' }))).toEqual({
      reason: 'NotFound',
      code: 404,
      message: 'configmaps "b" not found',
    });
    expect(await refusal(client.create({ apiVersion: 'v9', kind: 'Nothing', metadata: { name: 'x' } }))).toMatchObject({
      reason: 'NotFound',
      message: 'no matches for kind "Nothing" in version "v9"',
    });
    expect(await refusal(client.list(Pod, { labelSelector: 'a=(' }))).toMatchObject({
      reason: 'BadRequest',
      code: 400,
    });
  });

  it('updates the newest version only', async () => {
    const client = await connect();
    const made = await client.create(configMap('a'));
    const updated = await client.update({ ...made, data: { x: '2' } });
    expect(updated.data).toEqual({ x: '2' });
    expect(await refusal(client.update({ ...made, data: { x: '3' } }))).toMatchObject({
      reason: 'Conflict',
      code: 409,
    });
  });

  it('patches in three ways, and applies', async () => {
    const client = await connect();
    await client.create(deployment('web'));
    const key = { name: 'web' };
    expect(
      (await client.patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 2 } } })).spec?.replicas,
    ).toBe(2);
    expect(
      (
        await client.patch(Deployment, key, {
          type: 'json',
          operations: [{ op: 'replace', path: '/spec/replicas', value: 3 }],
        })
      ).spec?.replicas,
    ).toBe(3);
    const strategic = { spec: { template: { spec: { containers: [{ name: 'side', image: 'x' }] } } } };
    expect(
      (await client.patch(Deployment, key, { type: 'strategic', body: strategic })).spec?.template.spec?.containers,
    ).toHaveLength(2);
    const applied = await client.apply(configMap('b', { x: '1' }), { fieldManager: 'me' });
    expect(applied.metadata.managedFields).toMatchObject([{ manager: 'me', operation: 'Apply' }]);
    expect(await refusal(client.apply(configMap('b', { x: '2' }), { fieldManager: 'you' }))).toMatchObject({
      reason: 'Conflict',
    });
  });

  it('keeps the text of a secret as its data, whoever writes it how', async () => {
    const client = await connect();
    const secret = (text: string): Secret => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { kept: 'eA==' },
      stringData: { word: text },
    });
    const made = await client.create(secret('grüße'));
    expect(made).toMatchObject({ data: { kept: 'eA==', word: 'Z3LDvMOfZQ==' } });
    expect(made).not.toHaveProperty('stringData');
    const applied = await client.apply(secret('b'), { fieldManager: 'me', force: true });
    expect(applied.data).toEqual({ kept: 'eA==', word: 'Yg==' });
    const body = { stringData: { word: 'c' } };
    expect((await client.patch(Secret, { name: 's' }, { type: 'merge', body })).data?.['word']).toBe('Yw==');
  });

  it('lists in pages, watches from there, and deletes', async () => {
    const client = await connect();
    for (const name of ['a', 'b', 'c']) await client.create(configMap(name));
    const page = await client.list(ConfigMap, { namespace: 'default', limit: 2 });
    expect([page.length, page.metadata.remainingItemCount, page[0]?.kind]).toEqual([2, 1, 'ConfigMap']);
    const rest = await client.list(ConfigMap, { namespace: 'default', continue: page.metadata.continue! });
    expect(rest.map(({ metadata }) => metadata.name)).toEqual(['c']);
    const seen = firstValueFrom(
      client
        .watch(ConfigMap, { namespace: 'default', resourceVersion: page.metadata.resourceVersion! })
        .pipe(take(3), toArray()),
    );
    await client.create(configMap('d'));
    await client.patch(ConfigMap, { name: 'd' }, { type: 'merge', body: { data: { x: '1' } } });
    expect(await client.delete(ConfigMap, { name: 'd' })).toMatchObject({ kind: 'Status', status: 'Success' });
    expect((await seen).map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      'ADDED d',
      'MODIFIED d',
      'DELETED d',
    ]);
    expect(await client.deleteCollection(ConfigMap, { namespace: 'default' })).toHaveLength(3);
  });

  it('gives the metadata alone where that is asked for', async () => {
    const client = await connect();
    const { metadata } = await client.create(configMap('a', { x: '1' }));
    const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    const asked = { namespace: 'default', metadataOnly: true };
    const list = await client.list(ConfigMap, asked);
    expect([...list]).toEqual([own]);
    expect(list.metadata.resourceVersion).toBeDefined();
    const seen = firstValueFrom(client.watch(ConfigMap, asked).pipe(take(1)));
    expect(await seen).toEqual({ type: 'ADDED', object: own });
  });

  it('speaks of subresources, and does nothing on a dry run', async () => {
    const client = await connect();
    await client.create(deployment('web'));
    const scale = await client.get(Deployment, { name: 'web' }, { subresource: 'scale' });
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 } });
    await client.patch(
      Deployment,
      { name: 'web' },
      { type: 'merge', body: { spec: { replicas: 4 } } },
      { subresource: 'scale' },
    );
    expect((await client.get(Deployment, { name: 'web' })).spec?.replicas).toBe(4);
    await client.patch(
      Deployment,
      { name: 'web' },
      { type: 'merge', body: { spec: { replicas: 9 } } },
      { dryRun: true },
    );
    expect((await client.get(Deployment, { name: 'web' })).spec?.replicas).toBe(4);
    const told = await client.patch(
      Deployment,
      { name: 'web' },
      { type: 'merge', body: { status: { replicas: 4 }, spec: { replicas: 1 } } },
      { subresource: 'status' },
    );
    expect([told.status?.replicas, told.spec?.replicas]).toEqual([4, 4]);
    await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    });
    await client.createSubresource(Pod, { name: 'p' }, 'binding', {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'p' },
      target: { kind: 'Node', name: 'n' },
    });
    const bound = await client.get(Pod, { name: 'p' });
    expect(bound.spec?.nodeName).toBe('n');
    // The fields that a binding sets are nobody's.
    expect(bound.metadata.managedFields?.map(({ subresource }) => subresource ?? '')).toEqual(['']);
  });
});
