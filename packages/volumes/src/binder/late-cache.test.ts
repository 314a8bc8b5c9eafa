/** A binder whose cache of claims is behind its cache of volumes lets no volume go that has its claim. */
import { expect, it } from '@jest/globals';
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { intercept } from '@pintle/client/interceptor';
import { createManager } from '@pintle/controller-runtime';
import { testCluster } from '@pintle/testing';
import { filter } from 'rxjs';
import { fresh, pv, pvc } from '../volume-objects.fixture.js';
import { volumeBinder } from './index.js';

it.each(['which is new', 'which took the name of another'])('a claim %s', async (which) => {
  const cluster = await testCluster({
    nodes: 0,
    builtinControllers: [],
    disableAdmissionPlugins: ['StorageObjectInUseProtection'],
  });
  const { client, world } = cluster;
  const made = () => client.create(fresh(pvc('c', { class: '' })));
  let isLate = false;
  const own = intercept(cluster.apiServer.client(), {
    watch: (kind, _options, events) => events.pipe(filter(() => !isLate || kind.kind === 'PersistentVolume')),
  });
  const manager = createManager({ client: own, world, controllers: [volumeBinder()] });
  void manager.start();
  if (which !== 'which is new') await made();
  await cluster.settle();
  isLate = true;
  if (which !== 'which is new') await client.delete(PersistentVolumeClaim, { name: 'c' });
  const { metadata } = await made();
  const volume = fresh(pv('v', { class: '', policy: 'Delete', marks: ['provisioned'] }));
  const claimRef = { kind: 'PersistentVolumeClaim', name: 'c', namespace: 'default', uid: metadata.uid! };
  await client.create<PersistentVolume>({
    ...volume,
    spec: { ...volume.spec!, hostPath: { path: '/data' }, claimRef },
  });
  await cluster.advance({ seconds: 5 });
  const phase = async () => (await client.get(PersistentVolume, { name: 'v' })).status?.phase;
  expect(await phase()).toBe('Pending');
  await client.delete(PersistentVolumeClaim, { name: 'c' });
  isLate = false;
  await made();
  await cluster.advance({ seconds: 5 });
  expect(await phase()).toBe('Released');
  const stopping = manager.stop();
  await cluster.settle();
  await stopping;
  await cluster.stop();
});
