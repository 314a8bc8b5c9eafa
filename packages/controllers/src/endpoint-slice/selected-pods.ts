/** Which pods a Service selects, which Services a pod is selected by, and which changes of a pod they care for. */
import { Pod, Service } from '@pintle/api/core/v1';
import type { ObjectKey } from '@pintle/client';
import type { Predicate } from '@pintle/controller-runtime';
import { deepEqual } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { isPodReady, isPodTerminal } from '../pod-facts.js';

export const zoneLabel = 'topology.kubernetes.io/zone';

const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean => {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
};

/** The Services whose selector fits the pod. */
export function servicesOf(pod: Pod, informers: Informers): readonly ObjectKey[] {
  const labels = pod.metadata.labels ?? {};
  return informers
    .informer(Service)
    .lister.list({ namespace: pod.metadata.namespace ?? '' })
    .filter(({ spec }) => spec?.selector !== undefined && selects(spec.selector, labels))
    .map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }));
}

/** The pods that a Service selects. */
export function podsOf(service: Service, informers: Informers): readonly Pod[] {
  const selector = service.spec?.selector;
  if (selector === undefined) return [];
  return informers
    .informer(Pod)
    .lister.list({ namespace: service.metadata.namespace ?? '' })
    .filter(({ metadata }) => selects(selector, metadata.labels ?? {}));
}

/** Whether a change of a pod can change endpoints: a pod without an address before and after is nobody's. */
export const endpointsMayChange: Predicate<Pod> = (event) => {
  const { object } = event;
  if (event.type !== 'updated') return hasAddress(object);
  const { old } = event;
  if (!hasAddress(old) && !hasAddress(object)) return false;
  return (
    isPodReady(old) !== isPodReady(object) ||
    isPodTerminal(old) !== isPodTerminal(object) ||
    old.metadata.deletionTimestamp !== object.metadata.deletionTimestamp ||
    old.spec?.nodeName !== object.spec?.nodeName ||
    old.status?.podIP !== object.status?.podIP ||
    !deepEqual(old.status?.podIPs, object.status?.podIPs) ||
    !deepEqual(old.metadata.labels, object.metadata.labels)
  );
};

const hasAddress = ({ status }: Pod) => Boolean(status?.podIP) || (status?.podIPs?.length ?? 0) > 0;
