/** What a status of a pod may say, and how it may go on (core validation `ValidatePodStatusUpdate`). */
import {
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  immutableField,
  internalField,
  invalidField,
  meantFamilyOf,
  noErrors,
  notSupportedField,
  onceForEach,
  qualifiedNameErrors,
} from '@pintle/machinery';
import type { ContainerStatus, PodCondition } from '../../core/v1/container-status.js';
import type { Pod, PodSpec, PodStatus } from '../../core/v1/pod.js';
import { shownIps } from '../go-structures.js';
import { addressErrors } from './names.js';
import { annotationChangeErrors } from './pod-annotations.js';
import { idErrors } from './security-context.js';

const systemConditions = ['PodScheduled', 'Ready', 'Initialized'];

export function podStatusErrors(pod: Pod, old: Pod): readonly FieldError[] {
  const { status = {}, spec } = pod;
  const before: PodStatus = old.status ?? {};
  const named = status.nominatedNodeName;
  return [
    ...annotationChangeErrors(pod, old, 'metadata.annotations'),
    ...(status.conditions === undefined ? noErrors : conditionErrors(status.conditions)),
    ...(named === before.nominatedNodeName
      ? noErrors
      : formatErrors(named, 'status.nominatedNodeName', dns1123SubdomainErrors)),
    ...(before.qosClass === undefined || status.qosClass === before.qosClass
      ? noErrors
      : [immutableField('status.qosClass', status.qosClass)]),
    ...transitionErrors(pod, old),
    ...claimStatusErrors(status, spec),
    ...ipErrors(status),
    ...userErrors(status, spec),
    ...healthErrors(status, spec),
  ];
}

/** Pods that become ready in one second share their conditions. */
const conditionErrors = onceForEach((conditions: readonly PodCondition[]) =>
  eachErrors(conditions, 'status.conditions', ({ type }, at) =>
    systemConditions.includes(type)
      ? noErrors
      : qualifiedNameErrors(type).map((message) => invalidField(`${at}.Type`, type, message)),
  ),
);

/** A container that has ended for good stays so. */
function transitionErrors(pod: Pod, { status, spec }: Pod): readonly FieldError[] {
  const { restartPolicy } = spec ?? {};
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map(({ name }) => name),
  );
  const of = (
    list: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
    policy: string | undefined,
  ) =>
    policy === 'Always'
      ? []
      : (status?.[list] ?? []).flatMap(({ name, state }, index) => {
          const ended = state?.terminated;
          if (ended === undefined || (ended.exitCode !== 0 && policy === 'OnFailure')) return [];
          if (list === 'initContainerStatuses' && sidecars.has(name)) return [];
          const now = pod.status?.[list]?.find((other) => other.name === name);
          return now !== undefined && now.state?.terminated === undefined
            ? [forbiddenField(`status.${list}[${index}].state`, 'may not be transitioned to non-terminated state')]
            : [];
        });
  return [
    ...of('containerStatuses', restartPolicy),
    ...of('initContainerStatuses', restartPolicy),
    ...of('ephemeralContainerStatuses', 'Never'),
  ];
}

function claimStatusErrors({ resourceClaimStatuses }: PodStatus, spec: PodSpec | undefined): readonly FieldError[] {
  const known = (spec?.resourceClaims ?? []).map(({ name }) => name);
  const seen = new Set<string>();
  return eachErrors(resourceClaimStatuses, 'status.resourceClaimStatuses', ({ name, resourceClaimName }, at) => {
    const again = seen.has(name);
    seen.add(name);
    return [
      ...(known.includes(name)
        ? noErrors
        : [invalidField(`${at}.name`, name, 'must match the name of an entry in `spec.resourceClaims`')]),
      ...(again ? [duplicateField(`${at}.name`, name)] : noErrors),
      ...(resourceClaimName === undefined
        ? noErrors
        : dns1123SubdomainErrors(resourceClaimName).map((message) =>
            invalidField(`${at}.name`, resourceClaimName, message),
          )),
    ];
  });
}

interface WithIp {
  readonly ip: string;
}

function ipErrors({ podIPs, hostIP = '', hostIPs }: PodStatus): readonly FieldError[] {
  const first = hostIPs?.[0];
  return [
    ...ipListErrors(podIPs, 'status.podIPs', 'core.PodIP'),
    ...(first !== undefined && hostIP !== first.ip
      ? [invalidField('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`')]
      : noErrors),
    ...ipListErrors(hostIPs, 'status.hostIPs', 'core.HostIP'),
  ];
}

/** At most one of each family. */
function ipListErrors(ips: readonly WithIp[] | undefined, path: string, type: string): readonly FieldError[] {
  const errors = eachErrors(ips, path, ({ ip }, at) => addressErrors(ip, at));
  if (ips === undefined || ips.length < 2) return errors;
  const families = ips.map(({ ip }) => meantFamilyOf(ip));
  const bad = families.indexOf(undefined);
  return [
    ...errors,
    ...(bad < 0
      ? noErrors
      : [internalField(path, `failed to check for dual stack with error:invalid IP[${bad}]: ${ips[bad]!.ip ?? ''}`)]),
    ...(bad >= 0 || ips.length > 2 || new Set(families).size < 2
      ? [invalidField(path, shownIps(ips, type), 'may specify no more than one IP for each IP family')]
      : noErrors),
  ];
}

const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

function userErrors(status: PodStatus, spec: PodSpec | undefined): readonly FieldError[] {
  const windows = spec?.os?.name === 'windows';
  return lists.flatMap((list) =>
    eachErrors(status[list], `status.${list}`, ({ user }, at) => {
      const linux = user?.linux;
      if (linux === undefined) return noErrors;
      if (windows) return [forbiddenField(`${at}.user.linux`, 'cannot be set for a windows pod')];
      return [
        ...idErrors(linux.uid, `${at}.user.linux.uid`),
        ...idErrors(linux.gid, `${at}.user.linux.gid`),
        ...eachErrors(linux.supplementalGroups, `${at}.user.linux.supplementalGroups`, (id, place) =>
          idErrors(id, place),
        ),
      ];
    }),
  );
}

const healths = ['Healthy', 'Unhealthy', 'Unknown'];

/** The health of devices: of those that the container asks for, each told once. */
function healthErrors(status: PodStatus, spec: PodSpec | undefined): readonly FieldError[] {
  const of = (list: 'containerStatuses' | 'initContainerStatuses', containers: PodSpec['initContainers']) =>
    eachErrors(status[list], `status.${list}`, ({ name, allocatedResourcesStatus }: ContainerStatus, at) => {
      const container = containers?.find((one) => one.name === name);
      return eachErrors(allocatedResourcesStatus, `${at}.allocatedResourcesStatus`, (resource, place) => {
        const isClaim = resource.name.startsWith('claim:');
        const claims = (container?.resources?.claims ?? []).map(
          ({ name: claim, request }) => `claim:${claim}${request ? `/${request}` : ''}`,
        );
        const known = isClaim ? claims : Object.keys(container?.resources?.requests ?? {});
        const detail = isClaim
          ? "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
          : "must match one of the container's resource requests";
        const seen = new Set<string>();
        return [
          ...(container === undefined || known.includes(resource.name)
            ? noErrors
            : [invalidField(`${place}.name`, resource.name, detail)]),
          ...eachErrors(resource.resources, `${place}.resources`, ({ health = '', resourceID }, item) => {
            const again = seen.has(resourceID);
            seen.add(resourceID);
            return [
              ...(healths.includes(health) ? noErrors : [notSupportedField(`${item}.health`, health, healths)]),
              ...(again ? [duplicateField(`${item}.resourceID`, resourceID)] : noErrors),
            ];
          }),
        ];
      });
    });
  return [
    ...of('containerStatuses', spec?.containers),
    ...of('initContainerStatuses', spec?.initContainers),
    ...eachErrors(status.ephemeralContainerStatuses, 'status.ephemeralContainerStatuses', (one, at) =>
      (one.allocatedResourcesStatus?.length ?? 0) > 0
        ? [forbiddenField(`${at}.allocatedResourcesStatus`, 'must not be specified in container status')]
        : noErrors,
    ),
  ];
}
