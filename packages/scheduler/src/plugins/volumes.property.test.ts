/** Volume plugins against slow obvious models, on random claims, volumes and nodes. */
import { describe, expect, it } from '@jest/globals';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import {
  claims,
  testAttachment,
  testCapacity,
  testClaim,
  testClass,
  testCsiDriver,
  testCsiNode,
  testVolume,
} from '../volume-objects.fixture.js';
import { judge, judgeFilter } from './judge.fixture.js';
import { nodeVolumeLimits } from './node-volume-limits.js';
import { onShape } from './obvious-small.fixture.js';
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

/** By node what is lacking, and which volumes were found for claims, by their numbers. */
function binding(words: Words, at: number) {
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
  const found: { readonly claim: number; readonly volume: number }[] = [];
  const take = (claim: number, volume: number) => {
    taken.add(volume);
    found.push({ claim, volume });
  };
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
      if (reached(words.volumes[kept]!, node)) take(each.i, kept);
      else left.push(each);
    } else if (free !== undefined) take(each.i, free.i);
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
  return { verdict: said.length === 0 ? 'ok' : `UnschedulableAndUnresolvable: ${said.join(', ')}`, found, left };
}

const shape = [
  { utilization: 0, score: 1 },
  { utilization: 40, score: 9 },
  { utilization: 90, score: 4 },
];

/** By class how much of the volumes that were found is asked for, or else of what can be made, on the shape. */
function bindingScore(words: Words, at: number): number {
  const { found, left } = binding(words, at);
  const asksFor = left.reduce((sum, { size: each }) => sum + each, 0);
  if (found.length === 0) {
    const most = Math.max(0, ...left.map(({ size: each }) => each));
    const room = words.capacities.find((there) => there.place === words.nodes[at]!.place && there.size >= most);
    if (left.length === 0 || !words.tracked || room === undefined) return 0;
    return onShape(shape, Math.min(100, Math.trunc((asksFor * 100) / room.size)));
  }
  const scores = [...new Set(found.map(({ claim: i }) => words.claims[i]!.className))].map((name) => {
    const own = found.filter(({ claim: i }) => words.claims[i]!.className === name);
    const asked = own.reduce((sum, { claim: i }) => sum + words.claims[i]!.size, 0);
    const there = own.reduce((sum, { volume: i }) => sum + words.volumes[i]!.size, 0);
    return onShape(shape, Math.trunc((asked * 100) / there));
  });
  return scores.length === 0 ? 0 : Math.round(scores.reduce((sum, score) => sum + score, 0) / scores.length);
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
        const table = tableOf(nodes, [], [...volumes, ...made, ...others]);
        const judged = judge(volumeBinding({ shape }), podInfo(pod), nodes, table, { keepState: true });
        const verdicts = words.nodes.map((_, at) => binding(words, at).verdict);
        expect(judged.single).toEqual(verdicts);
        expect(judged.batched).toEqual(verdicts);
        for (const [at, verdict] of verdicts.entries())
          if (verdict === 'ok') expect(judged.raw[at]).toBe(bindingScore(words, at));
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
    // Volumes 0 to 3 are of one driver, 4 and 5 of another; of 6 and 7 there are only claims yet, for the first.
    const [many, first] = [8, 6];
    const driverOf = (i: number) => (i === 4 || i === 5 ? 'other' : 'driver');
    const numbers = fc.uniqueArray(fc.nat({ max: many - 1 }), { maxLength: 4 });
    const attached = fc.uniqueArray(fc.nat({ max: first - 1 }), { maxLength: 3 });
    const limit = fc.option(fc.nat({ max: 4 }), { nil: undefined });
    const node = fc.record({ pods: fc.array(numbers, { maxLength: 2 }), attached, driver: limit, other: limit });
    fc.assert(
      fc.property(numbers, fc.array(node, { minLength: 1, maxLength: 3 }), (wanted, nodes) => {
        const using = (name: string, those: readonly number[], nodeName?: string) =>
          testPod(name, {
            namespace: 'default',
            volumes: claims(...those.map((i) => `c${i}`)),
            ...(nodeName && { nodeName }),
          });
        const objects = [
          testClass('made', { provisioner: 'driver' }),
          ...Array.from({ length: many }, (_, i) =>
            i < first ? testClaim(`c${i}`, { volume: `v${i}`, complete: true }) : testClaim(`c${i}`, { class: 'made' }),
          ),
          ...Array.from({ length: first }, (_, i) => testVolume(`v${i}`, { csi: [driverOf(i), `h${i}`] })),
          ...nodes.map(({ driver, other }, at) => testCsiNode(`n${at}`, { driver, other })),
          ...nodes.flatMap(({ attached: those }, at) =>
            those.map((i) => testAttachment(`a${at}-${i}`, driverOf(i), `n${at}`, `v${i}`)),
          ),
        ];
        const there = nodes.flatMap(({ pods }, at) => pods.map((those, i) => using(`p${at}-${i}`, those, `n${at}`)));
        const testNodes = nodes.map((_, at) => testNode(`n${at}`));
        const { single } = judgeFilter(nodeVolumeLimits(), using('new', wanted), testNodes, there, objects);
        const obvious = nodes.map((each) => {
          const held = new Set([...each.pods.flat(), ...each.attached]);
          // What is attached without a pod counts once more with the new one, as upstream.
          const fresh = wanted.filter((i) => !each.pods.flat().includes(i));
          const full = (['driver', 'other'] as const).some((driver) => {
            const added = fresh.filter((i) => driverOf(i) === driver).length;
            const count = [...held].filter((i) => driverOf(i) === driver).length;
            return added > 0 && each[driver] !== undefined && count + added > each[driver];
          });
          return full ? 'Unschedulable: node(s) exceed max volume count' : 'ok';
        });
        expect(single).toEqual(obvious);
      }),
      { numRuns: 1000 },
    );
  });
});
