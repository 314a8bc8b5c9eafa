/** Services: ports by name and number; what kind of Service has which fields. Addresses are the server's affair. */
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  duplicateField,
  type FieldError,
  invalidField,
  maskTrailingDash,
  notSupportedField,
  portNameErrors,
  portNumberErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { Service, ServicePort } from '../core/v1/service.js';

const affinitySeconds = 10_800;

export const serviceStrategy: Strategy<Service> = {
  nameErrors: (name, prefix) => dns1035LabelErrors(prefix ? maskTrailingDash(name) : name),
  defaults(service) {
    const { spec } = service;
    if (spec === undefined) return service;
    const ports = spec.ports?.map((port) =>
      port.targetPort === undefined || port.targetPort === 0 || port.targetPort === ''
        ? { ...port, targetPort: port.port }
        : port,
    );
    const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    return {
      ...service,
      spec: {
        ...spec,
        ...(ports === undefined ? {} : { ports }),
        ...(spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig === undefined
          ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } } }
          : {}),
        ...(spec.type !== 'ExternalName' ? { internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster' } : {}),
        ...(external && spec.externalTrafficPolicy === undefined ? { externalTrafficPolicy: 'Cluster' as const } : {}),
        ...(spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === undefined
          ? { allocateLoadBalancerNodePorts: true }
          : {}),
      },
    };
  },
  prepareForCreate: (service) => ({ ...service, status: { loadBalancer: {} } }),
  validateCreate: serviceErrors,
  validateUpdate(service, old) {
    const errors = [...serviceErrors(service)];
    const [now, before] = [service.spec, old.spec];
    if (
      now?.type !== 'ExternalName' &&
      before?.type !== 'ExternalName' &&
      before?.clusterIP &&
      now?.clusterIP !== before.clusterIP
    ) {
      errors.push(
        now?.clusterIP
          ? invalidField('spec.clusterIPs[0]', now.clusterIPs ?? [now.clusterIP], 'may not change once set')
          : invalidField('spec.clusterIPs[0]', [], 'primary clusterIP can not be unset'),
      );
    }
    return errors;
  },
};

function serviceErrors({ spec }: Service): readonly FieldError[] {
  if (spec === undefined) return [requiredField('spec')];
  const errors: FieldError[] = [];
  const headless = spec.clusterIP === 'None';
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') errors.push(requiredField('spec.ports'));
  if (spec.type === 'ExternalName' && !spec.externalName) errors.push(requiredField('spec.externalName', ''));
  if (spec.type !== undefined && !['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'].includes(spec.type)) {
    errors.push(notSupportedField('spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']));
  }
  if (headless && (spec.type === 'NodePort' || spec.type === 'LoadBalancer'))
    errors.push(invalidField('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries())
    errors.push(...portErrors(port, `spec.ports[${index}]`, ports.length > 1, names, numbers));
  return errors;
}

function portErrors(
  port: ServicePort,
  path: string,
  nameRequired: boolean,
  names: Set<string>,
  numbers: Set<string>,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!port.name) {
    if (nameRequired) errors.push(requiredField(`${path}.name`));
  } else {
    for (const message of dns1123LabelErrors(port.name)) errors.push(invalidField(`${path}.name`, port.name, message));
    if (names.has(port.name)) errors.push(duplicateField(`${path}.name`, port.name));
    names.add(port.name);
  }
  for (const message of portNumberErrors(port.port)) errors.push(invalidField(`${path}.port`, port.port, message));
  if (port.protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(port.protocol))
    errors.push(notSupportedField(`${path}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
  const { targetPort } = port;
  if (typeof targetPort === 'number')
    for (const message of portNumberErrors(targetPort))
      errors.push(invalidField(`${path}.targetPort`, targetPort, message));
  else if (targetPort !== undefined)
    for (const message of portNameErrors(targetPort))
      errors.push(invalidField(`${path}.targetPort`, targetPort, message));
  const id = `${port.protocol}:${port.port}`;
  if (numbers.has(id)) errors.push(duplicateField(path, { protocol: port.protocol, port: port.port }));
  numbers.add(id);
  return errors;
}
