/**
 * The kinds that a server serves, by its aggregated discovery: built in, custom and of other servers behind it. For who
 * has to look at all of them, as garbage collectors do. It asks each time, and follows nothing.
 */
import { type KindRef, statusError, type Verb } from '@pintle/machinery';
import { UndiscoveredError } from '../client.js';

/** Of each group's resource the version that the server prefers. */
export interface ServedKind extends KindRef {
  readonly verbs: readonly Verb[];
}

/** As much of an APIGroupDiscoveryList as is read. */
interface DiscoveryList {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind?: string };
        readonly scope?: string;
        readonly verbs?: readonly string[];
      }[];
    }[];
  }[];
}

const forms = ['v2', 'v2beta1'].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);
export const discoveryMedia = [...forms, 'application/json'].join(',');

/**
 * Errors of `get`; `StatusError` NotAcceptable where the server is older than Kubernetes 1.26; `UndiscoveredError` where it
 * cannot tell of servers behind it, with the kinds that it does tell of.
 */
export async function servedKinds(get: (path: string) => Promise<unknown>): Promise<readonly ServedKind[]> {
  const lists = (await Promise.all(['/api', '/apis'].map((path) => get(path)))) as readonly DiscoveryList[];
  const kinds = lists.flatMap(kindsOf);
  const stale = lists.flatMap(({ items = [] }) =>
    items.flatMap(({ metadata, versions = [] }) =>
      versions.flatMap(({ version, freshness }) => (freshness === 'Stale' ? [`${metadata?.name}/${version}`] : [])),
    ),
  );
  if (stale.length > 0) throw new UndiscoveredError(kinds, stale);
  return kinds;
}

function kindsOf({ kind, items = [] }: DiscoveryList): readonly ServedKind[] {
  if (kind !== 'APIGroupDiscoveryList')
    throw statusError('NotAcceptable', 'the server has no aggregated discovery; Kubernetes has it from 1.26 on');
  return items.flatMap(({ metadata, versions = [] }) => {
    // Versions come as the server prefers them, so the first that has a resource counts.
    const byPlural = new Map<string, ServedKind>();
    for (const { version, resources = [] } of versions.filter(({ freshness }) => freshness !== 'Stale'))
      for (const { resource, responseKind, scope, verbs } of resources)
        if (responseKind?.kind && !byPlural.has(resource))
          byPlural.set(resource, {
            ...{ group: metadata?.name ?? '', version, kind: responseKind.kind, plural: resource },
            scope: scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
            verbs: (verbs ?? []) as readonly Verb[],
          } as ServedKind);
    return [...byPlural.values()];
  });
}
