/** Custom kinds that come and go under a running cluster: who follows all kinds ends with each, and begins anew. */
import { describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { ConfigMap, ResourceQuota } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { intercept } from '@pintle/client/interceptor';
import { createManager } from '@pintle/controller-runtime';
import { type KindRef, type KubernetesObject, logger, virtualWorld } from '@pintle/machinery';
import { createInformers } from '@pintle/watch';
import { Observable } from 'rxjs';
import { FollowedKinds } from './followed-kinds.js';
import { builtinControllers } from './index.js';

const definition = (plural: string) =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind: kindOf(plural).kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }) as unknown as CustomResourceDefinition;
const kindOf = (plural: string): KindRef => ({
  group: 'example.com',
  version: 'v1',
  kind: `K${plural}`,
  plural,
  scope: 'Namespaced',
  T: undefined as unknown as KubernetesObject,
});

/** An API server with all that follows every kind, and which watches these have open. */
async function following() {
  const complaints: string[] = [];
  const world = virtualWorld({
    logger: logger((level, message) => level === 'warn' && complaints.push(message)),
  });
  const api = await createApiServer({ world });
  const client = api.client();
  const open: string[] = [];
  /** Kinds that are served, and not told of. */
  const untold = new Set<string>();
  const counted = intercept(client, {
    watch: (kind, _options, events) =>
      new Observable((subscriber) => {
        open.push(kind.plural);
        const subscription = events.subscribe(subscriber);
        subscription.add(() => void open.splice(open.indexOf(kind.plural), 1));
        return subscription;
      }),
  });
  const informers = createInformers({ client: counted, world });
  const { controllers, runnables } = builtinControllers({
    kinds: () =>
      api.core.registry
        .all()
        .filter(({ isStored, kind }) => isStored && (kind.verbs?.includes('watch') ?? true) && !untold.has(kind.plural))
        .map(({ kind }) => kind),
    only: ['garbage-collector', 'resourcequota', 'namespace'],
  });
  const manager = createManager({ client, world, informers, controllers, runnables });
  await manager.start();
  informers.start();
  await world.advance(10_000);
  const make = (plural: string, name: string, owner?: KubernetesObject) =>
    client.create({
      apiVersion: plural === 'configmaps' ? 'v1' : 'example.com/v1',
      kind: plural === 'configmaps' ? 'ConfigMap' : kindOf(plural).kind,
      metadata: {
        ...{ name, namespace: 'default' },
        ...(owner === undefined
          ? {}
          : {
              ownerReferences: [
                { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid },
              ],
            }),
      },
    } as KubernetesObject);
  const remove = (plural: string) => client.delete(CustomResourceDefinition, { name: `${plural}.example.com` });
  const configMaps = async () =>
    (await client.list(ConfigMap, { namespace: 'default' })).map(({ metadata }) => metadata.name);
  const stop = async () => {
    await manager.stop();
    await informers.stop();
    await api.stop();
  };
  return { world, client, informers, open, complaints, untold, make, remove, configMaps, stop };
}

describe('kinds that come and go', () => {
  it('leave no watch and no informer behind, and what was owned goes with them', async () => {
    const { world, client, informers, open, complaints, make, remove, configMaps, stop } = await following();
    const before = [...open].sort();
    const plurals = Array.from({ length: 50 }, (_, i) => `kind${i}s`);
    for (const plural of plurals) await client.create(definition(plural));
    await world.advance(10_000);
    await client.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: Object.fromEntries(plurals.map((plural) => [`count/${plural}.example.com`, '5'])) },
    } as ResourceQuota);
    await world.advance(1_000);
    for (const plural of plurals) await make('configmaps', `of-${plural}`, await make(plural, 'owner'));
    await world.advance(300_000);
    const { status } = await client.get(ResourceQuota, { name: 'few', namespace: 'default' });
    expect(Object.values(status?.used ?? {})).toEqual(plurals.map(() => '1'));
    expect([...open].sort()).toEqual([...before, ...plurals].sort());
    const informer = informers.informer(kindOf('kind0s'), { signal: AbortSignal.abort() });
    expect(informer.lister.size).toBe(1);
    for (const plural of plurals) await remove(plural);
    await world.advance(90_000);
    expect([...open].sort()).toEqual(before);
    expect(await configMaps()).toEqual([]);
    complaints.length = 0;
    await world.advance(1_800_000);
    expect(complaints).toEqual([]);
    expect(informers.informer(kindOf('kind0s'), { signal: AbortSignal.abort() })).not.toBe(informer);
    await stop();
  });

  it('are followed again when they come back, by those who wanted them for good throughout', async () => {
    const { world, client, informers, open, make, remove, configMaps, stop } = await following();
    const seen: string[] = [];
    informers
      .informer(kindOf('gadgets'))
      .events.subscribe((event) => event.type !== 'synced' && seen.push(`${event.type} ${event.object.metadata.name}`));
    for (const round of ['first', 'second']) {
      await client.create(definition('gadgets'));
      await world.advance(60_000);
      const owner = await make('gadgets', round);
      await make('configmaps', `of-${round}`, owner);
      await world.advance(10_000);
      await client.delete(kindOf('gadgets'), { name: round, namespace: 'default' });
      await world.advance(10_000);
      expect(await configMaps()).toEqual([]);
      await remove('gadgets');
      await world.advance(120_000);
    }
    expect(seen).toEqual(['added first', 'deleted first', 'added second', 'deleted second']);
    expect(open).not.toContain('gadgets');
    await stop();
  });

  it('take with them what was owned by objects that were seen to go, and nothing else', async () => {
    const { world, client, untold, make, configMaps, stop } = await following();
    await client.create(definition('gadgets'));
    await world.advance(10_000);
    const owners = [await make('gadgets', 'a'), await make('gadgets', 'b')];
    for (const owner of owners) await make('configmaps', `of-${owner.metadata.name}`, owner);
    await world.advance(10_000);
    untold.add('gadgets');
    await client.delete(kindOf('gadgets'), { name: 'a', namespace: 'default' });
    await world.advance(60_000);
    expect(await configMaps()).toEqual(['of-b']);
    await client.delete(kindOf('gadgets'), { name: 'b', namespace: 'default' });
    await world.advance(60_000);
    expect(await configMaps()).toEqual(['of-b']);
    await stop();
  });

  it('that are missing for one look are not gone', () => {
    const ended: string[] = [];
    const followed = new FollowedKinds((kind, signal) => {
      signal.addEventListener('abort', () => ended.push(kind.plural));
      return kind.plural;
    });
    const [a, b] = [kindOf('as'), kindOf('bs')];
    for (const kind of [a, b]) followed.of(kind);
    const all = [a, b];
    followed.look(all);
    expect([followed.knows(all), followed.knows([a, b])]).toEqual([true, false]);
    const some = [a];
    followed.look(some);
    expect([ended, followed.knows(some)]).toEqual([[], false]);
    followed.look(all);
    followed.look(some);
    expect(ended).toEqual([]);
    followed.look(some);
    expect([ended, followed.knows(some)]).toEqual([['bs'], true]);
    followed.endAll();
    expect(ended).toEqual(['bs', 'as']);
  });
});
