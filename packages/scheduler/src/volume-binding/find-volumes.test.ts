/** What a pod's claims would have on a node: the cases of kube-scheduler's volume binder, as data. */
import { describe, expect, it } from '@jest/globals';
import { annSelectedNode } from '@pintle/api/volumes';
import type { KubernetesObject } from '@pintle/machinery';
import { podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { claims, testClaim, testClass, testCsiDriver, testCsiNode, testVolume } from '../volume-objects.fixture.js';
import { claimsOfPod } from './claims-of-pod.js';
import { findVolumes, lacking } from './find-volumes.js';

const node = testNode('n1', { labels: { host: 'n1' } });
const local = (name: string, host: string, size = '1Gi') =>
  testVolume(name, { class: 'wait', size, reachedFrom: { host } });
const taken = (name: string, claim: string) =>
  testVolume(name, { class: 'wait', size: '1Gi', reachedFrom: { host: 'n1' }, claim, bound: true });
const waits = (name: string, size = '1Gi', annotations = {}) => testClaim(name, { class: 'wait', size, annotations });
const made = (name: string) => testClaim(name, { class: 'made', size: '1Gi' });
const bound = (name: string, volume: string) => testClaim(name, { class: 'wait', size: '1Gi', volume, complete: true });

const classes = [
  testClass('wait', { provisioner: 'kubernetes.io/no-provisioner' }),
  testClass('made', { provisioner: 'maker' }),
  testClass('far', { allowedTopologies: [{ matchLabelExpressions: [{ key: 'host', values: ['n2'] }] }] }),
  testClass('now', { volumeBindingMode: 'Immediate' }),
];

/** `claim>volume` for what is there, `claim+` for what is to be made, `!` and what is lacking. */
function found(names: readonly string[], objects: readonly KubernetesObject[], on = node): string {
  const table = tableOf([on], [], [...classes, ...objects]);
  const claimsFound = claimsOfPod(podInfo(testPod('p', { namespace: 'default', volumes: claims(...names) })), table);
  if (claimsFound === undefined) return 'nothing';
  if ('code' in claimsFound) return claimsFound.reasons.join();
  const volumes = findVolumes(claimsFound, on, table.objects);
  if (typeof volumes === 'number') {
    const words = Object.entries(lacking).flatMap(([word, bit]) => ((volumes & bit) !== 0 ? [word] : []));
    return `!${words.join()}`;
  }
  const bindings = volumes.bindings.map(({ claim, volume }) => `${claim.metadata.name}>${volume.metadata.name}`);
  const provisions = volumes.provisions.map(({ claim }) => `${claim.metadata.name}+`);
  return [...bindings, ...provisions].join(' ');
}

const immediate = 'pod has unbound immediate PersistentVolumeClaims';
const wanted = { [annSelectedNode]: 'n1' };
const cases: readonly (readonly [string, readonly string[], readonly KubernetesObject[], string])[] = [
  ['no claims', [], [], 'nothing'],
  ['a claim that is missing', ['b'], [], 'persistentvolumeclaim "b" not found'],
  ['bound', ['b'], [bound('b', 'v'), local('v', 'n1')], ''],
  ['bound to what is not there', ['b'], [bound('b', 'v')], '!bound'],
  ['named, and not bound yet', ['b'], [testClaim('b', { class: 'wait', volume: 'v' }), local('v', 'n1')], immediate],
  ['the one that the node reaches', ['c'], [waits('c'), local('x', 'n2'), local('v', 'n1'), local('w', 'n1')], 'c>v'],
  ['one that another node reaches', ['c'], [waits('c'), local('x', 'n2')], '!volume'],
  ['two', ['c', 'd'], [waits('c'), waits('d'), local('v', 'n1'), local('w', 'n1')], 'c>v d>w'],
  [
    'two, by their size',
    ['d', 'c'],
    [waits('c', '1Gi'), waits('d', '5Gi'), local('v', 'n1', '5Gi'), local('w', 'n1', '10Gi')],
    'c>v d>w',
  ],
  ['two, and one volume', ['c', 'd'], [waits('c'), waits('d'), local('v', 'n1')], '!volume'],
  ['one bound, one not', ['c', 'b'], [waits('c'), bound('b', 'x'), taken('x', 'b'), local('v', 'n1')], 'c>v'],
  ['one bound, none for the other', ['c', 'b'], [waits('c'), bound('b', 'x'), taken('x', 'b')], '!volume'],
  ['one bound elsewhere', ['b'], [bound('b', 'x'), local('x', 'n2')], '!reach'],
  [
    'one named, one not',
    ['c', 'b'],
    [waits('c'), testClaim('b', { class: 'wait', volume: 'v' }), local('v', 'n1')],
    immediate,
  ],
  ['of an immediate class', ['i'], [testClaim('i', { class: 'now' })], immediate],
  ['of an immediate class, one bound', ['i', 'b'], [testClaim('i', { class: 'now' }), bound('b', 'v')], immediate],
  ['of an immediate class, one that waits', ['i', 'c'], [testClaim('i', { class: 'now' }), waits('c')], immediate],
  ['to be made', ['m'], [made('m')], 'm+'],
  ['one there, one to be made', ['c', 'm'], [waits('c'), made('m'), local('v', 'n1')], 'c>v m+'],
  ['one bound, one to be made', ['b', 'm'], [bound('b', 'v'), made('m'), local('v', 'n1')], 'm+'],
  [
    'one asked for on this node',
    ['m'],
    [{ ...made('m'), metadata: { ...made('m').metadata, annotations: wanted } }],
    'm+',
  ],
  ['one asked for on this node that cannot be made', ['c'], [waits('c', '1Gi', wanted), local('v', 'n1')], '!volume'],
  ['one that cannot be made', ['c'], [waits('c')], '!volume'],
  ['one that cannot be made here', ['f'], [testClaim('f', { class: 'far', size: '1Gi' })], '!volume'],
];

describe('what a pod would have on a node', () => {
  it.each(cases)('%s', (_, names, objects, expected) => expect(found(names, objects)).toBe(expected));

  it.each([
    ['no capacity is told of', false, 'm+'],
    ['there is none', true, '!space'],
  ])('to be made where %s', (_, tells, expected) => {
    const objects = [made('m'), bound('b', 'v'), local('v', 'n1'), testCsiDriver('maker', tells)];
    expect(found(['b', 'm'], objects)).toBe(expected);
  });

  const zonal = testVolume('g', {
    reachedFrom: { 'topology.kubernetes.io/zone': 'z1' },
    source: { gcePersistentDisk: { pdName: 'd' } },
  });
  it.each([
    ['its zone, migrated', 'z1', 'kubernetes.io/gce-pd', ''],
    ['its zone, not migrated', 'z1', '', ''],
    ['its zone, of no CSINode', 'z1', undefined, ''],
    ['another zone', 'z2', 'kubernetes.io/gce-pd', '!reach'],
  ])('a volume that may be migrated, on a node of %s', (_, zone, migrated, expected) => {
    const labels = { 'topology.kubernetes.io/zone': zone, 'topology.gke.io/zone': zone };
    const csiNode = migrated === undefined ? [] : [testCsiNode('n1', {}, migrated)];
    expect(found(['b'], [bound('b', 'g'), zonal, ...csiNode], testNode('n1', { labels }))).toBe(expected);
  });
});
