/**
 * DefaultStorageClass and DefaultIngressClass: what names no class gets the one that is marked as the default, at its
 * creation. Of several defaults the newest counts, of equally new ones the first by name.
 */
import type { PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { Ingress } from '@pintle/api/networking/v1';
import type { KubernetesObject } from '@pintle/machinery';
import type { ObjectCache } from '../storage/object-cache.js';
import type { AdmissionPlugin } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';

const storageDefaults = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const ingressDefaults = ['ingressclass.kubernetes.io/is-default-class'];
export const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';
const ingressClassAnnotation = 'kubernetes.io/ingress.class';

export function defaultStorageClass({ storageClasses }: AdmissionCaches): AdmissionPlugin {
  return onCreate('DefaultStorageClass', '', 'persistentvolumeclaims', (object) => {
    const claim = object as PersistentVolumeClaim;
    const named =
      claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[storageClassAnnotation] !== undefined;
    const storageClassName = named ? undefined : defaultOf(storageClasses, storageDefaults);
    return storageClassName === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName } };
  });
}

export function defaultIngressClass({ ingressClasses }: AdmissionCaches): AdmissionPlugin {
  return onCreate('DefaultIngressClass', 'networking.k8s.io', 'ingresses', (object) => {
    const ingress = object as Ingress;
    const named =
      ingress.spec?.ingressClassName !== undefined ||
      ingress.metadata.annotations?.[ingressClassAnnotation] !== undefined;
    const ingressClassName = named ? undefined : defaultOf(ingressClasses, ingressDefaults);
    return ingressClassName === undefined ? ingress : { ...ingress, spec: { ...ingress.spec, ingressClassName } };
  });
}

function onCreate(
  name: string,
  group: string,
  plural: string,
  change: (object: KubernetesObject) => KubernetesObject,
): AdmissionPlugin {
  return {
    name,
    concerns: ({ operation, resource, subresource }) =>
      operation === 'CREATE' &&
      subresource === undefined &&
      resource.kind.plural === plural &&
      resource.kind.group === group,
    mutate: ({ object }) => change(object!),
  };
}

function defaultOf(classes: ObjectCache, annotations: readonly string[]): string | undefined {
  const timeOf = ({ metadata }: KubernetesObject) => Date.parse(metadata.creationTimestamp ?? '');
  const nameOf = ({ metadata }: KubernetesObject) => metadata.name ?? '';
  const [first] = [...classes.values()]
    .filter(({ metadata }) => annotations.some((key) => metadata.annotations?.[key] === 'true'))
    .sort((a, b) => timeOf(b) - timeOf(a) || (nameOf(a) < nameOf(b) ? -1 : 1));
  return first?.metadata.name;
}
