/** The taints that a node's conditions ask for. Pure; follows node lifecycle's maps of conditions and taints. */
import type { Node, Taint } from '@pintle/api/core/v1';
import { findCondition } from '@pintle/machinery';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** By condition and its status: the taint that keeps new pods away. */
const byCondition: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint, Unknown: unreachableTaint },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const managed: ReadonlySet<string> = new Set([
  unschedulableTaint,
  ...Object.values(byCondition).flatMap((byStatus) => Object.values(byStatus)),
]);

export type Readiness = 'True' | 'False' | 'Unknown';

/** A node that says nothing of it is not known to be ready; until it has had its time to begin, nobody leaves it for that. */
export const readinessOf = ({ status }: Node): Readiness =>
  (findCondition(status?.conditions, 'Ready')?.status as Readiness | undefined) ?? 'Unknown';

/** The taint by which pods leave a node that is not ready; undefined: it is, or has said nothing yet. */
export const executeTaint = ({ status }: Node): string | undefined => {
  const ready = findCondition(status?.conditions, 'Ready');
  return ready && byCondition['Ready']![ready.status ?? ''];
};

/** Whether pods are leaving the node already, for whichever of the two reasons. */
export const isExecuting = ({ spec }: Node): boolean =>
  spec?.taints?.some(
    ({ key, effect }) => effect === 'NoExecute' && (key === notReadyTaint || key === unreachableTaint),
  ) ?? false;

/** The node's taints as they should be; those of others stay. `executes`: pods are to leave it if it is not ready. */
export function planTaints(node: Node, now: string, { executes }: { readonly executes: boolean }): readonly Taint[] {
  const wanted: Taint[] = [];
  for (const { type = '', status = '' } of node.status?.conditions ?? []) {
    const key = byCondition[type]?.[status];
    if (key !== undefined) wanted.push({ key, effect: 'NoSchedule' });
  }
  const key = executes ? executeTaint(node) : undefined;
  if (key !== undefined) wanted.push({ key, effect: 'NoExecute' });
  if (node.spec?.unschedulable) wanted.push({ key: unschedulableTaint, effect: 'NoSchedule' });
  const present = node.spec?.taints ?? [];
  const same = (a: Taint) => (b: Taint) => a.key === b.key && a.effect === b.effect;
  return [
    ...present.filter((taint) => !managed.has(taint.key) || wanted.some(same(taint))),
    ...wanted.filter((taint) => !present.some(same(taint))).map((taint) => ({ ...taint, timeAdded: now })),
  ];
}
