/** Which Services have a load balancer, what it is to be, and which nodes are behind it. Pure. */
import type { Node, Service } from '@pintle/api/core/v1';
import type { LoadBalancerIngress, LoadBalancerWish } from '@pintle/contracts';

export const cleanupFinalizer = 'service.kubernetes.io/load-balancer-cleanup';
const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const leavingTaint = 'ToBeDeletedByClusterAutoscaler';
const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** One with a class of its own is somebody else's. */
export const wantsLoadBalancer = ({ metadata, spec }: Service): boolean =>
  metadata.deletionTimestamp === undefined && spec?.type === 'LoadBalancer' && !spec.loadBalancerClass;

/** The same for as long as the Service lives: `a` and its uid, at most 32 characters. */
export const loadBalancerName = ({ metadata }: Service): string =>
  `a${(metadata.uid ?? '').replaceAll('-', '')}`.slice(0, 32);

/** Nodes that traffic can be sent to. Where only those with endpoints answer, the balancer finds out by itself who is well. */
export function nodesBehind(policy: 'Cluster' | 'Local', nodes: readonly Node[]): readonly string[] {
  const isLocal = policy === 'Local';
  return nodes
    .filter(({ metadata, spec: { taints = [] } = {}, status }) => {
      if (metadata.labels?.[excludeLabel] !== undefined) return false;
      if (isLocal) return true;
      if (metadata.deletionTimestamp !== undefined || taints.some(({ key }) => key === leavingTaint)) return false;
      return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
    })
    .map(({ metadata }) => metadata.name ?? '')
    .sort();
}

export function planLoadBalancer(service: Service, nodes: readonly Node[]): LoadBalancerWish {
  const { metadata, spec } = service;
  const annotated = metadata.annotations?.[sourceRangesAnnotation]?.split(',').map((range) => range.trim());
  const isLocal = spec?.externalTrafficPolicy === 'Local';
  return {
    name: loadBalancerName(service),
    service: `${metadata.namespace}/${metadata.name}`,
    ports: (spec?.ports ?? []).map(({ name = '', protocol = 'TCP', port, nodePort = 0 }) => ({
      name,
      protocol,
      port,
      nodePort,
    })),
    sourceRanges: spec?.loadBalancerSourceRanges ?? annotated?.filter((range) => range !== '') ?? [],
    ...(spec?.loadBalancerIP ? { loadBalancerIP: spec.loadBalancerIP } : {}),
    ...(isLocal && spec?.healthCheckNodePort ? { healthCheckNodePort: spec.healthCheckNodePort } : {}),
    annotations: metadata.annotations ?? {},
    nodes: nodesBehind(isLocal ? 'Local' : 'Cluster', nodes),
  };
}

/** As a Service's status has it: an address is reached as a virtual one unless it says otherwise. */
export const ingressStatus = (ingress: readonly LoadBalancerIngress[]): readonly LoadBalancerIngress[] =>
  ingress.map((place) => (place.ip === undefined ? place : { ipMode: 'VIP', ...place }));
