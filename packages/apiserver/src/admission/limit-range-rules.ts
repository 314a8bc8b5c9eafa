/** What the LimitRanges of a namespace make of a pod, and what they have against a pod or a claim. Pure. */
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec } from '@pintle/api/core/v1';
import { parseResourceList, podLimits, podRequests, type ResourceAmounts } from '@pintle/api/resource-list';
import { compareQuantity, formatQuantity, type Quantity, quantityMilliValue } from '@pintle/machinery';

const annotation = 'kubernetes.io/limit-ranger';

type Resources = NonNullable<Container['resources']>;

/** The pod with the default requests and limits that its containers lack, and an annotation that tells of them. */
export function withLimitRangeDefaults(pod: Pod, range: LimitRange): Pod {
  const items = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const requests: Record<string, string> = Object.assign({}, ...items.map((item) => item.defaultRequest));
  const limits: Record<string, string> = Object.assign({}, ...items.map((item) => item.default));
  const told: string[] = [];
  const filled = <C extends Container>(container: C, what: string): C => {
    const resources: Resources = container.resources ?? {};
    const askedLater = lacking(resources.requests, requests);
    const limitedLater = lacking(resources.limits, limits);
    if (askedLater.length > 0) told.push(`${askedLater.join(', ')} request for ${what} ${container.name}`);
    if (limitedLater.length > 0) told.push(`${limitedLater.join(', ')} limit for ${what} ${container.name}`);
    if (askedLater.length + limitedLater.length === 0) return container;
    return {
      ...container,
      resources: {
        ...resources,
        ...(askedLater.length === 0 ? {} : { requests: { ...requests, ...resources.requests } }),
        ...(limitedLater.length === 0 ? {} : { limits: { ...limits, ...resources.limits } }),
      },
    };
  };
  const spec = pod.spec as PodSpec;
  const containers = spec.containers.map((container) => filled(container, 'container'));
  const initContainers = spec.initContainers?.map((container) => filled(container, 'init container'));
  if (told.length === 0) return pod;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${told.join('; ')}` },
    },
    spec: { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  };
}

const lacking = (present: Readonly<Record<string, string>> | undefined, defaults: Readonly<Record<string, string>>) =>
  Object.keys(defaults)
    .filter((name) => present === undefined || !Object.hasOwn(present, name))
    .sort();

/** What is wrong with a pod by these limits, in the words of Kubernetes; empty where all is well. */
export function podLimitFaults({ spec }: Pod, range: LimitRange): readonly string[] {
  const faults: string[] = [];
  if (spec === undefined) return faults;
  for (const item of range.spec?.limits ?? []) {
    if (item.type === 'Container') {
      for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])])
        faults.push(
          ...constraintFaults(item, parseResourceList(resources?.requests), parseResourceList(resources?.limits)),
        );
    }
    if (item.type === 'Pod') {
      const bare = { excludeOverhead: true };
      faults.push(...constraintFaults(item, podRequests({ spec }, bare), podLimits({ spec }, bare)));
    }
  }
  return faults;
}

/** As `podLimitFaults`, of a claim's storage. What a claim calls limits does not count. */
export function claimLimitFaults({ spec }: PersistentVolumeClaim, range: LimitRange): readonly string[] {
  const requests = parseResourceList(spec?.resources?.requests);
  const faults: string[] = [];
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'PersistentVolumeClaim') continue;
    for (const [name, bound] of sorted(item.min)) faults.push(...minFaults(item, name, bound, requests, new Map()));
    for (const [name, bound] of sorted(item.max)) {
      const start = `maximum ${name} usage per ${item.type} is ${formatQuantity(bound)}`;
      const asked = requests.get(name);
      if (asked === undefined) faults.push(`${start}.  No request is specified`);
      else if (compareQuantity(asked, bound) > 0) faults.push(`${start}, but request is ${formatQuantity(asked)}`);
    }
  }
  return faults;
}

function constraintFaults(item: LimitRangeItem, requests: ResourceAmounts, limits: ResourceAmounts): readonly string[] {
  return [
    ...sorted(item.min).flatMap(([name, bound]) => minFaults(item, name, bound, requests, limits)),
    ...sorted(item.max).flatMap(([name, bound]) => maxFaults(item, name, bound, requests, limits)),
    ...sorted(item.maxLimitRequestRatio).flatMap(([name, bound]) => ratioFaults(item, name, bound, requests, limits)),
  ];
}

const sorted = (list: Readonly<Record<string, string>> | undefined): readonly (readonly [string, Quantity])[] =>
  [...parseResourceList(list)].sort(([a], [b]) => (a < b ? -1 : 1));

type Check = (
  item: LimitRangeItem,
  name: string,
  bound: Quantity,
  requests: ResourceAmounts,
  limits: ResourceAmounts,
) => readonly string[];

const minFaults: Check = ({ type }, name, bound, requests, limits) => {
  const [asked, limited] = [requests.get(name), limits.get(name)];
  const start = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  if (asked === undefined) return [`${start}.  No request is specified`];
  if (compareQuantity(asked, bound) < 0) return [`${start}, but request is ${formatQuantity(asked)}`];
  if (limited !== undefined && compareQuantity(limited, bound) < 0)
    return [`${start}, but limit is ${formatQuantity(limited)}`];
  return [];
};

const maxFaults: Check = ({ type }, name, bound, requests, limits) => {
  const [asked, limited] = [requests.get(name), limits.get(name)];
  const start = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  if (limited === undefined) return [`${start}.  No limit is specified`];
  if (compareQuantity(limited, bound) > 0) return [`${start}, but limit is ${formatQuantity(limited)}`];
  if (asked !== undefined && compareQuantity(asked, bound) > 0)
    return [`${start}, but request is ${formatQuantity(asked)}`];
  return [];
};

const ratioFaults: Check = ({ type }, name, bound, requests, limits) => {
  const [asked, limited] = [requests.get(name)?.nano ?? 0n, limits.get(name)?.nano ?? 0n];
  const start = `${name} max limit to request ratio per ${type} is ${formatQuantity(bound)}`;
  if (asked === 0n) return [`${start}, but no request is specified or request is 0`];
  if (limited === 0n) return [`${start}, but no limit is specified or limit is 0`];
  const ratio = Number(limited) / Number(asked);
  return ratio * 1000 > quantityMilliValue(bound) ? [`${start}, but provided ratio is ${ratio.toFixed(6)}`] : [];
};
