/** Hot loops and fights: found in running controllers, named with the field, and not seen where there are none. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { type KubernetesObject, LivelockError, sleep } from '@pintle/machinery';
import { type Controller, controller } from '../controller.js';
import { served, Website, website } from '../manager.fixture.js';
import { changedFields } from './changed-fields.js';
import { fieldManagerOf } from './fights.js';
import { formatProblem, type Problem } from './problem.js';

const problemsOf = async (controllers: readonly Controller[], forMs = 60_000) => {
  const { client, world, run, log } = await served();
  const manager = await run(controllers);
  const problems: Problem[] = [];
  manager.problems.subscribe((problem) => problems.push(problem));
  await client.create(website('shop'));
  await world.advance(forMs);
  return { problems, log, manager, client, world };
};

/** Writes `image` whenever something else stands there. */
const wants = (name: string, image: string, everyMs = 0) =>
  controller({ name })
    .for(Website)
    .reconcile(async ({ object, client, key, world }) => {
      if (object === undefined || object.spec.image === image) return;
      if (everyMs > 0) await new Promise<void>((resolve) => world.clock.schedule(everyMs, resolve));
      await client.patch(Website, key, { type: 'merge', body: { spec: { image } } }, { fieldManager: name });
    });

describe('a hot loop', () => {
  it('that never waits is told of, and leaves others their turn: a test on virtual time ends', async () => {
    const { client, world, run, log } = await served({ turnsMax: 500 });
    let phase = 0;
    const restless = controller({ name: 'restless' })
      .for(Website)
      .reconcile(async ({ object, report }) => {
        if (object !== undefined && phase < 10_000) await report({ phase: `${++phase}` });
      });
    await run([restless]);
    await client.create(website('shop'));
    await expect(world.settle()).rejects.toThrow(LivelockError);
    expect(log.find(({ message }) => message.includes('status.phase'))?.message).toContain('restless');
    phase = 10_000;
  });

  it('of a status with the time in it is named with its field, once', async () => {
    let turns = 0;
    const hot = controller({ name: 'hot' })
      .for(Website)
      .reconcile(async ({ object, report, world }) => {
        if (object === undefined || ++turns > 200) return;
        await new Promise<void>((resolve) => world.clock.schedule(10, resolve));
        await report({ phase: `looked at ${world.clock.monotonic()}` });
      });
    const { problems, log } = await problemsOf([hot]);
    expect(problems).toEqual([
      {
        type: 'hotLoop',
        controller: 'hot',
        key: { name: 'shop', namespace: 'default' },
        object: { kind: 'Website', key: { name: 'shop', namespace: 'default' } },
        fields: ['status.phase'],
        turns: 16,
      },
    ]);
    expect(log.map(({ message }) => message)).toContain(formatProblem(problems[0]!));
    expect(formatProblem(problems[0]!)).toContain('status.phase of Website default/shop');
  });

  it('of an object that is deleted and made anew is named', async () => {
    let turns = 0;
    const restless = controller({ name: 'restless' })
      .for(Website)
      .owns(ConfigMap)
      .reconcile(async ({ object, ensure, client, informers }) => {
        if (object === undefined || ++turns > 200) return;
        const key = { name: 'page', namespace: 'default' };
        if (informers.informer(ConfigMap).lister.get(key) !== undefined) await client.delete(ConfigMap, key);
        else await ensure<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'page' } });
      });
    const { problems } = await problemsOf([restless]);
    expect(problems).toMatchObject([
      { type: 'hotLoop', object: { kind: 'ConfigMap', key: { name: 'page' } }, fields: ['metadata.uid'] },
    ]);
  });

  it('is not seen in work that goes on in steps', async () => {
    const steps = controller({ name: 'steps' })
      .for(Website)
      .owns(ConfigMap)
      .reconcile(async ({ object, ensure, report, informers }) => {
        if (object === undefined) return;
        const made = informers.informer(ConfigMap).lister.list({ namespace: 'default', labelSelector: 'step' }).length;
        await report({ phase: made < 40 ? 'working' : 'done' });
        const metadata = { name: `step-${made}`, labels: { step: '' } };
        if (made < 40) await ensure<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
      });
    const { problems, client } = await problemsOf([steps]);
    expect(await client.list(ConfigMap, { labelSelector: 'step' })).toHaveLength(40);
    expect(problems).toEqual([]);
  });

  it('is not seen in a count of what is made, watched or not, and in one of what is left', async () => {
    for (const { watched, counts } of [
      { watched: true, counts: (made: number) => made },
      { watched: false, counts: (made: number) => made },
      { watched: false, counts: (made: number) => 40 - made },
    ]) {
      const named = controller({ name: 'counts' }).for(Website);
      const counting = (watched ? named.owns(ConfigMap) : named).reconcile(async ({ object, key, report, client }) => {
        if (object === undefined) return;
        const { length } = await client.list(ConfigMap, { labelSelector: 'step' });
        await report({ ready: counts(length) });
        if (length < 40)
          await client.create<ConfigMap>({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: `${key.name}-${length}`, namespace: 'default', labels: { step: '' } },
          });
      });
      const { problems, client } = await problemsOf([counting]);
      expect(await client.list(ConfigMap, { labelSelector: 'step' })).toHaveLength(40);
      expect(problems).toEqual([]);
    }
  });

  it('is counted', async () => {
    let turns = 0;
    const hot = controller({ name: 'hot' })
      .for(Website)
      .reconcile(async ({ report }) => void (++turns < 100 && (await report({ ready: turns }))));
    const { manager } = await problemsOf([hot]);
    expect(await manager.metrics.text((name) => name === 'pintle_controller_problems_total')).toContain(
      'pintle_controller_problems_total{type="hotLoop"} 1',
    );
  });
});

describe('a fight', () => {
  it('of two controllers is named with the field and both of them', async () => {
    const { problems } = await problemsOf([wants('left', 'a', 100), wants('right', 'b', 130)], 10_000);
    expect(problems.filter(({ type }) => type === 'fight')).toEqual([
      {
        type: 'fight',
        object: { kind: 'Website', key: { name: 'shop', namespace: 'default' } },
        field: 'spec.image',
        writers: ['left', 'right'],
        values: expect.arrayContaining(['a', 'b']),
        turns: 6,
      },
    ]);
    expect(formatProblem(problems.find(({ type }) => type === 'fight')!)).toMatch(
      /^left and right fight over spec.image of Website default\/shop: it went between "[ab]" and "[ab]" 6 times/,
    );
  });

  it('with somebody of another process is named by the field managers', async () => {
    const { client, world, run } = await served();
    const manager = await run([wants('mine', 'a')]);
    const problems: Problem[] = [];
    manager.problems.subscribe((problem) => problems.push(problem));
    await client.create(website('shop'));
    for (let turn = 0; turn < 10; turn++) {
      await world.advance(500);
      const body = { spec: { image: 'b' } };
      await client.patch(Website, { name: 'shop' }, { type: 'merge', body }, { fieldManager: 'gitops' });
    }
    await world.advance(1_500);
    expect(problems).toMatchObject([{ type: 'fight', field: 'spec.image', writers: ['gitops', 'mine'] }]);
  });

  it('is judged no more once the manager has stopped', async () => {
    const { log, manager, world } = await problemsOf([wants('left', 'a', 100), wants('right', 'b', 130)], 2_000);
    const stopped = manager.stop();
    await world.advance(100);
    await stopped;
    await world.advance(60_000);
    expect(log.filter(({ message }) => message.includes('fight over'))).toEqual([]);
    expect(await manager.metrics.text((name) => name === 'pintle_controller_problems_total')).not.toContain('fight');
  });

  it('is not seen where one controller turns a field, and the answers to its writes are late', async () => {
    const { client, world, run } = await served();
    let turns = 0;
    const turning = controller({ name: 'turning' })
      .for(Website)
      .reconcile(async ({ object, client: own, key }) => {
        if (object === undefined || ++turns > 30) return;
        const image = object.spec.image === 'a' ? 'b' : 'a';
        await own.patch(Website, key, { type: 'merge', body: { spec: { image } } });
      });
    const manager = await run([turning], {
      interceptor: {
        async request(_request, next) {
          const answer = await next();
          if (turns % 2 === 0) await sleep(world.clock, 50);
          return answer;
        },
      },
    });
    const problems: Problem[] = [];
    manager.problems.subscribe((problem) => problems.push(problem));
    await client.create(website('shop'));
    await world.advance(20_000);
    expect(turns).toBeGreaterThan(20);
    expect(problems.filter(({ type }) => type === 'fight')).toEqual([]);
  });

  it('is not seen where a field goes on to new values, or one writer turns it', async () => {
    const counting = controller({ name: 'counting' })
      .for(Website)
      .reconcile(async ({ object, client, key, world }) => {
        const replicas = object?.spec.replicas ?? 50;
        if (replicas >= 50) return;
        await new Promise<void>((resolve) => world.clock.schedule(50, resolve));
        await client.patch(Website, key, { type: 'merge', body: { spec: { replicas: replicas + 1 } } });
      });
    const { problems } = await problemsOf([counting]);
    expect(problems.filter(({ type }) => type === 'fight')).toEqual([]);
  });
});

it('changed fields have paths, and leave out what servers stamp', () => {
  const kind = { apiVersion: 'example.com/v1', kind: 'Thing' };
  const before = {
    ...kind,
    metadata: { resourceVersion: '1', labels: { a: 'b' } },
    spec: { list: [{ x: 1 }, { x: 2 }], gone: true },
  };
  const after = {
    ...kind,
    metadata: { resourceVersion: '2', labels: { a: 'b' } },
    spec: { list: [{ x: 1 }, { x: 3 }], come: {} },
  };
  expect(changedFields(before, after).map(({ path }) => path)).toEqual(['spec.list.1.x', 'spec.gone', 'spec.come']);
});

it.each([
  ['spec.image', 'b'],
  ['spec.replicas', 'a'],
  ['spec.containers.0.image', 'a'],
  ['status.ready', 'b'],
])('the manager of %s is %s', (path, manager) => {
  const metadata = {
    managedFields: [
      {
        manager: 'a',
        time: '2025-01-01T00:00:00Z',
        fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:containers': { 'k:{"name":"x"}': { 'f:image': {} } } } },
      },
      { manager: 'b', time: '2025-01-02T00:00:00Z', fieldsV1: { 'f:spec': { 'f:image': {} } } },
    ],
  };
  expect(fieldManagerOf({ apiVersion: 'v1', kind: 'Thing', metadata } as unknown as KubernetesObject, path)).toBe(
    manager,
  );
});
