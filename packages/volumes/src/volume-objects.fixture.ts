/** Claims, volumes and classes for tables of cases, as short as a case can be said. */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import {
  annBindCompleted,
  annBoundByController,
  annDynamicallyProvisioned,
  annSelectedNode,
} from '@pintle/api/volumes';

const annotations = {
  byController: annBoundByController,
  completed: annBindCompleted,
  provisioned: annDynamicallyProvisioned,
  selected: annSelectedNode,
};
export type Mark = keyof typeof annotations;
const marked = (marks: readonly Mark[]) =>
  marks.length === 0 ? {} : { annotations: Object.fromEntries(marks.map((mark) => [annotations[mark], 'yes'])) };

export interface VolumeCase {
  readonly size?: string;
  /** The claim that it names; with its uid where there is one, as `claim/uid`. */
  readonly claim?: string;
  readonly phase?: string;
  readonly policy?: string;
  readonly marks?: readonly Mark[];
  readonly class?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly modes?: readonly string[];
  readonly volumeMode?: string;
  readonly deleted?: boolean;
  readonly spec?: Partial<NonNullable<PersistentVolume['spec']>>;
}

export function pv(name: string, given: VolumeCase = {}): PersistentVolume {
  const [claimName, uid] = given.claim?.split('/') ?? [];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      uid: `${name}-uid`,
      ...(given.labels === undefined ? {} : { labels: given.labels }),
      ...(given.deleted ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}),
      ...marked(given.marks ?? []),
    },
    spec: {
      capacity: { storage: given.size ?? '1Gi' },
      accessModes: given.modes ?? ['ReadWriteOnce', 'ReadOnlyMany'],
      persistentVolumeReclaimPolicy: given.policy ?? 'Retain',
      ...(given.class === undefined ? {} : { storageClassName: given.class }),
      ...(given.volumeMode === undefined ? {} : { volumeMode: given.volumeMode }),
      ...(claimName === undefined
        ? {}
        : { claimRef: { name: claimName, namespace: 'default', ...(uid === undefined ? {} : { uid }) } }),
      ...given.spec,
    },
    status: { phase: given.phase ?? 'Available' },
  } as PersistentVolume;
}

export interface ClaimCase {
  readonly size?: string;
  readonly uid?: string;
  readonly volume?: string;
  readonly phase?: string;
  readonly marks?: readonly Mark[];
  readonly class?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly modes?: readonly string[];
  readonly volumeMode?: string;
}

export function pvc(name: string, given: ClaimCase = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: given.uid ?? 'u', ...marked(given.marks ?? []) },
    spec: {
      resources: { requests: { storage: given.size ?? '1Gi' } },
      accessModes: given.modes ?? ['ReadWriteOnce', 'ReadOnlyMany'],
      ...(given.volume === undefined ? {} : { volumeName: given.volume }),
      ...(given.class === undefined ? {} : { storageClassName: given.class }),
      ...(given.volumeMode === undefined ? {} : { volumeMode: given.volumeMode }),
      ...(given.selector === undefined ? {} : { selector: { matchLabels: given.selector } }),
    },
    status: { phase: given.phase ?? 'Pending' },
  } as PersistentVolumeClaim;
}

export const storageClass = (
  name: string,
  given: {
    readonly provisioner?: string;
    readonly waits?: boolean;
    readonly default?: boolean;
    readonly at?: string;
  } = {},
): StorageClass =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      creationTimestamp: given.at ?? '2025-01-01T00:00:00Z',
      ...(given.default ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
    },
    provisioner: given.provisioner ?? 'csi.example.com',
    volumeBindingMode: given.waits ? 'WaitForFirstConsumer' : 'Immediate',
  }) as StorageClass;

/** As a user makes it: the server says the uid. */
export const fresh = <T extends { metadata: object }>({ metadata, ...rest }: T): T =>
  ({ ...rest, metadata: { ...metadata, uid: undefined } }) as unknown as T;

/** A pod on a node that uses a claim. */
export const userOf = (claimName: string, nodeName: string): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${claimName}-user`, namespace: 'default' },
    spec: {
      nodeName,
      containers: [{ name: 'main', image: 'web' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  }) as Pod;
