/** The checks of the restricted level, on top of baseline: hardening by best practice (Pod Security Standards). */
import type { Volume } from '@pintle/api/core/v1';
import { isSafeProfile, seccompProfile } from './baseline-checks.js';
import {
  type Check,
  containersOf,
  counted,
  distinct,
  exceptWindows,
  namesOf,
  type PodLike,
  plural,
  quoted,
  setters,
  type Violation,
} from './check.js';

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
] as const;

function allowPrivilegeEscalation({ spec }: PodLike): Violation | undefined {
  const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${counted('container', namesOf(bad))} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function capabilities({ spec }: PodLike): Violation | undefined {
  const containers = containersOf(spec);
  const kept = containers.filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const added = containers.map((container) => ({
    container,
    names: (container.securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE'),
  }));
  const bad = added.filter(({ names }) => names.length > 0);
  const faults: string[] = [];
  if (kept.length > 0)
    faults.push(`${counted('container', namesOf(kept))} must set securityContext.capabilities.drop=["ALL"]`);
  if (bad.length > 0) {
    const who = counted(
      'container',
      bad.map(({ container }) => container.name),
    );
    const what = quoted(distinct(bad.flatMap(({ names }) => names)));
    faults.push(`${who} must not include ${what} in securityContext.capabilities.add`);
  }
  return faults.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: faults.join('; ') };
}

function volumes({ spec }: PodLike): Violation | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => !allowedVolumes.some((type) => volume[type] !== undefined));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(typeOf));
  const use = bad.length === 1 ? 'uses' : 'use';
  const who = counted(
    'volume',
    bad.map(({ name }) => name),
  );
  return {
    reason: 'restricted volume types',
    detail: `${who} ${use} ${plural('restricted volume type', types.length)} ${quoted(types)}`,
  };
}

const typeOf = (volume: Volume): string =>
  Object.entries(volume).find(([field, value]) => field !== 'name' && value !== undefined)?.[0] ?? 'unknown';

function runAsNonRoot({ spec }: PodLike): Violation | undefined {
  const ofPod = spec.securityContext?.runAsNonRoot;
  const containers = containersOf(spec);
  const explicit = containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === false);
  const who = setters(ofPod === false, explicit);
  const reason = 'runAsNonRoot != true';
  if (who.length > 0) return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  const silent = containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (ofPod || silent.length === 0) return undefined;
  return {
    reason,
    detail: `pod or ${counted('container', namesOf(silent))} must set securityContext.runAsNonRoot=true`,
  };
}

function runAsUser({ spec }: PodLike): Violation | undefined {
  const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.runAsUser === 0);
  const who = setters(spec.securityContext?.runAsUser === 0, bad);
  return who.length === 0
    ? undefined
    : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
}

function seccompMustBeSet(pod: PodLike): Violation | undefined {
  const explicit = seccompProfile(pod);
  if (explicit !== undefined) return explicit;
  if (isSafeProfile(pod.spec.securityContext?.seccompProfile?.type)) return undefined;
  const silent = containersOf(pod.spec).filter(({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${counted('container', namesOf(silent))} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}

export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    since: { 8: allowPrivilegeEscalation, 25: exceptWindows(allowPrivilegeEscalation) },
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    overrides: 'capabilities_baseline',
    since: { 22: capabilities, 25: exceptWindows(capabilities) },
  },
  { id: 'restrictedVolumes', level: 'restricted', overrides: 'hostPathVolumes', since: { 0: volumes } },
  { id: 'runAsNonRoot', level: 'restricted', since: { 0: runAsNonRoot } },
  { id: 'runAsUser', level: 'restricted', since: { 23: runAsUser } },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    overrides: 'seccompProfile_baseline',
    since: { 19: seccompMustBeSet, 25: exceptWindows(seccompMustBeSet) },
  },
];
