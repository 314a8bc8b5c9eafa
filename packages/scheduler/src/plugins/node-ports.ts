import type { Pod } from '@pintle/api/core/v1';
import { Action } from '../framework/cluster-event.js';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, SignPoint } from '../framework/plugin.js';
import { skip, status } from '../framework/status.js';
import { HostPorts } from '../nodes/host-ports.js';
import type { NodeTable } from '../nodes/node-table.js';
import { type PodInfo, podInfo } from '../nodes/pod-info.js';

const refused = status('Unschedulable', "node(s) didn't have free ports for the requested pod ports");

/** Keeps a pod off nodes where another has taken a host port that it asks for. */
export function nodePorts(): FilterPlugin & PreFilterPoint & SignPoint & EnqueueExtensions {
  return {
    name: 'NodePorts',
    sign: ({ hostPorts }) => (hostPorts.length === 0 ? '' : JSON.stringify(hostPorts)),
    preFilter: (_, { hostPorts }) => (hostPorts.length === 0 ? skip : undefined),
    filter: (_, pod, { table, row }) => (conflicts(pod, table, row) ? refused : undefined),
    filterAll(_, pod, table, { rows, count, codes }) {
      if (pod.hostPorts.length === 0) return;
      for (let i = 0; i < count; i++) if (conflicts(pod, table, rows[i]!)) codes[i] = 1;
    },
    verdict: () => refused,
    eventsToRegister: () => [
      {
        resource: 'AssignedPod',
        action: Action.Delete,
        hint: (pod, before) => (before !== undefined && frees(before as Pod, pod) ? 'Queue' : 'Skip'),
      },
      { resource: 'Node', action: Action.Add },
    ],
  };
}

function conflicts({ hostPorts }: PodInfo, table: NodeTable, row: number): boolean {
  const taken = table.portsAt(row);
  if (taken === undefined) return false;
  for (const port of hostPorts) if (taken.conflicts(port)) return true;
  return false;
}

/** Whether `gone` held a port that `pod` asks for. */
function frees(gone: Pod, pod: Pod): boolean {
  const held = new HostPorts();
  for (const port of podInfo(gone).hostPorts) held.add(port);
  return podInfo(pod).hostPorts.some((port) => held.conflicts(port));
}
