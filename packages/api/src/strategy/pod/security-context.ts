/** Who a pod and its containers run as, and what they may do: what must hold of it. */
import {
  choiceErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  noErrors,
  rangeErrors,
  requiredField,
} from '@pintle/machinery';
import type { SecurityContext } from '../../core/v1/container.js';
import type { PodSpec, Sysctl } from '../../core/v1/pod.js';
import { appArmorErrors, seccompErrors } from './profiles.js';
import { windowsOptionsErrors } from './windows-options.js';

const idMax = 2 ** 31 - 1;

/** A user or a group by its number. */
export const idErrors = (id: number | undefined, path: string): readonly FieldError[] =>
  rangeErrors(id, path, 0, idMax);

/** `hostUsers`: whether users within are those of the node. */
export function containerSecurityErrors(
  context: SecurityContext | undefined,
  path: string,
  hostUsers: boolean,
): readonly FieldError[] {
  if (context === undefined) return noErrors;
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context;
  const errors: FieldError[] = [
    ...idErrors(context.runAsUser, `${path}.runAsUser`),
    ...idErrors(context.runAsGroup, `${path}.runAsGroup`),
    ...choiceErrors(procMount, `${path}.procMount`, ['Default', 'Unmasked']),
  ];
  if (procMount === 'Unmasked' && hostUsers)
    errors.push(invalidField(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'));
  errors.push(...seccompErrors(context.seccompProfile, `${path}.seccompProfile`));
  if (allowPrivilegeEscalation === false) {
    const without = 'cannot set `allowPrivilegeEscalation` to false and';
    if (privileged) errors.push(invalidField(path, context, `${without} \`privileged\` to true`));
    if (capabilities?.add?.includes('CAP_SYS_ADMIN'))
      errors.push(invalidField(path, context, `${without} \`capabilities.Add\` CAP_SYS_ADMIN`));
  }
  return [
    ...errors,
    ...windowsOptionsErrors(context.windowsOptions, `${path}.windowsOptions`),
    ...appArmorErrors(context.appArmorProfile, `${path}.appArmorProfile`),
  ];
}

export function podSecurityErrors(spec: PodSpec, path: string): readonly FieldError[] {
  const context = spec.securityContext;
  const shared =
    spec.shareProcessNamespace && spec.hostPID
      ? [
          invalidField(
            `${path}.shareProcessNamespace`,
            true,
            'ShareProcessNamespace and HostPID cannot both be enabled',
          ),
        ]
      : noErrors;
  if (context === undefined || Object.keys(context).length === 0) return shared;
  return [
    ...idErrors(context.fsGroup, `${path}.fsGroup`),
    ...idErrors(context.runAsUser, `${path}.runAsUser`),
    ...idErrors(context.runAsGroup, `${path}.runAsGroup`),
    ...eachErrors(context.supplementalGroups, `${path}.supplementalGroups`, (id, at) => idErrors(id, at)),
    ...shared,
    ...sysctlErrors(context.sysctls, spec, `${path}.sysctls`),
    ...choiceErrors(context.fsGroupChangePolicy, `${path}.fsGroupChangePolicy`, ['Always', 'OnRootMismatch']),
    ...seccompErrors(context.seccompProfile, `${path}.seccompProfile`),
    ...windowsOptionsErrors(context.windowsOptions, `${path}.windowsOptions`),
    ...appArmorErrors(context.appArmorProfile, `${path}.appArmorProfile`),
    ...choiceErrors(context.supplementalGroupsPolicy, `${path}.supplementalGroupsPolicy`, ['Merge', 'Strict']),
    // Mounting with a label of SELinux is behind a gate that is off in 1.33.
    ...choiceErrors(context.seLinuxChangePolicy, `${path}.seLinuxChangePolicy`, ['Recursive']),
  ];
}

const sysctlMaxLength = 253;
const sysctlPattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

function sysctlErrors(
  sysctls: readonly Sysctl[] | undefined,
  { hostNetwork, hostIPC }: PodSpec,
  path: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return eachErrors(sysctls, path, ({ name }, item) => {
    const at = `${item}.name`;
    const errors: FieldError[] = [];
    if (!name) errors.push(requiredField(at));
    else if (name.length > sysctlMaxLength || !new RegExp(sysctlPattern).test(name)) {
      const detail = `must have at most ${sysctlMaxLength} characters and match regex ${sysctlPattern}`;
      errors.push(invalidField(at, name, detail));
    } else if (seen.has(name)) errors.push(duplicateField(at, name));
    seen.add(name);
    const namespace = sysctlNamespace(name ?? '');
    if (hostNetwork && namespace === 'net')
      errors.push(invalidField(at, name, "may not be specified when 'hostNetwork' is true"));
    if (hostIPC && namespace === 'ipc')
      errors.push(invalidField(at, name, "may not be specified when 'hostIPC' is true"));
    return errors;
  });
}

const ipcPrefixes = ['kernel.shm', 'kernel.msg', 'fs.mqueue.'];

/** Which namespace of the kernel a setting is of; `/` may stand for `.`. */
function sysctlNamespace(given: string): 'ipc' | 'net' | undefined {
  const separator = /[./]/.exec(given)?.[0];
  const name = separator === '/' ? given.replaceAll(/[./]/g, (one) => (one === '/' ? '.' : '/')) : given;
  if (name === 'kernel.sem' || ipcPrefixes.some((prefix) => name.startsWith(prefix))) return 'ipc';
  return name.startsWith('net.') ? 'net' : undefined;
}
