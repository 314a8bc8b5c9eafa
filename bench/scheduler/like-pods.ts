/** How one attempt grows with the nodes, for pods that are alike: 1,000, 10,000 and 100,000 nodes, all scored. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { defaultPlugins, profile, type SchedulerPlugin, schedule } from '@pintle/scheduler';
import { type BenchRow, median } from '../row.js';
import { nodeObject, podsOf, workloads } from './workloads.js';

const sizes = [1000, 10_000, 100_000] as const;
const podCount = 5000;
/** The first attempts look at every node for the first time, and the code is not compiled yet. */
const warmUp = 2000;

/** Milliseconds of an attempt, from its first plugin to Reserve: the median. */
function attemptMs(nodeCount: number): number {
  const nodes = Array.from({ length: nodeCount }, (_, i) => nodeObject(i, ['zone1']) as Node);
  const [{ measured }] = workloads as unknown as readonly [(typeof workloads)[number]];
  const pods = [...podsOf({ ...measured, count: podCount }, 'pod')] as Pod[];
  let startMs = 0;
  const attempts: number[] = [];
  const stopwatch: SchedulerPlugin = {
    name: 'Stopwatch',
    preFilter() {
      startMs = performance.now();
      return undefined;
    },
    reserve() {
      attempts.push(performance.now() - startMs);
      return undefined;
    },
    unreserve() {},
  };
  const policy = profile({ plugins: [stopwatch, ...defaultPlugins()], percentageOfNodesToScore: 100 });
  const { placements } = schedule({ policy, nodes, pods });
  if (placements.size !== podCount) throw new Error(`placed ${placements.size} of ${podCount} pods`);
  return median(attempts.slice(warmUp));
}

export const likePods: BenchRow = {
  name: 'scheduler: one attempt of like pods as nodes grow 1k, 10k, 100k',
  goal: '< 10 x for 10 x the nodes',
  async run() {
    const [small, middle, large] = sizes.map(attemptMs) as [number, number, number];
    return {
      ours: large / middle,
      peer: 10,
      ratio: large / middle / 10,
      unit: 'x',
      notes: `${sizes.map((size, i) => `${size}: ${([small, middle, large][i]! * 1000).toFixed(1)} us`).join(', ')}, all nodes scored`,
    };
  },
};
