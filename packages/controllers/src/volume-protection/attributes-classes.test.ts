/** Classes of volume attributes: which are let go, and when. */
import { expect, it } from '@jest/globals';
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { VolumeAttributesClass } from '@pintle/api/storage/v1beta1';
import { testCluster } from '@pintle/testing';

const attributes = (name: string) =>
  ({
    ...{ apiVersion: 'storage.k8s.io/v1beta1', kind: 'VolumeAttributesClass', metadata: { name } },
    ...{ driverName: 'disk.example.com', parameters: { iops: '100' } },
  }) as VolumeAttributesClass;
const claim = (name: string, volumeAttributesClassName: string) =>
  ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeAttributesClassName },
  }) as PersistentVolumeClaim;
const volume = (name: string, volumeAttributesClassName: string) =>
  ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
    spec: {
      ...{ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, volumeAttributesClassName },
      csi: { driver: 'disk.example.com', volumeHandle: name },
    },
  }) as PersistentVolume;
const key = { namespace: 'default' };

async function cluster() {
  const names = ['volumeattributesclass-protection', 'pvc-protection', 'pv-protection'];
  const made = await testCluster({ nodes: 0, builtinControllers: names });
  const present = async () => (await made.client.list(VolumeAttributesClass)).map(({ metadata }) => metadata.name);
  return { ...made, present };
}

it('what nobody names goes at once, and what a claim or a volume names when the last of them has gone', async () => {
  const { client, settle, present, stop } = await cluster();
  for (const name of ['free', 'claimed', 'taken']) await client.create(attributes(name));
  await client.create(claim('a', 'claimed'));
  await client.create(claim('b', 'claimed'));
  await client.create(volume('v', 'taken'));
  await settle();
  for (const name of ['free', 'claimed', 'taken']) await client.delete(VolumeAttributesClass, { name });
  await settle();
  expect(await present()).toEqual(['claimed', 'taken']);
  await client.delete(PersistentVolumeClaim, { ...key, name: 'a' });
  await client.delete(PersistentVolume, { name: 'v' });
  await settle();
  expect(await present()).toEqual(['claimed']);
  await client.delete(PersistentVolumeClaim, { ...key, name: 'b' });
  await settle();
  expect(await present()).toEqual([]);
  await stop();
});

it('what a claim has, or is on its way to, is in use as well', async () => {
  const { client, settle, present, stop } = await cluster();
  for (const name of ['wanted', 'current', 'target']) await client.create(attributes(name));
  await client.create(claim('a', 'wanted'));
  const told = (status: object) =>
    client.patch(
      PersistentVolumeClaim,
      { ...key, name: 'a' },
      { type: 'merge', body: { status } },
      { subresource: 'status' },
    );
  await told({
    currentVolumeAttributesClassName: 'current',
    modifyVolumeStatus: { targetVolumeAttributesClassName: 'target', status: 'InProgress' },
  });
  await settle();
  for (const name of ['wanted', 'current', 'target']) await client.delete(VolumeAttributesClass, { name });
  await settle();
  expect(await present()).toEqual(['current', 'target', 'wanted']);
  await told({ currentVolumeAttributesClassName: 'wanted', modifyVolumeStatus: null });
  await settle();
  expect(await present()).toEqual(['wanted']);
  await stop();
});

it('one that lost its finalizer gets it back', async () => {
  const { client, settle, stop } = await cluster();
  await client.create(attributes('gold'));
  const body = { metadata: { finalizers: null } };
  await client.patch(VolumeAttributesClass, { name: 'gold' }, { type: 'merge', body });
  await settle();
  const { metadata } = await client.get(VolumeAttributesClass, { name: 'gold' });
  expect(metadata.finalizers).toEqual(['kubernetes.io/vac-protection']);
  await stop();
});
