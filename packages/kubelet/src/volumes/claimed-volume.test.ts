import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import type { CSIDriver } from '@pintle/api/storage/v1';
import type { PodClaim } from '@pintle/api/volumes';
import type { Client } from '@pintle/client';
import { statusError } from '@pintle/machinery';
import { attachableName, claimedVolume, volumeFolder } from './claimed-volume.js';

const key = { name: 'c', namespace: 'default' };
const pod = { metadata: { name: 'p', namespace: 'default', uid: 'pu' } } as Pod;
const named: PodClaim = { volume: { name: 'data' }, name: 'c', ephemeral: false };
const claim = (given: { phase?: string; volume?: string; goes?: boolean } = {}) =>
  ({
    metadata: { ...key, uid: 'u', ...(given.goes ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}) },
    spec: { volumeName: given.volume ?? 'v' },
    status: { phase: given.phase ?? 'Bound' },
  }) as PersistentVolumeClaim;
const volume = (spec: object) =>
  ({ metadata: { name: 'v' }, spec: { claimRef: { ...key, uid: 'u' }, ...spec } }) as PersistentVolume;

/** Only what is read. */
const reading = (given: { claim?: PersistentVolumeClaim; volume?: PersistentVolume; driver?: CSIDriver }): Client =>
  ({
    get: async ({ kind }: { kind: string }) => {
      const found = { PersistentVolume: given.volume, PersistentVolumeClaim: given.claim, CSIDriver: given.driver }[
        kind
      ];
      if (found === undefined) throw statusError('NotFound', 'none');
      return found;
    },
  }) as unknown as Client;

describe('claimedVolume', () => {
  it('is the volume that the claim is bound to', async () => {
    const bound = volume({ local: { path: '/disk' } });
    expect(await claimedVolume(reading({ claim: claim(), volume: bound }), pod, named)).toBe(bound);
  });

  it.each([
    ['no claim', {}, 'PVC "default/c" not found'],
    ['a claim that goes', { claim: claim({ goes: true }) }, 'is being deleted'],
    ['not bound yet', { claim: claim({ phase: 'Pending' }) }, 'PVC "default/c" is not bound'],
    ['no volume', { claim: claim() }, 'PersistentVolume "v" not found'],
    [
      'another’s volume',
      { claim: claim(), volume: volume({ claimRef: { ...key, uid: 'w' } }) },
      'bound to another claim',
    ],
  ])('%s: the pod waits', async (_name, given, why) => {
    await expect(claimedVolume(reading(given), pod, named)).rejects.toThrow(why);
  });

  it('takes no claim of somebody else’s for an ephemeral volume', async () => {
    const client = reading({ claim: claim(), volume: volume({}) });
    await expect(claimedVolume(client, pod, { ...named, ephemeral: true })).rejects.toThrow(
      'was not created for pod default/p (pod is not owner)',
    );
  });
});

describe('volumeFolder', () => {
  it.each([
    ['hostPath', { hostPath: { path: '/data', type: 'Directory' } }, '/data', 'Directory'],
    ['hostPath, unchecked', { hostPath: { path: '/data' } }, '/data', ''],
    ['local', { local: { path: '/disk' } }, '/disk', 'Directory'],
    [
      'csi that tells of a path',
      { csi: { driver: 'd', volumeHandle: 'h', volumeAttributes: { path: '/v/h' } } },
      '/v/h',
      'Directory',
    ],
  ])('%s', (_name, spec, path, mustBe) => {
    expect(volumeFolder('data', volume(spec))).toEqual({ type: 'hostPath', path, mustBe });
  });

  it.each([
    ['a block device', { volumeMode: 'Block', local: { path: '/d' } }, 'block devices'],
    ['one elsewhere', { nfs: { server: 's', path: '/' } }, 'not supported by this kubelet'],
  ])('not %s', (_name, spec, why) => {
    expect(() => volumeFolder('data', volume(spec))).toThrow(why);
  });
});

describe('attachableName', () => {
  const csi = { csi: { driver: 'd.io', volumeHandle: 'h' } };
  const driver = (attachRequired?: boolean) => ({ spec: { attachRequired } }) as CSIDriver;
  it.each([
    ['of a driver that says nothing', csi, undefined, 'kubernetes.io/csi/d.io^h'],
    ['of one that attaches', csi, driver(true), 'kubernetes.io/csi/d.io^h'],
    ['of one that says neither', csi, driver(), 'kubernetes.io/csi/d.io^h'],
    ['of one that does not', csi, driver(false), undefined],
    ['of no driver', { local: { path: '/d' } }, undefined, undefined],
  ])('%s', async (_name, spec, known, expected) => {
    const client = reading(known === undefined ? {} : { driver: known });
    expect(await attachableName(client, volume(spec))).toBe(expected);
  });
});
