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
import { judge, judgeFilter } from './judge.fixture.js';
import type { UtilizationPoint } from './resource-scorer.js';
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
  const rising: readonly UtilizationPoint[] = [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 10 },
  ];
  const falling: readonly UtilizationPoint[] = [
    { utilization: 0, score: 10 },
    { utilization: 100, score: 0 },
  ];
  const bent: readonly UtilizationPoint[] = [
    { utilization: 0, score: 0 },
    { utilization: 50, score: 3 },
    { utilization: 100, score: 5 },
  ];
  const local = (name: string, size: string, node: string, className = 'wait') =>
    testVolume(name, { class: className, size, reachedFrom: { host: node } });
  const asks = (name: string, size: string, className = 'wait') => testClaim(name, { class: className, size });
  const told = (sizes: Readonly<Record<string, string>>) => [
    testClass('told', { provisioner: 'told' }),
    testCsiDriver('told', true),
    ...Object.entries(sizes).map(([host, capacity]) => testCapacity(host, 'told', { capacity, nodes: { host } })),
  ];
  const nodes = ['a', 'b', 'c'].map((name) => testNode(name, { labels: { host: name, zone: `z${name}` } }));
  const ofTwo = ['a', 'b'].flatMap((host, i) =>
    ['wait', 'hdd'].map((className) => local(`${host}-${className}`, i === 0 ? '200Gi' : '100Gi', host, className)),
  );
  const cases: readonly (readonly [
    string,
    readonly UtilizationPoint[] | undefined,
    readonly string[],
    readonly KubernetesObject[],
    readonly number[],
  ])[] = [
    ['nothing without a shape', undefined, ['c'], [asks('c', '50Gi'), local('v', '100Gi', 'a')], [0, 0, 0]],
    ['nothing of a pod without claims', rising, [], [], [0, 0, 0]],
    [
      'nothing of claims that are bound',
      rising,
      ['c'],
      [testClaim('c', { class: 'wait', volume: 'v', complete: true }), testVolume('v')],
      [0, 0, 0],
    ],
    [
      'volumes of about the size that is asked for',
      rising,
      ['c'],
      [asks('c', '50Gi'), local('a0', '200Gi', 'a'), local('a1', '200Gi', 'a'), local('b0', '100Gi', 'b')],
      [25, 50, 0],
    ],
    [
      'the mean of the classes',
      rising,
      ['s', 'h'],
      [asks('s', '50Gi'), asks('h', '100Gi', 'hdd'), ...ofTwo],
      [38, 75, 0],
    ],
    [
      'a bent shape',
      bent,
      ['c'],
      [asks('c', '50Gi'), local('a0', '200Gi', 'a'), local('b0', '100Gi', 'b')],
      [15, 30, 0],
    ],
    [
      'the capacity of where the volume is to be made',
      falling,
      ['c'],
      [asks('c', '10Gi', 'told'), ...told({ a: '100Gi', b: '50Gi', c: '10Gi' })],
      [90, 80, 0],
    ],
    [
      'volumes that are there, and not the capacity besides',
      falling,
      ['made', 'there'],
      [
        asks('made', '10Gi', 'told'),
        asks('there', '50Gi'),
        ...['a', 'b', 'c'].map((host) => local(`v${host}`, '100Gi', host)),
        ...told({ a: '100Gi', b: '50Gi', c: '10Gi' }),
      ],
      [50, 50, 50],
    ],
    [
      'two of a class that are to be made',
      falling,
      ['c', 'd'],
      [asks('c', '50Gi', 'told'), asks('d', '50Gi', 'told'), ...told({ a: '100Gi' })],
      [0, 0, 0],
    ],
    [
      'the least capacity that will do',
      rising,
      ['c'],
      [asks('c', '10Gi', 'told'), ...told({ a: '100Gi', b: '20Gi', c: '10Gi' })],
      [10, 50, 100],
    ],
    [
      'the most capacity',
      falling,
      ['c'],
      [asks('c', '10Gi', 'told'), ...told({ a: '100Gi', b: '20Gi', c: '10Gi' })],
      [90, 50, 0],
    ],
  ];
  it.each(cases)('%s', (_, shape, names, objects, expected) => {
    const classes = [noProvisioner, testClass('wait'), testClass('hdd')];
    const table = tableOf(nodes, [], [...classes, ...objects]);
    const plugin = volumeBinding(shape === undefined ? {} : { shape });
    const { raw, rawBatched } = judge(plugin, podInfo(using(...names)), nodes, table, { keepState: true });
    expect([raw, rawBatched]).toEqual([expected, expected]);
  });

  it('of a zone are alike for all its nodes', () => {
    const both = nodes.flatMap(({ metadata: { labels, name } }) =>
      ['1', '2'].map((i) => testNode(`${name}${i}`, { labels: { ...labels } })),
    );
    const volumes = [
      testVolume('v', { class: 'wait', size: '200Gi', reachedFrom: { zone: 'za' } }),
      testVolume('w', { class: 'wait', size: '100Gi', reachedFrom: { zone: 'zb' } }),
    ];
    const table = tableOf(both, [], [testClass('wait'), asks('c', '50Gi'), ...volumes]);
    const { raw } = judge(volumeBinding({ shape: rising }), podInfo(using('c')), both, table, { keepState: true });
    expect(raw).toEqual([25, 25, 50, 50, 0, 0]);
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
