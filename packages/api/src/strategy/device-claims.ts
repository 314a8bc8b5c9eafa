/**
 * Claims on devices, templates of them, and the slices that offer devices (resource validation).
 * Deliberately not here yet: what must hold of selectors, attributes, capacities, configurations and of an allocation.
 */
import {
  clientMetadata,
  deepEqual,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  immutableField,
  invalidField,
  noErrors,
  notSupportedField,
  requiredField,
  requiredFormatErrors,
  type Strategy,
  tooManyField,
} from '@pintle/machinery';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
  ResourceSlice,
} from '../resource/v1beta2/index.js';

/** What a request and a part of a request have in common. */
interface Asking {
  readonly allocationMode?: string;
  readonly count?: number;
  readonly deviceClassName?: string;
}

function withCount<T extends Asking>(request: T): T {
  const allocationMode = request.allocationMode || 'ExactCount';
  return allocationMode === 'ExactCount'
    ? { ...request, allocationMode, count: request.count || 1 }
    : { ...request, allocationMode };
}

const withDefaults = (spec: ResourceClaimSpec): ResourceClaimSpec =>
  spec.devices?.requests === undefined
    ? spec
    : {
        ...spec,
        devices: {
          ...spec.devices,
          requests: spec.devices.requests.map(({ exactly, firstAvailable, ...request }) => ({
            ...request,
            ...(exactly === undefined ? {} : { exactly: withCount(exactly) }),
            ...(firstAvailable === undefined ? {} : { firstAvailable: firstAvailable.map(withCount) }),
          })),
        },
      };

const requestsMax = 32;
const partsMax = 8;

function claimErrors({ requests = [], constraints = [] }: DeviceClaim, path: string): readonly FieldError[] {
  const known = new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((part) => `${name}/${part.name}`),
    ]),
  );
  return [
    ...namedErrors(requests, `${path}.requests`, requestsMax, requestErrors),
    ...(constraints.length > requestsMax
      ? [tooManyField(`${path}.constraints`, constraints.length, requestsMax)]
      : noErrors),
    ...eachErrors(constraints, `${path}.constraints`, (constraint, at) => constraintErrors(constraint, at, known)),
  ];
}

interface Named {
  readonly name: string;
}

/** A list of which each item has a name of its own. */
const namedErrors = <T extends Named>(
  items: readonly T[],
  path: string,
  max: number,
  check: (item: T, path: string) => readonly FieldError[],
): readonly FieldError[] => [
  ...eachErrors(items, path, (item, at, index) => [
    ...dns1123LabelErrors(item.name ?? '').map((message) => invalidField(`${at}.name`, item.name ?? '', message)),
    ...check(item, at),
    ...(items.slice(0, index).some(({ name }) => name === item.name) ? [duplicateField(at, item.name)] : noErrors),
  ]),
  ...(items.length > max ? [tooManyField(path, items.length, max)] : noErrors),
];

function requestErrors({ exactly, firstAvailable = [] }: DeviceRequest, path: string): readonly FieldError[] {
  const needed = 'exactly one of `exactly` or `firstAvailable` is required';
  if (firstAvailable.length > 0)
    return exactly === undefined
      ? namedErrors(firstAvailable, `${path}.firstAvailable`, partsMax, askingErrors)
      : [invalidField(path, null, `${needed}, but multiple fields are set`)];
  return exactly === undefined ? [requiredField(path, needed)] : askingErrors(exactly, `${path}.exactly`);
}

function askingErrors({ deviceClassName, allocationMode = '', count = 0 }: Asking, path: string) {
  const at = (detail: string) => [invalidField(`${path}.count`, count, detail)];
  return [
    ...requiredFormatErrors(deviceClassName, `${path}.deviceClassName`, dns1123SubdomainErrors),
    ...(allocationMode === 'All'
      ? count === 0
        ? noErrors
        : at("must not be specified when allocationMode is 'All'")
      : allocationMode === 'ExactCount'
        ? count > 0
          ? noErrors
          : at('must be greater than zero')
        : [notSupportedField(`${path}.allocationMode`, allocationMode, ['All', 'ExactCount'])]),
  ];
}

const constraintErrors = (
  { requests }: DeviceConstraint,
  path: string,
  known: ReadonlySet<string>,
): readonly FieldError[] =>
  eachErrors(requests, `${path}.requests`, (name, at, index) => [
    ...(known.has(name)
      ? noErrors
      : [
          invalidField(
            at,
            name,
            "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
          ),
        ]),
    ...(requests!.indexOf(name) < index ? [duplicateField(at, name)] : noErrors),
  ]);

const devicesOf = (spec: ResourceClaimSpec | undefined): DeviceClaim => spec?.devices ?? {};
const fixedErrors = (now: unknown, before: unknown, path: string): readonly FieldError[] =>
  deepEqual(now, before) ? noErrors : [immutableField(path, now)];

export const resourceClaimStrategy: Strategy<ResourceClaim> = {
  statusKeeps: clientMetadata,
  defaults: (claim) => ({ ...claim, spec: withDefaults(claim.spec) }),
  validateCreate: ({ spec }) => claimErrors(devicesOf(spec), 'spec.devices'),
  validateUpdate: ({ spec }, old) => fixedErrors(spec, old.spec, 'spec'),
};

export const resourceClaimTemplateStrategy: Strategy<ResourceClaimTemplate> = {
  defaults: (template) => ({ ...template, spec: { ...template.spec, spec: withDefaults(template.spec.spec) } }),
  validateCreate: ({ spec }) => claimErrors(devicesOf(spec.spec), 'spec.spec.devices'),
  validateUpdate: ({ spec }, old) => fixedErrors(spec, old.spec, 'spec'),
};

export const resourceSliceStrategy: Strategy<ResourceSlice> = {
  validateUpdate: ({ spec }, { spec: old }) => [
    ...fixedErrors(spec.pool.name, old.pool.name, 'spec.pool.name'),
    ...fixedErrors(spec.driver, old.driver, 'spec.driver'),
    ...fixedErrors(spec.nodeName, old.nodeName, 'spec.nodeName'),
  ],
};
