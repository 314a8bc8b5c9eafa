import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import { testPod } from '../test-objects.fixture.js';
import { claims, testCapacity, testClaim, testClass, testCsiDriver, testCsiNode } from '../volume-objects.fixture.js';
import { hintOf } from './judge.fixture.js';
import { volumeBinding } from './volume-binding.js';

const using = (...names: string[]) => testPod('pod', { namespace: 'default', volumes: claims(...names) });
const wait = testClass('wait');

describe('which events may help VolumeBinding', () => {
  const hint = (resource: string) => hintOf(volumeBinding(), resource);
  const topologies = { allowedTopologies: [{ matchLabelExpressions: [{ key: 'k', values: ['v'] }] }] };
  const capacity = (words?: Parameters<typeof testCapacity>[2]) => testCapacity('k', 'wait', words);
  const csiPod = testPod('p', { volumes: [{ name: 'v', csi: { driver: 'd' } }] as never });
  const of = (given: string, maximum?: string) => capacity({ capacity: given, ...(maximum && { maximum }) });
  const volumes = (...made: object[]) => testPod('p', { namespace: 'default', volumes: made as never });
  const scratch = volumes({ name: 'v', emptyDir: {} });
  const ephemeral = volumes({ name: 'a', ephemeral: {} }, { name: 'b', ephemeral: {} });
  const driver = { ...testCsiDriver('d', true), spec: {} };
  it.each([
    ['a class', 'StorageClass', using(), undefined, wait, 'Queue'],
    ['a class elsewhere', 'StorageClass', using(), wait, testClass('wait', topologies), 'Queue'],
    ['a class as before', 'StorageClass', using(), wait, testClass('wait'), 'Skip'],
    ['a class otherwise', 'StorageClass', using(), wait, testClass('wait', { mountOptions: ['x'] }), 'Skip'],
    ['a claim of the pod', 'PersistentVolumeClaim', using('c'), undefined, testClaim('c'), 'Queue'],
    ['a claim of another', 'PersistentVolumeClaim', using('c'), undefined, testClaim('d'), 'Skip'],
    ['a claim, of a pod without', 'PersistentVolumeClaim', scratch, testClaim('c'), testClaim('c'), 'Skip'],
    ['a claim of several', 'PersistentVolumeClaim', using('b', 'c'), testClaim('c'), testClaim('c'), 'Queue'],
    ['an ephemeral claim', 'PersistentVolumeClaim', ephemeral, testClaim('p-b'), testClaim('p-b'), 'Queue'],
    ['an ephemeral claim of another', 'PersistentVolumeClaim', ephemeral, undefined, testClaim('p-c'), 'Skip'],
    ['a claim elsewhere', 'PersistentVolumeClaim', using('c'), undefined, testClaim('c', { namespace: 'x' }), 'Skip'],
    ['a new CSINode', 'CSINode', using(), undefined, testCsiNode('n', {}), 'Queue'],
    ['migrated', 'CSINode', using(), testCsiNode('n', {}), testCsiNode('n', {}, 'kubernetes.io/gce-pd'), 'Queue'],
    ['more migrated', 'CSINode', using(), testCsiNode('n', {}, 'a'), testCsiNode('n', {}, 'a,b'), 'Queue'],
    ['other migrated', 'CSINode', using(), testCsiNode('n', {}, 'a'), testCsiNode('n', {}, 'b'), 'Queue'],
    ['as migrated as before', 'CSINode', using(), testCsiNode('n', {}, 'a'), testCsiNode('n', {}, 'a'), 'Skip'],
    ['not migrated', 'CSINode', using(), testCsiNode('n', {}), testCsiNode('n', { d: 1 }), 'Skip'],
    ['capacity no more told of', 'CSIDriver', csiPod, testCsiDriver('d', true), testCsiDriver('d', false), 'Queue'],
    ['capacity not said', 'CSIDriver', csiPod, testCsiDriver('d', true), driver, 'Queue'],
    ['capacity never said', 'CSIDriver', csiPod, driver, driver, 'Skip'],
    ['capacity never told of', 'CSIDriver', csiPod, testCsiDriver('d', false), testCsiDriver('d', false), 'Skip'],
    ['capacity told of as before', 'CSIDriver', csiPod, testCsiDriver('d', true), testCsiDriver('d', true), 'Skip'],
    ['a driver of none', 'CSIDriver', using(), driver, testCsiDriver('d', true), 'Skip'],
    ['another driver', 'CSIDriver', csiPod, testCsiDriver('e', true), testCsiDriver('e', false), 'Skip'],
    ['capacity told of', 'CSIDriver', csiPod, testCsiDriver('d', false), testCsiDriver('d', true), 'Skip'],
    ['new capacity', 'CSIStorageCapacity', using(), undefined, capacity(), 'Queue'],
    ['more capacity', 'CSIStorageCapacity', using(), capacity({ capacity: '1' }), capacity({ capacity: '2' }), 'Queue'],
    ['any capacity', 'CSIStorageCapacity', using(), capacity(), capacity({ capacity: '2' }), 'Queue'],
    ['larger volumes', 'CSIStorageCapacity', using(), capacity({ maximum: '1' }), capacity({ maximum: '2' }), 'Queue'],
    ['any size', 'CSIStorageCapacity', using(), capacity(), capacity({ maximum: '2' }), 'Queue'],
    ['no largest size', 'CSIStorageCapacity', using(), of('2', '1'), of('2'), 'Queue'],
    ['a larger largest size', 'CSIStorageCapacity', using(), of('100', '50'), of('100', '60'), 'Queue'],
    ['the same', 'CSIStorageCapacity', using(), of('2', '1'), of('2', '1'), 'Skip'],
    ['the same capacity', 'CSIStorageCapacity', using(), of('2'), of('2'), 'Skip'],
    ['as much as the largest size', 'CSIStorageCapacity', using(), of('2', '1'), of('1'), 'Skip'],
    [
      'a smaller largest size',
      'CSIStorageCapacity',
      using(),
      capacity({ maximum: '2' }),
      capacity({ maximum: '1' }),
      'Skip',
    ],
    ['less', 'CSIStorageCapacity', using(), capacity({ capacity: '2' }), capacity({ capacity: '1' }), 'Skip'],
  ] as const)('%s', (_, resource, pod, before, after, expected) => {
    expect(hint(resource)(pod, before as KubernetesObject | undefined, after as KubernetesObject)).toBe(expected);
  });
});
