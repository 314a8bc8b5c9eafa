/** Volumes that hold what the API knows: ConfigMaps, Secrets, the pod itself, tokens, bundles of certificates. */
import {
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  forbiddenField,
  invalidField,
  labelSelectorErrors,
  noErrors,
  requiredErrors,
  requiredField,
  shownSelector,
} from '@pintle/machinery';
import type { DownwardAPIVolumeFile, KeyToPath } from '../../core/v1/reference.js';
import type {
  ClusterTrustBundleProjection,
  ConfigMapVolumeSource,
  DownwardAPIVolumeSource,
  ProjectedVolumeSource,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../core/v1/volume-projection.js';
import { signerNameErrors } from '../signer-name.js';
import { fieldReferenceErrors, fileFields, resourceReferenceErrors } from './field-references.js';
import { localPathErrors, modeErrors } from './relative-path.js';

const keyErrors = ({ key, path: target, mode }: KeyToPath, path: string): readonly FieldError[] => [
  ...requiredErrors(key, `${path}.key`),
  ...requiredErrors(target, `${path}.path`),
  ...localPathErrors(target ?? '', `${path}.path`),
  ...modeErrors(mode, `${path}.mode`),
];

export const configMapVolumeErrors = (
  { name, defaultMode, items }: ConfigMapVolumeSource,
  path: string,
): readonly FieldError[] => [
  ...requiredErrors(name, `${path}.name`),
  ...modeErrors(defaultMode, `${path}.defaultMode`),
  ...eachErrors(items, `${path}.items`, keyErrors),
];

export const secretVolumeErrors = (
  { secretName, defaultMode, items }: SecretVolumeSource,
  path: string,
): readonly FieldError[] => [
  ...requiredErrors(secretName, `${path}.secretName`),
  ...modeErrors(defaultMode, `${path}.defaultMode`),
  ...eachErrors(items, `${path}.items`, keyErrors),
];

/** Upstream names the volume, not the file, as the place. */
export const downwardVolumeErrors = (
  { defaultMode, items }: DownwardAPIVolumeSource,
  path: string,
): readonly FieldError[] => [
  ...modeErrors(defaultMode, `${path}.defaultMode`),
  ...eachErrors(items, path, (file) => fileErrors(file, path)),
];

function fileErrors(file: DownwardAPIVolumeFile, path: string): readonly FieldError[] {
  const { path: target, fieldRef, resourceFieldRef, mode } = file;
  return [
    ...requiredErrors(target, `${path}.path`),
    ...localPathErrors(target ?? '', `${path}.path`),
    ...(fieldRef === undefined
      ? resourceFieldRef === undefined
        ? [requiredField(path, 'one of fieldRef and resourceFieldRef is required')]
        : resourceReferenceErrors(resourceFieldRef, `${path}.resourceFieldRef`, { inFile: true })
      : fieldReferenceErrors(fieldRef, `${path}.fieldRef`, fileFields)),
    ...(fieldRef !== undefined && resourceFieldRef !== undefined
      ? [invalidField(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')]
      : noErrors),
    ...modeErrors(mode, `${path}.mode`),
  ];
}

export function projectedVolumeErrors(
  { defaultMode, sources }: ProjectedVolumeSource,
  path: string,
): readonly FieldError[] {
  const taken = new Set<string>();
  /** Two sources may not fill the same place. `name`: what upstream shows of the source. */
  const place = (target: string | undefined, name: string): readonly FieldError[] => {
    if (!target) return noErrors;
    const again = taken.has(target);
    taken.add(target);
    return again ? [invalidField(path, name, 'conflicting duplicate paths')] : noErrors;
  };
  return [
    ...modeErrors(defaultMode, `${path}.defaultMode`),
    ...eachErrors(sources, `${path}.sources`, (source, at) => projectionErrors(source, at, path, place)),
  ];
}

type Place = (target: string | undefined, name: string) => readonly FieldError[];

function projectionErrors(
  { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle }: VolumeProjection,
  path: string,
  volume: string,
  place: Place,
): readonly FieldError[] {
  const keys = (source: { readonly name?: string; readonly items?: readonly KeyToPath[] }, at: string) => [
    ...requiredErrors(source.name, `${at}.name`),
    ...eachErrors(source.items, `${at}.items`, (item, itemPath) => [
      ...keyErrors(item, itemPath),
      ...place(item.path, source.name ?? ''),
    ]),
  ];
  const given = [secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle].filter(
    (source) => source !== undefined,
  );
  return [
    ...(secret === undefined ? noErrors : keys(secret, `${path}.secret`)),
    ...(configMap === undefined ? noErrors : keys(configMap, `${path}.configMap`)),
    ...(downwardAPI === undefined
      ? noErrors
      : eachErrors(downwardAPI.items, path, (file) => [
          ...fileErrors(file, `${path}.downwardAPI`),
          ...place(file.path, file.path),
        ])),
    ...(serviceAccountToken === undefined
      ? noErrors
      : tokenErrors(serviceAccountToken, `${path}.serviceAccountToken`, volume)),
    ...(clusterTrustBundle === undefined
      ? noErrors
      : [
          ...bundleErrors(clusterTrustBundle, `${path}.clusterTrustBundle`),
          ...place(clusterTrustBundle.path, clusterTrustBundle.path),
        ]),
    ...(given.length > 1 ? [forbiddenField(path, 'may not specify more than 1 volume type per source')] : noErrors),
  ];
}

const tokenMinSeconds = 10 * 60;
const tokenMaxSeconds = 2 ** 32;

function tokenErrors(
  { expirationSeconds = 3_600, path: target }: ServiceAccountTokenProjection,
  path: string,
  volume: string,
): readonly FieldError[] {
  const at = `${path}.expirationSeconds`;
  return [
    ...(expirationSeconds < tokenMinSeconds
      ? [invalidField(at, expirationSeconds, 'may not specify a duration less than 10 minutes')]
      : noErrors),
    ...(expirationSeconds > tokenMaxSeconds
      ? [invalidField(at, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')]
      : noErrors),
    ...(target ? localPathErrors(target, `${volume}.path`) : [requiredField(`${volume}.path`)]),
  ];
}

function bundleErrors(bundle: ClusterTrustBundleProjection, path: string): readonly FieldError[] {
  const { name, signerName, labelSelector, path: target } = bundle;
  return [
    ...(name !== undefined && signerName !== undefined
      ? [invalidField(path, bundle, 'only one of name and signerName may be used')]
      : name !== undefined
        ? [
            ...requiredErrors(name, `${path}.name`, 'must be a valid object name'),
            ...trustBundleNameErrors(name, bundleSignerOf(name)).map((message) =>
              invalidField(`${path}.name`, name, `not a valid clustertrustbundlename: ${message}`),
            ),
            ...(labelSelector === undefined
              ? noErrors
              : [
                  invalidField(
                    `${path}.labelSelector`,
                    shownSelector(labelSelector),
                    'labelSelector must be unset if name is specified',
                  ),
                ]),
          ]
        : signerName !== undefined
          ? [
              ...requiredErrors(signerName, `${path}.signerName`, 'must be a valid signer name'),
              ...signerNameErrors(signerName, `${path}.signerName`),
              ...labelSelectorErrors(labelSelector, `${path}.labelSelector`),
            ]
          : [requiredField(path, 'either name or signerName must be specified')]),
    ...requiredErrors(target, `${path}.path`),
    ...localPathErrors(target ?? '', `${path}.path`),
  ];
}

/** A bundle of a signer has its name in front: `example.com:signer:name`. */
export function bundleSignerOf(name: string): string {
  const parts = name.split(':');
  return parts.length < 2 ? '' : parts.slice(0, -1).join('/');
}

export function trustBundleNameErrors(name: string, signerName: string): readonly string[] {
  if (signerName === '')
    return name.includes(':')
      ? ['ClusterTrustBundle without signer name must not have ":" in its name']
      : dns1123SubdomainErrors(name);
  const prefix = `${signerName.replaceAll('/', ':')}:`;
  return name.startsWith(prefix)
    ? dns1123SubdomainErrors(name.slice(prefix.length))
    : [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
}
