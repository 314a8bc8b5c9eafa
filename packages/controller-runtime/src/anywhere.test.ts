/** One controller, and what controllers are made of, in every place that `anywhere.fixture.ts` knows. */
import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { Lease } from '@pintle/api/coordination/v1';
import { ConfigMap, Event, Secret } from '@pintle/api/core/v1';
import { modify } from '@pintle/client/modify';
import { realWorld } from '@pintle/machinery';
import { createInformers } from '@pintle/watch';
import { ends, eventually, newNamespace, places, present, refusal } from './anywhere.fixture.js';
import { controller } from './controller.js';
import { createEventRecorder } from './events/event-recorder.js';
import { LeaderElector } from './leader-election.js';
import { createManager } from './manager.js';

const finalizer = 'pintle.example/vault';

/** Every ConfigMap that is labelled `vault` has a Secret of its data, and takes leave of it. */
const vault = (left: string[]) =>
  controller({ name: 'vault', backoffMaxMs: 1_000 })
    .for(ConfigMap, { predicate: ({ object }) => object.metadata.labels?.['vault'] !== undefined })
    .owns(Secret)
    .finalizes(finalizer, async ({ key }) => void left.push(key.name))
    .reconcile(async ({ object: source, ensure }) => {
      if (source === undefined) return;
      const stringData = source.data ?? {};
      await ensure<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name: source.metadata.name! }, stringData });
    });

describe.each(places)('a controller %s', (_name, clientOf) => {
  it('makes what is to be, mends it, and cleans up', async () => {
    const client = await clientOf();
    const namespace = await newNamespace(client);
    const left: string[] = [];
    const manager = createManager({ client, controllers: [vault(left)] });
    await manager.start();
    ends.push(() => manager.stop());

    const key = { name: 'passwords', namespace };
    const secret = () => present(client.get(Secret, key));
    const holding = (text: string) =>
      eventually(`a secret that holds ${text}`, async () => {
        const found = await secret();
        return found?.data?.['root'] === Buffer.from(text).toString('base64') ? found : undefined;
      });
    await client.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...key, labels: { vault: '' } },
      data: { root: 'one' },
    });
    const made = await holding('one');
    expect(made.metadata.ownerReferences).toMatchObject([{ kind: 'ConfigMap', name: 'passwords', controller: true }]);
    await client.patch(ConfigMap, key, { type: 'merge', body: { data: { root: 'two' } } });
    await holding('two');
    await client.delete(Secret, key);
    const again = await holding('two');
    expect(again.metadata.uid).not.toBe(made.metadata.uid);
    await client.delete(ConfigMap, key);
    await eventually('the clean-up', async () => (left.length > 0 ? left : undefined));
    await eventually('the end of the ConfigMap', async () =>
      (await present(client.get(ConfigMap, key))) === undefined ? true : undefined,
    );
  }, 30_000);
});

const map = (namespace: string, name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { made: 'here' } },
  data,
});

describe.each(places)('informers %s', (_name, clientOf) => {
  it.each([
    ['of a stream', { streamingLists: true }],
    ['of lists in pages', { streamingLists: false, pageSize: 4 }],
  ])(
    '%s hold what is there, and are told of what changes',
    async (_form, limits) => {
      const client = await clientOf();
      const namespace = await newNamespace(client);
      const names = Array.from({ length: 11 }, (_, index) => `m${String(index).padStart(2, '0')}`);
      for (const name of names) await client.create(map(namespace, name));
      const informers = createInformers({ client, ...limits });
      ends.push(() => informers.stop());
      const selection = { namespace, labelSelector: 'made=here' };
      const maps = informers.informer(ConfigMap, selection);
      const metadata = informers.metadataInformer(ConfigMap, selection);
      informers.start();
      await Promise.all([maps.whenSynced(), metadata.whenSynced()]);
      expect(maps.lister.list().map((object) => object.metadata.name)).toEqual(names);

      const changed = await client.patch(
        ConfigMap,
        { name: 'm03', namespace },
        { type: 'merge', body: { data: { a: '1' } } },
      );
      const added = await client.create(map(namespace, 'new', { b: '2' }));
      await client.patch(
        ConfigMap,
        { name: 'm04', namespace },
        { type: 'merge', body: { metadata: { labels: null } } },
      );
      await client.delete(ConfigMap, { name: 'm05', namespace });
      const wanted = [...names.filter((name) => name !== 'm04' && name !== 'm05'), 'new'];
      for (const { lister } of [maps, metadata])
        await eventually('a cache of what is there', async () =>
          lister.list().length === wanted.length && lister.get({ name: 'm05', namespace }) === undefined
            ? true
            : undefined,
        );
      expect(maps.lister.list().map((object) => object.metadata.name)).toEqual(wanted);
      expect(maps.lister.get({ name: 'm03', namespace })).toEqual(changed);
      expect(maps.lister.get({ name: 'new', namespace })?.metadata.uid).toBe(added.metadata.uid);
      expect(metadata.lister.get({ name: 'm03', namespace })?.metadata.resourceVersion).toBe(
        changed.metadata.resourceVersion,
      );
    },
    30_000,
  );
});

describe.each(places)('a client %s', (_name, clientOf) => {
  it('reads in pages, writes dry, changes and scales, and is refused in the same words', async () => {
    const client = await clientOf();
    const namespace = await newNamespace(client);
    for (const name of ['a', 'b', 'c']) await client.create(map(namespace, name));
    const selection = { namespace, labelSelector: 'made=here' };
    const page = await client.list(ConfigMap, { ...selection, limit: 2 });
    const rest = await client.list(ConfigMap, { ...selection, limit: 2, continue: page.metadata.continue! });
    expect([...page, ...rest].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(rest.metadata.continue ?? '').toBe('');

    await client.create(map(namespace, 'dry'), { dryRun: true });
    expect(await present(client.get(ConfigMap, { name: 'dry', namespace }))).toBeUndefined();
    const key = { name: 'a', namespace };
    const after = await modify(client, ConfigMap, key, (draft) => {
      draft.data = { x: '1' };
    });
    expect(after.data).toEqual({ x: '1' });

    const labels = { app: 'web' };
    await client.create<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    const web = { name: 'web', namespace };
    const scale = { type: 'merge', body: { spec: { replicas: 3 } } } as const;
    await client.patch(Deployment, web, scale, { subresource: 'scale' });
    expect(await client.get(Deployment, web)).toMatchObject({ spec: { replicas: 3 }, metadata: { generation: 2 } });

    const odd = { ...map(namespace, 'odd'), nonsense: 1 } as ConfigMap;
    expect((await refusal(client.create(odd, { fieldValidation: 'Strict' }))).message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "nonsense"',
    );
    expect((await refusal(client.create(map(namespace, 'Bad Name')))).status).toMatchObject({
      reason: 'Invalid',
      details: {
        name: 'Bad Name',
        kind: 'ConfigMap',
        causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }],
      },
    });
    expect((await refusal(client.create(map(namespace, 'a')))).message).toBe('configmaps "a" already exists');
    const old = { ...after, metadata: { ...after.metadata, resourceVersion: page.metadata.resourceVersion! } };
    expect((await refusal(client.update(old))).status).toMatchObject({ reason: 'Conflict', code: 409 });
    expect((await refusal(client.delete(ConfigMap, key, { preconditions: { uid: 'another' } }))).code).toBe(409);
    expect(await client.delete(ConfigMap, key)).toMatchObject({ kind: 'Status', status: 'Success' });
    await client.deleteCollection(ConfigMap, selection);
    expect(await client.list(ConfigMap, selection)).toHaveLength(0);
  }, 30_000);

  it('applies, in conflict and by force', async () => {
    const client = await clientOf();
    const namespace = await newNamespace(client);
    const apply = (fieldManager: string, data: Record<string, string>, force = false) =>
      client.apply(map(namespace, 'shared', data), { fieldManager, force });
    await apply('one', { a: '1', b: '1' });
    const conflict = await refusal(apply('two', { a: '2' }));
    expect(conflict.message).toBe('Apply failed with 1 conflict: conflict with "one": .data.a');
    await apply('two', { a: '2' }, true);
    const left = await apply('one', { b: '1' });
    expect(left.data).toEqual({ a: '2', b: '1' });
    expect(left.metadata.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([
      ['one', 'Apply'],
      ['two', 'Apply'],
    ]);
    expect((await apply('two', {})).data).toEqual({ b: '1' });
  }, 30_000);
});

describe.each(places)('candidates %s', (_name, clientOf) => {
  it('lead one after the other, by a Lease', async () => {
    const client = await clientOf();
    const leaseNamespace = await newNamespace(client);
    const told: string[] = [];
    const candidate = (identity: string) => {
      const ending = new AbortController();
      const elector = new LeaderElector(
        realWorld(),
        client,
        {
          leaseName: 'leader',
          leaseNamespace,
          identity,
          leaseDurationMs: 3_000,
          renewDeadlineMs: 2_000,
          retryPeriodMs: 200,
        },
        { onElected: () => told.push(`${identity} leads`), onLost: () => told.push(`${identity} leads no more`) },
      );
      const running = elector.run(ending.signal);
      const end = async () => {
        ending.abort();
        await running;
      };
      ends.push(end);
      return { elector, end };
    };
    const first = candidate('first');
    await eventually('a leader', async () => (first.elector.holds() ? true : undefined));
    const second = candidate('second');
    const lease = { name: 'leader', namespace: leaseNamespace };
    const renewed = (await client.get(Lease, lease)).spec?.renewTime;
    await eventually('a renewal', async () =>
      (await client.get(Lease, lease)).spec?.renewTime === renewed ? undefined : true,
    );
    expect([first.elector.holds(), second.elector.holds()]).toEqual([true, false]);
    await first.end();
    await eventually('another leader', async () => (second.elector.holds() ? true : undefined));
    expect(told).toEqual(['first leads', 'first leads no more', 'second leads']);
    expect((await client.get(Lease, lease)).spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  }, 30_000);
});

describe.each(places)('a recorder %s', (_name, clientOf) => {
  it('tells of what happened, and counts what happens again', async () => {
    const client = await clientOf();
    const namespace = await newNamespace(client);
    const about = await client.create(map(namespace, 'subject'));
    const recorder = createEventRecorder({ client, world: realWorld(), component: 'tester', host: 'here' });
    recorder.record(about, 'Normal', 'Made', 'it was made');
    await recorder.flush();
    recorder.record(about, 'Normal', 'Made', 'it was made');
    recorder.record(about, 'Warning', 'Odd', 'it is odd');
    await recorder.flush();
    const events = await client.list(Event, { namespace, fieldSelector: 'involvedObject.name=subject' });
    expect(
      events.map(({ reason, type, count, message, source, involvedObject }) => ({
        ...{ reason, type, count, message, component: source?.component, uid: involvedObject.uid },
      })),
    ).toEqual(
      expect.arrayContaining([
        {
          reason: 'Made',
          type: 'Normal',
          count: 2,
          message: 'it was made',
          component: 'tester',
          uid: about.metadata.uid,
        },
        {
          reason: 'Odd',
          type: 'Warning',
          count: 1,
          message: 'it is odd',
          component: 'tester',
          uid: about.metadata.uid,
        },
      ]),
    );
    expect(events).toHaveLength(2);
  }, 30_000);
});
