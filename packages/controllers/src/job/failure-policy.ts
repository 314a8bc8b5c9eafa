/** What a Job's podFailurePolicy makes of a failed pod. Pure. */
import type { PodFailurePolicy, PodFailurePolicyRule } from '@pintle/api/batch/v1';
import type { ContainerStatus, Pod } from '@pintle/api/core/v1';

export interface FailureVerdict {
  readonly action?: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** Whether the failure counts towards the limits of retries. */
  readonly counts: boolean;
  /** Why the Job fails; with `FailJob` only. */
  readonly message?: string;
}

/** The first rule that fits decides. */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const what = matchOf(rule, pod);
    if (what === undefined) continue;
    if (rule.action === 'Ignore') return { action: rule.action, counts: false };
    if (rule.action === 'Count' || rule.action === 'FailIndex') return { action: rule.action, counts: true };
    if (rule.action === 'FailJob')
      return { action: rule.action, counts: true, message: `${what} matching FailJob rule at index ${index}` };
  }
  return { counts: true };
}

/** What of the pod fits the rule, in words. */
function matchOf({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (onExitCodes !== undefined) {
    const found = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
      (container) => fitsExitCode(container, onExitCodes),
    );
    return (
      found && `Container ${found.name} for pod ${name} failed with exit code ${found.state?.terminated?.exitCode}`
    );
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}

function fitsExitCode(
  { name, state }: ContainerStatus,
  { containerName, operator, values }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
): boolean {
  const exitCode = state?.terminated?.exitCode ?? 0;
  if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false;
  return operator === 'In' ? values.includes(exitCode) : operator === 'NotIn' && !values.includes(exitCode);
}
