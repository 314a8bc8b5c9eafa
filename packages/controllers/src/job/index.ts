/**
 * The Job controller: runs pods until enough of them have ended well. Each ended pod is counted once, also where the
 * controller is stopped at any point: a finalizer holds it until the status has counted it.
 */
import { Job, type JobStatus } from '@pintle/api/batch/v1';
import { Pod } from '@pintle/api/core/v1';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { controllerOf, deepEqual, labelSelectorMatcher, objectKey, parseTime, withFinalizer } from '@pintle/machinery';
import type { InformerOptions } from '@pintle/watch';
import { claimable, claimObjects, planClaims, wouldAdopt } from '../claims.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { ObjectMemory } from '../object-memory.js';
import { inSlowStart } from '../slow-start.js';
import { type Account, conclude, type Done, planAccount, startTimeOf } from './account.js';
import { type BackoffRecord, noFailures } from './backoff.js';
import { isJobFinished, type Outcome } from './job-conditions.js';
import { jobFacts } from './job-facts.js';
import { podOfJob } from './job-pod.js';
import { isTracked, trackingFinalizer } from './job-pods.js';
import { type JobPlan, planJob } from './plan-job.js';

export { formatIndexes, type IndexInterval, type IndexSet, parseIndexes } from './indexes.js';
export { isJobFinished } from './job-conditions.js';
export { trackingFinalizer } from './job-pods.js';

/** A Job looks at all its pods: what they tell of themselves is gathered for a moment. */
const gatherMs = 20;
/** Between retries of a Job whose writes fail (upstream's DefaultJobApiBackOff and MaxJobApiBackOff). */
const backoffBaseMs = 1_000;
const backoffMaxMs = 60_000;

/** A Job that names another manager is that one's affair (batch/v1 JobSpec.managedBy). */
export const jobControllerName = 'kubernetes.io/job-controller';

const jobNameLabel = 'batch.kubernetes.io/job-name';

export function jobController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  const memory = new ObjectMemory<BackoffRecord>();
  return controller({
    name: 'job',
    component: 'job-controller',
    concurrency,
    gatherMs,
    backoffBaseMs,
    backoffMaxMs,
  })
    .for(Job)
    .owns(Pod)
    .watches(
      Pod,
      wouldAdopt(Job, ({ spec }) => spec?.selector),
    )
    .watches(Pod, (pod) => (controllerOf(pod) === undefined ? trackingJobs(pod) : []))
    .reconcile((context) => new JobSync(context, memory).run());
}

/** The Job that a pod with the finalizer is of, or was. */
function trackingJobs(pod: Pod): readonly ObjectKey[] {
  if (!isTracked(pod)) return [];
  const owner = controllerOf(pod);
  const isJobs = owner !== undefined && owner.kind === 'Job' && owner.apiVersion.startsWith('batch/');
  const name = owner === undefined ? pod.metadata.labels?.[jobNameLabel] : isJobs ? owner.name : undefined;
  return name === undefined ? [] : [{ name, namespace: pod.metadata.namespace ?? '' }];
}

const trackingIndex: NonNullable<InformerOptions<Pod>['indexes']> = {
  trackingJob: (pod) => trackingJobs(pod).map(objectKey),
};

class JobSync {
  constructor(
    private readonly context: ReconcileContext<Job>,
    private readonly memory: ObjectMemory<BackoffRecord>,
  ) {}

  async run(): Promise<undefined | { requeueAfterMs: number }> {
    const { object: job, key, informers } = this.context;
    if (job?.spec?.managedBy !== undefined && job.spec.managedBy !== jobControllerName) return undefined;
    if (job === undefined || isJobFinished(job)) {
      this.memory.forget(informers, objectKey(key));
      await this.releasePods(this.trackedPods());
      return undefined;
    }
    const pods = await this.claimPods(job);
    const owned = new Set(pods.map(({ metadata }) => metadata.uid));
    await this.releasePods(this.trackedPods().filter(({ metadata }) => !owned.has(metadata.uid)));
    return this.sync(job, pods);
  }

  private async sync(job: Job, pods: readonly Pod[]): Promise<undefined | { requeueAfterMs: number }> {
    const { world, informers, key } = this.context;
    const nowMs = world.clock.now();
    const startTime = startTimeOf(job, nowMs);
    const facts = jobFacts(job, pods, this.memory.get(informers, objectKey(key), job.metadata.uid) ?? noFailures);
    const plan = planJob(facts, parseTime(startTime), nowMs);
    const { done, failure } = await this.carryOut(job, plan);
    const account = planAccount(facts, plan, done, startTime, nowMs);
    if (account.pause !== undefined)
      this.tell(job, 'Normal', account.pause, account.pause === 'Suspended' ? 'Job suspended' : 'Job resumed');
    const named = await this.writeStatus(job, account.status);
    this.memory.set(informers, objectKey(key), job.metadata.uid, facts.record);
    await this.count(named, pods, account, nowMs);
    if (failure !== undefined) throw failure;
    return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs };
  }

  private async claimPods(job: Job): Promise<readonly Pod[]> {
    const { client, informers } = this.context;
    const selector = labelSelectorMatcher(job.spec?.selector);
    const plan = planClaims(job, claimable(informers, Pod, job), ({ metadata }) =>
      selector.matches(metadata.labels ?? {}),
    );
    await claimObjects(client, job, plan, { owner: Job, owned: Pod, finalizer: trackingFinalizer });
    return plan.owned.map((pod) => (plan.adopt.includes(pod) ? withFinalizer(pod, trackingFinalizer) : pod));
  }

  private trackedPods(): readonly Pod[] {
    const { informers, key } = this.context;
    return informers.informer(Pod, { indexes: trackingIndex }).lister.byIndex('trackingJob', objectKey(key));
  }

  /** Pods lose the finalizer; what fails, fails when all were tried. The uids of those that still have it. */
  private async releasePods(pods: readonly Pod[]): Promise<{ readonly held: ReadonlySet<string>; failure?: unknown }> {
    const held = new Set<string>();
    let failure: unknown;
    await Promise.all(
      pods.map(async (pod) => {
        try {
          await this.releasePod(pod);
        } catch (error) {
          held.add(pod.metadata.uid ?? '');
          failure ??= error;
        }
      }),
    );
    return failure === undefined ? { held } : { held, failure };
  }

  private async releasePod({ metadata: { name = '', namespace = '', uid = '' } }: Pod): Promise<void> {
    const body = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
    // A conflict is a failure: a pod whose finalizer is taken for gone would be counted again.
    await this.context.client.patch(Pod, { name, namespace }, { type: 'strategic', body }).catch(ignoreNotFound);
  }

  private async carryOut(job: Job, plan: JobPlan): Promise<{ readonly done: Done; readonly failure?: unknown }> {
    const removed: Pod[] = [];
    let created = 0;
    let failure: unknown;
    const attempt = async (verb: 'creat' | 'delet', act: () => Promise<void>) => {
      try {
        await act();
      } catch (error) {
        if (!isNamespaceEnding(error))
          this.tell(
            job,
            'Warning',
            verb === 'creat' ? 'FailedCreate' : 'FailedDelete',
            `Error ${verb}ing: ${(error as Error).message}`,
          );
        throw error;
      }
    };
    const results = await Promise.allSettled([
      ...plan.remove.map((pod) =>
        attempt('delet', async () => {
          await this.removePod(job, pod, plan.countsRemoved);
          removed.push(pod);
        }),
      ),
      inSlowStart(plan.create, (wish) =>
        attempt('creat', async () => {
          const made = await this.context.client.create(podOfJob(job, wish));
          this.tell(job, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
          created++;
        }),
      ),
    ]);
    for (const result of results)
      if (result.status === 'rejected' && !isNamespaceEnding(result.reason)) failure ??= result.reason;
    const done = { created, removed, isPartial: removed.length < plan.remove.length };
    return failure === undefined ? { done } : { done, failure };
  }

  private async removePod(job: Job, pod: Pod, isCounted: boolean): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    if (!isCounted && isTracked(pod)) await this.releasePod(pod);
    await this.context.client.delete(Pod, { name, namespace }, { preconditions: { uid } }).catch(ignoreNotFound);
    this.tell(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  }

  /** Takes the finalizers off, counts those whose are gone, and ends the Job when nothing is left to count. */
  private async count(job: Job, pods: readonly Pod[], account: Account, nowMs: number): Promise<void> {
    const { held, failure } = await this.releasePods(account.release);
    const released = new Set(account.release.map(({ metadata }) => metadata.uid ?? ''));
    const tracked = new Set(
      pods
        .filter(isTracked)
        .map(({ metadata }) => metadata.uid ?? '')
        .filter((uid) => held.has(uid) || !released.has(uid)),
    );
    const { status, finished } = conclude(account.status, account, tracked, nowMs);
    await this.writeStatus(job, status);
    if (finished !== undefined) this.tellFinished(job, status, finished);
    if (failure !== undefined) throw failure;
  }

  private async writeStatus(job: Job, status: JobStatus): Promise<Job> {
    if (deepEqual(status, job.status)) return job;
    return this.context.client.update({ ...job, status }, { subresource: 'status' });
  }

  private tellFinished(job: Job, { succeeded = 0 }: JobStatus, { type, reason, message }: Outcome): void {
    if (type === 'Failed') {
      this.tell(job, 'Warning', reason, message);
      return;
    }
    const { completions } = job.spec ?? {};
    if (completions !== undefined && succeeded > completions)
      this.tell(
        job,
        'Warning',
        'TooManySucceededPods',
        'Too many succeeded pods running after completion count reached',
      );
    this.tell(job, 'Normal', 'Completed', 'Job completed');
  }

  private tell(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.record(job, type, reason, message);
  }
}
