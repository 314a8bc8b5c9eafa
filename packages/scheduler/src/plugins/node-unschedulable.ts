import type { Node, Pod } from '@pintle/api/core/v1';
import { toleratesAny } from '@pintle/api/placement';
import { Action } from '../framework/cluster-event.js';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, SignPoint } from '../framework/plugin.js';
import { textOf } from '../framework/signed-plugins.js';
import { skip, status } from '../framework/status.js';

const reason = 'node(s) were unschedulable';
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
const refused = status('UnschedulableAndUnresolvable', reason);

/** Keeps pods off nodes with `spec.unschedulable`, unless they tolerate the taint that goes with it. */
export function nodeUnschedulable(): FilterPlugin & PreFilterPoint & SignPoint & EnqueueExtensions {
  return {
    name: 'NodeUnschedulable',
    sign: ({ pod }) => textOf(pod.spec?.tolerations),
    preFilter: (_, { pod }) => (isTolerated(pod) ? skip : undefined),
    filter: (_, { pod }, node) => (node.unschedulable && !isTolerated(pod) ? refused : undefined),
    filterAll(_, { pod }, { unschedulable, unschedulableCount }, { rows, count, codes }) {
      if (unschedulableCount === 0 || isTolerated(pod)) return;
      for (let i = 0; i < count; i++) codes[i] = unschedulable[rows[i]!]!;
    },
    verdict: () => refused,
    eventsToRegister: () => [
      {
        resource: 'Node',
        action: Action.Add | Action.UpdateNodeTaint,
        hint(_, before, after) {
          const [was, is] = [before as Node | undefined, after as Node | undefined];
          if (is === undefined || is.spec?.unschedulable) return 'Skip';
          return was === undefined || was.spec?.unschedulable ? 'Queue' : 'Skip';
        },
      },
      {
        resource: 'TargetPod',
        action: Action.UpdatePodToleration,
        hint: (pod, _, after) =>
          after?.metadata.uid === pod.metadata.uid && isTolerated(after as Pod) ? 'Queue' : 'Skip',
      },
    ],
  };
}

function isTolerated(pod: Pod): boolean {
  const tolerations = pod.spec?.tolerations;
  return tolerations !== undefined && toleratesAny(tolerations, taint);
}
