/** The columns of pods; STATUS tells the one thing that matters most. */
import type { TableColumn } from '@pintle/machinery';
import type { ContainerStatus } from '../core/v1/container-status.js';
import type { Pod } from '../core/v1/pod.js';
import { ageColumn, ageOf, column, nameColumn, wide } from './column.js';

interface Summary {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: string;
}

const reasonOf = ({ state }: ContainerStatus): string | undefined => {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (state?.terminated === undefined) return undefined;
  const { reason, signal, exitCode } = state.terminated;
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
};

export function summaryOf(pod: Pod, nowMs: number): Summary {
  const { spec, status } = pod;
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const conditions = status?.conditions ?? [];
  let text = status?.reason || status?.phase || 'Unknown';
  if (conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated'))
    text = 'SchedulingGated';

  let ready = 0;
  let initializing = false;
  const inits = status?.initContainerStatuses ?? [];
  for (const [index, init] of inits.entries()) {
    const sidecar = sidecars.has(init.name);
    if (sidecar && init.ready) ready++;
    if (init.state?.terminated?.exitCode === 0 || (sidecar && init.started)) continue;
    const reason = reasonOf(init);
    text =
      reason !== undefined && reason !== 'PodInitializing'
        ? `Init:${reason}`
        : `Init:${index}/${spec?.initContainers?.length ?? 0}`;
    initializing = true;
    break;
  }
  const initialized = conditions.some(({ type, status: value }) => type === 'Initialized' && value === 'True');
  const counted =
    initializing && !initialized
      ? inits
      : [...(status?.containerStatuses ?? []), ...inits.filter(({ name }) => sidecars.has(name))];
  if (!initializing || initialized) {
    let running = false;
    for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
      const reason = reasonOf(container);
      if (reason !== undefined) text = reason;
      else if (container.ready && container.state?.running !== undefined) {
        running = true;
        ready++;
      }
    }
    if (text === 'Completed' && running)
      text = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True')
        ? 'Running'
        : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp !== undefined) text = status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const restarts = counted.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0);
  const last = counted
    .map(({ lastState }) => lastState?.terminated?.finishedAt ?? '')
    .reduce((a, b) => (a > b ? a : b), '');
  return {
    status: text,
    ready,
    total: (spec?.containers.length ?? 0) + sidecars.size,
    restarts: restarts > 0 && last !== '' ? `${restarts} (${ageOf(last, nowMs)} ago)` : String(restarts),
  };
}

export const podColumns: readonly TableColumn<Pod>[] = [
  nameColumn,
  column('Ready', (pod, now) => {
    const { ready, total } = summaryOf(pod, now);
    return `${ready}/${total}`;
  }),
  column('Status', (pod, now) => summaryOf(pod, now).status),
  column('Restarts', (pod, now) => summaryOf(pod, now).restarts),
  ageColumn,
  wide('IP', ({ status }) => status?.podIPs?.[0]?.ip || status?.podIP || '<none>'),
  wide('Node', ({ spec }) => spec?.nodeName || '<none>'),
  wide('Nominated Node', ({ status }) => status?.nominatedNodeName || '<none>'),
  wide('Readiness Gates', ({ spec, status }) => {
    const gates = spec?.readinessGates ?? [];
    if (gates.length === 0) return '<none>';
    const met = gates.filter(({ conditionType }) =>
      status?.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'),
    );
    return `${met.length}/${gates.length}`;
  }),
];
