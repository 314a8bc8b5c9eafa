/** Sources of keys from outside, and what they may do wrong. */
import { expect, it } from '@jest/globals';
import type { ObjectKey } from '@pintle/client';
import { Subject } from 'rxjs';
import { controller } from './controller.js';
import { served, Website } from './manager.fixture.js';

it('a source that is slower than it is asked is asked once at a time', async () => {
  const { world, run } = await served();
  let [asked, underWay, most] = [0, 0, 0];
  const slow = controller({ name: 'slow' })
    .for(Website)
    .polls({
      everyMs: 1_000,
      async keys() {
        asked++;
        most = Math.max(most, ++underWay);
        await new Promise<void>((resolve) => world.clock.schedule(asked === 1 ? 4_500 : 10, resolve));
        underWay--;
        return [];
      },
    })
    .reconcile(async () => {});
  await run([slow]);
  await world.advance({ seconds: 10 });
  // At 0 s, and each second from 5 s on.
  expect([most, asked]).toEqual([1, 7]);
});

it('a source that gives what is no key is reported, and heard further', async () => {
  const { world, run, log } = await served();
  const keys = new Subject<ObjectKey>();
  const seen: string[] = [];
  const listener = controller({ name: 'listener' })
    .for(Website)
    .from(keys)
    .reconcile(async ({ key }) => void seen.push(key.name));
  await run([listener]);
  keys.next(undefined as unknown as ObjectKey);
  keys.next({ name: 'shop', namespace: 'default' });
  await world.settle();
  expect(seen).toEqual(['shop']);
  expect(log.map(({ level, message }) => `${level} ${message}`)).toEqual(['error a source gave what is no key']);
});
