/** What a JSON Schema may have, and a CustomResourceDefinition's schema may not. */

import { isFields } from '../json/fields.js';

export const unsupported = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
] as const;

/** Whether there is something of JSON Schema in it for which Kubernetes has no notion, so that nothing more can be said of it. */
export function isForeign(schema: unknown): boolean {
  if (!isFields(schema)) return false;
  return (
    [...unsupported, '$schema'].some((key) => schema[key] !== undefined) ||
    Array.isArray(schema['items']) ||
    schema['x-kubernetes-preserve-unknown-fields'] === false ||
    [schema['items'], schema['not'], schema['additionalProperties']].some(isForeign) ||
    [schema['allOf'], schema['anyOf'], schema['oneOf']].some(
      (parts) => Array.isArray(parts) && parts.some(isForeign),
    ) ||
    (isFields(schema['properties']) && Object.values(schema['properties']).some(isForeign))
  );
}
