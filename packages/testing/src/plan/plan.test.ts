import { describe, expect, it } from '@jest/globals';
import { ConfigMap, type Namespace } from '@pintle/api/core/v1';
import { controller } from '@pintle/controller-runtime';
import { page, Shop, shop } from '../check/check-controller.fixture.js';
import { testCluster } from '../test-cluster.js';
import { plan } from './plan.js';

const shops = controller({ name: 'shops' })
  .for(Shop)
  .owns(ConfigMap)
  .reconcile(async ({ object, dependents, report }) => {
    if (object === undefined) return;
    await dependents([
      { name: 'title', object: page('title', { title: object.spec.title ?? '' }) },
      { name: 'more', object: page('more'), active: object.spec.pages === 2 },
    ]);
    await report({ pages: object.spec.pages });
  });

/** A cluster with a shop in it that its controller has brought to what it is to be. */
async function running() {
  const cluster = await testCluster({ crds: [Shop], controllers: [shops], nodes: 0 });
  await cluster.client.create(shop('corner', { pages: 2, title: 'first' }));
  await cluster.settle();
  return cluster;
}

describe('plan', () => {
  it('says what a change would lead to, and touches nothing', async () => {
    const cluster = await running();
    const revision = () => cluster.apiServer.core.backend.status().revision;
    const before = revision();
    const { text, settled, updated, deleted } = await plan({
      controllers: [shops],
      from: cluster.client,
      kinds: [Shop],
      change: (client) =>
        client.patch(Shop, { name: 'corner' }, { type: 'merge', body: { spec: { title: 'second', pages: 1 } } }),
    });
    expect(text).toBe(
      [
        '~ ConfigMap default/title',
        '    data.title: "first" -> "second"',
        '~ Shop default/corner',
        '    spec.pages: 2 -> 1',
        '    spec.title: "first" -> "second"',
        '    status.pages: 2 -> 1',
        '- ConfigMap default/more',
      ].join('\n'),
    );
    expect([settled, updated.length, deleted.length]).toEqual([true, 2, 1]);
    expect(revision()).toBe(before);
    await cluster.stop();
  });

  it('is empty where nothing is left to do, and follows what owners take with them', async () => {
    const cluster = await running();
    const asked = { controllers: [shops], from: cluster.client, kinds: [Shop] };
    expect((await plan(asked)).text).toBe('');
    const gone = await plan({ ...asked, change: (client) => client.delete(Shop, { name: 'corner' }) });
    expect(gone.text.split('\n').sort()).toEqual([
      '- ConfigMap default/more',
      '- ConfigMap default/title',
      '- Shop default/corner',
    ]);
    await cluster.stop();
  });

  it('tells of what is made anew under its name as of two objects', async () => {
    const cluster = await running();
    const { text, created, deleted } = await plan({
      controllers: [shops],
      from: cluster.client,
      kinds: [Shop],
      change: (client) => client.delete(ConfigMap, { name: 'title' }),
    });
    expect(text).toBe('+ ConfigMap default/title\n- ConfigMap default/title');
    expect(created[0]?.metadata.uid).not.toBe(deleted[0]?.metadata.uid);
    await cluster.stop();
  });

  it('forks a cluster of this process: with all that is in it, at its own time, and reads nothing of it', async () => {
    const cluster = await running();
    await cluster.client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' } });
    await cluster.advance({ hours: 5 });
    const { core } = cluster.apiServer;
    const revision = core.backend.status().revision;
    const read: string[] = [];
    const range = core.backend.range;
    core.backend.range = (request) => {
      read.push(request.start);
      return range(request);
    };
    let now = 0;
    const clocked = controller({ name: 'clocked' })
      .for(Shop)
      .reconcile(async ({ world }) => void (now ||= world.clock.now()));
    const { text, created } = await plan({
      controllers: [shops, clocked],
      from: cluster,
      kinds: [Shop],
      async change(client) {
        await client.delete(Shop, { name: 'corner' });
        await client.create({ ...shop('far-away', { title: 'x' }), metadata: { name: 'far-away', namespace: 'far' } });
      },
    });
    expect(text.split('\n').sort()).toEqual([
      '+ ConfigMap far/title',
      '+ Shop far/far-away',
      '- ConfigMap default/more',
      '- ConfigMap default/title',
      '- Shop default/corner',
    ]);
    expect(created).toHaveLength(2);
    expect([core.backend.status().revision, read]).toEqual([revision, []]);
    expect(now).toBe(cluster.world.clock.now());
    await cluster.stop();
  });

  it('says of a controller that does not come to an end that it does not', async () => {
    const cluster = await running();
    const restless = controller({ name: 'restless' })
      .for(Shop)
      .resync({ everyMs: 10_000 })
      .reconcile(async ({ report, world }) => void (await report({ visits: Math.floor(world.clock.monotonic()) })));
    const { settled } = await plan({ controllers: [restless], from: cluster.client, kinds: [Shop] });
    expect(settled).toBe(false);
    await cluster.stop();
  });
});
