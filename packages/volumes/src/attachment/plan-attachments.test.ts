import { describe, expect, it } from '@jest/globals';
import type { Node, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import type { CSIDriver, VolumeAttachment } from '@pintle/api/storage/v1';
import { annControllerAttaches } from '@pintle/api/volumes';
import { pv, pvc } from '../volume-objects.fixture.js';
import { attachmentName } from './attachment-name.js';
import { multiAttachMessage, planAttachments } from './plan-attachments.js';

const nowMs = Date.parse('2025-01-01T01:00:00Z');
const driver = 'csi.example.com';
const csi = { spec: { csi: { driver, volumeHandle: 'h' } } };

const user = (name: string, phase = 'Running', more: Partial<Pod['spec']> = {}): Pod =>
  ({
    metadata: { name, namespace: 'default', uid: name },
    spec: {
      nodeName: 'n1',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }],
      ...more,
    },
    status: { phase },
  }) as Pod;

const node = (
  given: { inUse?: readonly string[]; ready?: string; sinceMinutes?: number; taints?: readonly string[] } = {},
): Node =>
  ({
    metadata: { name: 'n1', annotations: { [annControllerAttaches]: 'true' } },
    spec: given.taints === undefined ? {} : { taints: given.taints.map((key) => ({ key, effect: 'NoExecute' })) },
    status: {
      volumesInUse: given.inUse ?? [],
      conditions: [
        {
          type: 'Ready',
          status: given.ready ?? 'True',
          lastTransitionTime: new Date(nowMs - (given.sinceMinutes ?? 0) * 60_000).toISOString(),
        },
      ],
    },
  }) as unknown as Node;

const attachment = (nodeName: string, volume = 'v', name?: string): VolumeAttachment =>
  ({
    metadata: { name: name ?? attachmentName({ driver, volumeHandle: volume, nodeName }), uid: 'attached' },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName: volume } },
  }) as VolumeAttachment;

const going = (states: readonly object[]): Pod => {
  const { metadata, status, ...rest } = user('p');
  const containerStatuses = states.map((state, index) => ({ name: `c${index}`, state }));
  return {
    ...rest,
    metadata: { ...metadata, deletionTimestamp: '2025-01-01T00:00:00Z' },
    status: { ...status, containerStatuses },
  } as unknown as Pod;
};

interface Case {
  readonly name: string;
  readonly pods?: readonly Pod[];
  readonly node?: Node | 'gone';
  readonly claim?: PersistentVolumeClaim;
  readonly modes?: readonly string[];
  readonly attachments?: readonly VolumeAttachment[];
  readonly csiDriver?: CSIDriver;
  /** For so long nobody has needed what is attached. */
  readonly unneededMinutes?: number;
  readonly lastInUse?: readonly string[];
  /** `attach v`, `blocked v by n2`, `detach v`, `detach v in 60000`; empty for nothing. */
  readonly plan: string;
}

const bound = pvc('c', { volume: 'v', phase: 'Bound' });
const held = 'kubernetes.io/csi/csi.example.com^h';

const selfAttaching: Node = { ...node(), metadata: { name: 'n1' } };

const cases: readonly Case[] = [
  { name: 'a pod needs it', plan: 'attach v' },
  { name: 'its kubelet attaches volumes itself', node: selfAttaching, attachments: [attachment('n2')], plan: '' },
  { name: 'it is attached', attachments: [attachment('n1')], plan: '' },
  { name: 'the claim is not bound yet', claim: pvc('c', { volume: 'v' }), plan: '' },
  { name: 'the volume is another claim’s', claim: pvc('c', { volume: 'v', phase: 'Bound', uid: 'w' }), plan: '' },
  { name: 'the pod has ended', pods: [user('p', 'Succeeded')], plan: '' },
  {
    name: 'the driver needs no attaching',
    csiDriver: { spec: { attachRequired: false } } as CSIDriver,
    plan: '',
  },
  { name: 'another node has it', attachments: [attachment('n2')], plan: 'blocked v by n2' },
  {
    name: 'another node has it, and many may',
    modes: ['ReadWriteMany'],
    attachments: [attachment('n2')],
    plan: 'attach v',
  },
  { name: 'nobody needs it any more', pods: [], attachments: [attachment('n1')], plan: 'detach v' },
  { name: 'nobody needs what somebody else made', pods: [], attachments: [attachment('n1', 'v', 'mine')], plan: '' },
  { name: 'the node is gone, and its pod is not yet', node: 'gone', attachments: [attachment('n1')], plan: '' },
  { name: 'the node is gone, and has attached nothing', node: 'gone', plan: '' },
  {
    name: 'the node is gone with its pods, and had it mounted',
    ...{ node: 'gone', pods: [], lastInUse: [held] },
    attachments: [attachment('n1')],
    plan: 'detach in 360000',
  },
  {
    name: 'the node is gone with its pods, and its time is over',
    ...{ node: 'gone', pods: [], lastInUse: [held], unneededMinutes: 6 },
    attachments: [attachment('n1')],
    plan: 'detach v',
  },
  {
    name: 'the node is gone with its pods, and had let it go',
    ...{ node: 'gone', pods: [], lastInUse: [] },
    attachments: [attachment('n1')],
    plan: 'detach v',
  },
  {
    name: 'the node is gone with its pods, and was never heard of',
    ...{ node: 'gone', pods: [] },
    attachments: [attachment('n1')],
    plan: 'detach in 360000',
  },
  {
    name: 'the node has it mounted',
    pods: [],
    node: node({ inUse: [held] }),
    attachments: [attachment('n1')],
    plan: '',
  },
  {
    name: 'the node has it mounted, and has long been silent',
    pods: [],
    node: node({ inUse: [held], ready: 'Unknown', sinceMinutes: 60 }),
    attachments: [attachment('n1')],
    plan: 'detach in 360000',
  },
  {
    name: 'the node has it mounted, and is given its time to let go',
    pods: [],
    node: node({ inUse: [held], ready: 'Unknown' }),
    unneededMinutes: 5,
    attachments: [attachment('n1')],
    plan: 'detach in 60000',
  },
  {
    name: 'the node has it mounted, and its time is over',
    pods: [],
    node: node({ inUse: [held], ready: 'Unknown' }),
    unneededMinutes: 6,
    attachments: [attachment('n1')],
    plan: 'detach v',
  },
  {
    name: 'the node has it mounted, and is well',
    pods: [],
    node: node({ inUse: [held] }),
    unneededMinutes: 60,
    attachments: [attachment('n1')],
    plan: '',
  },
  {
    name: 'the pod is being ended, and runs',
    pods: [going([{ running: {} }, { terminated: { exitCode: 0 } }])],
    attachments: [attachment('n1')],
    plan: '',
  },
  {
    name: 'the pod is being ended, and does not run any more',
    pods: [going([{ waiting: {} }, { terminated: { exitCode: 0 } }])],
    attachments: [attachment('n1')],
    plan: 'detach v',
  },
  {
    name: 'the node is out of service',
    pods: [],
    node: node({ inUse: [held], ready: 'Unknown', taints: ['node.kubernetes.io/out-of-service', 'other'] }),
    attachments: [attachment('n1')],
    plan: 'detach v',
  },
  {
    name: 'the node is tainted otherwise',
    pods: [],
    node: node({ inUse: [held], ready: 'Unknown', taints: ['node.kubernetes.io/unreachable'] }),
    attachments: [attachment('n1')],
    plan: 'detach in 360000',
  },
  { name: 'a volume that is gone', pods: [], attachments: [attachment('n1', 'w')], plan: 'detach w' },
];

describe('planAttachments', () => {
  it.each(cases)(
    '$name',
    ({
      pods = [user('p')],
      claim = bound,
      attachments = [],
      csiDriver,
      modes,
      plan,
      unneededMinutes,
      lastInUse,
      ...given
    }) => {
      const volume = pv('v', { claim: 'c/u', phase: 'Bound', modes: modes ?? ['ReadWriteOnce'], ...csi });
      const planned = planAttachments('n1', given.node === 'gone' ? undefined : (given.node ?? node()), pods, {
        claimNamed: ({ name }) => (name === 'c' ? claim : undefined),
        volumeNamed: (name) => (name === 'v' ? volume : undefined),
        driverNamed: () => csiDriver,
        attachmentsOf: (name) => attachments.filter(({ spec }) => spec.source.persistentVolumeName === name),
        attachments: attachments.filter(({ spec }) => spec.nodeName === 'n1'),
        unneededSinceMs: new Map(unneededMinutes === undefined ? [] : [['attached', nowMs - unneededMinutes * 60_000]]),
        ...(lastInUse === undefined ? {} : { lastInUse }),
        nowMs,
      });
      const words = [
        ...planned.attach.map((want) => `attach ${want.volume.metadata.name}`),
        ...planned.blocked.map((want) => `blocked ${want.volume.metadata.name} by ${want.elsewhere.join()}`),
        ...planned.detach.map(({ spec }) => `detach ${spec.source.persistentVolumeName}`),
        ...(planned.forcedInMs === undefined ? [] : [`detach in ${planned.forcedInMs}`]),
      ];
      expect(words.join(', ')).toBe(plan);
    },
  );

  it('knows ephemeral claims by their pod', () => {
    const ephemeral = { volumes: [{ name: 'data', ephemeral: {} }] } as unknown as Partial<Pod['spec']>;
    const planned = planAttachments('n1', node(), [user('p', 'Running', ephemeral)], {
      claimNamed: () => pvc('p-data', { volume: 'v', phase: 'Bound' }),
      volumeNamed: () => pv('v', { claim: 'p-data/u', ...csi }),
      driverNamed: () => undefined,
      attachmentsOf: () => [],
      attachments: [],
      unneededSinceMs: new Map(),
      nowMs,
    });
    expect(planned.attach).toEqual([]);
  });
});

describe('words', () => {
  it('says who has a volume', () => {
    expect(multiAttachMessage('v', [user('a'), user('b')])).toBe(
      'Multi-Attach error for volume "v" Volume is already used by pod(s) a, b',
    );
    expect(multiAttachMessage('v', [])).toContain('already exclusively attached to one node');
  });

  it('names attachments as kubelets look them up', () => {
    // echo -n 'handledrivernode' | sha256sum
    expect(attachmentName({ volumeHandle: 'handle', driver: 'driver', nodeName: 'node' })).toBe(
      'csi-fdef298eb16db6fa42906ef1ff09a93a7f3028f8290cc9d71628ff91c237bfa7',
    );
  });
});
