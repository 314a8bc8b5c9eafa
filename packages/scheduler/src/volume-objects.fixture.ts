/** Claims, volumes and what is about them, for this package's tests, in few words. */
import type { PersistentVolume, PersistentVolumeClaim, Volume } from '@pintle/api/core/v1';
import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment } from '@pintle/api/storage/v1';

type Labels = Readonly<Record<string, string>>;

export interface ClaimWords {
  readonly namespace?: string;
  readonly volume?: string;
  /** Null: no class is named. */
  readonly class?: string | null;
  readonly modes?: readonly string[];
  readonly size?: string;
  readonly selector?: Labels;
  readonly annotations?: Labels;
  readonly phase?: string;
  /** Bound and nothing left to do. */
  readonly complete?: boolean;
  readonly owner?: string;
  readonly deleting?: boolean;
  readonly block?: boolean;
}

export function testClaim(name: string, words: ClaimWords = {}): PersistentVolumeClaim {
  const { namespace = 'default', volume, class: storageClassName = null, modes, size, selector, phase, owner } = words;
  const annotations = { ...words.annotations, ...(words.complete && { 'pv.kubernetes.io/bind-completed': 'yes' }) };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ...(words.deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ...(owner && {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner, uid: owner, controller: true }],
      }),
    },
    spec: {
      ...(modes && { accessModes: modes }),
      ...(volume && { volumeName: volume }),
      ...(storageClassName !== null && { storageClassName }),
      ...(selector && { selector: { matchLabels: selector } }),
      ...(size && { resources: { requests: { storage: size } } }),
      ...(words.block && { volumeMode: 'Block' }),
    },
    ...(phase && { status: { phase } }),
  } as PersistentVolumeClaim;
}

export interface VolumeWords {
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly class?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly phase?: string;
  /** Of claims of the namespace `default`. */
  readonly claim?: string;
  /** With the uid of the claim as `testClaim` makes it. */
  readonly bound?: boolean;
  /** Labels that nodes must have. */
  readonly reachedFrom?: Labels;
  readonly deleting?: boolean;
  readonly block?: boolean;
  readonly csi?: readonly [driver: string, handle: string];
  readonly source?: object;
}

export function testVolume(name: string, words: VolumeWords = {}): PersistentVolume {
  const { labels, annotations, class: storageClassName, size, modes, phase = 'Available', claim, bound } = words;
  const { reachedFrom, deleting, block, csi, source } = words;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      uid: `uid-${name}`,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: {
      ...(size && { capacity: { storage: size } }),
      ...(modes && { accessModes: modes }),
      ...(storageClassName && { storageClassName }),
      ...(claim && { claimRef: { name: claim, namespace: 'default', ...(bound && { uid: `uid-${claim}` }) } }),
      ...(reachedFrom && {
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              {
                matchExpressions: Object.entries(reachedFrom).map(([key, value]) => ({
                  key,
                  operator: 'In',
                  values: [value],
                })),
              },
            ],
          },
        },
      }),
      ...(block && { volumeMode: 'Block' }),
      ...(csi && { csi: { driver: csi[0], volumeHandle: csi[1] } }),
      ...source,
    },
    status: { phase },
  } as PersistentVolume;
}

export function testClass(name: string, words: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'test/provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...words,
  } as StorageClass;
}

export function testCsiNode(
  name: string,
  limits: Readonly<Record<string, number | undefined>>,
  migrated?: string,
): CSINode {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: {
      name,
      ...(migrated && { annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': migrated } }),
    },
    spec: {
      drivers: Object.entries(limits).map(([driver, count]) => ({
        name: driver,
        nodeID: name,
        ...(count !== undefined && { allocatable: { count } }),
      })),
    },
  } as CSINode;
}

export function testCsiDriver(name: string, storageCapacity: boolean): CSIDriver {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name },
    spec: { storageCapacity },
  } as CSIDriver;
}

export function testCapacity(
  name: string,
  storageClassName: string,
  words: { readonly capacity?: string; readonly maximum?: string; readonly nodes?: Labels | null } = {},
): CSIStorageCapacity {
  const { capacity, maximum, nodes = {} } = words;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name, namespace: 'default' },
    storageClassName,
    ...(capacity && { capacity }),
    ...(maximum && { maximumVolumeSize: maximum }),
    ...(nodes !== null && { nodeTopology: { matchLabels: nodes } }),
  } as CSIStorageCapacity;
}

export function testAttachment(name: string, attacher: string, nodeName: string, volume: string): VolumeAttachment {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher, nodeName, source: { persistentVolumeName: volume } },
  } as VolumeAttachment;
}

/** A pod's volumes that are these claims. */
export function claims(...names: readonly string[]): Volume[] {
  return names.map((claimName, i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName } }) as Volume);
}
