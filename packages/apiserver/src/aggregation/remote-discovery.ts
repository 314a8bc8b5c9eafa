/** What other servers say of their resources, in the form of aggregated discovery. Pure. */
import type { RemoteVersion } from './aggregator.js';

interface Listed {
  readonly name?: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** The entries of an APIResourceList as those of an APIGroupDiscovery: subresources under their resource. */
export function aggregatedEntries({ resources }: RemoteVersion): readonly unknown[] {
  const listed = resources as readonly Listed[];
  return listed
    .filter(({ name }) => name !== undefined && !name.includes('/'))
    .map((entry) => {
      const under = listed.filter(({ name }) => name?.startsWith(`${entry.name}/`));
      return {
        resource: entry.name,
        responseKind: responseKind(entry),
        scope: entry.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: entry.singularName ?? '',
        verbs: entry.verbs ?? [],
        ...(entry.shortNames?.length ? { shortNames: entry.shortNames } : {}),
        ...(entry.categories?.length ? { categories: entry.categories } : {}),
        ...(under.length === 0
          ? {}
          : {
              subresources: under.map((part) => ({
                subresource: part.name?.slice((entry.name?.length ?? 0) + 1),
                responseKind: responseKind(part),
                verbs: part.verbs ?? [],
              })),
            }),
      };
    });
}

/** What is said of a version is not guessed: where nothing is, it is that of the list. */
const responseKind = ({ group = '', version = '', kind = '' }: Listed) => ({ group, version, kind });
