/** PersistentVolumeClaimResize: only a bound claim may grow, and only where its storage class lets it. */
import type { PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import { compareQuantity, forbidden, parseQuantity } from '@pintle/machinery';
import type { AdmissionPlugin } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';
import { storageClassAnnotation } from './default-class.js';

export function persistentVolumeClaimResize({ storageClasses }: AdmissionCaches): AdmissionPlugin {
  const mayGrow = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean => {
    const name = classOf(claim);
    if (!name || name !== classOf(old)) return false;
    return (storageClasses.get(name) as StorageClass | undefined)?.allowVolumeExpansion ?? false;
  };
  return {
    name: 'PersistentVolumeClaimResize',
    concerns: ({ operation, resource, subresource }) =>
      operation === 'UPDATE' &&
      subresource === undefined &&
      resource.kind.group === '' &&
      resource.kind.plural === 'persistentvolumeclaims',
    validate({ object, old, resource, name }) {
      const [now, before] = [object as PersistentVolumeClaim, old as PersistentVolumeClaim];
      if (compareQuantity(storageOf(now), storageOf(before)) <= 0) return;
      if (before.status?.phase !== 'Bound')
        throw forbidden(resource.kind, name, 'Only bound persistent volume claims can be expanded');
      if (!mayGrow(now, before))
        throw forbidden(
          resource.kind,
          name,
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
        );
    },
  };
}

const storageOf = ({ spec }: PersistentVolumeClaim) => parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
const classOf = ({ spec, metadata }: PersistentVolumeClaim) =>
  metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName;
