/** Cases of kube-controller-manager's `TestSync` for volumes, by their numbers there, and of reclaiming. */
import { describe, expect, it } from '@jest/globals';
import { pv, pvc } from '../volume-objects.fixture.js';
import { planReclaim, planVolume, unbound } from './plan-volume.js';

const csi = { csi: { driver: 'csi.example.com', volumeHandle: 'h' } };

describe('planVolume', () => {
  it.each([
    ['4-1 nobody has it', pv('v'), undefined, { type: 'phase', phase: 'Available' }],
    ['4-2 it is reserved by name', pv('v', { claim: 'c' }), pvc('c'), { type: 'phase', phase: 'Available' }],
    [
      '4-3 its claim is gone',
      pv('v', { claim: 'c/u', phase: 'Bound' }),
      undefined,
      { type: 'release', reclaim: { type: 'keep' } },
    ],
    [
      '4-4 another claim has the name',
      pv('v', { claim: 'c/u', phase: 'Bound' }),
      pvc('c', { uid: 'w' }),
      { type: 'release', reclaim: { type: 'keep' } },
    ],
    ['4-5 its claim is not bound yet', pv('v', { claim: 'c/u', marks: ['byController'] }), pvc('c'), { type: 'leave' }],
    ['4-6 its claim was unbound by a user', pv('v', { claim: 'c/u' }), pvc('c'), { type: 'leave' }],
    [
      '4-7 both are bound',
      pv('v', { claim: 'c/u', phase: 'Available' }),
      pvc('c', { volume: 'v' }),
      { type: 'phase', phase: 'Bound' },
    ],
    [
      '4-8 its claim has another',
      pv('v', { claim: 'c/u', phase: 'Bound', marks: ['byController'] }),
      pvc('c', { volume: 'w' }),
      { type: 'unbind' },
    ],
    [
      '4-9 its claim has another, and this one was made for it',
      pv('v', { claim: 'c/u', policy: 'Delete', marks: ['provisioned'] }),
      pvc('c', { volume: 'w' }),
      { type: 'release', reclaim: { type: 'delete-elsewhere' } },
    ],
    [
      'its claim has another, and this one was made for it and is to be kept',
      pv('v', { claim: 'c/u', marks: ['provisioned', 'byController'] }),
      pvc('c', { volume: 'w' }),
      { type: 'unbind' },
    ],
    [
      'its claim has another, and this one was made by hand and is to be deleted',
      pv('v', { claim: 'c/u', policy: 'Delete', marks: ['byController'] }),
      pvc('c', { volume: 'w' }),
      { type: 'unbind' },
    ],
  ])('%s', (_name, volume, claim, step) => {
    expect(planVolume(volume, claim)).toEqual(step);
  });

  it('tells of a claim that wants files of a block device', () => {
    expect(planVolume(pv('v', { claim: 'c/u', volumeMode: 'Block' }), pvc('c'))).toEqual({
      type: 'leave',
      tell: {
        type: 'Warning',
        reason: 'VolumeMismatch',
        message: 'Cannot bind PersistentVolume to requested PersistentVolumeClaim "c" due to incompatible volumeMode.',
      },
      tellClaim: {
        type: 'Warning',
        reason: 'VolumeMismatch',
        message: 'Cannot bind PersistentVolume "v" to requested PersistentVolumeClaim due to incompatible volumeMode.',
      },
    });
  });
});

describe('planReclaim', () => {
  it.each([
    ['Retain', pv('v'), 'keep', undefined],
    ['Delete, by the driver', pv('v', { policy: 'Delete', spec: csi }), 'delete-elsewhere', undefined],
    ['Delete, and nobody can', pv('v', { policy: 'Delete' }), 'fail', 'VolumeFailedDelete'],
    ['Recycle, and nobody can', pv('v', { policy: 'Recycle' }), 'fail', 'VolumeFailedRecycle'],
    ['unknown', pv('v', { policy: 'Unknown' }), 'fail', 'VolumeUnknownReclaimPolicy'],
  ])('%s', (_name, volume, type, reason) => {
    const step = planReclaim(volume);
    expect([step.type, step.type === 'fail' ? step.tell.reason : undefined]).toEqual([type, reason]);
  });
});

describe('unbound', () => {
  it('what a controller bound is free; what a user reserved is reserved', () => {
    expect(unbound(pv('v', { claim: 'c/u', marks: ['byController'] })).spec).not.toHaveProperty('claimRef');
    expect(unbound(pv('v', { claim: 'c/u' })).spec?.claimRef).toEqual({ name: 'c', namespace: 'default' });
  });
});
