/** Volume plugins against slow obvious models, on random claims, volumes and nodes. */
import { describe, expect, it } from '@jest/globals';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { testNode, testPod } from '../test-objects.fixture.js';
import {
  claims,
  testCapacity,
  testClaim,
  testClass,
  testCsiDriver,
  testCsiNode,
  testVolume,
} from '../volume-objects.fixture.js';
import { judgeFilter } from './judge.fixture.js';
import { nodeVolumeLimits } from './node-volume-limits.js';
import { volumeBinding } from './volume-binding.js';
import { volumeZone } from './volume-zone.js';

const place = fc.constantFrom('x', 'y');
const className = fc.constantFrom('local', 'made');
const size = fc.constantFrom(1, 2, 3);
const zone = 'topology.kubernetes.io/zone';

const volume = fc.record({
  className,
  size,
  place: fc.option(place, { nil: undefined }),
  zone: fc.option(place, { nil: undefined }),
  kept: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
});
const claim = fc.record({ className, size, bound: fc.option(fc.nat({ max: 3 }), { nil: undefined }) });
const capacity = fc.record({ size, place });
const world = fc.record({
  nodes: fc.array(fc.record({ place, zone: fc.option(place, { nil: undefined }) }), { minLength: 1, maxLength: 3 }),
  volumes: fc.array(volume, { maxLength: 4 }),
  claims: fc.array(claim, { minLength: 1, maxLength: 3 }),
  capacities: fc.array(capacity, { maxLength: 2 }),
  tracked: fc.boolean(),
});
type Words = typeof world extends fc.Arbitrary<infer W> ? W : never;

interface Objects {
  readonly nodes: readonly Node[];
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly pod: Pod;
}

function objectsOf({ nodes, volumes, claims: words }: Words): Objects {
  return {
    nodes: nodes.map((node, i) =>
      testNode(`n${i}`, { labels: { place: node.place, ...(node.zone && { [zone]: node.zone }) } }),
    ),
    volumes: volumes.map((each, i) =>
      testVolume(`v${i}`, {
        class: each.className,
        size: `${each.size}Gi`,
        ...(each.place && { reachedFrom: { place: each.place } }),
        ...(each.zone && { labels: { [zone]: each.zone } }),
        ...(each.kept !== undefined && { claim: `c${each.kept}` }),
      }),
    ),
    claims: words.map((each, i) =>
      testClaim(`c${i}`, {
        class: each.className,
        size: `${each.size}Gi`,
        ...(each.bound !== undefined && { volume: `v${each.bound}`, complete: true }),
      }),
    ),
    pod: testPod('p', { namespace: 'default', volumes: claims(...words.map((_, i) => `c${i}`)) }),
  };
}

const reached = (each: Words['volumes'][number], node: Words['nodes'][number]) =>
  each.place === undefined || each.place === node.place;

/** By node what is lacking. */
function bindingVerdict(words: Words, at: number): string {
  const node = words.nodes[at]!;
  const reasons = new Set<string>();
  const bound = words.claims.filter((each) => each.bound !== undefined);
  for (const each of bound) {
    const found = words.volumes[each.bound!];
    if (found === undefined) reasons.add('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
    else if (!reached(found, node)) reasons.add("node(s) didn't match PersistentVolume's node affinity");
    if (reasons.size > 0) break;
  }
  const taken = new Set<number>();
  const waiting = words.claims.flatMap((each, i) => (each.bound === undefined ? [{ ...each, i }] : []));
  const left: typeof waiting = [];
  for (const each of [...waiting].sort((a, b) => a.size - b.size)) {
    const fits = (found: Words['volumes'][number], i: number) =>
      !taken.has(i) && found.className === each.className && found.size >= each.size;
    const kept = words.volumes.findIndex((found, i) => fits(found, i) && found.kept === each.i);
    const free = words.volumes
      .map((found, i) => ({ found, i }))
      .filter(({ found, i }) => fits(found, i) && found.kept === undefined && reached(found, node))
      .sort((a, b) => a.found.size - b.found.size)[0];
    if (kept >= 0) {
      if (reached(words.volumes[kept]!, node)) taken.add(kept);
      else left.push(each);
    } else if (free !== undefined) taken.add(free.i);
    else left.push(each);
  }
  for (const each of left) {
    if (each.className === 'local') {
      reasons.add("node(s) didn't find available persistent volumes to bind");
      break;
    }
    if (!words.tracked || words.capacities.some((there) => there.place === node.place && there.size >= each.size))
      continue;
    reasons.add('node(s) did not have enough free storage');
    break;
  }
  const order = ["node(s) didn't match", "node(s) didn't find", 'node(s) did not', 'node(s) unavailable'];
  const said = [...reasons].sort(
    (a, b) => order.findIndex((start) => a.startsWith(start)) - order.findIndex((start) => b.startsWith(start)),
  );
  return said.length === 0 ? 'ok' : `UnschedulableAndUnresolvable: ${said.join(', ')}`;
}

describe('volume plugins agree with the obvious model', () => {
  it('VolumeBinding', () => {
    fc.assert(
      fc.property(world, (words) => {
        const { nodes, volumes, claims: made, pod } = objectsOf(words);
        const others = [
          testClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
          testClass('made'),
          testCsiDriver('test/provisioner', words.tracked),
          ...words.capacities.map((there, i) =>
            testCapacity(`k${i}`, 'made', { capacity: `${there.size}Gi`, nodes: { place: there.place } }),
          ),
        ];
        const { single, batched } = judgeFilter(volumeBinding(), pod, nodes, [], [...volumes, ...made, ...others]);
        expect(single).toEqual(words.nodes.map((_, at) => bindingVerdict(words, at)));
        expect(batched).toEqual(single);
      }),
      { numRuns: 1000 },
    );
  });

  it('VolumeZone', () => {
    fc.assert(
      fc.property(world, (words) => {
        const bound = words.claims.filter(
          (each) => each.bound !== undefined && words.volumes[each.bound] !== undefined,
        );
        const all = { ...words, claims: bound };
        const { nodes, volumes, claims: made, pod } = objectsOf(all);
        const { single, batched } = judgeFilter(volumeZone(), pod, nodes, [], [...volumes, ...made]);
        const obvious = words.nodes.map((node) => {
          const zones = bound.flatMap((each) => words.volumes[each.bound!]!.zone ?? []);
          if (node.zone === undefined || zones.every((wanted) => wanted === node.zone)) return 'ok';
          return 'UnschedulableAndUnresolvable: node(s) had no available volume zone';
        });
        expect(single).toEqual(obvious);
        expect(batched).toEqual(single);
      }),
      { numRuns: 500 },
    );
  });

  it('NodeVolumeLimits', () => {
    const handles = fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(handles, handles, fc.option(fc.nat({ max: 4 }), { nil: undefined }), (wanted, there, limit) => {
        const all = Array.from({ length: 6 }, (_, i) => [
          testClaim(`c${i}`, { volume: `v${i}`, complete: true }),
          testVolume(`v${i}`, { csi: ['driver', `h${i}`] }),
        ]).flat();
        const using = (name: string, numbers: readonly number[], nodeName?: string) =>
          testPod(name, {
            namespace: 'default',
            volumes: claims(...numbers.map((i) => `c${i}`)),
            ...(nodeName && { nodeName }),
          });
        const objects = [...all, testCsiNode('n', { driver: limit })];
        const { single } = judgeFilter(
          nodeVolumeLimits(),
          using('p', wanted),
          [testNode('n')],
          [using('o', there, 'n')],
          objects,
        );
        const attached = new Set([...wanted, ...there]).size;
        const fresh = wanted.some((i) => !there.includes(i));
        const full = limit !== undefined && fresh && attached > limit;
        expect(single[0]).toBe(full ? 'Unschedulable: node(s) exceed max volume count' : 'ok');
      }),
      { numRuns: 500 },
    );
  });
});
