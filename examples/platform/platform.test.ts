/** A platform of one's own: a durable store, a node that runs real processes, services on loopback addresses. */
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { Service } from '@pintle/api/core/v1';
import { createCluster, node } from '@pintle/cluster';
import { fileVolumes, networkProber } from '@pintle/kubelet/nodejs';
import { userspaceNetwork } from '@pintle/network/nodejs';
import { processRuntime } from '@pintle/runtime-process';
import { lmdbStore } from '@pintle/store-lmdb';
import { deployment, service } from '@pintle/testing';

const images = { guestbook: { folder: resolve('examples/guestbook'), command: [process.execPath, 'server.mjs'] } };

async function platform(path: string) {
  const network = await userspaceNetwork();
  return createCluster({
    store: lmdbStore({ path: join(path, 'store') }),
    serviceCidr: network.serviceCidr,
    services: { dataplane: network.services, nodeIps: ['127.0.0.1'] },
    nodes: [
      node({
        name: 'here',
        runtime: await processRuntime({ directory: join(path, 'runtime'), images }),
        network: network.pods,
        volumes: fileVolumes({ directory: join(path, 'volumes') }),
        prober: networkProber(),
        // Without an HTTP face there are no tokens for pods to mount.
      }),
    ],
  });
}

const fetchText = (url: string) =>
  new Promise<string>((done, fail) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => done(text));
    }).on('error', fail);
  });

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await wait(50);
  }
  throw new Error('it did not come within 10 s');
}

it('runs a deployment behind a service, and comes back with the same objects', async () => {
  const path = await mkdtemp(join(tmpdir(), 'pintle-platform-'));
  try {
    const first = await platform(path);
    await first.client.create(
      deployment('guestbook', { replicas: 2, image: 'guestbook', automountServiceAccountToken: false }),
    );
    const { spec } = await first.client.create(service('guestbook', { port: 80, targetPort: 8080 }));
    const answer = await eventually(() => fetchText(`http://${spec?.clusterIP}/`));
    expect(JSON.parse(answer)).toMatchObject({ greeting: 'Hello' });
    const { uid } = (await first.client.get(Deployment, { name: 'guestbook' })).metadata;
    await first.stop();

    const second = await platform(path);
    expect((await second.client.get(Deployment, { name: 'guestbook' })).metadata.uid).toBe(uid);
    expect((await second.client.get(Service, { name: 'guestbook' })).spec?.clusterIP).toBe(spec?.clusterIP);
    await eventually(() => fetchText(`http://${spec?.clusterIP}/`));
    await second.stop();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}, 40_000);
