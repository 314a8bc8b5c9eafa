/**
 * Claims on devices, templates of them, and classes of devices (resource validation).
 *
 * Deliberately not here: the CEL of selectors, which the API server compiles.
 */
import { deepEqual, type FieldError, immutableField, noErrors, type Strategy, statusMetadata } from '@pintle/machinery';
import type {
  DeviceClaim,
  DeviceClass,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
} from '../resource/v1beta2/index.js';
import { type Asking, claimErrors } from './devices/claim-requests.js';
import { claimStatusErrors, withoutDeallocated } from './devices/claim-status.js';
import { configurationErrors, selectorErrors } from './devices/device-configuration.js';
import { listErrors } from './devices/device-lists.js';
import { templateMetaErrors } from './template-meta.js';
import { specChanged } from './workloads.js';

function withCount<T extends Asking>(request: T): T {
  const { allocationMode = 'ExactCount' } = request;
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

const devicesOf = (spec: ResourceClaimSpec | undefined): DeviceClaim => spec?.devices ?? {};
const fixedErrors = (now: unknown, before: unknown, path: string): readonly FieldError[] =>
  deepEqual(now, before) ? noErrors : [immutableField(path, now)];

export const resourceClaimStrategy: Strategy<ResourceClaim> = {
  statusKeeps: statusMetadata,
  // Who writes it is told to own metadata, too, that stays as it is.
  unrecorded: { status: ['spec'] },
  prepareForStatusUpdate: withoutDeallocated,
  defaults: (claim) => ({ ...claim, spec: withDefaults(claim.spec) }),
  validateCreate: ({ spec }) => claimErrors(devicesOf(spec), 'spec.devices'),
  validateUpdate: ({ spec }, old) => [
    ...fixedErrors(spec, old.spec, 'spec'),
    ...claimErrors(devicesOf(spec), 'spec.devices'),
  ],
  validateStatusUpdate: claimStatusErrors,
};

export const resourceClaimTemplateStrategy: Strategy<ResourceClaimTemplate> = {
  defaults: (template) => ({ ...template, spec: { ...template.spec, spec: withDefaults(template.spec.spec) } }),
  validateCreate: templateErrors,
  validateUpdate: (template, old) => [...fixedErrors(template.spec, old.spec, 'spec'), ...templateErrors(template)],
};

function templateErrors({ spec }: ResourceClaimTemplate): readonly FieldError[] {
  return [
    ...templateMetaErrors(spec.metadata, 'spec.metadata'),
    ...claimErrors(devicesOf(spec.spec), 'spec.spec.devices'),
  ];
}

export const deviceClassStrategy: Strategy<DeviceClass> = {
  generationChanged: specChanged,
  validateCreate: classErrors,
  validateUpdate: classErrors,
};

const configurationsMax = 32;

function classErrors({ spec }: DeviceClass): readonly FieldError[] {
  return [
    ...selectorErrors(spec.selectors, 'spec.selectors'),
    ...listErrors(spec.config, 'spec.config', configurationsMax, configurationErrors),
  ];
}
