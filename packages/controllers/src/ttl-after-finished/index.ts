/** TTL after finished: a Job that says how long it is of use (`spec.ttlSecondsAfterFinished`) is deleted after that. */
import { Job } from '@pintle/api/batch/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { parseTime } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isJobFinished } from '../job/index.js';

export function ttlAfterFinishedController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return (
    controller({ name: 'ttl-after-finished', component: 'ttl-after-finished-controller', concurrency })
      // Few Jobs say how long they are of use, and of those only the end matters.
      .for(Job, { predicate: ({ type, object }) => type !== 'deleted' && expiryOf(object) !== undefined })
      .reconcile(async ({ key, object, client, world }) => {
        const expiresMs = object && expiryOf(object);
        if (expiresMs === undefined) return undefined;
        const leftMs = expiresMs - world.clock.now();
        if (leftMs > 0) return { requeueAfterMs: leftMs };
        // The time may have been changed just now: what counts is what the server has.
        const fresh = await client.get(Job, key).catch(ignoreNotFound);
        const { uid, resourceVersion } = fresh?.metadata ?? {};
        if (fresh === undefined || uid === undefined || resourceVersion === undefined) return undefined;
        const freshMs = expiryOf(fresh);
        if (freshMs === undefined || freshMs > world.clock.now()) return undefined;
        await client
          .delete(Job, key, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Foreground' })
          .catch(ignoreNotFound);
        return undefined;
      })
  );
}

/** When a Job is of use no longer; undefined: it is being deleted, has not ended, or is to stay. Pure. */
export function expiryOf(job: Job): number | undefined {
  const { ttlSecondsAfterFinished: ttlSeconds } = job.spec ?? {};
  if (ttlSeconds === undefined || job.metadata.deletionTimestamp !== undefined || !isJobFinished(job)) return undefined;
  const finished = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  const finishedMs = parseTime(finished?.lastTransitionTime ?? undefined);
  return finishedMs === undefined ? undefined : finishedMs + ttlSeconds * 1000;
}
