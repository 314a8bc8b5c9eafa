import { describe, expect, it } from '@jest/globals';
import { Event } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { createApiServer } from '../server.js';
import { SharedLeases } from './shared-leases.js';
import type { StoredObject } from './stored-object.js';

describe('SharedLeases', () => {
  it('gives one lease for a minute, and another for another time', async () => {
    const world = virtualWorld();
    const leases = new SharedLeases(memoryStore({ world }), world.clock);
    const first = await leases.leaseFor(3_600);
    await world.advance({ seconds: 59 });
    expect(await leases.leaseFor(3_600)).toBe(first);
    expect(await leases.leaseFor(60)).not.toBe(first);
    await world.advance({ seconds: 1 });
    expect(await leases.leaseFor(3_600)).not.toBe(first);
  });

  it('asks again where a lease could not be had, and takes a new one after a thousand objects', async () => {
    const world = virtualWorld();
    let [asked, fails] = [0, true];
    const grantLease = async (ttlSeconds: number) => {
      if (fails) throw new Error('no');
      return { id: ++asked, ttlSeconds };
    };
    const leases = new SharedLeases({ grantLease }, world.clock);
    await expect(leases.leaseFor(60)).rejects.toThrow('no');
    fails = false;
    for (let i = 0; i < 1_001; i++) await leases.leaseFor(60);
    expect(asked).toBe(2);
  });
});

describe('an Event', () => {
  it('ends an hour after it was written last', async () => {
    const world = virtualWorld();
    const api = await createApiServer({ world, backend: memoryStore<StoredObject>({ world }) });
    const client = api.client();
    const event = (name: string) =>
      client.create<Event>({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace: 'default' },
        involvedObject: { namespace: 'default' },
      });
    await event('old');
    await event('renewed');
    await world.advance({ minutes: 50 });
    await client.patch(Event, { name: 'renewed' }, { type: 'merge', body: { count: 2 } });
    await world.advance({ minutes: 12 });
    expect((await client.list(Event)).map(({ metadata }) => metadata.name)).toEqual(['renewed']);
    await world.advance({ minutes: 60 });
    expect(await client.list(Event)).toHaveLength(0);
    await api.stop();
  });
});
