/** Which of the volumes that there are a claim gets. Follows `FindMatchingVolume` of component-helpers. */
import { labelSelectorMatcher, parseQuantity } from '@pintle/machinery';
import type { Node } from '../core/v1/node.js';
import type { PersistentVolume } from '../core/v1/persistent-volume.js';
import type { PersistentVolumeClaim } from '../core/v1/persistent-volume-claim.js';
import { isBoundToClaim, modesMismatch, nodeReaches, offersAccess } from './binding.js';
import { classOfClaim, classOfVolume } from './storage-classes.js';

export interface FindVolumeOptions {
  /** Given by the scheduler: pods on it must reach the volume. */
  readonly node?: Node;
  /** Names of volumes that other claims of the same pod get. */
  readonly taken?: ReadonlySet<string>;
  /** Only a volume that names the claim already: the scheduler chooses among the others when a pod comes. */
  readonly onlyPreBound?: boolean;
}

/**
 * The volume that is bound to the claim already, else the smallest that does. Of volumes of one size the first; undefined
 * where there is none.
 */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { node, taken, onlyPreBound = false }: FindVolumeOptions = {},
): PersistentVolume | undefined {
  const wanted = requestedNano(claim);
  const wantedClass = classOfClaim(claim);
  const wantedAttributes = claim.spec?.volumeAttributesClassName ?? '';
  const selector = claim.spec?.selector;
  const matcher = selector === undefined ? undefined : labelSelectorMatcher(selector);
  let smallest: PersistentVolume | undefined;
  let smallestNano = 0n;
  for (const volume of volumes) {
    const { metadata, spec, status } = volume;
    if (taken?.has(metadata.name ?? '')) continue;
    const bound = isBoundToClaim(volume, claim);
    if (spec?.claimRef !== undefined && !bound) continue;
    const capacity = capacityNano(volume);
    if (capacity < wanted || modesMismatch(claim.spec, spec)) continue;
    if ((spec?.volumeAttributesClassName ?? '') !== wantedAttributes) continue;
    if (metadata.deletionTimestamp !== undefined) continue;
    if (bound) return node === undefined || nodeReaches(volume, node) ? volume : undefined;
    if (onlyPreBound || status?.phase !== 'Available') continue;
    if (matcher !== undefined && !matcher.matches(metadata.labels ?? {})) continue;
    if (classOfVolume(volume) !== wantedClass) continue;
    if (smallest !== undefined && smallestNano <= capacity) continue;
    if (node !== undefined && !(nodeReaches(volume, node) && offersAccess(claim, volume))) continue;
    smallest = volume;
    smallestNano = capacity;
  }
  return smallest;
}

/** What the claim asks for, in billionths of a byte, for comparing without loss. */
export function requestedNano({ spec }: PersistentVolumeClaim): bigint {
  return nanoOf(spec?.resources?.requests?.storage);
}

/** What the volume holds, in billionths of a byte. */
export function capacityNano({ spec }: PersistentVolume): bigint {
  return nanoOf(spec?.capacity?.storage);
}

const nanoOf = (amount: string | undefined): bigint => (amount === undefined ? 0n : parseQuantity(amount).nano);
