/**
 * Which containers of a pod to start and to end now, in Kubernetes' order: ephemeral containers, which wait for nobody,
 * init containers one after the other, sidecars among them, then the app containers. Pure; `plan-pod.ts` calls it for a pod that should run.
 */
import type { Container, Pod } from '@pintle/api/core/v1';
import type { ContainerStatus } from '@pintle/contracts';
import { formatGoDuration, secondsToMs } from '@pintle/machinery';
import { waitLeft } from './backoff.js';
import { allContainersOf, type ContainerRole, podText, restartPolicyOf, roleOf } from './pod-names.js';
import { type Fault, type PodMemory, type PodRuntimeState, runsOf } from './pod-state.js';

/** The label under which the runtime keeps what the image was called when the container was made. */
export const imageLabel = 'io.kubernetes.container.image';

/** One container of the spec, and its runs. */
export interface ContainerView {
  readonly container: Container;
  readonly role: ContainerRole;
  /** Newest first, of this sandbox and of earlier ones. */
  readonly runs: readonly ContainerStatus[];
  /** The newest run in the present sandbox. */
  readonly current?: ContainerStatus;
}

export type ContainerAction =
  | {
      readonly type: 'startContainer';
      readonly container: Container;
      readonly attempt: number;
      /** When the run before ended: this start lengthens the back-off. */
      readonly afterExitAtMs?: number;
    }
  | {
      readonly type: 'killContainer';
      readonly id: string;
      readonly container: Container;
      readonly message: string;
      readonly graceMs: number;
    };

export interface ContainersPlan {
  readonly actions: readonly ContainerAction[];
  /** By container name: why it waits. */
  readonly waits: ReadonlyMap<string, Fault>;
  /** Every init container has done its part. */
  readonly initialized: boolean;
}

export function viewContainers(pod: Pod, state: PodRuntimeState, memory: PodMemory): readonly ContainerView[] {
  const all = state.containers.length === 0 ? memory.remembered : [...state.containers, ...memory.remembered];
  return allContainersOf(pod.spec!).map((container) => {
    const runs = runsOf(all, container.name);
    const current = state.sandbox === undefined ? undefined : runs.find((run) => run.sandboxId === state.sandbox!.id);
    return { container, role: roleOf(pod.spec!, container.name), runs, ...(current === undefined ? {} : { current }) };
  });
}

/** Whether the container has started, as its startup probe and its postStart hook see it. */
export function isStarted(run: ContainerStatus | undefined, memory: PodMemory): boolean {
  if (run?.state !== 'running' || memory.starting.has(run.id)) return false;
  const verdict = memory.verdicts.get(run.id)?.startup;
  return verdict === undefined || verdict === 'success';
}

/** Whether a container that is not running is to be run (again), by its restart policy. */
export function shouldRun(pod: Pod, { role, runs }: ContainerView): boolean {
  const newest = runs[0];
  if (newest === undefined || newest.state !== 'exited') return true;
  const policy = restartPolicyOf(pod.spec!, role);
  return policy === 'Always' || (policy === 'OnFailure' && newest.exitCode !== 0);
}

export function planContainers(
  pod: Pod,
  views: readonly ContainerView[],
  memory: PodMemory,
  nowMs: number,
): ContainersPlan {
  const actions: ContainerAction[] = [];
  const waits = new Map<string, Fault>();
  const step = (view: ContainerView) => stepContainer(pod, view, memory, nowMs, actions, waits);
  for (const view of views) if (view.role === 'ephemeral') step(view);
  const init = views.filter(({ role }) => role === 'init' || role === 'sidecar');
  const apps = views.filter(({ role }) => role === 'app');
  const appsBegan = apps.some(({ current }) => current !== undefined);

  let initialized = true;
  for (const [i, view] of init.entries()) {
    const laterBegan = appsBegan || init.slice(i + 1).some(({ current }) => current !== undefined);
    if (view.role === 'sidecar') {
      step(view);
      if (!laterBegan && !isStarted(view.current, memory)) {
        initialized = false;
        break;
      }
    } else if (!laterBegan && !(view.current?.state === 'exited' && view.current.exitCode === 0)) {
      step(view);
      initialized = false;
      break;
    }
  }
  if (initialized) for (const view of apps) step(view);
  return { actions, waits, initialized };
}

function stepContainer(
  pod: Pod,
  view: ContainerView,
  memory: PodMemory,
  nowMs: number,
  actions: ContainerAction[],
  waits: Map<string, Fault>,
): void {
  const { container, current, runs } = view;
  if (current?.state === 'running') {
    const message = killMessage(pod, view, current, memory);
    if (message !== undefined) actions.push({ type: 'killContainer', id: current.id, container, ...message });
    return;
  }
  const fault = memory.faults.get(container.name);
  if (fault !== undefined && fault.retryAtMs > nowMs) {
    const later = fault.later;
    waits.set(
      container.name,
      later !== undefined && later.fromMs <= nowMs ? { ...later, retryAtMs: fault.retryAtMs } : fault,
    );
    return;
  }
  const newest = runs[0];
  // An init container of an earlier sandbox has its work undone with it.
  const undone = (view.role === 'init' || view.role === 'sidecar') && current === undefined;
  if (!undone && !shouldRun(pod, view)) return;
  if (newest?.state === 'exited') {
    const exitAtMs = newest.finishedAtMs ?? nowMs;
    const backoff = memory.backoffs.get(container.name);
    const waitMs = newest.exitCode === 0 && undone ? 0 : waitLeft(backoff, exitAtMs, nowMs);
    if (waitMs > 0) {
      const text = formatGoDuration(backoff!.delayMs);
      waits.set(container.name, {
        reason: 'CrashLoopBackOff',
        message: `back-off ${text} restarting failed container=${container.name} pod=${podText(pod)}`,
        retryAtMs: nowMs + waitMs,
      });
      return;
    }
    actions.push({ type: 'startContainer', container, attempt: newest.attempt + 1, afterExitAtMs: exitAtMs });
    return;
  }
  const known = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find(
    ({ name }) => name === container.name,
  );
  actions.push({
    type: 'startContainer',
    container,
    attempt: newest === undefined ? (known?.restartCount ?? 0) : newest.attempt + 1,
  });
}

/** Why a running container must end, if it must. */
function killMessage(
  pod: Pod,
  { container, role }: ContainerView,
  run: ContainerStatus,
  memory: PodMemory,
): { message: string; graceMs: number } | undefined {
  const verdicts = memory.verdicts.get(run.id);
  const restarts = restartPolicyOf(pod.spec!, role) !== 'Never';
  const podGraceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30;
  const failed = (probe: { terminationGracePeriodSeconds?: number } | undefined, what: string) => ({
    message: `Container ${container.name} failed ${what} probe${restarts ? ', will be restarted' : ''}`,
    graceMs: secondsToMs(probe?.terminationGracePeriodSeconds ?? podGraceSeconds),
  });
  const made = run.labels[imageLabel];
  if (made !== undefined && made !== container.image) {
    return {
      message: `Container ${container.name} definition changed${restarts ? ', will be restarted' : ''}`,
      graceMs: secondsToMs(podGraceSeconds),
    };
  }
  if (verdicts?.liveness === 'failure') return failed(container.livenessProbe, 'liveness');
  if (verdicts?.startup === 'failure') return failed(container.startupProbe, 'startup');
  return undefined;
}
