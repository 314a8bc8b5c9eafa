import { describe, expect, it } from '@jest/globals';
import type { Pod, Volume } from '@pintle/api/core/v1';
import { CycleState } from '../framework/cycle-state.js';
import { podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { claims, testClaim } from '../volume-objects.fixture.js';
import { hintOf, judgeFilter } from './judge.fixture.js';
import { volumeRestrictions } from './volume-restrictions.js';

const node = testNode('n');
const taken = 'Unschedulable: node(s) had no available disk';
const used =
  'Unschedulable: node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';
const disk = (source: object): Volume => ({ name: 'd', ...source }) as Volume;
const gce = (pdName: string, readOnly?: boolean) => disk({ gcePersistentDisk: { pdName, readOnly } });
const aws = (volumeID: string, readOnly?: boolean) => disk({ awsElasticBlockStore: { volumeID, readOnly } });
const rbd = (monitors: string[], words: object = {}) =>
  disk({ rbd: { monitors, pool: 'foo', image: 'bar', fsType: 'ext4', ...words } });
const iscsi = (iqn: string, readOnly?: boolean) => disk({ iscsi: { targetPortal: 'p', iqn, lun: 0, readOnly } });
const withDisk = (name: string, volume: Volume | undefined, nodeName?: string): Pod =>
  testPod(name, { ...(volume && { volumes: [volume] }), ...(nodeName && { nodeName }) });

/** What is asked for, what is there, and the verdict; `skip` where the plugin has nothing to say. */
const disks: readonly [string, Volume | undefined, Volume | undefined, string][] = [
  ['nothing', undefined, undefined, 'skip'],
  ['a disk is there', undefined, gce('foo'), 'skip'],
  ['no disk', disk({ emptyDir: {} }), gce('foo'), 'skip'],
  ['GCE: the same', gce('foo'), gce('foo'), taken],
  ['GCE: another', gce('bar'), gce('foo'), 'ok'],
  ['GCE: both read', gce('foo', true), gce('foo', true), 'ok'],
  ['GCE: one reads', gce('foo', true), gce('foo'), taken],
  ['AWS: the same', aws('foo'), aws('foo'), taken],
  ['AWS: another', aws('bar'), aws('foo'), 'ok'],
  ['AWS: both read', aws('foo', true), aws('foo', true), taken],
  ['RBD: the same', rbd(['a', 'b']), rbd(['a', 'b']), taken],
  ['RBD: a monitor in common', rbd(['b', 'c']), rbd(['a', 'b']), taken],
  ['RBD: other monitors', rbd(['c', 'd']), rbd(['a', 'b']), 'ok'],
  ['RBD: another pool', rbd(['a'], { pool: 'p' }), rbd(['a']), 'ok'],
  ['RBD: another image', rbd(['a'], { image: 'i' }), rbd(['a']), 'ok'],
  ['RBD: both read', rbd(['a'], { readOnly: true }), rbd(['a'], { readOnly: true }), 'ok'],
  ['ISCSI: the same', iscsi('one'), iscsi('one'), taken],
  ['ISCSI: another', iscsi('two'), iscsi('one'), 'ok'],
  ['ISCSI: both read', iscsi('one', true), iscsi('one', true), 'ok'],
  ['different kinds', aws('foo'), gce('foo'), 'ok'],
];

describe('VolumeRestrictions: disks', () => {
  it.each(disks)('%s', (_, wanted, there, verdict) => {
    const judged = judgeFilter(
      volumeRestrictions(),
      withDisk('new', wanted),
      [node],
      [withDisk('old', there, 'n'), withDisk('away', there)],
    );
    if (verdict === 'skip') expect(judged.preFilter?.code).toBe('Skip');
    else expect(judged).toEqual({ single: [verdict], batched: [verdict] });
  });
});

const rwop = (name: string) => testClaim(name, { modes: ['ReadWriteOncePod'] });
const rwx = testClaim('many', { modes: ['ReadWriteMany'] });
const using = (name: string, names: string[], nodeName?: string) =>
  testPod(name, { namespace: 'default', volumes: claims(...names), ...(nodeName && { nodeName }) });

describe('VolumeRestrictions: claims of one pod', () => {
  const cases: readonly [string, Pod, readonly Pod[], string][] = [
    ['no claims', testPod('new', { namespace: 'default' }), [], 'skip'],
    [
      'a claim that is missing',
      using('new', ['gone']),
      [],
      'UnschedulableAndUnresolvable: persistentvolumeclaim "gone" not found',
    ],
    ['nobody uses it', using('new', ['one']), [using('old', ['many'], 'n')], 'skip'],
    ['a pod uses it', using('new', ['one']), [using('old', ['one'], 'n')], used],
    ['a pod elsewhere uses it', using('new', ['one']), [using('old', ['one'], 'm')], used],
    ['a pod uses both', using('new', ['one', 'two']), [using('old', ['one', 'two'], 'n')], used],
    ['many may use it', using('new', ['many']), [using('old', ['many'], 'n')], 'skip'],
    [
      'of another namespace',
      using('new', ['one']),
      [testPod('old', { namespace: 'other', volumes: claims('one'), nodeName: 'n' })],
      'skip',
    ],
  ];
  it.each(cases)('%s', (_, pod, pods, verdict) => {
    const objects = [rwop('one'), rwop('two'), rwx];
    const judged = judgeFilter(volumeRestrictions(), pod, [node, testNode('m')], pods, objects);
    if (verdict === 'skip') expect(judged.preFilter?.code).toBe('Skip');
    else if (judged.preFilter) expect(`${judged.preFilter.code}: ${judged.preFilter.reasons}`).toBe(verdict);
    else expect(judged).toEqual({ single: [verdict, verdict], batched: [verdict, verdict] });
  });

  it('a pod that preemption would remove frees its claim', () => {
    const plugin = volumeRestrictions();
    const [old, other] = [
      podInfo(using('old', ['one'], 'n')),
      podInfo(testPod('other', { namespace: 'x', volumes: claims('one'), nodeName: 'n' })),
    ];
    const table = tableOf([node], [old.pod, other.pod], [rwop('one')]);
    const state = new CycleState(table);
    const pod = podInfo(using('new', ['one']));
    const verdict = () => plugin.filter(state, pod, table.info(0))?.code;
    plugin.preFilter(state, pod, table);
    expect(verdict()).toBe('Unschedulable');
    table.removePod(0, other);
    plugin.preFilterRemovePod!(state, pod, other, table.info(0));
    expect(verdict()).toBe('Unschedulable');
    table.removePod(0, old);
    plugin.preFilterRemovePod!(state, pod, old, table.info(0));
    expect(verdict()).toBeUndefined();
    table.addPod(0, old);
    plugin.preFilterAddPod!(state, pod, old, table.info(0));
    expect(verdict()).toBe('Unschedulable');
  });
});

describe('VolumeRestrictions: which events may help', () => {
  const hint = (resource: string) => hintOf(volumeRestrictions(), resource);
  const left: readonly [string, Pod, Pod, string][] = [
    ['a pod with the disk', withDisk('a', gce('foo')), withDisk('b', gce('foo'), 'n'), 'Queue'],
    ['a pod with another disk', withDisk('a', gce('foo')), withDisk('b', gce('bar'), 'n'), 'Skip'],
    ['AWS: a pod with the disk', withDisk('a', aws('foo')), withDisk('b', aws('foo'), 'n'), 'Queue'],
    ['AWS: a pod with another', withDisk('a', aws('foo')), withDisk('b', aws('bar'), 'n'), 'Skip'],
    ['RBD: a pod with the disk', withDisk('a', rbd(['a', 'b'])), withDisk('b', rbd(['a', 'b']), 'n'), 'Queue'],
    ['RBD: a pod with another', withDisk('a', rbd(['a', 'b'])), withDisk('b', rbd(['c', 'd']), 'n'), 'Skip'],
    ['ISCSI: a pod with the disk', withDisk('a', iscsi('one')), withDisk('b', iscsi('one'), 'n'), 'Queue'],
    ['ISCSI: a pod with another', withDisk('a', iscsi('one')), withDisk('b', iscsi('two'), 'n'), 'Skip'],
    ['a pod with the claim', using('a', ['one']), using('b', ['one']), 'Queue'],
    ['a pod with another claim', using('a', ['one']), using('b', ['two']), 'Skip'],
    [
      'a pod of another namespace',
      using('a', ['one']),
      testPod('b', { namespace: 'x', volumes: claims('one') }),
      'Skip',
    ],
    ['a pod without volumes', withDisk('a', gce('foo')), testPod('b'), 'Skip'],
  ];
  it.each(left)('%s leaves', (_, pod, gone, answer) => expect(hint('Pod')(pod, gone, undefined)).toBe(answer));
  it.each([
    ['the claim', rwop('one'), 'Queue'],
    ['another claim', rwop('two'), 'Skip'],
    ['a claim of that name elsewhere', testClaim('one', { namespace: 'x' }), 'Skip'],
  ])('%s is made', (_, claim, answer) => {
    expect(hint('PersistentVolumeClaim')(using('a', ['one']), undefined, claim)).toBe(answer);
    expect(hint('PersistentVolumeClaim')(using('a', []), undefined, claim)).toBe('Skip');
  });
});
