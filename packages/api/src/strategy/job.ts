/** Jobs: their defaults, the selector that the server makes for them, and what may change. */
import {
  deepEqual,
  dns1123LabelErrors,
  type FieldError,
  immutableField,
  invalidField,
  labelSelectorErrors,
  labelSelectorMatcher,
  requiredField,
  type Strategy,
  shownSelector,
  shownTextMap,
} from '@pintle/machinery';
import type { Job, JobSpec } from '../batch/v1/job.js';
import type { PodTemplateSpec } from '../core/v1/pod.js';
import { jobSpecErrors } from './job-spec.js';
import { jobStatusErrors } from './job-status.js';
import { isReadable, specGeneration, withPodDefaults, workloadWarnings } from './workloads.js';

const backoffLimitDefault = 6;
const int32Max = 2_147_483_647;
const uidLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid'];
const nameLabels = ['job-name', 'batch.kubernetes.io/job-name'];
const selectorLabel = 'batch.kubernetes.io/controller-uid';

/** Defaults of pod failure policies, also in a CronJob's template. */
export function withPolicyDefaults<S extends Pick<JobSpec, 'podFailurePolicy'>>(spec: S): S {
  const { podFailurePolicy } = spec;
  if (podFailurePolicy?.rules === undefined) return spec;
  const rules = podFailurePolicy.rules.map((rule) =>
    rule.onPodConditions === undefined
      ? rule
      : {
          ...rule,
          onPodConditions: rule.onPodConditions.map((pattern) => ({ ...pattern, status: pattern.status || 'True' })),
        },
  );
  return { ...spec, podFailurePolicy: { ...podFailurePolicy, rules } };
}

function withDefaults(given: Job): Job {
  if (given.spec === undefined) return given;
  const job = withPodDefaults(given) as Job;
  const spec = withPolicyDefaults(job.spec!);
  const labels = spec.template?.metadata?.labels;
  const isSingle = spec.completions === undefined && spec.parallelism === undefined;
  const isUnlabelled = Object.keys(job.metadata.labels ?? {}).length === 0;
  return {
    ...job,
    metadata: labels !== undefined && isUnlabelled ? { ...job.metadata, labels } : job.metadata,
    spec: {
      ...spec,
      ...(isSingle ? { completions: 1 } : {}),
      parallelism: spec.parallelism ?? 1,
      backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? backoffLimitDefault : int32Max),
      completionMode: spec.completionMode ?? 'NonIndexed',
      suspend: spec.suspend ?? false,
      podReplacementPolicy:
        spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
      manualSelector: spec.manualSelector ?? false,
    },
  };
}

/** Unless the selector is the user's own: labels that only this Job's pods have, and a selector of them. */
function withSelector(job: Job): Job {
  const { spec, metadata } = job;
  if (spec === undefined || spec.manualSelector) return job;
  const own = Object.fromEntries([
    ...nameLabels.map((label) => [label, metadata.name]),
    ...uidLabels.map((label) => [label, metadata.uid]),
  ]) as Record<string, string>;
  const { template, selector } = spec;
  const labels = { ...own, ...template?.metadata?.labels };
  // Those that the Job has of its template, go on to be.
  const alike = metadata.labels !== undefined && deepEqual(metadata.labels, template?.metadata?.labels);
  return {
    ...job,
    ...(alike ? { metadata: { ...metadata, labels } } : {}),
    spec: {
      ...spec,
      selector: { ...selector, matchLabels: { [selectorLabel]: metadata.uid ?? '', ...selector?.matchLabels } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  };
}

/** A Job has the labels of its pods where it has none of its own. */
function withLabels(job: Job): Job {
  const { metadata, spec } = job;
  const labels = spec?.template.metadata?.labels;
  return labels === undefined || Object.keys(metadata.labels ?? {}).length > 0
    ? job
    : { ...job, metadata: { ...metadata, labels } };
}

function jobErrors(job: Job): readonly FieldError[] {
  const { spec, metadata } = job;
  if (spec === undefined) return [requiredField('spec.template.spec.containers')];
  const errors = [...generatedSelectorErrors(job), ...jobSpecErrors(spec, 'spec'), ...selectorErrors(spec)];
  if (spec.completionMode === 'Indexed' && spec.completions !== undefined && spec.completions > 0) {
    const hostname = `${metadata.name}-${spec.completions - 1}`;
    if (dns1123LabelErrors(hostname).length > 0)
      errors.push(
        invalidField('metadata.name', metadata.name, `will not able to create pod with invalid DNS label: ${hostname}`),
      );
  }
  return errors;
}

function generatedSelectorErrors({ spec, metadata }: Job): readonly FieldError[] {
  if (spec === undefined || spec.manualSelector || spec.selector === undefined) return [];
  const labels = spec.template.metadata?.labels ?? {};
  const expected: Record<string, string> = {};
  for (const label of uidLabels) expected[label] = metadata.uid ?? '';
  for (const label of nameLabels) expected[label] = metadata.name ?? '';
  const errors = Object.entries(expected)
    .filter(([label, value]) => labels[label] !== value)
    .flatMap(([label, value]): readonly FieldError[] => {
      const at = `spec.template.metadata.labels[${label}]`;
      const detail = `must be '${value}'`;
      return [labels[label] === undefined ? requiredField(at, detail) : invalidField(at, shownTextMap(labels), detail)];
    });
  if (isReadable(spec.selector) && !labelSelectorMatcher(spec.selector).matches(expected))
    errors.push(invalidField('spec.selector', shownSelector(spec.selector), '`selector` not auto-generated'));
  return errors;
}

function selectorErrors({ selector, template }: JobSpec): readonly FieldError[] {
  const { labels } = template.metadata ?? {};
  const errors =
    selector === undefined ? [requiredField('spec.selector')] : labelSelectorErrors(selector, 'spec.selector');
  // Where none is given, there is none that they could match; one that cannot be read is not asked.
  if (selector !== undefined && (errors.length > 0 || labelSelectorMatcher(selector).matches(labels ?? {})))
    return errors;
  return [
    ...errors,
    invalidField('spec.template.metadata.labels', shownTextMap(labels), '`selector` does not match template `labels`'),
  ];
}

const immutable = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

function changeErrors(job: Job, old: Job): readonly FieldError[] {
  const [now, before] = [job.spec, old.spec];
  if (now === undefined || before === undefined || now === before) return [];
  const errors: FieldError[] = [];
  if (now.completions !== before.completions) {
    if (now.completionMode !== 'Indexed') errors.push(immutableField('spec.completions', now.completions));
    else if (now.completions !== undefined && now.completions !== now.parallelism)
      errors.push(
        invalidField('spec.completions', now.completions, 'can only be modified in tandem with spec.parallelism'),
      );
  }
  // Where its pods run may be said of a Job that is suspended and was never started.
  const isMovable = before.suspend === true && old.status?.startTime == null;
  if (!deepEqual(now.template, isMovable ? withPlacementOf(now.template, before.template) : before.template))
    errors.push(immutableField('spec.template', now.template));
  for (const field of immutable)
    if (!deepEqual(now[field], before[field]))
      errors.push(immutableField(`spec.${field}`, field === 'selector' ? shownSelector(now.selector) : now[field]));
  return errors;
}

/** The old template with what a scheduler of Jobs may change, as the new one has it. */
function withPlacementOf(template: PodTemplateSpec, before: PodTemplateSpec): PodTemplateSpec {
  const { labels: _labels, annotations: _annotations, ...metadata } = before.metadata ?? {};
  const { nodeSelector: _nodes, tolerations: _tolerations, schedulingGates: _gates, affinity, ...spec } = before.spec!;
  const { nodeAffinity: _nodeAffinity, ...others } = affinity ?? {};
  const now = template.spec!;
  const nodeAffinity = now.affinity?.nodeAffinity;
  const keepsAffinity = now.affinity !== undefined || Object.keys(others).length > 0;
  const present = <T extends object>(fields: T) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const meta = present({
    ...metadata,
    labels: template.metadata?.labels,
    annotations: template.metadata?.annotations,
  });
  return {
    ...(template.metadata === undefined && Object.keys(meta).length === 0 ? {} : { metadata: meta }),
    spec: {
      ...spec,
      ...present({
        nodeSelector: now.nodeSelector,
        tolerations: now.tolerations,
        schedulingGates: now.schedulingGates,
        affinity: keepsAffinity ? present({ ...others, nodeAffinity }) : undefined,
      }),
    },
  };
}

export const jobStrategy: Strategy<Job> = {
  ...(specGeneration as Strategy<Job>),
  defaults: withDefaults,
  prepareForCreate: (job) => ({ ...withSelector(job), status: {} }),
  canonicalize: withLabels,
  validateCreate: jobErrors,
  validateUpdate: (job, old) => [...jobErrors(job), ...changeErrors(job, old)],
  warnings: (job, old) => [...workloadWarnings(job, old), ...indexedWarnings(job.spec, 'spec')],
  validateStatusUpdate: jobStatusErrors,
  orphansDependents: {
    warning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  },
};

/** So many indexes that fail may be more than can be told of. */
export const indexedWarnings = (spec: JobSpec | undefined, path: string): readonly string[] =>
  spec?.completionMode === 'Indexed' && (spec.completions ?? 0) > 100_000 && (spec.parallelism ?? 0) > 10_000
    ? [
        `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
      ]
    : [];
