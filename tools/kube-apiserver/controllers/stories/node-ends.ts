/** Nodes that fail alone, many of a zone, or a whole zone; and the volumes of those that are gone or out of service. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loose, Stage, Story } from '../stage.js';
import { hearOf, keepHearing, makeNode, nodeName, runPod } from './node-of-data.js';
import { claimOf, volume } from './pods-of.js';

const zoneLabel = 'topology.kubernetes.io/zone';
/** Longer than a zone's next node has to wait for its turn. */
const turnMs = 16_000;

const executing = (node: Loose) => node.spec.taints?.some(({ effect }: Loose) => effect === 'NoExecute');

async function zonesStory(stage: Stage): Promise<void> {
  const states = new Map<string, boolean>();
  const stop = keepHearing(stage, states);
  try {
    await disruptedZones(stage, async (name, isReady) => {
      states.set(name, isReady);
      await hearOf(stage, name, isReady);
    });
  } finally {
    stop();
  }
}

async function disruptedZones(stage: Stage, hear: (name: string, isReady: boolean) => Promise<void>): Promise<void> {
  const tolerations = [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
  ];
  const inZone = (zone: string) => ({ labels: { [zoneLabel]: nodeName(stage, zone) } });
  const withPod = async (name: string) =>
    runPod(stage, `on-${name}`, name, { metadata: { labels: { app: 'zones' } }, spec: { tolerations } });
  const node = (name: string, isRight: (node: Loose) => unknown) =>
    stage.object('Node', nodeName(stage, name), isRight);

  // All of a zone: one after another they lose their pods.
  for (const name of ['all-0', 'all-1']) {
    await makeNode(stage, name, inZone('all'));
    await hear(name, true);
    await withPod(name);
  }
  // Most of another, which is not believed.
  await makeNode(stage, 'most-3', inZone('most'));
  await hear('most-3', true);
  const most = ['most-0', 'most-1', 'most-2'];
  for (const name of most) await makeNode(stage, name, inZone('most'));
  // One of a third.
  for (const name of ['one-0', 'one-1', 'one-2']) {
    await makeNode(stage, name, inZone('one'));
    await hear(name, true);
  }
  await withPod('one-0');
  // The zones are looked at every five seconds.
  await sleep(7_000);
  for (const name of most) await hear(name, false);
  for (const name of most) await withPod(name);
  for (const name of ['all-0', 'all-1', 'one-0']) await hear(name, false);
  for (const name of ['all-0', 'all-1', 'one-0']) {
    await node(name, executing);
    await stage.object('Pod', `on-${name}`, (it) => it.metadata.deletionTimestamp !== undefined);
  }
  await sleep(turnMs);
  const told: Record<string, string> = {};
  const tell = async (when: string) => {
    for (const name of ['all-0', 'all-1', ...most, 'most-3', 'one-0', 'one-1']) {
      const { spec, metadata } = await stage.get('Node', nodeName(stage, name));
      const taints = spec.taints.map(({ key, effect }: Loose) => `${key}:${effect}`).sort();
      told[`${when}.${name}`] = JSON.stringify({ taints, annotations: metadata.annotations });
    }
  };
  await tell('disrupted');
  // The zone recovers: the one that does not is believed now.
  await Promise.all(['most-1', 'most-2', 'most-3', 'one-1', 'one-2'].map((name) => hear(name, true)));
  await node('most-0', executing);
  await stage.object('Pod', 'on-most-0', (it) => it.metadata.deletionTimestamp !== undefined);
  for (const name of ['most-1', 'most-2']) await node(name, ({ spec }) => spec.taints.length === 1);
  await tell('recovered');
  await stage.make('v1', 'ConfigMap', 'seen', { data: told });
  for (const name of ['all-0', 'all-1', ...most, 'most-3', 'one-0', 'one-1', 'one-2'])
    await stage.remove('Node', nodeName(stage, name));
}

async function detachingStory(stage: Stage): Promise<void> {
  const driver = `${stage.namespace}.example.com`;
  await stage.make('storage.k8s.io/v1', 'CSIDriver', driver, { spec: { attachRequired: true } });
  const storageClassName = `of-${stage.namespace}`;
  const names = ['gone', 'idle', 'down', 'forced'];
  const attachmentOf = async (name: string): Promise<Loose> =>
    (await stage.list('VolumeAttachment')).find(
      ({ spec }) => spec.source.persistentVolumeName === nodeName(stage, name),
    );
  for (const name of names) {
    const unique = nodeName(stage, name);
    await makeNode(stage, name, { annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } });
    await hearOf(stage, name, true);
    const csi = { driver, volumeHandle: name };
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: stage.namespace, name };
    await stage.make(
      'v1',
      'PersistentVolume',
      unique,
      volume(unique, storageClassName, { csi, hostPath: undefined, claimRef }),
    );
    await stage.make('v1', 'PersistentVolumeClaim', name, claimOf(storageClassName, { volumeName: unique }));
    await stage.object('PersistentVolumeClaim', name, ({ status }) => status.phase === 'Bound');
    await runPod(stage, name, name, {
      spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] },
    });
    const attachment = await stage.until(`the attachment of ${name}`, async () => attachmentOf(name));
    await stage.patch('VolumeAttachment', attachment.metadata.name, { status: { attached: true } }, 'status');
    await stage.object('Node', unique, ({ status }) => status.volumesAttached?.length === 1);
    const volumesInUse = name === 'idle' ? null : [`kubernetes.io/csi/${driver}^${name}`];
    await hearOf(stage, name, true, { volumesInUse });
  }
  const detached = (name: string) =>
    stage.until(`${name} to be detached`, async () => (await attachmentOf(name)) === undefined, 150_000);
  const removeNow = (name: string) =>
    stage.client.delete(stage.kind('Pod'), { name, namespace: stage.namespace }, { gracePeriodSeconds: 0 });

  for (const name of ['gone', 'idle']) await stage.remove('Node', nodeName(stage, name));
  await hearOf(stage, 'down', false);
  const { spec } = await stage.get('Node', nodeName(stage, 'down'));
  const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
  await stage.patch('Node', nodeName(stage, 'down'), { spec: { taints: [...spec.taints, taint] } });
  await removeNow('forced');
  await stage.gone('Pod', 'down');
  await detached('down');
  await sleep(turnMs);
  // In use until its kubelet says otherwise.
  if ((await attachmentOf('forced')) === undefined) throw new Error('what is in use was detached');
  await hearOf(stage, 'forced', true, { volumesInUse: null });
  await detached('forced');
  // Their pods are kept for as long as their nodes may come back.
  for (const name of ['idle', 'gone'])
    await stage.until(`${name} to be gone`, async () => (await stage.get('Pod', name)) === undefined, 150_000);
  await detached('idle');
  await sleep(turnMs);
  // For six minutes it may be in use there.
  if ((await attachmentOf('gone')) === undefined) throw new Error('what a lost node uses was detached');
  for (const name of ['down', 'forced']) await stage.remove('Node', nodeName(stage, name));
}

export const nodeEndStories: readonly Story[] = [
  { name: 'zones', play: zonesStory },
  { name: 'detaching', play: detachingStory },
];
