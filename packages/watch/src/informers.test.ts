import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Pod } from '@pintle/api/core/v1';
import { AbortedError, type KubernetesObject } from '@pintle/machinery';
import { map, Observable } from 'rxjs';
import { becameTrue, changed, matching, oneObject, withoutManagedFields } from './index.js';
import { configMap, following, names } from './informers.fixture.js';

const selection = { namespace: 'default', fieldSelector: 'metadata.name!=kube-root-ca.crt' };

describe('an informer', () => {
  it('holds the very objects of the server, and gives late subscribers the state first', async () => {
    const { world, client, informers } = await following();
    const made = await client.create(configMap('a'));
    const informer = informers.informer(ConfigMap, selection);
    informers.start();
    await informers.whenSynced();
    expect(informer.lister.get({ name: 'a', namespace: 'default' })).toBe(made);
    const seen: string[] = [];
    informer.events.subscribe((event) => seen.push(event.type));
    expect(seen).toEqual(['added', 'synced']);
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { x: '1' } } });
    await world.settle();
    expect(seen).toEqual(['added', 'synced', 'updated']);
  });

  it('has a stream for each kind of change', async () => {
    const { world, client, informers } = await following();
    await client.create(configMap('a', { x: '1' }));
    const informer = informers.informer(ConfigMap, selection);
    const seen: string[] = [];
    informer.added.subscribe(({ metadata }) => seen.push(`added ${metadata.name}`));
    informer.updated.subscribe(({ before, after }) => seen.push(`updated ${before.data?.['x']} ${after.data?.['x']}`));
    informer.deleted.subscribe(({ data }) => seen.push(`deleted ${data?.['x']}`));
    informer.synced.subscribe({ next: () => seen.push('synced'), complete: () => seen.push('complete') });
    informers.start();
    await world.settle();
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { x: '2' } } });
    await client.delete(ConfigMap, { name: 'a' });
    await world.settle();
    expect(seen).toEqual(['added a', 'synced', 'complete', 'updated 1 2', 'deleted 2']);
  });

  it('reports what handlers throw, synchronously and later, and tells them of the next event', async () => {
    const { world, client, informers, log } = await following();
    const informer = informers.informer(ConfigMap, selection);
    let told = 0;
    informer.added.subscribe(() => {
      told++;
      throw new Error('thrown');
    });
    informer.added.pipe(map(({ metadata }) => metadata.name)).subscribe(async () => {
      told++;
      throw new Error('rejected');
    });
    informer.added
      .pipe(
        map(() => {
          throw new Error('in an operator');
        }),
      )
      .subscribe(() => {});
    let others = 0;
    informer.added.subscribe(() => others++);
    informers.start();
    for (const name of ['a', 'b']) await client.create(configMap(name));
    await world.settle();
    expect([told, others]).toEqual([4, 2]);
    expect(log.map(({ message, fields }) => `${message}: ${(fields['error'] as Error).message}`).sort()).toEqual([
      'a handler of an informer failed: in an operator',
      'a handler of an informer failed: rejected',
      'a handler of an informer failed: rejected',
      'a handler of an informer failed: thrown',
      'a handler of an informer failed: thrown',
    ]);
  });

  it('tells everyone in order, though handlers subscribe and write while they are told', async () => {
    const { world, client, informers } = await following();
    const informer = informers.informer(ConfigMap, selection);
    const [first, late]: [string[], string[]] = [[], []];
    let subscribed = false;
    informer.added.subscribe(({ metadata: { name } }) => {
      if (name === 'a') void client.create(configMap('b'));
      if (name !== 'b' || subscribed) return;
      subscribed = true;
      informer.added.subscribe(({ metadata }) => late.push(metadata.name!));
      void client.create(configMap('c'));
    });
    informer.added.subscribe(({ metadata }) => first.push(metadata.name!));
    informers.start();
    await world.settle();
    await client.create(configMap('a'));
    await world.settle();
    expect(first).toEqual(['a', 'b', 'c']);
    expect(late).toEqual(['a', 'b', 'c']);
  });

  it('knows how far it is', async () => {
    const { world, client, informers } = await following({
      interceptor: () => ({ watch: (_kind, _options, events) => events }),
    });
    const informer = informers.informer(ConfigMap, selection);
    const early = informer.caughtUpTo('1');
    informers.start();
    await world.settle();
    await early;
    const { metadata } = await client.create(configMap('a'));
    await informer.caughtUpTo(metadata.resourceVersion!);
    expect(informer.lister.get({ name: 'a', namespace: 'default' })).toBeDefined();
    const stopping = new AbortController();
    const waits = [informer.caughtUpTo('999999'), informer.caughtUpTo('999999', stopping.signal)];
    for (const wait of waits) wait.catch(() => {});
    stopping.abort();
    await expect(waits[1]).rejects.toThrow(AbortedError);
    await informers.stop();
    await expect(waits[0]).rejects.toThrow(AbortedError);
    await expect(informer.caughtUpTo('999999')).rejects.toThrow(AbortedError);
    expect(names(informer.lister.list())).toEqual(['a']);
  });

  it('finds objects by what they are filed under, and reports an index that throws', async () => {
    const { world, client, informers, log } = await following();
    const informer = informers.informer(ConfigMap, {
      ...selection,
      indexes: {
        owner: ({ data }) => [data!['owner']!],
        broken: () => {
          throw new Error('broken');
        },
      },
    });
    informers.start();
    await client.create(configMap('a', { owner: 'x' }));
    await client.create(configMap('b', { owner: 'y' }));
    await world.settle();
    expect(names(informer.lister.byIndex('owner', 'x'))).toEqual(['a']);
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { owner: 'y' } } });
    await world.settle();
    expect([informer.lister.byIndex('owner', 'x'), names(informer.lister.byIndex('owner', 'y'))]).toEqual([
      [],
      ['b', 'a'],
    ]);
    expect(['x', 'y'].map((value) => informer.lister.countByIndex('owner', value))).toEqual(
      ['x', 'y'].map((value) => informer.lister.byIndex('owner', value).length),
    );
    expect(informer.lister.byIndex('broken', 'x')).toEqual([]);
    expect(log.some(({ message }) => message === 'the index "broken" failed of an object')).toBe(true);
    expect(() => informer.lister.byIndex('none', 'x')).toThrow('there is no index "none"');
  });
});

describe('informers of one process', () => {
  it('are one for those who want the same, and hold one copy for those who want some of it', async () => {
    const { world, client, informers } = await following({
      // As over HTTP: every watcher gets a copy of its own.
      interceptor: () => ({
        watch: (_kind, _options, events) => events.pipe(map((event) => structuredClone(event))),
      }),
    });
    const all = informers.informer(ConfigMap, selection);
    expect(informers.informer(ConfigMap, selection)).toBe(all);
    const some = Array.from({ length: 100 }, (_, i) => informers.informer(ConfigMap, { labelSelector: `team!=${i}` }));
    informers.start();
    await world.settle();
    await client.create(configMap('a', {}, { team: 'x' }));
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { x: '1' } } });
    await world.settle();
    const copies = new Set([all, ...some].map(({ lister }) => lister.get({ name: 'a', namespace: 'default' })));
    expect([copies.size, [...copies][0]?.data]).toEqual([1, { x: '1' }]);
  });

  it('share a transform by its function, and report one that throws', async () => {
    const { world, client, informers, log } = await following();
    const failing = () => {
      throw new Error('no');
    };
    const slim = informers.informer(ConfigMap, { ...selection, transform: withoutManagedFields });
    expect(informers.informer(ConfigMap, { ...selection, transform: withoutManagedFields })).toBe(slim);
    const failed = informers.informer(ConfigMap, { ...selection, transform: failing });
    const whole = informers.informer(ConfigMap, selection);
    informers.start();
    await client.create(configMap('a', { x: '1' }));
    await world.settle();
    const of = ({ lister }: typeof slim) => lister.get({ name: 'a', namespace: 'default' });
    expect(of(slim)?.metadata).not.toHaveProperty('managedFields');
    expect(of(whole)?.metadata).toHaveProperty('managedFields');
    expect(of(failed)).toBe(of(whole));
    expect(log).toContainEqual(
      expect.objectContaining({ message: 'the transform of an informer failed of an object' }),
    );
  });

  it('of metadata alone ask for metadata alone', async () => {
    const { world, client, informers } = await following();
    await client.create(configMap('a', { large: 'x'.repeat(1000) }, { app: 'web' }));
    const informer = informers.metadataInformer(ConfigMap, selection);
    const seen: KubernetesObject[] = [];
    informer.added.subscribe((object) => seen.push(object));
    informers.start();
    await world.settle();
    await client.create(configMap('b'));
    await world.settle();
    expect(seen.map((object) => Object.keys(object))).toEqual([
      ['apiVersion', 'kind', 'metadata'],
      ['apiVersion', 'kind', 'metadata'],
    ]);
    expect(seen[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { app: 'web' } } });
    expect(informers.informer(ConfigMap, selection)).not.toBe(informer);
  });

  it('are restricted where the process is', async () => {
    const { world, client, informers } = await following({
      restrictions: [{ kind: ConfigMap, labelSelector: 'app=web' }],
    });
    await client.create(configMap('a', {}, { app: 'web' }));
    await client.create(configMap('b'));
    const informer = informers.informer(ConfigMap);
    informers.start();
    await world.settle();
    expect(names(informer.lister.list())).toEqual(['a']);
  });
});

describe('an informer that is wanted for a time', () => {
  /** Watches that are open, by what they are of. */
  const counted = async () => {
    const open: string[] = [];
    const parts = await following({
      interceptor: () => ({
        watch: (kind, _options, events) =>
          new Observable((subscriber) => {
            open.push(kind.plural);
            const subscription = events.subscribe(subscriber);
            subscription.add(() => void open.splice(open.indexOf(kind.plural), 1));
            return subscription;
          }),
      }),
    });
    return { ...parts, open };
  };

  it('ends with the last who wants it: its streams complete, its waits end, its watch is closed', async () => {
    const { world, client, informers, open } = await counted();
    const [one, two] = [new AbortController(), new AbortController()];
    const informer = informers.informer(ConfigMap, { ...selection, signal: one.signal });
    expect(informers.informer(ConfigMap, { ...selection, signal: two.signal })).toBe(informer);
    expect(informers.informer(ConfigMap, { ...selection, signal: two.signal })).toBe(informer);
    const seen: string[] = [];
    informer.events.subscribe({ next: ({ type }) => seen.push(type), complete: () => seen.push('complete') });
    informers.start();
    await world.settle();
    await client.create(configMap('a'));
    one.abort();
    await client.create(configMap('b'));
    await world.settle();
    expect([seen, open]).toEqual([['synced', 'added', 'added'], ['configmaps']]);
    const wait = informer.caughtUpTo('999999');
    two.abort();
    await expect(wait).rejects.toThrow(AbortedError);
    await client.create(configMap('c'));
    await world.settle();
    expect([seen, open]).toEqual([['synced', 'added', 'added', 'complete'], []]);
    expect(names(informer.lister.list())).toEqual(['a', 'b']);
    informer.events.subscribe({ next: ({ type }) => seen.push(type), complete: () => seen.push('complete') });
    expect(seen.slice(4)).toEqual(['added', 'added', 'synced', 'complete']);
    const again = informers.informer(ConfigMap, selection);
    await world.settle();
    expect(again).not.toBe(informer);
    expect([names(again.lister.list()), open]).toEqual([['a', 'b', 'c'], ['configmaps']]);
  });

  it.each([true, false])('goes on where somebody wants it for good (asked first: %s)', async (first) => {
    const { world, informers, open } = await counted();
    const wanted = new AbortController();
    const forGood = () => informers.informer(ConfigMap);
    const early = first ? forGood() : undefined;
    const informer = informers.informer(ConfigMap, { signal: wanted.signal });
    const late = forGood();
    informers.start();
    await world.settle();
    wanted.abort();
    await world.settle();
    expect([late, early ?? late, forGood()]).toEqual([informer, informer, informer]);
    expect(open).toEqual(['configmaps']);
  });

  it('is none where the time is over, and keeps nobody who waits for all', async () => {
    const { world, informers, open } = await counted();
    const wanted = new AbortController();
    informers.informer(Pod);
    informers.informer(ConfigMap, { signal: wanted.signal });
    const synced = informers.whenSynced();
    wanted.abort();
    informers.start();
    let completed = false;
    informers.informer(ConfigMap, { signal: wanted.signal }).events.subscribe({
      complete: () => {
        completed = true;
      },
    });
    await world.settle();
    await synced;
    expect([completed, open]).toEqual([true, ['pods']]);
  });

  it('leaves nothing behind on a signal that outlives it', async () => {
    const { informers } = await counted();
    const wanted = new AbortController();
    const seen: string[] = [];
    informers
      .informer(ConfigMap, { signal: wanted.signal })
      .events.subscribe({ complete: () => seen.push('complete') });
    await informers.stop();
    wanted.abort();
    expect(seen).toEqual(['complete']);
  });
});

describe('operators', () => {
  const pod = (name: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'x' }] },
  });

  it('matching: what begins to match arrives, what ceases to departs', async () => {
    const { world, client, informers } = await following();
    const informer = informers.informer(ConfigMap, selection);
    const seen: string[] = [];
    informer.events
      .pipe(matching('app=web'))
      .subscribe((event) =>
        seen.push(event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`),
      );
    informers.start();
    await world.settle();
    const label = (app: string | null) =>
      client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { metadata: { labels: { app } } } });
    await client.create(configMap('a'));
    await label('web');
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { x: '1' } } });
    await label(null);
    await client.delete(ConfigMap, { name: 'a' });
    await world.settle();
    expect(seen).toEqual(['synced', 'added a', 'updated a', 'deleted a']);
  });

  it('oneObject: an object as it is, from the present on', async () => {
    const { world, client, informers } = await following();
    const informer = informers.informer(ConfigMap, selection);
    const seen: (string | undefined)[] = [];
    informer.events
      .pipe(oneObject({ name: 'a', namespace: 'default' }))
      .subscribe((object) => seen.push(object === undefined ? 'none' : object.data?.['x']));
    informers.start();
    await world.settle();
    await client.create(configMap('b', { x: '0' }));
    await client.create(configMap('a', { x: '1' }));
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { x: '2' } } });
    await client.delete(ConfigMap, { name: 'a' });
    await world.settle();
    expect(seen).toEqual(['none', '1', '2', 'none']);
  });

  it('changed and becameTrue: only the updates that matter', async () => {
    const { world, client, informers } = await following();
    const informer = informers.informer(Pod);
    const [phases, ready]: [string[], string[]] = [[], []];
    informer.events
      .pipe(changed(({ status }) => status?.phase))
      .subscribe(({ before, after }) => phases.push(`${before.status?.phase} to ${after.status?.phase}`));
    informer.events.pipe(becameTrue('Ready')).subscribe(({ metadata }) => ready.push(metadata.name!));
    informers.start();
    await world.settle();
    await client.create(pod('p'));
    const say = (status: object) =>
      client.patch(Pod, { name: 'p' }, { type: 'merge', body: { status } }, { subresource: 'status' });
    const condition = (status: string) => ({ conditions: [{ type: 'Ready', status }] });
    await say({ phase: 'Running' });
    await say(condition('True'));
    await say({ message: 'still here', ...condition('True') });
    await say(condition('False'));
    await say(condition('True'));
    await world.settle();
    expect(phases).toEqual(['Pending to Running']);
    expect(ready).toEqual(['p', 'p']);
  });
});
