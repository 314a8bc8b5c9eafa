/** How webhooks of access are asked, and whether at all, under kube-apiserver's names. */
import { type Clock, defaultBuckets, type Metrics, TimeoutError } from '@pintle/machinery';

/** Told of each question. */
export interface WebhookAccessTimes {
  /** Asks, and notes how long it took and what came of it. */
  asked<T>(ask: () => Promise<T>): Promise<T>;
  /** That it could not be asked is passed over. */
  failedOpen(error: unknown): void;
  /** Looks whether it is to be asked. */
  matched(matches: () => boolean): boolean;
}

const conditionBuckets = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25];
const prefix = 'apiserver_authorization_';

const resultOf = (error: unknown): 'timeout' | 'error' =>
  error instanceof TimeoutError || (error as Error).cause instanceof TimeoutError ? 'timeout' : 'error';

export function webhookAccessTimes(metrics: Metrics, clock: Clock, name: string): WebhookAccessTimes {
  const labels = ['name', 'result'];
  const evaluations = metrics.counter({
    name: `${prefix}webhook_evaluations_total`,
    help: 'Questions to webhooks of access, by whether they were answered.',
    labels,
  });
  const durations = metrics.histogram({
    name: `${prefix}webhook_duration_seconds`,
    help: 'Seconds that webhooks of access took.',
    labels,
    buckets: defaultBuckets,
  });
  const failOpen = metrics.counter({
    name: `${prefix}webhook_evaluations_fail_open_total`,
    help: 'Questions to webhooks of access that were not answered, which was passed over.',
    labels,
  });
  const conditions = { labels: ['type', 'name'] };
  const matches = metrics.histogram({
    ...{ ...conditions, name: `${prefix}match_condition_evaluation_seconds`, buckets: conditionBuckets },
    help: 'Seconds to know whether an authorizer is to be asked.',
  });
  const exclusions = metrics.counter({
    ...{ ...conditions, name: `${prefix}match_condition_exclusions_total` },
    help: 'Questions that an authorizer was not asked.',
  });
  const failures = metrics.counter({
    ...{ ...conditions, name: `${prefix}match_condition_evaluation_errors_total` },
    help: 'Questions of which nobody could say whether an authorizer is to be asked.',
  });
  return {
    async asked(ask) {
      const startMs = clock.monotonic();
      let result: 'success' | 'timeout' | 'error' = 'success';
      try {
        return await ask();
      } catch (error) {
        result = resultOf(error);
        throw error;
      } finally {
        evaluations.with(name, result).increment();
        durations.with(name, result).observe((clock.monotonic() - startMs) / 1000);
      }
    },
    failedOpen: (error) => failOpen.with(name, resultOf(error)).increment(),
    matched(isToBeAsked) {
      const startMs = clock.monotonic();
      try {
        const isAsked = isToBeAsked();
        if (!isAsked) exclusions.with('Webhook', name).increment();
        return isAsked;
      } catch (error) {
        failures.with('Webhook', name).increment();
        throw error;
      } finally {
        matches.with('Webhook', name).observe((clock.monotonic() - startMs) / 1000);
      }
    },
  };
}
