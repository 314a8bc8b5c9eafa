/**
 * How often it was told who asks and whether they may, what came of it and how long it took, under kube-apiserver's names.
 * Requests by HTTP are counted; what the server asks itself is not.
 */
import {
  type Clock,
  type Counter,
  defaultBuckets,
  exponentialBuckets,
  type Histogram,
  type Metrics,
} from '@pintle/machinery';
import type { HttpRequest } from '../http/message.js';
import type { AccessDecision, Authorizer, UserInfo } from './access.js';
import { bearerToken } from './authenticators.js';

type Authenticate = (request: HttpRequest) => UserInfo | Promise<UserInfo>;

/** Told of each question that was answered. */
export interface AuthorizationTimes {
  /** Milliseconds, to be subtracted from one another. */
  now(): number;
  decided(opinion: AccessDecision, elapsedMs: number): void;
}

/** Told of each token that was looked up, and of what had to be checked for it. */
export interface TokenCacheTimes {
  now(): number;
  looked(outcome: 'hit' | 'miss', elapsedMs: number): void;
  fetching(): void;
  fetched(outcome: 'ok' | 'error'): void;
}

const durationBuckets = exponentialBuckets(0.001, 2, 15);
const [minute, day] = [60, 86_400];
const lifetimeBuckets = [
  ...[0, 30 * minute, 60 * minute, 120 * minute, 360 * minute, 720 * minute],
  ...[1, 2, 4, 7, 30, 90, 180, 360].map((days) => days * day),
];
/** Names that are told as they are. */
const knownNames = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default']);

interface Families {
  readonly attempts: ReturnType<Metrics['counter']>;
  readonly durations: ReturnType<Metrics['histogram']>;
}

/** Notes what came of a question, and what it took. */
function outcomes({ attempts, durations }: Families): (result: string, seconds: number) => void {
  const known = new Map<string, { readonly count: Counter; readonly duration: Histogram }>();
  return (result, seconds) => {
    let outcome = known.get(result);
    if (outcome === undefined) {
      outcome = { count: attempts.with(result), duration: durations.with(result) };
      known.set(result, outcome);
    }
    outcome.count.increment();
    outcome.duration.observe(seconds);
  };
}

/** Of what is done to every request before it is answered. */
const filterTimes = (metrics: Metrics, filter: string): Histogram =>
  metrics
    .histogram({
      name: 'apiserver_request_filter_duration_seconds',
      help: 'Seconds that a step took which every request goes through.',
      labels: ['filter'],
      buckets: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 5, 10, 15, 30],
    })
    .with(filter);

/** The same, with every request counted. */
export function measuredAuthentication(authenticate: Authenticate, metrics: Metrics, clock: Clock): Authenticate {
  const users = metrics.counter({
    name: 'authenticated_user_requests',
    help: 'Requests of who is known, by the name of the user as far as it is one of a few.',
    labels: ['username'],
  });
  const attempts = metrics.counter({
    name: 'authentication_attempts',
    help: 'Requests whose user was asked for, by what came of it.',
    labels: ['result'],
  });
  const durations = metrics.histogram({
    name: 'authentication_duration_seconds',
    help: 'Seconds until it was known who asks.',
    labels: ['result'],
    buckets: durationBuckets,
  });
  const lifetimes = metrics
    .histogram({
      name: 'apiserver_client_certificate_expiration_seconds',
      help: 'Seconds that the certificates of clients are still good for, at each request.',
      buckets: lifetimeBuckets,
    })
    .with();
  const step = filterTimes(metrics, 'authentication');
  const note = outcomes({ attempts, durations });
  const byUser = new Map<string, Counter>();
  const told = (result: 'success' | 'failure' | 'error', startMs: number) => {
    const seconds = (clock.monotonic() - startMs) / 1000;
    note(result, seconds);
    step.observe(seconds);
  };
  const known = (user: UserInfo, startMs: number): UserInfo => {
    const label = knownNames.has(user.name) ? user.name : user.name.includes('@') ? 'email_id' : 'other';
    let counter = byUser.get(label);
    if (counter === undefined) {
      counter = users.with(label);
      byUser.set(label, counter);
    }
    counter.increment();
    told('success', startMs);
    return user;
  };
  const refused = (request: HttpRequest, startMs: number, error: unknown): never => {
    const showsNothing = request.peer.strangeCertificate !== true && bearerToken(request) === undefined;
    told(showsNothing ? 'failure' : 'error', startMs);
    throw error;
  };
  return (request) => {
    const startMs = clock.monotonic();
    const validUntilMs = request.peer.clientCertificate?.validUntilMs;
    if (validUntilMs !== undefined) lifetimes.observe((validUntilMs - clock.now()) / 1000);
    const user = authenticate(request);
    if (!(user instanceof Promise)) return known(user, startMs);
    return user.then(
      (found) => known(found, startMs),
      (error: unknown) => refused(request, startMs, error),
    );
  };
}

export function authorizationTimes(metrics: Metrics, clock: Clock): AuthorizationTimes {
  const attempts = metrics.counter({
    name: 'authorization_attempts_total',
    help: 'Requests of which it was asked whether they are allowed, by what came of it.',
    labels: ['result'],
  });
  const durations = metrics.histogram({
    name: 'authorization_duration_seconds',
    help: 'Seconds until it was known whether a request is allowed.',
    labels: ['result'],
    buckets: durationBuckets,
  });
  const step = filterTimes(metrics, 'authorization');
  const note = outcomes({ attempts, durations });
  return {
    now: () => clock.monotonic(),
    decided({ decision, error }, elapsedMs) {
      const result =
        decision === 'allow'
          ? 'allowed'
          : error !== undefined
            ? 'error'
            : decision === 'deny'
              ? 'denied'
              : 'no-opinion';
      note(result, elapsedMs / 1000);
      step.observe(elapsedMs / 1000);
    },
  };
}

/** Makes authorizers count what they decide; one of the host's own that has no name is left as it is. */
export function countedDecisions(metrics: Metrics): (authorizer: Authorizer) => Authorizer {
  const decisions = metrics.counter({
    name: 'apiserver_authorization_decisions_total',
    help: 'Questions that an authorizer decided, those aside that it had no opinion of.',
    labels: ['type', 'name', 'decision'],
  });
  return (authorizer) => {
    const { named } = authorizer;
    authorizer.measureBy?.(metrics);
    if (named === undefined) return authorizer;
    let allowed: Counter | undefined;
    let denied: Counter | undefined;
    const counted = (opinion: AccessDecision): AccessDecision => {
      if (opinion.decision === 'allow') (allowed ??= decisions.with(named.type, named.name, 'allowed')).increment();
      else if (opinion.decision === 'deny') (denied ??= decisions.with(named.type, named.name, 'denied')).increment();
      return opinion;
    };
    return Object.assign(
      (attributes: Parameters<Authorizer>[0]) => {
        const opinion = authorizer(attributes);
        return opinion instanceof Promise ? opinion.then(counted) : counted(opinion);
      },
      { named, ...(authorizer.rulesFor === undefined ? {} : { rulesFor: authorizer.rulesFor }) },
    );
  };
}

export function tokenCacheTimes(metrics: Metrics, clock: Clock): TokenCacheTimes {
  const prefix = 'authentication_token_cache_';
  const labels = ['status'];
  const requests = metrics.counter({
    name: `${prefix}request_total`,
    help: 'Tokens that were looked up, by whether they were known.',
    labels,
  });
  const durations = metrics.histogram({
    name: `${prefix}request_duration_seconds`,
    help: 'Seconds until it was known whose a token is.',
    labels,
    buckets: defaultBuckets,
  });
  const fetches = metrics.counter({
    name: `${prefix}fetch_total`,
    help: 'Tokens that were checked since they were not known.',
    labels,
  });
  const active = metrics.gauge({ name: `${prefix}active_fetch_count`, help: 'Tokens that are being checked.', labels });
  return {
    now: () => clock.monotonic(),
    looked(outcome, elapsedMs) {
      requests.with(outcome).increment();
      durations.with(outcome).observe(elapsedMs / 1000);
    },
    fetching: () => active.with('in_flight').add(1),
    fetched(outcome) {
      active.with('in_flight').add(-1);
      fetches.with(outcome).increment();
    },
  };
}
