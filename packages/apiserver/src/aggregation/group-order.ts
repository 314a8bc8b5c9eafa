/**
 * In which order clients are told of groups and of their versions: as the APIServices of these say, and as kube-apiserver ranks
 * what is built in. Pure.
 */
import { compareVersions } from '../registry/resource-registry.js';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Of the higher one clients are told first. */
export interface Priority {
  readonly group: number;
  readonly version: number;
}

export type PriorityOf = (version: GroupVersion) => Priority;

/** Groups, each with its versions. */
export type Groups = readonly (readonly [group: string, versions: readonly string[]])[];

/** Above all that an APIService can ask for. */
const aggregatorsOwn = 20_001;

/** How upstream ranks the groups, and their versions where these are not ranked as most are. */
const groups: Readonly<Record<string, readonly [rank: number, versions?: Readonly<Record<string, number>>]>> = {
  'apiregistration.k8s.io': [aggregatorsOwn],
  '': [18_000, { v1: 1 }],
  apps: [17_800],
  'events.k8s.io': [17_750, { v1beta1: 5 }],
  'authentication.k8s.io': [17_700],
  'authorization.k8s.io': [17_600],
  autoscaling: [17_500, { v2: 30 }],
  batch: [17_400],
  'certificates.k8s.io': [17_300],
  'networking.k8s.io': [17_200],
  policy: [17_100],
  'rbac.authorization.k8s.io': [17_000],
  'storage.k8s.io': [16_800],
  'apiextensions.k8s.io': [16_700],
  'admissionregistration.k8s.io': [16_700, { v1beta1: 12, v1alpha1: 9 }],
  'scheduling.k8s.io': [16_600],
  'coordination.k8s.io': [16_500, { v1beta1: 13, v1alpha2: 12 }],
  'node.k8s.io': [16_300],
  'discovery.k8s.io': [16_200, { v1beta1: 12 }],
  'resource.k8s.io': [16_200, { v1: 21, v1beta2: 15 }],
  'flowcontrol.apiserver.k8s.io': [16_100, { v1: 21 }],
  'internal.apiserver.k8s.io': [16_000, { v1alpha1: 9 }],
};
const stable = 15;
const beta = 9;
const alpha = 1;
const custom: Priority = { group: 1_000, version: 100 };

export const isBuiltinGroup = (group: string): boolean => Object.hasOwn(groups, group);

/** Where no APIService says otherwise. */
export const rankOf: PriorityOf = ({ group, version }) => {
  const [rank, versions] = isBuiltinGroup(group) ? groups[group]! : [];
  if (rank === undefined) return custom;
  const usual = version.includes('alpha') ? alpha : version.includes('beta') ? beta : stable;
  return { group: rank, version: versions?.[version] ?? usual };
};

/**
 * A group ranks as its highest version does. Of two that rank alike that is first whose name is: the group's own, or the
 * name of its first APIService, as lists of groups have it that are made of these.
 */
export function groupsInOrder(
  versions: readonly GroupVersion[],
  priorityOf: PriorityOf,
  by: 'name' | 'service' = 'name',
): Groups {
  const found = new Map<string, { rank: number; name: string; versions: string[] }>();
  for (const each of versions) {
    const { group, version } = each;
    const rank = priorityOf(each).group;
    const name = by === 'name' ? group : serviceNameOf(group, version);
    const known = found.get(group);
    if (known === undefined) found.set(group, { rank, name, versions: [version] });
    else {
      if (!known.versions.includes(version)) known.versions.push(version);
      if (rank > known.rank || (rank === known.rank && name < known.name)) Object.assign(known, { rank, name });
    }
  }
  const byPriority = (group: string) => (a: string, b: string) =>
    priorityOf({ group, version: b }).version - priorityOf({ group, version: a }).version || compareVersions(a, b);
  return [...found]
    .sort(([, a], [, b]) => b.rank - a.rank || (a.name < b.name ? -1 : 1))
    .map(([group, each]) => [group, each.versions.sort(byPriority(group))]);
}

export const serviceNameOf = (group: string, version: string): string => `${version}.${group}`;
