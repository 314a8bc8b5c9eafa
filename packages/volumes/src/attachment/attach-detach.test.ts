/** Nodes and the attach/detach controller, who tell each other what is used and what is attached. */
import { describe, expect, it } from '@jest/globals';
import { Event, Node, PersistentVolume, Pod } from '@pintle/api/core/v1';
import { VolumeAttachment } from '@pintle/api/storage/v1';
import { intercept } from '@pintle/client/interceptor';
import { createManager } from '@pintle/controller-runtime';
import { testCluster } from '@pintle/testing';
import { fresh, pv, pvc, userOf } from '../volume-objects.fixture.js';
import { attachDetachController } from './index.js';

const csi = { driver: 'csi.example.com', volumeHandle: 'h' };
const uniqueName = 'kubernetes.io/csi/csi.example.com^h';
const key = { name: 'node-0' };

/** A bound volume of a driver that nobody speaks for: an attachment is done when the test says so. */
async function start(only?: readonly string[]) {
  const cluster = await testCluster({ ...(only === undefined ? {} : { builtinControllers: only }) });
  const { client } = cluster;
  const claim = await client.create(fresh(pvc('c', { volume: 'v', class: '', modes: ['ReadWriteOnce'] })));
  const volume = fresh(pv('v', { class: '', modes: ['ReadWriteOnce'], spec: { csi } }));
  const claimRef = { kind: 'PersistentVolumeClaim', name: 'c', namespace: 'default', uid: claim.metadata.uid! };
  await client.create({ ...volume, spec: { ...volume.spec!, claimRef } });
  await cluster.settle();
  return cluster;
}

const attach = async ({ client }: Awaited<ReturnType<typeof start>>) => {
  const [attachment] = await client.list(VolumeAttachment);
  await client.update({ ...attachment!, status: { attached: true } }, { subresource: 'status' });
};

describe('a node', () => {
  it('starts a pod when the volume is attached, and says why where it is not', async () => {
    const cluster = await start();
    const { client } = cluster;
    await client.create(userOf('c', 'node-0'));
    await cluster.advance({ seconds: 122 });
    const pod = async () => (await client.get(Pod, { name: 'c-user' })).status;
    const told = async () => (await client.list(Event)).filter(({ reason }) => reason === 'FailedMount');
    expect((await pod())?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
    expect(await told()).toEqual([]);
    await cluster.advance({ seconds: 5 });
    expect((await told()).map(({ message }) => message)).toEqual([
      'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data], failed to process volumes=[]: context deadline exceeded',
    ]);
    await attach(cluster);
    await cluster.advance({ seconds: 30 });
    expect((await pod())?.phase).toBe('Running');
    await cluster.stop();
  });

  it('lets a pod go at once that waits for its volume', async () => {
    const cluster = await start();
    const { client } = cluster;
    await client.create(userOf('c', 'node-0'));
    await cluster.advance({ seconds: 10 });
    expect((await client.get(Node, key)).status?.volumesInUse).toEqual([uniqueName]);
    await client.delete(Pod, { name: 'c-user' });
    await cluster.settle();
    expect(await client.list(Pod)).toHaveLength(0);
    expect(
      (await client.list(Event)).filter(
        ({ source, involvedObject }) => source?.component === 'kubelet' && involvedObject.kind === 'Pod',
      ),
    ).toHaveLength(0);
    expect((await client.get(Node, key)).status?.volumesInUse).toBeUndefined();
    expect(await client.list(VolumeAttachment)).toHaveLength(0);
    await cluster.stop();
  });
});

describe('the attach/detach controller', () => {
  it('takes nothing from a node that says, while it is about to, that it uses it', async () => {
    const cluster = await start(['persistentvolume-binder']);
    const { client, world } = cluster;
    const inUse = (names: readonly string[] | null) =>
      client.patch(Node, key, { type: 'merge', body: { status: { volumesInUse: names } } }, { subresource: 'status' });
    const volume = await client.get(PersistentVolume, { name: 'v' });
    expect(volume.status?.phase).toBe('Bound');
    let late = true;
    const own = intercept(cluster.apiServer.client(), {
      async request({ verb, kind }, next) {
        if (late && verb === 'patch' && kind.kind === 'Node' && (await client.list(Pod)).length === 0) {
          late = false;
          await inUse([uniqueName]);
        }
        return next();
      },
      watch: (_kind, _options, events) => events,
    });
    const manager = createManager({ client: own, world, controllers: [attachDetachController()] });
    void manager.start();
    await client.create({ ...userOf('c', 'node-0'), metadata: { name: 'p', namespace: 'default' } });
    await cluster.settle();
    await attach(cluster);
    await cluster.settle();
    expect((await client.get(Node, key)).status?.volumesAttached).toMatchObject([{ name: uniqueName }]);
    await cluster.stopNode('node-0');
    await inUse(null);
    await client.delete(Pod, { name: 'p' }, { gracePeriodSeconds: 0 });
    await cluster.settle();
    expect(late).toBe(false);
    expect((await client.get(Node, key)).status?.volumesAttached).toMatchObject([{ name: uniqueName }]);
    expect((await client.list(VolumeAttachment))[0]?.metadata.deletionTimestamp).toBeUndefined();
    await inUse(null);
    await cluster.settle();
    expect((await client.get(Node, key)).status?.volumesAttached).toBeUndefined();
    expect(await client.list(VolumeAttachment)).toHaveLength(0);
    const stopping = manager.stop();
    await cluster.settle();
    await stopping;
    await cluster.stop();
  });
});
