/**
 * PodSecurity: holds pods to the level that their namespace enforces by its labels, and warns of pods and of workloads
 * beyond the level that it warns at. A namespace may not carry labels that make no sense, and is told which of its
 * pods a stricter level would have refused.
 * Who, where and which runtime class is exempt is the server's configuration.
 */
import type { Namespace, Pod, PodTemplateSpec } from '@pintle/api/core/v1';
import { controllerOf, deepEqual, forbidden, invalid, type KubernetesObject } from '@pintle/machinery';
import { type ApiCore, storedObjectOf } from '../../verbs/api-core.js';
import { findEntry, listEntries } from '../../verbs/read.js';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { type AnyContainer, containersOf, type PodLike } from './check.js';
import { describeViolations, violationsOf } from './evaluate.js';
import type { PodSecurityMetrics } from './pod-security-metrics.js';
import {
  formatLevelVersion,
  isStricter,
  type LevelVersion,
  noPolicy,
  type ParsedPolicy,
  type Policy,
  policyOf,
  sameLevelVersion,
} from './policy.js';

/** Pods looked at when a namespace becomes stricter. */
const podsMax = 3_000;

const ignoredSubresources = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

/** Where a workload has the template of its pods, by `group/plural`. */
const templates: Readonly<Record<string, (object: never) => PodTemplateSpec | undefined>> = {
  '/podtemplates': ({ template }: { template?: PodTemplateSpec }) => template,
  '/replicationcontrollers': ofSpec,
  'apps/replicasets': ofSpec,
  'apps/deployments': ofSpec,
  'apps/statefulsets': ofSpec,
  'apps/daemonsets': ofSpec,
  'batch/jobs': ofSpec,
  'batch/cronjobs': ({ spec }: { spec?: { jobTemplate?: WithTemplate } }) => spec?.jobTemplate?.spec?.template,
};

interface WithTemplate {
  readonly spec?: { readonly template?: PodTemplateSpec };
}

function ofSpec({ spec }: WithTemplate): PodTemplateSpec | undefined {
  return spec?.template;
}

/** Of whom nothing is asked, as the configuration of upstream's plug-in has it. */
export interface PodSecurityExemptions {
  readonly usernames?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly runtimeClasses?: readonly string[];
}

const labelPrefix = 'pod-security.kubernetes.io/';

/** Why a request is exempt; undefined where it is not. Pure. */
function exemptionOf(
  { usernames, namespaces, runtimeClasses }: PodSecurityExemptions,
  { user, namespace = '' }: AdmissionRequest,
  pod: Partial<PodLike> | undefined,
): string | undefined {
  if (usernames?.includes(user.name)) return 'user';
  if (namespaces?.includes(namespace)) return 'namespace';
  const runtimeClass = pod?.spec?.runtimeClassName;
  return runtimeClass !== undefined && runtimeClasses?.includes(runtimeClass) ? 'runtimeClass' : undefined;
}

export interface PodSecurityOptions {
  /** What holds where a namespace says nothing. Default: nothing does. */
  readonly defaults?: Policy | undefined;
  readonly exemptions?: PodSecurityExemptions | undefined;
}

export function podSecurity(
  core: () => ApiCore,
  { namespaces }: AdmissionCaches,
  tally: PodSecurityMetrics,
  { defaults = noPolicy, exemptions = {} }: PodSecurityOptions = {},
): AdmissionPlugin {
  const parsed = new WeakMap<KubernetesObject, ParsedPolicy>();
  const parsedOf = (namespace: KubernetesObject): ParsedPolicy => {
    let policy = parsed.get(namespace);
    if (policy === undefined) {
      policy = policyOf(namespace.metadata.labels, defaults);
      parsed.set(namespace, policy);
    }
    return policy;
  };

  const hold = (request: AdmissionRequest, { policy }: ParsedPolicy): void => {
    const { resource, object, old, name } = request;
    const isPod = idOf(request) === '/pods';
    if (isPod && old !== undefined && !changesContainers(object as Pod, old as Pod)) return;
    const pod: Partial<PodLike> | undefined = isPod ? (object as Pod) : templateOf(request);
    if (!hasSpec(pod)) return;
    const exemption = exemptionOf(exemptions, request, pod);
    if (exemption !== undefined) {
      request.annotate?.(`${labelPrefix}exempt`, exemption);
      tally.exempted(request);
      return;
    }
    if (isPod) request.annotate?.(`${labelPrefix}enforce-policy`, formatLevelVersion(policy.enforce));
    const audited = violationsOf(pod, policy.audit);
    if (audited.length > 0) {
      tally.evaluated(request, policy.audit, 'audit', false);
      request.annotate?.(
        `${labelPrefix}audit-violations`,
        `would violate PodSecurity "${formatLevelVersion(policy.audit)}": ${describeViolations(audited)}`,
      );
    }
    if (isPod) {
      const violations = violationsOf(pod, policy.enforce);
      tally.evaluated(request, policy.enforce, 'enforce', violations.length === 0);
      if (violations.length > 0)
        throw forbidden(
          resource.kind,
          name,
          `violates PodSecurity "${formatLevelVersion(policy.enforce)}": ${describeViolations(violations)}`,
        );
    }
    const violations = violationsOf(pod, policy.warn);
    if (violations.length > 0) {
      tally.evaluated(request, policy.warn, 'warn', false);
      request.warn(`would violate PodSecurity "${formatLevelVersion(policy.warn)}": ${describeViolations(violations)}`);
    }
  };

  const holdNamespace = async (request: AdmissionRequest): Promise<void> => {
    const { resource, object, old, name } = request;
    const now = policyOf(object?.metadata.labels, defaults);
    const before = old === undefined ? undefined : parsedOf(old);
    if (now.errors.length > 0 && !deepEqual(now.errors, before?.errors ?? []))
      throw invalid(resource.kind, name, now.errors);
    const isExempt = exemptions.namespaces?.includes(name) === true;
    const warnOfExemption = () => {
      const text = exemptionWarning(name, now.policy, defaults, object?.metadata.labels);
      if (text !== undefined) request.warn(text);
    };
    if (old === undefined) {
      if (isExempt) warnOfExemption();
      return;
    }
    const { enforce } = now.policy;
    const earlier = before?.policy.enforce;
    if (earlier === undefined || sameLevelVersion(enforce, earlier) || enforce.level === 'privileged') return;
    if (enforce.version === earlier.version && !isStricter(enforce.level, earlier.level)) return;
    if (isExempt) warnOfExemption();
    else for (const text of await warningsOfPods(core(), name, enforce)) request.warn(text);
  };

  return {
    name: 'PodSecurity',
    concerns({ operation, resource, subresource }) {
      if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
      const id = idOf({ resource });
      if (id === '/pods') return !ignoredSubresources.has(subresource ?? '');
      return subresource === undefined && (id === '/namespaces' || Object.hasOwn(templates, id));
    },
    handles({ resource, namespace, annotate }) {
      const id = idOf({ resource });
      if (id === '/namespaces') return true;
      const isPod = id === '/pods';
      // What is enforced is noted, be it nothing.
      if (isPod && annotate !== undefined) return true;
      const known = namespaces.get(namespace ?? '');
      if (known === undefined) return true;
      const { enforce, warn, audit } = parsedOf(known).policy;
      return [warn, audit, ...(isPod ? [enforce] : [])].some(({ level }) => level !== 'privileged');
    },
    validate(request) {
      if (idOf(request) === '/namespaces') return holdNamespace(request);
      const { namespace = '' } = request;
      const known = namespaces.get(namespace);
      if (known !== undefined) return hold(request, parsedOf(known));
      return lookUp(core(), namespace).then((late) => hold(request, policyOf(late?.metadata.labels, defaults)));
    },
  };
}

const idOf = ({ resource: { kind } }: Pick<AdmissionRequest, 'resource'>) => `${kind.group}/${kind.plural}`;

function templateOf(request: AdmissionRequest): PodLike | undefined {
  const template = templates[idOf(request)]?.(request.object as never);
  return template?.spec === undefined ? undefined : { metadata: template.metadata, spec: template.spec };
}

async function lookUp(core: ApiCore, name: string): Promise<Namespace | undefined> {
  const resource = core.registry.byResource('v1', 'namespaces');
  const entry = resource === undefined ? undefined : await findEntry(core, resource, { name });
  return entry === undefined ? undefined : (storedObjectOf(resource, entry) as Namespace);
}

/** What a namespace is told whose labels are of no use. */
function exemptionWarning(
  name: string,
  policy: Policy,
  defaults: Policy,
  labels: Readonly<Record<string, string>> = {},
): string | undefined {
  const modes = ['enforce', 'audit', 'warn'] as const;
  const isPrivileged = ({ level }: LevelVersion) => level === 'privileged';
  const isSame = (a: LevelVersion, b: LevelVersion) => (isPrivileged(a) && isPrivileged(b)) || sameLevelVersion(a, b);
  if (modes.every((mode) => isPrivileged(policy[mode])) || modes.every((mode) => isSame(policy[mode], defaults[mode])))
    return undefined;
  const isSaid = (mode: string) => [mode, `${mode}-version`].some((label) => `${labelPrefix}${label}` in labels);
  const told = modes
    .filter((mode) => !isPrivileged(policy[mode]) && isSaid(mode))
    .map((mode) => `${mode}=${formatLevelVersion(policy[mode])}`);
  return `namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${told.join(', ')}) will be ignored`;
}

/** Of what may change in a pod that exists, only images and new containers count. */
function changesContainers({ spec }: Pod, { spec: old }: Pod): boolean {
  if (spec === undefined || old === undefined) return true;
  const [now, before] = [containersOf(spec), containersOf(old)];
  const same = ({ name, image }: AnyContainer) => before.some((other) => other.name === name && other.image === image);
  return now.length !== before.length || !now.every(same);
}

/** Which pods there are that the new level would refuse: one line a reason, with the first pod's name. */
async function warningsOfPods(core: ApiCore, namespace: string, enforce: LevelVersion): Promise<readonly string[]> {
  const resource = core.registry.byResource('v1', 'pods');
  if (resource === undefined) return [];
  const { entries } = await listEntries(core, resource, { namespace });
  const pods = oneOfEachOwnerFirst(entries.map((entry) => storedObjectOf(resource, entry) as Pod));
  const byReason = new Map<string, string[]>();
  for (const pod of pods.slice(0, podsMax)) {
    const violations = violationsOf({ metadata: pod.metadata, spec: pod.spec! }, enforce);
    if (violations.length === 0) continue;
    const reason = violations.map((violation) => violation.reason).join(', ');
    const names = byReason.get(reason) ?? [];
    names.push(pod.metadata.name ?? '');
    byReason.set(reason, names);
  }
  const lines = [...byReason].map(
    ([reason, names]) => `${[...names].sort()[0]}${andOthers(names.length - 1)}: ${reason}`,
  );
  return [
    ...(pods.length > podsMax
      ? [`new PodSecurity enforce level only checked against the first ${podsMax} of ${pods.length} existing pods`]
      : []),
    ...(lines.length > 0
      ? [
          `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${formatLevelVersion(enforce)}"`,
        ]
      : []),
    ...lines.sort(),
  ];
}

const andOthers = (count: number): string =>
  count === 0 ? '' : count === 1 ? ' (and 1 other pod)' : ` (and ${count} other pods)`;

/** So that of many replicas of few workloads every workload is looked at. */
function oneOfEachOwnerFirst(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const [first, more]: [Pod[], Pod[]] = [[], []];
  for (const pod of pods) {
    const owner = controllerOf(pod)?.uid;
    (owner !== undefined && seen.has(owner) ? more : first).push(pod);
    if (owner !== undefined) seen.add(owner);
  }
  return [...first, ...more];
}

const hasSpec = (pod: Partial<PodLike> | undefined): pod is PodLike => pod?.spec !== undefined;
