/** Services against quota: their number, their node ports, their load balancers. */
import { parseQuantity } from '@pintle/machinery';
import type { Service } from '../core/v1/service.js';
import type { QuotaEvaluator } from './evaluator.js';
import { intersection, none, one } from './object-count.js';

const names = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];

export const serviceQuota: QuotaEvaluator<Service> = {
  resource: { group: '', plural: 'services' },
  // A Service may become of another type.
  handles: (operation, subresource) => (operation === 'CREATE' || operation === 'UPDATE') && subresource === undefined,
  matching: (given) => intersection(given, names),
  isInScope: () => false,
  missing: () => undefined,
  usage: (service) =>
    new Map([
      ['count/services', one],
      ['services', one],
      ['services.nodeports', parseQuantity(nodePortsOf(service))],
      ['services.loadbalancers', service.spec?.type === 'LoadBalancer' ? one : none],
    ]),
};

function nodePortsOf({ spec }: Service): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') return ports.length;
  if (spec?.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false
    ? ports.filter(({ nodePort }) => (nodePort ?? 0) !== 0).length
    : ports.length;
}
