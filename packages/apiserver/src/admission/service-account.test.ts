import { describe, expect, it } from '@jest/globals';
import type { Pod, ServiceAccount } from '@pintle/api/core/v1';
import { createApiServer } from '../server.js';

async function start() {
  const api = await createApiServer();
  const client = api.client();
  await client.create<ServiceAccount>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'puller', namespace: 'default' },
    imagePullSecrets: [{ name: 'registry' }],
  });
  const create = (name: string, spec: Partial<NonNullable<Pod['spec']>>) =>
    client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'main' }], ...spec },
    });
  return { api, create };
}

describe('a pod', () => {
  it('pulls its images with the secrets of its account, unless it names its own', async () => {
    const { api, create } = await start();
    const secretsOf = async (name: string, spec: Partial<NonNullable<Pod['spec']>>) =>
      (await create(name, spec)).spec?.imagePullSecrets;
    expect(await secretsOf('of-default', {})).toBeUndefined();
    expect(await secretsOf('of-puller', { serviceAccountName: 'puller' })).toEqual([{ name: 'registry' }]);
    const own = [{ name: 'own' }];
    expect(await secretsOf('own', { serviceAccountName: 'puller', imagePullSecrets: own })).toEqual(own);
    await api.stop();
  });

  it('shares its spec with pods of the same template, and its token volume has one name throughout', async () => {
    const { api, create } = await start();
    const [a, b] = [await create('a', {}), await create('b', {})];
    expect(b.spec).toBe(a.spec);
    const [volume] = a.spec?.volumes ?? [];
    expect(volume?.name).toMatch(/^kube-api-access-/);
    expect(a.spec?.containers[0]?.volumeMounts?.[0]?.name).toBe(volume?.name);
    await api.stop();
  });
});
