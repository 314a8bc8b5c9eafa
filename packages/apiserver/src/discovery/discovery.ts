/** What the API offers, as documents: `/api`, `/apis`, resource lists, and the aggregated form (KEP-3352). */
import { apiVersionOf, type Kind, parseApiVersion, type Verb } from '@pintle/machinery';
import type { RemoteVersion } from '../aggregation/aggregator.js';
import { aggregatedEntries } from '../aggregation/remote-discovery.js';
import type { Resource } from '../registry/resource.js';
import { compareVersions, type ResourceRegistry } from '../registry/resource-registry.js';
import { storageVersionHash } from './digest.js';

const everyVerb: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export const verbsOf = (kind: Kind): readonly Verb[] => (kind.verbs === undefined ? everyVerb : [...kind.verbs].sort());

/** The order in which clients are told of groups: the core's first, then as kube-apiserver ranks them, then by name. */
const groupRank = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

export function groupsInOrder(
  registry: ResourceRegistry,
  remote: readonly Pick<RemoteVersion, 'group' | 'version'>[],
): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map(registry.groups());
  for (const { group, version } of remote)
    groups.set(group, [...(groups.get(group) ?? []), version].sort(compareVersions));
  const rank = (group: string) => (groupRank.includes(group) ? groupRank.indexOf(group) : groupRank.length);
  return [...groups].sort(([a], [b]) => {
    return rank(a) - rank(b) || (a < b ? -1 : 1);
  });
}

/** `/api`. */
export function coreVersions(address: string): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

type Announced = readonly Pick<RemoteVersion, 'group' | 'version'>[];

/** `/apis`. */
export function groupList(registry: ResourceRegistry, remote: Announced): unknown {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groupsInOrder(registry, remote)
      .filter(([group]) => group !== '')
      .map(([group, versions]) => groupBody(group, versions)),
  };
}

/** `/apis/GROUP`; undefined where it is not served. */
export function groupDocument(registry: ResourceRegistry, remote: Announced, group: string): unknown {
  const versions = group === '' ? undefined : new Map(groupsInOrder(registry, remote)).get(group);
  return versions === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group, versions) };
}

function groupBody(group: string, versions: readonly string[]) {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1`, `/apis/GROUP/VERSION`; undefined where it is not served. */
export function resourceList(registry: ResourceRegistry, apiVersion: string): unknown {
  const resources = resourcesIn(registry, apiVersion);
  if (resources.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    // Of the oldest version there is the document itself does not say its own.
    ...(apiVersion === 'v1' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersion,
    resources: resources.flatMap((resource) => resourceEntries(resource, registry.isEnding(resource))),
  };
}

function resourcesIn(registry: ResourceRegistry, apiVersion: string): readonly Resource[] {
  return registry
    .all()
    .filter((resource) => resource.apiVersion === apiVersion)
    .sort((a, b) => (a.kind.plural < b.kind.plural ? -1 : 1));
}

/** In the order that kube-apiserver has for them. */
const verbsOfCustom: readonly Verb[] = [
  ...(['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const),
];

/** Of a kind whose definition is going. */
const verbsOfEnding: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'watch'];

function resourceEntries({ kind, definition, custom }: Resource, isEnding: boolean): unknown[] {
  const namespaced = kind.scope === 'Namespaced';
  const parts = custom ? [...subresourcesOf(kind)].reverse() : subresourcesOf(kind);
  const main = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced,
    kind: kind.kind,
    verbs: isEnding ? verbsOfEnding : custom ? verbsOfCustom : verbsOf(kind),
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(isKept(kind) ? { storageVersionHash: storageVersionHash(definition.kind) } : {}),
  };
  return [
    main,
    ...parts.map(({ name, responseKind, verbs }) => ({
      name: `${kind.plural}/${name}`,
      singularName: '',
      namespaced,
      ...responseKind,
      verbs,
    })),
  ];
}

/** Reviews and the like are answered and forgotten. */
const isKept = (kind: Kind) => (verbsOf(kind) as readonly string[]).includes('list') && kind.kind !== 'ComponentStatus';

interface SubresourceEntry {
  readonly name: string;
  readonly responseKind: { readonly group?: string; readonly version?: string; readonly kind: string };
  readonly verbs: readonly Verb[];
}

function subresourcesOf(kind: Kind): readonly SubresourceEntry[] {
  const partial: readonly Verb[] = ['get', 'patch', 'update'];
  const entries: SubresourceEntry[] = kind.otherSubresources.map(({ name, kind: body, group, version, verbs }) => ({
    name,
    responseKind: { ...(group ? { group } : {}), ...(version ? { version } : {}), kind: body },
    verbs: [...verbs].sort(),
  }));
  const has = (name: string) => entries.some((entry) => entry.name === name);
  if (kind.subresources.status && !has('status'))
    entries.push({ name: 'status', responseKind: { kind: kind.kind }, verbs: partial });
  if (kind.subresources.scale && !has('scale'))
    entries.push({
      name: 'scale',
      responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      verbs: partial,
    });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The aggregated document of `/api` (`core`) or `/apis`: `apidiscovery.k8s.io/v2`; the version before it is gone. */
export function aggregatedDiscovery(
  registry: ResourceRegistry,
  { current, stale }: { readonly current: readonly RemoteVersion[]; readonly stale: readonly RemoteVersion[] },
  which: 'core' | 'groups',
): unknown {
  const remote = [...current, ...stale];
  const elsewhere = new Map(remote.map((each) => [apiVersionOf(each), each]));
  const isStale = new Set(stale.map(apiVersionOf));
  const resourcesOf = (apiVersion: string) => {
    const found = elsewhere.get(apiVersion);
    return found === undefined
      ? resourcesIn(registry, apiVersion).map((resource) => aggregatedEntry(resource, registry.isEnding(resource)))
      : aggregatedEntries(found);
  };
  const groups = groupsInOrder(registry, remote).filter(([group]) => (group === '') === (which === 'core'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: group === '' ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
      versions: [...versions].sort(compareVersions).map((groupVersion) => ({
        version: groupVersion,
        freshness: isStale.has(apiVersionOf({ group, version: groupVersion })) ? 'Stale' : 'Current',
        resources: resourcesOf(apiVersionOf({ group, version: groupVersion })),
      })),
    })),
  };
}

/** What is of the version itself is said of custom kinds only. */
function aggregatedEntry({ kind, custom }: Resource, isEnding: boolean): unknown {
  const { group, version } = custom ? parseApiVersion(apiVersionOf(kind)) : { group: '', version: '' };
  const subresources = subresourcesOf(kind).map(({ name, responseKind, verbs }) => ({
    subresource: name,
    responseKind: {
      group: responseKind.group ?? group,
      version: responseKind.version ?? version,
      kind: responseKind.kind,
    },
    verbs,
  }));
  return {
    resource: kind.plural,
    responseKind: { group, version, kind: kind.kind },
    scope: kind.scope,
    singularResource: kind.singular,
    verbs: isEnding ? verbsOfEnding : verbsOf(kind),
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
