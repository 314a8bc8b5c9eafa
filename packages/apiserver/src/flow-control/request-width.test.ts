/** How wide requests are: figures of upstream's work estimator. */
import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { requestInfo } from '../requests/request-info.js';
import { ObjectCounts } from './object-counts.js';
import { widthOf } from './request-width.js';
import { WatchCounts } from './watch-counts.js';

const asked = (line: string) => {
  const [method = '', target = ''] = line.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://server');
  return { info: requestInfo({ method, path: pathname, query: searchParams }), query: searchParams };
};
const widthAt = (line: string, facts: { stored?: number | undefined; watchers?: number; seatsMax?: number }) => {
  const { info, query } = asked(line);
  return widthOf(info, query, {
    stored: () => facts.stored,
    watchers: () => facts.watchers ?? 0,
    seatsMax: facts.seatsMax ?? 10,
  });
};
const events = '/apis/foo.bar/v1/events';

describe('a list', () => {
  it.each<readonly [string, number | undefined, number]>([
    [`${events}?resourceVersion=0`, 799, 8],
    [`${events}?limit=100&resourceVersion=0`, 699, 7],
    [`${events}?resourceVersion=0`, undefined, 1],
    [`${events}?limit=499&resourceVersion=0`, 799, 8],
    [`${events}?limit=499&continue=token`, 799, 10],
    [`${events}?limit=100&resourceVersion=5&resourceVersionMatch=Exact`, 1000, 2],
    [`${events}?limit=100&resourceVersion=5`, 1000, 2],
    [`${events}?limit=100&resourceVersion=5&resourceVersionMatch=NotOlderThan`, 399, 4],
    [`${events}?limit=299&continue=token&labelSelector=a%3Db`, 399, 7],
    [events, 100, 1],
    [events, 1999, 10],
    [`${events}?fieldSelector=metadata.name%3Dx`, 1999, 1],
    [`${events}?fieldSelector=spec.x%3Dy`, 299, 3],
  ])('%s of %d objects', (target, stored, seats) => {
    expect(widthAt(`GET ${target}`, { stored })).toEqual({ seats, afterMs: 0 });
  });

  it('is no wider than its level allows', () => {
    expect(widthAt(`GET ${events}`, { stored: 1999, seatsMax: 3 }).seats).toBe(3);
  });
});

describe('a write', () => {
  it.each<readonly [string, number, number, number]>([
    ['POST /api/v1/namespaces/a/pods', 0, 1, 0],
    ['POST /api/v1/namespaces/a/pods', 9, 1, 0],
    ['PUT /api/v1/namespaces/a/pods/b', 29, 3, 5],
    ['PATCH /api/v1/namespaces/a/pods/b', 99, 10, 5],
    ['DELETE /api/v1/namespaces/a/pods/b', 199, 10, 10],
    ['POST /api/v1/namespaces/a/serviceaccounts/b/token', 5_777, 1, 0],
    ['GET /api/v1/namespaces/a/pods/b', 199, 1, 0],
  ])('%s that %d watch', (line, watchers, seats, afterMs) => {
    expect(widthAt(line, { watchers })).toEqual({ seats, afterMs });
  });
});

describe('watches', () => {
  it('are counted by what they are told of, until they end', () => {
    const counts = new WatchCounts();
    const add = (line: string) => {
      const { info, query } = asked(line);
      return counts.add(info as never, query);
    };
    const of = (line: string) => counts.interested(asked(line).info as never);
    const ends = [
      add('GET /api/v1/pods?watch=1'),
      add('GET /api/v1/namespaces/a/pods?watch=1'),
      add('GET /api/v1/namespaces/a/pods?watch=1&fieldSelector=metadata.name%3Dx'),
      add('GET /api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn'),
      add('GET /api/v1/pods?watch=1&fieldSelector=spec.nodeName%3D'),
      add('GET /api/v1/nodes?watch=1'),
    ];
    expect(of('PUT /api/v1/namespaces/a/pods/x')).toBe(4);
    expect(of('POST /api/v1/namespaces/a/pods')).toBe(3);
    expect(of('PUT /api/v1/namespaces/b/pods/x')).toBe(2);
    expect(of('PUT /api/v1/nodes/n')).toBe(1);
    for (const end of [...ends, ...ends]) end();
    expect(of('PUT /api/v1/namespaces/a/pods/x')).toBe(0);
  });
});

it('objects are counted once a minute', async () => {
  const world = virtualWorld();
  let counted = 0;
  const counts = new ObjectCounts(world.clock, world.logger, (_group, resource) =>
    resource === 'pods' ? Promise.resolve(++counted * 100) : undefined,
  );
  expect(counts.of('', 'pods')).toBeUndefined();
  await world.settle();
  expect([counts.of('', 'pods'), counts.of('', 'pods'), counts.of('', 'others')]).toEqual([100, 100, undefined]);
  await world.advance(61_000);
  expect(counts.of('', 'pods')).toBe(100);
  await world.settle();
  expect(counts.of('', 'pods')).toBe(200);
});
