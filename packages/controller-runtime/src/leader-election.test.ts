/** Leaders on virtual time: one at a time, whatever happens to them. */
import { describe, expect, it } from '@jest/globals';
import { Lease } from '@pintle/api/coordination/v1';
import { ConfigMap } from '@pintle/api/core/v1';
import { ConnectionError } from '@pintle/client';
import type { Interceptor } from '@pintle/client/interceptor';
import { controller } from './controller.js';
import { served, Website, website } from './manager.fixture.js';
import type { Runnable } from './runnable.js';

const election = (identity: string) => ({ leaseName: 'web', leaseNamespace: 'default', identity });

/** A process's way to the server, which can be cut, and whose answers can be lost. */
function line() {
  const state = { cut: false, loseAnswers: false };
  const interceptor: Interceptor = {
    async request(_request, next) {
      if (state.cut) throw new ConnectionError('the server is gone');
      const answer = await next();
      if (state.loseAnswers) throw new ConnectionError('the answer was lost');
      return answer;
    },
  };
  return { state, interceptor };
}

const stamping = (who: string, ran: string[]) =>
  controller({ name: 'stamping' })
    .for(Website)
    .reconcile(async ({ key, client, object }) => {
      if (object === undefined) return;
      ran.push(`${who} ${key.name}`);
      await client.apply<ConfigMap>(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key.name }, data: { by: who } },
        { fieldManager: 'stamping', force: true },
      );
    });

describe('managers that elect a leader', () => {
  it('one works, the other stands by with warm caches, and takes over when the first is stopped', async () => {
    const { client, world, run, driven } = await served();
    const ran: string[] = [];
    const first = await run([stamping('first', ran)], { leaderElection: election('first') });
    const second = await run([stamping('second', ran)], { leaderElection: election('second') });
    await client.create(website('a'));
    await world.advance({ seconds: 30 });
    expect([first.isLeading, second.isLeading, ran]).toEqual([true, false, ['first a']]);
    expect(second.informers.informer(Website).lister.size).toBe(1);
    expect((await second.ready()).ok).toBe(true);
    expect(await second.metrics.text((name) => name.startsWith('leader'))).toContain('{name="web"} 0');
    await driven(first.stop());
    await world.advance({ seconds: 5 });
    expect([second.isLeading, ran]).toEqual([true, ['first a', 'second a']]);
    const { spec } = await client.get(Lease, { name: 'web', namespace: 'default' });
    expect([spec?.holderIdentity, spec?.leaseTransitions]).toEqual(['second', 1]);
  });

  it('a leader that cannot renew ends its work before another begins', async () => {
    const { client, world, run } = await served();
    const ran: string[] = [];
    const wire = line();
    const first = await run([stamping('first', ran)], {
      leaderElection: election('first'),
      interceptor: wire.interceptor,
    });
    const second = await run([stamping('second', ran)], { leaderElection: election('second') });
    await world.advance({ seconds: 10 });
    wire.state.cut = true;
    let overlaps = 0;
    for (let step = 0; step < 600; step++) {
      await world.advance(100);
      if (first.isLeading && second.isLeading) overlaps++;
    }
    expect([first.isLeading, second.isLeading, overlaps]).toEqual([false, true, 0]);
    wire.state.cut = false;
    await client.create(website('a'));
    await world.advance({ seconds: 30 });
    expect(ran).toEqual(['second a']);
  });

  it('keeps on leading through lost answers that are fewer than the lease is long', async () => {
    const { world, run } = await served();
    const wire = line();
    const first = await run([], { leaderElection: election('first'), interceptor: wire.interceptor });
    await world.advance({ seconds: 5 });
    wire.state.loseAnswers = true;
    await world.advance({ seconds: 5 });
    wire.state.loseAnswers = false;
    await world.advance({ seconds: 60 });
    expect(first.isLeading).toBe(true);
  });

  it('a deposed leader writes nothing, not even what it was at', async () => {
    const { client, world, run, log } = await served();
    const wire = line();
    let attempt: Promise<unknown> | undefined;
    const slow = controller({ name: 'slow' })
      .for(Website)
      .reconcile(async ({ client: own }) => {
        // Longer than the lease, with its renewals failing meanwhile.
        await new Promise<void>((resolve) => world.clock.schedule(40_000, resolve));
        wire.state.cut = false;
        attempt = own.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } });
        attempt.catch(() => {});
      });
    await run([slow], { leaderElection: election('first'), interceptor: wire.interceptor });
    await client.create(website('a'));
    await world.advance({ seconds: 1 });
    wire.state.cut = true;
    await world.advance({ seconds: 45 });
    await expect(attempt).rejects.toThrow();
    await expect(client.get(ConfigMap, { name: 'late' })).rejects.toMatchObject({ code: 404 });
    expect(log.map(({ message }) => message)).toContain('this manager no longer leads');
  });

  it('one that was frozen past its lease finds so by its own clock, before anything else', async () => {
    const { client, world, run, driven } = await served();
    const wire = line();
    let attempt: Promise<unknown> | undefined;
    const frozen = controller({ name: 'frozen' })
      .for(Website)
      .reconcile(async ({ client: own }) => {
        // Renewals hang from now on, as in a process that is not scheduled; this write is its first act on waking.
        await new Promise<void>((resolve) => world.clock.schedule(15_001, resolve));
        attempt = own.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } });
        attempt.catch(() => {});
      });
    const manager = await run([frozen], {
      leaderElection: { ...election('first'), renewDeadlineMs: 1_000_000, retryPeriodMs: 900_000 },
      interceptor: wire.interceptor,
    });
    await driven(Promise.resolve());
    await client.create(website('a'));
    await world.advance({ seconds: 16 });
    expect(manager.isLeading).toBe(true);
    await expect(attempt).rejects.toMatchObject({ code: 'PINTLE_NOT_LEADER' });
  });

  it('what is not for leaders alone runs on every candidate', async () => {
    const { client, world, run } = await served();
    const ran: string[] = [];
    const everywhere = controller({ name: 'everywhere', leaderOnly: false })
      .for(Website)
      .reconcile(async ({ key }) => void ran.push(key.name));
    const started: string[] = [];
    const runnable = (name: string, leaderOnly: boolean) => ({
      name,
      leaderOnly,
      start: async () => void started.push(name),
    });
    await run([], { leaderElection: election('first') });
    await run([everywhere], {
      leaderElection: election('second'),
      runnables: [runnable('server', false), runnable('loop', true)],
    });
    await client.create(website('a'));
    await world.settle();
    expect([ran, started]).toEqual([['a'], ['server']]);
  });

  it('another’s lease is its for as long as its holder counts on it', async () => {
    const { world, run } = await served();
    const wire = line();
    const patient = { ...election('first'), leaseDurationMs: 60_000, renewDeadlineMs: 50_000 };
    const first = await run([], { leaderElection: patient, interceptor: wire.interceptor });
    const second = await run([], { leaderElection: election('second') });
    await world.advance({ seconds: 10 });
    wire.state.cut = true;
    await world.advance({ seconds: 45 });
    expect([first.isLeading, second.isLeading]).toEqual([true, false]);
    await world.advance({ seconds: 20 });
    expect([first.isLeading, second.isLeading]).toEqual([false, true]);
  });

  it('ends in order: what runs on the leader, then the lease, then what runs everywhere', async () => {
    const { client, world, run, driven } = await served();
    const order: string[] = [];
    const holder = async () =>
      (await client.get(Lease, { name: 'web', namespace: 'default' })).spec?.holderIdentity ?? 'nobody';
    const runnable = (name: string, leaderOnly: boolean): Runnable => ({
      ...{ name, leaderOnly },
      async start({ signal, client: own }) {
        order.push(`${name} begins`);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        order.push(`${name} is told: ${await holder()} leads`);
        await new Promise<void>((resolve) => world.clock.schedule(2_000, resolve));
        await own.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
        order.push(`${name} ends: ${await holder()} leads`);
      },
    });
    const slow = controller({ name: 'slow' })
      .for(Website)
      .reconcile(async ({ object }) => {
        if (object === undefined) return;
        order.push('a reconcile begins');
        await new Promise<void>((resolve) => world.clock.schedule(3_000, resolve));
        order.push('a reconcile ends');
      });
    await client.create(website('a'));
    const manager = await run([slow], {
      leaderElection: election('first'),
      runnables: [runnable('server', false), runnable('loop', true)],
    });
    await world.advance(100);
    const beganMs = world.clock.monotonic();
    await driven(manager.stop());
    expect(order).toEqual([
      ...['server begins', 'a reconcile begins', 'loop begins', 'a reconcile ends'],
      ...['loop is told: first leads', 'loop ends: first leads', 'server is told: nobody leads'],
      'server ends: nobody leads',
    ]);
    expect(world.clock.monotonic() - beganMs).toBeLessThan(7_000);
  });

  it('waits for what runs beside its controllers no longer than it may', async () => {
    const { world, run, driven, log } = await served();
    const deaf = { name: 'deaf', start: () => new Promise<void>(() => {}) };
    const manager = await run([], { runnables: [deaf] });
    const beganMs = world.clock.monotonic();
    await driven(manager.stop({ drainMs: 4_000 }));
    expect(world.clock.monotonic() - beganMs).toBe(4_000);
    expect(log.map(({ message }) => message).join()).toContain('the end of what runs on the leader');
  });

  it('what runs on a leader that was deposed reads, and writes nothing', async () => {
    const { client, world, run } = await served();
    const wire = line();
    const tried: unknown[] = [];
    const loop: Runnable = {
      name: 'loop',
      async start({ client: own }) {
        await new Promise<void>((resolve) => world.clock.schedule(40_000, resolve));
        wire.state.cut = false;
        tried.push(await own.list(Lease, { namespace: 'default' }).then(({ length }) => length));
        const late = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } } as const;
        tried.push(await own.create<ConfigMap>(late).catch(({ code }) => code));
        // It leads again, and what was begun before does not.
        await new Promise<void>((resolve) => world.clock.schedule(30_000, resolve));
        tried.push(await own.create<ConfigMap>(late).catch(({ code }) => code));
      },
    };
    const manager = await run([], {
      leaderElection: election('first'),
      ...{ interceptor: wire.interceptor, runnables: [loop] },
    });
    await world.advance({ seconds: 1 });
    wire.state.cut = true;
    await world.advance({ seconds: 80 });
    expect(manager.isLeading).toBe(true);
    expect(tried).toEqual([1, 'PINTLE_NOT_LEADER', 'PINTLE_NOT_LEADER']);
    await expect(client.get(ConfigMap, { name: 'late' })).rejects.toMatchObject({ code: 404 });
  });
});
