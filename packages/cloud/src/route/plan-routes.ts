/** Which routes a cloud is to have, so that pods of one node reach those of another. Pure. */
import type { Node } from '@pintle/api/core/v1';
import type { CloudRoute } from '@pintle/contracts';
import { containsRange, parseCidr } from '@pintle/machinery';

export interface RoutePlan {
  readonly create: readonly CloudRoute[];
  readonly remove: readonly CloudRoute[];
  /** Nodes all of whose routes are there. */
  readonly reached: readonly string[];
}

const podCidrs = ({ spec }: Node): readonly string[] =>
  spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);

/** Only routes within `clusterCidrs` are this cluster's to remove. */
export function planRoutes(
  nodes: readonly Node[],
  present: readonly CloudRoute[],
  clusterCidrs: readonly string[],
): RoutePlan {
  const wanted = nodes.flatMap((node) =>
    podCidrs(node).map((destinationCidr): CloudRoute => {
      const nodeName = node.metadata.name ?? '';
      return { name: `${node.metadata.uid}-${destinationCidr}`, nodeName, destinationCidr };
    }),
  );
  const same = (a: CloudRoute) => (b: CloudRoute) =>
    a.nodeName === b.nodeName && a.destinationCidr === b.destinationCidr;
  const create = wanted.filter((route) => !present.some(same(route)));
  return {
    create,
    remove: present.filter(
      (route) => !wanted.some(same(route)) && clusterCidrs.some((cidr) => isWithin(cidr, route.destinationCidr)),
    ),
    reached: nodes
      .filter((node) => podCidrs(node).length > 0)
      .map(({ metadata }) => metadata.name ?? '')
      .filter((name) => !create.some(({ nodeName }) => nodeName === name)),
  };
}

function isWithin(outer: string, inner: string): boolean {
  const [range, part] = [parseCidr(outer), parseCidr(inner)];
  return range !== undefined && part !== undefined && containsRange(range, part);
}
