/** Nodes and pods, a trace, or what one is to be generated from, that can't be meant so. `field` says where, by path. */
export class InvalidTraceError extends Error {
  readonly code = 'PINTLE_INVALID_TRACE';
  constructor(
    readonly field: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: ${problem}`, options);
    this.name = 'InvalidTraceError';
  }
}
