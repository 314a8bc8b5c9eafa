import { describe, expect, it } from '@jest/globals';
import type { Pod, Volume } from '@pintle/api/core/v1';
import type { CSINode } from '@pintle/api/storage/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { testNode, testPod } from '../test-objects.fixture.js';
import { claims, testAttachment, testClaim, testClass, testCsiNode, testVolume } from '../volume-objects.fixture.js';
import { hintOf, judgeFilter } from './judge.fixture.js';
import { nodeVolumeLimits } from './node-volume-limits.js';

const tooMany = 'Unschedulable: node(s) exceed max volume count';
const ebs = 'ebs.csi.aws.com';
const gce = 'pd.csi.storage.gke.io';
const inTree = 'kubernetes.io/aws-ebs';

let serial = 0;
const pod = (volumes: readonly Volume[], nodeName?: string) =>
  testPod(`p${serial++}`, { namespace: 'default', volumes, ...(nodeName && { nodeName }) });
const uses = (...names: string[]) => claims(...names);
const inline = (volumeID: string): Volume[] => [{ name: 'd', awsElasticBlockStore: { volumeID } } as Volume];
const inlineOfGce: Volume[] = [{ name: 'd', gcePersistentDisk: { pdName: 'x' } } as Volume];
const nothing: Volume[] = [
  { name: 'c', configMap: {} },
  { name: 's', secret: {} },
] as Volume[];

/** Claims and volumes by number for a CSI driver, an in-tree plugin, and one that is not migrated. */
const cluster: readonly KubernetesObject[] = [
  ...[0, 1, 2].flatMap((i) => [
    testClaim(`ebs-${i}`, { volume: `ebs-${i}` }),
    testVolume(`ebs-${i}`, { csi: [ebs, `csi-${i}`] }),
    testClaim(`gce-${i}`, { volume: `gce-${i}` }),
    testVolume(`gce-${i}`, { csi: [gce, `csi-${i}`] }),
    testClaim(`tree-${i}`, { volume: `tree-${i}` }),
    testVolume(`tree-${i}`, { source: { awsElasticBlockStore: { volumeID: `tree-${i}` } } }),
  ]),
  testClaim('host', { volume: 'host' }),
  testVolume('host', { source: { hostPath: { path: '/' } } }),
  testClass('sc', { provisioner: ebs }),
  testClass('tree-sc', { provisioner: inTree }),
  testClaim('pending', { class: 'sc' }),
  testClaim('pending-2', { class: 'sc' }),
  testClaim('pending-tree', { class: 'tree-sc' }),
  testClaim('no-volume', { class: 'sc', volume: 'gone' }),
  testClaim('no-class', { class: 'gone' }),
];

const csi = testCsiNode('n', { [ebs]: 2, [gce]: 2 });
const limit = (count: number | undefined, migrated?: string) => testCsiNode('n', { [ebs]: count }, migrated);
const migrated = (count: number | undefined) => limit(count, `${inTree},kubernetes.io/gce-pd`);

interface Case {
  readonly wanted: Volume[];
  readonly there?: Volume[][];
  readonly node?: CSINode;
  readonly attached?: readonly string[];
  readonly verdict: string;
}

const cases: Readonly<Record<string, Case>> = {
  'attachments count without pods': {
    wanted: uses('ebs-0'),
    node: csi,
    attached: ['ebs-1', 'ebs-2'],
    verdict: tooMany,
  },
  'attachments below the limit': { wanted: uses('ebs-0'), node: csi, attached: ['ebs-1'], verdict: 'ok' },
  'attachments of volumes that pods use count once': {
    wanted: uses('ebs-0'),
    there: [uses('ebs-1')],
    node: csi,
    attached: ['ebs-1'],
    verdict: 'ok',
  },
  'below the limit': { wanted: uses('ebs-0'), there: [uses('ebs-1', 'ebs-2')], node: limit(4), verdict: 'ok' },
  'above the limit': { wanted: uses('ebs-0'), there: [uses('ebs-1', 'ebs-2')], node: limit(2), verdict: tooMany },
  'no limit': { wanted: uses('ebs-0'), there: [uses('ebs-1', 'ebs-2')], node: limit(undefined), verdict: 'ok' },
  'no CSINode': { wanted: uses('ebs-0'), there: [uses('ebs-1', 'ebs-2')], verdict: 'ok' },
  'the same volume': { wanted: uses('ebs-1'), there: [uses('ebs-1', 'ebs-2')], node: limit(2), verdict: 'ok' },
  'pending claims count': {
    wanted: uses('ebs-0'),
    there: [uses('pending'), uses('ebs-1')],
    node: limit(2),
    verdict: tooMany,
  },
  'a pending claim of two pods counts once': {
    wanted: uses('ebs-0'),
    there: [uses('pending'), uses('pending'), uses('ebs-1', 'ebs-2')],
    node: limit(4),
    verdict: 'ok',
  },
  'two pending claims count twice': {
    wanted: uses('ebs-0'),
    there: [uses('pending'), uses('pending-2'), uses('ebs-1', 'ebs-2')],
    node: limit(4),
    verdict: tooMany,
  },
  'a lost volume counts by its class': {
    wanted: uses('ebs-0'),
    there: [uses('no-volume', 'ebs-1')],
    node: limit(2),
    verdict: tooMany,
  },
  'a lost class does not count': {
    wanted: uses('ebs-0'),
    there: [uses('no-class', 'ebs-1')],
    node: limit(2),
    verdict: 'ok',
  },
  'other drivers do not count': {
    wanted: uses('gce-1', 'gce-2'),
    there: [uses('ebs-1', 'ebs-2')],
    node: csi,
    verdict: 'ok',
  },
  'the same driver among others': {
    wanted: uses('ebs-0'),
    there: [uses('gce-1', 'gce-2'), uses('ebs-1', 'ebs-2')],
    node: csi,
    verdict: tooMany,
  },
  'in-tree, migrated': {
    wanted: uses('tree-0'),
    there: [uses('tree-1', 'tree-2')],
    node: migrated(2),
    verdict: tooMany,
  },
  'in-tree, not migrated': { wanted: uses('tree-0'), there: [uses('tree-1', 'tree-2')], node: limit(2), verdict: 'ok' },
  'in-tree, migrated, no limit': {
    wanted: uses('tree-0'),
    there: [uses('tree-1', 'tree-2')],
    node: migrated(undefined),
    verdict: 'ok',
  },
  'in-tree pending, migrated': {
    wanted: uses('pending-tree'),
    there: [uses('tree-1', 'tree-2')],
    node: migrated(2),
    verdict: tooMany,
  },
  'not migratable': { wanted: uses('host'), there: [uses('ebs-1', 'ebs-2')], node: migrated(2), verdict: 'ok' },
  'inline, migrated': { wanted: inline('one'), there: [uses('tree-1', 'tree-2')], node: migrated(2), verdict: tooMany },
  'inline, no CSINode': { wanted: inline('one'), there: [uses('tree-1', 'tree-2')], verdict: 'ok' },
  'inline beside CSI and in-tree': {
    wanted: inline('one'),
    there: [uses('ebs-1', 'ebs-2'), uses('tree-0')],
    node: migrated(3),
    verdict: tooMany,
  },
  'inline that is a CSI volume already there': {
    wanted: inline('csi-1'),
    there: [uses('ebs-1', 'ebs-2'), uses('tree-0')],
    node: migrated(3),
    verdict: 'ok',
  },
  'inline of another spelling': {
    wanted: inline('aws://us-1a/vol-1'),
    there: [inline('vol-1'), uses('ebs-1')],
    node: migrated(2),
    verdict: 'ok',
  },
  'CSI beside in-tree': {
    wanted: uses('ebs-0'),
    there: [uses('tree-1', 'tree-2')],
    node: migrated(2),
    verdict: tooMany,
  },
  'a claim that is missing': {
    wanted: uses('gone'),
    verdict: 'UnschedulableAndUnresolvable: looking up PVC default/gone: persistentvolumeclaim "gone" not found',
  },
};

function judge(
  wanted: Pod,
  { there = [], node, attached = [] }: Partial<Case>,
  more: readonly KubernetesObject[] = [],
) {
  const objects = [
    ...cluster,
    ...(node === undefined ? [] : [node]),
    ...attached.map((volume) => testAttachment(`a-${volume}`, ebs, 'n', volume)),
    testAttachment('elsewhere', ebs, 'm', 'ebs-0'),
    ...more,
  ];
  return judgeFilter(
    nodeVolumeLimits(),
    wanted,
    [testNode('n')],
    there.map((volumes) => pod(volumes, 'n')),
    objects,
  );
}

describe('NodeVolumeLimits', () => {
  it.each(Object.entries(cases))('%s', (_, { wanted, verdict, ...rest }) =>
    expect(judge(pod(wanted), rest).single).toEqual([verdict]),
  );

  const placed = (each: Pod): Pod => ({ ...each, spec: { ...each.spec!, nodeName: 'n' } });
  const ephemeral = (uid: string) => {
    const made = testPod('abc', { namespace: 'default', volumes: [{ name: 'xyz', ephemeral: {} } as Volume] });
    return { ...made, metadata: { ...made.metadata, uid } };
  };
  it.each([
    [
      'missing',
      undefined,
      'UnschedulableAndUnresolvable: looking up PVC default/abc-xyz: persistentvolumeclaim "abc-xyz" not found',
    ],
    [
      'not owned',
      testClaim('abc-xyz', { class: 'sc' }),
      'Error: PVC default/abc-xyz was not created for pod default/abc (pod is not owner)',
    ],
    [
      'of another pod',
      testClaim('abc-xyz', { class: 'sc', owner: 'x' }),
      'Error: PVC default/abc-xyz was not created for pod default/abc (pod is not owner)',
    ],
    ['owned', testClaim('abc-xyz', { class: 'sc', owner: 'uid' }), tooMany],
  ])('an ephemeral volume, its claim %s', (_, claim, verdict) => {
    const more = claim === undefined ? [] : [claim];
    expect(judge(ephemeral('uid'), { there: [uses('ebs-1', 'ebs-2')], node: limit(2) }, more).single).toEqual([
      verdict,
    ]);
  });

  const owned = ['abc-xyz', 'abc-x', 'abc-y'].map((name) => testClaim(name, { class: 'sc', owner: 'uid' }));
  const two = ['x', 'y'].map((name) => ({ name, ephemeral: {} }) as Volume);
  const [one, three] = [ephemeral('uid'), [uses('ebs-0'), uses('ebs-1', 'ebs-2')]];
  const withTwo = { ...one, spec: { ...one.spec!, volumes: two } };
  const fresh = pod(uses('gce-0', 'ebs-0'));
  it.each<[string, Pod, Volume[][], readonly Pod[], number | undefined, string]>([
    ['one, and no limit', one, [], [], undefined, 'ok'],
    ['one more than the limit', one, three, [], 3, tooMany],
    ['one up to the limit', one, three, [], 4, 'ok'],
    ['two more than the limit', withTwo, three, [], 4, tooMany],
    ['two up to the limit', withTwo, three, [], 5, 'ok'],
    ['one there, beside claims', fresh, [uses('ebs-1', 'ebs-2')], [one], 3, tooMany],
    ['one there, beside claims, up to the limit', fresh, [uses('ebs-1', 'ebs-2')], [one], 4, 'ok'],
    ['two there', fresh, [uses('ebs-1')], [withTwo], 3, tooMany],
    ['two there, up to the limit', fresh, [uses('ebs-1')], [withTwo], 4, 'ok'],
  ])('ephemeral volumes: %s', (_, wanted, claimed, others, count, verdict) => {
    const there = [...claimed.map((volumes) => pod(volumes, 'n')), ...others.map((other) => placed(other))];
    const objects = [...cluster, ...owned, limit(count)];
    expect(judgeFilter(nodeVolumeLimits(), wanted, [testNode('n')], there, objects).single).toEqual([verdict]);
  });

  it.each([
    ['no volumes', [], true],
    ['only config maps and secrets', nothing, true],
    ['a claim', [...nothing, ...uses('ebs-0')], false],
    ['an ephemeral volume', [...nothing, { name: 'e', ephemeral: {} } as Volume], false],
    ['an inline volume that may be migrated', [...nothing, ...inline('one')], false],
  ])('has nothing to say of %s: %s', (_, volumes, skipped) =>
    expect(judge(pod(volumes), { node: limit(2) }).preFilter?.code === 'Skip').toBe(skipped),
  );
});

describe('NodeVolumeLimits: which events may help', () => {
  const hint = (resource: string) => hintOf(nodeVolumeLimits(), resource);
  it.each([
    ['a pod with a claim', pod(uses('a'), 'n'), 'Queue'],
    ['a pod with an inline volume', pod(inline('a'), 'n'), 'Queue'],
    ['a pod with an ephemeral volume', pod([{ name: 'e', ephemeral: {} } as Volume], 'n'), 'Queue'],
    ['a pod without volumes', pod([], 'n'), 'Skip'],
    ['a pod with other volumes', pod(nothing, 'n'), 'Skip'],
    ['a pod that had no node', pod(uses('a')), 'Skip'],
  ])('%s leaves', (_, left, answer) => expect(hint('Pod')(pod(uses('b')), left, undefined)).toBe(answer));
  it.each([
    ['grows', { [ebs]: 1 }, { [ebs]: 2 }, 'Queue'],
    ['shrinks', { [ebs]: 2 }, { [ebs]: 1 }, 'Skip'],
    ['stays', { [ebs]: 2 }, { [ebs]: 2 }, 'Skip'],
    ['is new', {}, { [ebs]: 2 }, 'Queue'],
  ])('a limit %s', (_, before, after, answer) =>
    expect(hint('CSINode')(pod(uses('b')), testCsiNode('n', before), testCsiNode('n', after))).toBe(answer),
  );
  it.each([
    ['for a pod with a claim', uses('a'), 'Queue'],
    ['for an inline volume of the driver', inline('a'), 'Queue'],
    ['for an inline volume of another driver', inlineOfGce, 'Skip'],
    ['for an inline volume and a claim', [...inline('a'), ...uses('a')], 'Queue'],
    ['for an inline volume of another driver and a claim', [...inlineOfGce, ...uses('a')], 'Queue'],
    ['for other volumes', nothing, 'Skip'],
    ['for no volumes', [], 'Skip'],
  ])('an attachment goes: %s', (_, volumes, answer) =>
    expect(hint('VolumeAttachment')(pod(volumes), testAttachment('a', ebs, 'n', 'v'), undefined)).toBe(answer),
  );
  const own: Volume[] = [{ name: 'e', ephemeral: {} } as Volume];
  it.each([
    ['its own', pod(uses('a')), testClaim('a'), 'Queue'],
    ['another', pod(uses('a')), testClaim('b'), 'Skip'],
    ['one elsewhere', pod(uses('a')), testClaim('a', { namespace: 'x' }), 'Skip'],
    ['that of its ephemeral volume', testPod('p', { namespace: 'default', volumes: own }), testClaim('p-e'), 'Queue'],
    ['any, of a pod without volumes', pod([]), testClaim('a'), 'Skip'],
  ])('a claim is made: %s', (_, waiting, claim, answer) =>
    expect(hint('PersistentVolumeClaim')(waiting, undefined, claim)).toBe(answer),
  );
});
