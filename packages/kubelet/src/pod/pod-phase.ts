/** A pod's phase from the states of its containers, as kubelet's `getPhase`. Pure. */
import type { ContainerStatus, PodSpec, PodStatus } from '@pintle/api/core/v1';
import { initContainersOf, isSidecar } from './pod-names.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/**
 * @param ending - The pod is being ended: what has stopped will not run again.
 */
export function phaseOf(
  spec: PodSpec,
  status: Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'>,
  ending: boolean,
): Phase {
  const initStatus = (name: string) => status.initContainerStatuses?.find((one) => one.name === name);
  const policy = spec.restartPolicy ?? 'Always';
  let sidecarsRunning = false;
  for (const container of initContainersOf(spec)) {
    const one = initStatus(container.name);
    if (isSidecar(container)) {
      if (one?.state?.running !== undefined) sidecarsRunning = true;
      if (one?.started !== true && one?.state?.terminated === undefined && !began(status.containerStatuses))
        return ending ? endedPhase(status) : 'Pending';
      continue;
    }
    const exitCode = one?.state?.terminated?.exitCode;
    if (exitCode === 0) continue;
    if (exitCode !== undefined && policy === 'Never') return 'Failed';
    if (began(status.containerStatuses)) continue;
    return ending ? endedPhase(status) : 'Pending';
  }

  let waiting = 0;
  let running = 0;
  let stopped = 0;
  let succeeded = 0;
  for (const container of spec.containers) {
    const one = status.containerStatuses?.find(({ name }) => name === container.name);
    if (one?.state?.running !== undefined) running++;
    else if (one?.state?.terminated !== undefined) {
      stopped++;
      if (one.state.terminated.exitCode === 0) succeeded++;
    } else if (one?.lastState?.terminated !== undefined) stopped++;
    else waiting++;
  }
  if (ending) return running > 0 || sidecarsRunning ? 'Running' : endedPhase(status);
  if (waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (policy === 'Always' || sidecarsRunning) return 'Running';
  if (succeeded === stopped) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

const began = (statuses: readonly ContainerStatus[] | undefined) =>
  statuses?.some(
    ({ state, lastState }) =>
      state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined,
  ) ?? false;

/** Of a pod that has been ended: success only where every container says so. */
function endedPhase({
  containerStatuses = [],
  initContainerStatuses = [],
}: Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'>): Phase {
  if ([...containerStatuses, ...initContainerStatuses].some(({ state }) => state?.running !== undefined))
    return 'Running';
  return containerStatuses.length > 0 && containerStatuses.every(({ state }) => state?.terminated?.exitCode === 0)
    ? 'Succeeded'
    : 'Failed';
}
