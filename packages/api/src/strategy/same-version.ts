/** Other versions that say the same in the same fields, under another name. */
import { apiVersionOf, type Kind, type KubernetesObject, type ServedVersion } from '@pintle/machinery';

/** `stored`: the kind as its objects are kept. */
export function sameVersion(
  // biome-ignore lint/suspicious/noExplicitAny: whatever its objects are, they are passed on.
  kind: Kind<any>,
  stored: { readonly group: string; readonly version: string },
  deprecationWarning?: string,
): ServedVersion {
  const as = (apiVersion: string) => (object: KubernetesObject) => Object.freeze({ ...object, apiVersion });
  return {
    kind,
    toStored: as(apiVersionOf(stored)),
    fromStored: as(apiVersionOf(kind)),
    ...(deprecationWarning === undefined ? {} : { deprecationWarning }),
  };
}
