/** What a manager and its controllers do, on virtual time, with the real server. */
import { describe, expect, it } from '@jest/globals';
import {
  ConfigMap,
  Endpoints,
  Event,
  LimitRange,
  Namespace,
  Node,
  Pod,
  PodTemplate,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from '@pintle/api/core/v1';
import type { ObjectKey } from '@pintle/client';
import { createInformers } from '@pintle/watch';
import { Observable, Subject } from 'rxjs';
import { controller } from './controller.js';
import { served, Website, website } from './manager.fixture.js';
import { and, generationChanged, labelsChanged, not, or } from './predicates.js';
import { exponentialBackoff, slowestOf, tokenBucket } from './rate-limiter.js';
import { type Cause, TerminalError } from './reconciler.js';

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const why = (causes: readonly Cause[]) =>
  causes.map(({ kind, key, change, by }) =>
    [change, kind, key.name, ...(by === undefined ? [] : [`by ${by.controller} for ${by.key.name}`])].join(' '),
  );

describe('a reconcile', () => {
  it('knows which writes woke it, and which reconcile made them', async () => {
    const { client, world, run } = await served();
    const causes: string[][] = [];
    const copies = controller({ name: 'copies' })
      .for(Website)
      .owns(ConfigMap)
      .reconcile(async (context) => {
        causes.push(why(context.causes));
        if (context.object !== undefined) await context.ensure(configMap(context.key.name, { image: 'nginx' }));
      });
    const manager = await run([copies]);
    await client.create(website('shop'));
    await world.settle();
    await client.patch(ConfigMap, { name: 'shop' }, { type: 'merge', body: { data: { image: 'other' } } });
    await world.settle();
    expect(causes).toEqual([
      ['added Website shop'],
      ['added ConfigMap shop by copies for shop'],
      ['updated ConfigMap shop'],
      ['updated ConfigMap shop by copies for shop'],
    ]);
    const { metadata } = await client.get(ConfigMap, { name: 'shop' });
    const version = { kind: 'ConfigMap', key: { name: 'shop', namespace: 'default' } };
    expect(manager.writerOf({ ...version, resourceVersion: metadata.resourceVersion! })).toMatchObject({
      controller: 'copies',
      key: { name: 'shop', namespace: 'default' },
      number: 3,
    });
  });

  it('does not start before its caches have seen what it wrote and deleted', async () => {
    const { client, world, run } = await served();
    const seen: number[] = [];
    // Each reconcile makes one more, or ends one where there are two: with a stale cache it would do so twice.
    const two = controller({ name: 'two' })
      .for(Website)
      .owns(ConfigMap)
      .reconcile(async ({ object: site, client: own, informers, ensure }) => {
        if (site === undefined) return;
        const present = informers.informer(ConfigMap).lister.list({ namespace: 'default', labelSelector: 'web' });
        seen.push(present.length);
        const wanted = site.spec.replicas ?? 1;
        if (present.length < wanted)
          await ensure({
            ...configMap(`c-${present.length}`),
            metadata: { name: `c-${present.length}`, labels: { web: '' } },
          });
        else if (present.length > wanted)
          await own.delete(ConfigMap, { name: present.at(-1)!.metadata.name!, namespace: 'default' });
        else return;
        return { requeueAfterMs: 1 };
      });
    await run([two], {
      // Caches that are a second late.
      interceptor: {
        watch: (_kind, _options, events) =>
          new Observable((subscriber) =>
            events.subscribe((event) => world.clock.schedule(1_000, () => subscriber.next(event))),
          ),
      },
    });
    await client.create(website('shop', { replicas: 3 }));
    await world.advance({ minutes: 1 });
    const grown = seen.filter((count, index) => count !== seen[index - 1]);
    await client.patch(Website, { name: 'shop' }, { type: 'merge', body: { spec: { replicas: 1 } } });
    await world.advance({ minutes: 1 });
    expect(grown).toEqual([0, 1, 2, 3]);
    expect((await client.list(ConfigMap, { labelSelector: 'web' })).map(({ metadata }) => metadata.name)).toEqual([
      'c-0',
    ]);
    // Never the same count twice in a row with work to do.
    for (const [index, count] of seen.entries())
      if (count !== 1 && count !== 3) expect(seen[index + 1]).not.toBe(count);
  });

  it('that takes too long is told so, and writes nothing more', async () => {
    const { client, world, run, log } = await served();
    let runs = 0;
    let late: Promise<unknown> | undefined;
    const slow = controller({ name: 'slow', timeoutMs: 10_000 })
      .for(Website)
      .reconcile(async ({ client: own, signal }) => {
        if (++runs > 1) return;
        await new Promise<void>((resolve) => world.clock.schedule(15_000, resolve));
        expect(signal.aborted).toBe(true);
        late = own.create(configMap('late'));
        late.catch(() => {});
      });
    await run([slow]);
    await client.create(website('shop'));
    await world.advance({ seconds: 20 });
    expect(runs).toBe(2);
    await expect(late).rejects.toMatchObject({ code: 'PINTLE_ABORTED' });
    expect(log.map(({ message }) => message)).toContain('a reconcile failed and is tried again');
  });

  it('that throws backs off, one that fails for good does not come again and says so on the object', async () => {
    const { client, world, run } = await served();
    const atMs: number[] = [];
    const failing = controller({ name: 'failing' })
      .for(Website)
      // Not even a promise.
      .reconcile(({ object }) => {
        if (object?.metadata.name === 'bad') throw new TerminalError('the image is nonsense');
        atMs.push(world.clock.monotonic());
        throw new Error('thrown');
      });
    const manager = await run([failing]);
    await client.create(website('shop'));
    await client.create(website('bad'));
    await world.advance({ minutes: 30 });
    const waits = atMs.slice(1).map((at, index) => at - atMs[index]!);
    expect(waits.slice(0, 18)).toEqual(Array.from({ length: 18 }, (_, n) => Math.min(5 * 2 ** n, 1_000_000)));
    const events = await client.list(Event, { namespace: 'default' });
    expect(
      events.map(({ involvedObject, reason, message, type }) => [involvedObject.name, type, reason, message]),
    ).toEqual([['bad', 'Warning', 'ReconcileFailed', 'the image is nonsense']]);
    const text = await manager.metrics.text((name) => name.startsWith('controller_runtime'));
    expect(text).toContain('controller_runtime_terminal_reconcile_errors_total{controller="failing"} 1');
    expect(text).toContain(`controller_runtime_reconcile_errors_total{controller="failing"} ${atMs.length + 1}`);
    expect(text).toContain('controller_runtime_max_concurrent_reconciles{controller="failing"} 1');
  });

  it('without end leaves others of the process their turn', async () => {
    const { client, world, run } = await served();
    // A clock on which every look takes a millisecond.
    let nowMs = 0;
    const rests: number[] = [];
    const clock = {
      ...world.clock,
      monotonic: () => nowMs++,
      schedule: (delayMs: number, callback: () => void) => {
        rests.push(delayMs);
        return world.clock.schedule(delayMs, callback);
      },
    };
    const pushed = new Subject<ObjectKey>();
    let runs = 0;
    const busy = controller({ name: 'busy' })
      .for(Website)
      .from(pushed)
      .reconcile(async () => void runs++);
    await client.create(website('shop'));
    await run([busy], { world: { ...world, clock } });
    rests.length = 0;
    for (let i = 0; i < 200; i++) pushed.next({ name: `page-${i}`, namespace: 'default' });
    await world.settle();
    expect(runs).toBe(201);
    expect(rests.filter((delayMs) => delayMs === 0).length).toBeGreaterThanOrEqual(5);
  });

  it('comes again after a time, at a time, or with back-off, as it asks', async () => {
    const { client, world, run } = await served();
    const atMs: number[] = [];
    const again = controller({ name: 'again' })
      .for(Website)
      .reconcile(async () => {
        atMs.push(world.clock.monotonic());
        if (atMs.length === 1) return { requeueAfterMs: 30_000 };
        if (atMs.length === 2) return { requeueAtMs: world.clock.now() + 70_000 };
        if (atMs.length < 6) return { requeue: true };
        return undefined;
      });
    await run([again]);
    await client.create(website('shop'));
    await world.advance({ minutes: 10 });
    expect(atMs.map((at) => at - atMs[0]!)).toEqual([0, 30_000, 100_000, 100_005, 100_015, 100_035]);
  });
});

describe('what wakes a controller', () => {
  it('predicates, combined', async () => {
    const { client, world, run } = await served();
    const woken: string[] = [];
    const picky = controller({ name: 'picky' })
      .for(Website, {
        predicate: or(
          generationChanged,
          and(
            labelsChanged,
            not((event) => event.type === 'deleted'),
          ),
        ),
      })
      .reconcile(
        async ({ object }) => void woken.push(JSON.stringify(object?.metadata.labels ?? object?.spec.replicas)),
      );
    await run([picky]);
    await client.create(website('shop'));
    await world.settle();
    const change = (body: object) => client.patch(Website, { name: 'shop' }, { type: 'merge', body });
    await change({ metadata: { annotations: { note: 'x' } } });
    await world.settle();
    await change({ spec: { replicas: 2 } });
    await world.settle();
    await change({ metadata: { labels: { a: 'b' } } });
    await world.settle();
    await client.patch(
      Website,
      { name: 'shop' },
      { type: 'merge', body: { status: { ready: 1 } } },
      { subresource: 'status' },
    );
    await world.settle();
    expect(woken).toEqual(['1', '2', '{"a":"b"}']);
  });

  it('an observable, a poll, a timer; a source that fails is reported and stops nothing', async () => {
    const { client, world, run, log } = await served();
    const pushed = new Subject<ObjectKey>();
    const woken: string[] = [];
    let polls = 0;
    const many = controller({ name: 'many' })
      .for(Website)
      .from(pushed)
      .polls({
        everyMs: 60_000,
        async keys() {
          if (++polls === 2) throw new Error('the cloud is down');
          return [{ name: `polled-${polls}` }];
        },
      })
      .resync({ everyMs: 300_000 })
      .reconcile(async ({ key, causes }) => void woken.push(`${causes[0]!.change} ${key.name}`));
    await run([many]);
    await client.create(website('shop'));
    await world.settle();
    pushed.next({ name: 'pushed' });
    await world.settle();
    pushed.error(new Error('broken'));
    await world.advance({ minutes: 2 });
    await world.advance({ minutes: 3 });
    expect(woken.slice(0, 4)).toEqual(['external polled-1', 'added shop', 'external pushed', 'external polled-3']);
    expect(woken).toContain('resync shop');
    expect(log.map(({ message }) => message).filter((message) => message.startsWith('a source'))).toEqual([
      'a source of keys failed, and gives no more',
      'a source of keys failed, and is asked again',
    ]);
  });

  it('changes that are gathered, of one of its kinds longer than of others', async () => {
    const { client, world, run } = await served();
    const woken: string[] = [];
    const slow = controller({ name: 'slow', gatherMs: 20 })
      .for(Website)
      .watches(ConfigMap, () => [{ name: 'shop', namespace: 'default' }], { gatherMs: 100 })
      .watches(Secret, () => [{ name: 'shop', namespace: 'default' }])
      .reconcile(async ({ causes }) => void woken.push(`${world.clock.monotonic()} ${why(causes).join(', ')}`));
    await run([slow]);
    await client.create(website('shop'));
    await world.settle();
    const since = world.clock.monotonic();
    await client.create(configMap('late'));
    await client.create<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'soon' } });
    await world.settle();
    const body = { data: { a: 'b' } };
    await client.patch(ConfigMap, { name: 'late' }, { type: 'merge', body });
    await world.advance(1_000);
    await client.patch(Secret, { name: 'soon' }, { type: 'merge', body: { data: { a: 'Yg==' } } });
    await world.advance(1_000);
    expect(woken.slice(1).map((line) => line.replace(/^\d+/, (at) => String(Number(at) - since)))).toEqual([
      '0 added ConfigMap late, added Secret soon',
      '100 updated ConfigMap late',
      '1020 updated Secret soon',
    ]);
  });

  it('changes before what is only looked at again', async () => {
    const { client, world, run } = await served();
    const order: string[] = [];
    const gate = new Subject<void>();
    const ordered = controller({ name: 'ordered' })
      .for(Website)
      .resync({ everyMs: 60_000 })
      .reconcile(async ({ key, causes }) => {
        order.push(`${causes.at(-1)!.change} ${key.name}`);
        if (causes[0]!.change === 'resync' && key.name === 'a') await new Promise<void>((done) => gate.subscribe(done));
      });
    for (const name of ['a', 'b', 'c']) await client.create(website(name));
    await run([ordered]);
    order.length = 0;
    await world.advance({ minutes: 1 });
    await client.patch(Website, { name: 'c' }, { type: 'merge', body: { spec: { replicas: 5 } } });
    await world.settle();
    gate.next();
    await world.settle();
    expect(order).toEqual(['resync a', 'updated c', 'resync b']);
  });

  it('not more often than its rate limiter allows, and nobody is starved by a key that fails', async () => {
    const { client, world, run } = await served();
    let failures = 0;
    let others = 0;
    const limited = controller({
      name: 'limited',
      rateLimiter: (clock) =>
        slowestOf(exponentialBackoff({ baseMs: 1 }), tokenBucket({ clock, perSecond: 1, burst: 2 })),
    })
      .for(Website)
      .reconcile(async ({ key }) => {
        if (key.name !== 'bad') return void others++;
        failures++;
        throw new Error('always');
      });
    await run([limited]);
    await client.create(website('bad'));
    await world.advance({ seconds: 5 });
    expect(failures).toBeLessThanOrEqual(8);
    for (let i = 0; i < 50; i++) await client.create(website(`good-${i}`));
    await world.settle();
    expect(others).toBe(50);
  });
});

describe('a manager', () => {
  it('takes no two controllers of one name', async () => {
    const { manage } = await served();
    const one = () =>
      controller({ name: 'websites' })
        .for(Website)
        .reconcile(async () => {});
    expect(() => manage([one(), one()])).toThrow('two controllers are called "websites"');
  });

  it('does not start without the first state of what it watches, and says of which kinds', async () => {
    const { manage, driven, log } = await served();
    const unknown = { ...Website, plural: 'nothings', kind: 'Nothing' } as typeof Website;
    const manager = manage([
      controller({ name: 'lost', syncTimeoutMs: 30_000 })
        .for(unknown)
        .reconcile(async () => {}),
    ]);
    await expect(driven(manager.start())).rejects.toMatchObject({
      code: 'PINTLE_TIMEOUT',
      message: expect.stringMatching(/the first state of nothings\.example\.com \(.*not found\) took longer/),
      cause: { status: { reason: 'NotFound' } },
    });
    expect(log.find(({ message }) => message.startsWith('a controller cannot start'))?.fields).toMatchObject({
      controller: 'lost',
      kinds: ['nothings.example.com'],
    });
    expect((await manager.ready()).ok).toBe(false);
  });

  it('has few who listen to one signal, however many kinds a controller watches', async () => {
    const { client, world, run } = await served();
    let [waiting, most, all] = [0, 0, 0];
    const informers = createInformers({ client, world });
    informers.start();
    const counting = {
      ...informers,
      informer: ((kind, options) => {
        const informer = informers.informer(kind, options);
        const whenSynced = async (signal?: AbortSignal) => {
          all++;
          most = Math.max(most, ++waiting);
          await informer.whenSynced(signal).finally(() => waiting--);
        };
        return Object.create(informer, { whenSynced: { value: whenSynced } });
      }) as typeof informers.informer,
    };
    const kinds = [ConfigMap, Secret, Service, Pod, Node, Endpoints, Namespace, ServiceAccount, LimitRange, Event];
    const many = [...kinds, ResourceQuota, PodTemplate].reduce(
      (builder, kind) => builder.watches(kind as typeof ConfigMap, () => []),
      controller({ name: 'many' }).for(Website),
    );
    await run([many.reconcile(async () => {})], { informers: counting });
    expect(all).toBeGreaterThanOrEqual(13);
    expect(most).toBeLessThan(10);
  });

  it('is asked whether it lives and is ready', async () => {
    const { run } = await served();
    const manager = await run([], {
      checks: {
        live: [{ name: 'disk', check: () => {} }],
        ready: [{ name: 'database', check: async () => Promise.reject(new Error('no connection')) }],
      },
    });
    expect(await manager.live()).toEqual({ ok: true, text: '[+]ping ok\n[+]disk ok\nok\n' });
    expect(await manager.ready()).toEqual({
      ok: false,
      text: '[+]caches ok\n[-]database failed: no connection\nfailed\n',
    });
  });

  it('lets what runs end, as long as it may', async () => {
    const { client, world, manage, driven } = await served();
    const ended: string[] = [];
    const slow = controller({ name: 'slow', concurrency: 2 })
      .for(Website)
      .reconcile(async ({ key, signal }) => {
        await new Promise<void>((resolve) => world.clock.schedule(key.name === 'short' ? 5_000 : 100_000, resolve));
        if (!signal.aborted) ended.push(key.name);
      });
    const manager = manage([slow]);
    await driven(manager.start());
    await client.create(website('short'));
    await client.create(website('long'));
    await world.settle();
    const began = world.clock.monotonic();
    await driven(manager.stop({ drainMs: 20_000 }));
    expect(world.clock.monotonic() - began).toBe(20_000);
    await world.advance({ minutes: 5 });
    expect(ended).toEqual(['short']);
  });

  it('does not clash with another in the process', async () => {
    const { client, world, run } = await served();
    const runs: string[] = [];
    const same = controller({ name: 'same' })
      .for(Website)
      .reconcile(async ({ key, run: own }) => void runs.push(`${key.name} ${own.number}`));
    const [first, second] = [await run([same]), await run([same])];
    await client.create(website('shop'));
    await world.settle();
    expect(runs).toEqual(['shop 1', 'shop 1']);
    expect(await first.metrics.text((name) => name === 'controller_runtime_reconcile_total')).toBe(
      await second.metrics.text((name) => name === 'controller_runtime_reconcile_total'),
    );
    expect(first.informers).not.toBe(second.informers);
  });
});
