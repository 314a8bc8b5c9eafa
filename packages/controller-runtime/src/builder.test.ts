/** What a controller is told when it is built: whom it listens to, how many it works on at once; and what each run is given. */
import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import { Observable } from 'rxjs';
import { controller, type ObjectEvent, type Predicate } from './controller.js';
import { served, Website, website } from './manager.fixture.js';
import {
  and,
  annotationsChanged,
  generationChanged,
  labelsChanged,
  not,
  or,
  resourceVersionChanged,
} from './predicates.js';

describe('predicates', () => {
  const before = { name: 'a', generation: 1, resourceVersion: '1', labels: { a: '1' }, annotations: { b: '1' } };
  const object = (metadata: object): KubernetesObject => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: { ...before, ...metadata },
  });
  const events: Readonly<Record<string, ObjectEvent<KubernetesObject>>> = {
    added: { type: 'added', object: object({}) },
    deleted: { type: 'deleted', object: object({}), finalStateUnknown: false },
    resynced: { type: 'updated', object: object({}), old: object({}) },
    status: { type: 'updated', object: object({ resourceVersion: '2' }), old: object({}) },
    spec: { type: 'updated', object: object({ resourceVersion: '2', generation: 2 }), old: object({}) },
    labels: { type: 'updated', object: object({ resourceVersion: '2', labels: {} }), old: object({}) },
    annotations: {
      type: 'updated',
      object: object({ resourceVersion: '2', annotations: { b: '2' } }),
      old: object({}),
    },
  };
  it.each<[string, Predicate<KubernetesObject>, string]>([
    ['generation', generationChanged, 'added deleted spec'],
    ['labels', labelsChanged, 'added deleted labels'],
    ['annotations', annotationsChanged, 'added deleted annotations'],
    ['resource version', resourceVersionChanged, 'added deleted status spec labels annotations'],
    ['one or the other', or(labelsChanged, annotationsChanged), 'added deleted labels annotations'],
    ['one and not the other', and(resourceVersionChanged, not(generationChanged)), 'status labels annotations'],
    ['none of none', or(), ''],
    ['all of none', and(), 'added deleted resynced status spec labels annotations'],
  ])('%s', (_name, predicate, expected) => {
    const woken = Object.entries(events).filter(([, event]) => predicate(event));
    expect(woken.map(([name]) => name).join(' ')).toBe(expected);
  });
});

describe('a controller', () => {
  it('works on so many keys at once, and on none twice', async () => {
    const { client, world, run } = await served();
    const atWork: string[] = [];
    let [most, twice, runs] = [0, 0, 0];
    const three = controller({ name: 'three', concurrency: 3 })
      .for(Website)
      .reconcile(async ({ key }) => {
        if (atWork.includes(key.name)) twice++;
        atWork.push(key.name);
        most = Math.max(most, atWork.length);
        await new Promise<void>((resolve) => world.clock.schedule(100, resolve));
        atWork.splice(atWork.indexOf(key.name), 1);
        runs++;
      });
    await run([three]);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(website(name));
    for (let replicas = 2; replicas < 6; replicas++) {
      await world.advance(30);
      await client.patch(Website, { name: 'a' }, { type: 'merge', body: { spec: { replicas } } });
    }
    await world.advance({ seconds: 5 });
    expect([most, twice, atWork]).toEqual([3, 0, []]);
    expect(runs).toBeGreaterThanOrEqual(6);
  });

  it('is told by its log which object it was at', async () => {
    const { client, world, run, log } = await served();
    const telling = controller({ name: 'telling' })
      .for(Website)
      .reconcile(async ({ logger }) => logger.log('info', 'here', { more: 1 }));
    await run([telling]);
    await client.create(website('shop'));
    await world.settle();
    const told = log.find(({ message }) => message === 'here');
    expect(told?.fields).toEqual({ controller: 'telling', object: 'default/shop', more: 1 });
  });

  it('sees its own writes of a custom kind, though its caches are late', async () => {
    const { client, world, run } = await served();
    const seen: number[] = [];
    const counting = controller({ name: 'counting' })
      .for(Website)
      .reconcile(async ({ object, report }) => {
        const ready = object?.status?.ready ?? 0;
        seen.push(ready);
        if (ready === 3) return undefined;
        await report({ ready: ready + 1 });
        return { requeueAfterMs: 1 };
      });
    await run([counting], {
      interceptor: {
        watch: (_kind, _options, events) =>
          new Observable((subscriber) =>
            events.subscribe((event) => world.clock.schedule(2_000, () => subscriber.next(event))),
          ),
      },
    });
    await client.create(website('shop'));
    await world.advance({ minutes: 1 });
    expect(seen.filter((count, index) => count !== 3 || index < 4)).toEqual([0, 1, 2, 3]);
  });
});
