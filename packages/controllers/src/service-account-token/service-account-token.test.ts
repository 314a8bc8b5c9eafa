import { describe, expect, it } from '@jest/globals';
import { Secret, ServiceAccount } from '@pintle/api/core/v1';
import { createManager } from '@pintle/controller-runtime';
import { testCluster } from '@pintle/testing';
import { serviceAccountTokenController } from './index.js';

describe('in a cluster', () => {
  it('a Secret of an account gets a token, and goes with the account', async () => {
    const cluster = await testCluster({ nodes: 0, builtinControllers: [] });
    const { client, world } = cluster;
    const asked: string[] = [];
    const issuing = {
      ...client,
      createSubresource: async (_kind: unknown, key: { name: string }, subresource: string, body: unknown) => {
        const { boundObjectRef } = (body as { spec: { boundObjectRef: { kind: string; name: string } } }).spec;
        asked.push(`${key.name}/${subresource} for ${boundObjectRef.kind} ${boundObjectRef.name}`);
        return { status: { token: 'signed' } };
      },
    } as unknown as typeof client;
    const manager = createManager({
      client: issuing,
      world,
      controllers: [serviceAccountTokenController({ rootCertificate: 'PEM' })],
    });
    const started = manager.start();
    await cluster.settle();
    await started;
    const metadata = { name: 'robot', namespace: 'default' };
    await client.create<ServiceAccount>({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const token = { name: 'robot-token', namespace: 'default', annotations };
    await client.create<Secret>({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: token,
      type: 'kubernetes.io/service-account-token',
    });
    await cluster.settle();
    const made = await client.get(Secret, { name: 'robot-token' });
    expect(made.data).toEqual({ token: btoa('signed'), namespace: btoa('default'), 'ca.crt': btoa('PEM') });
    expect(made.metadata.annotations?.['kubernetes.io/service-account.uid']).toBeDefined();
    expect(asked).toEqual(['robot/token for Secret robot-token']);
    // What the account says that it has is forgotten with the Secret, and only that.
    const secrets = [{ name: 'robot-token' }, { name: 'of-its-own' }];
    await client.patch(ServiceAccount, { name: 'robot' }, { type: 'merge', body: { secrets } });
    await client.create<Secret>({ ...made, metadata: { ...token, name: 'second' }, data: {} });
    await cluster.settle();
    await client.delete(Secret, { name: 'robot-token' });
    await cluster.settle();
    expect((await client.get(ServiceAccount, { name: 'robot' })).secrets).toEqual([{ name: 'of-its-own' }]);
    await client.delete(ServiceAccount, { name: 'robot' });
    await cluster.settle();
    expect(await client.list(Secret, { namespace: 'default' })).toHaveLength(0);
    await cluster.stop();
  });
});
