/** Clusters' nodes for property tests: few values each, so that nodes and pods often have to do with one another. */
import type { Node } from '@pintle/api/core/v1';
import * as fc from 'fast-check';
import { node } from '../builders.js';

export interface ArbitraryNodesOptions {
  /** Default 1. */
  readonly minLength?: number;
  /** Default 8. */
  readonly maxLength?: number;
}

const zoneLabel = 'topology.kubernetes.io/zone';

export const arbitraryTaint = (): fc.Arbitrary<NonNullable<NonNullable<Node['spec']>['taints']>[number]> =>
  fc.record({
    key: fc.constantFrom('gpu', 'dedicated'),
    value: fc.constantFrom('', 'a', 'b'),
    effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  });

/** Nodes `node-0`, `node-1`…: of several sizes, in zones or none, some with a disk label, tainted or cordoned. */
export function arbitraryNodes({
  minLength = 1,
  maxLength = 8,
}: ArbitraryNodesOptions = {}): fc.Arbitrary<readonly Node[]> {
  const one = fc.record({
    cpu: fc.constantFrom('500m', '1', '2', '4', '8'),
    memory: fc.constantFrom('512Mi', '2Gi', '8Gi', '32Gi'),
    pods: fc.constantFrom('2', '10', '110'),
    zone: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    disk: fc.option(fc.constantFrom('ssd', 'hdd'), { nil: undefined }),
    taints: fc.uniqueArray(arbitraryTaint(), { maxLength: 2, selector: ({ key, effect }) => `${key}:${effect}` }),
    unschedulable: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  return fc.array(one, { minLength, maxLength }).map((shapes) =>
    shapes.map(({ cpu, memory, pods, zone, disk, taints, unschedulable }, at) =>
      node(`node-${at}`, {
        allocatable: { cpu, memory, pods },
        labels: { ...(zone === undefined ? {} : { [zoneLabel]: zone }), ...(disk === undefined ? {} : { disk }) },
        ...(taints.length === 0 ? {} : { taints }),
        ...(unschedulable ? { unschedulable } : {}),
      }),
    ),
  );
}
