/** Cases of kube-controller-manager's `TestSync` for claims, by their numbers there. */
import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import { pv, pvc, storageClass } from '../volume-objects.fixture.js';
import { type ClaimStep, defaultClassOf, planClaim } from './plan-claim.js';

const labels = { foo: 'true', bar: 'false' };
const classes = [
  storageClass('gold'),
  storageClass('silver', { provisioner: 'kubernetes.io/no-provisioner' }),
  storageClass('wait', { waits: true }),
];

interface Case {
  readonly name: string;
  readonly volumes?: readonly PersistentVolume[];
  readonly claim: PersistentVolumeClaim;
  readonly pods?: readonly string[];
  readonly defaultClass?: StorageClass;
  /** `bind NAME`, or the step's type, with the reason of what is told. */
  readonly step: string;
}

const cases: readonly Case[] = [
  { name: '1-1 binds to a matching unbound volume', volumes: [pv('v')], claim: pvc('c'), step: 'bind v' },
  { name: '1-2 nothing matches', volumes: [pv('v')], claim: pvc('c', { size: '10Gi' }), step: 'wait FailedBinding' },
  {
    name: '1-4 the smallest',
    volumes: [pv('large', { size: '10Gi' }), pv('small')],
    claim: pvc('c'),
    step: 'bind small',
  },
  {
    name: '1-5 prebound by name, though a smaller one is there',
    volumes: [pv('named', { size: '10Gi', claim: 'c' }), pv('small')],
    claim: pvc('c'),
    step: 'bind named',
  },
  {
    name: '1-6 prebound by uid, though a smaller one is there',
    volumes: [pv('named', { size: '10Gi', claim: 'c/u' }), pv('small')],
    claim: pvc('c'),
    step: 'bind named',
  },
  {
    name: '1-7 prebound to another claim of that name',
    volumes: [pv('v', { size: '10Gi', claim: 'c/other' })],
    claim: pvc('c'),
    step: 'wait FailedBinding',
  },
  {
    name: '1-8 goes on after a crash: the volume was bound',
    volumes: [pv('v', { claim: 'c/u', marks: ['byController'] })],
    claim: pvc('c'),
    step: 'bind v',
  },
  {
    name: '1-9 goes on after a crash: its status was written',
    volumes: [pv('v', { claim: 'c/u', phase: 'Bound', marks: ['byController'] })],
    claim: pvc('c'),
    step: 'bind v',
  },
  {
    name: '1-10 goes on after a crash: the claim was bound',
    volumes: [pv('v', { claim: 'c/u', phase: 'Bound', marks: ['byController'] })],
    claim: pvc('c', { volume: 'v', marks: ['byController', 'completed'] }),
    step: 'bind v',
  },
  {
    name: '1-11 the selector matches',
    volumes: [pv('v', { labels })],
    claim: pvc('c', { selector: labels }),
    step: 'bind v',
  },
  {
    name: '1-12 the selector does not match',
    volumes: [pv('v')],
    claim: pvc('c', { selector: labels }),
    step: 'wait FailedBinding',
  },
  {
    name: '1-13 a volume that is being deleted',
    volumes: [pv('v', { deleted: true })],
    claim: pvc('c'),
    step: 'wait FailedBinding',
  },
  {
    name: '1-14 a volume that is not Available yet',
    volumes: [pv('v', { phase: 'Pending' })],
    claim: pvc('c'),
    step: 'wait FailedBinding',
  },
  { name: '2-1 prebound to no volume', claim: pvc('c', { volume: 'v' }), step: 'wait' },
  { name: '2-3 prebound to an unbound volume', volumes: [pv('v')], claim: pvc('c', { volume: 'v' }), step: 'bind v' },
  {
    name: '2-4 prebound to one that is prebound by name',
    volumes: [pv('v', { claim: 'c' })],
    claim: pvc('c', { volume: 'v' }),
    step: 'bind v',
  },
  {
    name: '2-5 prebound to one that is prebound by uid',
    volumes: [pv('v', { claim: 'c/u' })],
    claim: pvc('c', { volume: 'v' }),
    step: 'bind v',
  },
  {
    name: '2-6 prebound to one that another has',
    volumes: [pv('v', { claim: 'd/w', phase: 'Bound' })],
    claim: pvc('c', { volume: 'v' }),
    step: 'wait FailedBinding',
  },
  {
    name: '2-7 bound by a controller to one that another has',
    volumes: [pv('v', { claim: 'd/w', phase: 'Bound' })],
    claim: pvc('c', { volume: 'v', phase: 'Bound', marks: ['byController'] }),
    step: 'fail FailedBinding',
  },
  {
    name: '2-8 prebound to one that the selector does not match',
    volumes: [pv('v')],
    claim: pvc('c', { volume: 'v', selector: labels }),
    step: 'bind v',
  },
  {
    name: '2-9 prebound to one that is too small',
    volumes: [pv('v')],
    claim: pvc('c', { volume: 'v', size: '2Gi' }),
    step: 'wait VolumeMismatch',
  },
  {
    name: '2-10 prebound to one of another class',
    volumes: [pv('v', { class: 'gold' })],
    claim: pvc('c', { volume: 'v' }),
    step: 'wait VolumeMismatch',
  },
  {
    name: '2-11 prebound to one without the access modes',
    volumes: [pv('v', { modes: ['ReadOnlyMany'] })],
    claim: pvc('c', { volume: 'v' }),
    step: 'wait VolumeMismatch',
  },
  {
    name: '2-12 prebound to a block device',
    volumes: [pv('v', { volumeMode: 'Block' })],
    claim: pvc('c', { volume: 'v' }),
    step: 'wait VolumeMismatch',
  },
  {
    name: '3-1 bound, and names no volume any more',
    claim: pvc('c', { marks: ['completed'] }),
    step: 'lose ClaimLost',
  },
  {
    name: '3-2 bound, and its volume is gone',
    claim: pvc('c', { volume: 'v', marks: ['completed'] }),
    step: 'lose ClaimLost',
  },
  {
    name: '3-3 bound to a volume that is not',
    volumes: [pv('v')],
    claim: pvc('c', { volume: 'v', marks: ['completed'] }),
    step: 'bind v',
  },
  {
    name: '3-4 bound to a volume that names another claim of that name',
    volumes: [pv('v', { claim: 'c/other' })],
    claim: pvc('c', { volume: 'v', marks: ['completed'] }),
    step: 'lose ClaimMisbound',
  },
  {
    name: '3-5 bound on both sides',
    volumes: [pv('v', { claim: 'c/u', phase: 'Bound' })],
    claim: pvc('c', { volume: 'v', marks: ['completed'] }),
    step: 'bind v',
  },
  {
    name: '3-6 bound to a volume that another has',
    volumes: [pv('v', { claim: 'd/w', phase: 'Bound' })],
    claim: pvc('c', { volume: 'v', marks: ['completed'] }),
    step: 'lose ClaimMisbound',
  },
  {
    name: '13-1 of a class, none without one',
    volumes: [pv('none'), pv('of', { class: 'gold' })],
    claim: pvc('c', { class: 'gold' }),
    step: 'bind of',
  },
  {
    name: '13-2 of no class, none of one',
    volumes: [pv('of', { class: 'gold' }), pv('none', { size: '10Gi' })],
    claim: pvc('c'),
    step: 'bind none',
  },
  {
    name: '13-3 of a class, none of another, however small',
    volumes: [pv('small', { class: 'silver' }), pv('of', { class: 'gold', size: '10Gi' })],
    claim: pvc('c', { class: 'gold' }),
    step: 'bind of',
  },
  {
    name: '13-4 of a class, and a volume that names the claim has none',
    volumes: [pv('named', { claim: 'c' })],
    claim: pvc('c', { class: 'gold' }),
    step: 'bind named',
  },
  {
    name: '14-1 a block device for one who asks for it',
    volumes: [pv('files'), pv('block', { volumeMode: 'Block' })],
    claim: pvc('c', { volumeMode: 'Block' }),
    step: 'bind block',
  },
  {
    name: '14-2 files for one who asks for a block device',
    volumes: [pv('files')],
    claim: pvc('c', { volumeMode: 'Block' }),
    step: 'wait FailedBinding',
  },
  { name: '15-1 made on demand', claim: pvc('c', { class: 'gold' }), step: 'provision ExternalProvisioning' },
  { name: '15-2 nobody makes it', claim: pvc('c', { class: 'silver' }), step: 'wait ProvisioningFailed' },
  { name: '15-3 of a class that is not there', claim: pvc('c', { class: 'lead' }), step: 'wait ProvisioningFailed' },
  {
    name: '15-4 waits for its first user',
    volumes: [pv('v', { class: 'wait' })],
    claim: pvc('c', { class: 'wait' }),
    step: 'wait WaitForFirstConsumer',
  },
  {
    name: '15-5 waits for its pod to be placed',
    claim: pvc('c', { class: 'wait' }),
    pods: ['web-0'],
    step: 'wait WaitForPodScheduled',
  },
  {
    name: '15-6 waited, and the scheduler bound the volume',
    volumes: [pv('v', { class: 'wait', claim: 'c/u' })],
    claim: pvc('c', { class: 'wait' }),
    step: 'bind v',
  },
  {
    name: '15-7 waited, and the scheduler chose a node',
    claim: pvc('c', { class: 'wait', marks: ['selected'] }),
    step: 'provision ExternalProvisioning',
  },
  {
    name: '16-1 named no class before there was a default one',
    claim: pvc('c'),
    defaultClass: storageClass('gold', { default: true }),
    step: 'classify gold',
  },
  {
    name: '16-2 wants no class, whatever the default',
    claim: pvc('c', { class: '' }),
    defaultClass: storageClass('gold', { default: true }),
    step: 'wait FailedBinding',
  },
];

function said(step: ClaimStep): string {
  if (step.type === 'bind') return `bind ${step.volume.metadata.name}`;
  if (step.type === 'classify') return `classify ${step.storageClass}`;
  const reason = 'tell' in step ? step.tell?.reason : undefined;
  return reason === undefined ? step.type : `${step.type} ${reason}`;
}

describe('planClaim', () => {
  it.each(cases)('$name', ({ volumes = [], claim, pods = [], defaultClass, step }) => {
    const planned = planClaim(claim, {
      volumes,
      volumeNamed: (name) => volumes.find(({ metadata }) => metadata.name === name),
      classNamed: (name) => classes.find(({ metadata }) => metadata.name === name),
      defaultClass,
      waitingPods: pods,
    });
    expect(said(planned)).toBe(step);
  });

  it('says to pods that wait what for', () => {
    const facts = { volumes: [], volumeNamed: () => undefined, classNamed: () => classes[2], defaultClass: undefined };
    const planned = planClaim(pvc('c', { class: 'wait' }), { ...facts, waitingPods: ['a', 'b'] });
    expect(planned).toMatchObject({ tell: { message: 'waiting for pods a,b to be scheduled' } });
  });
});

describe('defaultClassOf', () => {
  const at = (day: number) => `2025-01-0${day}T00:00:00Z`;
  it.each([
    ['none', [storageClass('a')], undefined],
    ['the only one', [storageClass('a'), storageClass('b', { default: true })], 'b'],
    [
      'the newest',
      [storageClass('a', { default: true, at: at(1) }), storageClass('b', { default: true, at: at(2) })],
      'b',
    ],
    ['the first by name', [storageClass('b', { default: true }), storageClass('a', { default: true })], 'a'],
  ])('%s', (_name, given, expected) => {
    expect(defaultClassOf(given)?.metadata.name).toBe(expected);
  });
});
