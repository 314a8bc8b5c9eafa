/** Volumes in use, told to a real API server, with an attach/detach controller that is the test itself. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Node, type NodeStatus } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { faults, intercept } from '@pintle/client/interceptor';
import { virtualWorld } from '@pintle/machinery';
import { createInformers, type Informers } from '@pintle/watch';
import { sharedObjects } from '../sources/object-source.js';
import { createNodeVolumes, type NodeVolumes, notAttached } from './node-volumes.js';

describe('notAttached', () => {
  const node = (inUse: readonly string[], attached: readonly string[]) =>
    ({
      status: { volumesInUse: inUse, volumesAttached: attached.map((name) => ({ name, devicePath: '' })) },
    }) as unknown as Node;
  it.each([
    ['a node that says nothing', undefined, ['a']],
    ['one that has it attached, and does not say that it uses it', node([], ['a']), ['a']],
    ['one that uses it, and has it not attached', node(['a'], []), ['a']],
    ['both', node(['a'], ['a']), []],
  ])('%s', (_name, given, expected) => {
    expect(notAttached(['a'], given)).toEqual(expected);
  });
});

describe('createNodeVolumes', () => {
  const key = { name: 'n1' };
  let world: ReturnType<typeof virtualWorld>;
  let client: Client;
  let informers: Informers;
  let volumes: NodeVolumes;
  let ends: (() => unknown)[];

  const make = (over: Client) =>
    createNodeVolumes({ world, client: over, nodeName: 'n1', objects: sharedObjects({ client: over, informers }) });
  const attach = (...names: readonly string[]) =>
    client.patch(
      Node,
      key,
      { type: 'merge', body: { status: { volumesAttached: names.map((name) => ({ name, devicePath: '' })) } } },
      { subresource: 'status' },
    );
  const inUse = async () => (await client.get(Node, key)).status?.volumesInUse;

  beforeEach(async () => {
    world = virtualWorld();
    const created = createApiServer({ world });
    await world.settle();
    const server = await created;
    client = server.client();
    informers = createInformers({ client, world });
    informers.start();
    await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: key });
    volumes = make(client);
    ends = [() => volumes.stop(), () => informers.stop(), () => server.stop()];
  });
  afterEach(async () => {
    for (const end of ends) await end();
  });

  /** What became of a wait so far. */
  const followed = (wait: Promise<void>) => {
    const seen = { state: 'waits' };
    wait.then(
      () => (seen.state = 'attached'),
      (error) => (seen.state = error.code),
    );
    return seen;
  };

  it('says what is used, and waits until it is attached', async () => {
    const seen = followed(volumes.use('p', ['b', 'a']));
    await world.settle();
    expect([await inUse(), seen.state]).toEqual([['a', 'b'], 'waits']);
    await attach('a');
    await world.settle();
    expect(seen.state).toBe('waits');
    await attach('a', 'b');
    await world.settle();
    expect(seen.state).toBe('attached');
  });

  it('counts users: a volume is in use until the last has gone', async () => {
    await attach('a', 'b');
    const both = [volumes.use('p', ['a']), volumes.use('q', ['a', 'b'])];
    await world.settle();
    await Promise.all(both);
    volumes.release('q');
    await world.settle();
    expect(await inUse()).toEqual(['a']);
    volumes.release('p');
    await world.settle();
    expect(await inUse()).toBeUndefined();
  });

  it('gives up after two minutes, and when it is told to', async () => {
    const abort = new AbortController();
    const late = followed(volumes.use('p', ['a']));
    const given = followed(volumes.use('q', ['a'], abort.signal));
    await world.settle();
    abort.abort();
    await world.advance({ seconds: 122 });
    expect([late.state, given.state]).toEqual(['waits', 'PINTLE_ABORTED']);
    await world.advance({ seconds: 1 });
    expect(late.state).toBe('PINTLE_VOLUME_ATTACH_TIMEOUT');
    // Used still, until it is released: it may come yet.
    expect(await inUse()).toEqual(['a']);
  });

  it('says it again to a node that was made anew', async () => {
    void volumes.use('p', ['a']).catch(() => {});
    await world.settle();
    await client.delete(Node, key);
    await world.settle();
    await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: key });
    await world.settle();
    expect(await inUse()).toEqual(['a']);
  });

  it('keeps what an earlier kubelet said until its pods have spoken', async () => {
    await attach('a', 'b');
    const wait = volumes.use('p', ['a', 'b']);
    await world.settle();
    await wait;
    volumes.stop();
    volumes = make(client);
    volumes.inherit(['a', 'b'], ['p', 'q']);
    const again = volumes.use('p', ['a']);
    await world.settle();
    await again;
    expect(await inUse()).toEqual(['a', 'b']);
    volumes.release('q');
    await world.settle();
    expect(await inUse()).toEqual(['a']);
  });

  it('lets go of what an earlier kubelet said where it left no pods', async () => {
    await client.patch(
      Node,
      key,
      { type: 'merge', body: { status: { volumesInUse: ['a'] } satisfies NodeStatus } },
      { subresource: 'status' },
    );
    volumes.inherit(['a'], []);
    await world.settle();
    expect(await inUse()).toBeUndefined();
  });

  it('tries again where the server does not answer', async () => {
    volumes.stop();
    let healed = false;
    volumes = make(
      intercept(client, faults({ world, only: ({ verb }) => !healed && verb === 'patch', serverError: 1 })),
    );
    await attach('a');
    const seen = followed(volumes.use('p', ['a']));
    await world.advance({ seconds: 5 });
    expect(seen.state).toBe('waits');
    healed = true;
    await world.advance({ seconds: 2 });
    expect([seen.state, await inUse()]).toEqual(['attached', ['a']]);
  });
});
