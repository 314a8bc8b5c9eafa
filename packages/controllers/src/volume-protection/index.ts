/**
 * The protection controllers: a claim that a pod uses, a volume that is bound, and a class of attributes that either names
 * are not removed before they are free. Admission gives each a finalizer; here it is taken off, and put on where it is missing.
 */
import { PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { VolumeAttributesClass } from '@pintle/api/storage/v1beta1';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { controllerOf, withFinalizer, withoutFinalizer } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isPodTerminal } from '../pod-facts.js';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';
const attributesFinalizer = 'kubernetes.io/vac-protection';
const byAttributes = 'volumeAttributesClassName';

export function pvcProtectionController(): Controller {
  return controller({ name: 'pvc-protection' })
    .for(PersistentVolumeClaim)
    .watches(Pod, claimsOf, {
      // A pod that runs on frees nothing.
      predicate: ({ type, object }) => type === 'deleted' || isPodTerminal(object) || !object.spec?.nodeName,
    })
    .reconcile(async ({ object: claim, client, informers }) => {
      if (claim === undefined) return;
      if (claim.metadata.deletionTimestamp === undefined) {
        const kept = withFinalizer(claim, claimFinalizer);
        if (kept !== claim) await client.update(kept).catch(ignoreNotFound);
        return;
      }
      const freed = withoutFinalizer(claim, claimFinalizer);
      if (freed === claim) return;
      const { namespace = '' } = claim.metadata;
      const uses = (pod: Pod) => usesClaim(pod, claim);
      if (informers.informer(Pod).lister.list({ namespace }).some(uses)) return;
      // The cache may lack a pod that was just scheduled; what is removed wrongly does not come back.
      if ((await client.list(Pod, { namespace })).some(uses)) return;
      await client.update(freed).catch(ignoreNotFound);
    });
}

export function pvProtectionController(): Controller {
  return controller({ name: 'pv-protection' })
    .for(PersistentVolume)
    .reconcile(async ({ object: volume, client }) => {
      if (volume === undefined) return;
      const deleted = volume.metadata.deletionTimestamp !== undefined;
      if (deleted && volume.status?.phase === 'Bound') return;
      const wanted = deleted ? withoutFinalizer(volume, volumeFinalizer) : withFinalizer(volume, volumeFinalizer);
      if (wanted !== volume) await client.update(wanted).catch(ignoreNotFound);
    });
}

/** Goes by its caches, as upstream's: a claim that was just made may find its class going. */
export function vacProtectionController(): Controller {
  const named = (names: readonly string[]): readonly ObjectKey[] => names.map((name) => ({ name }));
  return controller({ name: 'volumeattributesclass-protection' })
    .for(VolumeAttributesClass)
    .watches(PersistentVolumeClaim, (claim) => named(attributesOfClaim(claim)))
    .watches(PersistentVolume, (volume) => named(attributesOfVolume(volume)))
    .reconcile(async ({ key, object: attributes, client, informers }) => {
      if (attributes === undefined) return;
      const claims = informers.informer(PersistentVolumeClaim, { indexes: { [byAttributes]: attributesOfClaim } });
      const volumes = informers.informer(PersistentVolume, { indexes: { [byAttributes]: attributesOfVolume } });
      const isUsed = [claims, volumes].some(({ lister }) => lister.byIndex(byAttributes, key.name).length > 0);
      const deleted = attributes.metadata.deletionTimestamp !== undefined;
      if (deleted && isUsed) return;
      const wanted = deleted
        ? withoutFinalizer(attributes, attributesFinalizer)
        : withFinalizer(attributes, attributesFinalizer);
      if (wanted !== attributes) await client.update(wanted).catch(ignoreNotFound);
    });
}

/** What it is to have, has, and is on its way to. */
const attributesOfClaim = ({ spec, status }: PersistentVolumeClaim): readonly string[] => [
  ...new Set(
    [
      spec?.volumeAttributesClassName,
      status?.currentVolumeAttributesClassName,
      status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
    ].filter((name): name is string => Boolean(name)),
  ),
];

const attributesOfVolume = ({ spec }: PersistentVolume): readonly string[] =>
  spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];

/** Whether a pod on a node has the claim's volume. A pod that waits for a node will find the claim going. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec?.nodeName) return false;
  const { name } = claim.metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const shutDown = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  return (pod.spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim?.claimName === name ||
      (volume.ephemeral !== undefined &&
        !shutDown &&
        `${pod.metadata.name}-${volume.name}` === name &&
        controllerOf(claim)?.uid === pod.metadata.uid),
  );
}

const claimsOf = ({ metadata, spec }: Pod): readonly ObjectKey[] =>
  (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim =
      persistentVolumeClaim?.claimName ?? (ephemeral === undefined ? undefined : `${metadata.name}-${name}`);
    return claim === undefined ? [] : [{ name: claim, namespace: metadata.namespace ?? '' }];
  });
