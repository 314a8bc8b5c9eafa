/** Why a pod fits nowhere, as data and in kube-scheduler's words. */
import type { NodeStatuses } from './node-statuses.js';

export interface Diagnosis {
  readonly nodesTotal: number;
  /** Absent where PreFilter refused the pod as a whole. */
  readonly statuses?: NodeStatuses;
  readonly preFilterMessage?: string;
  readonly postFilterMessage?: string;
  /** The plugins that refused; only events that one of them registered can help. */
  readonly unschedulablePlugins: ReadonlySet<string>;
  /** Those that refused with `Pending`. */
  readonly pendingPlugins: ReadonlySet<string>;
}

export const noNodesMessage = 'no nodes available to schedule pods';

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function fitErrorMessage(diagnosis: Diagnosis): string {
  let message = `0/${diagnosis.nodesTotal} nodes are available:`;
  if (diagnosis.preFilterMessage !== undefined && diagnosis.preFilterMessage !== '') {
    message += ` ${diagnosis.preFilterMessage}.`;
  } else if (diagnosis.statuses !== undefined) {
    message = reasonsMessage(diagnosis.statuses.reasonCounts(diagnosis.nodesTotal), diagnosis.nodesTotal);
  }
  if (diagnosis.postFilterMessage !== undefined && diagnosis.postFilterMessage !== '') {
    message += ` ${diagnosis.postFilterMessage}`;
  }
  return message;
}

/** How many of the nodes gave each reason, in one sentence. */
export function reasonsMessage(counts: ReadonlyMap<string, number>, nodesTotal: number): string {
  const message = `0/${nodesTotal} nodes are available:`;
  const texts = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort(byBytes);
  return texts.length > 0 ? `${message} ${texts.join(', ')}.` : message;
}

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
