import { expect, it } from '@jest/globals';
import { seededRandom } from '@pintle/machinery';
import fc from 'fast-check';
import { Framework } from '../framework/framework.js';
import type { SchedulerHandle, SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { NodeTable } from '../nodes/node-table.js';
import { podInfo } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { type AttemptOutcome, Placer } from './schedule-pod.js';

const nodeWords = fc.record({
  cpu: fc.constantFrom('1', '2', '4'),
  zone: fc.constantFrom('z1', 'z2'),
  unschedulable: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  tainted: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constant('NoSchedule' as const)),
});
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('place' as const), cpu: fc.constantFrom('100m', '900m', '3', '5') }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), pod: fc.nat({ max: 200 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('node' as const), node: fc.nat({ max: 140 }), words: nodeWords }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('gone' as const), node: fc.nat({ max: 140 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('much' as const), node: fc.nat({ max: 140 }) }) },
);

/** The same plugins, but what they said is never kept. */
const forgetful = ({ sign: _sign, ...rest }: SchedulerPlugin): SchedulerPlugin => rest;

const told = (outcome: AttemptOutcome) =>
  outcome.type === 'unschedulable'
    ? {
        message: outcome.message,
        plugins: outcome.diagnosis.unschedulablePlugins,
        refused: [...outcome.diagnosis.statuses!.entries()],
        worthPreemption: [...outcome.diagnosis.statuses!.rowsOf('Unschedulable')],
      }
    : outcome.type;

it('takes the node that a look at one node after the other takes, whatever changes between attempts', () => {
  const seen = { placed: 0, refused: 0 };
  fc.assert(
    fc.property(
      // From 101 nodes on the search stops before it has seen all, and the next one begins elsewhere.
      fc.oneof(
        fc.array(nodeWords, { minLength: 2, maxLength: 20 }),
        fc.array(nodeWords, { minLength: 125, maxLength: 140 }),
      ),
      fc.array(command, { minLength: 30, maxLength: 120 }),
      fc.constantFrom(0, 100),
      fc.integer({ min: 1, max: 1000 }),
      (words, commands, percentageOfNodesToScore, seed) => {
        const table = new NodeTable();
        const node = (i: number, { cpu, zone, unschedulable, tainted }: (typeof words)[number]) =>
          testNode(`n${i}`, {
            cpu,
            unschedulable,
            labels: { 'topology.kubernetes.io/zone': zone },
            ...(tainted && { taints: [{ key: 'k', effect: tainted }] }),
          });
        for (const [i, each] of words.entries()) table.setNode(node(i, each));
        const placer = (change: (plugin: SchedulerPlugin) => SchedulerPlugin) => {
          const plugins = defaultPlugins().map(change);
          return {
            framework: new Framework(profile({ plugins, percentageOfNodesToScore })),
            placer: new Placer({ table, random: seededRandom(seed), handle: {} as SchedulerHandle }),
          };
        };
        const [fast, slow] = [placer((plugin) => plugin), placer(forgetful)];
        const placed: { readonly row: number; readonly pod: ReturnType<typeof podInfo> }[] = [];
        for (const [i, each] of commands.entries()) {
          if (each.type === 'place') {
            const pod = podInfo(testPod(`p${i}`, { cpu: each.cpu, namespace: 'ns' }));
            const [a, b] = [fast, slow].map(({ framework, placer: by }) =>
              by.attempt(framework, pod, { postFilter: false }),
            ) as [AttemptOutcome, AttemptOutcome];
            if (a.type !== 'placed' || b.type !== 'placed') {
              expect(told(a)).toEqual(told(b));
              seen.refused++;
              continue;
            }
            expect([a.row, a.evaluated, a.feasible]).toEqual([b.row, b.evaluated, b.feasible]);
            seen.placed++;
            table.addPod(a.row, pod);
            placed.push({ row: a.row, pod });
          } else if (each.type === 'leave') {
            const [gone] = placed.splice(each.pod % Math.max(placed.length, 1), 1);
            if (gone !== undefined && table.nodeAt(gone.row) !== undefined) table.removePod(gone.row, gone.pod);
          } else if (each.type === 'node') {
            table.setNode(node(each.node, each.words));
          } else if (each.type === 'gone') {
            table.removeNode(`n${each.node}`);
          } else {
            const row = table.rowOf(`n${each.node}`);
            const pod = podInfo(testPod('much', { cpu: '1', namespace: 'ns' }));
            if (row !== undefined) {
              times(2500, () => {
                table.addPod(row, pod);
                table.removePod(row, pod);
              });
            }
          }
        }
      },
    ),
    { numRuns: 80 },
  );
  expect(seen.placed).toBeGreaterThan(1000);
  expect(seen.refused).toBeGreaterThan(300);
});
