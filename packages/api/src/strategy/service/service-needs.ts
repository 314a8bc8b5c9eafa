/** What kind of Service needs which addresses and ports (pkg/api/service of Kubernetes). */
import type { ServiceSpec } from '../../core/v1/service.js';

/** All but names for something outside have an address in the cluster. */
export const needsClusterIp = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName';

export const isHeadless = ({ clusterIPs = [] }: ServiceSpec): boolean =>
  clusterIPs.length === 1 && clusterIPs[0] === 'None';

export const needsNodePorts = ({ type, allocateLoadBalancerNodePorts: allocate }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocate !== false);

/** Whether it can be reached from outside of the cluster. */
export const isExternallyAccessible = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0);

/** A balancer must know which nodes have pods of it, where each node serves its own alone. */
export const needsHealthCheckNodePort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
