/** Claims, volumes and attachments while requests and answers are lost, and a driver that is slow. */
import { describe, expect, it } from '@jest/globals';
import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { type StorageClass, VolumeAttachment } from '@pintle/api/storage/v1';
import type { VolumeDriver } from '@pintle/contracts';
import { type FaultyCluster, faultyCluster, testCluster } from '@pintle/testing';
import { simulatedVolumes, volumeControllers } from './index.js';
import { fresh, pv, pvc, storageClass, userOf } from './volume-objects.fixture.js';

const others = [
  'garbage-collector',
  'serviceaccount',
  'root-ca-certificate-publisher',
  'node-lifecycle',
  'pvc-protection',
  'pv-protection',
];

/** A cluster whose volumes are managed by controllers that meet faults. */
async function start(seed: number): Promise<FaultyCluster & { readonly driver: VolumeDriver }> {
  let driver: VolumeDriver | undefined;
  const cluster = await faultyCluster({
    seed,
    nodes: 2,
    builtinControllers: others,
    underFaults: (world) => volumeControllers({ drivers: [(driver = simulatedVolumes({ world, delayMs: 50 }))] }),
  });
  return { ...cluster, driver: driver! };
}

describe('under faults', () => {
  it.each([1, 2, 3, 4, 5])(
    'seed %d: each claim has one volume, and each volume one claim',
    async (seed) => {
      const cluster = await start(seed);
      const { client } = cluster;
      await client.create(storageClass('fast', { provisioner: cluster.driver.name }));
      for (let i = 0; i < 10; i++) {
        await client.create(fresh(pv(`hand-${i}`, { class: 'hand', spec: { hostPath: { path: '/data' } } })));
        await client.create(fresh(pvc(`hand-${i}`, { class: 'hand' })));
        await client.create(fresh(pvc(`made-${i}`, { class: 'fast', modes: ['ReadWriteOnce'] })));
        await client.create(userOf(`made-${i}`, `node-${i % 2}`));
      }
      await cluster.advance({ minutes: 5 });
      cluster.heal();
      await cluster.advance({ minutes: 5 });

      const claims = await client.list(PersistentVolumeClaim);
      const volumes = await client.list(PersistentVolume);
      expect(claims.map(({ status }) => status?.phase)).toEqual(Array(20).fill('Bound'));
      expect(volumes).toHaveLength(20);
      for (const claim of claims) {
        const volume = volumes.find(({ metadata }) => metadata.name === claim.spec?.volumeName);
        expect(volume?.spec?.claimRef?.uid).toBe(claim.metadata.uid);
        expect(volume?.status?.phase).toBe('Bound');
      }
      const attachments = await client.list(VolumeAttachment);
      expect(attachments.map(({ status }) => status?.attached)).toEqual(Array(10).fill(true));
      const nodes = await client.list(Node);
      expect(nodes.flatMap(({ status }) => status?.volumesAttached ?? [])).toHaveLength(10);

      for (const { metadata } of await client.list(Pod))
        await client.delete(Pod, { name: metadata.name!, namespace: 'default' });
      for (const { metadata } of claims)
        await client.delete(PersistentVolumeClaim, { name: metadata.name!, namespace: 'default' });
      await cluster.advance({ minutes: 5 });
      expect(await client.list(VolumeAttachment)).toHaveLength(0);
      const left = await client.list(PersistentVolume);
      expect(left.map(({ metadata, status }) => `${metadata.name} ${status?.phase}`)).toEqual(
        Array.from({ length: 10 }, (_, i) => `hand-${i} Released`),
      );
      await cluster.stop();
    },
    60_000,
  );
});

const claimTemplate = {
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
};
const withScratch = (name: string, node: string): Pod => {
  const pod = userOf(name, node);
  const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: claimTemplate } }];
  return { ...pod, metadata: { name, namespace: 'default' }, spec: { ...pod.spec, volumes } } as Pod;
};

describe('under faults', () => {
  it.each([1, 2, 3])(
    'seed %d: volumes of pods come and go with them, and those that are to grow do',
    async (seed) => {
      const cluster = await start(seed);
      const { client } = cluster;
      await client.create({
        ...storageClass('fast', { provisioner: cluster.driver.name }),
        allowVolumeExpansion: true,
      } as StorageClass);
      for (let i = 0; i < 5; i++) {
        await client.create(withScratch(`job-${i}`, `node-${i % 2}`));
        await client.create(fresh(pvc(`made-${i}`, { class: 'fast', modes: ['ReadWriteOnce'] })));
        await client.create(userOf(`made-${i}`, `node-${i % 2}`));
      }
      await cluster.advance({ minutes: 5 });
      const larger = { spec: { resources: { requests: { storage: '5Gi' } } } };
      for (let i = 0; i < 5; i++)
        await client.patch(PersistentVolumeClaim, { name: `made-${i}` }, { type: 'merge', body: larger });
      for (let i = 0; i < 3; i++) await client.delete(Pod, { name: `job-${i}` });
      await cluster.advance({ minutes: 5 });
      cluster.heal();
      await cluster.advance({ minutes: 15 });
      const claims = (await client.list(PersistentVolumeClaim)).map(
        ({ metadata, status }) => `${metadata.name} ${status?.phase} ${status?.capacity?.['storage']}`,
      );
      expect(claims.filter((each) => each.startsWith('made'))).toEqual(
        Array.from({ length: 5 }, (_, i) => `made-${i} Bound 5Gi`),
      );
      const scratch = claims.filter((each) => each.startsWith('job'));
      expect(scratch).toEqual(['job-3-scratch Bound 1Gi', 'job-4-scratch Bound 1Gi']);
      expect(await client.list(PersistentVolume)).toHaveLength(7);
      await cluster.stop();
    },
    60_000,
  );
});

describe('an ephemeral volume', () => {
  it('has a claim that goes with its pod; one of another’s name is left alone', async () => {
    const cluster = await testCluster({ volumes: {} });
    const { client } = cluster;
    await client.create(storageClass('fast', { provisioner: 'simulated.volumes.pintle.dev' }));
    const scratch = (name: string) => withScratch(name, 'node-0');
    await client.create(scratch('job'));
    await client.create(fresh(pvc('taken-scratch', { class: 'fast' })));
    await client.create(scratch('taken'));
    await cluster.settle();
    const claim = await client.get(PersistentVolumeClaim, { name: 'job-scratch' });
    expect(claim.status?.phase).toBe('Bound');
    expect(claim.metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'job', controller: true }]);
    expect(
      (await client.get(PersistentVolumeClaim, { name: 'taken-scratch' })).metadata.ownerReferences,
    ).toBeUndefined();
    await client.delete(Pod, { name: 'job' });
    await cluster.advance({ minutes: 1 });
    const names = (await client.list(PersistentVolumeClaim)).map(({ metadata }) => metadata.name);
    expect(names).toEqual(['taken-scratch']);
    expect(await client.list(PersistentVolume)).toHaveLength(1);
    await cluster.stop();
  });
});
