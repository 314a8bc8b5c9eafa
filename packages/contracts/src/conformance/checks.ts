/** How the cases of a kit say what does not hold. No test runner is needed. */

export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** An implementation does not do what its contract says. */
export class ConformanceError extends Error {
  readonly code = 'PINTLE_CONFORMANCE';
  constructor(what: string) {
    super(what);
    this.name = 'ConformanceError';
  }
}

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ConformanceError(what);
}

/** Compares JSON values. */
export const same = (actual: unknown, expected: unknown, what: string): void =>
  check(
    JSON.stringify(actual) === JSON.stringify(expected),
    `${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`,
  );

export async function rejects(work: Promise<unknown>, code: string, what: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(error !== undefined, `${what}: expected an error with code ${code}, found none`);
  same((error as { code?: unknown }).code, code, what);
}
