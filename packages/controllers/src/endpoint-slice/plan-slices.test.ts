/** Cases of the reconciler of k8s.io/endpointslice: how endpoints lie in slices, and how many writes that takes. */
import { describe, expect, it } from '@jest/globals';
import type { Endpoint, EndpointSlice } from '@pintle/api/discovery/v1';
import * as fc from 'fast-check';
import type { PortGroup } from './plan-endpoints.js';
import { planSlices, type SlicePlan } from './plan-slices.js';

const http = [{ name: 'http', port: 80, protocol: 'TCP' }];
const endpoint = (pod: number, ready = true): Endpoint =>
  ({
    addresses: [`10.0.${pod >> 8}.${pod & 255}`],
    conditions: { ready },
    targetRef: { kind: 'Pod', uid: `pod-${pod}` },
  }) as Endpoint;
const range = (from: number, to: number, ready = true) =>
  Array.from({ length: to - from }, (_, index) => endpoint(from + index, ready));
const group = (endpoints: readonly Endpoint[], ports: PortGroup['ports'] = http): PortGroup => ({ ports, endpoints });
const slice = (name: string, endpoints: readonly Endpoint[], ports: PortGroup['ports'] = http): EndpointSlice =>
  ({ metadata: { name }, addressType: 'IPv4', endpoints, ports }) as unknown as EndpointSlice;

/** How many endpoints each slice has afterwards, and the writes that it takes. */
const outcome = ({ create, update, remove, keep }: SlicePlan) => ({
  sizes: [
    ...keep.map(({ endpoints }) => endpoints!),
    ...[...update.map((one) => one.group), ...create].map((one) => one.endpoints),
  ]
    .map(({ length }) => length)
    .sort((a, b) => b - a),
  writes: [create.length, update.length, remove.length],
});

interface Case {
  readonly name: string;
  readonly groups: readonly PortGroup[];
  readonly present?: readonly EndpointSlice[];
  readonly sizes: readonly number[];
  /** Created, updated, removed. */
  readonly writes: readonly [number, number, number];
}

const cases: readonly Case[] = [
  { name: 'no pods: one empty slice', groups: [], sizes: [0], writes: [1, 0, 0] },
  { name: 'no pods still', groups: [], present: [slice('a', [], [])], sizes: [0], writes: [0, 0, 0] },
  { name: 'no pods any more', groups: [], present: [slice('a', range(0, 3))], sizes: [0], writes: [0, 1, 0] },
  {
    name: 'no pods any more, of two slices',
    groups: [],
    present: [slice('a', range(0, 3)), slice('b', range(3, 6))],
    sizes: [0],
    writes: [0, 1, 1],
  },
  { name: 'one pod', groups: [group(range(0, 1))], sizes: [1], writes: [1, 0, 0] },
  {
    name: 'one pod, where there was none',
    groups: [group(range(0, 1))],
    present: [slice('a', [], [])],
    sizes: [1],
    writes: [0, 1, 0],
  },
  { name: '250 pods', groups: [group(range(0, 250))], sizes: [100, 100, 50], writes: [3, 0, 0] },
  {
    name: 'nothing has changed',
    groups: [group(range(0, 250))],
    present: [slice('a', range(0, 100)), slice('b', range(100, 200)), slice('c', range(200, 250))],
    sizes: [100, 100, 50],
    writes: [0, 0, 0],
  },
  {
    name: '250 pods, some slices: what is left over goes where it just fits',
    groups: [group(range(0, 250))],
    present: [slice('a', range(0, 62)), slice('b', range(62, 123))],
    sizes: [100, 89, 61],
    writes: [1, 1, 0],
  },
  {
    name: '300 pods, some slices: what is left over fits nowhere',
    groups: [group(range(0, 300))],
    present: [slice('a', range(0, 75)), slice('b', range(75, 150))],
    sizes: [100, 75, 75, 50],
    writes: [2, 0, 0],
  },
  {
    name: 'slices of pods that are gone are written anew',
    groups: [group(range(0, 300))],
    present: Array.from({ length: 10 }, (_, index) =>
      slice(`s${index}`, range(1_000 + index * 30, 1_030 + index * 30)),
    ),
    sizes: [100, 100, 100],
    writes: [0, 3, 7],
  },
  {
    name: 'a slice that is written anyway is filled first',
    groups: [group([...range(0, 30, false), ...range(30, 130)])],
    present: [slice('a', range(0, 30)), slice('b', range(30, 80))],
    sizes: [80, 50],
    writes: [0, 1, 0],
  },
  {
    name: 'a pod goes',
    groups: [group(range(1, 3))],
    present: [slice('a', range(0, 3))],
    sizes: [2],
    writes: [0, 1, 0],
  },
  {
    name: 'the last pod of one of two slices goes',
    groups: [group(range(0, 100))],
    present: [slice('a', range(0, 100)), slice('b', range(100, 101))],
    sizes: [100],
    writes: [0, 0, 1],
  },
  {
    name: 'a pod is ready no more',
    groups: [group([...range(0, 2), endpoint(2, false)])],
    present: [slice('a', range(0, 3))],
    sizes: [3],
    writes: [0, 1, 0],
  },
  {
    name: 'three sets of ports: slices of their own',
    groups: [8080, 8081, 8082].map((port, index) =>
      group(range(index * 60, index * 60 + 60), [{ name: 'http', port, protocol: 'TCP' }]),
    ),
    sizes: [60, 60, 60],
    writes: [3, 0, 0],
  },
  {
    name: 'the port changes: the slice is written anew',
    groups: [group(range(0, 3), [{ name: 'http', port: 81, protocol: 'TCP' }])],
    present: [slice('a', range(0, 3))],
    sizes: [3],
    writes: [0, 1, 0],
  },
];

describe('planSlices', () => {
  it.each(cases)('$name', ({ groups, present = [], sizes, writes }) => {
    expect(outcome(planSlices(groups, present))).toEqual({ sizes, writes });
  });

  it('writes slices whose labels have changed', () => {
    const plan = planSlices([group(range(0, 3))], [slice('a', range(0, 3))], { labelsChanged: () => true });
    expect(outcome(plan).writes).toEqual([0, 1, 0]);
  });

  it('whatever there was: each endpoint once, no slice too full, and the next look changes nothing', () => {
    const pods = fc.uniqueArray(fc.nat(60), { maxLength: 40 });
    fc.assert(
      fc.property(pods, fc.array(pods, { maxLength: 6 }), fc.integer({ min: 1, max: 12 }), (wanted, before, max) => {
        const seen = new Set<number>();
        const present = before.map((some, index) => {
          const own = some.slice(0, max).filter((pod) => !seen.has(pod));
          for (const pod of own) seen.add(pod);
          return slice(
            `s${index}`,
            own.map((pod) => endpoint(pod)),
          );
        });
        const groups = wanted.length === 0 ? [] : [group(wanted.map((pod) => endpoint(pod)))];
        const plan = planSlices(groups, present, { max });
        const after = [
          ...plan.keep,
          ...plan.update.map(({ slice: { metadata }, group: { endpoints, ports } }) =>
            slice(metadata.name!, endpoints, ports),
          ),
          ...plan.create.map(({ endpoints, ports }, index) => slice(`new${index}`, endpoints, ports)),
        ];
        const uids = after.flatMap(({ endpoints }) => (endpoints ?? []).map(({ targetRef }) => targetRef!.uid!));
        expect(uids.sort()).toEqual(wanted.map((pod) => `pod-${pod}`).sort());
        expect(Math.max(...after.map(({ endpoints }) => endpoints!.length))).toBeLessThanOrEqual(max);
        expect(outcome(planSlices(groups, after, { max })).writes).toEqual([0, 0, 0]);
      }),
      { numRuns: 500 },
    );
  });
});
