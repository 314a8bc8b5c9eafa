/**
 * One test of one controller, in three places: in process, over HTTPS to Pintle with a kubeconfig's client, and over
 * HTTPS to the cluster of `PINTLE_TEST_KUBECONFIG` where that is set (a kube-apiserver; anything that it makes there is
 * in a namespace of its own). On real time, as real servers are.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigMap, Namespace, Secret } from '@pintle/api/core/v1';
import { createApiServer, staticTokens } from '@pintle/apiserver';
import { CertificateAuthority, listen } from '@pintle/apiserver/nodejs';
import type { Client } from '@pintle/client';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { StatusError } from '@pintle/machinery';
import { controller } from './controller.js';
import { createManager } from './manager.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const finalizer = 'pintle.example/vault';

/** Every ConfigMap that is labelled `vault` has a Secret of its data, and takes leave of it. */
const vault = (left: string[]) =>
  controller({ name: 'vault', backoffMaxMs: 1_000 })
    .for(ConfigMap, { predicate: ({ object }) => object.metadata.labels?.['vault'] !== undefined })
    .owns(Secret)
    .finalizes(finalizer, async ({ key }) => void left.push(key.name))
    .reconcile(async ({ object: source, ensure }) => {
      if (source === undefined) return;
      const stringData = source.data ?? {};
      await ensure<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name: source.metadata.name! }, stringData });
    });

const { PINTLE_TEST_KUBECONFIG: ofCluster } = process.env;
const places: readonly (readonly [string, () => Promise<Client>])[] = [
  [
    'in process',
    async () => {
      const api = await createApiServer();
      ends.push(() => api.stop());
      return api.client();
    },
  ],
  [
    'over HTTPS',
    async () => {
      const nowMs = Date.now();
      const authority = await CertificateAuthority.create({ commonName: 'test', nowMs });
      const { certPem: ca } = await authority.toPem();
      const tls = await authority.issueServer({ commonName: 'server', nowMs, dns: [], ips: ['127.0.0.1'] });
      const user = { name: 'operator', groups: ['system:masters'] };
      const api = await createApiServer({ tokenAuthenticators: [staticTokens([{ token: 'abc', user }])] });
      const listening = await listen(api.handle, { tls: { ...tls, clientCaPem: ca } });
      const client = await connect({
        server: `https://127.0.0.1:${listening.port}`,
        ca,
        credentials: { token: 'abc' },
      });
      ends.push(
        () => api.stop(),
        () => listening.close({ drainMs: 0 }),
        () => client.close(),
      );
      return client;
    },
  ],
  ...(ofCluster === undefined
    ? []
    : [
        [
          'in a real cluster',
          async () => {
            const client = await connect(kubeConfig({ path: ofCluster }));
            ends.push(() => client.close());
            return client;
          },
        ] as const,
      ]),
];

const eventually = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not come about`);
};

describe.each(places)('a controller %s', (_name, clientOf) => {
  it('makes what is to be, mends it, and cleans up', async () => {
    const client = await clientOf();
    const { metadata } = await client.create<Namespace>({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { generateName: 'pintle-test-' },
    });
    const namespace = metadata.name!;
    ends.push(() => client.delete(Namespace, { name: namespace }));
    const left: string[] = [];
    const manager = createManager({ client, controllers: [vault(left)] });
    await manager.start();
    ends.push(() => manager.stop());

    const key = { name: 'passwords', namespace };
    const secret = async () => {
      try {
        return await client.get(Secret, key);
      } catch (error) {
        if (StatusError.is(error, 'NotFound')) return undefined;
        throw error;
      }
    };
    const holding = (text: string) =>
      eventually(`a secret that holds ${text}`, async () => {
        const found = await secret();
        return found?.data?.['root'] === Buffer.from(text).toString('base64') ? found : undefined;
      });
    await client.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...key, labels: { vault: '' } },
      data: { root: 'one' },
    });
    const made = await holding('one');
    expect(made.metadata.ownerReferences).toMatchObject([{ kind: 'ConfigMap', name: 'passwords', controller: true }]);
    await client.patch(ConfigMap, key, { type: 'merge', body: { data: { root: 'two' } } });
    await holding('two');
    await client.delete(Secret, key);
    const again = await holding('two');
    expect(again.metadata.uid).not.toBe(made.metadata.uid);
    await client.delete(ConfigMap, key);
    await eventually('the clean-up', async () => (left.length > 0 ? left : undefined));
    await eventually('the end of the ConfigMap', async () =>
      client.get(ConfigMap, key).then(
        () => undefined,
        (error: unknown) => (StatusError.is(error, 'NotFound') ? true : undefined),
      ),
    );
  }, 30_000);
});
