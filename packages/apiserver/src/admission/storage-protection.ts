/**
 * StorageObjectInUseProtection: volumes, claims and their classes of attributes carry a finalizer from the start, so that
 * what is in use is not removed before its user is. The protection controllers take it off.
 */
import { withFinalizer } from '@pintle/machinery';
import type { AdmissionPlugin } from './admission.js';

const finalizers: Readonly<Record<string, string>> = {
  '/persistentvolumes': 'kubernetes.io/pv-protection',
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  'storage.k8s.io/volumeattributesclasses': 'kubernetes.io/vac-protection',
};

const finalizerOf = ({ group, plural }: { readonly group: string; readonly plural: string }) =>
  finalizers[`${group}/${plural}`];

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  concerns: ({ operation, resource: { kind }, subresource }) =>
    operation === 'CREATE' && subresource === undefined && finalizerOf(kind) !== undefined,
  mutate: ({ object, resource }) => withFinalizer(object!, finalizerOf(resource.kind)!),
};
