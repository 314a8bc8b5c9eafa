/**
 * What a pod asks of a node: containers add up, init containers run one after another beside the sidecars
 * started before them, overhead comes on top (Kubernetes' `resourcehelper.PodRequests`).
 *
 * Kept are two sums: as asked, and with the least that a container counts for in scores where it asks for
 * nothing.
 */
import type { Container, ContainerStatus, Pod } from '@pintle/api/core/v1';
import { deepEqual } from '@pintle/machinery';
import { amountsOf } from './amounts.js';
import { isScalarResource } from './resource-columns.js';

export interface PodRequests {
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Other resources asked for, in units. */
  readonly scalars: readonly { readonly name: string; readonly amount: number }[];
  /** With the least amounts; what scores count with. */
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
}

/** What a container that asks for no CPU counts for in scores: a tenth of a core. */
export const leastMilliCpu = 100;
/** What a container that asks for no memory counts for in scores. */
export const leastMemoryBytes = 200 * 1024 * 1024;

type Sums = Map<string, number>;

interface Known {
  readonly spec: Pod['spec'];
  readonly requests: PodRequests;
}

/** By the list of containers: versions of one pod, and pods of one template, share it. */
const known = new WeakMap<object, Known>();

export function podRequests(pod: Pod): PodRequests {
  const { spec } = pod;
  if (spec === undefined || isResizing(pod)) return computedRequests(pod);
  const found = known.get(spec.containers);
  if (
    found !== undefined &&
    found.spec!.initContainers === spec.initContainers &&
    found.spec!.overhead === spec.overhead &&
    found.spec!.resources === spec.resources
  ) {
    return found.requests;
  }
  const requests = computedRequests(pod);
  if (typeof spec.containers === 'object') known.set(spec.containers, { spec, requests });
  return requests;
}

/** Whether what a container has, or was given, is another amount than what it asks for. */
function isResizing({ spec, status }: Pod): boolean {
  const differs = (statuses: readonly ContainerStatus[] | undefined, containers: readonly Container[] | undefined) =>
    statuses?.some(({ name, resources, allocatedResources }) => {
      if (resources === undefined) return false;
      const asked = containers?.find((container) => container.name === name)?.resources?.requests;
      return !deepEqual(resources.requests ?? {}, asked ?? {}) || !deepEqual(allocatedResources ?? asked, asked);
    }) ?? false;
  return (
    differs(status?.containerStatuses, spec?.containers) || differs(status?.initContainerStatuses, spec?.initContainers)
  );
}

function computedRequests(pod: Pod): PodRequests {
  const asked = total(pod, (container) => containerRequests(pod, container));
  const least = leastAmounts(pod, asked);
  const nonZero = total(pod, (container) => new Map([...least, ...containerRequests(pod, container)]));
  const scalars: { name: string; amount: number }[] = [];
  for (const [name, amount] of asked) {
    if (isScalarResource(name)) scalars.push({ name, amount });
  }
  return {
    cpu: asked.get('cpu') ?? 0,
    memory: asked.get('memory') ?? 0,
    ephemeralStorage: asked.get('ephemeral-storage') ?? 0,
    scalars,
    nonZeroCpu: nonZero.get('cpu') ?? 0,
    nonZeroMemory: nonZero.get('memory') ?? 0,
  };
}

/** What a container counts for that does not say. A pod that asks for something as a whole is taken at its word. */
function leastAmounts({ spec }: Pod, asked: Sums): Sums {
  const least: Sums = new Map([
    ['cpu', leastMilliCpu],
    ['memory', leastMemoryBytes],
  ]);
  if (Object.keys(spec?.resources?.requests ?? {}).length === 0) return least;
  for (const [name, amount] of asked) if (amount > 0) least.delete(name);
  return least;
}

/** The containers' sum, or what the pod says for itself, and overhead on top. */
function total(pod: Pod, requestsOf: (container: Container) => ReadonlyMap<string, number>): Sums {
  const sums = aggregate(pod, requestsOf);
  const { resources, overhead } = pod.spec ?? {};
  for (const [name, amount] of amountsOf(resources?.requests ?? {})) sums.set(name, amount);
  add(sums, amountsOf(overhead ?? {}));
  return sums;
}

function aggregate(pod: Pod, requestsOf: (container: Container) => ReadonlyMap<string, number>): Sums {
  const sums: Sums = new Map();
  for (const container of pod.spec?.containers ?? []) add(sums, requestsOf(container));
  const sidecars: Sums = new Map();
  const startUp: Sums = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const requests = requestsOf(container);
    if (isSidecar(container)) {
      add(sums, requests);
      add(sidecars, requests);
      raise(startUp, sidecars);
    } else {
      const running: Sums = new Map(requests);
      add(running, sidecars);
      raise(startUp, running);
    }
  }
  raise(sums, startUp);
  return sums;
}

/** The spec's requests, or while a resize is under way the highest of asked, allocated and actual. */
function containerRequests(pod: Pod, container: Container): ReadonlyMap<string, number> {
  const requests = amountsOf(container.resources?.requests ?? {});
  const status = statusOf(pod, container);
  if (status?.resources === undefined) return requests;
  const highest: Sums = isResizeInfeasible(pod) ? new Map() : new Map(requests);
  raise(highest, amountsOf(status.resources.requests ?? {}));
  raise(highest, amountsOf(status.allocatedResources ?? {}));
  return highest;
}

/** Of containers that can be resized: an init container that comes to its end cannot. */
function statusOf({ spec, status }: Pod, { name }: Container): ContainerStatus | undefined {
  const named = (each: ContainerStatus) => each.name === name;
  const init = spec?.initContainers?.find((each) => each.name === name);
  if (init === undefined) return status?.containerStatuses?.find(named);
  return isSidecar(init) ? status?.initContainerStatuses?.find(named) : undefined;
}

function isResizeInfeasible(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') ?? false
  );
}

/** An init container that goes on running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function add(sums: Sums, more: ReadonlyMap<string, number>): void {
  for (const [name, amount] of more) sums.set(name, (sums.get(name) ?? 0) + amount);
}

function raise(sums: Sums, to: ReadonlyMap<string, number>): void {
  for (const [name, amount] of to) sums.set(name, Math.max(sums.get(name) ?? 0, amount));
}

/** Equal for pods that ask for the same. */
export function signatureOfRequests({
  cpu,
  memory,
  ephemeralStorage,
  scalars,
  nonZeroCpu,
  nonZeroMemory,
}: PodRequests): string {
  const amounts = `${cpu} ${memory} ${ephemeralStorage} ${nonZeroCpu} ${nonZeroMemory}`;
  return scalars.length === 0 ? amounts : `${amounts} ${JSON.stringify(scalars)}`;
}
