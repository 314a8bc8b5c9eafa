import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { NodeTable } from './node-table.js';
import { PodCache } from './pod-cache.js';
import { podInfo } from './pod-info.js';

const nodeNames = ['n0', 'n1', 'n2'];
const podNames = ['p0', 'p1', 'p2', 'p3', 'p4'];
const step = fc.record({
  verb: fc.constantFrom('setNode', 'removeNode', 'assume', 'forget', 'confirm', 'delete', 'bound', 'expire'),
  node: fc.constantFrom(...nodeNames),
  pod: fc.constantFrom(...podNames),
  zone: fc.constantFrom('', 'a', 'b'),
  taint: fc.constantFrom('', 'x', 'y'),
  cpu: fc.constantFrom('1', '2'),
  port: fc.constantFrom(0, 80, 81),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const nodeOf = ({ node, zone, taint, cpu }: Step): Node =>
  testNode(node, {
    cpu,
    labels: zone === '' ? {} : { 'topology.kubernetes.io/zone': zone, only: node },
    ...(taint && { taints: [{ key: taint, effect: 'NoSchedule' }] }),
    allocatable: zone === 'a' ? { 'example.com/gpu': '2' } : {},
    images: zone === 'b' ? [{ names: [`image-${taint}`], sizeBytes: 5 }] : [],
  });

const podOf = ({ pod, cpu, port, taint }: Step): Pod => {
  const made = testPod(pod, { cpu, ...(taint === 'x' && { requests: { 'example.com/gpu': '1' } }) });
  const [container] = made.spec!.containers;
  const ports = port === 0 ? [] : [{ containerPort: 1, hostPort: port }];
  return { ...made, spec: { ...made.spec!, containers: [{ ...container!, ports }] } } as Pod;
};

/** All that a table tells of a node, by name. */
function picture(table: NodeTable) {
  return nodeNames.map((name) => {
    const node = table.find(name);
    if (node === undefined) return undefined;
    const { row } = node;
    return {
      pods: node.pods.map(({ key }) => key).sort(),
      podCount: node.podCount,
      amounts: ['cpu', 'memory', 'example.com/gpu'].map((each) => [node.allocatable(each), node.requested(each)]),
      nonZero: [node.nonZeroRequested('cpu'), node.nonZeroRequested('memory')],
      taints: table.taintSets.value(table.taintSet[row]!) ?? [],
      labels: ['topology.kubernetes.io/zone', 'only'].map((key) => {
        const column = table.labels.column(key);
        return column?.values.text(column.ids[row]!);
      }),
      ports: [80, 81].map((port) => table.portsAt(row)?.conflicts({ hostIP: '', protocol: 'TCP', port }) ?? false),
      images: ['image-', 'image-x', 'image-y'].map((image) => table.images.get(image)?.has(row) ?? false),
    };
  });
}

describe('PodCache over NodeTable', () => {
  it('is after any history what a table built from nothing is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new PodCache(new NodeTable());
        const nodes = new Map<string, Node>();
        const pods = new Map<string, { pod: Pod; node: string; assumed: boolean; bound: boolean }>();
        for (const each of steps) {
          const info = podInfo(podOf(each));
          const known = pods.get(each.pod);
          switch (each.verb) {
            case 'setNode':
              nodes.set(each.node, nodeOf(each));
              cache.setNode(nodes.get(each.node)!);
              break;
            case 'removeNode':
              nodes.delete(each.node);
              cache.removeNode(each.node);
              break;
            case 'assume':
              expect(cache.assume(info, each.node)).toBe(known === undefined);
              if (known === undefined)
                pods.set(each.pod, { pod: info.pod, node: each.node, assumed: true, bound: false });
              break;
            case 'forget':
              expect(cache.forget(info)).toBe(known?.assumed === true);
              if (known?.assumed) pods.delete(each.pod);
              break;
            case 'confirm':
              cache.set(info, each.node);
              pods.set(each.pod, { pod: info.pod, node: each.node, assumed: false, bound: false });
              break;
            case 'delete':
              expect(cache.delete(each.pod)).toBe(pods.delete(each.pod));
              break;
            case 'bound':
              cache.finishBinding(info, 10);
              if (known?.assumed) known.bound = true;
              break;
            case 'expire': {
              const expired = cache
                .expire(10)
                .map(({ key }) => key)
                .sort();
              const due = [...pods]
                .filter(([, { assumed, bound }]) => assumed && bound)
                .map(([name]) => name)
                .sort();
              expect(expired).toEqual(due);
              for (const name of due) pods.delete(name);
              break;
            }
          }
        }
        const placed = [...pods.values()].map(({ pod, node }) => ({ ...pod, spec: { ...pod.spec!, nodeName: node } }));
        expect(picture(cache.table)).toEqual(picture(tableOf([...nodes.values()], placed)));
        expect([...cache.table.rows()].length).toBe(nodes.size);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the numbers of rows, labels and taints bounded by what is there', () => {
    const table = new NodeTable();
    for (let i = 0; i < 1000; i++) {
      const name = `n${i}`;
      table.setNode(testNode(name, { labels: { host: name }, taints: [{ key: name, effect: 'NoSchedule' }] }));
      if (i >= 3) table.removeNode(`n${i - 3}`);
    }
    expect(table.size).toBe(3);
    expect(table.rowBound).toBeLessThanOrEqual(4);
    expect(table.taintSets.bound).toBeLessThanOrEqual(5);
    expect(table.labels.column('host')!.values.bound).toBeLessThanOrEqual(5);
  });

  it('goes round the zones', () => {
    const zones = ['a', 'a', 'a', 'b', 'c', 'c'];
    const table = tableOf(
      zones.map((zone, i) => testNode(`${zone}${i}`, { labels: { 'topology.kubernetes.io/zone': zone } })),
      [],
    );
    expect([...table.rows()].map((row) => table.info(row).name)).toEqual(['a0', 'b3', 'c4', 'a1', 'c5', 'a2']);
  });
});
