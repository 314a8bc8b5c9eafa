/** The kinds of storage.k8s.io: classes, drivers, what nodes and drivers say of themselves, attachments. */
import {
  choiceErrors,
  deepEqual,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenField,
  immutableField,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  parseQuantity,
  qualifiedNameErrors,
  requiredErrors,
  requiredField,
  type Strategy,
  shownSelector,
  shownTexts,
  statusMetadata,
  tooLongField,
} from '@pintle/machinery';
import type { TopologySelectorTerm } from '../core/v1/reference.js';
import type {
  CSIDriver,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  StorageClass,
  TokenRequest,
  VolumeAttachment,
} from '../storage/v1/storage.js';
import type { VolumeAttributesClass } from '../storage/v1beta1/storage.js';
import { nodeLabelWarning } from './node-label-warnings.js';
import { volumeSpecErrors } from './persistent-volume.js';
import { topologyTermErrors } from './pod/node-selector.js';
import { driverNameErrors } from './pod/volume-sources.js';

const parametersMax = 512;
const parametersMaxBytes = 256 * 1024;

function parameterErrors(parameters: Readonly<Record<string, string>> = {}, path: string): readonly FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > parametersMax)
    return [tooLongField(path, 'Provisioner Parameters exceeded max allowed', parametersMax)];
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return [
    ...entries.filter(([key]) => key === '').map(() => invalidField(path, '', 'field can not be empty.')),
    ...(size > parametersMaxBytes ? [tooLongField(path, '', parametersMaxBytes)] : noErrors),
  ];
}

const volumeBindingModes: readonly string[] = ['Immediate', 'WaitForFirstConsumer'];

/** A name is judged, and told of, in small letters. */
function provisionerErrors(name: string | undefined, path: string): readonly FieldError[] {
  if (!name) return [requiredField(path)];
  const small = name.toLowerCase();
  return qualifiedNameErrors(small).map((message) => invalidField(path, small, message));
}

function classErrors(object: StorageClass): readonly FieldError[] {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = object;
  const path = 'allowedTopologies';
  return [
    ...provisionerErrors(provisioner, 'provisioner'),
    ...parameterErrors(parameters, 'parameters'),
    ...choiceErrors(reclaimPolicy || undefined, 'reclaimPolicy', ['Delete', 'Retain']),
    ...(volumeBindingMode === undefined
      ? [requiredField('volumeBindingMode')]
      : volumeBindingModes.includes(volumeBindingMode)
        ? noErrors
        : [notSupportedField('volumeBindingMode', volumeBindingMode, volumeBindingModes)]),
    ...eachErrors(allowedTopologies, path, (term, at, index) => [
      ...topologyTermErrors(term, at),
      ...topologiesBefore(allowedTopologies, index)
        .filter((other) => other === topologyText(term))
        .map(() => duplicateField(`${at}.matchLabelExpressions`, '')),
    ]),
  ];
}

/** In whatever order it is written; of a key that is there twice, the last counts. */
const topologyText = ({ matchLabelExpressions = [] }: TopologySelectorTerm): string =>
  JSON.stringify(
    [...new Map(matchLabelExpressions.map(({ key, values = [] }) => [key, [...new Set(values)].sort()]))].sort(),
  );

/** Upstream begins with as many empty ones as there are any, so that one that asks for nothing is always there already. */
const topologiesBefore = (terms: readonly TopologySelectorTerm[], index: number): readonly string[] => [
  ...terms.map(() => topologyText({})),
  ...terms.slice(0, index).map(topologyText),
];

const changed = (same: boolean, error: FieldError): readonly FieldError[] => (same ? noErrors : [error]);

export const storageClassStrategy: Strategy<StorageClass> = {
  validateCreate: classErrors,
  validateUpdate: (object, old) => [
    ...classErrors(object),
    ...changed(
      deepEqual(object.parameters ?? {}, old.parameters ?? {}),
      forbiddenField('parameters', 'updates to parameters are forbidden.'),
    ),
    ...changed(
      object.provisioner === old.provisioner,
      forbiddenField('provisioner', 'updates to provisioner are forbidden.'),
    ),
    ...changed(
      object.reclaimPolicy === old.reclaimPolicy,
      forbiddenField('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'),
    ),
    ...changed(
      object.volumeBindingMode === old.volumeBindingMode,
      immutableField('volumeBindingMode', object.volumeBindingMode),
    ),
  ],
  warnings: ({ allowedTopologies = [] }) =>
    allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
      matchLabelExpressions.flatMap(({ key }, expression) => {
        const warning = nodeLabelWarning(key);
        return warning === undefined
          ? []
          : [`allowedTopologies[${index}].matchLabelExpressions[${expression}].key: ${key} is ${warning}`];
      }),
    ),
};

function attributesErrors({ driverName, parameters }: VolumeAttributesClass): readonly FieldError[] {
  return [
    ...provisionerErrors(driverName, 'driverName'),
    ...(Object.keys(parameters ?? {}).length === 0
      ? [requiredField('parameters', 'must contain at least one key/value pair')]
      : parameterErrors(parameters, 'parameters')),
  ];
}

export const volumeAttributesClassStrategy: Strategy<VolumeAttributesClass> = {
  validateCreate: attributesErrors,
  validateUpdate: (object, old) => [
    ...attributesErrors(object),
    ...changed(
      object.driverName === old.driverName,
      forbiddenField('driverName', 'updates to driverName are forbidden.'),
    ),
    ...changed(
      deepEqual(object.parameters, old.parameters),
      forbiddenField('parameters', 'updates to parameters are forbidden.'),
    ),
  ],
};

const tokenMinSeconds = 600;
const tokenMaxSeconds = 2 ** 32;

const groupPolicies: readonly string[] = ['File', 'None', 'ReadWriteOnceWithFSType'];

function driverErrors({ spec }: CSIDriver): readonly FieldError[] {
  const { tokenRequests, volumeLifecycleModes, fsGroupPolicy } = spec ?? {};
  const audiences = new Set<string>();
  return [
    ...(fsGroupPolicy === undefined || groupPolicies.includes(fsGroupPolicy)
      ? noErrors
      : [notSupportedField('spec.fsGroupPolicy', fsGroupPolicy, groupPolicies)]),
    ...eachErrors(tokenRequests, 'spec.tokenRequests', ({ audience, expirationSeconds }: TokenRequest, at) => {
      if (audiences.has(audience)) return [duplicateField(`${at}.audience`, audience)];
      audiences.add(audience);
      const seconds = (detail: string) => invalidField(`${at}.expirationSeconds`, expirationSeconds, detail);
      return [
        ...(expirationSeconds !== undefined && expirationSeconds < tokenMinSeconds
          ? [seconds('may not specify a duration less than 10 minutes')]
          : noErrors),
        ...(expirationSeconds !== undefined && expirationSeconds > tokenMaxSeconds
          ? [seconds('may not specify a duration larger than 2^32 seconds')]
          : noErrors),
      ];
    }),
    ...(volumeLifecycleModes ?? [])
      .filter((mode) => mode !== 'Ephemeral' && mode !== 'Persistent')
      .map((mode) => notSupportedField('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral'])),
  ];
}

const persistentOnly = ['Persistent'];

export const csiDriverStrategy: Strategy<CSIDriver> = {
  defaults: (driver) =>
    (driver.spec?.volumeLifecycleModes?.length ?? 0) > 0
      ? driver
      : { ...driver, spec: { ...driver.spec, volumeLifecycleModes: persistentOnly } },
  generationChanged: (driver, old) => !deepEqual(driver.spec, old.spec),
  uncountedWhenNew: true,
  validateCreate: driverErrors,
  validateUpdate: (driver, old) => [
    ...driverErrors(driver),
    ...changed(
      driver.spec.attachRequired === old.spec.attachRequired,
      immutableField('spec.attachedRequired', driver.spec.attachRequired ?? null),
    ),
    ...changed(
      deepEqual(driver.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes),
      immutableField(
        'spec.volumeLifecycleModes',
        shownTexts(driver.spec.volumeLifecycleModes, 'storage.VolumeLifecycleMode'),
      ),
    ),
  ],
};

const nodeIdMaxLength = 256;

function nodeErrors({ spec }: CSINode): readonly FieldError[] {
  const names = new Set<string>();
  return eachErrors(spec?.drivers, 'spec.drivers', (driver: CSINodeDriver, at) => {
    const { name, nodeID, allocatable, topologyKeys = [] } = driver;
    const again = names.has(name);
    names.add(name);
    const count = allocatable?.count;
    return [
      ...driverNameErrors(name, `${at}.name`),
      ...(again ? [duplicateField(`${at}.name`, name)] : noErrors),
      ...requiredErrors(nodeID, `${at}.nodeID`),
      ...((nodeID ?? '').length > nodeIdMaxLength
        ? [invalidField(`${at}.nodeID`, nodeID, `must be ${nodeIdMaxLength} characters or less`)]
        : noErrors),
      ...(count !== undefined && count < 0
        ? [invalidField(`${at}.allocatable.count`, count, 'must be greater than or equal to 0')]
        : noErrors),
      ...topologyKeys.flatMap((key, index) => [
        ...(key === '' ? [requiredField(at)] : []),
        ...(topologyKeys.indexOf(key) < index ? [duplicateField(at, key)] : []),
        ...qualifiedNameErrors(key).map((message) => invalidField(at, key, message)),
      ]),
    ];
  });
}

/** Of no keys it does not matter whether anybody spoke of them. */
const keyed = ({ topologyKeys = [], ...rest }: CSINodeDriver) => ({ ...rest, topologyKeys });

export const csiNodeStrategy: Strategy<CSINode> = {
  validateCreate: nodeErrors,
  validateUpdate: (node, old) => [
    ...nodeErrors(node),
    ...(old.spec?.drivers ?? []).flatMap((driver) =>
      (node.spec?.drivers ?? [])
        .filter((now) => now.name === driver.name && !deepEqual(keyed(now), keyed(driver)))
        .map((now) => immutableField('spec.drivers', now)),
    ),
  ],
};

const amountErrors = (amount: string | undefined, path: string): readonly FieldError[] =>
  amount !== undefined && parseQuantity(amount).nano < 0n
    ? [invalidField(path, amount, 'must be greater than or equal to 0')]
    : noErrors;

const capacityErrors = (object: CSIStorageCapacity): readonly FieldError[] => [
  ...labelSelectorErrors(object.nodeTopology, 'nodeTopology'),
  ...dns1123SubdomainErrors(object.storageClassName ?? '').map((message) =>
    invalidField('storageClassName', object.storageClassName ?? '', message),
  ),
  ...amountErrors(object.capacity, 'capacity'),
];

export const csiStorageCapacityStrategy: Strategy<CSIStorageCapacity> = {
  validateCreate: capacityErrors,
  validateUpdate: (object, old) => [
    ...capacityErrors(object),
    ...changed(
      deepEqual(object.nodeTopology, old.nodeTopology),
      immutableField('nodeTopology', shownSelector(object.nodeTopology)),
    ),
    ...changed(
      object.storageClassName === old.storageClassName,
      immutableField('storageClassName', object.storageClassName),
    ),
  ],
};

const errorMessageMaxBytes = 1_024;

function attachmentErrors({ spec, status }: VolumeAttachment): readonly FieldError[] {
  const { attacher, nodeName, source = {} } = spec ?? {};
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source;
  const path = 'spec.source';
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  return [
    ...requiredErrors(attacher, 'spec.attacher'),
    ...(inline === undefined && name === undefined
      ? [requiredField(path, one)]
      : inline !== undefined && name !== undefined
        ? [forbiddenField(path, one)]
        : inline !== undefined
          ? volumeSpecErrors(inline, '', `${path}.inlineVolumeSpec`, { inline: true })
          : requiredErrors(name, `${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName')),
    ...dns1123SubdomainErrors(nodeName ?? '').map((message) => invalidField('spec.nodeName', nodeName ?? '', message)),
    ...parameterErrors(status?.attachmentMetadata, 'status.attachmentMetadata'),
    ...(['attachError', 'detachError'] as const).flatMap((field) =>
      (status?.[field]?.message?.length ?? 0) > errorMessageMaxBytes
        ? [tooLongField(`status.${field}.message`, '', errorMessageMaxBytes)]
        : [],
    ),
  ];
}

/** An empty name is none, too. */
const volumeNameErrors = (name: string | undefined): readonly FieldError[] =>
  name === undefined
    ? noErrors
    : dns1123SubdomainErrors(name).map((message) => invalidField('spec.source.persistentVolumeName', name, message));

export const volumeAttachmentStrategy: Strategy<VolumeAttachment> = {
  statusKeeps: statusMetadata,
  prepareForCreate: (attachment) => ({ ...attachment, status: { attached: false } }),
  validateCreate: (attachment) => [
    ...attachmentErrors(attachment),
    ...driverNameErrors(attachment.spec.attacher, 'spec.attacher'),
    ...volumeNameErrors(attachment.spec.source?.persistentVolumeName),
  ],
  validateUpdate: (attachment, old) => [
    ...attachmentErrors(attachment),
    ...changed(deepEqual(attachment.spec, old.spec), immutableField('spec', attachment.spec)),
  ],
};
