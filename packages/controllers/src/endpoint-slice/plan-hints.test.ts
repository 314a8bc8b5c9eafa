/** Cases of topologycache. */
import { describe, expect, it } from '@jest/globals';
import type { Node, Service } from '@pintle/api/core/v1';
import type { Endpoint } from '@pintle/api/discovery/v1';
import { capacityHints, cpuRatios, hintPolicyOf, planAllocations, planTransfers, sameZoneHints } from './plan-hints.js';

const endpoint = (zone: string | undefined, ready = true): Endpoint =>
  ({ addresses: ['10.0.0.1'], conditions: { ready }, ...(zone === undefined ? {} : { zone }) }) as Endpoint;
const hints = (lists: readonly (readonly Endpoint[])[]) =>
  lists.map((list) => list.map((one) => one.hints?.forZones?.map(({ name }) => name).join() ?? '-').join(' '));
const counts = (from: object) => new Map(Object.entries(from)) as ReadonlyMap<string, number>;

describe('planTransfers', () => {
  it.each([
    ['empty', {}, {}, {}, {}],
    ['none needed', { a: 1.2, b: 1.1, c: 1 }, { a: 1, b: 1, c: 1 }, {}, {}],
    [
      'the same zone is preferred to a slightly better share',
      { a: 5.1, b: 5.1, c: 5.8 },
      { a: 16 },
      { a: 10 },
      { b: 5, c: 5 },
    ],
    ['to the zone that lacks most', { a: 5, b: 5.6, c: 5.4 }, { a: 16 }, { a: 11 }, { b: 6, c: 5 }],
    ['from the zone that has most', { a: 5, b: 5.6, c: 5.4 }, { b: 8, c: 8 }, { b: 2, c: 3 }, { a: 5 }],
    ['more than there are', { a: 5, b: 5, c: 5 }, { a: 6, b: 6, c: 6 }, {}, {}],
    ['negative wishes', { a: -5, b: -5, c: -5 }, { a: 6, b: 6, c: 6 }, {}, {}],
    ['negative amounts', { a: 5, b: 5, c: 5 }, { a: -4, b: -3, c: -2 }, {}, {}],
    ['negative in one zone', { a: 5, b: 5, c: 5 }, { a: -40, b: 20, c: 20 }, { b: 15, c: 15 }, { a: 30 }],
  ])('%s', (_name, desired, allocated, giving, receiving) => {
    const allocations = new Map(Object.entries(desired).map(([zone, amount]) => [zone, { desired: amount as number }]));
    const plan = planTransfers(allocations, counts(allocated));
    expect([Object.fromEntries(plan.giving), Object.fromEntries(plan.receiving)]).toEqual([giving, receiving]);
  });
});

describe('planAllocations', () => {
  it.each([
    ['even', { a: 0.5, b: 0.5 }, 10, { a: [5, 5, 5], b: [5, 5, 5] }],
    ['uneven', { a: 0.4, b: 0.35, c: 0.25 }, 10, { a: [4, 4, 4], b: [3, 3, 3.5], c: [3, 3, 3] }],
  ])('%s', (_name, ratios, count, expected) => {
    const plan = planAllocations(counts(ratios), count) as ReadonlyMap<
      string,
      { minimum: number; maximum: number; desired: number }
    >;
    const told = Object.fromEntries([...plan].map(([zone, one]) => [zone, [one.minimum, one.maximum, one.desired]]));
    expect(told).toEqual(expected);
  });

  it.each([
    ['no ratios', undefined, 10, 'Insufficient Node information'],
    ['fewer endpoints than zones', { a: 0.5, b: 0.5 }, 1, 'Insufficient number of endpoints (1 endpoints, 2 zones)'],
    [
      'too few for the threshold',
      { a: 0.35, b: 0.35, c: 0.3 },
      4,
      'Unable to allocate minimum required endpoints to each zone',
    ],
  ])('%s', (_name, ratios, count, why) => {
    expect(planAllocations(ratios === undefined ? undefined : counts(ratios), count)).toContain(why);
  });
});

describe('capacityHints', () => {
  const half = counts({ a: 0.5, b: 0.5 });
  it('leaves each in its zone where that is fair', () => {
    const lists = [
      [endpoint('a'), endpoint('b')],
      [endpoint('a'), endpoint('b')],
    ];
    expect(hints(capacityHints(lists, half) as Endpoint[][])).toEqual(['a b', 'a b']);
  });
  it('gives from a zone with too many', () => {
    expect(hints(capacityHints([Array.from({ length: 6 }, () => endpoint('a'))], half) as Endpoint[][])).toEqual([
      'b b b a a a',
    ]);
  });
  it('gives none to those that are not ready', () => {
    const list = [endpoint('a'), endpoint('a', false), endpoint('b')];
    expect(hints(capacityHints([list], half) as Endpoint[][])).toEqual(['a - b']);
  });
  it('does not guess a zone', () => {
    expect(capacityHints([[endpoint('a'), endpoint(undefined), endpoint('b'), endpoint('b')]], half)).toContain(
      'One or more endpoints do not have a zone specified',
    );
  });
});

describe('policies', () => {
  it.each([
    ['none', {}, {}, 'none'],
    ['PreferClose', {}, { trafficDistribution: 'PreferClose' }, 'same-zone'],
    ['Auto', { 'service.kubernetes.io/topology-mode': 'Auto' }, { trafficDistribution: 'PreferClose' }, 'by-capacity'],
    ['auto, as it was called before', { 'service.kubernetes.io/topology-aware-hints': 'auto' }, {}, 'by-capacity'],
    ['disabled', { 'service.kubernetes.io/topology-mode': 'Disabled' }, {}, 'none'],
  ])('%s', (_name, annotations, spec, expected) => {
    expect(hintPolicyOf({ metadata: { annotations }, spec } as unknown as Service)).toBe(expected);
  });

  it('keeps traffic in its zone, of those that are ready', () => {
    expect(hints([sameZoneHints([endpoint('a'), endpoint('b', false), endpoint(undefined)])])).toEqual(['a - -']);
  });
});

describe('cpuRatios', () => {
  const node = (zone: string | undefined, cpu: string, more: object = {}, ready = 'True') =>
    ({
      metadata: { labels: { ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }), ...more } },
      status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: ready }] },
    }) as unknown as Node;
  it.each([
    ['by their CPUs', [node('a', '2'), node('b', '1'), node('b', '1')], { a: 0.5, b: 0.5 }],
    ['one zone only', [node('a', '2')], undefined],
    ['a node without a zone', [node('a', '2'), node('b', '2'), node(undefined, '2')], undefined],
    ['a node without CPUs', [node('a', '2'), node('b', '0')], undefined],
    [
      'one that is not ready does not count',
      [node('a', '1'), node('b', '3'), node('c', '9', {}, 'False')],
      { a: 0.25, b: 0.75 },
    ],
    [
      'nor a control plane’s',
      [node('a', '1'), node('b', '1'), node('b', '8', { 'node-role.kubernetes.io/control-plane': '' })],
      { a: 0.5, b: 0.5 },
    ],
  ])('%s', (_name, nodes, expected) => {
    const ratios = cpuRatios(nodes);
    expect(ratios === undefined ? undefined : Object.fromEntries(ratios)).toEqual(expected);
  });
});
