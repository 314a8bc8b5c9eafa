/** Claims and volumes: what binds to what, what is waited for, what is lost, grown, attached and made for one pod. */
import { canonicalJson } from '@pintle/machinery';
import type { Loose, Stage, Story } from '../stage.js';
import { claimOf, podSpec, volume } from './pods-of.js';

const driver = 'disks.example.com';

async function bindingStory(stage: Stage): Promise<void> {
  const storageClassName = `of-${stage.namespace}`;
  const pv = async (name: string, more: object = {}, metadata: object = {}) => {
    const full = `${stage.namespace}-${name}`;
    await stage.make('v1', 'PersistentVolume', full, { metadata, ...volume(full, storageClassName, more) });
    // Who binds has seen it: claims that come later find it.
    await stage.object('PersistentVolume', full, ({ status }) => status?.phase === 'Available');
  };
  const pvc = (name: string, more: object = {}, of: string | undefined = storageClassName) =>
    stage.make('v1', 'PersistentVolumeClaim', name, claimOf(of, more));
  const phase = (name: string, wanted: string) =>
    stage.object('PersistentVolumeClaim', name, ({ status }) => status.phase === wanted);
  const told = (name: string, reason: string) =>
    stage.until(`${reason} of ${name}`, async () =>
      (await stage.list('Event')).some((it) => it.involvedObject.name === name && it.reason === reason),
    );
  const classOf = (name: string, provisioner: string, more: object = {}) =>
    stage.make('storage.k8s.io/v1', 'StorageClass', `${stage.namespace}-${name}`, { provisioner, ...more });
  const asks = (storage: string) => ({ resources: { requests: { storage } } });
  const has = (storage: string) => ({ capacity: { storage } });

  // The smallest that is large enough; what its labels and modes allow.
  await pv('large', has('100Gi'));
  await pv('fitting', has('20Gi'));
  await pvc('fitting', asks('15Gi'));
  await phase('fitting', 'Bound');
  await pv('labelled', has('50Gi'), { labels: { disk: 'fast' } });
  await pvc('labelled', { ...asks('5Gi'), selector: { matchLabels: { disk: 'fast' } } });
  await phase('labelled', 'Bound');
  await pvc('of-many', { ...asks('1Gi'), accessModes: ['ReadWriteMany'] });
  await pvc('blocks', { ...asks('1Gi'), volumeMode: 'Block' });

  // For one another, from either side.
  await pv('promised', { claimRef: { namespace: stage.namespace, name: 'promised' }, ...has('2Gi') });
  await pvc('promised', asks('2Gi'));
  await phase('promised', 'Bound');
  await pv('chosen', has('3Gi'));
  await pvc('chosen', { ...asks('1Gi'), volumeName: `${stage.namespace}-chosen` });
  await phase('chosen', 'Bound');
  await pv('small', has('1Gi'));
  await pvc('too-large', { ...asks('2Gi'), volumeName: `${stage.namespace}-small` });
  await told('too-large', 'VolumeMismatch');

  // Who is waited for.
  await pvc('classless', {}, '');
  await told('classless', 'FailedBinding');
  await pvc('no-class', {}, `${stage.namespace}-none`);
  await told('no-class', 'ProvisioningFailed');
  await classOf('outside', driver);
  await pvc('outside', {}, `${stage.namespace}-outside`);
  await told('outside', 'ExternalProvisioning');
  await classOf('later', driver, { volumeBindingMode: 'WaitForFirstConsumer' });
  await pvc('later', {}, `${stage.namespace}-later`);
  await told('later', 'WaitForFirstConsumer');

  // What is let go, and what is lost.
  await pv('released', has('30Gi'), { labels: { disk: 'released' } });
  await pvc('released', { ...asks('25Gi'), selector: { matchLabels: { disk: 'released' } } });
  await phase('released', 'Bound');
  await stage.remove('PersistentVolumeClaim', 'released');
  await stage.object('PersistentVolume', `${stage.namespace}-released`, ({ status }) => status.phase === 'Released');
  await pv('lost', has('40Gi'), { labels: { disk: 'lost' } });
  await pvc('lost', { ...asks('35Gi'), selector: { matchLabels: { disk: 'lost' } } });
  await phase('lost', 'Bound');
  await stage.remove('PersistentVolume', `${stage.namespace}-lost`);
  await stage.patch('PersistentVolume', `${stage.namespace}-lost`, { metadata: { finalizers: null } });
  await phase('lost', 'Lost');

  // A disk of a driver: who grows it and deletes it is elsewhere.
  await classOf('disks', driver, { allowVolumeExpansion: true });
  const disk = (name: string) => ({ csi: { driver, volumeHandle: name }, hostPath: undefined });
  const disks = `${stage.namespace}-disks`;
  await pv('growing', { ...disk('growing'), storageClassName: disks });
  await pvc('growing', {}, disks);
  await phase('growing', 'Bound');
  await stage.patch('PersistentVolumeClaim', 'growing', { spec: asks('2Gi') });
  await told('growing', 'ExternalExpanding');
  await pv('deleted', { ...disk('deleted'), storageClassName: disks, persistentVolumeReclaimPolicy: 'Delete' });
  await pvc('deleted', {}, disks);
  await phase('deleted', 'Bound');
  await stage.remove('PersistentVolumeClaim', 'deleted');
  await stage.object('PersistentVolume', `${stage.namespace}-deleted`, ({ status }) => status.phase === 'Released');
}

async function attachStory(stage: Stage): Promise<void> {
  const own = `${stage.namespace}.example.com`;
  await stage.make('storage.k8s.io/v1', 'CSIDriver', own, { spec: { attachRequired: true } });
  const storageClassName = `of-${stage.namespace}`;
  const name = `${stage.namespace}-disk`;
  const csi = { driver: own, volumeHandle: 'disk' };
  await stage.make('v1', 'PersistentVolume', name, volume(name, storageClassName, { csi, hostPath: undefined }));
  await stage.make('v1', 'PersistentVolumeClaim', 'disk', claimOf(storageClassName));
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'disk' } }];
  const spec = { ...podSpec('web'), volumes, nodeSelector: { 'kubernetes.io/hostname': 'node-1' } };
  await stage.make('v1', 'Pod', 'user', { metadata: { labels: { app: 'user' } }, spec });
  const attachment = await stage.until('an attachment', async () =>
    (await stage.list('VolumeAttachment')).find((it) => it.spec.source.persistentVolumeName === name),
  );
  await stage.patch('VolumeAttachment', attachment.metadata.name, { status: { attached: true } }, 'status');
  await stage.object('Node', 'node-1', ({ status }) =>
    status.volumesAttached?.some((it: Loose) => it.name === `kubernetes.io/csi/${own}^disk`),
  );
  await stage.until('the Event of it', async () =>
    (await stage.list('Event')).some(({ reason }) => reason === 'SuccessfulAttachVolume'),
  );
  await stage.make('v1', 'ConfigMap', 'seen', {
    data: {
      attachment: canonicalJson({ spec: attachment.spec, annotations: attachment.metadata.annotations }),
      driver: canonicalJson((await stage.get('CSIDriver', own)).spec),
    },
  });
}

async function ephemeralStory(stage: Stage): Promise<void> {
  const storageClassName = `of-${stage.namespace}`;
  const name = `${stage.namespace}-volume`;
  await stage.make('v1', 'PersistentVolume', name, volume(name, storageClassName));
  const claim = claimOf(storageClassName);
  const user = (pod: string) =>
    stage.make('v1', 'Pod', pod, {
      metadata: { labels: { app: pod } },
      spec: {
        ...podSpec('web'),
        volumes: [
          { name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { of: pod } }, ...claim } } },
        ],
      },
    });
  await user('first');
  await stage.pods(1, 'app=first');
  await stage.make('v1', 'PersistentVolumeClaim', 'second-scratch', claim);
  await user('second');
  await user('brief');
  await stage.object('PersistentVolumeClaim', 'brief-scratch', (it) => it.metadata.ownerReferences !== undefined);
  await stage.remove('Pod', 'brief');
  await stage.gone('PersistentVolumeClaim', 'brief-scratch');
}

export const claimStories: readonly Story[] = [
  { name: 'binding', play: bindingStory },
  { name: 'attach', play: attachStory },
  { name: 'ephemeral', play: ephemeralStory },
];
