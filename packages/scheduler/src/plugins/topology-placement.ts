/** Offers a group that is to stay together each domain of the topology that it names: a rack, a zone. */

import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { Placement, PlacementGeneratePoint } from '../framework/plugin.js';
import { GroupMembers } from '../gangs/group-members.js';
import type { NodeTable } from '../nodes/node-table.js';

export function topologyPlacement(): PluginIdentity & PlacementGeneratePoint {
  return {
    name: 'TopologyPlacement',
    generatePlacements({ key, podGroup }, table) {
      const topology = podGroup.spec.schedulingConstraints?.topology?.[0]?.key;
      if (topology === undefined) return undefined;
      const domains = domainsOf(table, topology);
      const members = GroupMembers.of(table.objects).in(key);
      const there = [...domains].filter(([, rows]) =>
        rows.some((row) => table.podsAt(row).some((pod) => members.has(pod.key))),
      );
      // Where some of the group are already, there the others go.
      return (there.length > 0 ? there : [...domains]).map(
        ([value, rows]): Placement => ({ name: `${topology}=${value}`, rows: Int32Array.from(rows) }),
      );
    },
  };
}

/** By value, in the order in which nodes are looked at. */
function domainsOf(table: NodeTable, key: string): ReadonlyMap<string, readonly number[]> {
  const domains = new Map<string, number[]>();
  const column = table.labels.column(key);
  if (column === undefined) return domains;
  for (const row of table.rows()) {
    const value = column.values.text(column.ids[row]!);
    if (value === undefined) continue;
    const rows = domains.get(value);
    if (rows === undefined) domains.set(value, [row]);
    else rows.push(row);
  }
  return domains;
}
