/** Part of `storage/v1alpha1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, map, string } from '@pintle/machinery';

export const VolumeAttributesClass = defineKind({
  group: 'storage.k8s.io',
  version: 'v1alpha1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  scope: 'Cluster',
  name: 'io.k8s.api.storage.v1alpha1.VolumeAttributesClass',
  fields: {
    driverName: string(2).required(),
    parameters: map(string(), 3),
  },
});
export interface VolumeAttributesClass extends Infer<typeof VolumeAttributesClass> {}
