/** Answers `/healthz`, `/livez` and `/readyz`, and counts what the checks found. */
import type { Metrics } from '@pintle/machinery';
import { plainText } from '../http/answer.js';
import type { HttpResponse } from '../http/message.js';
import { checksOf, type HealthCheck, type HealthEndpoint, planReport, runChecks } from './health-checks.js';

export interface Health {
  /** Of an endpoint (`check` is empty), or of one check of it; undefined where there is no such check. */
  answer(endpoint: HealthEndpoint, check: string, query: URLSearchParams): Promise<HttpResponse | undefined>;
  names(endpoint: HealthEndpoint): readonly string[];
}

export function health(checks: readonly HealthCheck[], metrics: Metrics): Health {
  const state = metrics.gauge({
    name: 'kubernetes_healthcheck',
    help: 'The last result of a health check: 1 for well.',
    labels: ['name', 'type'],
  });
  const totals = metrics.counter({
    name: 'kubernetes_healthchecks_total',
    help: 'Results of health checks.',
    labels: ['name', 'status', 'type'],
  });
  const names = (endpoint: HealthEndpoint) => checksOf(checks, endpoint).map(({ name }) => name);
  return {
    names,
    async answer(endpoint, check, query) {
      const excluded = new Set(query.getAll('exclude'));
      const all = checksOf(checks, endpoint);
      const asked = check === '' ? all : all.filter(({ name }) => name === check);
      if (asked.length === 0) return undefined;
      const results = await runChecks(asked, check === '' ? excluded : new Set());
      for (const { name, failure } of results) {
        state.with(name, endpoint).set(failure === undefined ? 1 : 0);
        totals.with(name, failure === undefined ? 'success' : 'error', endpoint).increment();
      }
      if (check !== '') {
        const failure = results[0]?.failure;
        return failure === undefined ? plainText(200, 'ok') : plainText(500, `internal server error: ${failure}\n`);
      }
      const { healthy, text } = planReport(endpoint, names(endpoint), results, {
        excluded,
        verbose: query.has('verbose'),
      });
      return plainText(healthy ? 200 : 500, text);
    },
  };
}
