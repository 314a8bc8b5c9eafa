/** How one attempt grows with the nodes, for pods that are alike: 1,000, 10,000 and 100,000 nodes, all scored. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { defaultPlugins, profile, schedule } from '@pintle/scheduler';
import type { BenchRow } from '../row.js';
import { nodeObject, podsOf, workloads } from './workloads.js';

const sizes = [1000, 10_000, 100_000] as const;
const podCount = 400;

/** Milliseconds of an attempt after the first ones, which look at every node for the first time. */
function attemptMs(nodeCount: number): number {
  const nodes = Array.from({ length: nodeCount }, (_, i) => nodeObject(i, ['zone1']) as Node);
  const [{ measured }] = workloads as unknown as readonly [(typeof workloads)[number]];
  const pods = (count: number) => [...podsOf({ ...measured, count }, 'pod')] as Pod[];
  const policy = profile({ plugins: defaultPlugins(), percentageOfNodesToScore: 100 });
  const run = (count: number) => {
    const start = performance.now();
    schedule({ policy, nodes, pods: pods(count) });
    return performance.now() - start;
  };
  run(10);
  return (run(podCount + 10) - run(10)) / podCount;
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
      notes: `${sizes.map((size, i) => `${size}: ${[small, middle, large][i]!.toFixed(3)} ms`).join(', ')}, all nodes scored`,
    };
  },
};
