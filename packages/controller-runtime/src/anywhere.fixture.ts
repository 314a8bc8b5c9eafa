/**
 * The three places of tests that run anywhere: in process, over HTTPS to Pintle with a kubeconfig's client, and over HTTPS
 * to the cluster of `PINTLE_TEST_KUBECONFIG` where that is set (`tools/kube-apiserver/run.ts` starts one). Anything that is
 * made there is in a namespace of its own. On real time, as real servers are.
 */
import { afterEach } from '@jest/globals';
import { Namespace } from '@pintle/api/core/v1';
import { createApiServer, staticTokens } from '@pintle/apiserver';
import { CertificateAuthority, listen } from '@pintle/apiserver/nodejs';
import type { Client } from '@pintle/client';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { StatusError } from '@pintle/machinery';

/** What a test began and has to be ended after it, the last first. */
export const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const { PINTLE_TEST_KUBECONFIG: ofCluster } = process.env;

export const places: readonly (readonly [string, () => Promise<Client>])[] = [
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

/** A namespace for one test. */
export async function newNamespace(client: Client): Promise<string> {
  const { metadata } = await client.create<Namespace>({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'pintle-test-' },
  });
  const name = metadata.name!;
  ends.push(() => client.delete(Namespace, { name }));
  return name;
}

export const eventually = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not come about`);
};

/** Undefined where it is not there. */
export async function present<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** What the server says where it refuses. */
export async function refusal(asked: Promise<unknown>): Promise<StatusError> {
  try {
    await asked;
  } catch (error) {
    if (StatusError.is(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
