/**
 * SchedulingBasic 5000Nodes/10000Pods of upstream's scheduler_perf, in process and without a cluster: queue, default
 * plugins, placement.
 */
import type { Node, Pod } from '@pintle/api/core/v1';
import { defaultPlugins, profile, schedule } from '@pintle/scheduler';
import type { BenchRow } from '../row.js';
import { bareScan } from './bare-scan.js';

const nodeCount = 5000;
const podCount = 10_000;
/** What sampling looks at of 5,000 nodes: 10 %. */
const sampled = 500;

const row: BenchRow = {
  name: 'scheduler: schedule() 10,000 pods on 5,000 nodes',
  goal: '>= 10,000 pods/s sampling as upstream; >= 5,000 pods/s scoring all',
  async run() {
    const nodes = Array.from({ length: nodeCount }, (_, i) => benchNode(`node-${i}`));
    const pods = Array.from({ length: podCount }, (_, i) => benchPod(`pod-${i}`));
    const rate = (percentageOfNodesToScore: number) => {
      const policy = profile({ plugins: defaultPlugins(), percentageOfNodesToScore });
      const start = performance.now();
      const { placements } = schedule({ policy, nodes, pods });
      const seconds = (performance.now() - start) / 1000;
      if (placements.size !== podCount) throw new Error(`placed ${placements.size} of ${podCount} pods`);
      return podCount / seconds;
    };
    const bare = (looked: number) => podCount / (bareScan(nodeCount, podCount, looked) / 1000);
    const [sampling, all] = [median(() => rate(0)), median(() => rate(100))];
    const [bareSampling, bareAll] = [median(() => bare(sampled)), median(() => bare(nodeCount))];
    return {
      ours: sampling,
      peer: bareSampling,
      ratio: sampling / bareSampling,
      unit: 'pods/s',
      notes: `scoring all nodes ${Math.round(all)} pods/s, ${round(all / bareAll)} of its bare scan`,
    };
  },
};
export default row;

function benchNode(name: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'zone1' } },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '32Gi', pods: '110' } },
  } as Node;
}

function benchPod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'bench' },
    spec: {
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10',
          resources: { requests: { cpu: '100m', memory: '500Mi' } },
        },
      ],
    },
  } as Pod;
}

function median(measure: () => number): number {
  const runs = Array.from({ length: 5 }, measure).sort((a, b) => a - b);
  return runs[2]!;
}

const round = (ratio: number) => Math.round(ratio * 100) / 100;
