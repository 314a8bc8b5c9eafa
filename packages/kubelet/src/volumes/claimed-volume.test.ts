import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { statusError } from '@pintle/machinery';
import { claimedVolume } from './claimed-volume.js';

const key = { name: 'c', namespace: 'default' };
const claim = (given: { phase?: string; volume?: string; goes?: boolean } = {}) =>
  ({
    metadata: { ...key, uid: 'u', ...(given.goes ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}) },
    spec: { volumeName: given.volume ?? 'v' },
    status: { phase: given.phase ?? 'Bound' },
  }) as PersistentVolumeClaim;
const volume = (spec: object) =>
  ({ metadata: { name: 'v' }, spec: { claimRef: { ...key, uid: 'u' }, ...spec } }) as PersistentVolume;

/** Only what is read. */
const reading = (given: { claim?: PersistentVolumeClaim; volume?: PersistentVolume }): Client =>
  ({
    get: async ({ kind }: { kind: string }) => {
      const found = kind === 'PersistentVolume' ? given.volume : given.claim;
      if (found === undefined) throw statusError('NotFound', 'none');
      return found;
    },
  }) as unknown as Client;

describe('claimedVolume', () => {
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
  ])('%s', async (_name, spec, path, mustBe) => {
    const found = await claimedVolume(reading({ claim: claim(), volume: volume(spec) }), 'data', key);
    expect(found).toEqual({ type: 'hostPath', path, mustBe });
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
    [
      'a block device',
      { claim: claim(), volume: volume({ volumeMode: 'Block', local: { path: '/d' } }) },
      'block devices',
    ],
    [
      'one elsewhere',
      { claim: claim(), volume: volume({ nfs: { server: 's', path: '/' } }) },
      'not supported by this kubelet',
    ],
  ])('%s: the pod waits', async (_name, given, why) => {
    await expect(claimedVolume(reading(given), 'data', key)).rejects.toThrow(why);
  });
});
