/**
 * Which plural and scope an object's kind has: told by the caller, else asked of the server and remembered.
 * A kind that is not there is asked for anew each time, so that a new CustomResourceDefinition is found.
 */
import { apiVersionOf, type KindRef, StatusError, statusError } from '@pintle/machinery';
import { type ResourcePlace, versionPath } from './resource-path.js';

/** One resource of an APIResourceList, as far as it is read here. */
interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

export type PlaceLookup = (object: ObjectKind, signal?: AbortSignal) => Promise<ResourcePlace>;

/** Group versions remembered; beyond that, all are forgotten and asked anew. */
const versionsMax = 1_000;

export const placeOfKind = (kind: KindRef): ResourcePlace => ({
  apiVersion: apiVersionOf(kind),
  plural: kind.plural,
  scope: kind.scope,
});

/** Errors of the lookup: `StatusError` NotFound for a kind that the server does not have. */
export function placeLookup(
  get: (path: string, signal?: AbortSignal) => Promise<unknown>,
  kinds: readonly KindRef[],
): PlaceLookup {
  const told = new Map(kinds.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, placeOfKind(kind)]));
  const discovered = new Map<string, Promise<readonly ApiResource[]>>();

  const resourcesOf = (apiVersion: string): Promise<readonly ApiResource[]> => {
    let resources = discovered.get(apiVersion);
    if (resources === undefined) {
      // Asked for all who wait, so it is not ended by one caller's signal.
      resources = get(versionPath(apiVersion)).then(
        (list) => (list as { resources?: readonly ApiResource[] | null }).resources ?? [],
      );
      if (discovered.size >= versionsMax) discovered.clear();
      discovered.set(apiVersion, resources);
      resources.catch(() => discovered.delete(apiVersion));
    }
    return resources.catch((error: unknown) => {
      if (StatusError.is(error, 'NotFound')) return [];
      throw error;
    });
  };

  return async ({ apiVersion, kind }) => {
    const known = told.get(`${apiVersion}/${kind}`);
    if (known !== undefined) return known;
    for (const anew of [false, true]) {
      if (anew) discovered.delete(apiVersion);
      const found = (await resourcesOf(apiVersion)).find(
        (resource) => resource.kind === kind && !resource.name.includes('/'),
      );
      if (found !== undefined)
        return { apiVersion, plural: found.name, scope: found.namespaced ? 'Namespaced' : 'Cluster' };
      if (!anew && !discovered.has(apiVersion)) break;
    }
    throw statusError(
      'NotFound',
      `no matches for kind ${JSON.stringify(kind ?? '')} in version ${JSON.stringify(apiVersion ?? '')}`,
    );
  };
}
