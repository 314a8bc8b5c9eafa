/** What must hold of a Job's spec, in a Job or in a CronJob's template (batch/v1 JobSpec). */
import {
  duplicateField,
  type FieldError,
  invalidField,
  invalidWithoutValue,
  notSupportedField,
  prefixedPathErrors,
  qualifiedNameErrors,
  requiredField,
  tooLongField,
  tooManyField,
} from '@pintle/machinery';
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from '../batch/v1/job.js';
import { nonNegativeErrors } from './amount.js';
import { shownIntegers } from './go-structures.js';
import { countOf, parseIndexRanges } from './job-indexes.js';
import { podTemplateErrors } from './pod/pod-spec.js';

const completionModes = ['NonIndexed', 'Indexed'];

const parallelismMax = 100_000;
const failedIndexesMax = 100_000;
/** Beyond so many completions, parallelism and failed indexes are limited further. */
const completionsSoftMax = 100_000;
const highParallelismMax = 10_000;
const highFailedIndexesMax = 10_000;
const failureRulesMax = 20;
const exitCodesMax = 255;
const podConditionsMax = 20;
const managedByMaxLength = 63;
const succeededIndexesMaxBytes = 64 * 1024;
const successRulesMax = 20;

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const conditionStatuses = ['False', 'True', 'Unknown'];
const listed = (values: readonly string[]) =>
  `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`;

export function jobSpecErrors(spec: JobSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const)
    errors.push(...nonNegativeErrors(spec[field], `${path}.${field}`));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(requiredField(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (spec.managedBy !== undefined) errors.push(...managedByErrors(spec.managedBy, `${path}.managedBy`));
  if (spec.completionMode !== undefined && !completionModes.includes(spec.completionMode))
    errors.push(notSupportedField(`${path}.completionMode`, spec.completionMode, completionModes));
  errors.push(...(spec.completionMode === 'Indexed' ? indexedErrors(spec, path) : nonIndexedErrors(spec, path)));
  errors.push(...failurePolicyErrors(spec, `${path}.podFailurePolicy.rules`));
  errors.push(...replacementPolicyErrors(spec, `${path}.podReplacementPolicy`));
  return [...errors, ...templateErrors(spec, `${path}.template`)];
}

function managedByErrors(managedBy: string, path: string): readonly FieldError[] {
  const errors = [...prefixedPathErrors(managedBy, path)];
  if (managedBy.length > managedByMaxLength) errors.push(tooLongField(path, managedBy, managedByMaxLength));
  return errors;
}

function indexedErrors(spec: JobSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { completions, parallelism, maxFailedIndexes } = spec;
  if (completions === undefined) errors.push(requiredField(`${path}.completions`, 'when completion mode is Indexed'));
  const atMost = (field: 'parallelism' | 'maxFailedIndexes', max: number, when = '') => {
    const value = spec[field];
    if (value !== undefined && value > max)
      errors.push(invalidField(`${path}.${field}`, value, `must be less than or equal to ${max}${when}`));
  };
  atMost('parallelism', parallelismMax, ' when completion mode is Indexed');
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions)
    errors.push(
      invalidField(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions'),
    );
  atMost('maxFailedIndexes', failedIndexesMax);
  if (completions !== undefined && completions > completionsSoftMax && spec.backoffLimitPerIndex !== undefined) {
    const when = ` when completions are above ${completionsSoftMax} and used with backoff limit per index`;
    if (maxFailedIndexes === undefined)
      errors.push(
        requiredField(`${path}.maxFailedIndexes`, `must be specified when completions is above ${completionsSoftMax}`),
      );
    if (parallelism !== undefined) atMost('parallelism', highParallelismMax, when);
    atMost('maxFailedIndexes', highFailedIndexesMax, when);
  }
  return [...errors, ...successPolicyErrors(spec, `${path}.successPolicy.rules`)];
}

function nonIndexedErrors(spec: JobSpec, path: string): readonly FieldError[] {
  // Of a mode that there is not, only the policy is told of.
  const isKnown = spec.completionMode === undefined || completionModes.includes(spec.completionMode);
  return ([...(isKnown ? (['backoffLimitPerIndex', 'maxFailedIndexes'] as const) : []), 'successPolicy'] as const)
    .filter((field) => spec[field] !== undefined)
    .map((field) => invalidField(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
}

function replacementPolicyErrors({ podReplacementPolicy, podFailurePolicy }: JobSpec, path: string) {
  if (podReplacementPolicy === undefined) return [];
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return supported.includes(podReplacementPolicy) ? [] : [notSupportedField(path, podReplacementPolicy, supported)];
}

function templateErrors(spec: JobSpec, path: string): readonly FieldError[] {
  const { restartPolicy } = spec.template.spec ?? {};
  const field = `${path}.spec.restartPolicy`;
  const errors = [...podTemplateErrors(spec.template, path)];
  if (restartPolicy === 'Always' || restartPolicy === undefined)
    errors.push(requiredField(field, 'valid values: "OnFailure", "Never"'));
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never')
    errors.push(notSupportedField(field, restartPolicy, ['OnFailure', 'Never']));
  else if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never')
    errors.push(invalidField(field, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified'));
  return errors;
}

function failurePolicyErrors(spec: JobSpec, path: string): readonly FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors: FieldError[] =
    rules.length > failureRulesMax ? [tooManyField(path, rules.length, failureRulesMax)] : [];
  for (const [index, rule] of rules.entries()) errors.push(...failureRuleErrors(spec, rule, `${path}[${index}]`));
  return errors;
}

function failureRuleErrors(spec: JobSpec, rule: PodFailurePolicyRule, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { action, onExitCodes, onPodConditions = [] } = rule;
  if (!action) errors.push(requiredField(`${path}.action`, listed(actions)));
  else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    errors.push(invalidField(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  else if (!actions.includes(action)) errors.push(notSupportedField(`${path}.action`, action, actions));
  if (onExitCodes !== undefined) errors.push(...exitCodesErrors(spec, onExitCodes, `${path}.onExitCodes`));
  if (onPodConditions.length > podConditionsMax)
    errors.push(tooManyField(`${path}.onPodConditions`, onPodConditions.length, podConditionsMax));
  for (const [index, { type, status }] of onPodConditions.entries()) {
    const at = `${path}.onPodConditions[${index}]`;
    for (const message of qualifiedNameErrors(type)) errors.push(invalidField(`${at}.type`, type, message));
    if (!conditionStatuses.includes(status)) errors.push(notSupportedField(`${at}.status`, status, conditionStatuses));
  }
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.push(invalidWithoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.push(invalidWithoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return errors;
}

function exitCodesErrors(
  { template }: JobSpec,
  { containerName, operator, values = [] }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!operator) errors.push(requiredField(`${path}.operator`, listed(operators)));
  else if (!operators.includes(operator)) errors.push(notSupportedField(`${path}.operator`, operator, operators));
  const names = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])].map(
    ({ name }) => name,
  );
  if (containerName !== undefined && !names.includes(containerName))
    errors.push(
      invalidField(
        `${path}.containerName`,
        containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    );
  if (values.length === 0)
    errors.push(invalidField(`${path}.values`, shownIntegers(values), 'at least one value is required'));
  else if (values.length > exitCodesMax) errors.push(tooManyField(`${path}.values`, values.length, exitCodesMax));
  for (const [index, value] of values.entries()) {
    const at = `${path}.values[${index}]`;
    if (operator === 'In' && value === 0) errors.push(invalidField(at, value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < index) errors.push(duplicateField(at, value));
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value))
    errors.push(invalidField(`${path}.values`, shownIntegers(values), 'must be ordered'));
  return errors;
}

function successPolicyErrors(spec: JobSpec, path: string): readonly FieldError[] {
  if (spec.successPolicy === undefined || spec.completions === undefined) return [];
  const { rules = [] } = spec.successPolicy;
  const errors: FieldError[] = [];
  if (rules.length === 0)
    errors.push(requiredField(path, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > successRulesMax) errors.push(tooManyField(path, rules.length, successRulesMax));
  for (const [index, rule] of rules.entries())
    errors.push(...successRuleErrors(rule, spec.completions, `${path}[${index}]`));
  return errors;
}

function successRuleErrors(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  path: string,
): readonly FieldError[] {
  if (succeededCount === undefined && succeededIndexes === undefined)
    return [requiredField(path, 'at least one of succeededCount or succeededIndexes must be specified')];
  const errors: FieldError[] = [];
  let indexes = 0;
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (succeededIndexes.length > succeededIndexesMaxBytes)
      errors.push(tooLongField(at, succeededIndexes, succeededIndexesMaxBytes));
    const ranges = parseIndexRanges(succeededIndexes, completions);
    if (typeof ranges === 'string')
      errors.push(invalidField(at, succeededIndexes, `error parsing succeededIndexes: ${ranges}`));
    else indexes = countOf(ranges);
  }
  if (succeededCount === undefined) return errors;
  const at = `${path}.succeededCount`;
  const atMost = (max: number, what: string) => {
    if (succeededCount > max)
      errors.push(invalidField(at, succeededCount, `must be less than or equal to ${max} (the number of ${what})`));
  };
  errors.push(...nonNegativeErrors(succeededCount, at));
  atMost(completions, 'specified completions');
  if (succeededIndexes !== undefined) atMost(indexes, 'indexes in the specified succeededIndexes field');
  return errors;
}
