/** The CronJob controller: makes a Job at each time of a schedule. */
import { CronJob, type CronJobStatus, Job } from '@pintle/api/batch/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { isControlledBy, objectKey, StatusError } from '@pintle/machinery';
import { controllerIndex } from '../claims.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isJobFinished } from '../job/job-conditions.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { ObjectMemory } from '../object-memory.js';
import { writeStatus } from '../write-status.js';
import { type CronJobPlan, planCronJob, type Told, withStart } from './plan-cron-job.js';
import { nextLookInMs } from './schedule.js';

export { planCronJob, scheduledTimestampKey } from './plan-cron-job.js';

/** A schedule, and since when it is there, if it was seen to change: it starts nothing for times before. */
interface SeenSchedule {
  readonly schedule: string;
  readonly sinceMs?: number;
}

export function cronJobController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  const memory = new ObjectMemory<SeenSchedule>();
  return controller({ name: 'cronjob', component: 'cronjob-controller', concurrency })
    .for(CronJob)
    .owns(Job, {
      // How far a Job is does not matter to its CronJob: that it is there, ends and goes does.
      predicate: (event) =>
        event.type !== 'updated' ||
        isJobFinished(event.old) !== isJobFinished(event.object) ||
        event.old.metadata.deletionTimestamp !== event.object.metadata.deletionTimestamp,
    })
    .reconcile((context) => new CronJobSync(context, memory).run());
}

class CronJobSync {
  constructor(
    private readonly context: ReconcileContext<CronJob>,
    private readonly memory: ObjectMemory<SeenSchedule>,
  ) {}

  async run(): Promise<undefined | { requeueAfterMs: number }> {
    const { object: cronJob, client, informers, world, key } = this.context;
    if (cronJob === undefined) {
      this.memory.forget(informers, objectKey(key));
      return undefined;
    }
    const jobs = informers
      .informer(Job, { indexes: controllerIndex })
      .lister.byIndex('controller', cronJob.metadata.uid ?? '');
    const nowMs = world.clock.now();
    const notBeforeMs = this.scheduledSince(cronJob, nowMs);
    const plan = planCronJob(cronJob, jobs, nowMs, notBeforeMs);
    for (const told of plan.told) this.tell(cronJob, told);
    const made = await this.start(cronJob, plan);
    const swept = await Promise.all(plan.sweep.map((job) => this.remove(cronJob, job)));
    await writeStatus(client, CronJob, cronJob, made.status).catch(ignoreNotFound);
    if (made.failure !== undefined) throw made.failure;
    const failure = swept.find((error) => error !== undefined);
    if (failure !== undefined) throw failure;
    const inMs =
      plan.create === undefined || plan.timetable === undefined
        ? plan.requeueAfterMs
        : nextLookInMs({ ...cronJob, status: made.status }, plan.timetable, nowMs, notBeforeMs);
    return inMs === undefined ? undefined : { requeueAfterMs: inMs };
  }

  private scheduledSince({ metadata, spec }: CronJob, nowMs: number): number | undefined {
    const { informers, key } = this.context;
    const schedule = `${spec?.timeZone ?? ''} ${spec?.schedule}`;
    const before = this.memory.get(informers, objectKey(key), metadata.uid);
    if (before?.schedule === schedule) return before.sinceMs;
    const seen = before === undefined ? { schedule } : { schedule, sinceMs: nowMs };
    this.memory.set(informers, objectKey(key), metadata.uid, seen);
    return seen.sinceMs;
  }

  private async start(
    cronJob: CronJob,
    { status, replace, create }: CronJobPlan,
  ): Promise<{ readonly status: CronJobStatus; readonly failure?: unknown }> {
    if (create === undefined) return { status };
    let left = status;
    for (const job of replace) {
      const failure = await this.remove(cronJob, job);
      if (failure !== undefined) return { status: left, failure };
      left = { ...left, active: (left.active ?? []).filter(({ uid }) => uid !== job.metadata.uid) };
    }
    try {
      const job = await this.create(cronJob, create.job);
      return { status: job === undefined ? left : withStart(left, job, create.scheduledMs) };
    } catch (failure) {
      return { status: left, failure };
    }
  }

  /** Undefined where somebody else made a Job of the name. */
  private async create(cronJob: CronJob, wish: Job): Promise<Job | undefined> {
    const { client } = this.context;
    try {
      const job = await client.create(wish);
      this.tell(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${job.metadata.name}` });
      return job;
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) {
        if (!isNamespaceEnding(error))
          this.tell(cronJob, {
            type: 'Warning',
            reason: 'FailedCreate',
            message: `Error creating job: ${(error as Error).message}`,
          });
        throw error;
      }
      // Made at an earlier look whose status was not written.
      const { name = '', namespace = '' } = wish.metadata;
      const present = await client.get(Job, { name, namespace });
      return isControlledBy(present, cronJob) ? present : undefined;
    }
  }

  /** What went wrong, if anything did. */
  private async remove(cronJob: CronJob, { metadata: { name = '', namespace = '', uid = '' } }: Job): Promise<unknown> {
    try {
      await this.context.client
        .delete(Job, { name, namespace }, { preconditions: { uid }, propagationPolicy: 'Background' })
        .catch(ignoreNotFound);
      this.tell(cronJob, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${name}` });
      return undefined;
    } catch (error) {
      this.tell(cronJob, {
        type: 'Warning',
        reason: 'FailedDelete',
        message: `Deleted job: ${(error as Error).message}`,
      });
      return error;
    }
  }

  private tell(cronJob: CronJob, { type, reason, message }: Told): void {
    this.context.events.record(cronJob, type, reason, message);
  }
}
