/** Which volumes are to be attached to a node, and which are to be let go. Pure; follows the attach/detach controller. */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import type { CSIDriver, VolumeAttachment } from '@pintle/api/storage/v1';
import { annControllerAttaches, foreignClaimError, podClaims } from '@pintle/api/volumes';
import { isAttachmentName } from './attachment-name.js';

export interface WantedVolume {
  readonly volume: PersistentVolume;
  readonly pods: readonly Pod[];
}

export interface AttachmentFacts {
  readonly claimNamed: (key: {
    readonly name: string;
    readonly namespace: string;
  }) => PersistentVolumeClaim | undefined;
  readonly volumeNamed: (name: string) => PersistentVolume | undefined;
  readonly driverNamed: (name: string) => CSIDriver | undefined;
  /** All of one volume, whichever node they are for. */
  readonly attachmentsOf: (volumeName: string) => readonly VolumeAttachment[];
  /** Those of this node. */
  readonly attachments: readonly VolumeAttachment[];
  /** Since when nobody has needed those of this node that nobody needed at the last look, by uid. */
  readonly unneededSinceMs: ReadonlyMap<string, number>;
  /** What a node that is gone last said that it has mounted; absent: nobody heard it. */
  readonly lastInUse?: readonly string[];
  readonly nowMs: number;
}

export interface AttachmentPlan {
  readonly attach: readonly WantedVolume[];
  /** Attached to another node, and only one may have it; pods that wait for it, and where it is. */
  readonly blocked: readonly (WantedVolume & { readonly elsewhere: readonly string[] })[];
  readonly detach: readonly VolumeAttachment[];
  /** When one that the node still has mounted is taken from it all the same. */
  readonly forcedInMs?: number;
  /** For the next look. */
  readonly unneededSinceMs: ReadonlyMap<string, number>;
}

/** A node that is not ready is given so long to unmount what its pods no longer need, from when they do not. */
export const unmountMaxMs = 360_000;
const outOfService = 'node.kubernetes.io/out-of-service';

/** Ended; or being ended, and none of its containers runs. */
function isEnded({ metadata, status }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  if (metadata.deletionTimestamp === undefined) return false;
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].every(
    ({ state }) => state?.terminated !== undefined || state?.waiting !== undefined,
  );
}

/** The bound volumes of a node's pods that a node has to be told of. */
export function wantedVolumes(pods: readonly Pod[], facts: AttachmentFacts): readonly WantedVolume[] {
  const wanted = new Map<string, { volume: PersistentVolume; pods: Pod[] }>();
  for (const pod of pods) {
    if (isEnded(pod)) continue;
    for (const { name, ephemeral } of podClaims(pod)) {
      const claim = facts.claimNamed({ name, namespace: pod.metadata.namespace ?? '' });
      if (claim?.status?.phase !== 'Bound' || (ephemeral && foreignClaimError(pod, claim) !== undefined)) continue;
      const volume = facts.volumeNamed(claim.spec?.volumeName ?? '');
      if (volume === undefined || volume.spec?.claimRef?.uid !== claim.metadata.uid) continue;
      const driver = volume.spec?.csi?.driver;
      if (driver === undefined || facts.driverNamed(driver)?.spec?.attachRequired === false) continue;
      const known = wanted.get(volume.metadata.name ?? '');
      if (known === undefined) wanted.set(volume.metadata.name ?? '', { volume, pods: [pod] });
      else known.pods.push(pod);
    }
  }
  return [...wanted.values()];
}

const manyNodes = ['ReadWriteMany', 'ReadOnlyMany'];
const allowsManyNodes = ({ spec }: PersistentVolume) =>
  spec?.accessModes === undefined || spec.accessModes.some((mode) => manyNodes.includes(mode));

/**
 * `node` is undefined when it is gone: it may run on for all that, so what it had mounted is taken from it as from one that
 * is not ready. One that attaches its volumes itself is left alone.
 */
export function planAttachments(
  nodeName: string,
  node: Node | undefined,
  pods: readonly Pod[],
  facts: AttachmentFacts,
): AttachmentPlan {
  if (node !== undefined && node.metadata.annotations?.[annControllerAttaches] === undefined)
    return { attach: [], blocked: [], detach: [], unneededSinceMs: new Map() };
  const wanted = wantedVolumes(pods, facts);
  const attach: WantedVolume[] = [];
  const blocked: (WantedVolume & { elsewhere: readonly string[] })[] = [];
  for (const want of node === undefined ? [] : wanted) {
    const all = facts.attachmentsOf(want.volume.metadata.name ?? '');
    if (all.some(({ spec }) => spec.nodeName === nodeName)) continue;
    if (all.length === 0 || allowsManyNodes(want.volume)) attach.push(want);
    else blocked.push({ ...want, elsewhere: all.map(({ spec }) => spec.nodeName) });
  }
  const names = new Set(wanted.map(({ volume }) => volume.metadata.name));
  const detach: VolumeAttachment[] = [];
  const unneededSinceMs = new Map<string, number>();
  let forcedInMs: number | undefined;
  for (const attachment of facts.attachments) {
    if (attachment.metadata.deletionTimestamp !== undefined) continue;
    if (!isAttachmentName(attachment.metadata.name ?? '')) continue;
    const { persistentVolumeName = '' } = attachment.spec.source;
    if (names.has(persistentVolumeName)) continue;
    const { uid = '' } = attachment.metadata;
    const sinceMs = facts.unneededSinceMs.get(uid) ?? facts.nowMs;
    unneededSinceMs.set(uid, sinceMs);
    const volume = facts.volumeNamed(persistentVolumeName);
    const mounted = volume !== undefined && hasMounted(node, uniqueVolumeName(volume), facts);
    const leftMs = mounted ? unmountLeftMs(node, facts.nowMs - sinceMs) : 0;
    if (leftMs === 0) detach.push(attachment);
    else if (leftMs !== undefined) forcedInMs = Math.min(forcedInMs ?? Number.POSITIVE_INFINITY, leftMs);
  }
  return { attach, blocked, detach, unneededSinceMs, ...(forcedInMs === undefined ? {} : { forcedInMs }) };
}

/** Assumed of one that nobody has heard of. */
function hasMounted(node: Node | undefined, name: string, { lastInUse }: AttachmentFacts): boolean {
  return node === undefined ? (lastInUse?.includes(name) ?? true) : (node.status?.volumesInUse ?? []).includes(name);
}

/** How long a node that has a volume mounted may keep it; undefined: as long as it likes. */
function unmountLeftMs(node: Node | undefined, unneededForMs: number): number | undefined {
  if (node?.spec?.taints?.some(({ key }) => key === outOfService)) return 0;
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? undefined : Math.max(0, unmountMaxMs - unneededForMs);
}

/** As a node's status names it. */
export const uniqueVolumeName = ({ spec }: PersistentVolume): string =>
  `kubernetes.io/csi/${spec?.csi?.driver}^${spec?.csi?.volumeHandle}`;

/** Why pods wait for a volume that is attached elsewhere, in upstream's words. */
export function multiAttachMessage(volumeName: string, users: readonly Pod[]): string {
  const prefix = `Multi-Attach error for volume ${JSON.stringify(volumeName)}`;
  if (users.length === 0)
    return `${prefix} Volume is already exclusively attached to one node and can't be attached to another`;
  return `${prefix} Volume is already used by pod(s) ${users.map(({ metadata }) => metadata.name).join(', ')}`;
}
