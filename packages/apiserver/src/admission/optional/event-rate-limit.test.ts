/** EventRateLimit on virtual time, as clients see it. */
import { expect, it } from '@jest/globals';
import { Event } from '@pintle/api/core/v1';
import { StatusError, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../../server.js';
import type { EventLimit } from './event-rate-limit.js';

async function limited(...limits: readonly EventLimit[]) {
  const world = virtualWorld();
  const pluginConfigurations = { EventRateLimit: { limits } };
  const server = await createApiServer({ world, enableAdmissionPlugins: ['EventRateLimit'], pluginConfigurations });
  let count = 0;
  /** Undefined: it was taken. */
  const tell = async ({ user = 'ann', namespace = 'default', about = 'pod', dryRun = false, group = '' } = {}) => {
    const client = server.client({ user: { name: user, groups: ['system:masters'] } });
    const metadata = { name: `e${count++}`, namespace };
    const involvedObject = { kind: 'Pod', namespace, name: about };
    const event =
      group === ''
        ? {
            apiVersion: 'v1',
            kind: 'Event',
            metadata,
            involvedObject,
            source: { component: 'kubelet' },
            reason: 'Some',
          }
        : {
            ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata, regarding: involvedObject, reason: 'Some' },
            ...{ eventTime: '2020-01-01T00:00:00.000000Z', action: 'x', type: 'Normal' },
            ...{ reportingController: 'example.com/c', reportingInstance: 'i' },
          };
    try {
      await client.create(event as unknown as Event, { dryRun });
    } catch (error) {
      if (!StatusError.is(error, 'TooManyRequests')) throw error;
      return [error.code, error.message];
    }
  };
  return { world, tell, server };
}

const over = (type: string, key: string) => [429, `Too many requests: limit reached on type ${type} for key ${key}`];

it('so many at once, and then so many a second', async () => {
  const { world, tell } = await limited({ type: 'Server', qps: 2, burst: 3 });
  const some = async (n: number) =>
    (await Promise.all(Array.from({ length: n }, () => tell()))).filter((x) => !x).length;
  expect(await some(5)).toBe(3);
  expect(await tell()).toEqual(over('Server', ''));
  await world.advance(1_000);
  expect(await some(5)).toBe(2);
  await world.advance(60_000);
  expect(await some(5)).toBe(3);
});

it.each([
  ['Namespace', { namespace: 'kube-system' }, 'default'],
  ['User', { user: 'bob' }, 'ann'],
  ['SourceAndObject', { about: 'other' }, 'kubeletPoddefaultpod'],
] as const)('of each %s apart', async (type, other, key) => {
  const { tell } = await limited({ type, qps: 1, burst: 1 });
  expect([await tell(), await tell(), await tell(other)]).toEqual([undefined, over(type, key), undefined]);
});

it('who is forgotten begins anew: the one that was not asked about for longest', async () => {
  const { tell } = await limited({ type: 'SourceAndObject', qps: 1, burst: 1, cacheSize: 2 });
  for (const about of ['a', 'b']) expect(await tell({ about })).toBeUndefined();
  expect(await tell({ about: 'a' })).toBeDefined();
  expect(await tell({ about: 'c' })).toBeUndefined();
  expect([await tell({ about: 'a' }), await tell({ about: 'b' })]).toEqual([
    over('SourceAndObject', 'kubeletPoddefaulta'),
    undefined,
  ]);
});

it('every limit counts, and each that is reached is told of', async () => {
  const { tell } = await limited({ type: 'User', qps: 1, burst: 1 }, { type: 'Namespace', qps: 1, burst: 2 });
  expect([await tell(), (await tell())?.[1], (await tell())?.[1]]).toEqual([
    undefined,
    'Too many requests: limit reached on type User for key ann',
    'Too many requests: [limit reached on type User for key ann, limit reached on type Namespace for key default]',
  ]);
});

it('dry runs and events.k8s.io are free', async () => {
  const { tell, server } = await limited({ type: 'Server', qps: 1, burst: 1 });
  expect([await tell({ dryRun: true }), await tell(), await tell({ dryRun: true })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(await tell({ group: 'events.k8s.io' })).toBeUndefined();
  expect(await server.client().list(Event)).toHaveLength(2);
});
