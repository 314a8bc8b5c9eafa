/** The checks of the baseline level: known ways to gain privileges are closed (Pod Security Standards). */
import type { Container } from '@pintle/api/core/v1';
import {
  type Check,
  containersOf,
  counted,
  distinct,
  namesOf,
  type PodLike,
  plural,
  quoted,
  setters,
  type Violation,
} from './check.js';

const defaultCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const sysctls0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const sysctls27 = [...sysctls0, 'net.ipv4.ip_local_reserved_ports'];
const sysctls29 = [
  ...sysctls27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const sysctls32 = [...sysctls29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

const seLinuxTypes0 = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const seLinuxTypes31 = [...seLinuxTypes0, 'container_engine_t'];

const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompContainerAnnotation = 'container.seccomp.security.alpha.kubernetes.io/';

type SecurityContext = NonNullable<Container['securityContext']>;
type SeLinuxOptions = NonNullable<SecurityContext['seLinuxOptions']>;

export const isSafeProfile = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost';

function appArmorProfile({ spec, metadata }: PodLike): Violation | undefined {
  const ofPod = spec.securityContext?.appArmorProfile;
  const podIsBad = ofPod !== undefined && !isSafeProfile(ofPod.type);
  const bad = containersOf(spec).filter(({ securityContext }) => {
    const profile = securityContext?.appArmorProfile;
    return profile !== undefined && !isSafeProfile(profile.type);
  });
  const annotations = Object.entries(metadata?.annotations ?? {})
    .filter(([key, value]) => key.startsWith(appArmorAnnotation) && !isSafeAppArmorAnnotation(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const who = [
    ...setters(podIsBad, bad),
    ...(annotations.length === 0 ? [] : [plural('annotation', annotations.length)]),
  ];
  if (who.length === 0) return undefined;
  const types = bad.map(({ securityContext }) => securityContext?.appArmorProfile?.type ?? '');
  const values = [...distinct(podIsBad ? [ofPod.type, ...types] : types), ...annotations];
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

const isSafeAppArmorAnnotation = (value: string) =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');

function capabilities({ spec }: PodLike): Violation | undefined {
  const added = (context: SecurityContext | undefined) =>
    (context?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.has(name));
  const bad = containersOf(spec).filter(({ securityContext }) => added(securityContext).length > 0);
  if (bad.length === 0) return undefined;
  const names = distinct(bad.flatMap(({ securityContext }) => added(securityContext)));
  return {
    reason: 'non-default capabilities',
    detail: `${counted('container', namesOf(bad))} must not include ${quoted(names)} in securityContext.capabilities.add`,
  };
}

function hostNamespaces({ spec }: PodLike): Violation | undefined {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
}

function hostPathVolumes({ spec }: PodLike): Violation | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: counted('volume', names) };
}

function hostPorts({ spec }: PodLike): Violation | undefined {
  const portsOf = ({ ports }: Pick<Container, 'ports'>) => (ports ?? []).flatMap(({ hostPort }) => hostPort || []);
  const bad = containersOf(spec).filter((container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = distinct(bad.flatMap(portsOf).map(String));
  const use = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${counted('container', namesOf(bad))} ${use} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  };
}

function privileged({ spec }: PodLike): Violation | undefined {
  const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.privileged);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${counted('container', namesOf(bad))} must not set securityContext.privileged=true`,
  };
}

function procMount({ spec }: PodLike): Violation | undefined {
  const bad = containersOf(spec).filter(
    ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default',
  );
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(({ securityContext }) => securityContext?.procMount ?? ''));
  return {
    reason: 'procMount',
    detail: `${counted('container', namesOf(bad))} must not set securityContext.procMount to ${quoted(types)}`,
  };
}

const seLinuxOptions =
  (types: readonly string[]) =>
  ({ spec }: PodLike): Violation | undefined => {
    const isBad = (options: SeLinuxOptions | undefined): options is SeLinuxOptions =>
      options !== undefined && (!types.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role));
    const ofPod = spec.securityContext?.seLinuxOptions;
    const bad = containersOf(spec).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions));
    const who = setters(isBad(ofPod), bad);
    if (who.length === 0) return undefined;
    const all = [ofPod, ...bad.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(isBad);
    const badTypes = distinct(all.map(({ type = '' }) => type).filter((type) => !types.includes(type)));
    const faults = [
      ...(badTypes.length === 0 ? [] : [counted('type', badTypes)]),
      ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}`,
    };
  };

/** Before 1.19 annotations said it. */
function seccompAnnotations({ spec, metadata }: PodLike): Violation | undefined {
  const annotations = metadata?.annotations ?? {};
  const keys = [seccompPodAnnotation, ...containersOf(spec).map(({ name }) => `${seccompContainerAnnotation}${name}`)];
  const bad = distinct(
    keys
      .filter((key) => Object.hasOwn(annotations, key) && !isSafeSeccompAnnotation(annotations[key]!))
      .map((key) => `${key}=${JSON.stringify(annotations[key])}`),
  );
  if (bad.length === 0) return undefined;
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', bad.length)} ${bad.join(', ')}` };
}

const isSafeSeccompAnnotation = (value: string) =>
  value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');

/** What is set, and must not be. */
export function seccompProfile({ spec }: PodLike): Violation | undefined {
  const ofPod = spec.securityContext?.seccompProfile;
  const podIsBad = ofPod !== undefined && !isSafeProfile(ofPod.type);
  const bad = containersOf(spec).filter(({ securityContext }) => {
    const profile = securityContext?.seccompProfile;
    return profile !== undefined && !isSafeProfile(profile.type);
  });
  const who = setters(podIsBad, bad);
  if (who.length === 0) return undefined;
  const types = bad.map(({ securityContext }) => securityContext?.seccompProfile?.type ?? '');
  const values = distinct(podIsBad ? [ofPod.type, ...types] : types);
  return {
    reason: 'seccompProfile',
    detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
}

const sysctls =
  (allowed: readonly string[]) =>
  ({ spec }: PodLike): Violation | undefined => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };

function windowsHostProcess({ spec }: PodLike): Violation | undefined {
  const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess);
  const who = setters(spec.securityContext?.windowsOptions?.hostProcess ?? false, bad);
  if (who.length === 0) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`,
  };
}

const baseline = (id: string, since: Check['since']): Check => ({ id, level: 'baseline', since });

export const baselineChecks: readonly Check[] = [
  baseline('appArmorProfile', { 0: appArmorProfile }),
  baseline('capabilities_baseline', { 0: capabilities }),
  baseline('hostNamespaces', { 0: hostNamespaces }),
  baseline('hostPathVolumes', { 0: hostPathVolumes }),
  baseline('hostPorts', { 0: hostPorts }),
  baseline('privileged', { 0: privileged }),
  baseline('procMount', { 0: procMount }),
  baseline('seLinuxOptions', { 0: seLinuxOptions(seLinuxTypes0), 31: seLinuxOptions(seLinuxTypes31) }),
  baseline('seccompProfile_baseline', { 0: seccompAnnotations, 19: seccompProfile }),
  baseline('sysctls', { 0: sysctls(sysctls0), 27: sysctls(sysctls27), 29: sysctls(sysctls29), 32: sysctls(sysctls32) }),
  baseline('windowsHostProcess', { 0: windowsHostProcess }),
];
