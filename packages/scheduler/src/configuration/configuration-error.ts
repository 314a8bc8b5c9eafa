import { type FieldError, formatFieldError } from '@pintle/machinery';

/** A KubeSchedulerConfiguration that cannot work: each error names the path of a field. */
export class InvalidConfigurationError extends Error {
  readonly code = 'PINTLE_INVALID_SCHEDULER_CONFIGURATION';
  constructor(
    readonly errors: readonly FieldError[],
    cause?: unknown,
  ) {
    super(errors.map(formatFieldError).join('\n'), { cause });
    this.name = 'InvalidConfigurationError';
  }

  /** The path of the first field at fault. */
  get field(): string {
    return this.errors[0]?.field ?? '';
  }
}
