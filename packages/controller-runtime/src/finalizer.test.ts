import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { controller } from './controller.js';
import { served, Website, website } from './manager.fixture.js';
import { generationChanged } from './predicates.js';
import { planStatus, type ReportedStatus } from './status.js';

describe('a finalizer', () => {
  it('is there before anything is made, and goes when the clean-up is done', async () => {
    const { client, world, run } = await served();
    /** What a cloud would hold: not collected with its owner. */
    const cloud = new Set<string>();
    let cleanups = 0;
    const dns = controller({ name: 'dns' })
      .for(Website)
      .finalizes('example.com/dns', async ({ key }) => {
        if (++cleanups === 1) throw new Error('the cloud is down');
        if (cleanups === 2) return { requeueAfterMs: 5_000 };
        cloud.delete(key.name);
        return undefined;
      })
      .reconcile(async ({ object, key }) => {
        if (object === undefined) return;
        expect(object.metadata.finalizers).toEqual(['example.com/dns']);
        cloud.add(key.name);
      });
    await run([dns]);
    await client.create(website('shop'));
    await world.settle();
    expect([...cloud]).toEqual(['shop']);
    await client.delete(Website, { name: 'shop' });
    await world.advance({ seconds: 4 });
    expect((await client.get(Website, { name: 'shop' })).metadata.deletionTimestamp).toBeDefined();
    await world.advance({ seconds: 2 });
    await expect(client.get(Website, { name: 'shop' })).rejects.toMatchObject({ code: 404 });
    expect([[...cloud], cleanups]).toEqual([[], 3]);
  });

  it('is put on where only a new generation wakes the controller, too', async () => {
    const { client, world, run } = await served();
    const seen: (number | undefined)[] = [];
    const careful = controller({ name: 'careful' })
      .for(Website, { predicate: generationChanged })
      .finalizes('example.com/a', async () => undefined)
      .reconcile(async ({ object }) => void seen.push(object?.metadata.finalizers?.length));
    await run([careful]);
    await client.create(website('shop'));
    await world.settle();
    expect(seen).toEqual([1]);
    await client.delete(Website, { name: 'shop' });
    await world.settle();
    await expect(client.get(Website, { name: 'shop' })).rejects.toMatchObject({ code: 404 });
  });

  it('of several: each cleans up, and the others stay until theirs is done', async () => {
    const { client, world, run } = await served();
    const order: string[] = [];
    const both = controller({ name: 'both' })
      .for(Website)
      .finalizes('example.com/a', async () => void order.push('a'))
      .finalizes('example.com/b', async () => void order.push('b'))
      .reconcile(async ({ object }) => void (object && order.push(`made ${object.metadata.finalizers?.length}`)));
    await run([both]);
    await client.create(website('shop'));
    await world.settle();
    await client.patch(Website, { name: 'shop' }, { type: 'merge', body: { spec: { replicas: 3 } } });
    await world.settle();
    await client.delete(Website, { name: 'shop' });
    await world.settle();
    expect(order).toEqual(['made 2', 'made 2', 'a', 'b']);
    await expect(client.get(Website, { name: 'shop' })).rejects.toMatchObject({ code: 404 });
  });
});

describe('a reported status', () => {
  const object = { ...website('shop'), metadata: { name: 'shop', generation: 2 } };
  it('has conditions that turn with their status alone, and keeps what is not reported', () => {
    const first = planStatus(
      object,
      { ready: 1, conditions: [{ type: 'Ready', status: false, reason: 'Starting' }] },
      0,
    );
    const present = { ...object, status: first };
    const reported = { conditions: [{ type: 'Ready', status: false, reason: 'Pulling', message: 'nginx' }] };
    expect(planStatus(present as typeof object, reported, 60_000)).toEqual({
      ready: 1,
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'Pulling',
          message: 'nginx',
          observedGeneration: 2,
          lastTransitionTime: '1970-01-01T00:00:00Z',
        },
      ],
    });
    const turned = planStatus(
      present as typeof object,
      { conditions: [{ type: 'Ready', status: true, reason: 'Up' }] },
      60_000,
    );
    expect(turned).toMatchObject({ conditions: [{ status: 'True', lastTransitionTime: '1970-01-01T00:01:00Z' }] });
  });

  it('leaves what others write at the same time, and is compared with what was reported before', async () => {
    const { client, world, run } = await served();
    const written: boolean[] = [];
    const hasty = controller({ name: 'hasty' })
      .for(Website)
      .reconcile(async ({ object, report }) => {
        if (object === undefined || written.length > 0) return;
        // Somebody else, of whom the cache does not know yet.
        await client.patch(
          Website,
          { name: 'shop' },
          { type: 'merge', body: { status: { ready: 7, phase: 'Up' } } },
          { subresource: 'status' },
        );
        for (const phase of ['Starting', 'Up', 'Up']) written.push(await report({ phase }));
      });
    await run([hasty]);
    await client.create(website('shop'));
    await world.settle();
    expect(written).toEqual([true, true, false]);
    expect((await client.get(Website, { name: 'shop' })).status).toEqual({ ready: 7, phase: 'Up' });
  });

  it('loses what is reported as undefined, and of a map what is no longer in it', async () => {
    const { client, world, run } = await served();
    const reports: ReportedStatus<Website>[] = [
      { ready: 1, phase: 'Up', counts: { a: 1, b: 2 } },
      { phase: undefined, counts: { a: 1 } },
      { counts: { a: 1 } },
      // @ts-expect-error -- no field of the status
      { redy: 1 },
      // @ts-expect-error -- the kind has no conditions
      { conditions: [{ type: 'Ready', status: true, reason: 'Up' }] },
    ];
    const written: boolean[] = [];
    const reporting = controller({ name: 'reporting' })
      .for(Website)
      .reconcile(async ({ object, report }) => {
        if (object === undefined || written.length > 0) return;
        for (const each of reports.slice(0, 3)) written.push(await report(each));
      });
    await run([reporting]);
    await client.create(website('shop'));
    await world.settle();
    expect(written).toEqual([true, true, false]);
    expect((await client.get(Website, { name: 'shop' })).status).toEqual({ ready: 1, counts: { a: 1 } });
  });

  it('is written where it differs alone', async () => {
    const { client, world, run } = await served();
    const written: boolean[] = [];
    const reporting = controller({ name: 'reporting' })
      .for(Website)
      .owns(ConfigMap)
      .reconcile(
        async ({ object, report }) => void (object && written.push(await report({ ready: object.spec.replicas }))),
      );
    await run([reporting]);
    await client.create(website('shop', { replicas: 2 }));
    await world.settle();
    expect(written).toEqual([true, false]);
  });
});
