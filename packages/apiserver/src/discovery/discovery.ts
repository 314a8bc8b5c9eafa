/** What the API offers, as documents: `/api`, `/apis`, resource lists, and the aggregated form (KEP-3352). */
import { apiVersionOf, type Kind, parseApiVersion, type Verb } from '@pintle/machinery';
import type { RemoteVersion } from '../aggregation/aggregator.js';
import { type GroupVersion, groupsInOrder, type PriorityOf } from '../aggregation/group-order.js';
import { aggregatedEntries } from '../aggregation/remote-discovery.js';
import type { Resource } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import { storageVersionHash } from './digest.js';

const everyVerb: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export const verbsOf = (kind: Kind): readonly Verb[] => (kind.verbs === undefined ? everyVerb : [...kind.verbs].sort());

/** `/api`. */
export function coreVersions(address: string): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** What is served by whom: by this server as its registry has it, or by others, and what clients are told of first. */
export interface Served {
  readonly registry: ResourceRegistry;
  /** What is told of in lists of groups. */
  readonly announced: readonly GroupVersion[];
  readonly priorityOf: PriorityOf;
  /** Of other servers, with what they tell of. */
  readonly current: readonly RemoteVersion[];
  /** Of those that cannot be reached. */
  readonly stale: readonly GroupVersion[];
}

/** All versions that this server serves itself. */
export const versionsIn = (registry: ResourceRegistry): readonly GroupVersion[] =>
  [...registry.groups()].flatMap(([group, versions]) => versions.map((version) => ({ group, version })));

/** `/apis`. The aggregator's own group is told of by no APIService, and so always. */
export function groupList({ registry, announced, priorityOf }: Served): unknown {
  const own = versionsIn(registry).filter(({ group }) => group === 'apiregistration.k8s.io');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groupsInOrder([...own, ...announced], priorityOf, 'service')
      .filter(([group]) => group !== '')
      .map(([group, versions]) => groupBody(group, versions)),
  };
}

/** `/apis/GROUP`; undefined where it is not served. What no APIService tells of yet is told of by who serves it. */
export function groupDocument({ registry, announced, priorityOf }: Served, group: string): unknown {
  const isOfIt = (each: GroupVersion) => each.group === group;
  const told = announced.filter(isOfIt);
  const versions = groupsInOrder(told.length > 0 ? told : versionsIn(registry).filter(isOfIt), priorityOf)[0]?.[1];
  return group === '' || versions === undefined
    ? undefined
    : { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group, versions) };
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

function resourceEntries({ kind, versions, custom }: Resource, isEnding: boolean): unknown[] {
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
    ...(isKept(kind) ? { storageVersionHash: storageVersionHash(versions[0]!.kind) } : {}),
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
  { registry, priorityOf, current, stale }: Omit<Served, 'announced'>,
  which: 'core' | 'groups',
): unknown {
  const elsewhere = new Map(current.map((each) => [apiVersionOf(each), each]));
  const isStale = new Set(stale.map(apiVersionOf));
  const resourcesOf = (apiVersion: string) => {
    const found = elsewhere.get(apiVersion);
    if (found !== undefined) return aggregatedEntries(found);
    if (isStale.has(apiVersion)) return [];
    return resourcesIn(registry, apiVersion).map((resource) => aggregatedEntry(resource, registry.isEnding(resource)));
  };
  const versionEntry = (version: string, apiVersion: string) => {
    const resources = resourcesOf(apiVersion);
    return {
      version,
      ...(resources.length === 0 ? {} : { resources }),
      freshness: isStale.has(apiVersion) ? 'Stale' : 'Current',
    };
  };
  const groups = groupsInOrder([...versionsIn(registry), ...current, ...stale], priorityOf);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups
      .filter(([group]) => (group === '') === (which === 'core'))
      .map(([group, versions]) => ({
        metadata: group === '' ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
        versions: versions.map((version) => versionEntry(version, apiVersionOf({ group, version }))),
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
    verbs: isEnding ? verbsOfEnding : custom ? verbsOfCustom : verbsOf(kind),
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
