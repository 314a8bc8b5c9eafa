/**
 * How admission goes, under kube-apiserver's names: how long its phases, plug-ins and webhooks take, what webhooks
 * refuse, and what policies find. Who asks a plug-in, a webhook or a policy tells it; here nothing is decided.
 *
 * **Differs from Kubernetes**: a plug-in that a request does not concern is not counted for it, and of plug-ins that answer at
 * once the time is taken in one request of sixteen.
 */
import type { Clock, Counter, Family, Histogram, Metrics } from '@pintle/machinery';

export type AdmissionPhase = 'admit' | 'validate';

/** The durations of one thing, those that ended in a refusal apart. */
export interface Timing {
  observe(elapsedMs: number, rejected: boolean): void;
  /** One more that took what the last took that was observed, and was not refused. */
  again(): void;
}

/** Of the phases and plug-ins of a chain. */
export interface AdmissionTimes {
  /** Milliseconds, to be subtracted from one another. */
  now(): number;
  phase(phase: AdmissionPhase, operation: string): Timing;
  plugin(name: string, phase: AdmissionPhase, operation: string): Timing;
}

/** How a question to a webhook ended. `code` is of the answer, or of the failure; 0 where there is none. */
export interface WebhookOutcome {
  readonly code: number;
  readonly rejectedFor?: 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error';
  /** It could not be asked, and that is passed over. */
  readonly failedOpen?: boolean;
}

export interface WebhookMetrics {
  now(): number;
  asked(
    name: string,
    phase: 'admit' | 'validating',
    operation: string,
    elapsedMs: number,
    outcome: WebhookOutcome,
  ): void;
}

export type PolicyFault = 'compile_error' | 'invalid_error' | 'out_of_budget' | 'no_error';

export interface PolicyMetrics {
  now(): number;
  checked(policy: string, binding: string, fault: PolicyFault, action: string, elapsedMs: number): void;
}

/** Whose conditions say whether it is asked. */
export interface Conditional {
  readonly name: string;
  readonly kind: 'webhook' | 'policy';
  readonly type: 'admit' | 'validating' | 'validate';
  readonly operation: string;
}

export interface ConditionMetrics {
  now(): number;
  /** Where not all held: how long it took to know, and how many had no value. */
  evaluated(of: Conditional, elapsedMs: number, failures: number): void;
  /** It is not asked. */
  excluded(of: Conditional): void;
}

export interface AdmissionMetrics {
  readonly times: AdmissionTimes;
  readonly conditions: ConditionMetrics;
  readonly webhooks: WebhookMetrics;
  readonly policies: PolicyMetrics;
}

const durationBuckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const conditionBuckets = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25];
const webhookBuckets = [...durationBuckets, 10, 25];
/** From an access to a field to an expression at its limit of cost. */
const policyBuckets = [0.0000005, 0.001, 0.01, 0.1, 1];
/** Codes above are not told apart. */
const codeMax = 600;

export function admissionMetrics(metrics: Metrics, clock: Clock): AdmissionMetrics {
  const now = () => clock.monotonic();
  const phases = metrics.histogram({
    name: 'apiserver_admission_step_admission_duration_seconds',
    help: 'Seconds that all plug-ins of a phase took for a request.',
    labels: ['type', 'operation', 'rejected'],
    buckets: durationBuckets,
  });
  const plugins = metrics.histogram({
    name: 'apiserver_admission_controller_admission_duration_seconds',
    help: 'Seconds that a plug-in took for a request.',
    labels: ['name', 'type', 'operation', 'rejected'],
    buckets: durationBuckets,
  });
  return {
    times: {
      now,
      phase: (phase, operation) => new LabelledTiming(phases, [phase, operation]),
      plugin: (name, phase, operation) => new LabelledTiming(plugins, [name, phase, operation]),
    },
    conditions: conditionMetrics(metrics, now),
    webhooks: webhookMetrics(metrics, now),
    policies: policyMetrics(metrics, now),
  };
}

function conditionMetrics(metrics: Metrics, now: () => number): ConditionMetrics {
  const prefix = 'apiserver_admission_match_condition_';
  const labels = ['name', 'kind', 'type', 'operation'];
  const failed = metrics.counter({
    name: `${prefix}evaluation_errors_total`,
    help: 'Conditions of webhooks and policies that had no value.',
    labels,
  });
  const exclusions = metrics.counter({
    name: `${prefix}exclusions_total`,
    help: 'Requests that a webhook was not asked about, by its conditions.',
    labels,
  });
  const durations = metrics.histogram({
    name: `${prefix}evaluation_seconds`,
    help: 'Seconds to know that the conditions of a webhook or a policy do not all hold.',
    labels,
    buckets: conditionBuckets,
  });
  const labelsOf = ({ name, kind, type, operation }: Conditional) => [name, kind, type, operation] as const;
  return {
    now,
    evaluated(of, elapsedMs, failures) {
      if (failures > 0) failed.with(...labelsOf(of)).increment(failures);
      durations.with(...labelsOf(of)).observe(elapsedMs / 1000);
    },
    excluded: (of) => exclusions.with(...labelsOf(of)).increment(),
  };
}

function webhookMetrics(metrics: Metrics, now: () => number): WebhookMetrics {
  const durations = metrics.histogram({
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: 'Seconds that a webhook took for a request.',
    labels: ['name', 'type', 'operation', 'rejected'],
    buckets: webhookBuckets,
  });
  const requests = metrics.counter({
    name: 'apiserver_admission_webhook_request_total',
    help: 'Questions to a webhook, by the code of its answer and whether the request was refused.',
    labels: ['name', 'type', 'operation', 'code', 'rejected'],
  });
  const rejections = metrics.counter({
    name: 'apiserver_admission_webhook_rejection_count',
    help: 'Requests refused by a webhook, or because it could not be asked.',
    labels: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  });
  const failOpen = metrics.counter({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: 'Requests let through though a webhook could not be asked.',
    labels: ['name', 'type'],
  });
  return {
    now,
    asked(name, phase, operation, elapsedMs, { code, rejectedFor, failedOpen }) {
      const told = String(Math.min(code, codeMax));
      const rejected = String(rejectedFor !== undefined);
      if (rejectedFor !== undefined) rejections.with(name, phase, operation, rejectedFor, told).increment();
      if (failedOpen) failOpen.with(name, phase).increment();
      requests.with(name, phase, operation, told, rejected).increment();
      durations.with(name, phase, operation, rejected).observe(elapsedMs / 1000);
    },
  };
}

function policyMetrics(metrics: Metrics, now: () => number): PolicyMetrics {
  const labels = ['policy', 'policy_binding', 'error_type', 'enforcement_action'];
  const checks: Family<Counter> = metrics.counter({
    name: 'apiserver_validating_admission_policy_check_total',
    help: 'Validations of policies that failed, by what was done about it.',
    labels,
  });
  const durations: Family<Histogram> = metrics.histogram({
    name: 'apiserver_validating_admission_policy_check_duration_seconds',
    help: 'Seconds that a validation took that failed.',
    labels,
    buckets: policyBuckets,
  });
  return {
    now,
    checked(policy, binding, fault, action, elapsedMs) {
      checks.with(policy, binding, fault, action).increment();
      durations.with(policy, binding, fault, action).observe(elapsedMs / 1000);
    },
  };
}

/** Its series begin with their first value, and are not looked up again. */
class LabelledTiming implements Timing {
  private accepted: Histogram | undefined;
  private refused: Histogram | undefined;
  private lastSeconds = 0;

  constructor(
    private readonly family: Family<Histogram>,
    private readonly labels: readonly string[],
  ) {}

  observe(elapsedMs: number, rejected: boolean): void {
    if (rejected) {
      this.refused ??= this.family.with(...this.labels, 'true');
      this.refused.observe(elapsedMs / 1000);
      return;
    }
    this.lastSeconds = elapsedMs / 1000;
    this.again();
  }

  again(): void {
    this.accepted ??= this.family.with(...this.labels, 'false');
    this.accepted.observe(this.lastSeconds);
  }
}

const untimed: Timing = { observe() {}, again() {} };

/** For a chain that nobody measures. */
export const noTimes: AdmissionTimes = { now: () => 0, phase: () => untimed, plugin: () => untimed };
