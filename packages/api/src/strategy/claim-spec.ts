/** What must hold of a claim of storage, in a PersistentVolumeClaim and in the templates of claims. */
import {
  choiceErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  parseQuantity,
  requiredErrors,
  requiredField,
} from '@pintle/machinery';
import type { PersistentVolumeClaimSpec } from '../core/v1/persistent-volume-claim.js';
import type { TypedObjectReference } from '../core/v1/reference.js';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const volumeModes = ['Block', 'Filesystem'];

/** Known modes, and the one for a single pod on its own. */
export function accessModeErrors(modes: readonly string[] = [], path: string): readonly FieldError[] {
  const known = modes.filter((mode) => accessModes.includes(mode));
  return [
    ...modes.filter((mode) => !accessModes.includes(mode)).map((mode) => notSupportedField(path, mode, accessModes)),
    ...(known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')
      ? [forbiddenField(path, 'may not use ReadWriteOncePod with other access modes')]
      : noErrors),
  ];
}

export const positiveQuantityErrors = (amount: string, path: string): readonly FieldError[] =>
  parseQuantity(amount).nano > 0n ? noErrors : [invalidField(path, amount, 'must be greater than zero')];

export function claimSpecErrors(spec: PersistentVolumeClaimSpec | undefined, path: string): readonly FieldError[] {
  const {
    accessModes: modes,
    selector,
    resources,
    storageClassName,
    volumeMode,
    dataSource,
    dataSourceRef,
  } = spec ?? {};
  const storage = resources?.requests?.['storage'];
  const storagePath = `${path}.resources[storage]`;
  return [
    ...requiredErrors(modes, `${path}.accessModes`, 'at least 1 access mode is required'),
    ...labelSelectorErrors(selector, `${path}.selector`),
    ...accessModeErrors(modes, `${path}.accessModes`),
    ...(storage === undefined ? [requiredField(storagePath)] : positiveQuantityErrors(storage, storagePath)),
    ...formatErrors(storageClassName, `${path}.storageClassName`, dns1123SubdomainErrors),
    ...choiceErrors(volumeMode, `${path}.volumeMode`, volumeModes),
    ...(dataSource === undefined ? noErrors : sourceErrors(dataSource, `${path}.dataSource`)),
    ...(dataSourceRef === undefined ? noErrors : sourceErrors(dataSourceRef, `${path}.dataSourceRef`)),
    ...agreementErrors(spec ?? {}, path),
    ...formatErrors(spec?.volumeAttributesClassName, `${path}.volumeAttributesClassName`, dns1123SubdomainErrors),
  ];
}

/** What the volume is to be filled with. */
const sourceErrors = (
  { name, kind, apiGroup, namespace }: TypedObjectReference,
  path: string,
): readonly FieldError[] => [
  ...requiredErrors(name, `${path}.name`),
  ...requiredErrors(kind, `${path}.kind`),
  ...(!apiGroup && kind !== 'PersistentVolumeClaim'
    ? [invalidField(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]
    : noErrors),
  ...formatErrors(apiGroup, `${path}.apiGroup`, dns1123SubdomainErrors),
  ...formatErrors(namespace, `${path}.namespace`, dns1123LabelErrors),
];

/** The source is told twice, of old and of new: both the same. */
function agreementErrors(
  { dataSource: old, dataSourceRef: now }: PersistentVolumeClaimSpec,
  path: string,
): readonly FieldError[] {
  if (old === undefined || now === undefined) return noErrors;
  const fault = (detail: string) => [invalidField(path, `${path}.dataSource`, detail)];
  if (now.namespace) return fault('may not be specified when dataSourceRef.namespace is specified');
  return old.apiGroup === now.apiGroup && old.kind === now.kind && old.name === now.name
    ? noErrors
    : fault('must match dataSourceRef');
}
