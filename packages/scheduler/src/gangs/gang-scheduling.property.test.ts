/** Gangs on random clusters: never fewer than minCount of one, never more on a node than it has. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { type PodGroup, podGroupLabel } from './pod-group.js';

const cpu = fc.integer({ min: 1, max: 4 });
const gang = fc.record({
  pods: fc.integer({ min: 1, max: 5 }),
  min: fc.integer({ min: 1, max: 6 }),
  cpu,
  rack: fc.boolean(),
});
const world = fc.record({
  nodes: fc.array(fc.record({ cpu, rack: fc.constantFrom('a', 'b') }), { minLength: 1, maxLength: 5 }),
  gangs: fc.array(gang, { minLength: 1, maxLength: 3 }),
  loose: fc.nat({ max: 3 }),
  seed: fc.nat({ max: 100 }),
});

const policy = profile({ plugins: defaultPlugins({ gangScheduling: true }) });

it('are placed as a whole or not at all, in one rack where they say so', () => {
  fc.assert(
    fc.property(world, ({ nodes: given, gangs, loose, seed }) => {
      const nodes = given.map((node, i) => testNode(`n${i}`, { cpu: String(node.cpu), labels: { rack: node.rack } }));
      const groups = gangs.map(
        ({ min, rack }, i) =>
          ({
            apiVersion: 'scheduling.k8s.io/v1alpha2',
            kind: 'PodGroup',
            metadata: { name: `g${i}`, namespace: 'ns' },
            spec: {
              schedulingPolicy: { gang: { minCount: min } },
              ...(rack && { schedulingConstraints: { topology: [{ key: 'rack' }] } }),
            },
          }) as PodGroup,
      );
      const members = gangs.flatMap((each, g) =>
        times(each.pods, (i) =>
          testPod(`g${g}-${i}`, { namespace: 'ns', cpu: String(each.cpu), labels: { [podGroupLabel]: `g${g}` } }),
        ),
      );
      const pods = [...members, ...times(loose, (i) => testPod(`loose${i}`, { cpu: '1' }))];
      const { placements } = schedule({ policy, nodes, pods, objects: groups, seed });
      for (const [g, { min, rack }] of gangs.entries()) {
        const on = [...placements].flatMap(([key, node]) => (key.startsWith(`ns/g${g}-`) ? [node] : []));
        expect(on.length === 0 || on.length >= min).toBe(true);
        const racks = new Set(on.map((node) => given[Number(node.slice(1))]!.rack));
        if (rack) expect(racks.size).toBeLessThan(2);
      }
      for (const [i, node] of given.entries()) {
        const used = pods
          .filter(({ metadata }) => placements.get(`${metadata.namespace ? 'ns/' : ''}${metadata.name}`) === `n${i}`)
          .reduce((sum, pod) => sum + Number(pod.spec!.containers[0]!.resources!.requests!['cpu']), 0);
        expect(used).toBeLessThanOrEqual(node.cpu);
      }
    }),
    { numRuns: 300 },
  );
});

it('make others leave only where that gives them their place', () => {
  const few = fc.integer({ min: 1, max: 2 });
  const preempting = fc.record({
    nodes: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 }),
    low: fc.array(fc.record({ cpu: few, node: fc.nat({ max: 3 }), isDear: fc.constantFrom(false, false, true) }), {
      minLength: 4,
      maxLength: 10,
    }),
    gang: fc.record({ pods: fc.integer({ min: 1, max: 5 }), min: fc.integer({ min: 1, max: 5 }), cpu: few }),
    seed: fc.nat({ max: 100 }),
  });
  let preemptions = 0;
  fc.assert(
    fc.property(preempting, ({ nodes: cpus, low, gang: { pods: count, min, cpu: each }, seed }) => {
      const nodes = cpus.map((has, i) => testNode(`n${i}`, { cpu: String(has) }));
      const free = [...cpus];
      const there = low.flatMap((pod, i) => {
        const at = pod.node % cpus.length;
        if (free[at]! < pod.cpu) return [];
        free[at]! -= pod.cpu;
        return [testPod(`low${i}`, { cpu: String(pod.cpu), nodeName: `n${at}`, priority: pod.isDear ? 20 : 0 })];
      });
      const spec = { schedulingPolicy: { gang: { minCount: min } } };
      const group = {
        apiVersion: 'scheduling.k8s.io/v1alpha2',
        kind: 'PodGroup',
        metadata: { name: 'g', namespace: 'ns' },
        spec,
      } as PodGroup;
      const words = { namespace: 'ns', cpu: String(each), priority: 10, labels: { [podGroupLabel]: 'g' } };
      const members = times(count, (i) => testPod(`g${i}`, words));
      const { placements, preempted } = schedule({
        policy,
        nodes,
        pods: [...there, ...members],
        objects: [group],
        seed,
      });
      // As many as fit where all that may leave have left: all of the members are alike.
      const dear = cpus.map((has, i) =>
        there
          .filter((pod) => pod.spec!.nodeName === `n${i}` && pod.spec!.priority === 20)
          .reduce((left, pod) => left - Number(pod.spec!.containers[0]!.resources!.requests!['cpu']), has),
      );
      const room = dear.reduce((sum, left) => sum + Math.floor(left / each), 0);
      const wanted = count < min || room < min ? 0 : Math.min(count, room);
      expect(placements.size).toBe(wanted);
      const without = free.reduce((sum, left) => sum + Math.floor(left / each), 0);
      if (wanted === 0 || without >= count) expect(preempted.size).toBe(0);
      for (const key of preempted.keys()) {
        expect(there.find(({ metadata }) => metadata.name === key)!.spec!.priority).toBe(0);
      }
      preemptions += preempted.size;
    }),
    { numRuns: 300 },
  );
  expect(preemptions).toBeGreaterThan(60);
});
