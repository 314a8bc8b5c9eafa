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
