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
import { PodActions } from './pod-actions.js';
import type { PodHost } from './pod-host.js';
import { isTerminalPhase } from './pod-names.js';
import { type PodProbes, podProbes } from './pod-probes.js';
import { emptyMemory, type PodMemory, type PodRuntimeState, rememberContainers } from './pod-state.js';
import { sameValue } from './same-value.js';
import { type TerminationMessages, terminationMessages } from './termination-message.js';

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

export class PodWorker implements PodHost {
  pod: Pod;
  memory: PodMemory;
  sandboxes: readonly PodSandbox[];
  private dirty = false;
  private running = false;
  private refreshing = false;
  private stopped = false;
  private sequence = 0;
  private pausedUntilMs = 0;
  private cancelTimer: CancelTimer | undefined;
  private last: PodPlan | undefined;
  private readonly messages: TerminationMessages;
  private readonly probes: PodProbes;
  private readonly actions: PodActions;

  /** Begins at once. */
  constructor(private readonly options: PodWorkerOptions) {
    const { context, pod, sandboxes } = options;
    const nowMs = context.world.clock.now();
    this.pod = pod;
    this.memory = {
      ...emptyMemory(nowMs),
      remembered: sandboxes.length === 0 ? rememberContainers(pod, nowMs) : [],
    };
    this.sandboxes = [...sandboxes].sort((a, b) => b.config.attempt - a.config.attempt);
    this.messages = terminationMessages(context, this);
    this.probes = podProbes(context, this);
    this.actions = new PodActions(context, this);
    for (const { id } of this.sandboxes) options.onSandbox(id, this);
    this.wake();
  }

  get sandboxId(): string | undefined {
    return this.sandboxes[0]?.id;
  }

  /** The API has another version. */
  update(next: Pod): void {
    const before = this.pod;
    this.pod = next;
    if (concerns(before, next, this.last)) this.wake();
  }

  /** The API has it no longer. */
  gone(last: Pod): void {
    this.pod = last;
    this.remember({ gone: true });
    this.wake();
  }

  /** Something happened in the runtime, or was found out. */
  wake(): void {
    if (this.stopped) return;
    this.dirty = true;
    if (!this.running) void this.run();
    else void this.refresh();
  }

  /** Ends the worker. Its containers stay as they are. */
  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
    this.probes.stop();
    this.actions.abort();
  }

  remember(change: Partial<PodMemory>): void {
    this.memory = { ...this.memory, ...change };
  }

  setSandboxes(next: readonly PodSandbox[]): void {
    const { onSandbox } = this.options;
    for (const { id } of this.sandboxes) if (!next.some((one) => one.id === id)) onSandbox(id, undefined);
    for (const { id } of next) onSandbox(id, this);
    this.sandboxes = next;
  }

  async readState(): Promise<PodRuntimeState> {
    const { sandboxes } = this;
    const newest = sandboxes[0];
    if (newest === undefined) return nothingRuns;
    const { runtime } = this.options.context;
    const lists = await Promise.all(sandboxes.map(({ id }) => runtime.listContainers(id)));
    return { sandbox: newest, containers: this.messages.withMessages(lists.flat()) };
  }

  /** Decides, and tells. A plan that was overtaken by a later one is not told. */
  private async plan(): Promise<PodPlan> {
    const mine = ++this.sequence;
    const { context } = this.options;
    const { clock } = context.world;
    const state = await this.readState();
    this.probes.follow(this.runsToProbe(state.containers));
    const { pod, memory } = this;
    const { hostIP, runtimeName } = context;
    const made = planPod({ pod, state, memory, nowMs: clock.now(), node: { hostIP, runtimeName } });
    if (mine !== this.sequence || this.stopped) return made;
    if (made.termination !== undefined) this.probes.onlyReadiness();
    this.actions.notice(made.waits, state);
    this.last = made;
    if (!this.memory.gone) context.statuses.set(this.pod, made);
    const wakeAtMs = Math.min(
      made.wakeAtMs ?? Number.POSITIVE_INFINITY,
      this.pausedUntilMs > clock.now() ? this.pausedUntilMs : Number.POSITIVE_INFINITY,
      this.actions.refreshVolumesAtMs,
    );
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (wakeAtMs !== Number.POSITIVE_INFINITY) this.wakeIn(wakeAtMs - clock.now());
    return made;
  }

  private wakeIn(ms: number): void {
    this.cancelTimer = this.options.context.world.clock.schedule(Math.max(0, ms), () => this.wake());
  }

  private runsToProbe(containers: readonly ContainerStatus[]): readonly ContainerStatus[] {
    return containers.filter(({ state, id }) => state === 'running' && !this.memory.starting.has(id));
  }

  private async run(): Promise<void> {
    const { context, onDone } = this.options;
    const { clock, logger } = context.world;
    this.running = true;
    try {
      for (let round = 0; this.dirty && !this.stopped; round++) {
        this.dirty = false;
        const { actions: wanted, termination } = await this.plan();
        await this.actions.refreshVolumes();
        if (this.pausedUntilMs > clock.now() || this.stopped) continue;
        if (round >= roundsMax) throw new Error('the pod makes no progress');
        for (const action of wanted) {
          this.dirty = true;
          if ((await this.actions.perform(action, termination)) === 'done') {
            this.stop();
            context.statuses.forget(this.pod.metadata.uid!);
            onDone();
            return;
          }
          if (this.stopped) return;
          if (this.memory.fault !== undefined) break;
        }
      }
    } catch (error) {
      if (this.stopped) return;
      const { name, namespace } = this.pod.metadata;
      logger.log('warn', 'pod could not be brought forward', { pod: name, namespace, error });
      this.pausedUntilMs = clock.now() + pauseMs;
      this.dirty = true;
      this.cancelTimer?.();
      this.wakeIn(pauseMs);
    } finally {
      this.running = false;
    }
  }

  /** While an action runs: tells of what has changed, and hurries the action where the pod is to end (sooner). */
  private async refresh(): Promise<void> {
    if (this.refreshing) return;
    this.refreshing = true;
    try {
      const { termination } = await this.plan();
      if (termination !== undefined) this.actions.hurry(termination);
    } catch (error) {
      const { logger } = this.options.context.world;
      logger.log('debug', 'pod could not be looked at', { pod: this.pod.metadata.name, error });
    } finally {
      this.refreshing = false;
    }
  }
}

/** Whether a change of the API's object is any of the worker's business; its own status writes come back as changes too. */
function concerns(before: Pod, next: Pod, last: PodPlan | undefined): boolean {
  if (before.metadata.deletionTimestamp !== next.metadata.deletionTimestamp) return true;
  if (before.metadata.deletionGracePeriodSeconds !== next.metadata.deletionGracePeriodSeconds) return true;
  if (before.spec !== next.spec && !sameValue(before.spec, next.spec)) return true;
  if (isTerminalPhase(next.status?.phase) && last?.status.phase !== next.status?.phase) return true;
  if (last !== undefined && next.status?.phase !== before.status?.phase && next.status?.phase !== last.status.phase)
    return true;
  if (
    !sameValue(before.metadata.labels, next.metadata.labels) ||
    !sameValue(before.metadata.annotations, next.metadata.annotations)
  )
    return true;
  return (next.spec?.readinessGates?.length ?? 0) > 0 && !sameValue(before.status?.conditions, next.status?.conditions);
}
