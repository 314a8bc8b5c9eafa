/**
 * StorageObjectInUseProtection: volumes and claims carry a finalizer from the start, so that what is in use is not
 * removed before its user is. The protection controllers take it off.
 */
import { withFinalizer } from '@pintle/machinery';
import type { AdmissionPlugin } from './admission.js';

const finalizers: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
};

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  concerns: ({ operation, resource: { kind }, subresource }) =>
    operation === 'CREATE' && subresource === undefined && kind.group === '' && Object.hasOwn(finalizers, kind.plural),
  mutate: ({ object, resource }) => withFinalizer(object!, finalizers[resource.kind.plural]!),
};
