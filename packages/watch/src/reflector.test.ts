/** What can happen to a stream, on virtual time, with the real server behind. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type Namespace } from '@pintle/api/core/v1';
import type { WatchOptions } from '@pintle/client';
import { faults, type Interceptor } from '@pintle/client/interceptor';
import { expired, invalid, statusError, type VirtualWorld } from '@pintle/machinery';
import { NEVER, Observable, Subject, takeUntil, throwError } from 'rxjs';
import { configMap, following, names } from './informers.fixture.js';

/** Emits after so long on the clock of the world. */
const timer = (ms: number, { clock }: VirtualWorld) =>
  new Observable<void>((subscriber) => clock.schedule(ms, () => subscriber.next()));

const selection = { namespace: 'default', fieldSelector: 'metadata.name!=kube-root-ca.crt' };

/** Counts lists and keeps the options of watches. */
function counted() {
  const asked = { lists: 0, limits: [] as (number | undefined)[], watches: [] as WatchOptions[] };
  const interceptor: Interceptor = {
    request({ verb, options }, next) {
      if (verb === 'list') {
        asked.lists++;
        asked.limits.push(options?.limit);
      }
      return next();
    },
    watch(_kind, options, events) {
      asked.watches.push(options);
      return events;
    },
  };
  return { asked, interceptor };
}

describe('the first state', () => {
  it('comes as a stream, and the changes after it on the same stream', async () => {
    const { asked, interceptor } = counted();
    const { world, client, informers } = await following({ interceptor: () => interceptor });
    for (const name of ['b', 'a']) await client.create(configMap(name));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.settle();
    await client.create(configMap('c'));
    await world.settle();
    expect(names(informer.lister.list())).toEqual(['a', 'b', 'c']);
    expect(asked.lists).toBe(0);
    expect(asked.watches).toMatchObject([
      { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true },
    ]);
  });

  it('is there at once though changes come between its parts', async () => {
    const gate = new Subject<void>();
    const { world, client, informers } = await following({
      interceptor: () => ({
        watch: (_kind, _options, events) =>
          // Held until the gate opens, as a stream of 100,000 objects is.
          new Observable((subscriber) => {
            const held: (() => void)[] = [];
            let open = false;
            gate.subscribe(() => {
              open = true;
              for (const each of held.splice(0)) each();
            });
            return events.subscribe((event) =>
              open ? subscriber.next(event) : held.push(() => subscriber.next(event)),
            );
          }),
      }),
    });
    await client.create(configMap('a'));
    await client.create(configMap('b'));
    const informer = informers.informer(ConfigMap, selection);
    const seen: string[] = [];
    informer.events.subscribe((event) =>
      seen.push(event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`),
    );
    informers.start();
    await world.settle();
    await client.delete(ConfigMap, { name: 'a' });
    expect(informer.hasSynced).toBe(false);
    gate.next();
    await world.settle();
    expect(seen).toEqual(['added a', 'added b', 'synced', 'deleted a']);
  });

  it('comes as a list in pages where the server refuses to stream, and is not asked for as a stream again', async () => {
    const { asked, interceptor } = counted();
    const refusing: Interceptor = {
      ...interceptor,
      watch(kind, options, events) {
        interceptor.watch!(kind, options, events);
        return options.sendInitialEvents
          ? throwError(() =>
              invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
                { type: 'FieldValueForbidden', field: 'sendInitialEvents', detail: 'sendInitialEvents is forbidden' },
              ]),
            )
          : events;
      },
    };
    const { world, client, informers } = await following({ interceptor: () => refusing, pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(configMap(name));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.settle();
    expect(names(informer.lister.list())).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked.limits).toEqual([2, 2, 2]);
    expect(asked.watches.map(({ sendInitialEvents }) => sendInitialEvents)).toEqual([true, undefined]);
  });

  it('comes as a list where the server begins to stream and never ends', async () => {
    const { world, client, informers } = await following({
      silenceMaxMs: 20_000,
      interceptor: () => ({ watch: (_kind, options, events) => (options.sendInitialEvents ? NEVER : events) }),
    });
    await client.create(configMap('a'));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 19 });
    expect(informer.hasSynced).toBe(false);
    await world.advance({ seconds: 1 });
    expect(names(informer.lister.list())).toEqual(['a']);
  });

  it.each([
    ['whole, where the pages expire halfway', 1, expired('the token is too old'), [1, 1, undefined]],
    ['in pages, where a later page fails otherwise', 1, statusError('InternalError', 'no luck'), [1, 1, 1, 1]],
    ['in pages, where the first page says that it is too old', 0, expired('too old'), [1, 1, 1]],
  ])('is listed anew %s', async (_name, failing, error, expected) => {
    const limits: (number | undefined)[] = [];
    const { world, client, informers } = await following({
      streamingLists: false,
      pageSize: 1,
      interceptor: () => ({
        request({ verb, options }, next) {
          if (verb !== 'list') return next();
          limits.push(options?.limit);
          return limits.length === failing + 1 ? Promise.reject(error) : next();
        },
      }),
    });
    for (const name of ['a', 'b']) await client.create(configMap(name));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 5 });
    expect(names(informer.lister.list())).toEqual(['a', 'b']);
    expect(limits).toEqual(expected);
  });

  it('is asked for again where a list does not answer in its time', async () => {
    let lists = 0;
    const { world, client, informers } = await following({
      streamingLists: false,
      listTimeoutMs: 5_000,
      interceptor: () => ({
        request: ({ verb }, next) => (verb === 'list' && lists++ === 0 ? new Promise(() => {}) : next()),
      }),
    });
    await client.create(configMap('a'));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 7 });
    expect(names(informer.lister.list())).toEqual(['a']);
  });
});

describe('a watch that breaks', () => {
  it('resumes from the version reached: nothing is missed and nothing comes twice', async () => {
    const cut = new Subject<void>();
    const { asked, interceptor } = counted();
    const { world, client, informers } = await following({
      interceptor: () => ({
        watch: (kind, options, events) => interceptor.watch!(kind, options, events).pipe(takeUntil(cut)),
      }),
    });
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 5 });
    const seen: string[] = [];
    informer.events.subscribe(
      (event) => event.type !== 'synced' && seen.push(`${event.type} ${event.object.metadata.name}`),
    );
    await client.create(configMap('a'));
    const reached = informer.resourceVersion;
    cut.next();
    await client.create(configMap('b'));
    await client.delete(ConfigMap, { name: 'a' });
    await world.advance({ seconds: 5 });
    expect(seen).toEqual(['added a', 'added b', 'deleted a']);
    expect(asked.watches.at(-1)).toMatchObject({ resourceVersion: reached });
    expect(asked.watches.at(-1)).not.toHaveProperty('sendInitialEvents');
  });

  it('reads the state anew when its version is compacted, and tells of what it missed', async () => {
    const cut = new Subject<void>();
    let connected = true;
    const { world, backend, client, informers } = await following({
      interceptor: () => ({
        watch: (_kind, _options, events) =>
          connected ? events.pipe(takeUntil(cut)) : throwError(() => statusError('ServiceUnavailable', 'not now')),
      }),
    });
    for (const name of ['gone', 'remade', 'changed']) await client.create(configMap(name));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 5 });
    connected = false;
    cut.next();
    await client.delete(ConfigMap, { name: 'gone' });
    await client.delete(ConfigMap, { name: 'remade' });
    await client.create(configMap('remade'));
    await client.patch(ConfigMap, { name: 'changed' }, { type: 'merge', body: { data: { x: '1' } } });
    await backend.compact(backend.status().revision);
    const seen: string[] = [];
    informer.events.subscribe((event) => {
      if (event.type === 'synced') seen.length = 0;
      else
        seen.push(
          `${event.type} ${event.object.metadata.name}${event.type === 'deleted' && event.finalStateUnknown ? ' unseen' : ''}`,
        );
    });
    connected = true;
    await world.advance({ minutes: 1 });
    expect([...seen].sort()).toEqual([
      'added remade',
      'deleted gone unseen',
      'deleted remade unseen',
      'updated changed',
    ]);
    expect(names(informer.lister.list())).toEqual(['changed', 'remade']);
  });

  it('is noticed when it only fell silent: a half-open connection', async () => {
    const dead = new Subject<void>();
    let muted = false;
    const { world, client, informers } = await following({
      silenceMaxMs: 90_000,
      interceptor: () => ({
        // What was begun before the cut says nothing more, and does not end either.
        watch: (_kind, _options, events) =>
          new Observable((subscriber) => {
            let alive = true;
            dead.subscribe(() => {
              alive = false;
            });
            return events.subscribe({ next: (event) => alive && !muted && subscriber.next(event) });
          }),
      }),
    });
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.settle();
    dead.next();
    await client.create(configMap('a'));
    await world.advance({ seconds: 89 });
    expect(informer.lister.size).toBe(0);
    await world.advance({ seconds: 1 });
    expect(names(informer.lister.list())).toEqual(['a']);
    muted = true;
  });

  it('is left alone while bookmarks come', async () => {
    const { asked, interceptor } = counted();
    const { world, informers } = await following({ interceptor: () => interceptor, silenceMaxMs: 90_000 });
    informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ minutes: 4 });
    expect(asked.watches).toHaveLength(1);
  });

  it('learns from bookmarks how far it is', async () => {
    const { world, client, informers } = await following();
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.settle();
    const made = await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    expect(Number(informer.resourceVersion)).toBeLessThan(Number(made.metadata.resourceVersion));
    await world.advance({ minutes: 1 });
    expect(Number(informer.resourceVersion)).toBeGreaterThanOrEqual(Number(made.metadata.resourceVersion));
  });

  it('backs off from 800 ms to 30 s with jitter, and recovers within one step', async () => {
    let reachable = false;
    const attemptsMs: number[] = [];
    const { world, informers } = await following({
      interceptor: (virtual) => ({
        watch(_kind, _options, events) {
          attemptsMs.push(virtual.clock.monotonic());
          return reachable ? events : throwError(() => statusError('ServiceUnavailable', 'down'));
        },
      }),
    });
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ hours: 1 });
    const waits = attemptsMs.slice(1).map((at, index) => at - attemptsMs[index]!);
    for (const [index, wait] of waits.entries()) {
      const base = Math.min(800 * 2 ** index, 30_000);
      expect(wait).toBeGreaterThanOrEqual(base);
      expect(wait).toBeLessThanOrEqual(2 * base);
    }
    expect(new Set(waits).size).toBe(waits.length);
    // An hour of 30 to 60 seconds: no busy loop.
    expect(attemptsMs.length).toBeLessThan(130);
    reachable = true;
    await world.advance({ seconds: 60 });
    expect(informer.hasSynced).toBe(true);
  });

  it('is asked to end within five to ten minutes, not all at once', async () => {
    const { asked, interceptor } = counted();
    const { world, informers } = await following({
      interceptor: () => ({
        watch(kind, options, events) {
          interceptor.watch!(kind, options, events);
          return throwError(() => statusError('ServiceUnavailable', 'not now'));
        },
      }),
    });
    informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ minutes: 40 });
    const seconds = asked.watches.map(({ timeoutSeconds = 0 }) => timeoutSeconds);
    expect(seconds.length).toBeGreaterThan(40);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(300);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(600);
    expect(Math.max(...seconds) - Math.min(...seconds)).toBeGreaterThan(200);
  });

  it.each([
    ['at once, with nothing said, is begun anew after a while', 0, 2],
    ['in its time is begun anew at once', 1_000, 10],
  ])('and ends %s', async (_name, lastsMs, watchesMin) => {
    const attemptsMs: number[] = [];
    const { world, informers } = await following({
      interceptor: (virtual) => ({
        watch: (_kind, options, events) =>
          options.sendInitialEvents
            ? events.pipe(takeUntil(timer(5_000, virtual)))
            : new Observable((subscriber) => {
                attemptsMs.push(virtual.clock.monotonic());
                if (lastsMs === 0) subscriber.complete();
                else virtual.clock.schedule(lastsMs, () => subscriber.complete());
              }),
      }),
    });
    informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 15 });
    const waits = attemptsMs.slice(1).map((at, index) => at - attemptsMs[index]!);
    expect(attemptsMs[0]).toBe(5_000);
    expect(waits.length).toBeGreaterThanOrEqual(watchesMin - 1);
    for (const wait of waits)
      if (lastsMs === 0) expect(wait).toBeGreaterThanOrEqual(800);
      else expect(wait).toBe(lastsMs);
  });

  it('is not asked for any more once its informers are stopped', async () => {
    let [fails, watches] = [() => {}, 0];
    const { world, informers } = await following({
      streamingLists: false,
      interceptor: () => ({
        request: ({ verb }, next) =>
          verb === 'list' ? new Promise((_, reject) => (fails = () => reject(new Error('late')))) : next(),
        watch(_kind, _options, events) {
          watches++;
          return events;
        },
      }),
    });
    informers.informer(ConfigMap, selection);
    informers.start();
    await world.settle();
    await informers.stop();
    fails();
    await world.advance({ minutes: 5 });
    expect([watches, world.nextTimerAt()]).toEqual([0, undefined]);
  });

  it('waits as long as the server says', async () => {
    const attemptsMs: number[] = [];
    const { world, informers } = await following({
      interceptor: (virtual) => ({
        watch(_kind, _options, events) {
          attemptsMs.push(virtual.clock.monotonic());
          return attemptsMs.length > 1
            ? events
            : throwError(() => statusError('TooManyRequests', 'busy', { details: { retryAfterSeconds: 40 } }));
        },
      }),
    });
    informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ minutes: 1 });
    expect(attemptsMs).toEqual([0, 40_000]);
  });

  it('follows a server that was set back to an older state', async () => {
    const cut = new Subject<void>();
    const restored = await following();
    let isRestored = false;
    const { world, informers, client } = await following({
      interceptor: () => ({
        watch: (kind, options, events) =>
          isRestored ? restored.client.watch(kind, options) : events.pipe(takeUntil(cut)),
      }),
    });
    for (let i = 0; i < 20; i++) await client.create(configMap(`new-${i}`));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await world.advance({ seconds: 5 });
    const reached = informer.resourceVersion;
    await restored.client.create(configMap('old'));
    isRestored = true;
    cut.next();
    await world.advance({ seconds: 10 });
    // Its next bookmark tells.
    await restored.world.advance({ minutes: 1 });
    await world.advance({ seconds: 10 });
    expect(names(informer.lister.list())).toEqual(['old']);
    expect(Number(informer.resourceVersion)).toBeLessThan(Number(reached));
  });
});

it('keeps a cache true through dropped watches and repeated events', async () => {
  const { world, client, informers } = await following({
    interceptor: (virtual) => faults({ world: virtual, droppedWatch: 0.1, repeatedEvent: 0.2, delayMaxMs: 50 }),
  });
  const informer = informers.informer(ConfigMap, selection);
  const seen = new Map<string, string>();
  informer.events.subscribe((event) => {
    if (event.type === 'synced') return;
    const { name = '' } = event.object.metadata;
    // Each object is added once, then updated, then deleted: never twice in a row.
    if (event.type === 'added') expect(seen.has(name)).toBe(false);
    else expect(seen.has(name)).toBe(true);
    if (event.type === 'deleted') seen.delete(name);
    else seen.set(name, event.object.data?.['x'] ?? '');
  });
  informers.start();
  for (let i = 0; i < 300; i++) {
    const name = `c-${Math.floor(world.random.next() * 10)}`;
    const present = await client.get(ConfigMap, { name }).catch(() => undefined);
    if (present === undefined) await client.create(configMap(name, { x: String(i) }));
    else if (i % 3 === 0) await client.delete(ConfigMap, { name });
    else await client.update({ ...present, data: { x: String(i) } });
    await world.advance(20);
  }
  await world.advance({ minutes: 5 });
  const truth = await client.list(ConfigMap, selection);
  expect(informer.lister.list()).toEqual([...truth]);
  expect([...seen].sort()).toEqual(truth.map(({ metadata, data }) => [metadata.name, data?.['x']]));
});
