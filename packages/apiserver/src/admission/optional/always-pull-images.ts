/** AlwaysPullImages: nobody runs an image that is on a node already without the right to pull it. */
import type { Pod, PodSpec } from '@pintle/api/core/v1';
import { containersOf } from '@pintle/api/pod-spec';
import { type FieldError, formatFieldError, notSupportedField } from '@pintle/machinery';
import { type AdmissionPlugin, type AdmissionRequest, isWriteOf, refusedRequest } from '../admission.js';

const always = 'Always';

const imagesOf = ({ spec }: Pod): readonly (string | undefined)[] =>
  containersOf(spec).map(({ container: { image } }) => image);

export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  concerns: isWriteOf('', 'pods'),
  handles: bringsImages,
  mutate: ({ object }) => {
    const pod = object as Pod;
    return pod.spec === undefined ? pod : { ...pod, spec: pulling(pod.spec) };
  },
  validate(request) {
    const errors = errorsOf((request.object as Pod).spec);
    if (errors.length > 0) throw refusedRequest(request, errors.map((error) => formatFieldError(error)).join(', '));
  },
};

function bringsImages({ object, old }: AdmissionRequest): boolean {
  if (old === undefined) return true;
  const before = new Set(imagesOf(old as Pod));
  return imagesOf(object as Pod).some((image) => !before.has(image));
}

function pulling(spec: PodSpec): PodSpec {
  const pulled = <C extends { readonly imagePullPolicy?: string | undefined }>(containers: readonly C[]) =>
    containers.map((container): C => ({ ...container, imagePullPolicy: always }));
  const { initContainers, containers, ephemeralContainers, volumes } = spec;
  return {
    ...spec,
    containers: pulled(containers),
    ...(initContainers === undefined ? {} : { initContainers: pulled(initContainers) }),
    ...(ephemeralContainers === undefined ? {} : { ephemeralContainers: pulled(ephemeralContainers) }),
    ...(volumes?.some(({ image }) => image !== undefined)
      ? {
          volumes: volumes.map((volume) =>
            volume.image === undefined ? volume : { ...volume, image: { ...volume.image, pullPolicy: always } },
          ),
        }
      : {}),
  };
}

/** A webhook may have thought otherwise. */
function errorsOf(spec: PodSpec | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  const require = (path: string, policy: string | undefined) => {
    if (policy !== always) errors.push(notSupportedField(path, policy ?? '', [always]));
  };
  for (const { container, path } of containersOf(spec)) require(`${path}.imagePullPolicy`, container.imagePullPolicy);
  for (const [index, { image }] of (spec?.volumes ?? []).entries())
    if (image !== undefined) require(`spec.volumes[${index}].image.pullPolicy`, image.pullPolicy);
  return errors;
}
