/** Services: defaults, what must hold of them, and what goes with a change of their type. Addresses are the server's affair. */
import { dns1035LabelErrors, maskTrailingDash, type Strategy } from '@pintle/machinery';
import type { Service, ServiceSpec } from '../core/v1/service.js';
import { balancerWarnings } from './address-warnings.js';
import { clusterIpErrors } from './service/cluster-ips.js';
import { serviceChangeErrors, withoutTypeLeftovers } from './service/service-change.js';
import { balancerStatusErrors, serviceErrors } from './service/service-errors.js';
import { isExternallyAccessible } from './service/service-needs.js';
import { serviceWarnings } from './service/service-warnings.js';

const affinitySeconds = 10_800;

function specDefaults(spec: ServiceSpec): ServiceSpec {
  const ports = spec.ports?.map((port) =>
    port.targetPort === undefined || port.targetPort === 0 || port.targetPort === ''
      ? { ...port, targetPort: port.port }
      : port,
  );
  const { sessionAffinityConfig: affinity, internalTrafficPolicy = 'Cluster', ...rest } = spec;
  return {
    ...rest,
    ...(ports === undefined ? {} : { ports }),
    ...(spec.sessionAffinity === 'ClientIP'
      ? {
          sessionAffinityConfig: {
            clientIP: { timeoutSeconds: affinity?.clientIP?.timeoutSeconds ?? affinitySeconds },
          },
        }
      : {}),
    ...(spec.type === 'ExternalName' && spec.internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy }),
    ...(isExternallyAccessible(spec) ? { externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' } : {}),
    ...(spec.type === 'LoadBalancer'
      ? { allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true }
      : {}),
  };
}

function withDefaults(service: Service): Service {
  const { spec, status } = service;
  const ingress = status?.loadBalancer?.ingress;
  return {
    ...service,
    ...(spec === undefined ? {} : { spec: specDefaults(spec) }),
    ...(ingress === undefined
      ? {}
      : {
          status: {
            ...status,
            loadBalancer: {
              ...status?.loadBalancer,
              ingress: ingress.map((one) => (one.ip && !one.ipMode ? { ...one, ipMode: 'VIP' } : one)),
            },
          },
        }),
  };
}

/** A Service that sends elsewhere has nothing to tell of how it would not. */
function withoutIdlePolicy(service: Service): Service {
  const { type, internalTrafficPolicy, ...spec } = service.spec ?? {};
  return type !== 'ExternalName' || internalTrafficPolicy === undefined
    ? service
    : { ...service, spec: { type, ...spec } };
}

export const serviceStrategy: Strategy<Service> = {
  nameErrors: (name, prefix) => dns1035LabelErrors(prefix ? maskTrailingDash(name) : name),
  defaults: withDefaults,
  prepareForCreate: (service) => ({ ...service, status: { loadBalancer: {} } }),
  prepareForUpdate: withoutTypeLeftovers,
  validateFirst: ({ spec = {} }) => clusterIpErrors(spec),
  validateCreate: serviceErrors,
  validateUpdate: (service, old) => [...serviceChangeErrors(service, old), ...serviceErrors(service)],
  validateStatusUpdate: balancerStatusErrors,
  canonicalize: withoutIdlePolicy,
  warnings: serviceWarnings,
  statusWarnings: balancerWarnings,
};
