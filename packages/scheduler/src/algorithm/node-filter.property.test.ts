import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CycleState } from '../framework/cycle-state.js';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import { Framework } from '../framework/framework.js';
import { profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { podInfo } from '../nodes/pod-info.js';
import { nodeUnschedulable } from '../plugins/node-unschedulable.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { NodeFilter } from './node-filter.js';

/** Judges one node at a time, and refuses nodes by a digit of their name. */
const picky: FilterPlugin = {
  name: 'Picky',
  filter: (_state, _pod, { name }) => (name.endsWith('3') ? status('Unschedulable', `not ${name}`) : undefined),
};

it('finds, counts and explains what looking at one node after the other would', () => {
  const framework = new Framework(profile({ plugins: [nodeUnschedulable(), picky] }));
  const pod = podInfo(testPod('p'));
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
      (closed, runs) => {
        const nodes = closed.map((unschedulable, i) => testNode(`n${i}`, { unschedulable }));
        const table = tableOf(nodes, []);
        const order = [...table.rows()].map((row) => table.info(row).name);
        const filter = new NodeFilter();
        let start = 0;
        for (const wanted of runs) {
          const feasible: string[] = [];
          const refused = new Map<string, string>();
          let looked = 0;
          for (; looked < order.length && feasible.length < wanted; looked++) {
            const name = order[(start + looked) % order.length]!;
            if (closed[Number(name.slice(1))]) refused.set(name, 'node(s) were unschedulable');
            else if (name.endsWith('3')) refused.set(name, `not ${name}`);
            else feasible.push(name);
          }
          const state = new CycleState(table);
          framework.runPreFilter(state, pod, table);
          const run = filter.run(framework, state, pod, table.rows(), wanted);
          expect([...run.rows.subarray(0, run.count)].map((row) => table.info(row).name)).toEqual(feasible);
          expect(run.evaluated).toBe(looked);
          const statuses = filter.statuses(framework, state, pod);
          expect(statuses.size).toBe(refused.size);
          for (const [name, reason] of refused) expect(statuses.get(name).reasons).toEqual([reason]);
          const counts = new Map<string, number>();
          for (const reason of refused.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
          expect(new Map(statuses.reasonCounts(refused.size))).toEqual(counts);
          filter.advance(run.evaluated, table.size);
          start = (start + looked) % order.length;
          expect(filter.nextStart).toBe(start);
        }
      },
    ),
    { numRuns: 200 },
  );
});

it('counts pods nominated to a node as if they ran there, for pods of no higher priority', () => {
  const framework = new Framework(
    profile({
      plugins: [
        { name: 'One', filter: (_s, _p, node) => (node.podCount > 0 ? status('Unschedulable', 'taken') : undefined) },
      ],
    }),
  );
  const table = tableOf([testNode('a'), testNode('b')], []);
  const nominated = podInfo(testPod('victor', { priority: 5 }));
  const on = (name: string) => (name === 'a' ? [nominated] : []);
  const find = (priority: number) => {
    const run = new NodeFilter().run(
      framework,
      new CycleState(table),
      podInfo(testPod('p', { priority })),
      table.rows(),
      2,
      { size: 1, on, nodeOf: () => undefined },
    );
    return [...run.rows.subarray(0, run.count)].map((row) => table.info(row).name);
  };
  expect(find(5)).toEqual(['b']);
  expect(find(6)).toEqual(['a', 'b']);
  expect(table.find('a')!.podCount).toBe(0);
});
