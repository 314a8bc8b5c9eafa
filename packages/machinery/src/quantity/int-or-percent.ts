/** `IntOrString` where the string is a percentage: `maxSurge`, `maxUnavailable`, `minAvailable`. */

/** A value that is neither a whole number nor a percentage. */
export class InvalidPercentageError extends Error {
  readonly code = 'PINTLE_INVALID_PERCENTAGE';
  constructor(readonly value: unknown) {
    super(
      `invalid value for IntOrString: ${JSON.stringify(value)} is neither a whole number nor a percentage like "25%"`,
    );
    this.name = 'InvalidPercentageError';
  }
}

/** The number meant, out of `total`. Errors: `InvalidPercentageError`. */
export function scaledIntOrPercent(value: number | string, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(value);
  if (match === null) throw new InvalidPercentageError(value);
  const exact = (Number(match[1]) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
