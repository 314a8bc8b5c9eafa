/** A pod's volumes: names, one source each, and what must hold of the sources that only pods have. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  noErrors,
  parseQuantity,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
} from '@pintle/machinery';
import type { Volume } from '../../core/v1/persistent-volume.js';
import type {
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  GitRepoVolumeSource,
  ImageVolumeSource,
} from '../../core/v1/volume-source.js';
import { claimSpecErrors } from '../claim-spec.js';
import { templateMetaErrors } from '../template-meta.js';
import {
  configMapVolumeErrors,
  downwardVolumeErrors,
  projectedVolumeErrors,
  secretVolumeErrors,
} from './projections.js';
import { descendingPathErrors } from './relative-path.js';
import { commonSources, podSources, pullPolicyErrors, type SourceRule, sourceErrors } from './volume-sources.js';

export interface VolumesContext {
  /** Of the pod, where the spec is a pod's and no template's. */
  readonly podName?: string;
}

/** The volumes without faults, which containers may mount, and the faults of the others. */
export function podVolumes(
  volumes: readonly Volume[] | undefined,
  path: string,
  { podName }: VolumesContext,
): { readonly byName: ReadonlyMap<string, Volume>; readonly errors: readonly FieldError[] } {
  const byName = new Map<string, Volume>();
  if (volumes === undefined || volumes.length === 0) return { byName, errors: noErrors };
  const errors: FieldError[] = [];
  const created = new Set(
    podName === undefined
      ? []
      : volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${podName}-${name}`),
  );
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const { name, persistentVolumeClaim: claim } = volume;
    const faults = [
      ...sourceErrors(volume, at, rules, name ?? '', podName),
      ...requiredFormatErrors(name, `${at}.name`, dns1123LabelErrors),
      ...(byName.has(name) ? [duplicateField(`${at}.name`, name)] : noErrors),
    ];
    if (faults.length === 0) byName.set(name, volume);
    errors.push(...faults);
    if (claim !== undefined && created.has(claim.claimName))
      errors.push(
        invalidField(
          `${at}.persistentVolumeClaim.claimName`,
          claim.claimName,
          'must not reference a PVC that gets created for an ephemeral volume',
        ),
      );
  }
  return { byName, errors };
}

const emptyDirErrors = ({ sizeLimit }: EmptyDirVolumeSource, path: string): readonly FieldError[] =>
  sizeLimit !== undefined && parseQuantity(sizeLimit).nano < 0n
    ? [forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
    : noErrors;

const gitRepoErrors = ({ repository, directory }: GitRepoVolumeSource, path: string): readonly FieldError[] => [
  ...requiredErrors(repository, `${path}.repository`),
  ...descendingPathErrors(directory ?? '', `${path}.directory`),
];

const ephemeralErrors: SourceRule['errors'] = (
  { volumeClaimTemplate: template }: EphemeralVolumeSource,
  path,
  name,
  podName,
) => {
  const at = `${path}.volumeClaimTemplate`;
  const claimName = `${podName}-${name}`;
  return [
    ...(template === undefined
      ? [requiredField(at)]
      : [...templateMetaErrors(template.metadata, `${at}.metadata`), ...claimSpecErrors(template.spec, `${at}.spec`)]),
    ...(podName === undefined || !name
      ? noErrors
      : dns1123SubdomainErrors(claimName).map((message) =>
          invalidField(
            `${path.slice(0, path.lastIndexOf('.'))}.name`,
            name,
            `PVC name ${JSON.stringify(claimName)}: ${message}`,
          ),
        )),
  ];
};

/** In a template the image may be named later. */
const imageErrors: SourceRule['errors'] = ({ reference, pullPolicy }: ImageVolumeSource, path, _name, podName) => [
  ...(podName === undefined ? noErrors : requiredErrors(reference, `${path}.reference`)),
  ...pullPolicyErrors(pullPolicy, `${path}.pullPolicy`),
];

const rules: readonly SourceRule[] = [
  { field: 'emptyDir', errors: emptyDirErrors },
  commonSources.hostPath,
  { field: 'gitRepo', errors: gitRepoErrors },
  commonSources.gcePersistentDisk,
  commonSources.awsElasticBlockStore,
  { field: 'secret', errors: secretVolumeErrors },
  commonSources.nfs,
  podSources.iscsi,
  podSources.glusterfs,
  commonSources.flocker,
  podSources.claim,
  commonSources.rbd,
  podSources.cinder,
  commonSources.cephfs,
  commonSources.quobyte,
  { field: 'downwardAPI', forbiddenAt: 'downwarAPI', errors: downwardVolumeErrors },
  commonSources.fc,
  commonSources.flexVolume,
  { field: 'configMap', errors: configMapVolumeErrors },
  podSources.azureFile,
  commonSources.vsphereVolume,
  commonSources.photonPersistentDisk,
  commonSources.portworxVolume,
  commonSources.azureDisk,
  podSources.storageos,
  { field: 'projected', errors: projectedVolumeErrors },
  commonSources.scaleIO,
  podSources.csi,
  { field: 'ephemeral', errors: ephemeralErrors },
  { field: 'image', errors: imageErrors },
];
