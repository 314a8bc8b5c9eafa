/** CronJobs in a whole cluster, on virtual time. It begins at midnight of a Wednesday. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CronJob, type CronJobSpec, Job } from '@pintle/api/batch/v1';
import { Event } from '@pintle/api/core/v1';
import { type TestCluster, testCluster } from '@pintle/testing';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await testCluster({
    images: { ok: { runMs: 5_000 }, fails: { runMs: 5_000, exitCode: 1 }, long: { runMs: 90_000 } },
  });
});
afterEach(() => cluster.stop());

function cronJob(name: string, image: string, spec: Partial<CronJobSpec> = {}): CronJob {
  const pod = { restartPolicy: 'Never', containers: [{ name: 'main', image }] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        metadata: { labels: { app: name }, annotations: { note: 'x' } },
        spec: { backoffLimit: 0, template: { spec: pod } },
      },
      ...spec,
    },
  } as CronJob;
}

const get = (name: string) => cluster.client.get(CronJob, { name });
const jobsOf = async (name: string) =>
  (await cluster.client.list(Job)).filter(({ metadata }) => metadata.name!.startsWith(`${name}-`));
const patch = (name: string, spec: object) =>
  cluster.client.patch(CronJob, { name }, { type: 'merge', body: { spec } });
const eventsOf = async (name: string) =>
  (await cluster.client.list(Event, { namespace: 'default' }))
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message }) => `${reason}: ${message}`);

const minutesOf = (time: string) => Date.parse(time) / 60_000;

describe('a CronJob', () => {
  it('makes a Job at each time, named after it, and tells of its end', async () => {
    await cluster.client.create(cronJob('tick', 'ok'));
    await cluster.advance({ seconds: 62 });
    const [job] = await jobsOf('tick');
    expect(job!.metadata).toMatchObject({
      name: `tick-${minutesOf('2025-01-01T00:01:00Z')}`,
      labels: { app: 'tick' },
      annotations: { note: 'x', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2025-01-01T00:01:00Z' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', controller: true }],
    });
    expect((await get('tick')).status).toMatchObject({
      active: [{ apiVersion: 'batch/v1', kind: 'Job', name: job!.metadata.name, uid: job!.metadata.uid }],
      lastScheduleTime: '2025-01-01T00:01:00Z',
    });
    await cluster.advance({ seconds: 10 });
    const { status } = await get('tick');
    expect(status!.active).toBeUndefined();
    expect(status!.lastSuccessfulTime).toBe('2025-01-01T00:01:05Z');
    expect(await eventsOf('tick')).toEqual([
      `SuccessfulCreate: Created job ${job!.metadata.name}`,
      `SawCompletedJob: Saw completed job: ${job!.metadata.name}, condition: Complete`,
    ]);
  });

  it('keeps three that ended well and one that failed', async () => {
    await cluster.client.create(cronJob('well', 'ok'));
    await cluster.client.create(cronJob('ill', 'fails'));
    await cluster.client.create(cronJob('none', 'ok', { successfulJobsHistoryLimit: 0 }));
    await cluster.advance({ minutes: 6, seconds: 30 });
    const minutes = async (name: string) =>
      (await jobsOf(name)).map(
        ({ metadata }) => Number(metadata.name!.split('-')[1]) - minutesOf('2025-01-01T00:00:00Z'),
      );
    expect(await minutes('well')).toEqual([4, 5, 6]);
    expect(await minutes('ill')).toEqual([6]);
    expect(await minutes('none')).toEqual([]);
    expect((await get('ill')).status!.lastSuccessfulTime).toBeUndefined();
  });

  it('lets them run at once, waits, or replaces, as its policy says', async () => {
    for (const concurrencyPolicy of ['Allow', 'Forbid', 'Replace'] as const)
      await cluster.client.create(cronJob(concurrencyPolicy.toLowerCase(), 'long', { concurrencyPolicy }));
    await cluster.advance({ minutes: 2, seconds: 10 });
    const active = async (name: string) => (await get(name)).status!.active?.map((job) => job.name);
    const nameAt = (name: string, minute: number) => `${name}-${minutesOf('2025-01-01T00:00:00Z') + minute}`;
    expect(await active('allow')).toEqual([nameAt('allow', 1), nameAt('allow', 2)]);
    expect(await active('forbid')).toEqual([nameAt('forbid', 1)]);
    expect(await active('replace')).toEqual([nameAt('replace', 2)]);
    expect((await jobsOf('replace')).map(({ metadata }) => metadata.name)).toEqual([nameAt('replace', 2)]);
    expect(await eventsOf('forbid')).toContain(
      'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    // The start that was passed over is made when the first has ended.
    await cluster.advance({ seconds: 30 });
    expect(await active('forbid')).toEqual([nameAt('forbid', 2)]);
  });

  it('makes none while it is suspended, and the last missed one after', async () => {
    await cluster.client.create(cronJob('paused', 'ok', { suspend: true }));
    await cluster.client.create(cronJob('late', 'ok', { suspend: true, startingDeadlineSeconds: 20 }));
    await cluster.advance({ minutes: 5, seconds: 30 });
    expect(await jobsOf('paused')).toHaveLength(0);
    await patch('paused', { suspend: false });
    await patch('late', { suspend: false });
    await cluster.settle();
    expect((await jobsOf('paused')).map(({ metadata }) => metadata.name)).toEqual([
      `paused-${minutesOf('2025-01-01T00:05:00Z')}`,
    ]);
    expect(await jobsOf('late')).toHaveLength(0);
    await cluster.advance({ minutes: 1 });
    expect(await jobsOf('late')).toHaveLength(1);
  });

  it('tells of too many missed starts, and makes the last', async () => {
    await cluster.client.create(cronJob('missed', 'ok', { suspend: true }));
    await cluster.advance({ hours: 2 });
    await patch('missed', { suspend: false });
    await cluster.settle();
    expect(await eventsOf('missed')).toContain(
      'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
    expect(await jobsOf('missed')).toHaveLength(1);
  });

  it('follows the clock of its time zone', async () => {
    await cluster.client.create(cronJob('tokyo', 'ok', { schedule: '0 10 * * *', timeZone: 'Asia/Tokyo' }));
    await cluster.advance({ hours: 1, minutes: 1 });
    const [job] = await jobsOf('tokyo');
    expect(job!.metadata.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
      '2025-01-01T10:00:00+09:00',
    );
  });

  it('starts nothing for times before its schedule was changed', async () => {
    await cluster.client.create(cronJob('changed', 'ok', { schedule: '0 0 1 1 *' }));
    await cluster.advance({ minutes: 10, seconds: 30 });
    await patch('changed', { schedule: '*/5 * * * *' });
    await cluster.settle();
    expect(await jobsOf('changed')).toHaveLength(0);
    await cluster.advance({ minutes: 5 });
    expect(await jobsOf('changed')).toHaveLength(1);
  });

  it('sees a Job that went, and one that came from elsewhere', async () => {
    await cluster.client.create(cronJob('odd', 'long'));
    await cluster.advance({ seconds: 65 });
    const [job] = await jobsOf('odd');
    await cluster.client.delete(
      Job,
      { name: job!.metadata.name!, namespace: 'default' },
      { propagationPolicy: 'Background' },
    );
    const { resourceVersion: _version, uid: _uid, ...metadata } = job!.metadata;
    const { selector: _selector, ...spec } = job!.spec!;
    await cluster.client.create({
      ...job!,
      metadata: { ...metadata, name: 'odd-manual' },
      spec: { ...spec, template: { ...spec.template, metadata: {} } },
    } as Job);
    await cluster.advance({ seconds: 5 });
    const events = await eventsOf('odd');
    expect(events).toContain(`MissingJob: Active job went missing: ${job!.metadata.name}`);
    expect(events).toContain('UnexpectedJob: Saw a job that the controller did not create or forgot: odd-manual');
  });

  it('is refused with a schedule that is none', async () => {
    const faults: [spec: Partial<CronJobSpec>, message: string][] = [
      [
        { schedule: '61 * * * *' },
        'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
      ],
      [
        { schedule: 'TZ=UTC * * * * *' },
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
      [{ timeZone: 'Moon/Sea' }, 'spec.timeZone: Invalid value: "Moon/Sea": unknown time zone Moon/Sea'],
      [{ timeZone: 'local' }, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'],
      [{ successfulJobsHistoryLimit: -1 }, 'must be greater than or equal to 0'],
    ];
    for (const [spec, message] of faults)
      await expect(cluster.client.create(cronJob('wrong', 'ok', spec))).rejects.toThrow(message);
    await expect(cluster.client.create(cronJob('n'.repeat(53), 'ok'))).rejects.toThrow(
      'must be no more than 52 characters',
    );
  });
});
