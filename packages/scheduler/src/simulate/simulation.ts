/**
 * The scheduler's own queue and attempts over a table in memory, on a time that is only counted. `schedule()` runs it
 * once to its end; `replay()` lets pods come and go on the way. Nothing is bound: a pod is placed when Permit lets it go.
 */
import { type Node, Pod } from '@pintle/api/core/v1';
import {
  InvalidQuantityError,
  type KindRef,
  type KubernetesObject,
  type Random,
  seededRandom,
} from '@pintle/machinery';
import { atOnce } from '../algorithm/attempt-steps.js';
import { type AttemptOutcome, Placer } from '../algorithm/schedule-pod.js';
import { clusterEvents } from '../framework/cluster-event.js';
import { Framework } from '../framework/framework.js';
import type { Profile } from '../framework/profile.js';
import { isSuccess, statusMessage } from '../framework/status.js';
import { GroupAttempt } from '../gangs/group-attempt.js';
import { withoutPreempting } from '../gangs/group-room.js';
import { podGroupKey } from '../gangs/pod-group.js';
import { NodeTable } from '../nodes/node-table.js';
import { isTerminal, onNode, type PodInfo, podInfo, podKey } from '../nodes/pod-info.js';
import { Nominations } from '../queue/nominations.js';
import type { QueuedPodInfo, QueueMove } from '../queue/queued-pod-info.js';
import { SchedulingQueue } from '../queue/scheduling-queue.js';
import { InvalidTraceError } from './invalid-trace-error.js';
import type {
  AttemptRecord,
  Departure,
  Preemption,
  ScheduleInput,
  ScheduleResult,
  UnschedulablePod,
} from './schedule-result.js';
import { type SimulatedHandle, simulatedHandle } from './simulated-handle.js';

/** The frameworks of one policy or several, by scheduler name. */
export function frameworksOf(policy: Profile | readonly Profile[]): ReadonlyMap<string, Framework> {
  const profiles: readonly Profile[] = 'plugins' in policy ? [policy] : policy;
  return new Map(profiles.map((each) => [each.schedulerName, new Framework(each)]));
}

/** A table of these nodes and of the pods that are on them already. Errors: `InvalidTraceError` for amounts that are none. */
export function tableOf(
  nodes: readonly Node[],
  pods: readonly Pod[],
  objects: readonly KubernetesObject[] = [],
): NodeTable {
  const table = new NodeTable({ capacity: nodes.length });
  for (const object of objects) table.objects.set(object);
  for (const node of nodes) readable(`node ${node.metadata.name}`, () => table.setNode(node));
  for (const pod of pods) {
    const row = pod.spec?.nodeName && !isTerminal(pod) ? table.rowOf(pod.spec.nodeName) : undefined;
    if (row !== undefined) table.addPod(row, infoOf(pod));
  }
  return table;
}

const infoOf = (pod: Pod) => readable(`pod ${podKey(pod)}`, () => podInfo(pod));

/** An amount that is none is told with the object that has it: here no API server has looked at it before. */
function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidQuantityError)) throw error;
    throw new InvalidTraceError(what, `${JSON.stringify(error.text)}: ${error.message}`, { cause: error });
  }
}

/** Pods and nodes go by their names: of two that share one, one would be lost. Errors: `InvalidTraceError`. */
function requireOnce(what: 'node' | 'pod', names: readonly string[]): void {
  const places = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const before = places.get(name);
    if (before !== undefined)
      throw new InvalidTraceError(
        `${what} ${name}`,
        `there are two of this name, ${what}s[${before}] and ${what}s[${index}]`,
      );
    places.set(name, index);
  }
}

export class Simulation {
  private readonly table: NodeTable;
  private readonly frameworks: ReadonlyMap<string, Framework>;
  private readonly queue: SchedulingQueue;
  private readonly placer: Placer;
  private readonly random: Random;
  private readonly handle: SimulatedHandle;
  private readonly nominations = new Nominations();
  private readonly placements = new Map<string, string>();
  private readonly unschedulable = new Map<string, UnschedulablePod>();
  private readonly attempts: AttemptRecord[] = [];
  private readonly moves = new Map<string, readonly QueueMove[]>();
  private readonly preempted = new Map<string, Preemption>();
  /** Pods that had their node before, by key. */
  private readonly there = new Map<string, string>();
  private readonly readsPods: boolean;
  /** Of the attempt under way. */
  private victims: readonly string[] = [];
  private readonly departures: Departure[] = [];
  private nowMs = 0;

  constructor(
    private readonly input: ScheduleInput,
    /** Told of every pod that gets its node for good. */
    private readonly placed: (podKey: string, atMs: number) => void = () => {},
  ) {
    requireOnce(
      'node',
      input.nodes.map(({ metadata }) => metadata.name ?? ''),
    );
    requireOnce('pod', input.pods.map(podKey));
    this.table = tableOf(input.nodes, input.pods, input.objects);
    this.frameworks = frameworksOf(input.policy);
    this.readsPods = [...this.frameworks.values()].some(({ profile }) =>
      profile.plugins.some(({ reads }) => reads?.includes(Pod as KindRef<KubernetesObject>)),
    );
    for (const pod of input.pods) {
      if (this.readsPods) this.table.objects.set(pod);
      if (pod.spec?.nodeName && !isTerminal(pod)) this.there.set(podKey(pod), pod.spec.nodeName);
    }
    this.queue = new SchedulingQueue({ frameworks: this.frameworks, objects: this.table.objects });
    this.random = seededRandom(input.seed ?? 1);
    this.handle = simulatedHandle({
      table: this.table,
      random: this.random,
      frameworks: this.frameworks,
      nominations: this.nominations,
      preempt: (pod, nodeName, victims) => this.preempt(pod, nodeName, victims),
      activate: (keys) => this.queue.activate(keys, this.nowMs),
      settled: (pod, nodeName, refusal) => {
        if (refusal === undefined) this.place(pod, nodeName);
        else this.release(pod, nodeName, refusal);
      },
    });
    this.placer = new Placer({
      table: this.table,
      random: this.random,
      handle: this.handle,
      nominated: this.nominations,
    });
  }

  /** A pod wants a place, now. */
  arrive(pod: Pod): void {
    const info = infoOf(pod);
    if (this.readsPods) this.table.objects.set(pod);
    if (this.frameworks.has(info.schedulerName)) {
      this.queue.add(info, this.nowMs);
      this.queue.moveAll(clusterEvents.unscheduledPodAdd, undefined, pod, this.nowMs, info.key);
    } else this.refuse(info.key, `no profile has the scheduler name ${JSON.stringify(info.schedulerName)}`, []);
  }

  /** A pod has ended or was deleted, wherever it was. */
  leave(pod: Pod): void {
    const info = podInfo(pod);
    this.queue.delete(info.key);
    this.nominations.delete(info.key);
    const held = this.handle.waitingPods().find((waiting) => waiting.pod.key === info.key);
    this.handle.abandon(info.key);
    const nodeName = held?.nodeName ?? this.placements.get(info.key) ?? pod.spec?.nodeName;
    const row = nodeName === undefined ? undefined : this.table.rowOf(nodeName);
    if (row === undefined || this.preempted.has(info.key)) return;
    this.table.removePod(row, info);
    this.departures.push({ pod: info.key, nodeName: nodeName!, atMs: this.nowMs, attempts: this.attempts.length });
    this.queue.moveAll(clusterEvents.assignedPodDelete, onNode(info, nodeName!), undefined, this.nowMs);
  }

  /** When a pod that backs off may be tried again; undefined where none does. */
  get nextBackoffMs(): number | undefined {
    return this.queue.nextBackoffMs();
  }

  /** Time passes; it never goes back. */
  advanceTo(ms: number): void {
    this.nowMs = Math.max(this.nowMs, ms);
  }

  /** Tries pods until none is left that can be tried now. */
  attemptAll(): void {
    const { attemptsMax = 10 } = this.input;
    for (let queued = this.queue.pop(this.nowMs); queued !== undefined; queued = this.queue.pop(this.nowMs)) {
      const start = this.placer.nextStart;
      const framework = this.frameworks.get(queued.pod.schedulerName)!;
      if (this.attemptGroup(queued, framework)) continue;
      this.victims = [];
      const outcome = this.placer.attempt(framework, queued.pod);
      this.moves.set(queued.pod.key, queued.moves);
      if (outcome.type === 'placed') {
        this.queue.done(queued);
        this.keep(framework, queued.pod, outcome, queued.attempts, start);
        continue;
      }
      if (outcome.type === 'unschedulable' && outcome.nominating !== undefined) {
        this.nominations.set(queued.pod, outcome.nominating.nodeName);
      }
      const { message, plugins, pending } = refusalOf(outcome);
      const failed = outcome.type === 'failed' ? 'failed' : 'unschedulable';
      this.attempts.push({
        pod: queued.pod.key,
        attempt: queued.attempts,
        atMs: this.nowMs,
        outcome: failed,
        start,
        message,
        ...(this.victims.length > 0 && {
          victims: this.victims,
          nominatedNode: this.nominations.nodeOf(queued.pod.key)!,
        }),
      });
      this.refuse(queued.pod.key, message, [...plugins, ...pending]);
      if (queued.attempts >= attemptsMax) this.queue.done(queued);
      else this.queue.addUnschedulable(queued, { unschedulablePlugins: plugins, pendingPlugins: pending }, this.nowMs);
    }
  }

  /** Whether the pod is of a group: then all of it that waits has been tried. */
  private attemptGroup(queued: QueuedPodInfo, framework: Framework): boolean {
    const key = framework.placementFeasible.length === 0 ? undefined : podGroupKey(queued.pod.pod);
    if (key === undefined) return false;
    const starts = new Map<PodInfo, number>();
    const group = GroupAttempt.start(queued, framework, key, {
      table: this.table,
      nodeOf: (podKey) => this.placements.get(podKey) ?? this.there.get(podKey),
      take: (podKey) => this.queue.take(podKey, this.nowMs),
      giveBack: (other) => this.queue.done(other),
      nominations: this.nominations,
      mayPreempt: true,
      attempt: (pod, within, wouldPreempt) => {
        starts.set(pod, this.placer.nextStart);
        return this.placer.steps(
          framework,
          pod,
          wouldPreempt === undefined
            ? { within, postFilter: false }
            : { within, handle: withoutPreempting(this.handle, wouldPreempt) },
        );
      },
      preemptFor: (pod) => this.placer.steps(framework, pod, {}),
      hold: (pod, { row, nodeName, state }) => {
        this.table.addPod(row, pod);
        this.nominations.delete(pod.key);
        const reserved = framework.runReserve(state, pod, nodeName, this.handle);
        if (!isSuccess(reserved)) this.table.removePod(row, pod);
        return reserved;
      },
      release: (pod, { row, nodeName, state }) => {
        framework.runUnreserve(state, pod, nodeName, this.handle, unheard);
        this.table.removePod(row, pod);
      },
      startMs: this.nowMs,
    });
    if (group === undefined) return false;
    let outcome = atOnce(group.step(Number.POSITIVE_INFINITY));
    while (outcome === undefined) outcome = atOnce(group.step(Number.POSITIVE_INFINITY));
    for (const { queued: member, outcome: place } of outcome.placed) {
      const { nodeName, evaluated, feasible } = place;
      const { pod, attempts: attempt } = member;
      this.attempts.push({
        pod: pod.key,
        attempt,
        atMs: this.nowMs,
        nodeName,
        start: starts.get(pod)!,
        evaluated,
        feasible,
        outcome: 'placed',
      });
      this.moves.set(pod.key, member.moves);
      this.queue.done(member);
      this.place(pod, nodeName);
    }
    const { plugins: why } = outcome;
    for (const { queued: member, nodeName, victims } of outcome.nominated)
      if (victims.length > 0) this.preempt(member.pod, nodeName, victims);
    for (const { queued: member, nodeName, victims, message } of outcome.nominated) {
      this.nominations.set(member.pod, nodeName);
      const record =
        victims.length === 0 ? {} : { victims: victims.map((victim) => victim.key), nominatedNode: nodeName };
      this.refuseMember(member, message, why, starts.get(member.pod) ?? 0, record);
    }
    for (const { queued: member, refusal } of outcome.refused) {
      if (outcome.nominationsLost) this.nominations.delete(member.pod.key);
      if (refusal.type === 'unschedulable' && refusal.nominating !== undefined)
        this.nominations.set(member.pod, refusal.nominating.nodeName);
      const found = refusal.type === 'refused' ? undefined : refusalOf(refusal);
      const message = refusal.type === 'refused' ? statusMessage(refusal.status) : found!.message;
      const plugins = new Set([...(found?.plugins ?? []), ...outcome.plugins]);
      this.refuseMember(member, message, plugins, starts.get(member.pod) ?? 0);
    }
    return true;
  }

  private refuseMember(
    member: QueuedPodInfo,
    message: string,
    plugins: ReadonlySet<string>,
    start: number,
    preempting: Pick<AttemptRecord, 'victims' | 'nominatedNode'> = {},
  ): void {
    const { attemptsMax = 10 } = this.input;
    const { pod, attempts: attempt } = member;
    this.attempts.push({
      pod: pod.key,
      attempt,
      atMs: this.nowMs,
      outcome: 'unschedulable',
      start,
      message,
      ...preempting,
    });
    this.moves.set(pod.key, member.moves);
    this.refuse(pod.key, message, [...plugins]);
    if (attempt >= attemptsMax) this.queue.done(member);
    else this.queue.addUnschedulable(member, { unschedulablePlugins: plugins, pendingPlugins: none }, this.nowMs);
  }

  private keep(
    framework: Framework,
    pod: PodInfo,
    outcome: Extract<AttemptOutcome, { type: 'placed' }>,
    attempt: number,
    start: number,
  ): void {
    const { nodeName, row, state, evaluated, feasible } = outcome;
    this.table.addPod(row, pod);
    this.nominations.delete(pod.key);
    const reserved = framework.runReserve(state, pod, nodeName, this.handle);
    const permit = isSuccess(reserved) ? framework.runPermit(state, pod, nodeName, this.handle) : undefined;
    const refusal = permit === undefined ? reserved : permit.status;
    const record = { pod: pod.key, attempt, atMs: this.nowMs, nodeName, start, evaluated, feasible };
    if (refusal?.code === 'Wait') {
      this.attempts.push({ ...record, outcome: 'waiting' });
      this.handle.wait(pod, nodeName, permit!.waits, () =>
        framework.runUnreserve(state, pod, nodeName, this.handle, unheard),
      );
    } else if (isSuccess(refusal)) {
      this.attempts.push({ ...record, outcome: 'placed' });
      this.place(pod, nodeName);
    } else {
      this.attempts.push({ ...record, outcome: 'unschedulable', message: statusMessage(refusal) });
      framework.runUnreserve(state, pod, nodeName, this.handle, unheard);
      this.release(pod, nodeName, statusMessage(refusal), refusal?.plugin);
    }
  }

  /** The victims leave at once. The queue hears of it while the attempt is still under way, as of any change. */
  private preempt(pod: PodInfo, nodeName: string, victims: readonly PodInfo[]): void {
    const row = this.table.rowOf(nodeName)!;
    this.victims = victims.map(({ key }) => key);
    for (const victim of victims) {
      this.handle.abandon(victim.key);
      this.table.removePod(row, victim);
      this.placements.delete(victim.key);
      this.preempted.set(victim.key, { nodeName, by: pod.key });
      this.queue.moveAll(clusterEvents.assignedPodDelete, onNode(victim, nodeName), undefined, this.nowMs);
    }
  }

  private place(pod: PodInfo, nodeName: string): void {
    this.placements.set(pod.key, nodeName);
    this.unschedulable.delete(pod.key);
    this.placed(pod.key, this.nowMs);
    this.queue.moveAll(clusterEvents.assignedPodAdd, undefined, pod.pod, this.nowMs);
  }

  private release(pod: PodInfo, nodeName: string, message: string, plugin?: string): void {
    this.table.removePod(this.table.rowOf(nodeName)!, pod);
    this.refuse(pod.key, message, plugin === undefined ? [] : [plugin]);
  }

  private refuse(key: string, message: string, plugins: readonly string[]): void {
    this.unschedulable.set(key, { message, plugins: [...new Set(plugins)].sort(), gated: false });
  }

  /** What has been decided so far. */
  result(): ScheduleResult {
    for (const { pod, place, gateMessage = '', gatedBy = '', moves } of this.queue.pods()) {
      this.moves.set(pod.key, moves);
      if (place === 'gated') this.unschedulable.set(pod.key, { message: gateMessage, plugins: [gatedBy], gated: true });
    }
    const waiting = new Map(this.handle.waitingPods().map(({ pod, nodeName }) => [pod.key, nodeName]));
    const { placements, unschedulable, preempted, attempts, departures, moves, input } = this;
    return { placements, unschedulable, preempted, waiting, attempts, departures, moves, input };
  }
}

const none: ReadonlySet<string> = new Set();

function refusalOf(outcome: Exclude<AttemptOutcome, { type: 'placed' }>) {
  if (outcome.type === 'failed') return { message: statusMessage(outcome.status), plugins: none, pending: none };
  const { unschedulablePlugins, pendingPlugins } = outcome.diagnosis;
  return { message: outcome.message, plugins: unschedulablePlugins, pending: pendingPlugins };
}

/** Nothing hangs on it, and there is nobody to tell. */
const unheard = () => {};
