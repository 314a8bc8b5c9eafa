/** `pintle up` and claims: a StatefulSet of real processes keeps what it wrote on a volume of the default class. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { StatefulSet } from '@pintle/api/apps/v1';
import { PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { startServed } from './served-cluster.js';

/** Counts its starts in a file of its volume, and tells the count by its exit code. */
const program = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const path = 'data/starts';
const starts = (existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0) + 1;
writeFileSync(path, String(starts));
process.on('SIGTERM', () => process.exit(0));
if (starts < 3) process.exit(starts);
setInterval(() => {}, 1000);
`;

const db: StatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: {
        terminationGracePeriodSeconds: 2,
        containers: [{ name: 'db', image: 'db', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
      },
    ],
  },
} as unknown as StatefulSet;

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await wait(100);
  }
  throw new Error('it did not come within a minute');
}

it('keeps what pods wrote, and removes it with its claim', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pintle-claims-'));
  const image = join(folder, 'image');
  await mkdir(image);
  await writeFile(join(image, 'server.mjs'), program);
  const served = await startServed({
    dataDir: join(folder, 'data'),
    inMemory: true,
    host: '127.0.0.1',
    port: 0,
    nodes: 1,
    runtime: 'process',
    image: [`db=${image}`],
  });
  try {
    const { client } = served.cluster;
    await client.create(db);
    const { status } = await eventually(async () => {
      const pod = await client.get(Pod, { name: 'db-0' });
      return pod.status?.containerStatuses?.[0]?.restartCount === 2 && pod.status.phase === 'Running' ? pod : undefined;
    });
    // Its second start found what the first had written.
    expect(status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(2);
    const claim = await client.get(PersistentVolumeClaim, { name: 'data-db-0' });
    expect([claim.status?.phase, claim.spec?.storageClassName]).toEqual(['Bound', 'standard']);

    await client.patch(StatefulSet, { name: 'db' }, { type: 'merge', body: { spec: { replicas: 0 } } });
    await eventually(async () => ((await client.list(PersistentVolume)).length === 0 ? true : undefined));
  } finally {
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
