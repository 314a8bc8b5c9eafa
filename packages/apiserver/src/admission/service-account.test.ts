import { describe, expect, it } from '@jest/globals';
import type { Pod, ServiceAccount } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';

async function start(options: ApiServerOptions = {}) {
  const api = await createApiServer(options);
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

  it('is let in without the default account in process, but not without another', async () => {
    const { api, create } = await start();
    expect((await create('a', {})).spec?.serviceAccountName).toBe('default');
    await expect(create('b', { serviceAccountName: 'absent' })).rejects.toThrow(
      'pods "b" is forbidden: error looking up service account default/absent: serviceaccount "absent" not found',
    );
    await api.stop();
  });

  it('waits a second for the default account where that is required, and is refused then', async () => {
    const world = virtualWorld({ seed: 1 });
    const { api, create } = await start({ world, requiresDefaultAccounts: true });
    const outcome = (pod: Promise<Pod>) =>
      pod.then(
        () => 'made',
        (error: Error) => error.message,
      );
    const late = outcome(create('late', {}));
    await world.advance(1_500);
    expect(await late).toBe(
      'pods "late" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
    );
    const patient = outcome(create('patient', {}));
    await world.advance(500);
    await api.client().create<ServiceAccount>({
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
    });
    await world.advance(200);
    expect(await patient).toBe('made');
    await api.stop();
  });
});
