/** PersistentVolumes: one source, that stays; what must hold beside it; when their phase changed. */
import {
  choiceErrors,
  deepEqual,
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  formatTime,
  immutableField,
  invalidField,
  noErrors,
  notSupportedField,
  parseQuantity,
  quantityValue,
  requiredErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { PersistentVolume, PersistentVolumeSpec } from '../core/v1/persistent-volume.js';
import { accessModeErrors, positiveQuantityErrors, volumeModes } from './claim-spec.js';
import { nodeTermWarnings } from './node-label-warnings.js';
import { nodeSelectorErrors } from './pod/node-selector.js';
import { commonSources, persistentSources, type SourceRule, sourceErrors } from './pod/volume-sources.js';

const sources: readonly SourceRule[] = [
  commonSources.hostPath,
  commonSources.gcePersistentDisk,
  commonSources.awsElasticBlockStore,
  persistentSources.glusterfs,
  commonSources.flocker,
  commonSources.nfs,
  commonSources.rbd,
  commonSources.quobyte,
  commonSources.cephfs,
  persistentSources.iscsi,
  persistentSources.cinder,
  commonSources.fc,
  { ...commonSources.flexVolume, besideOthers: true },
  persistentSources.azureFile,
  commonSources.vsphereVolume,
  commonSources.photonPersistentDisk,
  commonSources.portworxVolume,
  commonSources.azureDisk,
  commonSources.scaleIO,
  persistentSources.local,
  persistentSources.storageos,
  persistentSources.csi,
];

/** `inline`: written into a VolumeAttachment, where only the source and little more may be said. */
export function volumeSpecErrors(
  spec: PersistentVolumeSpec,
  name: string,
  path: string,
  { inline = false }: { readonly inline?: boolean } = {},
): readonly FieldError[] {
  const { hostPath, persistentVolumeReclaimPolicy: policy } = spec;
  return [
    ...(inline ? inlineErrors(spec, path) : noErrors),
    ...requiredErrors(spec.accessModes, `${path}.accessModes`),
    ...accessModeErrors(spec.accessModes, `${path}.accessModes`),
    ...(inline ? noErrors : ownErrors(spec, path)),
    ...sourceErrors(spec, path, sources, name),
    ...(sources.find(({ field }) => field in spec)?.field === 'local' && spec.nodeAffinity === undefined
      ? [requiredField(`${path}.nodeAffinity`, 'Local volume requires node affinity')]
      : noErrors),
    ...(policy === 'Recycle' && hostPath !== undefined && /^\/+(\.?\/*)*$/.test(hostPath.path)
      ? [forbiddenField(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'")]
      : noErrors),
    ...(inline ? noErrors : attributesClassErrors(spec, path)),
  ];
}

/** What only volumes of their own say. */
const ownErrors = (spec: PersistentVolumeSpec, path: string): readonly FieldError[] => [
  ...capacityErrors(spec.capacity, `${path}.capacity`),
  ...choiceErrors(spec.persistentVolumeReclaimPolicy, `${path}.persistentVolumeReclaimPolicy`, [
    'Delete',
    'Recycle',
    'Retain',
  ]),
  ...(spec.nodeAffinity === undefined
    ? noErrors
    : spec.nodeAffinity.required === undefined
      ? [requiredField(`${path}.nodeAffinity.required`, 'must specify required node constraints')]
      : nodeSelectorErrors(spec.nodeAffinity.required, `${path}.nodeAffinity.required`)),
  ...formatErrors(spec.storageClassName, `${path}.storageClassName`, dns1123SubdomainErrors),
  ...choiceErrors(spec.volumeMode, `${path}.volumeMode`, volumeModes),
];

function capacityErrors(capacity: Readonly<Record<string, string>> | undefined, path: string): readonly FieldError[] {
  const names = Object.keys(capacity ?? {});
  return [
    ...(names.length === 0 ? [requiredField(path)] : noErrors),
    ...(names.length === 1 && names[0] === 'storage'
      ? noErrors
      : [notSupportedField(path, capacity ?? null, ['storage'])]),
    ...Object.entries(capacity ?? {}).flatMap(([name, amount]) => [
      ...(parseQuantity(amount).nano < 0n
        ? [invalidField(`${path}[${name}]`, quantityValue(parseQuantity(amount)), 'must be a valid resource quantity')]
        : noErrors),
      ...positiveQuantityErrors(amount, `${path}[${name}]`),
    ]),
  ];
}

function inlineErrors(spec: PersistentVolumeSpec, path: string): readonly FieldError[] {
  const where = 'in the context of inline volumes';
  const not = (['claimRef', 'capacity', 'nodeAffinity', 'storageClassName'] as const)
    .filter((field) => spec[field] !== undefined)
    .map((field) => forbiddenField(`${path}.${field}`, `may not be specified ${where}`));
  const { persistentVolumeReclaimPolicy: policy, volumeMode: mode } = spec;
  return [
    ...not,
    ...(spec.csi === undefined ? [requiredField(`${path}.csi`, `has to be specified ${where}`)] : noErrors),
    ...(policy && policy !== 'Retain'
      ? [forbiddenField(`${path}.persistentVolumeReclaimPolicy`, `may only be Retain ${where}`)]
      : noErrors),
    ...(mode && mode !== 'Filesystem'
      ? [forbiddenField(`${path}.volumeMode`, `may not specify volumeMode other than Filesystem ${where}`)]
      : noErrors),
  ];
}

function attributesClassErrors({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, path: string) {
  if (name === undefined) return noErrors;
  return [
    ...(name === ''
      ? [requiredField(`${path}.volumeAttributesClassName`, 'an empty string is disallowed')]
      : formatErrors(name, `${path}.volumeAttributesClassName`, dns1123SubdomainErrors)),
    ...(csi === undefined
      ? [requiredField(`${path}.csi`, 'has to be specified when using volumeAttributesClassName')]
      : noErrors),
  ];
}

const errorsOf = ({ metadata, spec }: PersistentVolume): readonly FieldError[] =>
  volumeSpecErrors(spec ?? {}, metadata.name ?? '', 'spec');

/** The source as it is compared: where to expand a volume may be told later. */
function sourceOf(spec: PersistentVolumeSpec, before: PersistentVolumeSpec): Record<string, unknown> {
  const source: Record<string, unknown> = {};
  for (const { field } of sources) {
    const value = spec[field as keyof PersistentVolumeSpec];
    if (value !== undefined) source[field] = value;
  }
  if (spec.csi !== undefined && before.csi !== undefined && before.csi.controllerExpandSecretRef === undefined) {
    const { controllerExpandSecretRef: _secret, ...csi } = spec.csi;
    source['csi'] = csi;
  }
  return source;
}

/** **Differs from Kubernetes**: the message about the source does not go on with a difference of Go structures. */
function changeErrors(now: PersistentVolumeSpec, before: PersistentVolumeSpec): readonly FieldError[] {
  return [
    ...(deepEqual(sourceOf(now, before), sourceOf(before, before))
      ? noErrors
      : [forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation\n')]),
    ...(now.volumeMode === before.volumeMode ? noErrors : [immutableField('volumeMode', now.volumeMode ?? null)]),
    ...(before.nodeAffinity === undefined || deepEqual(renamed(now.nodeAffinity), renamed(before.nodeAffinity))
      ? noErrors
      : [
          invalidField(
            'nodeAffinity',
            now.nodeAffinity ?? null,
            'field is immutable, except for updating from beta label to GA',
          ),
        ]),
  ];
}

const newLabels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

/** With the labels' names of today. */
const renamed = (affinity: PersistentVolumeSpec['nodeAffinity']) =>
  affinity?.required?.nodeSelectorTerms.map((term) => ({
    ...term,
    matchExpressions: term.matchExpressions?.map((one) => ({ ...one, key: newLabels[one.key] ?? one.key })),
  }));

export const persistentVolumeStrategy: Strategy<PersistentVolume> = {
  prepareForCreate: (volume, { nowMs }) => ({
    ...volume,
    status: { phase: 'Pending', lastPhaseTransitionTime: formatTime(nowMs) },
  }),
  prepareForStatusUpdate(volume, old, { nowMs }) {
    const { status } = volume;
    const [time, before] = [status?.lastPhaseTransitionTime, old.status?.lastPhaseTransitionTime];
    if (status?.phase === old.status?.phase)
      return time !== undefined || before === undefined
        ? volume
        : { ...volume, status: { ...status, lastPhaseTransitionTime: before } };
    return time !== undefined && time !== before
      ? volume
      : { ...volume, status: { ...status, lastPhaseTransitionTime: formatTime(nowMs) } };
  },
  validateCreate: errorsOf,
  validateUpdate: (volume, old) => [...errorsOf(volume), ...changeErrors(volume.spec ?? {}, old.spec ?? {})],
  warnings: volumeWarnings,
};

const gone: readonly (readonly [keyof PersistentVolumeSpec, string, string?])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

function volumeWarnings({ metadata, spec = {} }: PersistentVolume): readonly string[] {
  const betaClass = 'volume.beta.kubernetes.io/storage-class';
  const betaMount = 'volume.beta.kubernetes.io/mount-options';
  const { annotations = {} } = metadata;
  return [
    ...(annotations[betaClass] === undefined
      ? []
      : [`metadata.annotations[${betaClass}]: deprecated since v1.8; use "storageClassName" attribute instead`]),
    ...(annotations[betaMount] === undefined
      ? []
      : [`metadata.annotations[${betaMount}]: deprecated since v1.31; use "mountOptions" attribute instead`]),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term, index) =>
      nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`),
    ),
    ...gone
      .filter(([field]) => spec[field] !== undefined)
      .map(([field, fate, name = field]) => `spec.${name}: ${fate}`),
  ];
}
