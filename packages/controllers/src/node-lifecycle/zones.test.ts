import { describe, expect, it } from '@jest/globals';
import type { Node } from '@pintle/api/core/v1';
import { evictionRate, planZones, turnOf, zoneOf, zoneState } from './zones.js';

const node = (zone: string, ready: string): Node =>
  ({
    metadata: {
      labels: zone === '' ? {} : { 'topology.kubernetes.io/zone': zone, 'topology.kubernetes.io/region': 'r' },
    },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  }) as unknown as Node;
const excluded = (given: readonly Node[]): readonly Node[] =>
  given.map((each) => ({
    ...each,
    metadata: { labels: { ...each.metadata.labels, 'node.kubernetes.io/exclude-disruption': '' } },
  }));
const nodes = (zone: string, ready: number, notReady: number) => [
  ...Array.from({ length: ready }, () => node(zone, 'True')),
  ...Array.from({ length: notReady }, () => node(zone, 'Unknown')),
];

describe('zoneState', () => {
  it.each([
    [0, 0, 'Normal'],
    [1, 0, 'Normal'],
    [0, 1, 'FullDisruption'],
    [0, 2, 'FullDisruption'],
    [1, 1, 'Normal'],
    [1, 2, 'Normal'],
    [1, 3, 'PartialDisruption'],
    [5, 5, 'Normal'],
    [9, 11, 'PartialDisruption'],
    [10, 12, 'Normal'],
  ])('%d ready, %d not: %s', (ready, notReady, expected) => {
    expect(zoneState({ ready, notReady })).toBe(expected);
  });
});

describe('evictionRate', () => {
  it.each([
    ['Normal', 10, 0.1],
    ['FullDisruption', 10, 0.1],
    ['PartialDisruption', 50, 0],
    ['PartialDisruption', 51, 0.01],
  ] as const)('%s of %d nodes: %d a second', (state, size, expected) => {
    expect(evictionRate(state, size)).toBe(expected);
  });
});

/** Upstream's tables of zones: what is evicted, and where nothing is. */
describe('planZones', () => {
  it.each([
    ['one zone, some fail', nodes('a', 8, 2), { a: 0.1 }, false],
    ['one zone, most fail', nodes('a', 2, 8), { a: 0 }, false],
    ['one large zone, most fail', nodes('a', 20, 60), { a: 0.01 }, false],
    ['one zone, all fail', nodes('a', 0, 10), { a: 0.1 }, true],
    ['two zones, one fails whole', [...nodes('a', 0, 10), ...nodes('b', 10, 0)], { a: 0.1, b: 0.1 }, false],
    ['two zones, both fail', [...nodes('a', 0, 10), ...nodes('b', 0, 10)], { a: 0.1, b: 0.1 }, true],
    ['two zones, each in its own state', [...nodes('a', 2, 8), ...nodes('b', 9, 1)], { a: 0, b: 0.1 }, false],
    ['some do not count', [...nodes('a', 8, 2), ...excluded(nodes('a', 0, 90))], { a: 0.1 }, false],
    ['those that count all fail', [...nodes('a', 0, 2), ...excluded(nodes('a', 9, 0))], { a: 0.1 }, true],
    ['no nodes', [], {}, false],
  ])('%s', (_name, given, rates, blind) => {
    const plan = planZones(given);
    const told = Object.fromEntries([...plan.rates].map(([zone, rate]) => [zone.split('\0:')[1], rate]));
    expect([told, plan.blind]).toEqual([rates, blind]);
  });

  it('knows a node without a zone', () => {
    expect(zoneOf(node('', 'True'))).toBe('');
    expect(zoneOf(node('a', 'True'))).toBe('r:\0:a');
  });

  it.each([
    [{ 'topology.kubernetes.io/zone': 'a' }, ':\0:a'],
    [{ 'topology.kubernetes.io/region': 'r' }, 'r:\0:'],
    [{ 'failure-domain.beta.kubernetes.io/zone': 'a', 'failure-domain.beta.kubernetes.io/region': 'r' }, 'r:\0:a'],
    [{ 'topology.kubernetes.io/zone': 'a', 'failure-domain.beta.kubernetes.io/zone': 'b' }, ':\0:a'],
  ])('of the labels %j', (labels, expected) => {
    expect(zoneOf({ metadata: { labels } } as unknown as Node)).toBe(expected);
  });
});

describe('turnOf', () => {
  it.each([
    ['the first', 0.1, undefined, { now: true }],
    ['one second after another', 0.1, 59_000, { now: false, inMs: 9_000 }],
    ['ten seconds after another', 0.1, 50_000, { now: true }],
    ['slowly', 0.01, 50_000, { now: false, inMs: 90_000 }],
    ['not at all', 0, undefined, { now: false, inMs: 5_000 }],
  ])('%s', (_name, rate, lastMs, expected) => {
    expect(turnOf(rate, lastMs, 60_000)).toEqual(expected);
  });
});
