/**
 * Whether the server lives and is ready: named checks, and their report as kube-apiserver words it
 * (`/healthz`, `/livez`, `/readyz`, `?verbose`, `?exclude=NAME`, `/livez/NAME`).
 */

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

export interface HealthCheck {
  /** As in the path: `etcd`, `poststarthook/rbac/bootstrap-roles`. */
  readonly name: string;
  /** Where it counts. Default: everywhere. */
  readonly endpoints?: readonly HealthEndpoint[];
  /** Throws, or rejects, with the reason where all is not well. */
  check(): void | Promise<void>;
}

export interface HealthResult {
  readonly name: string;
  /** Undefined: well. */
  readonly failure?: string;
}

export interface HealthReport {
  readonly healthy: boolean;
  readonly text: string;
}

export const isHealthEndpoint = (name: string | undefined): name is HealthEndpoint =>
  name === 'healthz' || name === 'livez' || name === 'readyz';

export function checksOf(checks: readonly HealthCheck[], endpoint: HealthEndpoint): readonly HealthCheck[] {
  return checks.filter(({ endpoints }) => endpoints === undefined || endpoints.includes(endpoint));
}

/** Runs the checks that are not excluded, all at once. */
export function runChecks(
  checks: readonly HealthCheck[],
  excluded: ReadonlySet<string>,
): Promise<readonly HealthResult[]> {
  return Promise.all(
    checks
      .filter(({ name }) => !excluded.has(name))
      .map(async ({ name, check }): Promise<HealthResult> => {
        try {
          await check();
          return { name };
        } catch (error) {
          return { name, failure: error instanceof Error ? error.message : String(error) };
        }
      }),
  );
}

/** The report of an endpoint. Why a check failed is withheld: who may ask may not be who may know. */
export function planReport(
  endpoint: HealthEndpoint,
  names: readonly string[],
  results: readonly HealthResult[],
  { excluded, verbose }: { readonly excluded: ReadonlySet<string>; readonly verbose: boolean },
): HealthReport {
  const byName = new Map(results.map((result) => [result.name, result]));
  const lines = names.map((name) => {
    if (excluded.has(name)) return `[+]${name} excluded: ok`;
    return byName.get(name)?.failure === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
  });
  const unknown = [...excluded].filter((name) => !names.includes(name)).sort();
  if (unknown.length > 0) {
    const list = unknown.map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${list}`);
  }
  const healthy = results.every(({ failure }) => failure === undefined);
  if (healthy && !verbose) return { healthy, text: 'ok' };
  return { healthy, text: [...lines, `${endpoint} check ${healthy ? 'passed' : 'failed'}`, ''].join('\n') };
}
