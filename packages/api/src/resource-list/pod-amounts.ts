/**
 * What a pod asks for and is limited to: containers add up; init containers run one after another, beside the
 * sidecars started before them; overhead comes on top (Kubernetes' `resourcehelper`).
 */
import type { Container } from '../core/v1/container.js';
import type { ContainerStatus } from '../core/v1/container-status.js';
import type { Pod } from '../core/v1/pod.js';
import { addAmounts, maxAmounts, parseResourceList, type ResourceAmounts } from './amounts.js';

export interface PodAmountsOptions {
  /** Leaves out what the pod's sandbox itself takes. */
  readonly excludeOverhead?: boolean;
  /** While a resize is under way, counts the highest of what is asked, allocated and actual. */
  readonly useStatus?: boolean;
}

type PodLike = Pick<Pod, 'spec' | 'status'>;

export function podRequests(pod: PodLike, options: PodAmountsOptions = {}): ResourceAmounts {
  const requests = ofContainers(pod, options, 'requests');
  return options.excludeOverhead ? requests : addAmounts(requests, parseResourceList(pod.spec?.overhead));
}

/** Overhead is added only to what is limited at all. */
export function podLimits(pod: PodLike, options: PodAmountsOptions = {}): ResourceAmounts {
  const limits = ofContainers(pod, options, 'limits');
  if (options.excludeOverhead) return limits;
  const overhead = [...parseResourceList(pod.spec?.overhead)].filter(([name]) => (limits.get(name)?.nano ?? 0n) !== 0n);
  return addAmounts(limits, new Map(overhead));
}

function ofContainers(pod: PodLike, { useStatus }: PodAmountsOptions, what: 'requests' | 'limits'): ResourceAmounts {
  const amountsOf = (container: Container) =>
    useStatus && pod.status !== undefined
      ? whileResizing(pod, container, what)
      : parseResourceList(container.resources?.[what]);
  let running = addAmounts(...(pod.spec?.containers ?? []).map(amountsOf));
  let sidecars: ResourceAmounts = new Map();
  let starting: ResourceAmounts = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = amountsOf(container);
    const sidecar = container.restartPolicy === 'Always';
    if (sidecar) {
      running = addAmounts(running, own);
      sidecars = addAmounts(sidecars, own);
    }
    starting = maxAmounts(starting, sidecar ? sidecars : addAmounts(own, sidecars));
  }
  return maxAmounts(running, starting);
}

function whileResizing({ status }: PodLike, container: Container, what: 'requests' | 'limits'): ResourceAmounts {
  const asked = parseResourceList(container.resources?.[what]);
  const named = ({ name }: ContainerStatus) => name === container.name;
  const present = status?.containerStatuses?.find(named) ?? status?.initContainerStatuses?.find(named);
  if (present?.resources === undefined) return asked;
  const infeasible = status?.conditions?.some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
  const actual = parseResourceList(present.resources[what]);
  const taken = what === 'requests' ? maxAmounts(actual, parseResourceList(present.allocatedResources)) : actual;
  return infeasible ? taken : maxAmounts(asked, taken);
}
