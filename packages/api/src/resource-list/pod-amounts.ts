/**
 * What a pod asks for and is limited to: containers add up; init containers run one after another, beside the
 * sidecars started before them; overhead comes on top (Kubernetes' `resourcehelper`).
 */
import type { Container } from '../core/v1/container.js';
import type { PodSpec } from '../core/v1/pod.js';
import { addAmounts, maxAmounts, parseResourceList, type ResourceAmounts } from './amounts.js';

export interface PodAmountsOptions {
  /** Leaves out what the pod's sandbox itself takes. */
  readonly excludeOverhead?: boolean;
}

export function podRequests(spec: PodSpec, { excludeOverhead = false }: PodAmountsOptions = {}): ResourceAmounts {
  const requests = ofContainers(spec, (container) => parseResourceList(container.resources?.requests));
  return excludeOverhead ? requests : addAmounts(requests, parseResourceList(spec.overhead));
}

/** Overhead is added only to what is limited at all. */
export function podLimits(spec: PodSpec, { excludeOverhead = false }: PodAmountsOptions = {}): ResourceAmounts {
  const limits = ofContainers(spec, (container) => parseResourceList(container.resources?.limits));
  if (excludeOverhead) return limits;
  const overhead = [...parseResourceList(spec.overhead)].filter(([name]) => (limits.get(name)?.nano ?? 0n) !== 0n);
  return addAmounts(limits, new Map(overhead));
}

function ofContainers(spec: PodSpec, amountsOf: (container: Container) => ResourceAmounts): ResourceAmounts {
  let running = addAmounts(...(spec.containers ?? []).map(amountsOf));
  let sidecars: ResourceAmounts = new Map();
  let starting: ResourceAmounts = new Map();
  for (const container of spec.initContainers ?? []) {
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
