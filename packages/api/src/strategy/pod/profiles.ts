/** Profiles of seccomp and AppArmor: as fields, and as the annotations that were there before them. */
import {
  choiceErrors,
  type FieldError,
  forbiddenField,
  invalidField,
  noErrors,
  requiredField,
  tooLongField,
} from '@pintle/machinery';
import type { AppArmorProfile, SeccompProfile } from '../../core/v1/container.js';
import type { PodSpec } from '../../core/v1/pod.js';
import { containersOf } from './containers-of.js';
import { descendingPathErrors } from './relative-path.js';

const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const localhostProfileMaxBytes = 4095;

export function seccompErrors(profile: SeccompProfile | undefined, path: string): readonly FieldError[] {
  if (profile === undefined) return noErrors;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  return [
    ...(type
      ? choiceErrors(type, `${path}.type`, types)
      : [requiredField(`${path}.type`, 'type is required when seccompProfile is set')]),
    ...(type === 'Localhost'
      ? localhostProfile === undefined
        ? [requiredField(at, 'must be set when seccomp type is Localhost')]
        : descendingPathErrors(localhostProfile, at)
      : localhostProfile === undefined
        ? noErrors
        : [invalidField(at, profile, 'can only be set when seccomp type is Localhost')]),
  ];
}

export function appArmorErrors(profile: AppArmorProfile | undefined, path: string): readonly FieldError[] {
  if (profile === undefined) return noErrors;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (!type) return [requiredField(`${path}.type`, 'type is required when appArmorProfile is set')];
  if (type !== 'Localhost')
    return localhostProfile === undefined || !types.includes(type)
      ? choiceErrors(type, `${path}.type`, types)
      : [invalidField(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  if (localhostProfile === undefined) return [requiredField(at, 'must be set when AppArmor type is Localhost')];
  const trimmed = localhostProfile.trim();
  return [
    ...(trimmed !== localhostProfile
      ? [invalidField(at, localhostProfile, 'must not be padded with whitespace')]
      : trimmed === ''
        ? [requiredField(at, 'must be set when AppArmor type is Localhost')]
        : noErrors),
    ...(localhostProfile.length > localhostProfileMaxBytes
      ? [tooLongField(at, localhostProfile, localhostProfileMaxBytes)]
      : noErrors),
  ];
}

export const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
export const seccompContainerPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

type Annotations = Readonly<Record<string, string>>;

/** What annotations say must be a profile, and of a container that is there. */
export function profileAnnotationErrors(
  annotations: Annotations,
  spec: PodSpec | undefined,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    if (key === seccompPodAnnotation || key.startsWith(seccompContainerPrefix))
      errors.push(...seccompTextErrors(value, `${path}.${key}`));
    if (!key.startsWith(appArmorPrefix)) continue;
    const name = key.slice(appArmorPrefix.length);
    if (![...containersOf(spec)].some(({ container }) => container.name === name))
      errors.push(invalidField(`${path}[${key}]`, name, 'container not found'));
    if (value !== '' && value !== 'runtime/default' && value !== 'unconfined' && !value.startsWith('localhost/'))
      errors.push(invalidField(`${path}[${key}]`, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
  }
  return errors;
}

function seccompTextErrors(value: string, path: string): readonly FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(value)) return noErrors;
  return value.startsWith('localhost/')
    ? descendingPathErrors(value.slice('localhost/'.length), path)
    : [invalidField(path, value, 'must be a valid seccomp profile')];
}

/** Annotation and field, where both are there, must say the same. */
export function profileMatchErrors(
  annotations: Annotations | undefined,
  spec: PodSpec | undefined,
  path: string,
): readonly FieldError[] {
  if (annotations === undefined || spec === undefined) return noErrors;
  const pod = spec.securityContext;
  const errors: FieldError[] = [];
  const compare = (
    what: 'seccomp' | 'apparmor',
    annotation: string | undefined,
    profile: SeccompProfile | undefined,
    at: string,
  ) => {
    if (annotation === undefined || profile === undefined) return;
    const isDefault = annotation === 'runtime/default' || (what === 'seccomp' && annotation === 'docker/default');
    const local = annotation.startsWith('localhost/') ? annotation.slice('localhost/'.length) : undefined;
    const sameType =
      profile.type === 'Localhost'
        ? local !== undefined
        : profile.type === 'RuntimeDefault'
          ? isDefault
          : profile.type !== 'Unconfined' || annotation === 'unconfined';
    if (!sameType) errors.push(forbiddenField(`${at}.type`, `${what} type in annotation and field must match`));
    else if (profile.type === 'Localhost' && local !== profile.localhostProfile)
      errors.push(forbiddenField(`${at}.localhostProfile`, `${what} profile in annotation and field must match`));
  };
  compare('seccomp', annotations[seccompPodAnnotation], pod?.seccompProfile, `${path}.securityContext.seccompProfile`);
  for (const { container, path: at } of containersOf(spec, path)) {
    const { name, securityContext } = container;
    const place = `${at}.securityContext`;
    compare(
      'seccomp',
      annotations[`${seccompContainerPrefix}${name}`],
      securityContext?.seccompProfile,
      `${place}.seccompProfile`,
    );
    if (spec.os?.name === 'windows') continue;
    const profile = securityContext?.appArmorProfile ?? pod?.appArmorProfile;
    compare('apparmor', annotations[`${appArmorPrefix}${name}`], profile, `${place}.appArmorProfile`);
  }
  return errors;
}
