/**
 * What to do for a pod now, and what to tell of it: the whole of a kubelet's judgement on one pod, as a function of
 * what is wanted, what is there and what time it is. `pod-worker.ts` calls it and carries out the actions; nothing is
 * awaited, read or written here.
 *
 * A pod goes through: volumes → sandbox (with its address) → init containers → app containers → … → end (containers
 * end, sandbox stops) → torn down (volumes are gone) → deleted from the API. Each step is found by looking at what is
 * there, so a plan can be made anew at any moment.
 */
import type { ContainerStatus as ApiContainerStatus, Pod, PodStatus } from '@pintle/api/core/v1';
import { formatTime, parseTime, secondsToMs } from '@pintle/machinery';
import { containerStatusOf } from './container-status.js';
import {
  type ContainerAction,
  type ContainerView,
  planContainers,
  shouldRun,
  viewContainers,
} from './plan-containers.js';
import { conditionsOf } from './pod-conditions.js';
import { graceOf, initContainersOf, isTerminalPhase } from './pod-names.js';
import { type Phase, phaseOf } from './pod-phase.js';
import type { Fault, PodMemory, PodRuntimeState, Termination } from './pod-state.js';

export type PodAction =
  | { readonly type: 'mountVolumes' }
  /** Asks for the pod's address, and makes the sandbox that holds it. */
  | { readonly type: 'createSandbox'; readonly attempt: number }
  | ContainerAction
  /** Ends every container, in order of their roles, then the sandbox. */
  | { readonly type: 'killPod'; readonly graceMs: number }
  /** Gives back the pod's volumes and address. Logs stay. */
  | { readonly type: 'tearDown' }
  /** Takes the pod out of the API, and everything left of it out of the runtime. */
  | { readonly type: 'deletePod' }
  /** Takes everything left of it out of the runtime. */
  | { readonly type: 'forgetPod' };

export interface PodPlanInput {
  readonly pod: Pod;
  readonly state: PodRuntimeState;
  readonly memory: PodMemory;
  readonly nowMs: number;
  readonly node: { readonly hostIP: string; readonly runtimeName: string };
}

export interface PodPlan {
  /** To be done one after the other; after a fault of the whole pod, or at the end, plan anew. */
  readonly actions: readonly PodAction[];
  /** Made when it is first asked for: of plans that follow each other closely, only the last one is told. */
  readonly status: PodStatus;
  /** When time alone will change the plan. */
  readonly wakeAtMs?: number;
  /** By container name: what each waits for. */
  readonly waits: ReadonlyMap<string, Fault>;
  readonly termination?: Termination;
}

export function planPod(input: PodPlanInput): PodPlan {
  const { pod, state, memory, nowMs } = input;
  const views = viewContainers(pod, state, memory);
  const deadlineAtMs = deadlineOf(pod, memory);
  const pastDeadline = deadlineAtMs !== undefined && nowMs >= deadlineAtMs && !isTerminalPhase(pod.status?.phase);
  const termination = terminationOf(pod, memory, views, pastDeadline);

  if (termination !== undefined) {
    const allEnded = views.every(({ runs }) => runs[0]?.state !== 'running');
    const stage = allEnded ? 'ended' : 'ending';
    return new Plan({ actions: planEnd(termination, state, memory), waits: new Map(), termination }, () =>
      statusOf(input, views, new Map(), true, stage, pastDeadline),
    );
  }

  const plan = planContainers(pod, views, memory, nowMs);
  const wakes = [...plan.waits.values()].flatMap(({ retryAtMs, later }) =>
    later === undefined ? [retryAtMs] : [retryAtMs, later.fromMs],
  );
  if (deadlineAtMs !== undefined) wakes.push(deadlineAtMs);
  const actions: PodAction[] = [];
  if (memory.fault !== undefined && memory.fault.retryAtMs > nowMs) wakes.push(memory.fault.retryAtMs);
  else if (state.sandbox?.state === 'notReady' && views.some(({ runs }) => runs[0]?.state === 'running'))
    actions.push({ type: 'killPod', graceMs: graceOf(pod) });
  else {
    if (!memory.volumesMounted) actions.push({ type: 'mountVolumes' });
    if (state.sandbox?.state === 'ready') actions.push(...plan.actions);
    else actions.push({ type: 'createSandbox', attempt: (state.sandbox?.config.attempt ?? -1) + 1 });
  }
  const parts = { actions, waits: plan.waits, ...(wakes.length === 0 ? {} : { wakeAtMs: Math.min(...wakes) }) };
  return new Plan(parts, () => statusOf(input, views, plan.waits, plan.initialized, 'running', false));
}

class Plan implements PodPlan {
  readonly actions: readonly PodAction[];
  readonly waits: ReadonlyMap<string, Fault>;
  readonly wakeAtMs?: number;
  readonly termination?: Termination;
  private made: PodStatus | undefined;

  constructor(
    { actions, waits, wakeAtMs, termination }: Omit<PodPlan, 'status'>,
    private make: (() => PodStatus) | undefined,
  ) {
    this.actions = actions;
    this.waits = waits;
    if (wakeAtMs !== undefined) this.wakeAtMs = wakeAtMs;
    if (termination !== undefined) this.termination = termination;
  }

  get status(): PodStatus {
    if (this.make !== undefined) {
      this.made = this.make();
      this.make = undefined;
    }
    return this.made!;
  }
}

function deadlineOf(pod: Pod, memory: PodMemory): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined) return undefined;
  return (parseTime(pod.status?.startTime ?? undefined) ?? memory.seenAtMs) + secondsToMs(seconds);
}

function terminationOf(
  pod: Pod,
  memory: PodMemory,
  views: readonly ContainerView[],
  pastDeadline: boolean,
): Termination | undefined {
  if (memory.gone)
    return {
      cause: 'gone',
      graceMs: Math.min(graceOf(pod), pod.metadata.deletionTimestamp == null ? 1_000 : Number.POSITIVE_INFINITY),
    };
  if (pod.metadata.deletionTimestamp != null) return { cause: 'deleted', graceMs: graceOf(pod) };
  const ended: Termination = { cause: 'ended', graceMs: secondsToMs(pod.spec?.terminationGracePeriodSeconds ?? 30) };
  if (pastDeadline || isTerminalPhase(pod.status?.phase)) return ended;
  const apps = views.filter(({ role }) => role === 'app');
  const isOver = (view: ContainerView) => view.runs[0]?.state === 'exited' && !shouldRun(pod, view);
  if (apps.every(isOver)) return ended;
  const initFailed = views.some((view) => view.role === 'init' && view.runs[0]?.exitCode !== 0 && isOver(view));
  return initFailed ? ended : undefined;
}

function planEnd({ cause, graceMs }: Termination, state: PodRuntimeState, memory: PodMemory): readonly PodAction[] {
  if (state.sandbox?.state === 'ready' || state.containers.some((container) => container.state === 'running'))
    return [{ type: 'killPod', graceMs }];
  if (!memory.tornDown) return [{ type: 'tearDown' }];
  if (cause === 'deleted') return [{ type: 'deletePod' }];
  return cause === 'gone' ? [{ type: 'forgetPod' }] : [];
}

type Known = (view: ContainerView) => ApiContainerStatus | undefined;

/**
 * Of a pod that has ended, which containers count as begun though no run of them is known (kubelet's `TerminatePod`): of the
 * init containers those up to the last that was begun, and the first in any case; the others once all of those were done.
 */
function missedBy(views: readonly ContainerView[], knownOf: Known): (view: ContainerView) => boolean {
  const hasBegun = (view: ContainerView) => {
    const { state, lastState } = knownOf(view) ?? {};
    return view.runs.length > 0 || [state?.running, state?.terminated, lastState?.terminated].some((each) => each);
  };
  const hasSucceeded = (view: ContainerView) => {
    const { state, lastState, started } = knownOf(view) ?? {};
    const exitCodes = [state?.terminated, lastState?.terminated, ...view.runs].map((each) => each?.exitCode);
    return view.role === 'sidecar' ? started === true : exitCodes.includes(0);
  };
  const init = views.filter(({ role }) => role === 'init' || role === 'sidecar');
  const begun = init.slice(0, Math.max(0, init.findLastIndex(hasBegun)) + 1);
  const last = init.at(-1);
  const isInitialized =
    last === undefined || hasSucceeded(last) || views.some((view) => view.role === 'app' && hasBegun(view));
  return (view) => (init.includes(view) ? begun.includes(view) : isInitialized);
}

function statusOf(
  { pod, state, memory, nowMs, node }: PodPlanInput,
  views: readonly ContainerView[],
  waits: ReadonlyMap<string, Fault>,
  initialized: boolean,
  stage: 'running' | 'ending' | 'ended',
  pastDeadline: boolean,
): PodStatus {
  const before = pod.status ?? {};
  const spec = pod.spec!;
  const hasInit = initContainersOf(spec).length > 0;
  const knownOf: Known = ({ container }) =>
    [
      ...(before.initContainerStatuses ?? []),
      ...(before.containerStatuses ?? []),
      ...(before.ephemeralContainerStatuses ?? []),
    ].find(({ name }) => name === container.name);
  const missed = missedBy(views, knownOf);
  const status = (view: ContainerView): ApiContainerStatus => {
    const wait = waits.get(view.container.name);
    const known = knownOf(view);
    return containerStatusOf({
      view,
      memory,
      runtimeName: node.runtimeName,
      initializing: view.role !== 'ephemeral' && hasInit && !(initialized && stage === 'running'),
      missed: stage === 'ended' && missed(view),
      ...(wait === undefined ? {} : { wait }),
      ...(known === undefined ? {} : { before: known }),
    });
  };
  const containerStatuses = views.filter(({ role }) => role === 'app').map(status);
  const initContainerStatuses = views.filter(({ role }) => role === 'init' || role === 'sidecar').map(status);
  const ephemeralContainerStatuses = views.filter(({ role }) => role === 'ephemeral').map(status);
  const computed = phaseOf(spec, { containerStatuses, initContainerStatuses }, stage !== 'running');
  // A final phase is final.
  const phase = isTerminalPhase(before.phase) ? (before.phase as Phase) : pastDeadline ? 'Failed' : computed;
  const ip = memory.ip ?? before.podIP;
  return {
    ...before,
    phase,
    ...(pastDeadline
      ? { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }
      : {}),
    conditions: conditionsOf({
      pod,
      phase,
      sandboxReady: state.sandbox?.state === 'ready',
      containerStatuses,
      initContainerStatuses,
      nowMs,
    }),
    hostIP: node.hostIP,
    hostIPs: [{ ip: node.hostIP }],
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
    startTime: before.startTime ?? formatTime(memory.seenAtMs),
    ...(initContainerStatuses.length === 0 ? {} : { initContainerStatuses }),
    containerStatuses,
    ...(ephemeralContainerStatuses.length === 0 ? {} : { ephemeralContainerStatuses }),
  };
}
