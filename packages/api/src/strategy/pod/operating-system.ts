/** Pods that name their operating system say nothing that is of another one. */
import { type FieldError, forbiddenField, noErrors, notSupportedField, requiredField } from '@pintle/machinery';
import type { PodSpec } from '../../core/v1/pod.js';
import { containersOf } from './containers-of.js';

const systems = ['linux', 'windows'];
const ofLinux = 'cannot be set for a windows pod';

/** Of the pod's spec itself. */
const podFields = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;
const podContextFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const containerContextFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

export function operatingSystemErrors(spec: PodSpec, path: string): readonly FieldError[] {
  if (spec.os === undefined) return noErrors;
  const { name } = spec.os;
  if (!name) return [requiredField(`${path}.os.name`, 'cannot be empty')];
  if (!systems.includes(name)) return [notSupportedField(`${path}.os`, name, systems)];
  return name === 'linux' ? linuxErrors(spec, path) : windowsErrors(spec, path);
}

function linuxErrors(spec: PodSpec, path: string): readonly FieldError[] {
  const contexts = [
    { context: spec.securityContext, at: path },
    ...containersOf(spec, path).map(({ container, path: at }) => ({ context: container.securityContext, at })),
  ];
  return contexts
    .filter(({ context }) => context?.windowsOptions !== undefined)
    .map(({ at }) =>
      forbiddenField(`${at}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod'),
    );
}

function windowsErrors(spec: PodSpec, path: string): readonly FieldError[] {
  const { securityContext } = spec;
  return [
    ...podFields
      .filter(
        (field) => spec[field] !== undefined && !(field.startsWith('host') && field !== 'hostUsers' && !spec[field]),
      )
      .map((field) => forbiddenField(`${path}.${field}`, ofLinux)),
    ...podContextFields
      .filter((field) => securityContext?.[field] !== undefined)
      .map((field) => forbiddenField(`${path}.securityContext.${field}`, ofLinux)),
    ...containersOf(spec, path).flatMap(({ container, path: at }) =>
      containerContextFields
        .filter((field) => container.securityContext?.[field] !== undefined)
        .map((field) => forbiddenField(`${at}.securityContext.${field}`, ofLinux)),
    ),
  ];
}
