/** A day's work, shortened: what was written of every kind, for tests that compare such logs. */
import { Deployment } from '@pintle/api/apps/v1';
import type { PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import { cronJob, deployment, service } from './builders.js';
import { testCluster } from './test-cluster.js';

/** What was written of every kind, in order, with a node that fails and a rollout in the middle. */
export async function logOf(seed: number): Promise<readonly string[]> {
  const cluster = await testCluster({ seed, nodes: 6, images: { work: { runMs: 5_000 } }, volumes: { delayMs: 700 } });
  const { client } = cluster;
  const log: string[] = [];
  for (const { kind, isStored } of cluster.apiServer.core.registry.all()) {
    if (!isStored) continue;
    client.watch(kind).subscribe(({ type, object }) => log.push(`${kind.plural} ${type} ${JSON.stringify(object)}`));
  }
  await client.create<StorageClass>({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: 'simulated.volumes.pintle.dev',
  });
  for (let i = 0; i < 4; i++) {
    await client.create(deployment(`web-${i}`, { replicas: 3, image: 'web:1' }));
    await client.create(service(`web-${i}`));
    await client.create(cronJob(`cron-${i}`, { image: 'work' }));
    await client.create<PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: `data-${i}`, namespace: 'default' },
      spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
  }
  await cluster.advance({ minutes: 3 });
  await cluster.stopNode('node-1');
  const body = { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } };
  await client.patch(Deployment, { name: 'web-0' }, { type: 'strategic', body });
  await cluster.advance({ minutes: 9 });
  await cluster.stop();
  return log;
}
