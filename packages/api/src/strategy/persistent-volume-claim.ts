/** PersistentVolumeClaims: what must hold of them, what may change once they are bound, what their status may say. */
import {
  compareQuantity,
  deepEqual,
  type FieldError,
  forbiddenField,
  immutableField,
  invalidField,
  noErrors,
  notSupportedField,
  parseQuantity,
  qualifiedNameErrors,
  quantityValue,
  requiredErrors,
  type Strategy,
} from '@pintle/machinery';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus,
} from '../core/v1/persistent-volume-claim.js';
import { claimSpecErrors } from './claim-spec.js';
import { claimSpecWarnings } from './claim-warnings.js';

const betaClass = 'volume.beta.kubernetes.io/storage-class';

/** The source is told in both fields, that older clients read the one and newer ones the other. */
function withSources(given: PersistentVolumeClaimSpec, before?: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const spec = withoutOddSource(given, before);
  const { dataSource, dataSourceRef } = spec;
  if (dataSourceRef?.namespace) return spec;
  if (dataSource !== undefined && dataSourceRef === undefined) return { ...spec, dataSourceRef: dataSource };
  return dataSourceRef !== undefined && dataSource === undefined ? { ...spec, dataSource: dataSourceRef } : spec;
}

/** The older field is for claims and snapshots alone, and of all else it says nothing. */
function withoutOddSource(
  spec: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec = {},
): PersistentVolumeClaimSpec {
  const { dataSource, ...rest } = spec;
  if (dataSource === undefined || (before.dataSource ?? before.dataSourceRef ?? rest.dataSourceRef) !== undefined)
    return spec;
  const { apiGroup = '', kind } = dataSource;
  const isOwn =
    (kind === 'PersistentVolumeClaim' && apiGroup === '') ||
    (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');
  return isOwn ? spec : rest;
}

type Claim = PersistentVolumeClaim;

export const persistentVolumeClaimStrategy: Strategy<Claim> = {
  prepareForCreate: (claim) => ({
    ...claim,
    ...(claim.spec === undefined ? {} : { spec: withSources(claim.spec) }),
    status: { phase: 'Pending' },
  }),
  prepareForUpdate: (claim, old) =>
    claim.spec === undefined ? claim : { ...claim, spec: withSources(claim.spec, old.spec) },
  validateCreate: ({ spec }) => claimSpecErrors(spec, 'spec'),
  validateUpdate: (claim, old) => [...claimSpecErrors(claim.spec, 'spec'), ...changeErrors(claim, old)],
  validateStatusUpdate: ({ spec, status = {} }) => [
    ...requiredErrors(spec?.accessModes, 'Spec.accessModes'),
    ...statusErrors(status),
  ],
  warnings: ({ metadata, spec }) => [
    ...(metadata.annotations?.[betaClass] === undefined
      ? []
      : [`metadata.annotations[${betaClass}]: deprecated since v1.8; use "storageClassName" attribute instead`]),
    ...claimSpecWarnings(spec, 'spec'),
  ],
};

/** **Differs from Kubernetes**: the message about the spec does not go on with a difference of Go structures. */
function changeErrors(claim: Claim, old: Claim): readonly FieldError[] {
  const [now, before] = [claim.spec ?? {}, old.spec ?? {}];
  const [annotation, oldAnnotation] = [claim, old].map(({ metadata }) => metadata.annotations?.[betaClass]);
  const bound = claim.status?.phase === 'Bound';
  const upgraded =
    oldAnnotation !== undefined &&
    before.storageClassName === undefined &&
    now.storageClassName === oldAnnotation &&
    (annotation === undefined || annotation === oldAnnotation);
  const storageOf = ({ resources }: PersistentVolumeClaimSpec) => resources?.requests?.['storage'] ?? '0';
  const [size, oldSize] = [storageOf(now), storageOf(before)];
  return [
    ...(upgraded || annotation === oldAnnotation
      ? noErrors
      : [immutableField(`metadata.annotations.${betaClass}`, annotation ?? '')]),
    ...(deepEqual(comparable(now, before, { bound, upgraded, oldAnnotation }), before)
      ? noErrors
      : [
          forbiddenField(
            'spec',
            'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n',
          ),
        ]),
    ...(isLess(size, oldSize) ? shrinkErrors(size, old.status?.capacity?.['storage']) : noErrors),
    ...(now.volumeMode === before.volumeMode ? noErrors : [immutableField('volumeMode', now.volumeMode ?? null)]),
    ...classChangeErrors(now.volumeAttributesClassName, before.volumeAttributesClassName),
  ];
}

const isLess = (a: string, b: string) => compareQuantity(parseQuantity(a), parseQuantity(b)) < 0;

/** A wish may be taken back to what there is not yet less of. */
const shrinkErrors = (size: string, present = '0'): readonly FieldError[] =>
  isLess(present, size)
    ? noErrors
    : [forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')];

function classChangeErrors(now: string | undefined, before: string | undefined): readonly FieldError[] {
  if (now === before || before === undefined || now) return noErrors;
  const path = 'spec.volumeAttributesClassName';
  return [
    forbiddenField(path, `update from non-nil value to ${now === undefined ? 'nil' : 'an empty string'} is forbidden`),
  ];
}

/** The new spec with all that may differ as it was: what is still different may not. */
function comparable(
  now: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec,
  {
    bound,
    upgraded,
    oldAnnotation,
  }: { readonly bound: boolean; readonly upgraded: boolean; readonly oldAnnotation: string | undefined },
): PersistentVolumeClaimSpec {
  const rest: Record<string, unknown> = { ...now };
  const restore = (field: keyof PersistentVolumeClaimSpec) => {
    if (before[field] === undefined) delete rest[field];
    else rest[field] = before[field];
  };
  // A volume is given once; a class too, where there was none.
  if (!before.volumeName) restore('volumeName');
  const given = now.storageClassName !== undefined && before.storageClassName === undefined;
  if (upgraded || (given && (oldAnnotation === undefined || now.storageClassName === oldAnnotation)))
    restore('storageClassName');
  if (!bound) return rest as PersistentVolumeClaimSpec;
  const storage = before.resources?.requests?.['storage'];
  if (now.resources?.requests !== undefined && storage !== undefined)
    rest['resources'] = { ...now.resources, requests: { ...now.resources.requests, storage } };
  if (now.volumeAttributesClassName !== undefined) restore('volumeAttributesClassName');
  return rest as PersistentVolumeClaimSpec;
}

const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

function statusErrors(status: PersistentVolumeClaimStatus): readonly FieldError[] {
  const amountErrors = (path: string, name: string, amount: string) =>
    parseQuantity(amount).nano < 0n
      ? [invalidField(`${path}[${name}]`, quantityValue(parseQuantity(amount)), 'must be a valid resource quantity')]
      : noErrors;
  const allocated = 'status.allocatedResources';
  return [
    ...Object.entries(status.capacity ?? {}).flatMap(([name, amount]) => amountErrors('status.capacity', name, amount)),
    ...Object.entries(status.allocatedResourceStatuses ?? {}).flatMap(([name, state]) => [
      ...resourceKeyErrors(name, 'status.allocatedResourceStatus'),
      ...(resizeStatuses.includes(state)
        ? noErrors
        : [notSupportedField('status.allocatedResourceStatus', name, resizeStatuses)]),
    ]),
    ...Object.entries(status.allocatedResources ?? {}).flatMap(([name, amount]) => {
      const faults = resourceKeyErrors(name, allocated);
      return faults.length > 0 ? faults : amountErrors(allocated, name, amount);
    }),
  ];
}

/** Of Kubernetes' own resources only storage can be allocated. */
function resourceKeyErrors(name: string, path: string): readonly FieldError[] {
  const messages = qualifiedNameErrors(name);
  if (messages.length > 0) return messages.map((message) => invalidField(path, name, message));
  const own = !name.includes('/') || name.includes('kubernetes.io/');
  return own && name !== 'storage' ? [notSupportedField(path, name, ['storage'])] : noErrors;
}
