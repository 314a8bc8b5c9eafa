/**
 * Where volumes come from, of pods and of PersistentVolumes: what must hold of each source, and that there is one.
 * What differs between the two stands in their tables; most sources are the same in both.
 */
import {
  choiceErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  noErrors,
  rangeErrors,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
  tooLongField,
} from '@pintle/machinery';
import type { Volume } from '../../core/v1/persistent-volume.js';
import type {
  AzureDiskVolumeSource,
  AzureFilePersistentVolumeSource,
  CSIPersistentVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GlusterfsPersistentVolumeSource,
  HostPathVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  QuobyteVolumeSource,
  StorageOSVolumeSource,
} from '../../core/v1/volume-source.js';
import { backstepErrors } from './relative-path.js';

/** A kind of source, and how upstream names its place. */
export interface SourceRule {
  readonly field: string;
  /** Where its faults are told, if not at `field`. */
  readonly at?: string;
  /** Where it is told that there is another one already, if not at `field`. */
  readonly forbiddenAt?: string;
  /** Upstream lets it stand after others. */
  readonly besideOthers?: boolean;
  /** `name`: the volume's; `podName`: the pod's, where it is a pod's and no template's. */
  // biome-ignore lint/suspicious/noExplicitAny: each rule reads the source of its own field.
  errors(source: any, path: string, name: string, podName: string | undefined): readonly FieldError[];
}

/** Exactly one source, and nothing wrong with it. */
export function sourceErrors(
  owner: object,
  path: string,
  rules: readonly SourceRule[],
  name: string,
  podName?: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let found = false;
  for (const rule of rules) {
    const source = (owner as Readonly<Record<string, unknown>>)[rule.field];
    if (source === undefined) continue;
    if (found && rule.besideOthers !== true)
      errors.push(
        forbiddenField(`${path}.${rule.forbiddenAt ?? rule.field}`, 'may not specify more than 1 volume type'),
      );
    else errors.push(...rule.errors(source, `${path}.${rule.at ?? rule.field}`, name, podName));
    found = true;
  }
  return found ? errors : [requiredField(path, 'must specify a volume type')];
}

/** A source of which nothing is asked but that some fields are there. */
const withRequired =
  (...fields: readonly string[]) =>
  (source: Readonly<Record<string, unknown>>, path: string): readonly FieldError[] =>
    fields.flatMap((field) => requiredErrors(source[field], `${path}.${field}`));

interface Reference {
  readonly name?: string;
  readonly namespace?: string;
}

/** A Secret, which must be named. `namespace`: where there is none to take for granted. */
const secretErrors = (
  secret: Reference | undefined,
  path: string,
  ...fields: readonly ('name' | 'namespace')[]
): readonly FieldError[] =>
  secret === undefined ? noErrors : fields.flatMap((field) => requiredErrors(secret[field], `${path}.${field}`));

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const hostPathErrors = ({ path: at, type }: HostPathVolumeSource, path: string): readonly FieldError[] =>
  at
    ? [...backstepErrors(at, `${path}.path`), ...choiceErrors(type || undefined, `${path}.type`, hostPathTypes)]
    : [requiredField(`${path}.path`)];

const diskErrors =
  (id: 'pdName' | 'volumeID') =>
  (source: { readonly pdName?: string; readonly volumeID?: string; readonly partition?: number }, path: string) => {
    const { partition = 0 } = source;
    return [
      ...requiredErrors(source[id], `${path}.${id}`),
      // 0 is none, which the message does not tell.
      ...(partition < 0 || partition > 255
        ? [invalidField(`${path}.partition`, partition, 'must be between 1 and 255, inclusive')]
        : noErrors),
    ];
  };

const nfsErrors = ({ server, path: at }: NFSVolumeSource, path: string): readonly FieldError[] => [
  ...requiredErrors(server, `${path}.server`),
  ...requiredErrors(at, `${path}.path`),
  ...(at?.startsWith('/') ? noErrors : [invalidField(`${path}.path`, at ?? '', 'must be an absolute path')]),
];

const quobyteErrors = ({ registry, tenant, volume }: QuobyteVolumeSource, path: string): readonly FieldError[] => {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  const isPair = (text: string) => /^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(text);
  return [
    ...(!registry
      ? [requiredField(`${path}.registry`, pairs)]
      : tenant !== undefined && tenant.length >= 65
        ? [requiredField(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters')]
        : registry
            .split(',')
            .filter((pair) => !isPair(pair))
            .map(() => invalidField(`${path}.registry`, registry, pairs))),
    ...requiredErrors(volume, `${path}.volume`),
  ];
};

const flockerErrors = ({ datasetName, datasetUUID }: FlockerVolumeSource, path: string): readonly FieldError[] => [
  ...(!datasetName && !datasetUUID
    ? [requiredField(path, 'one of datasetName and datasetUUID is required')]
    : datasetName && datasetUUID
      ? [invalidField(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')]
      : noErrors),
  ...(datasetName?.includes('/')
    ? [invalidField(`${path}.datasetName`, datasetName, "must not contain '/'")]
    : noErrors),
];

const fcErrors = ({ targetWWNs = [], wwids = [], lun }: FCVolumeSource, path: string): readonly FieldError[] => {
  const at = `${path}.targetWWNs`;
  return [
    ...(targetWWNs.length === 0 && wwids.length === 0
      ? [requiredField(at, 'must specify either targetWWNs or wwids, but not both')]
      : noErrors),
    ...(targetWWNs.length > 0 && wwids.length > 0
      ? [invalidField(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')]
      : noErrors),
    ...(targetWWNs.length === 0
      ? noErrors
      : lun === undefined
        ? [requiredField(`${path}.lun`, 'lun is required if targetWWNs is specified')]
        : rangeErrors(lun, `${path}.lun`, 0, 255)),
  ];
};

const flexErrors = ({ driver, options = {} }: FlexVolumeSource, path: string): readonly FieldError[] => [
  ...requiredErrors(driver, `${path}.driver`),
  ...Object.keys(options)
    .filter((key) => /\.(kubernetes|k8s)\.io$/.test(`.${key.split('/')[0]!.toLowerCase()}`))
    .map((key) => invalidField(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')),
];

const azureDiskErrors = (source: AzureDiskVolumeSource, path: string): readonly FieldError[] => {
  const { diskName, diskURI, cachingMode, kind } = source;
  const [start, form] =
    kind === 'Managed'
      ? [
          '/subscriptions/',
          '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
        ]
      : ['https://', 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'];
  return [
    ...requiredErrors(diskName, `${path}.diskName`),
    ...requiredErrors(diskURI, `${path}.diskURI`),
    ...choiceErrors(cachingMode, `${path}.cachingMode`, ['None', 'ReadOnly', 'ReadWrite']),
    ...choiceErrors(kind, `${path}.kind`, ['Dedicated', 'Managed', 'Shared']),
    ...(kind !== undefined && !diskURI?.startsWith(start)
      ? choiceErrors(diskURI || ' ', `${path}.diskURI`, [form])
      : noErrors),
  ];
};

const initiators: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

const initiatorErrors = (name: string, path: string, other: string): readonly FieldError[] => {
  const pattern = initiators[name.slice(0, 3)];
  if (pattern === undefined) return [invalidField(path, name, other)];
  return pattern.test(name) ? noErrors : [invalidField(path, name, 'must be valid format')];
};

const portalMaxLength = 64;

/** `inPod`: the place of a name that is too long is the volume's name, and of a wrong one more is said. */
const iscsiErrors =
  ({ inPod }: { readonly inPod: boolean }) =>
  (source: ISCSIVolumeSource, path: string, name: string): readonly FieldError[] => {
    const { targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName } = source;
    const format = inPod ? 'must be valid format starting with iqn, eui, or naa' : 'must be valid format';
    const tooLong = initiatorName !== undefined && `${name}:${targetPortal}`.length > portalMaxLength;
    return [
      ...requiredErrors(targetPortal, `${path}.targetPortal`),
      ...(iqn ? initiatorErrors(iqn, `${path}.iqn`, format) : [requiredField(`${path}.iqn`)]),
      ...rangeErrors(lun ?? 0, `${path}.lun`, 0, 255),
      ...(chapAuthDiscovery || chapAuthSession ? requiredErrors(secretRef, `${path}.secretRef`) : noErrors),
      ...(inPod ? noErrors : secretErrors(secretRef, `${path}.secretRef`, 'name')),
      ...(initiatorName === undefined ? noErrors : initiatorErrors(initiatorName, `${path}.initiatorname`, format)),
      ...(tooLong
        ? [
            invalidField(
              inPod ? `${path.slice(0, path.lastIndexOf('.'))}.name` : `${path}.targetportal`,
              inPod ? name : targetPortal,
              'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
            ),
          ]
        : noErrors),
    ];
  };

const cinderErrors =
  (...secret: readonly ('name' | 'namespace')[]) =>
  ({ volumeID, secretRef }: { readonly volumeID?: string; readonly secretRef?: Reference }, path: string) => [
    ...requiredErrors(volumeID, `${path}.volumeID`),
    ...secretErrors(secretRef, `${path}.secretRef`, ...secret),
  ];

const storageOsErrors =
  (...secret: readonly ('name' | 'namespace')[]) =>
  ({ volumeName, volumeNamespace, secretRef }: StorageOSVolumeSource, path: string): readonly FieldError[] => [
    ...requiredFormatErrors(volumeName, `${path}.volumeName`, dns1123LabelErrors),
    ...formatErrors(volumeNamespace, `${path}.volumeNamespace`, dns1123LabelErrors),
    ...secretErrors(secretRef, `${path}.secretRef`, ...secret),
  ];

const driverNameMaxBytes = 63;

/** The name of a CSI driver: as of a host, in any case, of the length of a label. */
export function driverNameErrors(name = '', path: string): readonly FieldError[] {
  return [
    ...requiredErrors(name, path),
    ...(name.length > driverNameMaxBytes ? [tooLongField(path, name, driverNameMaxBytes)] : noErrors),
    ...dns1123SubdomainErrors(name.toLowerCase()).map((message) => invalidField(path, name, message)),
  ];
}

const csiErrors = (
  { driver, nodePublishSecretRef }: NonNullable<Volume['csi']>,
  path: string,
): readonly FieldError[] => [
  ...driverNameErrors(driver, `${path}.driver`),
  ...(nodePublishSecretRef === undefined
    ? noErrors
    : nodePublishSecretRef.name
      ? formatErrors(nodePublishSecretRef.name, `${path}.name`, dns1123SubdomainErrors)
      : [requiredField(`${path}.nodePublishSecretRef.name`)]),
];

const csiSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

const csiPersistentErrors = (source: CSIPersistentVolumeSource, path: string): readonly FieldError[] => [
  ...driverNameErrors(source.driver, `${path}.driver`),
  ...requiredErrors(source.volumeHandle, `${path}.volumeHandle`),
  ...csiSecrets.flatMap((field) => {
    const secret = source[field];
    if (secret === undefined) return noErrors;
    return [
      ...requiredFormatErrors(secret.name, `${path}.${field}.name`, dns1123SubdomainErrors),
      ...requiredFormatErrors(secret.namespace, `${path}.${field}.namespace`, dns1123LabelErrors),
    ];
  }),
];

const glusterfsPersistentErrors = (
  { endpoints, path: at, endpointsNamespace }: GlusterfsPersistentVolumeSource,
  path: string,
): readonly FieldError[] => [
  ...requiredErrors(endpoints, `${path}.endpoints`),
  ...requiredErrors(at, `${path}.path`),
  ...(endpointsNamespace === ''
    ? [
        invalidField(
          `${path}.endpointsNamespace`,
          '',
          'if the endpointnamespace is set, it must be a valid namespace name',
        ),
      ]
    : formatErrors(endpointsNamespace, `${path}.endpointsNamespace`, dns1123LabelErrors)),
];

const azureFilePersistentErrors = (
  { secretName, shareName, secretNamespace }: AzureFilePersistentVolumeSource,
  path: string,
): readonly FieldError[] => [
  ...requiredErrors(secretName, `${path}.secretName`),
  ...requiredErrors(shareName, `${path}.shareName`),
  ...(secretNamespace === '' ? [requiredField(`${path}.secretNamespace`)] : noErrors),
];

const localErrors = ({ path: at }: { readonly path?: string }, path: string): readonly FieldError[] =>
  at ? backstepErrors(at, `${path}.path`) : [requiredField(`${path}.path`)];

/** The rules of sources that pods and PersistentVolumes have alike. */
export const commonSources = {
  hostPath: { field: 'hostPath', errors: hostPathErrors },
  gcePersistentDisk: { field: 'gcePersistentDisk', at: 'persistentDisk', errors: diskErrors('pdName') },
  awsElasticBlockStore: { field: 'awsElasticBlockStore', errors: diskErrors('volumeID') },
  flocker: { field: 'flocker', errors: flockerErrors },
  nfs: { field: 'nfs', errors: nfsErrors },
  rbd: { field: 'rbd', errors: withRequired('monitors', 'image') },
  quobyte: { field: 'quobyte', errors: quobyteErrors },
  cephfs: { field: 'cephfs', forbiddenAt: 'cephFS', errors: withRequired('monitors') },
  fc: { field: 'fc', errors: fcErrors },
  flexVolume: { field: 'flexVolume', errors: flexErrors },
  vsphereVolume: { field: 'vsphereVolume', errors: withRequired('volumePath') },
  photonPersistentDisk: { field: 'photonPersistentDisk', errors: withRequired('pdID') },
  portworxVolume: { field: 'portworxVolume', errors: withRequired('volumeID') },
  azureDisk: { field: 'azureDisk', errors: azureDiskErrors },
  scaleIO: { field: 'scaleIO', errors: withRequired('gateway', 'system', 'volumeName') },
} as const satisfies Readonly<Record<string, SourceRule>>;

/** Those of pods alone. */
export const podSources = {
  iscsi: { field: 'iscsi', errors: iscsiErrors({ inPod: true }) },
  glusterfs: { field: 'glusterfs', errors: withRequired('endpoints', 'path') },
  cinder: { field: 'cinder', errors: cinderErrors('name') },
  azureFile: { field: 'azureFile', errors: withRequired('secretName', 'shareName') },
  storageos: { field: 'storageos', errors: storageOsErrors('name') },
  csi: { field: 'csi', errors: csiErrors },
  claim: { field: 'persistentVolumeClaim', errors: withRequired('claimName') },
} as const satisfies Readonly<Record<string, SourceRule>>;

/** Those of PersistentVolumes alone. */
export const persistentSources = {
  iscsi: { field: 'iscsi', errors: iscsiErrors({ inPod: false }) },
  glusterfs: { field: 'glusterfs', errors: glusterfsPersistentErrors },
  cinder: { field: 'cinder', errors: cinderErrors('name', 'namespace') },
  azureFile: { field: 'azureFile', errors: azureFilePersistentErrors },
  storageos: { field: 'storageos', errors: storageOsErrors('name', 'namespace') },
  csi: { field: 'csi', errors: csiPersistentErrors },
  local: { field: 'local', errors: localErrors },
} as const satisfies Readonly<Record<string, SourceRule>>;

/** When an image is fetched, of containers and of volumes. */
export const pullPolicyErrors = (policy: string | undefined, path: string): readonly FieldError[] =>
  requiredChoiceErrors(policy, path, ['Always', 'IfNotPresent', 'Never']);
