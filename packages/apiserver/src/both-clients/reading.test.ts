/** Get, list and watch: versions and how they match, chunks, selectors, bookmarks, and what is refused. */

import { describe, expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { ConfigMap, Pod } from '@pintle/api/core/v1';
import type { Client, ListOptions, WatchEvent, WatchOptions } from '@pintle/client';
import type { KindRef, KubernetesObject } from '@pintle/machinery';
import { StatusError } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import type { StoredObject } from '../storage/stored-object.js';
import { clients, configMap, refusal } from './clients.fixture.js';

const namesOf = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata.name);
const inDefault = { namespace: 'default' };

const pod = (name: string, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'main', image: 'x' }] },
});

/** Type and name of the events, as many as asked for. */
const events = <T extends KubernetesObject>(client: Client, kind: KindRef<T>, options: WatchOptions, count: number) =>
  firstValueFrom(client.watch(kind, { ...inDefault, ...options }).pipe(take(count), toArray())).then((seen) =>
    (seen as readonly WatchEvent<T>[]).map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim()),
  );

const watchRefusal = (client: Client, options: WatchOptions) =>
  refusal(lastValueFrom(client.watch(ConfigMap, { ...inDefault, ...options })));

describe.each(clients)('%s', (_name, connect) => {
  it('gets at the newest version, and waits for none that has not come', async () => {
    const client = await connect();
    const made = await client.create(configMap('a'));
    const { resourceVersion } = made.metadata;
    for (const version of ['', '0', resourceVersion!])
      expect(await client.get(ConfigMap, { name: 'a' }, { resourceVersion: version })).toEqual(made);
    expect(await refusal(client.get(ConfigMap, { name: 'a' }, { resourceVersion: 'x' }))).toEqual({
      code: 400,
      reason: 'BadRequest',
      message: 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    });
  });

  describe('lists', () => {
    /** `a` in version `first`, `b` added, `a` gone again; what is there now is `b` and `c`. */
    const versions = async (client: Client) => {
      const a = await client.create(configMap('a'));
      await client.create(configMap('b'));
      await client.delete(ConfigMap, { name: 'a' });
      const c = await client.create(configMap('c'));
      return { first: a.metadata.resourceVersion!, last: c.metadata.resourceVersion! };
    };

    it.each<readonly [string, (at: { first: string; last: string }) => ListOptions, readonly string[]]>([
      ['without a version: the newest', () => ({}), ['b', 'c']],
      ['at 0: any, here the newest', () => ({ resourceVersion: '0' }), ['b', 'c']],
      ['at 0, in chunks', () => ({ resourceVersion: '0', limit: 1 }), ['b']],
      ['at a version: not older than it', ({ first }) => ({ resourceVersion: first }), ['b', 'c']],
      ['at a version, in chunks: exactly it', ({ first }) => ({ resourceVersion: first, limit: 5 }), ['a']],
      ['exactly at a version', ({ first }) => ({ resourceVersion: first, resourceVersionMatch: 'Exact' }), ['a']],
      [
        'not older than a version, in chunks',
        ({ first }) => ({ resourceVersion: first, resourceVersionMatch: 'NotOlderThan', limit: 5 }),
        ['b', 'c'],
      ],
      ['not older than 0', () => ({ resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' }), ['b', 'c']],
    ])('%s', async (_what, options, wanted) => {
      const client = await connect();
      const at = await versions(client);
      expect(namesOf(await client.list(ConfigMap, { ...inDefault, ...options(at) }))).toEqual(wanted);
    });

    it.each<readonly [string, ListOptions, number, string]>([
      [
        'a match without a version',
        { resourceVersionMatch: 'Exact' },
        422,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      ],
      [
        'exactly 0',
        { resourceVersion: '0', resourceVersionMatch: 'Exact' },
        422,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ],
      [
        'an unknown match',
        { resourceVersion: '1', resourceVersionMatch: 'Some' as 'Exact' },
        422,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""',
      ],
      [
        'a match with a token and without a version: both',
        { continue: 'x', resourceVersionMatch: 'Exact' },
        422,
        'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided]',
      ],
      [
        'a version that is none',
        { resourceVersion: 'x' },
        400,
        'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
      ],
      [
        'a field selector that says nothing of its field',
        { fieldSelector: 'metadata.name=a,status' },
        400,
        "invalid selector: 'metadata.name=a,status'; can't understand 'status'",
      ],
      ['a field that cannot be selected', { fieldSelector: 'data.x=1' }, 400, '"data.x" is not a known field selector'],
    ])('refuse %s', async (_what, options, code, message) => {
      const client = await connect();
      const refused = await refusal(client.list(ConfigMap, { ...inDefault, ...options }));
      expect(refused.code).toBe(code);
      expect(refused.message).toContain(message);
    });

    it('of one name have no chunks, and are none of a rest that it is not in', async () => {
      const client = await connect();
      for (const name of ['a', 'b', 'c']) await client.create(configMap(name));
      const named = { ...inDefault, fieldSelector: 'metadata.name=a', limit: 1 };
      const found = await client.list(ConfigMap, named);
      expect([namesOf(found), found.metadata.continue ?? '']).toEqual([['a'], '']);
      const { continue: token } = (await client.list(ConfigMap, { ...inDefault, limit: 2 })).metadata;
      expect(namesOf(await client.list(ConfigMap, { ...named, continue: token! }))).toEqual([]);
      expect(await refusal(client.list(ConfigMap, { ...named, continue: 'x' }))).toMatchObject({ code: 400 });
    });

    it('come in chunks of one moment, and say how much is left', async () => {
      const client = await connect();
      for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(configMap(name, { at: 'first' }));
      const first = await client.list(ConfigMap, { ...inDefault, limit: 2 });
      expect(first.metadata.remainingItemCount).toBe(3);
      await client.delete(ConfigMap, { name: 'd' });
      await client.create(configMap('z'));
      const second = await client.list(ConfigMap, { ...inDefault, limit: 2, continue: first.metadata.continue! });
      expect([namesOf(second), second.metadata.remainingItemCount]).toEqual([['c', 'd'], 1]);
      const third = await client.list(ConfigMap, { ...inDefault, limit: 2, continue: second.metadata.continue! });
      expect([namesOf(third), third.metadata.continue ?? '']).toEqual([['e'], '']);
      expect(third.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      const { continue: token } = first.metadata;
      expect(
        await refusal(client.list(ConfigMap, { ...inDefault, continue: token!, resourceVersion: '5' })),
      ).toMatchObject({ code: 400, message: 'specifying resource version is not allowed when using continue' });
      expect(await refusal(client.list(ConfigMap, { ...inDefault, continue: 'x' }))).toMatchObject({
        code: 400,
        message: expect.stringContaining('invalid continue token: continue key is not valid'),
      });
    });

    it('that took too long go on with the token of their 410, as it is by then', async () => {
      const backend = memoryStore<StoredObject>({ historyEntriesMax: 20 });
      const client = await connect({ backend });
      for (const name of ['a', 'b', 'c']) await client.create(configMap(name));
      const first = await client.list(ConfigMap, { ...inDefault, limit: 1 });
      for (let i = 0; i < 40; i++)
        await client.patch(ConfigMap, { name: 'c' }, { type: 'merge', body: { data: { i: String(i) } } });
      const error = await client
        .list(ConfigMap, { ...inDefault, limit: 1, continue: first.metadata.continue! })
        .catch((caught: unknown) => caught);
      expect(StatusError.is(error, 'Expired')).toBe(true);
      const { status } = error as StatusError;
      expect([status.code, status.message]).toEqual([
        410,
        expect.stringContaining('or use the continue token in this response to retrieve the remainder of the results'),
      ]);
      const rest = await client.list(ConfigMap, {
        ...inDefault,
        continue: (status.metadata as { continue: string }).continue,
      });
      expect(namesOf(rest)).toEqual(['b', 'c']);
      const past = { resourceVersion: first.metadata.resourceVersion!, resourceVersionMatch: 'Exact' } as const;
      expect(await refusal(client.list(ConfigMap, { ...inDefault, ...past }))).toEqual({
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided list is too old.',
      });
      expect(await watchRefusal(client, { resourceVersion: first.metadata.resourceVersion! })).toMatchObject({
        code: 410,
        reason: 'Expired',
        message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/),
      });
    });

    it('choose by labels and fields', async () => {
      const client = await connect();
      await client.create(pod('a', { app: 'web', tier: 'front' }));
      await client.create(pod('b', { app: 'db' }));
      const list = async (options: ListOptions) => namesOf(await client.list(Pod, { ...inDefault, ...options }));
      expect(await list({ labelSelector: 'app in (web, db),!tier' })).toEqual(['b']);
      expect(await list({ fieldSelector: 'status.phase=Pending,metadata.name!=b' })).toEqual(['a']);
      expect(await list({ fieldSelector: 'spec.nodeName=', labelSelector: 'app=db' })).toEqual(['b']);
    });

    it('choose by the fields that a CustomResourceDefinition names', async () => {
      const client = await connect();
      await client.create<CustomResourceDefinition>({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'shirts.stable.example.com' },
        spec: {
          group: 'stable.example.com',
          scope: 'Namespaced',
          names: { plural: 'shirts', singular: 'shirt', kind: 'Shirt', listKind: 'ShirtList' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: {
                    spec: { type: 'object', properties: { color: { type: 'string' }, size: { type: 'string' } } },
                  },
                },
              },
              selectableFields: [{ jsonPath: '.spec.color' }],
            },
          ],
        },
      } as CustomResourceDefinition);
      const Shirt = {
        group: 'stable.example.com',
        version: 'v1',
        kind: 'Shirt',
        plural: 'shirts',
        scope: 'Namespaced',
      } as KindRef;
      const shirt = (name: string, color: string) =>
        ({
          apiVersion: 'stable.example.com/v1',
          kind: 'Shirt',
          metadata: { name },
          spec: { color },
        }) as KubernetesObject;
      const served = () => client.create(shirt('a', 'blue')).catch(() => undefined);
      for (let made = await served(); made === undefined; made = await served()) await new Promise(setImmediate);
      await client.create(shirt('b', 'green'));
      const blue = { ...inDefault, fieldSelector: 'spec.color=blue' };
      expect(namesOf(await client.list(Shirt, blue))).toEqual(['a']);
      expect(await refusal(client.list(Shirt, { ...inDefault, fieldSelector: 'spec.size=L' }))).toMatchObject({
        code: 400,
      });
    });
  });

  describe('watches', () => {
    it('tell what comes to a selection and what leaves it', async () => {
      const client = await connect();
      const { resourceVersion } = (await client.create(pod('a', { app: 'web' }))).metadata;
      const seen = events(client, Pod, { resourceVersion: resourceVersion!, labelSelector: 'app=web' }, 5);
      const label = (app: string) =>
        client.patch(Pod, { name: 'a' }, { type: 'merge', body: { metadata: { labels: { app } } } });
      await label('db');
      await client.patch(Pod, { name: 'a' }, { type: 'merge', body: { metadata: { labels: { other: 'x' } } } });
      await label('web');
      await client.patch(Pod, { name: 'a' }, { type: 'merge', body: { metadata: { labels: { other: 'y' } } } });
      await client.delete(Pod, { name: 'a' });
      // That its grace is over is told before it goes.
      expect(await seen).toEqual(['DELETED a', 'ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a']);
    });

    it('begin with what is there, unless a version is named', async () => {
      const client = await connect();
      const { resourceVersion } = (await client.create(configMap('a'))).metadata;
      const own = { labelSelector: '!kubernetes.io/description', fieldSelector: 'metadata.name!=kube-root-ca.crt' };
      const [none, zero, named, without] = [
        events(client, ConfigMap, own, 2),
        events(client, ConfigMap, { ...own, resourceVersion: '0' }, 2),
        events(client, ConfigMap, { ...own, resourceVersion: resourceVersion! }, 1),
        events(
          client,
          ConfigMap,
          { ...own, resourceVersion: '0', sendInitialEvents: false, resourceVersionMatch: 'NotOlderThan' },
          1,
        ),
      ];
      const all = Promise.all([none, zero, named, without]);
      let seen: Awaited<typeof all> | undefined;
      void all.then((events) => {
        seen = events;
      });
      await client.create(configMap('b'));
      // Whoever comes later sees a later change of `b` first.
      for (let i = 0; seen === undefined; i++)
        await client.patch(ConfigMap, { name: 'b' }, { type: 'merge', body: { data: { i: String(i) } } });
      expect(seen).toEqual([
        ['ADDED a', 'ADDED b'],
        ['ADDED a', 'ADDED b'],
        ['ADDED b'],
        [expect.stringMatching(/^(ADDED|MODIFIED) b$/)],
      ]);
    });

    it('mark the end of what was there by a bookmark', async () => {
      const client = await connect();
      await client.create(configMap('a'));
      const options: WatchOptions = {
        ...inDefault,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
        fieldSelector: 'metadata.name=a',
      };
      const [first, end] = (await firstValueFrom(
        client.watch(ConfigMap, options).pipe(take(2), toArray()),
      )) as readonly WatchEvent<ConfigMap>[];
      expect([first?.type, first?.object.metadata.name, end?.type]).toEqual(['ADDED', 'a', 'BOOKMARK']);
      expect(end?.object).toMatchObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
      });
      expect(Number(end?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
        Number(first?.object.metadata.resourceVersion),
      );
    });

    it('end when their time is over', async () => {
      const client = await connect();
      const ended = lastValueFrom(client.watch(ConfigMap, { ...inDefault, timeoutSeconds: 1 }).pipe(toArray()));
      expect(Array.isArray(await ended)).toBe(true);
    });

    it.each<readonly [string, WatchOptions, number, string]>([
      [
        'initial events without a match',
        { sendInitialEvents: true },
        422,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ],
      [
        'a match without initial events',
        { resourceVersionMatch: 'NotOlderThan', resourceVersion: '1' },
        422,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ],
      [
        'an exact match: for two reasons',
        { sendInitialEvents: true, resourceVersionMatch: 'Exact' as 'NotOlderThan' },
        422,
        'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]',
      ],
      [
        'a version that is none',
        { resourceVersion: 'x' },
        422,
        'configmaps "" is invalid: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
      ],
    ])('refuse %s', async (_what, options, code, message) => {
      const client = await connect();
      expect(await watchRefusal(client, options)).toMatchObject({ code, message });
    });
  });
});
