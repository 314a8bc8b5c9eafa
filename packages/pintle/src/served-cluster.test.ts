/** What a cluster of the command line has to begin with. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { Lease } from '@pintle/api/coordination/v1';
import { ComponentStatus } from '@pintle/api/core/v1';
import { StorageClass } from '@pintle/api/storage/v1';
import { type ServedCluster, startServed } from './served-cluster.js';

/** As an administrator reads it. */
async function issuerDocument({ url, kubeconfig }: ServedCluster): Promise<unknown> {
  const { users } = JSON.parse(await readFile(kubeconfig, 'utf8'));
  const pem = (name: string) => Buffer.from(users[0].user[`client-${name}-data`], 'base64');
  const shown = { cert: pem('certificate'), key: pem('key'), rejectUnauthorized: false, agent: false } as const;
  const [answer] = await once(get(`${url}/.well-known/openid-configuration`, shown), 'response');
  return json(answer);
}

it.each([
  [0, []],
  [1, ['standard']],
])(
  'with %d nodes claims have the classes %j, metrics are served of nodes alone, and the API server has an identity, and tells where the keys of tokens are',
  async (nodes, classes) => {
    const folder = await mkdtemp(join(tmpdir(), 'pintle-served-'));
    const served = await startServed({
      ...{ dataDir: folder, inMemory: true, host: '127.0.0.1', port: 0 },
      ...{ nodes, runtime: 'simulated', scheduler: false },
    });
    try {
      expect((await served.cluster.client.list(StorageClass)).map(({ metadata }) => metadata.name)).toEqual(classes);
      const versions = served.cluster.apiServer.core.registry.all().map(({ apiVersion }) => apiVersion);
      expect(versions.includes('metrics.k8s.io/v1beta1')).toBe(nodes > 0);
      expect(await issuerDocument(served)).toMatchObject({ jwks_uri: `${served.url}/openid/v1/jwks` });
      // There is no scheduler here.
      const components = await served.cluster.client.list(ComponentStatus);
      expect(components.map(({ metadata, conditions }) => [metadata.name, conditions?.[0]?.status])).toEqual([
        ...[
          ['controller-manager', 'True'],
          ['etcd-0', 'True'],
          ['scheduler', 'False'],
        ],
      ]);
      const leases = await served.cluster.client.list(Lease, { namespace: 'kube-system' });
      expect(leases.map(({ metadata }) => metadata.labels)).toContainEqual({
        'apiserver.kubernetes.io/identity': 'kube-apiserver',
        'kubernetes.io/hostname': hostname(),
      });
    } finally {
      await served.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
