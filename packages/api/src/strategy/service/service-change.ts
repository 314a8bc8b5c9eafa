/** What changes of a Service with its type, and what may not change. */
import { deepEqual, type FieldError, forbiddenField, invalidField, noErrors } from '@pintle/machinery';
import type { Service, ServiceSpec } from '../../core/v1/service.js';
import { clusterIpChangeErrors } from './cluster-ips.js';
import { isExternallyAccessible, needsClusterIp, needsHealthCheckNodePort, needsNodePorts } from './service-needs.js';

type Needs = (spec: ServiceSpec) => boolean;
const isBalanced: Needs = ({ type }) => type === 'LoadBalancer';

/** Fields that only some kinds of Services have; one that turns into another kind loses them, unless it says otherwise. */
const dependent: readonly (readonly [needs: Needs, fields: readonly (keyof ServiceSpec)[]])[] = [
  [needsClusterIp, ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']],
  [needsHealthCheckNodePort, ['healthCheckNodePort']],
  [isBalanced, ['allocateLoadBalancerNodePorts', 'loadBalancerClass']],
  [isExternallyAccessible, ['externalTrafficPolicy']],
];

/** Without what the type before needed and this one does not, where the client has left it as it was. */
export function withoutTypeLeftovers(service: Service, old: Service): Service {
  const [now, before] = [service.spec, old.spec];
  if (now === undefined || before === undefined) return service;
  const gone = dependent
    .filter(([needs]) => needs(before) && !needs(now))
    .flatMap(([, fields]) => fields)
    .filter((field) => now[field] !== undefined && deepEqual(now[field], before[field]));
  const ports = needsNodePorts(before) && !needsNodePorts(now) ? withoutNodePorts(now, before) : now.ports;
  if (gone.length === 0 && ports === now.ports) return service;
  const spec = Object.fromEntries(
    Object.entries({ ...now, ...(ports === undefined ? {} : { ports }) }).filter(
      ([field]) => !(gone as readonly string[]).includes(field),
    ),
  );
  return { ...service, spec } as Service;
}

/** Unless there are ports of nodes that were not there before: then they are meant. */
function withoutNodePorts(now: ServiceSpec, before: ServiceSpec): ServiceSpec['ports'] {
  const known = new Set((before.ports ?? []).map(({ nodePort }) => nodePort));
  if (now.ports?.some(({ nodePort }) => nodePort && !known.has(nodePort))) return now.ports;
  return now.ports?.map(({ nodePort: _port, ...rest }) => rest) as ServiceSpec['ports'];
}

export function serviceChangeErrors({ spec: now }: Service, { spec: before }: Service): readonly FieldError[] {
  if (now === undefined || before === undefined) return noErrors;
  return [
    ...clusterIpChangeErrors(now, before),
    ...(isBalanced(now) && isBalanced(before) && now.loadBalancerClass !== before.loadBalancerClass
      ? [invalidField('spec.loadBalancerClass', now.loadBalancerClass ?? null, 'may not change once set')]
      : noErrors),
    ...(needsHealthCheckNodePort(now) &&
    needsHealthCheckNodePort(before) &&
    now.healthCheckNodePort !== before.healthCheckNodePort
      ? [forbiddenField('spec.healthCheckNodePort', 'field is immutable')]
      : noErrors),
  ];
}
