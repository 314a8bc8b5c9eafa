/** What happens to processes, servers and clocks, on virtual time: no key is lost, nothing spins, nothing stalls. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { ConnectionError } from '@pintle/client';
import type { Interceptor } from '@pintle/client/interceptor';
import type { Clock, VirtualWorld } from '@pintle/machinery';
import { throwError } from 'rxjs';
import { controller } from './controller.js';
import { served, Website, website } from './manager.fixture.js';

const pages = ['first', 'second', 'third'];
const page = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { page: '' } },
});

/** Every website has three pages, made one after the other. */
const withPages = (concurrency = 1) =>
  controller({ name: 'pages', concurrency })
    .for(Website)
    .owns(ConfigMap)
    .reconcile(async ({ object, ensure }) => {
      if (object === undefined) return;
      for (const name of pages) await ensure(page(`${object.metadata.name}-${name}`));
    });

describe('an API server that is gone for an hour', () => {
  it('loses no key, is not asked in a busy loop, and is caught up with within one step of the back-off', async () => {
    const { client, world, run } = await served();
    let gone = false;
    let asked = 0;
    const interceptor: Interceptor = {
      async request(_request, next) {
        if (!gone) return next();
        asked++;
        throw new ConnectionError('nobody answers');
      },
      watch(_kind, _options, events) {
        if (!gone) return events;
        asked++;
        return throwError(() => new ConnectionError('nobody answers'));
      },
    };
    const manager = await run([withPages()], { interceptor });
    await client.create(website('before'));
    await world.settle();
    gone = true;
    // What the controller has to hear of when the server is back, and what it was at when it went.
    for (let i = 0; i < 20; i++) await client.create(website(`meanwhile-${i}`));
    await client.delete(ConfigMap, { name: 'before-second' });
    await world.advance({ hours: 1 });
    expect(asked).toBeLessThan(20 * 60 + 400);
    gone = false;
    // The longest wait of a watch is 60 s; of a key that failed for an hour, 1,000 s.
    await world.advance({ seconds: 1_060 });
    expect(await client.list(ConfigMap, { labelSelector: 'page' })).toHaveLength(63);
    expect(manager.idle).toBe(true);
  });
});

describe('a leader', () => {
  it('that dies between two writes leaves work that the next one completes', async () => {
    const { client, world, run } = await served();
    let writes = 0;
    let dead = false;
    const dying: Interceptor = {
      request({ verb }, next) {
        if (dead) return new Promise(() => {});
        if (verb === 'apply' && ++writes === 3) {
          dead = true;
          return new Promise(() => {});
        }
        return next();
      },
      watch: (_kind, _options, events) => events,
    };
    const election = (identity: string) => ({ leaseName: 'pages', leaseNamespace: 'default', identity });
    await run([withPages()], { leaderElection: election('first'), interceptor: dying });
    const second = await run([withPages()], { leaderElection: election('second') });
    await client.create(website('shop'));
    await world.settle();
    const made = async () =>
      (await client.list(ConfigMap, { labelSelector: 'page' })).map(({ metadata }) => metadata.name);
    expect(await made()).toEqual(['shop-first', 'shop-second']);
    await world.advance({ seconds: 14 });
    expect(second.isLeading).toBe(false);
    await world.advance({ seconds: 10 });
    expect([second.isLeading, (await made()).length]).toEqual([true, 3]);
  });
});

describe('a clock that is set back', () => {
  /** The world's clock, whose time of day can be set as a machine's can. */
  function settable(world: VirtualWorld) {
    let offsetMs = 0;
    const clock: Clock = { ...world.clock, now: () => world.clock.now() + offsetMs };
    return { clock, setBack: (ms: number) => void (offsetMs -= ms) };
  }

  it('stalls nothing: not the queue, not the leader, not who asked to come again', async () => {
    const { client, world, run } = await served();
    const { clock, setBack } = settable(world);
    const seen: number[] = [];
    const again = controller({ name: 'again' })
      .for(Website)
      .resync({ everyMs: 600_000 })
      .reconcile(async ({ key, world: own }) => {
        if (key.name === 'failing' && seen.length < 8) {
          seen.push(world.clock.monotonic());
          throw new Error('not yet');
        }
        seen.push(world.clock.monotonic());
        return { requeueAtMs: own.clock.now() + 10_000 };
      });
    const leaderElection = { leaseName: 'again', leaseNamespace: 'default', identity: 'me' };
    const manager = await run([again], { world: { ...world, clock }, leaderElection });
    await client.create(website('failing'));
    await world.advance({ seconds: 20 });
    setBack(24 * 3_600_000);
    const before = seen.length;
    await world.advance({ minutes: 1 });
    expect(manager.isLeading).toBe(true);
    // What was asked for at a time of day comes then, at the latest with the next look at everything.
    expect(seen.length - before).toBeGreaterThanOrEqual(1);
    await world.advance({ minutes: 15 });
    expect(seen.length - before).toBeGreaterThan(50);
  });
});

describe('a key that fails for ever', () => {
  it('backs off, and others are served as if it were not there', async () => {
    const { client, world, run } = await served();
    let failures = 0;
    const waits: number[] = [];
    const one = controller({ name: 'one' })
      .for(Website)
      .reconcile(async ({ object, key, client: own }) => {
        if (object === undefined) return;
        if (key.name === 'bad') {
          failures++;
          // As the server says it of what is not valid.
          await own.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not A Name' } } as ConfigMap);
        }
        waits.push(world.clock.now() - Number(object.spec.image));
      });
    await run([one]);
    await client.create(website('bad'));
    for (let minute = 0; minute < 60; minute++) {
      await world.advance({ minutes: 1 });
      await client.create(website(`good-${minute}`, { image: String(world.clock.now()) }));
    }
    await world.advance({ minutes: 1 });
    expect(failures).toBeLessThan(25);
    expect([waits.length, Math.max(...waits)]).toEqual([60, 0]);
  });
});
