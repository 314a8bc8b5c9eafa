import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import { testNode, testPod } from '../test-objects.fixture.js';
import { claims, testClaim, testClass, testVolume } from '../volume-objects.fixture.js';
import { hintOf, judgeFilter } from './judge.fixture.js';
import { volumeZone } from './volume-zone.js';

const [betaZone, betaRegion] = ['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region'];
const [zone, region] = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];
const elsewhere = 'UnschedulableAndUnresolvable: node(s) had no available volume zone';
const using = (...names: string[]) => testPod('pod', { namespace: 'default', volumes: claims(...names) });

const withoutMode = ({ volumeBindingMode: _mode, ...others }: StorageClass): StorageClass => others;

type Labels = Readonly<Record<string, string>>;

describe('VolumeZone', () => {
  const places: readonly [string, Labels, Labels, string][] = [
    ['a node without labels', { [betaZone]: 'a' }, {}, 'ok'],
    ['beta zones match', { [betaZone]: 'a' }, { [betaZone]: 'a', other: 'x' }, 'ok'],
    ['beta zones differ', { [betaZone]: 'a' }, { [betaZone]: 'b' }, elsewhere],
    ['beta regions match', { [betaRegion]: 'r' }, { [betaRegion]: 'r' }, 'ok'],
    ['beta regions differ', { [betaRegion]: 'r' }, { [betaRegion]: 's' }, elsewhere],
    ['zones match', { [zone]: 'a' }, { [zone]: 'a' }, 'ok'],
    ['zones differ', { [zone]: 'a' }, { [zone]: 'b' }, elsewhere],
    ['regions match', { [region]: 'r' }, { [region]: 'r' }, 'ok'],
    ['regions differ', { [region]: 'r' }, { [region]: 's' }, elsewhere],
    ['a zone and a region, and a node with a zone', { [zone]: 'a', [region]: 'r' }, { [zone]: 'a' }, elsewhere],
    ['a zone, and a node with a beta zone', { [zone]: 'a' }, { [betaZone]: 'a' }, elsewhere],
    ['a beta zone, and a node with a zone', { [betaZone]: 'a' }, { [zone]: 'a' }, 'ok'],
    ['a beta zone, and a node with another', { [betaZone]: 'a' }, { [zone]: 'b' }, elsewhere],
    ['two zones, and a node without labels', { [betaZone]: 'c__a' }, {}, 'ok'],
    ['two zones, one matches', { [zone]: 'c__a' }, { [zone]: 'a' }, 'ok'],
    ['two beta zones, one matches', { [betaZone]: 'c__a' }, { [betaZone]: 'a' }, 'ok'],
    ['two zones, none matches', { [zone]: 'c__a' }, { [zone]: 'b' }, elsewhere],
  ];
  it.each(places)('%s', (_, ofVolume, ofNode, verdict) => {
    const objects = [testClaim('c', { volume: 'v' }), testVolume('v', { labels: ofVolume })];
    const judged = judgeFilter(volumeZone(), using('c'), [testNode('n', { labels: ofNode })], [], objects);
    expect(judged).toEqual({ single: [verdict], batched: [verdict] });
  });

  it('has nothing to say of volumes without labels, or with labels that cannot be read', () => {
    for (const labels of [{}, { [zone]: 'a__' }]) {
      const objects = [testClaim('c', { volume: 'v' }), testVolume('v', { labels })];
      expect(judgeFilter(volumeZone(), using('c'), [testNode('n')], [], objects).preFilter?.code).toBe('Skip');
    }
    expect(judgeFilter(volumeZone(), using(), [testNode('n')]).preFilter?.code).toBe('Skip');
  });

  const unresolvable = (reason: string) => `UnschedulableAndUnresolvable: ${reason}`;
  it.each([
    ['bound', 'bound', undefined],
    ['no-class', 'no-class', unresolvable('PersistentVolumeClaim had no pv name and storageClass name')],
    ['lost-class', 'lost-class', unresolvable('storageclass.storage.k8s.io "gone" not found')],
    ['a class without a mode', 'no-mode', unresolvable('VolumeBindingMode not set for StorageClass "no-mode"')],
    ['an immediate class', 'immediate', unresolvable('PersistentVolume had no name')],
    ['a class that waits', 'waits', 'Skip: '],
    ['a volume that is missing', 'lost', unresolvable('persistentvolume "gone" not found')],
    ['a claim that is missing', 'gone', unresolvable('persistentvolumeclaim "gone" not found')],
  ])('claims: %s', (_, claim, refusal) => {
    const objects = [
      testVolume('v', { labels: { [zone]: 'a' } }),
      testClaim('bound', { volume: 'v' }),
      testClaim('no-class'),
      testClaim('lost-class', { class: 'gone' }),
      testClaim('no-mode', { class: 'no-mode' }),
      testClaim('immediate', { class: 'immediate' }),
      testClaim('waits', { class: 'waits' }),
      testClaim('lost', { volume: 'gone' }),
      withoutMode(testClass('no-mode')),
      testClass('immediate', { volumeBindingMode: 'Immediate' }),
      testClass('waits'),
    ];
    const { preFilter } = judgeFilter(volumeZone(), using(claim), [testNode('n')], [], objects);
    expect(preFilter && `${preFilter.code}: ${preFilter.reasons}`).toBe(refusal);
  });

  describe('which events may help', () => {
    const hint = (resource: string) => hintOf(volumeZone(), resource);
    it.each([
      ['a class that waits', testClass('c'), 'Queue'],
      ['an immediate class', testClass('c', { volumeBindingMode: 'Immediate' }), 'Skip'],
      ['a class without a mode', withoutMode(testClass('c')), 'Skip'],
    ])('%s is made', (_, made, answer) => expect(hint('StorageClass')(using('c'), undefined, made)).toBe(answer));
    const volume = testVolume('v', { labels: { [zone]: 'a' } });
    const bothLabels = { [betaZone]: 'a', [zone]: 'z' };
    const betaVolume = testVolume('v', { labels: { [betaZone]: 'a' } });
    const bothVolume = testVolume('v', { labels: bothLabels });
    const changes: readonly [string, PersistentVolume | undefined, PersistentVolume, string][] = [
      ['a volume is made', undefined, volume, 'Queue'],
      ['a volume moves', volume, testVolume('v', { labels: { [zone]: 'b' } }), 'Queue'],
      ['a volume gets a region', volume, testVolume('v', { labels: { [zone]: 'a', [region]: 'r' } }), 'Queue'],
      ['a volume gets a zone beside its beta zone', betaVolume, bothVolume, 'Queue'],
      ['a volume of both zones stays', bothVolume, testVolume('v', { labels: { ...bothLabels } }), 'Skip'],
      ['a volume stays', volume, testVolume('v', { labels: { [zone]: 'a', other: 'x' } }), 'Skip'],
    ];
    it.each(changes)('%s', (_, before, after, answer) =>
      expect(hint('PersistentVolume')(using('c'), before, after)).toBe(answer),
    );
    it.each([
      ['the claim', testClaim('c'), 'Queue'],
      ['another claim', testClaim('d'), 'Skip'],
      ['a claim of that name elsewhere', testClaim('c', { namespace: 'x' }), 'Skip'],
    ])('%s is made or changes', (_, claim, answer) => {
      expect(hint('PersistentVolumeClaim')(using('c'), undefined, claim)).toBe(answer);
      expect(
        hint('PersistentVolumeClaim')(using('c'), claim, { ...claim, metadata: { ...claim.metadata, generation: 2 } }),
      ).toBe(answer);
      expect(hint('PersistentVolumeClaim')(using(), undefined, claim)).toBe('Skip');
      expect(hint('PersistentVolumeClaim')(using(), claim, claim)).toBe('Skip');
    });
  });
});
