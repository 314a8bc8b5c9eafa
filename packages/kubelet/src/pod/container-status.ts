/** One container's status in the API, from its runs and from why it waits. Pure. */
import type { Container, ContainerState, ContainerStateTerminated, ContainerStatus } from '@pintle/api/core/v1';
import type { ContainerStatus as Run } from '@pintle/contracts';
import { formatTime } from '@pintle/machinery';
import { type ContainerView, isStarted } from './plan-containers.js';
import { type PodMemory, unknownMessage, unknownReason } from './pod-state.js';

export interface ContainerStatusFacts {
  readonly view: ContainerView;
  readonly memory: PodMemory;
  /** The scheme of container ids: the runtime's name. */
  readonly runtimeName: string;
  /** Why it is not running: a fault, a back-off. */
  readonly wait?: { readonly reason: string; readonly message: string };
  /** What a container that never ran waits for. */
  readonly initializing: boolean;
  /** The pod has ended, and where no run is known it counts as one that failed, and not as one that never came. */
  readonly missed: boolean;
  /** What the API has. */
  readonly before?: ContainerStatus;
}

export function containerStatusOf(facts: ContainerStatusFacts): ContainerStatus {
  const { view, memory, runtimeName, before } = facts;
  const { container, runs, role } = view;
  const newest = runs[0];
  const state = stateOf(facts);
  const previous = state.terminated !== undefined || newest?.state === 'running' ? runs[1] : newest;
  const lastTerminated =
    previous?.state === 'exited' ? terminatedOf(previous, runtimeName) : before?.lastState?.terminated;
  const started = isStarted(newest, memory);
  const readiness = newest === undefined ? undefined : memory.verdicts.get(newest.id)?.readiness;
  const ready =
    role === 'ephemeral'
      ? false
      : role === 'init'
        ? state.terminated?.exitCode === 0
        : started && state.running !== undefined && (readiness === undefined || readiness === 'success');
  return {
    name: container.name,
    state,
    lastState: lastTerminated === undefined ? {} : { terminated: lastTerminated },
    ready,
    restartCount: newest?.attempt ?? before?.restartCount ?? 0,
    image: newest?.image ?? container.image ?? '',
    imageID: newest?.imageRef ?? '',
    ...(newest === undefined || newest.id === '' ? {} : { containerID: `${runtimeName}://${newest.id}` }),
    ...(role === 'ephemeral' ? {} : { started: role === 'init' ? false : started }),
    ...volumeMountsOf(container),
    ...(newest === undefined ? {} : resourcesOf(container)),
  };
}

function stateOf({ view, wait, initializing, missed, runtimeName, before }: ContainerStatusFacts): ContainerState {
  const newest = view.runs[0];
  if (newest?.state === 'running')
    return { running: { startedAt: formatTime(newest.startedAtMs ?? newest.createdAtMs) } };
  if (wait !== undefined) return { waiting: { reason: wait.reason, message: wait.message } };
  if (newest?.state === 'exited') return { terminated: terminatedOf(newest, runtimeName) };
  if (missed) {
    return before?.state?.terminated !== undefined
      ? { terminated: before.state.terminated }
      : { terminated: { exitCode: 137, reason: unknownReason, message: unknownMessage } };
  }
  return { waiting: { reason: initializing ? 'PodInitializing' : 'ContainerCreating' } };
}

function terminatedOf(run: Run, runtimeName: string): ContainerStateTerminated {
  return {
    exitCode: run.exitCode ?? 0,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    reason: run.reason ?? (run.exitCode === 0 ? 'Completed' : 'Error'),
    ...(run.message === undefined || run.message === '' ? {} : { message: run.message }),
    ...(run.startedAtMs === undefined ? {} : { startedAt: formatTime(run.startedAtMs) }),
    ...(run.finishedAtMs === undefined ? {} : { finishedAt: formatTime(run.finishedAtMs) }),
    ...(run.id === '' ? {} : { containerID: `${runtimeName}://${run.id}` }),
  };
}

function volumeMountsOf({ volumeMounts }: Container): Pick<ContainerStatus, 'volumeMounts'> {
  if (volumeMounts === undefined || volumeMounts.length === 0) return {};
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly }) => ({
      name,
      mountPath,
      ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' as const } : {}),
    })),
  };
}

/** Of a container that has run, also where it has none: a resize looks for it. */
function resourcesOf({ resources }: Container): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  const { limits, requests } = resources ?? {};
  return {
    resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) },
    ...(requests === undefined ? {} : { allocatedResources: requests }),
  };
}
