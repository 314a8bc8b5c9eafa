import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { annSelectedNode } from '@pintle/api/volumes';
import type { KubernetesObject } from '@pintle/machinery';
import { profile } from '../framework/profile.js';
import { podInfo } from '../nodes/pod-info.js';
import { schedule } from '../simulate/schedule.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import {
  claims,
  testCapacity,
  testClaim,
  testClass,
  testCsiDriver,
  testCsiNode,
  testVolume,
} from '../volume-objects.fixture.js';
import { hintOf, judge, judgeFilter } from './judge.fixture.js';
import { nodeResourcesFit } from './resources-fit.js';
import { volumeBinding } from './volume-binding.js';

const using = (...names: string[]) => testPod('pod', { namespace: 'default', volumes: claims(...names) });
const wait = testClass('wait');
const noProvisioner = testClass('local', { provisioner: 'kubernetes.io/no-provisioner' });
const immediate = testClass('immediate', { volumeBindingMode: 'Immediate' });
const refused = (reason: string) => `UnschedulableAndUnresolvable: ${reason}`;
const reach = "node(s) didn't match PersistentVolume's node affinity";
const noVolume = "node(s) didn't find available persistent volumes to bind";
const noSpace = 'node(s) did not have enough free storage';
const noBound = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

describe('VolumeBinding before the nodes are looked at', () => {
  const ephemeral = testPod('pod', {
    namespace: 'default',
    volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } }] as never,
  });
  const waiting = 'waiting for ephemeral volume controller to create the persistentvolumeclaim "pod-scratch"';
  const cases: readonly (readonly [string, Pod, readonly KubernetesObject[], string | undefined])[] = [
    ['no claims', using(), [], 'Skip: '],
    ['bound', using('c'), [testClaim('c', { volume: 'v', complete: true })], undefined],
    ['a claim is missing', using('c'), [], refused('persistentvolumeclaim "c" not found')],
    [
      'one of two is missing',
      using('a', 'b'),
      [testClaim('a', { volume: 'v', complete: true })],
      refused('persistentvolumeclaim "b" not found'),
    ],
    [
      'of an immediate class',
      using('c'),
      [testClaim('c', { class: 'immediate' })],
      refused('pod has unbound immediate PersistentVolumeClaims'),
    ],
    ['of no class', using('c'), [testClaim('c')], refused('pod has unbound immediate PersistentVolumeClaims')],
    [
      'named, and not bound yet',
      using('c'),
      [testClaim('c', { class: 'wait', volume: 'v' })],
      refused('pod has unbound immediate PersistentVolumeClaims'),
    ],
    [
      'lost',
      using('c'),
      [testClaim('c', { volume: 'v', phase: 'Lost', complete: true })],
      refused('persistentvolumeclaim "c" bound to non-existent persistentvolume "v"'),
    ],
    [
      'being deleted',
      using('c'),
      [testClaim('c', { volume: 'v', complete: true, deleting: true })],
      refused('persistentvolumeclaim "c" is being deleted'),
    ],
    ['of a class that waits', using('c'), [testClaim('c', { class: 'wait' })], undefined],
    ['an ephemeral claim that is not made yet', ephemeral, [], refused(waiting)],
    [
      'an ephemeral claim of another',
      ephemeral,
      [testClaim('pod-scratch', { class: 'wait', owner: 'other' })],
      refused('PVC default/pod-scratch was not created for pod default/pod (pod is not owner)'),
    ],
    [
      'an ephemeral claim of the pod',
      ephemeral,
      [testClaim('pod-scratch', { class: 'wait', owner: ephemeral.metadata.uid! })],
      undefined,
    ],
  ];
  it.each(cases)('%s', (_, pod, objects, expected) => {
    const { preFilter } = judgeFilter(volumeBinding(), pod, [testNode('n')], [], [wait, immediate, ...objects]);
    expect(preFilter && `${preFilter.code}: ${preFilter.reasons}`).toBe(expected);
  });
});

describe('VolumeBinding on a node', () => {
  const here = { place: 'here' };
  const cases: readonly (readonly [string, readonly string[], readonly KubernetesObject[], string])[] = [
    [
      'bound to a volume that is there',
      ['c'],
      [testClaim('c', { volume: 'v', complete: true }), testVolume('v', { reachedFrom: here })],
      'ok',
    ],
    [
      'bound to a volume elsewhere',
      ['c'],
      [testClaim('c', { volume: 'v', complete: true }), testVolume('v', { reachedFrom: { place: 'there' } })],
      refused(reach),
    ],
    ['bound to a volume that is gone', ['c'], [testClaim('c', { volume: 'v', complete: true })], refused(noBound)],
    ['none fits and none can be made', ['c'], [testClaim('c', { class: 'local' })], refused(noVolume)],
    [
      'one bound elsewhere and one without',
      ['a', 'b'],
      [
        testClaim('a', { volume: 'v', complete: true }),
        testVolume('v', { reachedFrom: { place: 'there' } }),
        testClaim('b', { class: 'local' }),
      ],
      refused(`${reach}, ${noVolume}`),
    ],
    [
      'a volume that is there',
      ['c'],
      [
        testClaim('c', { class: 'local', size: '1Gi' }),
        testVolume('v', { class: 'local', size: '1Gi', reachedFrom: here }),
      ],
      'ok',
    ],
    [
      'a volume elsewhere',
      ['c'],
      [
        testClaim('c', { class: 'local', size: '1Gi' }),
        testVolume('v', { class: 'local', size: '1Gi', reachedFrom: { place: 'there' } }),
      ],
      refused(noVolume),
    ],
    [
      'a volume that is too small',
      ['c'],
      [testClaim('c', { class: 'local', size: '2Gi' }), testVolume('v', { class: 'local', size: '1Gi' })],
      refused(noVolume),
    ],
    [
      'a volume of another claim',
      ['c'],
      [testClaim('c', { class: 'local', size: '1Gi' }), testVolume('v', { class: 'local', size: '1Gi', claim: 'd' })],
      refused(noVolume),
    ],
    [
      'a volume kept for the claim',
      ['c'],
      [testClaim('c', { class: 'local', size: '1Gi' }), testVolume('v', { class: 'local', size: '1Gi', claim: 'c' })],
      'ok',
    ],
    [
      'one volume for two claims',
      ['a', 'b'],
      [
        testClaim('a', { class: 'local', size: '1Gi' }),
        testClaim('b', { class: 'local', size: '1Gi' }),
        testVolume('v', { class: 'local', size: '1Gi' }),
      ],
      refused(noVolume),
    ],
    [
      'the smaller claim takes the smaller volume',
      ['big', 'small'],
      [
        testClaim('big', { class: 'local', size: '2Gi' }),
        testClaim('small', { class: 'local', size: '1Gi' }),
        testVolume('v', { class: 'local', size: '2Gi' }),
        testVolume('w', { class: 'local', size: '3Gi' }),
      ],
      'ok',
    ],
    ['to be made', ['c'], [testClaim('c', { class: 'wait' })], 'ok'],
    ['to be made here', ['c'], [testClaim('c', { class: 'wait', annotations: { [annSelectedNode]: 'n' } })], 'ok'],
    [
      'to be made on another node',
      ['c'],
      [testClaim('c', { class: 'wait', annotations: { [annSelectedNode]: 'other' } })],
      refused(noVolume),
    ],
    [
      'one found, one to be made',
      ['a', 'b'],
      [testClaim('a', { class: 'local' }), testVolume('v', { class: 'local' }), testClaim('b', { class: 'wait' })],
      'ok',
    ],
    [
      'made in another topology',
      ['c'],
      [
        testClaim('c', { class: 'far' }),
        testClass('far', { allowedTopologies: [{ matchLabelExpressions: [{ key: 'place', values: ['there'] }] }] }),
      ],
      refused(noVolume),
    ],
    [
      'made in its topology',
      ['c'],
      [
        testClaim('c', { class: 'near' }),
        testClass('near', {
          allowedTopologies: [{ matchLabelExpressions: [{ key: 'place', values: ['there', 'here'] }] }],
        }),
      ],
      'ok',
    ],
    [
      'a term of a topology that says nothing',
      ['c'],
      [testClaim('c', { class: 'never' }), testClass('never', { allowedTopologies: [{}] })],
      refused(noVolume),
    ],
    [
      'capacity is not told of',
      ['c'],
      [testClaim('c', { class: 'wait', size: '1Gi' }), testCsiDriver('test/provisioner', false)],
      'ok',
    ],
    [
      'no capacity at all',
      ['c'],
      [testClaim('c', { class: 'wait', size: '1Gi' }), testCsiDriver('test/provisioner', true)],
      refused(noSpace),
    ],
    [
      'enough capacity',
      ['c'],
      [
        testClaim('c', { class: 'wait', size: '1Gi' }),
        testCsiDriver('test/provisioner', true),
        testCapacity('k', 'wait', { capacity: '1Gi' }),
      ],
      'ok',
    ],
    [
      'too little capacity',
      ['c'],
      [
        testClaim('c', { class: 'wait', size: '2Gi' }),
        testCsiDriver('test/provisioner', true),
        testCapacity('k', 'wait', { capacity: '1Gi' }),
      ],
      refused(noSpace),
    ],
    [
      'enough, and not in one piece',
      ['c'],
      [
        testClaim('c', { class: 'wait', size: '2Gi' }),
        testCsiDriver('test/provisioner', true),
        testCapacity('k', 'wait', { capacity: '5Gi', maximum: '1Gi' }),
      ],
      refused(noSpace),
    ],
    [
      'capacity of another class',
      ['c'],
      [
        testClaim('c', { class: 'wait', size: '1Gi' }),
        testCsiDriver('test/provisioner', true),
        testCapacity('k', 'local', { capacity: '1Gi' }),
      ],
      refused(noSpace),
    ],
    [
      'capacity elsewhere',
      ['c'],
      [
        testClaim('c', { class: 'wait', size: '1Gi' }),
        testCsiDriver('test/provisioner', true),
        testCapacity('k', 'wait', { capacity: '1Gi', nodes: { place: 'there' } }),
      ],
      refused(noSpace),
    ],
    [
      'capacity nowhere',
      ['c'],
      [
        testClaim('c', { class: 'wait', size: '1Gi' }),
        testCsiDriver('test/provisioner', true),
        testCapacity('k', 'wait', { capacity: '1Gi', nodes: null }),
      ],
      refused(noSpace),
    ],
    ['no size is asked for', ['c'], [testClaim('c', { class: 'wait' }), testCsiDriver('test/provisioner', true)], 'ok'],
    [
      'a migrated volume, by the label of its driver',
      ['c'],
      [
        testClaim('c', { volume: 'v', complete: true }),
        testVolume('v', {
          reachedFrom: { 'topology.kubernetes.io/zone': 'z' },
          source: { gcePersistentDisk: { pdName: 'd' } },
        }),
        testCsiNode('n', {}, 'kubernetes.io/gce-pd'),
      ],
      'ok',
    ],
  ];
  it.each(cases)('%s', (_, names, objects, expected) => {
    const node = testNode('n', { labels: { ...here, 'topology.gke.io/zone': 'z' } });
    const judged = judgeFilter(volumeBinding(), using(...names), [node], [], [wait, noProvisioner, ...objects]);
    expect(judged).toEqual({ single: [expected], batched: [expected] });
  });
});

describe('VolumeBinding by how much of the storage would be used', () => {
  const shape = [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 10 },
  ];
  const local = (name: string, size: string, node: string, className = 'wait') =>
    testVolume(name, { class: className, size, reachedFrom: { host: node } });
  const nodes = ['a', 'b', 'c'].map((name) => testNode(name, { labels: { host: name } }));
  const scores = (names: readonly string[], objects: readonly KubernetesObject[]) => {
    const table = tableOf(nodes, [], objects);
    const plugin = volumeBinding({ shape });
    const info = podInfo(using(...names));
    const { raw, rawBatched } = judge(plugin, info, nodes, table, { keepState: true });
    expect(rawBatched).toEqual(raw);
    return raw;
  };

  it('prefers volumes of about the size that is asked for', () => {
    const volumes = [local('a0', '200Gi', 'a'), local('b0', '100Gi', 'b')];
    expect(scores(['c'], [noProvisioner, wait, testClaim('c', { class: 'wait', size: '50Gi' }), ...volumes])).toEqual([
      25, 50, 0,
    ]);
  });

  it('takes the mean of the classes', () => {
    const objects = [
      testClass('wait'),
      testClass('hdd'),
      testClaim('s', { class: 'wait', size: '50Gi' }),
      testClaim('h', { class: 'hdd', size: '100Gi' }),
      ...['a', 'b'].flatMap((host, i) => [
        local(`${host}-s`, i === 0 ? '200Gi' : '100Gi', host),
        local(`${host}-h`, i === 0 ? '200Gi' : '100Gi', host, 'hdd'),
      ]),
    ];
    expect(scores(['s', 'h'], objects)).toEqual([38, 75, 0]);
  });

  it('goes by the capacity that drivers tell of where volumes are to be made', () => {
    const objects = [
      wait,
      testClaim('c', { class: 'wait', size: '50Gi' }),
      testCsiDriver('test/provisioner', true),
      testCapacity('a', 'wait', { capacity: '100Gi', nodes: { host: 'a' } }),
      testCapacity('b', 'wait', { capacity: '200Gi', nodes: { host: 'b' } }),
    ];
    expect(scores(['c'], objects)).toEqual([50, 25, 0]);
  });
});

describe('volumes that are promised', () => {
  const policy = profile({ plugins: [nodeResourcesFit(), volumeBinding()] });

  it('are not given to a second pod', () => {
    const pods = ['p', 'q'].map((name) => testPod(name, { namespace: 'default', volumes: claims(name) }));
    const objects = [
      noProvisioner,
      testClaim('p', { class: 'local', size: '1Gi' }),
      testClaim('q', { class: 'local', size: '1Gi' }),
      testVolume('v', { class: 'local', size: '1Gi' }),
    ];
    const result = schedule({ policy, nodes: [testNode('n')], pods, objects });
    expect([...result.placements.keys()]).toEqual(['default/p']);
    expect(result.unschedulable.get('default/q')?.message).toContain(noVolume);
  });

  it('bring a second pod of the same claim to the same node', () => {
    const pods = ['p', 'q', 'r'].map((name) => testPod(name, { namespace: 'default', volumes: claims('c') }));
    const nodes = ['a', 'b', 'c'].map((name) => testNode(name));
    const result = schedule({ policy, nodes, pods, objects: [wait, testClaim('c', { class: 'wait' })] });
    expect(result.placements.size).toBe(3);
    expect(new Set(result.placements.values()).size).toBe(1);
  });
});

describe('which events may help VolumeBinding', () => {
  const hint = (resource: string) => hintOf(volumeBinding(), resource);
  const topologies = { allowedTopologies: [{ matchLabelExpressions: [{ key: 'k', values: ['v'] }] }] };
  const capacity = (words?: Parameters<typeof testCapacity>[2]) => testCapacity('k', 'wait', words);
  const csiPod = testPod('p', { volumes: [{ name: 'v', csi: { driver: 'd' } }] as never });
  it.each([
    ['a class', 'StorageClass', using(), undefined, wait, 'Queue'],
    ['a class elsewhere', 'StorageClass', using(), wait, testClass('wait', topologies), 'Queue'],
    ['a class otherwise', 'StorageClass', using(), wait, testClass('wait', { mountOptions: ['x'] }), 'Skip'],
    ['a claim of the pod', 'PersistentVolumeClaim', using('c'), undefined, testClaim('c'), 'Queue'],
    ['a claim of another', 'PersistentVolumeClaim', using('c'), undefined, testClaim('d'), 'Skip'],
    ['a claim elsewhere', 'PersistentVolumeClaim', using('c'), undefined, testClaim('c', { namespace: 'x' }), 'Skip'],
    ['a new CSINode', 'CSINode', using(), undefined, testCsiNode('n', {}), 'Queue'],
    ['migrated', 'CSINode', using(), testCsiNode('n', {}), testCsiNode('n', {}, 'kubernetes.io/gce-pd'), 'Queue'],
    ['not migrated', 'CSINode', using(), testCsiNode('n', {}), testCsiNode('n', { d: 1 }), 'Skip'],
    ['capacity no more told of', 'CSIDriver', csiPod, testCsiDriver('d', true), testCsiDriver('d', false), 'Queue'],
    ['another driver', 'CSIDriver', csiPod, testCsiDriver('e', true), testCsiDriver('e', false), 'Skip'],
    ['capacity told of', 'CSIDriver', csiPod, testCsiDriver('d', false), testCsiDriver('d', true), 'Skip'],
    ['new capacity', 'CSIStorageCapacity', using(), undefined, capacity(), 'Queue'],
    ['more capacity', 'CSIStorageCapacity', using(), capacity({ capacity: '1' }), capacity({ capacity: '2' }), 'Queue'],
    ['any capacity', 'CSIStorageCapacity', using(), capacity(), capacity({ capacity: '2' }), 'Queue'],
    ['larger volumes', 'CSIStorageCapacity', using(), capacity({ maximum: '1' }), capacity({ maximum: '2' }), 'Queue'],
    ['less', 'CSIStorageCapacity', using(), capacity({ capacity: '2' }), capacity({ capacity: '1' }), 'Skip'],
  ] as const)('%s', (_, resource, pod, before, after, expected) => {
    expect(hint(resource)(pod, before as KubernetesObject | undefined, after as KubernetesObject)).toBe(expected);
  });
});
