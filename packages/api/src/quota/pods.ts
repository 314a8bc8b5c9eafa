/** Pods against quota: their number, and what they ask for and are limited to while they live. */
import { type Quantity, secondsToMs } from '@pintle/machinery';
import type { Container } from '../core/v1/container.js';
import type { Pod } from '../core/v1/pod.js';
import { parseResourceList, podLimits, podRequests, type ResourceAmounts } from '../resource-list/index.js';
import { qosClassOf } from '../strategy/pod-qos.js';
import { isExtendedResource } from '../strategy/resource-names.js';
import { isNameInScope, type QuotaEvaluator, type QuotaScope } from './evaluator.js';
import { one } from './object-count.js';

const bounded = ['cpu', 'memory', 'ephemeral-storage'] as const;
const names: ReadonlySet<string> = new Set([
  'count/pods',
  'pods',
  ...bounded,
  ...bounded.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
]);
/** Where quota bounds these, every container must say how much it wants. Kubernetes takes no others into this list. */
const mustBeSaid: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

const countsAsPod = (name: string) =>
  names.has(name) ||
  name.startsWith('hugepages-') ||
  name.startsWith('requests.hugepages-') ||
  (name.startsWith('requests.') && name.includes('/') && !name.includes('kubernetes.io/'));

export const podQuota: QuotaEvaluator<Pod> = {
  resource: { group: '', plural: 'pods' },
  handles: (operation, subresource) =>
    operation === 'CREATE'
      ? subresource === undefined
      : operation === 'UPDATE' && (subresource === undefined || subresource === 'resize'),
  // Whether it has a deadline is all of a pod that an update takes from one quota to another.
  mayChange: (pod, old, subresource) => subresource === 'resize' || isTerminating(pod) !== isTerminating(old),
  matching: (given) => [...given].filter(countsAsPod),
  isInScope,
  missing(required, { spec }) {
    const wanted = required.filter((name) => mustBeSaid.has(name)).sort();
    const lacks = ({ resources }: Container, name: string) =>
      !computeUsage(parseResourceList(resources?.requests), parseResourceList(resources?.limits)).has(name);
    const faults = wanted.flatMap((name) => {
      const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
        .filter((container) => lacks(container, name))
        .map((container) => container.name);
      return containers.length === 0 ? [] : [`${name} for: ${[...new Set(containers)].sort().join(',')}`];
    });
    return faults.length === 0 ? undefined : `must specify ${faults.join('; ')}`;
  },
  usage(pod, nowMs) {
    const counted: ResourceAmounts = new Map([['count/pods', one]]);
    if (!isLive(pod, nowMs)) return counted;
    const options = { useStatus: true };
    return new Map([...counted, ...computeUsage(podRequests(pod, options), podLimits(pod, options))]);
  },
};

/** Whether quota goes on charging for it: not once it has ended, nor when it should long have gone. */
function isLive({ status, metadata }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (!deletionTimestamp || deletionGracePeriodSeconds === undefined) return true;
  return nowMs <= Date.parse(deletionTimestamp) + secondsToMs(deletionGracePeriodSeconds);
}

function computeUsage(requests: ResourceAmounts, limits: ResourceAmounts): ResourceAmounts {
  const usage = new Map<string, Quantity>([['pods', one]]);
  for (const name of bounded) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request !== undefined) usage.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) usage.set(name, request).set(`requests.${name}`, request);
    if (isExtendedResource(name)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

/** Whether the pod has a deadline. */
export const isTerminating = ({ spec }: Pod): boolean => (spec?.activeDeadlineSeconds ?? -1) >= 0;

function isInScope(scope: QuotaScope, pod: Pod): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return qosClassOf(pod.spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(pod.spec) !== 'BestEffort';
    case 'PriorityClass':
      return isNameInScope(scope, present(pod.spec?.priorityClassName));
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod);
    default:
      return false;
  }
}

const present = (name: string | undefined): readonly string[] => (name ? [name] : []);

function crossesNamespaces({ spec }: Pod): boolean {
  const kinds = [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity];
  const terms = kinds.flatMap((kind) => [
    ...(kind?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(kind?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}
