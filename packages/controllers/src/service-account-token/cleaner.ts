/**
 * Cleans up token Secrets that were made for accounts by themselves: one that nobody has used for a year is labelled so that
 * its token does not count any more, and goes a year after that. Pods that mount one keep it, and so does the time before the
 * use of tokens was noted, of which nobody knows.
 */
import { ConfigMap, Pod, Secret, ServiceAccount } from '@pintle/api/core/v1';
import { referencesOf } from '@pintle/api/pod-spec';
import type { Client } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { formatTime, parseTime, StatusError } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';

const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const trackingKey = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
const dayMs = 86_400_000;

const dayOf = (ms: number): string => formatTime(ms).slice(0, 'YYYY-MM-DD'.length);

/** The beginning of a day; undefined for what is none. */
function dayMsOf(text: string | undefined): number | undefined {
  const ms = parseTime(text && `${text}T00:00:00Z`);
  return ms !== undefined && dayOf(ms) === text ? ms : undefined;
}

/** Whether the use of tokens has been noted for so long, from the day after the first, that one without a note was not used. */
export function isTrackedLongEnough(since: string | undefined, nowMs: number, periodMs: number): boolean {
  const firstMs = dayMsOf(since);
  return firstMs !== undefined && nowMs >= firstMs + dayMs + periodMs;
}

/** What becomes of a token Secret that was made for an account by itself, and that no pod mounts. Pure. */
export function planCleaning(
  { metadata: { creationTimestamp, deletionTimestamp, labels = {} } }: Secret,
  nowMs: number,
  periodMs: number,
): 'keep' | 'invalidate' | 'delete' {
  const keptFromMs = nowMs - periodMs;
  const keptFrom = dayOf(keptFromMs);
  const createdMs = parseTime(creationTimestamp ?? undefined) ?? nowMs;
  if (deletionTimestamp !== undefined || createdMs >= keptFromMs) return 'keep';
  const used = labels[lastUsedLabel];
  // Of a day that is none nobody knows when it was.
  if (used !== undefined && (dayMsOf(used) === undefined || used >= keptFrom)) return 'keep';
  const invalid = labels[invalidSinceLabel];
  if (dayMsOf(invalid) === undefined) return 'invalidate';
  return invalid! >= keptFrom ? 'keep' : 'delete';
}

export interface LegacyTokenCleanerOptions {
  /** Default: a year. */
  readonly periodMs?: number;
}

export function legacyTokenCleanerController({ periodMs = 365 * dayMs }: LegacyTokenCleanerOptions = {}): Controller {
  return controller({ name: 'legacy-serviceaccount-token-cleaner' })
    .for(ServiceAccount, { predicate: ({ type, object }) => type !== 'deleted' && (object.secrets?.length ?? 0) > 0 })
    .reconcile(async ({ object: account, client, informers, world }) => {
      if (account?.secrets === undefined) return undefined;
      const nowMs = world.clock.now();
      const { namespace = '', name, uid } = account.metadata;
      const unused = account.secrets.flatMap(({ name: secretName = '' }) => {
        const secret = informers.informer(Secret).lister.get({ name: secretName, namespace });
        if (secret?.type !== tokenType) return [];
        const { [nameAnnotation]: ownerName, [uidAnnotation]: ownerUid } = secret.metadata.annotations ?? {};
        const isOwn = ownerName === name && (!ownerUid || ownerUid === uid);
        const step = isOwn ? planCleaning(secret, nowMs, periodMs) : 'keep';
        return step === 'keep' ? [] : [{ secret, step }];
      });
      if (unused.length === 0 || !(await isTracked(client, nowMs, periodMs))) return { requeueAfterMs: dayMs };
      const mounted = new Set(
        informers
          .informer(Pod)
          .lister.list({ namespace })
          .flatMap((pod) => [...referencesOf(pod).secrets]),
      );
      for (const { secret, step } of unused)
        if (!mounted.has(secret.metadata.name ?? ''))
          await (step === 'delete' ? remove : invalidate)(client, secret, nowMs);
      return { requeueAfterMs: dayMs };
    });
}

async function isTracked(client: Client, nowMs: number, periodMs: number): Promise<boolean> {
  const tracking = await client.get(ConfigMap, trackingKey).catch(ignoreNotFound);
  return isTrackedLongEnough(tracking?.data?.['since'], nowMs, periodMs);
}

async function invalidate(client: Client, { metadata }: Secret, nowMs: number): Promise<void> {
  const { name = '', namespace = '', uid = '' } = metadata;
  const body = { metadata: { uid, labels: { [invalidSinceLabel]: dayOf(nowMs) } } };
  await client.patch(Secret, { name, namespace }, { type: 'merge', body });
}

/** One that has been written since was looked at in vain: it is looked at again. */
async function remove(client: Client, { metadata }: Secret): Promise<void> {
  const { name = '', namespace = '', resourceVersion = '' } = metadata;
  await client.delete(Secret, { name, namespace }, { preconditions: { resourceVersion } }).catch((error: unknown) => {
    if (!StatusError.is(error, 'Conflict')) return ignoreNotFound(error);
    return undefined;
  });
}
