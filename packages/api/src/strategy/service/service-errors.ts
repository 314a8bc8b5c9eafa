/** What must hold of a Service (core validation `ValidateService`). */
import {
  choiceErrors,
  cidrErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenErrors,
  forbiddenField,
  formatErrors,
  invalidField,
  ipFamilyOf,
  noErrors,
  notSupportedField,
  portNumberErrors,
  qualifiedNameErrors,
  requiredChoiceErrors,
  requiredField,
  validateLabels,
} from '@pintle/machinery';
import type { Service, ServicePort, ServiceSpec } from '../../core/v1/service.js';
import { shownPort } from '../go-structures.js';
import { protocols } from '../pod/containers.js';
import { portErrors } from '../pod/handlers.js';
import { addressErrors } from '../pod/names.js';
import { nonSpecialAddressErrors } from '../special-addresses.js';
import { isExternallyAccessible, isHeadless, needsHealthCheckNodePort } from './service-needs.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
const affinityMaxSeconds = 86_400;

const hintsAnnotation = 'service.kubernetes.io/topology-aware-hints';
const modeAnnotation = 'service.kubernetes.io/topology-mode';
const rangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

export function serviceErrors({ metadata, spec }: Service): readonly FieldError[] {
  if (spec === undefined) return [requiredField('spec.ports')];
  const { type, ports = [] } = spec;
  const headless = isHeadless(spec);
  const names = new Set<string>();
  return [
    ...topologyErrors(metadata.annotations ?? {}),
    ...(ports.length === 0 && !headless && type !== 'ExternalName' ? [requiredField('spec.ports')] : noErrors),
    ...(headless && (type === 'LoadBalancer' || type === 'NodePort')
      ? [invalidField('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : noErrors),
    ...(type === 'ExternalName' ? externalNameErrors(spec) : noErrors),
    ...eachErrors(ports, 'spec.ports', (port, at) => servicePortErrors(port, at, ports.length > 1, names)),
    ...(spec.selector === undefined ? noErrors : validateLabels(spec.selector, 'spec.selector')),
    ...affinityErrors(spec),
    ...eachErrors(spec.externalIPs, 'spec.externalIPs', (ip, at) => {
      const errors = addressErrors(ip, at);
      return errors.length > 0 ? errors : nonSpecialAddressErrors(ip, at);
    }),
    ...requiredChoiceErrors(type, 'spec.type', types),
    ...(type === 'ClusterIP'
      ? eachErrors(ports, 'spec.ports', ({ nodePort }, at) =>
          forbiddenErrors(nodePort, `${at}.nodePort`, "may not be used when `type` is 'ClusterIP'"),
        )
      : noErrors),
    ...repeatedPortErrors(ports),
    ...sourceRangeErrors(spec, metadata.annotations?.[rangesAnnotation]),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer'
      ? [forbiddenField('spec.allocateLoadBalancerNodePorts', onlyBalanced)]
      : noErrors),
    ...balancerClassErrors(spec),
    ...externalTrafficErrors(spec),
    ...internalTrafficErrors(spec),
    ...(spec.trafficDistribution === undefined || spec.trafficDistribution === 'PreferClose'
      ? noErrors
      : [notSupportedField('spec.trafficDistribution', spec.trafficDistribution, ['PreferClose'])]),
  ];
}

function topologyErrors(annotations: Readonly<Record<string, string>>): readonly FieldError[] {
  const [hints, mode] = [annotations[hintsAnnotation], annotations[modeAnnotation]];
  return hints === undefined || mode === undefined || hints === mode
    ? noErrors
    : [
        invalidField(
          `metadata.annotations[${modeAnnotation}]`,
          mode,
          `must match annotations[${hintsAnnotation}] when both are specified`,
        ),
      ];
}

function externalNameErrors({ clusterIPs, ipFamilies, ipFamilyPolicy, externalName = '' }: ServiceSpec) {
  const not = 'may not be set for ExternalName services';
  // As an alias of DNS it may end with a dot.
  const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName;
  return [
    ...forbiddenErrors(clusterIPs, 'spec.clusterIPs', not),
    ...forbiddenErrors(ipFamilies, 'spec.ipFamilies', not),
    ...forbiddenErrors(ipFamilyPolicy, 'spec.ipFamilyPolicy', not),
    ...(name === ''
      ? [requiredField('spec.externalName')]
      : formatErrors(name, 'spec.externalName', dns1123SubdomainErrors)),
  ];
}

function servicePortErrors(
  { name, port, protocol, targetPort, appProtocol }: ServicePort,
  path: string,
  nameRequired: boolean,
  names: Set<string>,
): readonly FieldError[] {
  const again = !!name && names.has(name);
  if (name) names.add(name);
  return [
    ...(name || !nameRequired
      ? formatErrors(name, `${path}.name`, dns1123LabelErrors)
      : [requiredField(`${path}.name`)]),
    ...(again ? [duplicateField(`${path}.name`, name)] : noErrors),
    ...numberErrors(port, `${path}.port`),
    ...requiredChoiceErrors(protocol, `${path}.protocol`, protocols),
    ...portErrors(targetPort, `${path}.targetPort`),
    ...(appProtocol === undefined
      ? noErrors
      : qualifiedNameErrors(appProtocol).map((message) => invalidField(`${path}.appProtocol`, appProtocol, message))),
  ];
}

const numberErrors = (port: number | undefined, path: string): readonly FieldError[] =>
  portNumberErrors(port ?? 0).map((message) => invalidField(path, port ?? 0, message));

/** Of a protocol, no port is told twice, neither of the Service nor of the nodes. */
function repeatedPortErrors(ports: readonly ServicePort[]): readonly FieldError[] {
  const again = (index: number, id: (port: ServicePort) => string) =>
    ports.slice(0, index).some((other) => id(other) === id(ports[index]!));
  return [
    ...eachErrors(ports, 'spec.ports', ({ nodePort }, at, index) =>
      nodePort && again(index, (one) => `${one.protocol}/${one.nodePort}`)
        ? [duplicateField(`${at}.nodePort`, nodePort)]
        : noErrors,
    ),
    ...eachErrors(ports, 'spec.ports', ({ port, protocol }, at, index) =>
      again(index, (one) => `${one.protocol}/${one.port}`) ? [duplicateField(at, shownPort(protocol, port))] : noErrors,
    ),
  ];
}

function affinityErrors({ sessionAffinity, sessionAffinityConfig: config }: ServiceSpec): readonly FieldError[] {
  const path = 'spec.sessionAffinityConfig';
  const errors = requiredChoiceErrors(sessionAffinity, 'spec.sessionAffinity', ['ClientIP', 'None']);
  if (sessionAffinity === 'None')
    return config === undefined
      ? errors
      : [...errors, forbiddenField(path, 'must not be set when session affinity is None')];
  if (sessionAffinity !== 'ClientIP') return errors;
  const when = 'when session affinity type is ClientIP';
  const seconds = config?.clientIP?.timeoutSeconds;
  if (config === undefined) return [requiredField(path, when)];
  if (config.clientIP === undefined) return [requiredField(`${path}.clientIP`, when)];
  if (seconds === undefined) return [requiredField(`${path}.clientIP.timeoutSeconds`, when)];
  return seconds > 0 && seconds <= affinityMaxSeconds
    ? errors
    : [
        invalidField(
          `${path}.clientIP.timeoutSeconds`,
          seconds,
          `must be greater than 0 and less than ${affinityMaxSeconds}`,
        ),
      ];
}

/** Who may use the balancer: the field, or of old an annotation. */
function sourceRangeErrors(
  { type, loadBalancerSourceRanges: ranges = [] }: ServiceSpec,
  annotation: string | undefined,
): readonly FieldError[] {
  const rangeErrors = (range: string, path: string) =>
    cidrErrors(range.trim()).map((message) => invalidField(path, range.trim(), message));
  const path = ranges.length > 0 ? 'spec.LoadBalancerSourceRanges' : `metadata.annotations[${rangesAnnotation}]`;
  if (ranges.length === 0 && annotation === undefined) return noErrors;
  return [
    ...(type === 'LoadBalancer' ? noErrors : [forbiddenField(path, onlyBalanced)]),
    ...(ranges.length > 0
      ? eachErrors(ranges, path, rangeErrors)
      : annotation!.trim() === ''
        ? noErrors
        : annotation!.split(',').flatMap((range) => rangeErrors(range, path))),
  ];
}

export function balancerClassErrors({ type, loadBalancerClass }: ServiceSpec): readonly FieldError[] {
  if (loadBalancerClass === undefined) return noErrors;
  const path = 'spec.loadBalancerClass';
  return type === 'LoadBalancer'
    ? qualifiedNameErrors(loadBalancerClass).map((message) => invalidField(path, loadBalancerClass, message))
    : [forbiddenField(path, onlyBalanced)];
}

function externalTrafficErrors(spec: ServiceSpec): readonly FieldError[] {
  const { externalTrafficPolicy: policy, healthCheckNodePort: port } = spec;
  const [policyPath, portPath] = ['spec.externalTrafficPolicy', 'spec.healthCheckNodePort'];
  return [
    ...(isExternallyAccessible(spec)
      ? requiredChoiceErrors(policy, policyPath, ['Cluster', 'Local'])
      : policy
        ? [invalidField(policyPath, policy, 'may only be set for externally-accessible services')]
        : noErrors),
    ...(needsHealthCheckNodePort(spec)
      ? port
        ? numberErrors(port, portPath)
        : [requiredField(portPath)]
      : port
        ? [
            invalidField(
              portPath,
              port,
              "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
            ),
          ]
        : noErrors),
  ];
}

function internalTrafficErrors({ type, internalTrafficPolicy: policy }: ServiceSpec): readonly FieldError[] {
  const path = 'spec.internalTrafficPolicy';
  const required = type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP';
  return required && policy === undefined ? [requiredField(path)] : choiceErrors(policy, path, ['Cluster', 'Local']);
}

/** What the status may say of a balancer. */
export function balancerStatusErrors({ spec, status }: Service): readonly FieldError[] {
  const ingress = status?.loadBalancer?.ingress;
  const path = 'status.loadBalancer.ingress';
  if (ingress === undefined || ingress.length === 0) return noErrors;
  if (spec?.type !== 'LoadBalancer')
    return [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  return eachErrors(ingress, path, ({ ip, ipMode, hostname }, at) => [
    ...(ip ? addressErrors(ip, `${at}.ip`) : noErrors),
    ...(ipMode === undefined
      ? ip
        ? [requiredField(`${at}.ipMode`, 'must be specified when `ip` is set')]
        : noErrors
      : ip
        ? choiceErrors(ipMode, `${at}.ipMode`, ['Proxy', 'VIP'])
        : [forbiddenField(`${at}.ipMode`, 'may not be specified when `ip` is not set')]),
    ...formatErrors(hostname, `${at}.hostname`, dns1123SubdomainErrors),
    ...(hostname && ipFamilyOf(hostname) !== undefined
      ? [invalidField(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address')]
      : noErrors),
  ]);
}
