/** The default plugins together, through the scheduler's own attempt, against the sum of their obvious models. */
import { expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { profile } from '../framework/profile.js';
import { explain } from '../simulate/explain.js';
import { schedule } from '../simulate/schedule.js';
import { cluster } from './arbitrary-cluster.fixture.js';
import { defaultPlugins } from './default-plugins.js';
import {
  balanced,
  fits,
  leastAllocated,
  requested,
  taintsDisliked,
  taintsTolerated,
  type World,
} from './obvious-model.fixture.js';
import { affinityAllows, imageScore, portsFree, preferenceWeight, schedulable } from './obvious-small.fixture.js';

const policy = profile({ plugins: defaultPlugins() });

const feasible = (world: World, node: Node, pod: Pod) =>
  schedulable(node, pod) &&
  taintsTolerated(node, pod) &&
  affinityAllows(node, pod) &&
  portsFree(world, node, pod) &&
  fits(world, node, pod) === 'ok';

/** Weighted and summed, of nodes that are feasible. */
function totals(world: World, nodes: readonly Node[], pod: Pod): readonly number[] {
  const preferences = nodes.map((node) => preferenceWeight(node, pod));
  const disliked = nodes.map((node) => taintsDisliked(node, pod));
  const share = (of: readonly number[], i: number) => {
    const most = Math.max(...of);
    return most === 0 ? 0 : Math.trunc((100 * of[i]!) / most);
  };
  const asksForSomething = ['cpu', 'memory'].some((resource) => requested(pod, resource) > 0n);
  return nodes.map(
    (node, i) =>
      3 * (100 - share(disliked, i)) +
      2 * share(preferences, i) +
      leastAllocated(world, node, pod) +
      (asksForSomething ? balanced(world, node, pod) : 0) +
      imageScore(world, node, pod),
  );
}

/** What seldom lets pods on more than one node, taken from most nodes and from the pod. */
const roomy = fc
  .tuple(cluster, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
  .map(([{ nodes, pods, pod }, tight]) => {
    const { nodeSelector: _, affinity, ...spec } = pod.spec!;
    const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    return {
      nodes: nodes.map((node, i): Node => {
        if (tight[i] && i > 1) return node;
        const taints = node.spec?.taints?.filter(({ effect }) => effect === 'PreferNoSchedule') ?? [];
        const { allocatable } = node.status!;
        const room = { cpu: i % 2 === 0 ? '24' : '16', memory: '64Gi', pods: '110', 'example.com/gpu': '64' };
        return {
          ...node,
          spec: { taints },
          status: { ...node.status, allocatable: { 'ephemeral-storage': '64Gi', ...allocatable, ...room } },
        };
      }),
      pods,
      pod: {
        ...pod,
        spec: {
          ...spec,
          containers: spec.containers.map(({ ports: _ports, ...container }) => container),
          affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred ?? [] } },
        },
      } as Pod,
    };
  });

it('a pod goes to the node that is best by the obvious models, among those that they allow', () => {
  fc.assert(
    fc.property(fc.oneof(cluster, roomy), ({ nodes, pods, pod: given }) => {
      const { nodeName: _, ...spec } = given.spec!;
      // Matters no more than anybody: nobody leaves for it.
      const pod = { ...given, spec: { ...spec, priority: 0 } } as Pod;
      const world = { nodes, pods };
      const result = schedule({ policy, nodes, pods: [...pods, pod] });
      const allowed = nodes.filter((node) => feasible(world, node, pod));
      const { nodes: judged, nodeName } = explain(result, 'new');
      const names = (of: readonly Node[]) => of.map(({ metadata }) => metadata.name).sort();
      const found = judged.filter((node) => node.feasible);
      expect(found.map(({ node }) => node).sort()).toEqual(names(allowed));
      expect(nodeName === undefined).toBe(allowed.length === 0);
      if (allowed.length < 2) return;
      const sums = totals(world, allowed, pod);
      for (const [i, node] of allowed.entries())
        expect(found.find((each) => each.node === node.metadata.name)?.total).toBe(sums[i]);
      expect(names(allowed.filter((_node, i) => sums[i] === Math.max(...sums)))).toContain(nodeName);
    }),
    { numRuns: 500 },
  );
});
