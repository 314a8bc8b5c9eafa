/** Cases of kube-controller-manager's volume index. */
import { describe, expect, it } from '@jest/globals';
import { pv, pvc } from '../volume-objects.fixture.js';
import { findBestMatch, volumeMismatch } from './find-best-match.js';

const [rwo, rox, rwx] = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'];
const label = { 'should-exist': 'true' };

const volumes = [
  pv('gce-10', { size: '10G', modes: [rwo, rox] }),
  pv('gce-20', { size: '20G', modes: [rwo, rox], claim: 'other/w' }),
  pv('nfs-5', { size: '5G', modes: [rox, rwo, rwx] }),
  pv('gce-1', { size: '1G', modes: [rwo, rox], claim: 'other/w' }),
  pv('nfs-10', { size: '10G', modes: [rox, rwo, rwx] }),
  pv('gce-5', { size: '5G', modes: [rwo, rox] }),
  pv('nfs-1', { size: '1G', modes: [rox, rwo, rwx] }),
  pv('labelled-10000', { size: '10000G', modes: [rwo], labels: label }),
  pv('labelled-20000', { size: '20000G', modes: [rwo], labels: label }),
  pv('silver-labelled', { size: '100G', modes: [rwo], labels: label, class: 'silver' }),
  pv('silver', { size: '100000G', modes: [rwo], class: 'silver' }),
  pv('gold', { size: '50G', modes: [rwo], labels: label, class: 'gold' }),
];

describe('findBestMatch', () => {
  it.each([
    ['the next larger', pvc('c', { size: '8G', modes: [rox, rwo] }), 'gce-10'],
    ['all three modes', pvc('c', { size: '5G', modes: [rox, rwo, rwx] }), 'nfs-5'],
    ['not one that is bound', pvc('c', { size: '1G', modes: [rox, rwo] }), 'gce-5'],
    ['none so large', pvc('c', { size: '999G', modes: [rox, rwo] }), undefined],
    ['none of the label', pvc('c', { size: '1G', modes: [rwo], selector: { 'should-not-exist': 'true' } }), undefined],
    ['none of the label so large', pvc('c', { size: '30000G', modes: [rwo], selector: label }), undefined],
    ['of the label', pvc('c', { size: '20000G', modes: [rwo], selector: label }), 'labelled-20000'],
    [
      'of the class and the label',
      pvc('c', { size: '1G', modes: [rwo], selector: label, class: 'silver' }),
      'silver-labelled',
    ],
    ['of the class, the smallest', pvc('c', { size: '1G', modes: [rwo], class: 'silver' }), 'silver-labelled'],
    ['of the class, so large', pvc('c', { size: '200G', modes: [rwo], class: 'silver' }), 'silver'],
    ['of another class', pvc('c', { size: '1G', modes: [rwo], class: 'gold' }), 'gold'],
  ])('%s', (_name, claim, expected) => {
    expect(findBestMatch(claim, volumes)?.metadata.name).toBe(expected);
  });

  const gce = pv('gce', { modes: [rwo, rox] });
  const ebs = pv('ebs', { modes: [rwo] });
  const nfs = pv('nfs', { modes: [rwo, rox, rwx] });
  const taken = { claim: 'other/w' };
  it.each([
    ['exactly these modes', [rwo], [gce, ebs, nfs], 'ebs'],
    ['two of them', [rwo, rox], [gce, ebs, nfs], 'gce'],
    ['in whichever order', [rwx, rwo, rox], [gce, ebs, nfs], 'nfs'],
    ['more than were asked for', [rwx], [gce, ebs, nfs], 'nfs'],
    ['the next set where one is taken', [rwo], [gce, pv('ebs', { modes: [rwo], ...taken }), nfs], 'gce'],
    [
      'and the next',
      [rwo],
      [pv('gce', { modes: [rwo, rox], ...taken }), pv('ebs', { modes: [rwo], ...taken }), nfs],
      'nfs',
    ],
    ['a part of them', [rox], [gce, ebs, nfs], 'gce'],
  ])('%s', (_name, modes, among, expected) => {
    expect(findBestMatch(pvc('c', { modes: modes as string[] }), among)?.metadata.name).toBe(expected);
  });

  it('leaves the choice to the scheduler, but for a volume that names the claim', () => {
    expect(findBestMatch(pvc('c'), [pv('v')], { delayed: true })).toBeUndefined();
    expect(findBestMatch(pvc('c'), [pv('v', { claim: 'c' })], { delayed: true })?.metadata.name).toBe('v');
  });
});

describe('volumeMismatch', () => {
  it.each([
    ['none', pv('v'), undefined],
    ['size', pv('v', { size: '1Mi' }), 'requested PV is too small'],
    ['class', pv('v', { class: 'gold' }), 'storageClassName does not match'],
    ['mode', pv('v', { volumeMode: 'Block' }), 'incompatible volumeMode'],
    ['access', pv('v', { modes: [rwx] }), 'incompatible accessMode'],
    ['going', pv('v', { deleted: true }), 'the volume is marked for deletion "v"'],
  ])('%s', (_name, volume, expected) => {
    expect(volumeMismatch(volume, pvc('c'))).toBe(expected);
  });
});
