/**
 * Carries out what `planPod` says, for one pod: one action at a time, and a new plan after each round. Between rounds
 * it sleeps until the pod changes, a container does, a probe speaks, or the plan's own time has come. While an action
 * takes its time, the status still follows what the runtime sees.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { ContainerStatus, PodSandbox } from '@pintle/contracts';
import type { CancelTimer } from '@pintle/machinery';
import type { KubeletContext } from '../kubelet-context.js';
import { type PodPlan, planPod } from './plan-pod.js';
import { type PodActions, podActions } from './pod-actions.js';
import { isTerminalPhase } from './pod-names.js';
import { podProbes } from './pod-probes.js';
import { emptyMemory, type PodMemory, type PodRuntimeState, rememberContainers } from './pod-state.js';
import { sameValue } from './same-value.js';
import { terminationMessages } from './termination-message.js';

export interface PodWorker {
  readonly pod: Pod;
  readonly runtimeState: () => Promise<PodRuntimeState>;
  readonly sandboxId: string | undefined;
  /** The API has another version. */
  update(pod: Pod): void;
  /** The API has it no longer. */
  gone(pod: Pod): void;
  /** Something happened in the runtime. */
  wake(): void;
  /** Ends the worker. Its containers stay as they are. */
  stop(): void;
}

export interface PodWorkerOptions {
  readonly context: KubeletContext;
  readonly pod: Pod;
  /** What the runtime has of it from before. */
  readonly sandboxes: readonly PodSandbox[];
  readonly onSandbox: (sandboxId: string, worker: PodWorker | undefined) => void;
  /** Nothing is left of the pod. */
  readonly onDone: () => void;
}

/** After an action that failed and has no wait of its own. */
const pauseMs = 2_000;
/** Rounds without a pause that a worker may take; more means that its actions do not do what they say. */
const roundsMax = 100;

const nothingRuns: PodRuntimeState = Object.freeze({ containers: [] });

export function createPodWorker(options: PodWorkerOptions): PodWorker {
  const { context } = options;
  const { world, runtime } = context;
  const { clock } = world;
  let pod = options.pod;
  let memory: PodMemory = {
    ...emptyMemory(clock.now()),
    remembered: options.sandboxes.length === 0 ? rememberContainers(pod, clock.now()) : [],
  };
  let sandboxes: readonly PodSandbox[] = [...options.sandboxes].sort((a, b) => b.config.attempt - a.config.attempt);
  let dirty = false;
  let running = false;
  let refreshing = false;
  let stopped = false;
  let sequence = 0;
  let pausedUntilMs = 0;
  let cancelTimer: CancelTimer | undefined;
  let last: PodPlan | undefined;

  const remember = (change: Partial<PodMemory>) => {
    memory = { ...memory, ...change };
  };

  const readState = async (): Promise<PodRuntimeState> => {
    const newest = sandboxes[0];
    if (newest === undefined) return nothingRuns;
    const lists = await Promise.all(sandboxes.map(({ id }) => runtime.listContainers(id)));
    return { sandbox: newest, containers: messages.withMessages(lists.flat()) };
  };

  const worker: PodWorker = {
    get pod() {
      return pod;
    },
    get sandboxId() {
      return sandboxes[0]?.id;
    },
    runtimeState: readState,
    update(next) {
      const before = pod;
      pod = next;
      if (concerns(before, next, last)) worker.wake();
    },
    gone(last) {
      pod = last;
      remember({ gone: true });
      worker.wake();
    },
    wake() {
      if (stopped) return;
      dirty = true;
      if (!running) void run();
      else void refresh();
    },
    stop() {
      stopped = true;
      cancelTimer?.();
      probes.stop();
      actions.abort();
    },
  };

  const messages = terminationMessages(
    context,
    () => pod,
    () => worker.wake(),
  );
  const probes = podProbes(context, {
    pod: () => pod,
    podIP: () => memory.ip ?? '',
    onVerdicts(containerId, verdicts) {
      remember({ verdicts: new Map(memory.verdicts).set(containerId, verdicts) });
      worker.wake();
    },
    onForget(containerId) {
      const verdicts = new Map(memory.verdicts);
      verdicts.delete(containerId);
      remember({ verdicts });
    },
  });
  const actions: PodActions = podActions(context, {
    pod: () => pod,
    memory: () => memory,
    remember,
    readState,
    sandboxes: () => sandboxes,
    setSandboxes(next) {
      for (const { id } of sandboxes) if (!next.some((one) => one.id === id)) options.onSandbox(id, undefined);
      for (const { id } of next) options.onSandbox(id, worker);
      sandboxes = next;
    },
    wake: () => worker.wake(),
  });

  /** Decides, and tells. A plan that was overtaken by a later one is not told. */
  const plan = async (): Promise<PodPlan> => {
    const mine = ++sequence;
    const state = await readState();
    probes.follow(runsToProbe(state.containers));
    const made = planPod({
      pod,
      state,
      memory,
      nowMs: clock.now(),
      node: { hostIP: context.hostIP, runtimeName: context.runtimeName },
    });
    if (mine !== sequence || stopped) return made;
    if (made.termination !== undefined) probes.onlyReadiness();
    actions.notice(made.waits, state);
    last = made;
    if (!memory.gone) context.statuses.set(pod, made.status);
    cancelTimer?.();
    const wakeAtMs = Math.min(
      made.wakeAtMs ?? Number.POSITIVE_INFINITY,
      pausedUntilMs > clock.now() ? pausedUntilMs : Number.POSITIVE_INFINITY,
      actions.refreshVolumesAtMs(),
    );
    cancelTimer =
      wakeAtMs === Number.POSITIVE_INFINITY
        ? undefined
        : clock.schedule(Math.max(0, wakeAtMs - clock.now()), () => worker.wake());
    return made;
  };

  const runsToProbe = (containers: readonly ContainerStatus[]) =>
    containers.filter(({ state, id }) => state === 'running' && !memory.starting.has(id));

  const run = async () => {
    running = true;
    try {
      for (let round = 0; dirty && !stopped; round++) {
        dirty = false;
        const { actions: wanted, termination } = await plan();
        await actions.refreshVolumes();
        if (pausedUntilMs > clock.now() || stopped) continue;
        if (round >= roundsMax) throw new Error('the pod makes no progress');
        for (const action of wanted) {
          dirty = true;
          if ((await actions.perform(action, termination)) === 'done') {
            worker.stop();
            context.statuses.forget(pod.metadata.uid!);
            options.onDone();
            return;
          }
          if (stopped) return;
          const overtaken = termination === undefined && last?.termination !== undefined;
          if (memory.fault !== undefined || overtaken) break;
        }
      }
    } catch (error) {
      if (stopped) return;
      world.logger.log('warn', 'pod could not be brought forward', {
        pod: pod.metadata.name,
        namespace: pod.metadata.namespace,
        error,
      });
      pausedUntilMs = clock.now() + pauseMs;
      dirty = true;
      cancelTimer?.();
      cancelTimer = clock.schedule(pauseMs, () => worker.wake());
    } finally {
      running = false;
    }
  };

  /** While an action runs: tells of what has changed, and hurries the action where the pod is to end (sooner). */
  const refresh = async () => {
    if (refreshing) return;
    refreshing = true;
    try {
      const { termination } = await plan();
      if (termination !== undefined) actions.hurry(termination);
    } catch (error) {
      world.logger.log('debug', 'pod could not be looked at', { pod: pod.metadata.name, error });
    } finally {
      refreshing = false;
    }
  };

  for (const { id } of sandboxes) options.onSandbox(id, worker);
  worker.wake();
  return worker;
}

/** Whether a change of the API's object is any of the worker's business; its own status writes come back as changes too. */
function concerns(before: Pod, next: Pod, last: PodPlan | undefined): boolean {
  if (before.metadata.deletionTimestamp !== next.metadata.deletionTimestamp) return true;
  if (before.metadata.deletionGracePeriodSeconds !== next.metadata.deletionGracePeriodSeconds) return true;
  if (before.spec !== next.spec && !sameValue(before.spec, next.spec)) return true;
  if (isTerminalPhase(next.status?.phase) && last?.status.phase !== next.status?.phase) return true;
  if (last !== undefined && next.status?.phase !== last.status.phase && next.status?.phase !== before.status?.phase)
    return true;
  if (
    !sameValue(before.metadata.labels, next.metadata.labels) ||
    !sameValue(before.metadata.annotations, next.metadata.annotations)
  )
    return true;
  return (next.spec?.readinessGates?.length ?? 0) > 0 && !sameValue(before.status?.conditions, next.status?.conditions);
}
