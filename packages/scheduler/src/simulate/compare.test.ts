import { describe, expect, it } from '@jest/globals';
import { profile } from '../framework/profile.js';
import { nodeResourcesBalancedAllocation } from '../plugins/balanced-allocation.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { nodeResourcesFit } from '../plugins/resources-fit.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { compare, formatComparison } from './compare.js';
import { comparisonReport } from './comparison-report.js';
import { policyMetrics } from './policy-metrics.js';
import { replay } from './replay.js';

const spread = profile({ plugins: defaultPlugins() });
const scores = new Set(['NodeResourcesFit', nodeResourcesBalancedAllocation().name, 'PodTopologySpread']);
const pack = profile({
  plugins: [
    ...defaultPlugins().filter(({ name }) => !scores.has(name)),
    nodeResourcesFit({ scoringStrategy: { type: 'MostAllocated' } }),
  ],
});

describe('policyMetrics', () => {
  it('counts what can be counted by hand', () => {
    const nodes = [testNode('a', { cpu: '2', memory: '4Gi' }), testNode('b', { cpu: '2', memory: '4Gi' })];
    // One core and one GiB each; the fifth waits for the first to end.
    const pods = times(5, (i) => ({ pod: testPod(`p${i}`, { cpu: '1', memory: '1Gi' }), runsMs: 10_000 }));
    const metrics = policyMetrics(replay({ policy: spread, trace: { nodes, pods } }));
    expect(metrics).toMatchObject({ pods: 5, placed: 5, pending: 0, preempted: 0 });
    expect(metrics.pendingMs).toEqual({ p50: 0, p90: 10_000, p99: 10_000, max: 10_000 });
    // 5 cores for 10 s each, of 4 cores for 20 s; half the share of memory.
    expect(metrics.utilisation).toEqual({ cpu: 50 / 80, memory: 50 / 160 });
    expect(metrics.busiest).toMatchObject({
      atMs: 0,
      nodesUsed: 2,
      utilisation: { cpu: 1, memory: 0.5 },
      imbalance: { cpu: 0, memory: 0 },
      fragmentation: 0,
    });
    expect(metrics.busiest.nodes.map(({ name, pods: on }) => [name, on.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('calls room fragmented that no pod of the usual size can use', () => {
    const nodes = times(4, (i) => testNode(`n${i}`, { cpu: '3', memory: '100Gi' }));
    const pods = times(4, (i) => ({ pod: testPod(`p${i}`, { cpu: '2' }) }));
    const { busiest } = policyMetrics(replay({ policy: spread, trace: { nodes, pods } }));
    // Four cores are free, which would hold two pods; one core a node holds none.
    expect(busiest.fragmentation).toBe(1);
  });

  it('tells how much of a workload goes down with a node, and with a zone', () => {
    const nodes = times(3, (i) => testNode(`n${i}`, { labels: { 'topology.kubernetes.io/zone': i < 2 ? 'a' : 'b' } }));
    const on = (app: string, nodeName: string, i: number) =>
      testPod(`${app}-${i}`, { cpu: '100m', labels: { app }, nodeName });
    const there = ['n0', 'n0', 'n1', 'n2'].map((node, i) => on('web', node, i));
    const pods = [...there, on('db', 'n0', 0), on('db', 'n1', 1), on('alone', 'n2', 0)].map((pod) => ({ pod }));
    const { busiest } = policyMetrics(replay({ policy: spread, trace: { nodes, pods } }));
    // Of web two of four and three of four, of db one of two and both.
    expect(busiest.together).toEqual({ node: 3 / 6, zone: 5 / 6 });
  });

  it('leaves nodes that have none of a resource out of its imbalance', () => {
    const nodes = [testNode('a', { allocatable: { 'example.com/gpu': '2' } }), testNode('b')];
    const pods = [{ pod: testPod('train', { requests: { 'example.com/gpu': '1' } }) }];
    const { busiest } = policyMetrics(replay({ policy: spread, trace: { nodes, pods } }));
    expect(busiest.imbalance['example.com/gpu']).toBe(0);
    expect(busiest.utilisation['example.com/gpu']).toBe(0.5);
  });
});

describe('compare', () => {
  const nodes = times(4, (i) => testNode(`n${i}`, { cpu: '4', memory: '16Gi' }));
  const pods = times(8, (i) => ({ pod: testPod(`p${i}`, { cpu: '500m', memory: '1Gi', labels: { app: '<web>' } }) }));
  const comparison = compare(spread, pack, { nodes, pods }, { names: ['spread', 'pack'] });

  it('tells two policies apart', () => {
    const { a, b, moved } = comparison;
    expect(a.metrics.busiest.nodesUsed).toBe(4);
    expect(b.metrics.busiest.nodesUsed).toBe(1);
    expect(b.metrics.busiest.imbalance['cpu']).toBeGreaterThan(a.metrics.busiest.imbalance['cpu']!);
    expect(moved.length).toBeGreaterThanOrEqual(6);
    for (const { from, to } of moved) expect(from).not.toBe(to);
  });

  it('is printed side by side', () => {
    const lines = formatComparison(comparison).split('\n');
    expect(lines[0]).toMatch(/^ +spread +pack$/);
    expect(lines).toContainEqual(expect.stringMatching(/^pods placed +8 of 8 +8 of 8$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}nodes in use +4 of 4 +1 of 4$/));
  });

  it('is drawn with a box a node and a rectangle a pod, for each resource', () => {
    const page = comparisonReport(comparison);
    expect(page.match(/<g>/g)).toHaveLength(2 * 2 * 4);
    expect(page.match(/p3: [\d.]+ % of n\d/g)).toHaveLength(2 * 2);
    expect(page.match(/<text [^>]*>n\d<\/text>/g)).toHaveLength(2 * 2 * 4);
    expect(page).toContain('<title>n0: 25.0 % of its cpu asked for, 2 pods</title>');
    expect(page).toContain('<th class="part">nodes in use</th>');
    expect(page).toContain('&lt;web&gt;');
    expect(page).not.toContain('<web>');
    expect(page).not.toMatch(/<script|https?:/);
    expect(comparisonReport(comparison, { nodesMax: 3 })).toContain(', 1 nodes more');
  });
});
