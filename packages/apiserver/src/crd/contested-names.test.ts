/** Definitions that want each other's names, and one that goes while it is asked for again (`compare/rows/custom-names.ts`). */
import { describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition, type CustomResourceDefinitionNames } from '@pintle/api/apiextensions/v1';
import { type KubernetesObject, logger, StatusError, virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';
import { acceptNames, type NameVerdict } from './accept-names.js';

type Names = Partial<CustomResourceDefinitionNames>;

const definition = (plural: string, names: Names, more: object = {}) =>
  ({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: `${plural}.example.com` },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural, ...names } },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true, subresources: { status: {} } },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
      ...more,
    },
  }) as unknown as CustomResourceDefinition;

const first = { plural: 'as', singular: 'a', kind: 'A', listKind: 'AList', shortNames: ['a1', 'a2'] };
const fresh: NameVerdict = { accepted: { plural: '', kind: '' }, conflict: undefined };
const taken = (...names: readonly string[]) => names.map((name) => `${JSON.stringify(name)} is already in use`);

describe('beside the first', () => {
  it.each<readonly [names: Names, accepted: object, reason: string | undefined, message: string | undefined]>([
    [{ plural: 'bs', kind: 'B' }, { plural: 'bs', singular: 'b', kind: 'B', listKind: 'BList' }, undefined, undefined],
    [
      { plural: 'bs', kind: 'B', shortNames: ['a1', 'b1', 'a2'] },
      { plural: 'bs', singular: 'b', kind: 'B', listKind: 'BList' },
      'ShortNamesConflict',
      `[${taken('a1', 'a2').join(', ')}]`,
    ],
    [{ plural: 'a1', kind: 'B' }, { singular: 'b', kind: 'B', listKind: 'BList' }, 'PluralConflict', ...taken('a1')],
    [
      { plural: 'bs', kind: 'B', singular: 'as' },
      { plural: 'bs', kind: 'B', listKind: 'BList' },
      'SingularConflict',
      ...taken('as'),
    ],
    [
      { plural: 'bs', kind: 'AList' },
      { plural: 'bs', singular: 'alist', listKind: 'AListList' },
      'KindConflict',
      ...taken('AList'),
    ],
    // Of several the last is told of.
    [{ plural: 'as', kind: 'A' }, {}, 'ListKindConflict', ...taken('AList')],
  ] as never)('%j', (names, accepted, reason, message) => {
    const verdict = acceptNames(definition(names.plural!, names), [first], fresh);
    expect(verdict).toEqual({ accepted, conflict: reason && { reason, message } });
  });

  it('names of its own are in use, too, unless they stay where they are', () => {
    const before = { accepted: first, conflict: undefined };
    const more = acceptNames(definition('as', { ...first, shortNames: ['a2', 'as'] }), [], before);
    expect(more).toEqual({ accepted: first, conflict: { reason: 'ShortNamesConflict', message: taken('as')[0] } });
    // Who asks for no more than it has is not judged again, whatever was found.
    expect(acceptNames(definition('as', first), [], more)).toBe(more);
  });
});

async function server() {
  const logged: string[] = [];
  const world = virtualWorld({ logger: logger((_level, message) => void logged.push(message), 'warn') });
  const backend = memoryStore<StoredObject>({ world });
  const api = await createApiServer({ world, backend });
  const client = api.client();
  const statusOf = async (plural: string) => {
    const { status } = await client.get(CustomResourceDefinition, { name: `${plural}.example.com` });
    return status?.conditions?.map(({ status: is, reason }) => `${is} ${reason}`);
  };
  const rename = (plural: string, names: object) =>
    client.patch(
      CustomResourceDefinition,
      { name: `${plural}.example.com` },
      { type: 'merge', body: { spec: { names } } },
    );
  const served = async () => {
    const { json } = await ask(api.handle, 'GET /apis/example.com/v1');
    return json.resources.map(
      ({ name, shortNames = [], verbs }: { name: string; shortNames?: string[]; verbs: string[] }) => [
        ...[name, shortNames.join(' '), verbs.includes('create')],
      ],
    );
  };
  return { world, backend, api, client, statusOf, rename, served, logged };
}

const good = ['True NoConflicts', 'True InitialNamesAccepted'];

it('what was established stays so, under the names that it has; what it gives up is the next’s', async () => {
  const { client, world, statusOf, rename, served } = await server();
  await client.create(definition('as', { kind: 'A', shortNames: ['x'] }));
  await client.create(definition('bs', { kind: 'B', shortNames: ['y'] }));
  await client.create(definition('cs', { kind: 'C', shortNames: ['x'] }));
  await world.settle();
  expect(await statusOf('cs')).toEqual(['False ShortNamesConflict', 'False NotAccepted']);
  await rename('as', { shortNames: ['x', 'y'] });
  await world.settle();
  expect(await statusOf('as')).toEqual(['False ShortNamesConflict', 'True InitialNamesAccepted']);
  expect(await served()).toEqual([
    ['as', 'x', true],
    ['as/status', '', false],
    ['bs', 'y', true],
    ['bs/status', '', false],
  ]);
  await rename('as', { shortNames: ['z'] });
  await world.settle();
  expect([await statusOf('as'), await statusOf('cs')]).toEqual([good, good]);
});

it('a server that begins again gives names to who had them', async () => {
  const { client, world, backend } = await server();
  await client.create(definition('zs', { kind: 'Z', shortNames: ['x'] }));
  await client.create(definition('as', { kind: 'A', shortNames: ['x'] }));
  await world.settle();
  const again = await createApiServer({ world, backend });
  await world.settle();
  const { json } = await ask(again.handle, 'GET /apis/example.com/v1');
  expect(json.resources.map(({ name }: { name: string }) => name)).toEqual(['zs', 'zs/status']);
});

describe('a definition that is going', () => {
  const kind = {
    ...({ group: 'example.com', version: 'v1', kind: 'A', plural: 'as', scope: 'Namespaced' } as const),
    T: undefined as unknown as KubernetesObject,
  } as const;
  const key = { name: 'held', namespace: 'default' };
  const going = async () => {
    const made = await server();
    const { client, world } = made;
    await client.create(definition('as', { kind: 'A' }));
    await world.settle();
    const held = { apiVersion: 'example.com/v1', kind: 'A', metadata: { ...key, finalizers: ['example.com/hold'] } };
    await client.create(held as KubernetesObject);
    await client.delete(CustomResourceDefinition, { name: 'as.example.com' });
    await world.settle();
    const release = () => client.patch(kind, key, { type: 'merge', body: { metadata: { finalizers: null } } });
    return { ...made, release };
  };
  const conditions = [...good, 'True InstanceDeletionInProgress'];

  it('is not made again, and its kind is told of without what it does no more', async () => {
    const { client, served } = await going();
    const again = await client.create(definition('as', { kind: 'A' })).catch((error: unknown) => error);
    expect([StatusError.is(again, 'AlreadyExists'), (again as Error).message]).toEqual([
      true,
      'object is being deleted: customresourcedefinitions.apiextensions.k8s.io "as.example.com" already exists',
    ]);
    expect((await served())[0]).toEqual(['as', '', false]);
  });

  it('may have other names, and waits for its objects all the same', async () => {
    const { client, world, rename, served, statusOf, release } = await going();
    await rename('as', { shortNames: ['x'] });
    await world.settle();
    expect([await statusOf('as'), (await served())[0]]).toEqual([conditions, ['as', 'x', false]]);
    const { metadata } = await client.get(CustomResourceDefinition, { name: 'as.example.com' });
    expect(metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    await release();
    await world.settle();
    await client.create(definition('as', { kind: 'A' }));
  });

  it('that goes once more has no grace', async () => {
    const { client } = await going();
    await client.delete(CustomResourceDefinition, { name: 'as.example.com' });
    const { metadata } = await client.get(CustomResourceDefinition, { name: 'as.example.com' });
    expect(metadata.deletionGracePeriodSeconds).toBe(0);
  });

  it('is nothing to complain of when the server ends first', async () => {
    const { world, backend, api, logged } = await going();
    await api.stop();
    await backend.close();
    await world.settle();
    expect(logged).toEqual([]);
  });

  it('is emptied by a server that begins again', async () => {
    const { world, backend } = await going();
    const again = await createApiServer({ world, backend });
    await world.settle();
    const client = again.client();
    expect((await client.list(kind)).map(({ metadata }) => metadata.name)).toEqual(['held']);
    const { metadata } = await client.get(CustomResourceDefinition, { name: 'as.example.com' });
    expect(metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    await client.patch(kind, key, { type: 'merge', body: { metadata: { finalizers: null } } });
    await world.settle();
    await client.create(definition('as', { kind: 'A' }));
  });
});
