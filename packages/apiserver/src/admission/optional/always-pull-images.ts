/** AlwaysPullImages: nobody runs an image that is on a node already without the right to pull it. */
import type { Container, Pod, PodSpec } from '@pintle/api/core/v1';
import { type FieldError, forbidden, formatFieldError, notSupportedField } from '@pintle/machinery';
import { type AdmissionPlugin, type AdmissionRequest, isWriteOf } from '../admission.js';

const always = 'Always';
const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

type AnyContainer = Pick<Container, 'name' | 'image' | 'imagePullPolicy'>;

const imagesOf = ({ spec }: Pod): readonly (string | undefined)[] =>
  lists.flatMap((list) => ((spec?.[list] ?? []) as readonly AnyContainer[]).map(({ image }) => image));

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
    if (errors.length > 0)
      throw forbidden(request.resource.kind, request.name, errors.map((error) => formatFieldError(error)).join(', '));
  },
};

function bringsImages({ object, old }: AdmissionRequest): boolean {
  if (old === undefined) return true;
  const before = new Set(imagesOf(old as Pod));
  return imagesOf(object as Pod).some((image) => !before.has(image));
}

function pulling(spec: PodSpec): PodSpec {
  const changed: Record<string, unknown> = {};
  for (const list of lists) {
    if (spec[list] === undefined) continue;
    changed[list] = (spec[list] as readonly AnyContainer[]).map((container) => ({
      ...container,
      imagePullPolicy: always,
    }));
  }
  if (spec.volumes?.some(({ image }) => image !== undefined))
    changed['volumes'] = spec.volumes.map((volume) =>
      volume.image === undefined ? volume : { ...volume, image: { ...volume.image, pullPolicy: always } },
    );
  return { ...spec, ...changed };
}

/** A webhook may have thought otherwise. */
function errorsOf(spec: PodSpec | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  const require = (path: string, policy: string | undefined) => {
    if (policy !== always) errors.push(notSupportedField(path, policy ?? '', [always]));
  };
  for (const list of lists)
    for (const [index, { imagePullPolicy }] of ((spec?.[list] ?? []) as readonly AnyContainer[]).entries())
      require(`spec.${list}[${index}].imagePullPolicy`, imagePullPolicy);
  for (const [index, { image }] of (spec?.volumes ?? []).entries())
    if (image !== undefined) require(`spec.volumes[${index}].image.pullPolicy`, image.pullPolicy);
  return errors;
}
