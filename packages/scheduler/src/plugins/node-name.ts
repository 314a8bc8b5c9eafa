import { Action } from '../framework/cluster-event.js';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, SignPoint } from '../framework/plugin.js';
import { skip, status } from '../framework/status.js';

const refused = status('UnschedulableAndUnresolvable', "node(s) didn't match the requested node name");

/** A pod that names its node goes nowhere else. */
export function nodeName(): FilterPlugin & PreFilterPoint & SignPoint & EnqueueExtensions {
  return {
    name: 'NodeName',
    sign: ({ pod }) => pod.spec?.nodeName ?? '',
    preFilter: (_, { pod }) => (pod.spec?.nodeName ? undefined : skip),
    filter: (_, { pod }, node) => (pod.spec?.nodeName && pod.spec.nodeName !== node.name ? refused : undefined),
    filterAll(_, { pod }, table, { rows, count, codes }) {
      const wanted = pod.spec?.nodeName;
      if (!wanted) return;
      const row = table.rowOf(wanted);
      for (let i = 0; i < count; i++) if (rows[i] !== row) codes[i] = 1;
    },
    verdict: () => refused,
    eventsToRegister: () => [{ resource: 'Node', action: Action.Add }],
  };
}
