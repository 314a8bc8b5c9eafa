/**
 * A pod and what the scheduler derives from it once: its key, priority, requests and host ports. Made when a
 * pod enters the queue or the node table; never changed.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { HostPort } from './host-ports.js';
import { isSidecar, type PodRequests, podRequests } from './pod-requests.js';

export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name`, or the name alone where there is no namespace. */
  readonly key: string;
  /** The uid, or the key where the pod has none. */
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly priority: number;
  readonly schedulerName: string;
  readonly requests: PodRequests;
  readonly hostPorts: readonly HostPort[];
}

export const defaultSchedulerName = 'default-scheduler';

export function podInfo(pod: Pod): PodInfo {
  const { name = '', namespace = '', uid } = pod.metadata;
  const key = podKey(pod);
  return {
    pod,
    key,
    uid: uid ?? key,
    name,
    namespace,
    priority: pod.spec?.priority ?? 0,
    schedulerName: pod.spec?.schedulerName ?? defaultSchedulerName,
    requests: podRequests(pod),
    hostPorts: hostPortsOf(pod),
  };
}

/** `namespace/name`, or the name alone where there is no namespace. */
export function podKey(pod: Pod): string {
  const { name = '', namespace } = pod.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The pod as if it were bound. */
export function onNode({ pod }: PodInfo, nodeName: string): Pod {
  return { ...pod, spec: { ...pod.spec!, nodeName } };
}

/** A pod that ended holds nothing. */
export function isTerminal({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

const noPorts: readonly HostPort[] = [];

function hostPortsOf(pod: Pod): readonly HostPort[] {
  let found: HostPort[] | undefined;
  const sidecars = pod.spec?.initContainers?.filter(isSidecar) ?? [];
  for (const { ports } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const { hostPort, hostIP, protocol } of ports ?? []) {
      if (hostPort === undefined || hostPort <= 0) continue;
      found ??= [];
      found.push({ hostIP: hostIP || '0.0.0.0', protocol: protocol || 'TCP', port: hostPort });
    }
  }
  return found ?? noPorts;
}
