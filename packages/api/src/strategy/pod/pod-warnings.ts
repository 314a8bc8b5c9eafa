/** What pods and templates may say and better did not: texts for the Warning header (pkg/api/pod of Kubernetes). */
import { onceForEach, parseQuantity } from '@pintle/machinery';
import type { Affinity } from '../../core/v1/affinity.js';
import type { Container, ContainerPort, EnvVar } from '../../core/v1/container.js';
import type { Volume } from '../../core/v1/persistent-volume.js';
import type { PodSpec, PodTemplateSpec } from '../../core/v1/pod.js';
import { addressWarnings } from '../address-warnings.js';
import { claimSpecWarnings } from '../claim-warnings.js';
import { nodeLabelWarning, nodeTermWarnings } from '../node-label-warnings.js';
import { containersOf } from './containers-of.js';
import { appArmorPrefix, seccompContainerPrefix, seccompPodAnnotation } from './profiles.js';

/** Of a workload: `path` is the template's. */
export function templateWarnings(template: PodTemplateSpec | undefined, path: string): readonly string[] {
  const { spec, metadata } = template ?? {};
  return spec === undefined || metadata?.annotations !== undefined || path !== 'spec.template'
    ? podWarnings(spec, metadata?.annotations, path)
    : workloadWarnings(spec);
}

const workloadWarnings = onceForEach((spec: PodSpec) => podWarnings(spec, undefined, 'spec.template'));

/** `path`: where the spec and its metadata stand; empty for a pod itself. */
export function podWarnings(
  spec: PodSpec | undefined,
  annotations: Readonly<Record<string, string>> = {},
  path: string,
): readonly string[] {
  if (spec === undefined) return [];
  const root = path === '' ? '' : `${path}.`;
  const at = `${root}spec`;
  const containers = containersOf(spec, at);
  return [
    ...nodeWarnings(spec, at),
    ...spreadWarnings(spec, at),
    ...oldAnnotationWarnings(annotations, `${root}metadata.annotations`),
    ...(spec.volumes ?? []).flatMap((volume, index) => volumeWarnings(volume, `${at}.volumes[${index}]`)),
    ...tokenPathWarnings(spec, at),
    ...repeated(
      spec.hostAliases,
      ({ ip }) => ip,
      (index, ip) => `${at}.hostAliases[${index}].ip: duplicate ip ${ip}`,
    ),
    ...repeated(
      spec.imagePullSecrets,
      ({ name = '' }) => name,
      (index, name) => `${at}.imagePullSecrets[${index}].name: duplicate name ${name}`,
    ),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [`${at}.imagePullSecrets[${index}].name: invalid empty name ""`],
    ),
    ...fractionWarnings(spec.overhead, `${at}.overhead`),
    ...profileWarnings(spec, annotations, `${root}metadata.annotations`, path !== ''),
    ...containers.flatMap(({ container, path: place }) => containerWarnings(container, place)),
    ...portWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(spec.affinity, `${at}.affinity`),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((ip, index) =>
      addressWarnings(ip, `${at}.dnsConfig.nameservers[${index}]`),
    ),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, index) => addressWarnings(ip, `${at}.hostAliases[${index}].ip`)),
  ];
}

function nodeWarnings({ nodeSelector = {}, affinity }: PodSpec, at: string): readonly string[] {
  const { requiredDuringSchedulingIgnoredDuringExecution: required } = affinity?.nodeAffinity ?? {};
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = affinity?.nodeAffinity ?? {};
  const path = `${at}.affinity.nodeAffinity`;
  return [
    ...Object.keys(nodeSelector).flatMap((key) => {
      const warning = nodeLabelWarning(key);
      return warning === undefined ? [] : [`${at}.nodeSelector[${key}]: ${warning}`];
    }),
    ...(required?.nodeSelectorTerms ?? []).flatMap((term, index) =>
      nodeTermWarnings(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`),
    ),
    ...preferred.flatMap(({ preference }, index) =>
      nodeTermWarnings(
        preference ?? {},
        `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`,
      ),
    ),
  ];
}

const matchesNothing = 'a null labelSelector results in matching no pod';

const spreadWarnings = ({ topologySpreadConstraints = [] }: PodSpec, at: string): readonly string[] =>
  topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, index) => {
    const path = `${at}.topologySpreadConstraints[${index}]`;
    const warning = nodeLabelWarning(topologyKey);
    return [
      ...(warning === undefined ? [] : [`${path}.topologyKey: ${topologyKey} is ${warning}`]),
      ...(labelSelector === undefined ? [`${path}.labelSelector: ${matchesNothing}`] : []),
    ];
  });

function affinityWarnings(affinity: Affinity | undefined, path: string): readonly string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((field) => {
    const { requiredDuringSchedulingIgnoredDuringExecution: required = [] } = affinity?.[field] ?? {};
    const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = affinity?.[field] ?? {};
    const places = [
      ...required.map((term, index) => ({
        term,
        at: `requiredDuringSchedulingIgnoredDuringExecution[${index}]`,
      })),
      ...preferred.map(({ podAffinityTerm }, index) => ({
        term: podAffinityTerm,
        at: `preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm`,
      })),
    ];
    return places
      .filter(({ term }) => term.labelSelector === undefined)
      .map(({ at }) => `${path}.${field}.${at}.labelSelector: ${matchesNothing}`);
  });
}

const oldAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const oldAnnotationWarnings = (annotations: Readonly<Record<string, string>>, path: string): readonly string[] =>
  Object.keys(oldAnnotations)
    .filter((key) => Object.hasOwn(annotations, key))
    .map((key) => `${path}[${key}]: ${oldAnnotations[key]}`);

/** Kinds of volumes that went, with the name that upstream's text gives them. */
const goneVolumes: readonly (readonly [field: keyof Volume, fate: string, name?: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const volumeWarnings = (volume: Volume, at: string): readonly string[] => [
  ...goneVolumes
    .filter(([field]) => volume[field] !== undefined)
    .map(([field, fate, name = field]) => `${at}.${name}: ${fate}`),
  ...claimSpecWarnings(volume.ephemeral?.volumeClaimTemplate?.spec, `${at}.ephemeral.volumeClaimTemplate.spec`),
];

/** Files that a token of a service account would hide, or be hidden by. */
function tokenPathWarnings({ volumes = [] }: PodSpec, at: string): readonly string[] {
  const sourcesOf = (volume: Volume) => volume.projected?.sources ?? [];
  const tokens = new Set(
    volumes.flatMap((volume) => sourcesOf(volume).flatMap(({ serviceAccountToken: token }) => token?.path ?? [])),
  );
  if (tokens.size === 0) return [];
  return volumes.flatMap((volume, index) =>
    sourcesOf(volume).flatMap(({ configMap, secret, downwardAPI, clusterTrustBundle }) => {
      const path = `${at}.volumes[${index}].projected.sources`;
      const items = (files: readonly { readonly path: string }[] | undefined, name: string) =>
        (files ?? []).flatMap((file, item) =>
          tokens.has(file.path)
            ? [`${path}.${name}[${item}]: has duplicated path with ServiceAccountToken ${JSON.stringify(file.path)}`]
            : [],
        );
      return [
        ...items(configMap?.items, 'configMap'),
        ...items(secret?.items, 'secrets'),
        ...items(downwardAPI?.items, 'downwardAPI'),
        ...(clusterTrustBundle !== undefined && tokens.has(clusterTrustBundle.path)
          ? [
              `${path}.ClusterTrustBundle: has duplicated path with ServiceAccountToken ${JSON.stringify(clusterTrustBundle.path)}`,
            ]
          : []),
      ];
    }),
  );
}

function repeated<T>(
  items: readonly T[] | undefined,
  idOf: (item: T) => string,
  say: (index: number, quotedId: string) => string,
): readonly string[] {
  const seen = new Set<string>();
  return (items ?? []).flatMap((item, index) => {
    const id = idOf(item);
    const again = seen.has(id);
    seen.add(id);
    return again ? [say(index, JSON.stringify(id))] : [];
  });
}

/** Bytes come whole. */
const fractionWarnings = (list: Readonly<Record<string, string>> | undefined, path: string): readonly string[] =>
  ['memory', 'ephemeral-storage'].flatMap((name) => {
    const amount = list?.[name];
    return amount === undefined || parseQuantity(amount).nano % 1_000_000_000n === 0n
      ? []
      : [`${path}[${name}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`];
  });

function profileWarnings(
  spec: PodSpec,
  annotations: Readonly<Record<string, string>>,
  path: string,
  isTemplate: boolean,
): readonly string[] {
  const pod = spec.securityContext;
  const gone = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  const warn = (key: string, unless: unknown, text: string) =>
    unless === undefined && Object.hasOwn(annotations, key) ? [`${path}[${key}]: ${text}`] : [];
  return [
    ...warn(seccompPodAnnotation, pod?.seccompProfile, gone),
    ...containersOf(spec).flatMap(({ container: { name, securityContext } }) => [
      ...warn(`${seccompContainerPrefix}${name}`, securityContext?.seccompProfile, gone),
      ...(isTemplate
        ? warn(
            `${appArmorPrefix}${name}`,
            securityContext?.appArmorProfile ?? pod?.appArmorProfile,
            'deprecated since v1.30; use the "appArmorProfile" field instead',
          )
        : []),
    ]),
  ];
}

function containerWarnings({ resources, env }: Container, path: string): readonly string[] {
  return [
    ...fractionWarnings(resources?.limits, `${path}.resources.limits`),
    ...fractionWarnings(resources?.requests, `${path}.resources.requests`),
    ...hiddenVariableWarnings(env, `${path}.env`),
  ];
}

/** A variable that is there twice, the second not made of the first. */
function hiddenVariableWarnings(variables: readonly EnvVar[] = [], path: string): readonly string[] {
  const seen = new Set<string>();
  return variables.flatMap(({ name, value = '', valueFrom }, index) => {
    const again = seen.has(name);
    seen.add(name);
    const reference = `$(${name})`;
    const extends_ = valueFrom === undefined && value !== reference && value.includes(reference);
    return again && !extends_
      ? [
          `${path}[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
        ]
      : [];
  });
}

function portWarnings(
  containers: readonly { readonly container: Container; readonly path: string }[],
): readonly string[] {
  const byPort = new Map<string, { readonly port: ContainerPort; readonly at: string }[]>();
  const warnings: string[] = [];
  for (const { container, path } of containers)
    for (const [index, port] of (container.ports ?? []).entries()) {
      const at = `${path}.ports[${index}]`;
      const { hostIP = '', hostPort = 0, containerPort, protocol = '', name = '' } = port;
      if (hostIP !== '' && hostPort === 0)
        warnings.push(
          `${at}: hostIP set without hostPort: {Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`,
        );
      const id = `${containerPort}/${protocol}`;
      const others = byPort.get(id) ?? [];
      for (const other of others) {
        const relation = relationOf(port, other.port);
        if (relation !== undefined) warnings.push(`${at}: ${relation} port definition with ${other.at}`);
      }
      byPort.set(id, [...others, { port, at }]);
    }
  return warnings;
}

function relationOf(one: ContainerPort, other: ContainerPort): string | undefined {
  const [ip, otherIp] = [one.hostIP ?? '', other.hostIP ?? ''];
  const [port, otherPort] = [one.hostPort ?? 0, other.hostPort ?? 0];
  if (ip === otherIp && port === otherPort) return 'duplicate';
  if (port === 0 || otherPort === 0) return 'overlapping';
  return port === otherPort && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}
