/**
 * EventRateLimit: so many Events a second of the server, of a namespace, of a user, or of one source about one object. Of
 * `events.k8s.io` it asks nothing, as upstream's.
 */
import type { Event } from '@pintle/api/core/v1';
import {
  aggregateText,
  type Clock,
  type FieldError,
  invalidField,
  notSupportedField,
  shownTexts,
  statusError,
} from '@pintle/machinery';
import { type AdmissionPlugin, type AdmissionRequest, isWriteOf } from '../admission.js';
import { TokenBucket } from './token-bucket.js';

export interface EventRateLimitConfiguration {
  readonly limits: readonly EventLimit[];
}

export interface EventLimit {
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject';
  /** Events a second, once the burst is used up. */
  readonly qps: number;
  readonly burst: number;
  /** Namespaces, users or sources that are remembered; who is forgotten begins anew. Default 4,096. */
  readonly cacheSize?: number;
}

const cacheSizeDefault = 4_096;

const keys: Readonly<Record<EventLimit['type'], (request: AdmissionRequest) => string>> = {
  Server: () => '',
  Namespace: ({ namespace = '' }) => namespace,
  User: ({ user }) => user.name,
  SourceAndObject({ object }) {
    const { source, involvedObject } = object as Event;
    const { kind, namespace, name, uid, apiVersion } = involvedObject ?? {};
    return [source?.component, source?.host, kind, namespace, name, uid, apiVersion].join('');
  },
};

export function eventRateLimit(clock: Clock, { limits }: EventRateLimitConfiguration): AdmissionPlugin {
  const enforced = limits.map((limit) => enforcer(clock, limit));
  return {
    name: 'EventRateLimit',
    concerns: isWriteOf('', 'events'),
    handles: ({ dryRun }) => !dryRun,
    validate(request) {
      const refusals = new Set(enforced.flatMap((refusal) => refusal(request) ?? []));
      if (refusals.size > 0) throw statusError('TooManyRequests', `Too many requests: ${aggregateText(refusals)}`);
    },
  };
}

/** Every limit is asked, also where another has refused. */
function enforcer(clock: Clock, { type, qps, burst, cacheSize }: EventLimit) {
  /** The one asked for last stands last. */
  const buckets = new Map<string, TokenBucket>();
  const bucketsMax = type === 'Server' ? 1 : cacheSize || cacheSizeDefault;
  return (request: AdmissionRequest): string | undefined => {
    const key = keys[type](request);
    const bucket = buckets.get(key) ?? new TokenBucket(clock, qps, burst);
    buckets.delete(key);
    if (buckets.size >= bucketsMax) buckets.delete(buckets.keys().next().value!);
    buckets.set(key, bucket);
    return bucket.take() ? undefined : `limit reached on type ${type} for key ${key}`;
  };
}

/** What is wrong with a configuration. Pure. */
export function eventRateLimitFaults({ limits }: Partial<EventRateLimitConfiguration>): readonly FieldError[] {
  if (limits === undefined || limits.length === 0)
    return [invalidField('limits', shownTexts(limits && [], 'eventratelimit.Limit'), 'must not be empty')];
  return limits.flatMap(({ type, burst, qps, cacheSize = 0 }, index) => {
    const path = `limits[${index}]`;
    return [
      ...(Object.hasOwn(keys, type) ? [] : [notSupportedField(`${path}.type`, type, Object.keys(keys))]),
      ...(burst > 0 ? [] : [invalidField(`${path}.burst`, burst, 'must be positive')]),
      ...(qps > 0 ? [] : [invalidField(`${path}.qps`, qps, 'must be positive')]),
      ...(type === 'Server' || cacheSize >= 0
        ? []
        : [invalidField(`${path}.cacheSize`, cacheSize, 'must not be negative')]),
    ];
  });
}
