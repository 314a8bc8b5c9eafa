/** The metadata of what is made of a template inside an object: labels and annotations, and nothing else. */
import {
  type FieldError,
  forbiddenField,
  noErrors,
  type ObjectMeta,
  validateAnnotations,
  validateLabels,
} from '@pintle/machinery';

export function templateMetaErrors(metadata: Partial<ObjectMeta> | undefined, path: string): readonly FieldError[] {
  if (metadata === undefined) return noErrors;
  const { labels, annotations, ...others } = metadata;
  return [
    ...(annotations === undefined ? noErrors : validateAnnotations(annotations, `${path}.annotations`)),
    ...(labels === undefined ? noErrors : validateLabels(labels, `${path}.labels`)),
    // Upstream makes these names of Go's.
    ...Object.keys(others).map((field) =>
      forbiddenField(`${path}.${field === 'uid' ? 'uID' : field}`, 'cannot be set'),
    ),
  ];
}
