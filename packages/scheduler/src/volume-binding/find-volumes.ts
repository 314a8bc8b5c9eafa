/**
 * Whether a node can reach the volumes of a pod's claims, and which volumes it would find or have made there for those
 * that have none. Pure: what comes of it is in `bind-volumes.ts`. Follows `volume_binder.FindPodVolumes`.
 */
import { type Node, PersistentVolume, type PersistentVolumeClaim } from '@pintle/api/core/v1';
import { CSIDriver, CSINode, CSIStorageCapacity, StorageClass } from '@pintle/api/storage/v1';
import {
  annSelectedNode,
  classOfClaim,
  findMatchingVolume,
  hasAnnotation,
  nodeReaches,
  noProvisioner,
  requestedNano,
  translatedForNode,
} from '@pintle/api/volumes';
import { type LabelSelector, labelSelectorMatcher, parseQuantity, quantityValue } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import { notFound } from '../plugins/claim-lookup.js';
import type { ClaimsOfPod } from './claims-of-pod.js';

export interface PodVolumes {
  /** Claims and the volumes that are there for them. */
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  /** Claims whose volume is to be made, and where the driver tells of it, from what. */
  readonly provisions: readonly { readonly claim: PersistentVolumeClaim; readonly capacity?: CSIStorageCapacity }[];
}

/** Why a node will not do, as bits. */
export const lacking = { reach: 1, volume: 2, space: 4, bound: 8 } as const;

const none: PodVolumes = { bindings: [], provisions: [] };

/** What the pod would have on the node, or bits of `lacking`. Errors: where a class is not known. */
export function findVolumes(claims: ClaimsOfPod, node: Node, objects: ClusterObjects): PodVolumes | number {
  const bound = boundFault(claims.bound, node, objects);
  const found = claims.waiting.length === 0 ? none : volumesForWaiting(claims, node, objects);
  if (typeof found !== 'number') return bound === 0 ? found : bound;
  return bound | found;
}

function boundFault(bound: readonly PersistentVolumeClaim[], node: Node, objects: ClusterObjects): number {
  for (const { spec } of bound) {
    const volume = objects.assumed.get(PersistentVolume, spec!.volumeName!);
    if (volume === undefined) return lacking.bound;
    if (!reaches(volume, node, objects)) return lacking.reach;
  }
  return 0;
}

/** Whether pods on the node reach the volume, as its driver sees it there. */
export function reaches(volume: PersistentVolume, node: Node, objects: ClusterObjects): boolean {
  const csiNode = objects.get(CSINode, node.metadata.name ?? '');
  return nodeReaches(translatedForNode(volume, csiNode), node);
}

function volumesForWaiting({ waiting, volumes }: ClaimsOfPod, node: Node, objects: ClusterObjects) {
  const toProvision: PersistentVolumeClaim[] = [];
  const toMatch: PersistentVolumeClaim[] = [];
  for (const claim of waiting) {
    if (!hasAnnotation(claim, annSelectedNode)) toMatch.push(claim);
    else if (claim.metadata.annotations![annSelectedNode] === node.metadata.name) toProvision.push(claim);
    else return lacking.volume;
  }
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const taken = new Set<string>();
  // The smaller first, so that a small claim does not take what only a large volume can give.
  for (const claim of toMatch.sort(bySize)) {
    const volume = findMatchingVolume(claim, volumes.get(classOfClaim(claim)) ?? [], { node, taken });
    if (volume === undefined) {
      toProvision.push(claim);
      continue;
    }
    taken.add(volume.metadata.name!);
    bindings.push({ claim, volume });
  }
  const provisions: { claim: PersistentVolumeClaim; capacity?: CSIStorageCapacity }[] = [];
  for (const claim of toProvision) {
    const provision = provisionOn(claim, node, objects);
    if (typeof provision === 'number') return provision;
    provisions.push({ claim, ...provision });
  }
  return { bindings, provisions };
}

const bySize = (a: PersistentVolumeClaim, b: PersistentVolumeClaim) => {
  const [sizeA, sizeB] = [requestedNano(a), requestedNano(b)];
  return sizeA < sizeB ? -1 : sizeA > sizeB ? 1 : 0;
};

function provisionOn(claim: PersistentVolumeClaim, node: Node, objects: ClusterObjects) {
  const className = classOfClaim(claim);
  if (className === '') return lacking.volume;
  const storageClass = objects.get(StorageClass, className);
  if (storageClass === undefined)
    throw new Error(`failed to find storage class ${JSON.stringify(className)}: ${notFound('class', className)}`);
  const { provisioner } = storageClass;
  if (provisioner === '' || provisioner === noProvisioner) return lacking.volume;
  if (!inAllowedTopology(storageClass, node)) return lacking.volume;
  const requested = claim.spec?.resources?.requests?.['storage'];
  if (requested === undefined || objects.get(CSIDriver, provisioner)?.spec.storageCapacity !== true) return {};
  const bytes = quantityValue(parseQuantity(requested));
  for (const capacity of objects.all(CSIStorageCapacity)) {
    if (capacity.storageClassName !== className || capacityBytes(capacity) < bytes) continue;
    if (inTopology(capacity, node)) return { capacity };
  }
  return lacking.space;
}

/** The largest volume that can be made of it; less than any where it does not say. */
export function capacityBytes({ capacity, maximumVolumeSize }: CSIStorageCapacity): number {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? Number.NEGATIVE_INFINITY : quantityValue(parseQuantity(limit));
}

function inTopology({ nodeTopology }: CSIStorageCapacity, { metadata }: Node): boolean {
  if (nodeTopology === undefined) return false;
  return labelSelectorMatcher(nodeTopology as LabelSelector).matches(metadata.labels ?? {});
}

function inAllowedTopology({ allowedTopologies = [] }: StorageClass, { metadata }: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  const { labels = {} } = metadata;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key]));
  });
}
