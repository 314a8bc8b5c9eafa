/** Ingresses and their classes: backends, hosts, paths. */
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  immutableField,
  invalidField,
  ipFamilyOf,
  noErrors,
  notSupportedField,
  pathSegmentErrors,
  portNameErrors,
  portNumberErrors,
  prefixedPathErrors,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
  type Strategy,
  tooLongField,
  wildcardSubdomainErrors,
} from '@pintle/machinery';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressClassParametersReference,
  IngressSpec,
} from '../networking/v1/networking.js';
import { balancerWarnings } from './address-warnings.js';
import { addressErrors } from './pod/names.js';
import { specChanged } from './workloads.js';

const classAnnotation = 'kubernetes.io/ingress.class';

function specErrors({ rules = [], defaultBackend, tls, ingressClassName }: IngressSpec): readonly FieldError[] {
  return [
    ...(rules.length === 0 && defaultBackend === undefined
      ? [invalidField('spec', rules, 'either `defaultBackend` or `rules` must be specified')]
      : noErrors),
    ...(defaultBackend === undefined ? noErrors : backendErrors(defaultBackend, 'spec.defaultBackend')),
    ...eachErrors(rules, 'spec.rules', ({ host, http }, at) => [
      ...(host && ipFamilyOf(host) !== undefined
        ? [invalidField(`${at}.host`, host, 'must be a DNS name, not an IP address')]
        : noErrors),
      ...formatErrors(host, `${at}.host`, hostErrors),
      ...(http === undefined
        ? noErrors
        : [
            ...requiredErrors(http.paths, `${at}.http.paths`),
            ...eachErrors(http.paths, `${at}.http.paths`, pathErrors),
          ]),
    ]),
    ...eachErrors(tls, 'spec.tls', ({ hosts, secretName }, at) => [
      ...eachErrors(hosts, `${at}.hosts`, (host, place) =>
        hostErrors(host).map((message) => invalidField(place, host, message)),
      ),
      ...formatErrors(secretName, `${at}.secretName`, dns1123SubdomainErrors),
    ]),
    ...(ingressClassName === undefined
      ? noErrors
      : dns1123SubdomainErrors(ingressClassName).map((message) =>
          invalidField('spec.ingressClassName', ingressClassName, message),
        )),
  ];
}

const hostErrors = (host: string): readonly string[] =>
  host.includes('*') ? wildcardSubdomainErrors(host) : dns1123SubdomainErrors(host);

const neverIn = ['//', '/./', '/../', '%2f', '%2F'];
const neverLast = ['/..', '/.'];

const pathTypes: readonly string[] = ['Exact', 'ImplementationSpecific', 'Prefix'];

function pathErrors({ path = '', pathType, backend }: HTTPIngressPath, at: string): readonly FieldError[] {
  if (pathType === undefined) return [requiredField(`${at}.pathType`, 'pathType must be specified')];
  const place = `${at}.path`;
  const exact = pathType === 'Exact' || pathType === 'Prefix';
  return [
    ...(pathTypes.includes(pathType) ? noErrors : [notSupportedField(`${at}.pathType`, pathType, pathTypes)]),
    ...((exact || (pathType === 'ImplementationSpecific' && path !== '')) && !path.startsWith('/')
      ? [invalidField(place, path, 'must be an absolute path')]
      : noErrors),
    ...(exact
      ? [
          ...neverIn
            .filter((part) => path.includes(part))
            .map((part) => invalidField(place, path, `must not contain '${part}'`)),
          ...neverLast
            .filter((part) => path.endsWith(part))
            .map((part) => invalidField(place, path, `cannot end with '${part}'`)),
        ]
      : noErrors),
    ...backendErrors(backend ?? {}, `${at}.backend`),
  ];
}

function backendErrors({ resource, service }: IngressBackend, path: string): readonly FieldError[] {
  if (resource !== undefined && service !== undefined)
    return [invalidField(path, '', 'cannot set both resource and service backends')];
  if (resource !== undefined) return referenceErrors(resource, `${path}.resource`);
  if (service === undefined) return [invalidField(path, '', 'resource or service backend is required')];
  const { name, number } = service.port ?? {};
  return [
    ...requiredFormatErrors(service.name, `${path}.service.name`, dns1035LabelErrors),
    ...(name && number
      ? [invalidField(path, '', 'cannot set both port name & port number')]
      : name
        ? formatErrors(name, `${path}.service.port.name`, portNameErrors)
        : number
          ? portNumberErrors(number).map((message) => invalidField(`${path}.service.port.number`, number, message))
          : [requiredField(path, 'port name or number is required')]),
  ];
}

interface Reference {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** Something of another kind, by its names. */
const referenceErrors = ({ apiGroup, kind, name }: Reference, path: string): readonly FieldError[] => [
  ...(apiGroup === undefined
    ? noErrors
    : dns1123SubdomainErrors(apiGroup).map((message) => invalidField(`${path}.apiGroup`, apiGroup, message))),
  ...requiredFormatErrors(kind, `${path}.kind`, pathSegmentErrors),
  ...requiredFormatErrors(name, `${path}.name`, pathSegmentErrors),
];

export const ingressStrategy: Strategy<Ingress> = {
  generationChanged: specChanged,
  prepareForCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }),
  validateCreate({ metadata, spec = {} }) {
    const annotation = metadata.annotations?.[classAnnotation];
    const { ingressClassName: name } = spec;
    return [
      ...specErrors(spec),
      ...(annotation !== undefined && name !== undefined && annotation !== name
        ? [
            invalidField(
              `annotations.${classAnnotation}`,
              annotation,
              'must match `ingressClassName` when both are specified',
            ),
          ]
        : noErrors),
    ];
  },
  validateUpdate: ({ spec = {} }) => specErrors(spec),
  validateStatusUpdate: ({ status }) =>
    eachErrors(status?.loadBalancer?.ingress, 'status.loadBalancer.ingress', ({ ip, hostname }, at) => [
      ...(ip ? addressErrors(ip, `${at}.ip`) : noErrors),
      ...formatErrors(hostname, `${at}.hostname`, dns1123SubdomainErrors),
      ...(hostname && ipFamilyOf(hostname) !== undefined
        ? [invalidField(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address')]
        : noErrors),
    ]),
  warnings: ({ metadata }, old) =>
    old === undefined && metadata.annotations?.[classAnnotation] !== undefined
      ? [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  statusWarnings: balancerWarnings,
};

const controllerMaxLength = 250;

function classErrors({ spec }: IngressClass): readonly FieldError[] {
  const { controller = '', parameters } = spec ?? {};
  const path = 'spec.controller';
  return [
    ...(controller === ''
      ? [requiredField(path)]
      : [
          ...(controller.length > controllerMaxLength ? [tooLongField(path, '', controllerMaxLength)] : noErrors),
          ...prefixedPathErrors(controller, path),
        ]),
    ...(parameters === undefined ? noErrors : parametersErrors(parameters, 'spec.parameters')),
  ];
}

function parametersErrors(parameters: IngressClassParametersReference, path: string): readonly FieldError[] {
  const { scope, namespace } = parameters;
  const errors = referenceErrors(parameters, path);
  const is = `\`parameters.scope\` is set to '${scope}'`;
  if (scope === undefined) return [...errors, requiredField(`${path}.scope`)];
  if (scope !== 'Cluster' && scope !== 'Namespace')
    return [...errors, notSupportedField(`${path}.scope`, scope, ['Cluster', 'Namespace'])];
  if (scope === 'Cluster')
    return namespace === undefined ? errors : [...errors, forbiddenField(`${path}.namespace`, is)];
  return [
    ...errors,
    ...(namespace === undefined
      ? [requiredField(`${path}.namespace`, is)]
      : dns1123LabelErrors(namespace).map((message) => invalidField(`${path}.namespace`, namespace, message))),
  ];
}

export const ingressClassStrategy: Strategy<IngressClass> = {
  generationChanged: specChanged,
  defaults: (object) =>
    object.spec?.parameters === undefined || object.spec.parameters.scope !== undefined
      ? object
      : { ...object, spec: { ...object.spec, parameters: { ...object.spec.parameters, scope: 'Cluster' } } },
  validateCreate: classErrors,
  validateUpdate: (object, old) => [
    ...(object.spec?.controller === old.spec?.controller
      ? noErrors
      : [immutableField('spec.controller', object.spec?.controller ?? '')]),
    ...classErrors(object),
  ],
};
