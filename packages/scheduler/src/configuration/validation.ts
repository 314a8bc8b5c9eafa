/** What must hold in a KubeSchedulerConfiguration beside its notation; the rules and words are kube-scheduler's. */
import {
  canonicalJson,
  duplicateField,
  type FieldError,
  invalidField,
  parseGoDuration,
  qualifiedNameErrors,
  requiredField,
} from '@pintle/machinery';
import { isExtendedResource } from '../nodes/resource-columns.js';
import type { ExtenderConfiguration, KubeSchedulerConfiguration } from './notation.js';

export function configurationErrors(source: KubeSchedulerConfiguration): readonly FieldError[] {
  const { parallelism = 0, podInitialBackoffSeconds = 0, podMaxBackoffSeconds = 0, clientConnection = {} } = source;
  const errors = [
    ...leaderElectionErrors(source),
    ...profileErrors(source),
    ...percentageErrors(source.percentageOfNodesToScore, 'percentageOfNodesToScore'),
    ...extenderErrors(source.extenders ?? []),
  ];
  if ((clientConnection.burst ?? 0) < 0)
    errors.push(invalidField('clientConnection.burst', clientConnection.burst, 'must be non-negative'));
  if (parallelism <= 0)
    errors.push(invalidField('parallelism', parallelism, 'should be an integer value greater than zero'));
  if (podInitialBackoffSeconds <= 0)
    errors.push(invalidField('podInitialBackoffSeconds', podInitialBackoffSeconds, 'must be greater than 0'));
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const detail = 'must be greater than or equal to PodInitialBackoffSeconds';
    errors.push(invalidField('podMaxBackoffSeconds', podMaxBackoffSeconds, detail));
  }
  return errors;
}

function percentageErrors(percentage: number | undefined, path: string): readonly FieldError[] {
  return percentage !== undefined && (percentage < 0 || percentage > 100)
    ? [invalidField(path, percentage, 'not in valid range [0-100]')]
    : [];
}

function profileErrors({ profiles = [] }: KubeSchedulerConfiguration): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { schedulerName, percentageOfNodesToScore }] of profiles.entries()) {
    const path = `profiles[${index}]`;
    if (schedulerName === '' || (schedulerName === undefined && profiles.length > 1))
      errors.push(requiredField(`${path}.schedulerName`));
    else if (schedulerName !== undefined && seen.has(schedulerName))
      errors.push(duplicateField(`${path}.schedulerName`, schedulerName));
    if (schedulerName !== undefined) seen.add(schedulerName);
    errors.push(...percentageErrors(percentageOfNodesToScore, `${path}.percentageOfNodesToScore`));
  }
  return errors;
}

function leaderElectionErrors({ leaderElection = {} }: KubeSchedulerConfiguration): readonly FieldError[] {
  const { leaderElect, leaseDuration, renewDeadline, retryPeriod, resourceLock, resourceName, resourceNamespace } =
    leaderElection;
  if (leaderElect !== true) return [];
  const errors: FieldError[] = [];
  const fail = (field: string, value: unknown, detail: string) =>
    errors.push(invalidField(`leaderElection.${field}`, value, detail));
  const positive = (field: string, text = ''): number => {
    const ms = parseGoDuration(text);
    if (ms === undefined) fail(field, text, 'must be a duration, as 15s');
    else if (ms <= 0) fail(field, text, 'must be greater than zero');
    return ms ?? Number.NaN;
  };
  const lease = positive('leaseDuration', leaseDuration);
  const renew = positive('renewDeadline', renewDeadline);
  positive('retryPeriod', retryPeriod);
  if (lease < renew) fail('leaseDuration', leaseDuration, 'LeaseDuration must be greater than RenewDeadline');
  if (resourceLock !== 'leases') fail('resourceLock', resourceLock, 'resourceLock value must be "leases"');
  if (resourceNamespace === '') fail('resourceNamespace', resourceNamespace, 'resourceNamespace is required');
  if (resourceName === '') fail('resourceName', resourceName, 'resourceName is required');
  return errors;
}

/** All profiles share one queue, so they must sort it alike. */
export function commonQueueSortErrors(
  profiles: readonly { readonly queueSort: readonly string[]; readonly args: ReadonlyMap<string, unknown> }[],
): readonly FieldError[] {
  const [first] = profiles;
  return profiles.flatMap(({ queueSort, args }, index) => {
    if (first === undefined || queueSort.length !== 1 || first.queueSort.length !== 1) return [];
    const [name, common] = [queueSort[0]!, first.queueSort[0]!];
    if (name !== common)
      return [invalidField(`profiles[${index}].plugins.queueSort`, name, 'must be the same for all profiles')];
    const alike = canonicalJson(args.get(name) ?? null) === canonicalJson(first.args.get(name) ?? null);
    return alike
      ? []
      : [invalidField(`profiles[${index}].pluginConfig.args`, name, 'queueSort must be the same for all profiles')];
  });
}

function extenderErrors(extenders: readonly ExtenderConfiguration[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const managed = new Set<string>();
  for (const [index, extender] of extenders.entries()) {
    const { prioritizeVerb = '', weight = 0, managedResources = [], httpTimeout = '', urlPrefix } = extender;
    const path = `extenders[${index}]`;
    if (urlPrefix === '') errors.push(requiredField(`${path}.urlPrefix`));
    if (prioritizeVerb !== '' && weight <= 0)
      errors.push(invalidField(`${path}.weight`, weight, 'must have a positive weight applied to it'));
    if ((parseGoDuration(httpTimeout) ?? -1) < 0)
      errors.push(invalidField(`${path}.httpTimeout`, httpTimeout, 'must be a duration, as 5s'));
    for (const [i, { name }] of managedResources.entries()) {
      const at = `${path}.managedResources[${i}].name`;
      const faults = qualifiedNameErrors(name).map((detail) => invalidField(at, name, detail));
      if (faults.length === 0 && !isExtendedResource(name))
        faults.push(invalidField(at, name, 'is an invalid extended resource name'));
      errors.push(...faults);
      if (managed.has(name)) errors.push(invalidField(at, name, 'duplicate extender managed resource name'));
      managed.add(name);
    }
  }
  const binders = extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length;
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`;
    errors.push(invalidField('extenders', found, 'only one extender can implement bind'));
  }
  return errors;
}
