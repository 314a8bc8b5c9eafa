/** Where containers mount volumes, as folders and as block devices. */
import {
  eachErrors,
  type FieldError,
  forbiddenField,
  invalidField,
  noErrors,
  notFoundField,
  notSupportedField,
  requiredErrors,
} from '@pintle/machinery';
import type { Container, VolumeDevice, VolumeMount } from '../../core/v1/container.js';
import type { Volume } from '../../core/v1/persistent-volume.js';
import { backstepErrors, descendingPathErrors } from './relative-path.js';

type Volumes = ReadonlyMap<string, Volume>;

export function mountErrors(container: Container, path: string, volumes: Volumes): readonly FieldError[] {
  const { volumeMounts, volumeDevices } = container;
  if (volumeMounts === undefined && volumeDevices === undefined) return noErrors;
  return [
    ...volumeMountErrors(container, `${path}.volumeMounts`, volumes),
    ...deviceErrors(container, `${path}.volumeDevices`, volumes),
  ];
}

function volumeMountErrors(
  { volumeMounts, volumeDevices = [], securityContext }: Container,
  path: string,
  volumes: Volumes,
): readonly FieldError[] {
  const places = new Set<string>();
  const privileged = securityContext?.privileged === true;
  return eachErrors(volumeMounts, path, (mount, at) => {
    const { name, mountPath } = mount;
    const errors: FieldError[] = [...requiredErrors(name, `${at}.name`)];
    if (!volumes.has(name)) errors.push(notFoundField(`${at}.name`, name));
    errors.push(...requiredErrors(mountPath, `${at}.mountPath`));
    if (places.has(mountPath)) errors.push(invalidField(`${at}.mountPath`, mountPath, 'must be unique'));
    places.add(mountPath);
    if (volumeDevices.some((device) => device.name === name))
      errors.push(invalidField(`${at}.name`, name, 'must not already exist in volumeDevices'));
    if (volumeDevices.some((device) => device.devicePath === mountPath))
      errors.push(invalidField(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    return [
      ...errors,
      ...subPathErrors(mount, at, path, volumes.get(name)),
      // Upstream's place of these is the list, not the mount.
      ...propagationErrors(mount, `${path}.mountPropagation`, privileged),
      ...recursionErrors(mount, `${path}.recursiveReadOnly`),
    ];
  });
}

function subPathErrors(
  { subPath, subPathExpr }: VolumeMount,
  at: string,
  list: string,
  volume: Volume | undefined,
): readonly FieldError[] {
  if (!subPath && !subPathExpr) return noErrors;
  const inImage = 'not allowed in image volume sources';
  return [
    ...(volume?.image !== undefined && subPath ? [invalidField(`${at}.subPath`, subPath, inImage)] : noErrors),
    ...(volume?.image !== undefined && subPathExpr
      ? [invalidField(`${at}.subPathExpr`, subPathExpr, inImage)]
      : noErrors),
    ...(subPath ? descendingPathErrors(subPath, `${list}.subPath`) : noErrors),
    ...(subPath && subPathExpr
      ? [invalidField(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive')]
      : noErrors),
    ...(subPathExpr ? descendingPathErrors(subPathExpr, `${list}.subPathExpr`) : noErrors),
  ];
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function propagationErrors(
  { mountPropagation }: VolumeMount,
  path: string,
  privileged: boolean,
): readonly FieldError[] {
  if (mountPropagation === undefined) return noErrors;
  return [
    ...(propagations.includes(mountPropagation) ? noErrors : [notSupportedField(path, mountPropagation, propagations)]),
    ...(mountPropagation === 'Bidirectional' && !privileged
      ? [forbiddenField(path, 'Bidirectional mount propagation is available only to privileged containers')]
      : noErrors),
  ];
}

function recursionErrors(
  { recursiveReadOnly, readOnly, mountPropagation }: VolumeMount,
  path: string,
): readonly FieldError[] {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return noErrors;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible')
    return [notSupportedField(path, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'])];
  return [
    ...(readOnly ? noErrors : [forbiddenField(path, 'may only be specified when readOnly is true')]),
    ...(mountPropagation !== undefined && mountPropagation !== 'None'
      ? [forbiddenField(path, 'may only be specified when mountPropagation is None or not specified')]
      : noErrors),
  ];
}

function deviceErrors(
  { volumeDevices, volumeMounts = [] }: Container,
  path: string,
  volumes: Volumes,
): readonly FieldError[] {
  const places = new Set<string>();
  const names = new Set<string>();
  return eachErrors(volumeDevices, path, ({ name, devicePath }: VolumeDevice, at) => {
    const errors: FieldError[] = [...requiredErrors(name, `${at}.name`)];
    if (names.has(name)) errors.push(invalidField(`${at}.name`, name, 'must be unique'));
    if (name) names.add(name);
    const volume = volumes.get(name);
    if (volume === undefined) errors.push(notFoundField(`${at}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      errors.push(
        invalidField(
          `${at}.name`,
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      );
    errors.push(...requiredErrors(devicePath, `${at}.devicePath`));
    if (places.has(devicePath)) errors.push(invalidField(`${at}.devicePath`, devicePath, 'must be unique'));
    if (devicePath && backstepErrors(devicePath, at).length > 0)
      errors.push(invalidField(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else places.add(devicePath);
    if (volumeMounts.some((mount) => mount.name === name))
      errors.push(invalidField(`${at}.name`, name, 'must not already exist in volumeMounts'));
    if (volumeMounts.some((mount) => mount.mountPath === devicePath))
      errors.push(invalidField(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'));
    return errors;
  });
}
