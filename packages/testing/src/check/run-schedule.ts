/**
 * Runs controllers once through what users do, with the faults of one schedule, and looks at what came of it:
 *
 * 1. *quiet*: when nothing happens any more, nothing is written and nobody turns in circles;
 * 2. *convergence*: the state is the one without faults (the status of objects aside that other controllers report of),
 *    and what the caller says of it holds;
 * 3. *idempotence*: a process that begins anew finds nothing to do;
 * 4. *no orphans*: when users have taken away what they made, nothing of the controllers' is left.
 */
import { type ApiServer, createApiServer, type StoredObject } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { intercept } from '@pintle/client/interceptor';
import { createManager, formatProblem, type Manager } from '@pintle/controller-runtime';
import { builtinControllers, garbageCollector } from '@pintle/controllers';
import {
  apiVersionOf,
  type KindRef,
  type KubernetesObject,
  LivelockError,
  logger,
  StatusError,
  type VirtualWorld,
  virtualWorld,
} from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { allObjects, differenceOf, idOf, stateOf } from './cluster-state.js';
import type { ControllerCheck, Property } from './controller-check.js';
import { type Incarnation, incarnation, RunLog } from './incarnation.js';
import type { Extent, Schedule } from './schedule.js';
import { watchedKinds } from './watched-kinds.js';

export interface Broken {
  readonly property: Property;
  readonly lines: readonly string[];
}

export interface RunOutcome {
  readonly broken?: Broken;
  /** The state when all was quiet. */
  readonly state: readonly string[];
  readonly extent: Extent;
  readonly log: RunLog;
}

/** A process that died is followed by another after so long. */
const restartMs = 1_000;
/** After a step that is not early. */
const betweenStepsMs = 60_000;
/** Long enough for a stream that fell silent to be noticed; the back-off of few failures is short. */
const settleMs = 300_000;
const quietMs = 300_000;
const whileMs = 20_000;
/** For a process that begins anew, and for the garbage collector. */
const aWhileMs = 120_000;
/** Reconciles while nothing happens: asking every ten seconds is polite, asking every second is not. */
const quietReconcilesMax = 100;
const linesMax = 12;
const stepTriesMax = 10;
/** One instant that takes more turns is a loop. */
const turnsMax = 20_000;

export async function runSchedule<O>(
  check: ControllerCheck<O>,
  schedule: Schedule,
  reference: readonly string[] | undefined,
): Promise<RunOutcome> {
  const run = new ScheduledRun(check, schedule);
  try {
    await run.begin();
    return await run.through(reference);
  } finally {
    await run.end();
  }
}

class ScheduledRun<O> {
  private readonly log = new RunLog();
  private readonly problems: string[] = [];
  private readonly byUsers = new Set<string>();
  private readonly old: Incarnation[] = [];
  private readonly world: VirtualWorld;
  private api!: ApiServer;
  private admin!: Client;
  private outside!: O;
  private users!: Client;
  private present: { readonly life: Incarnation; readonly manager: Manager } | undefined;
  private managers: Manager[] = [];
  /** The kinds that the controllers are for. */
  private reported: ReadonlySet<string> = new Set();
  private baseline: ReadonlySet<string> = new Set();

  constructor(
    private readonly check: ControllerCheck<O>,
    private readonly schedule: Schedule,
  ) {
    this.world = virtualWorld({
      seed: schedule.seed,
      turnsMax,
      logger: logger((_level, message, fields) => check.onLog?.(message, fields), 'warn'),
    });
  }

  async begin(): Promise<void> {
    const { world } = this;
    const { kinds = [], builtinControllers: beside = [] } = this.check;
    const api = await createApiServer({ world, backend: memoryStore<StoredObject>({ world }), kinds });
    this.api = api;
    this.admin = api.client();
    this.outside = (await this.check.outside?.()) as O;
    const { controllers: builtin } = builtinControllers({ kinds: () => [], only: beside });
    const checked = this.check.controllers(this.outside);
    this.reported = new Set(checked.map(({ kind }) => kind.kind));
    const kindsInPlay = watchedKinds([...checked, ...builtin], kinds);
    const others = createManager({
      client: api.client({ fieldManager: 'kube-controller-manager' }),
      world,
      controllers: builtin,
      // Of what can be there at all: following every kind would cost more than all the rest.
      runnables: [garbageCollector({ kinds: () => kindsInPlay })],
    });
    this.managers.push(others);
    void others.start();
    this.users = intercept(this.admin, {
      request: async (request, next) => {
        const answer = await next();
        if (request.verb === 'create' || request.verb === 'apply') this.byUsers.add(idOf(answer as KubernetesObject));
        return answer;
      },
    });
    this.baseline = new Set((await this.objects()).map(idOf));
    this.startLife();
    await this.world.advance(restartMs);
  }

  async through(reference: readonly string[] | undefined): Promise<RunOutcome> {
    const steps = this.check.steps.slice(0, this.schedule.steps);
    let broken: Broken | undefined;
    let state: readonly string[] = [];
    const extent = () => ({
      writes: this.log.writes.length,
      events: this.log.events.length,
      steps: steps.length,
      writesBefore: this.log.writesBefore,
    });
    try {
      for (const [index, step] of steps.entries()) {
        const early = this.schedule.faults.some((fault) => fault.type === 'early' && fault.step === index + 1);
        if (index > 0 && !early) await this.advance(betweenStepsMs);
        this.log.writesBefore.push(this.log.writes.length);
        await this.take(step);
      }
      await this.advance(settleMs);
      const work = extent();
      broken = await this.quiet();
      state = stateOf(
        (await this.objects()).map((object) => this.asMeant(object)),
        this.check.ignore ?? [],
      );
      broken ??= await this.convergence(reference, state);
      broken ??= (await this.idempotence()) ?? (await this.noOrphans());
      return { state, extent: work, log: this.log, ...(broken === undefined ? {} : { broken }) };
    } catch (error) {
      if (!(error instanceof LivelockError)) throw error;
      return {
        state,
        extent: extent(),
        log: this.log,
        broken: { property: 'quiet', lines: [error.message, ...this.lastWrites()] },
      };
    }
  }

  async end(): Promise<void> {
    this.present?.life.end();
    for (const life of this.old) life.end();
    const stopping = this.managers.map((manager) => manager.stop({ drainMs: 0 }));
    await this.world.advance(1_000).catch(() => {});
    await Promise.all(stopping);
    await this.api.stop();
  }

  private startLife(): void {
    const life = incarnation({
      client: this.api.client({ fieldManager: 'controller' }),
      world: this.world,
      faults: this.schedule.faults,
      log: this.log,
      revision: () => this.revision(),
      onCrash: () => {
        this.old.push(life);
        // What the dead process had begun outside of the cluster ends as well.
        void manager.stop({ drainMs: 0 });
        this.world.clock.schedule(restartMs, () => this.startLife());
      },
    });
    const manager = createManager({
      client: life.client,
      world: this.world,
      controllers: this.check.controllers(this.outside),
    });
    manager.problems.subscribe((problem) => this.problems.push(formatProblem(problem)));
    manager.start().catch((error: unknown) => this.problems.push(String(error)));
    this.present = { life, manager };
    this.managers.push(manager);
  }

  /** One step. What is refused because of the faults, as an object that is not gone yet, users try again later. */
  private async take(step: ControllerCheck<O>['steps'][number]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await step(this.users, this.outside);
        return;
      } catch (error) {
        if (this.schedule.faults.length === 0 || tries === stepTriesMax) throw error;
        await this.advance(betweenStepsMs);
      }
    }
  }

  /** Moves time, a while at a time: no longer than until something is found. */
  private async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0 && this.problems.length === 0; left -= whileMs) await this.world.advance(whileMs);
  }

  /** Without the status, where it is another controller's to report: how things came about may show there. */
  private asMeant(object: KubernetesObject): KubernetesObject {
    if (this.reported.has(object.kind ?? '')) return object;
    const { status: _status, ...rest } = object as KubernetesObject & { readonly status?: unknown };
    return rest;
  }

  private objects(): Promise<readonly KubernetesObject[]> {
    return allObjects(this.api, this.admin);
  }

  private async reconciles(): Promise<number> {
    const text =
      (await this.present?.manager.metrics.text((name) => name === 'controller_runtime_reconcile_total')) ?? '';
    return [...text.matchAll(/\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  private lastWrites(from = Math.max(0, this.log.changes.length - 5)): readonly string[] {
    return this.log.changes.slice(from, from + 5);
  }

  private async quiet(): Promise<Broken | undefined> {
    const [reconciles, changes] = [await this.reconciles(), this.log.changes.length];
    await this.advance(quietMs);
    const minutes = quietMs / 60_000;
    if (this.problems.length > 0) return { property: 'quiet', lines: this.problems.slice(0, linesMax) };
    if (this.log.changes.length > changes)
      return {
        property: 'quiet',
        lines: [`${minutes} minutes after the last step it still writes:`, ...this.lastWrites(changes)],
      };
    const turns = (await this.reconciles()) - reconciles;
    if (turns > quietReconcilesMax)
      return { property: 'quiet', lines: [`${turns} reconciles in ${minutes} minutes in which nothing happened`] };
    return undefined;
  }

  private async convergence(
    reference: readonly string[] | undefined,
    state: readonly string[],
  ): Promise<Broken | undefined> {
    if (reference !== undefined) {
      const difference = differenceOf(reference, state);
      if (difference.length > 0)
        return {
          property: 'convergence',
          lines: ['the state at the end is not the one without faults:', ...difference.slice(0, linesMax)],
        };
    }
    // It is said of the end.
    if ((this.schedule.steps ?? this.check.steps.length) < this.check.steps.length) return undefined;
    try {
      await this.check.holds?.(this.users, this.outside);
      return undefined;
    } catch (error) {
      return { property: 'convergence', lines: [`what is to hold does not: ${(error as Error).message}`] };
    }
  }

  private async idempotence(): Promise<Broken | undefined> {
    const { life, manager } = this.present!;
    life.end();
    void manager.stop({ drainMs: 0 });
    const before = await this.versions();
    const changes = this.log.changes.length;
    this.startLife();
    await this.world.advance(aWhileMs);
    const after = await this.versions();
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id));
    // What others change in the meantime is theirs.
    if (this.log.changes.length === changes || changed.length === 0) return undefined;
    return {
      property: 'idempotence',
      lines: [
        `all was as it is to be, and a process that began anew changed ${changed.slice(0, 5).join(', ')}:`,
        ...this.lastWrites(changes),
      ],
    };
  }

  private async noOrphans(): Promise<Broken | undefined> {
    const made = (await this.objects()).filter((object) => this.byUsers.has(idOf(object)));
    for (const { apiVersion = '', kind = '', metadata } of made) {
      const found = this.kindOf(apiVersion, kind);
      const key = {
        name: metadata.name!,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      };
      await this.admin.delete(found, key, { propagationPolicy: 'Background' }).catch((error: unknown) => {
        if (!StatusError.is(error, 'NotFound')) throw error;
      });
    }
    await this.world.advance(aWhileMs);
    const left = (await this.objects()).map(idOf).filter((id) => !this.baseline.has(id));
    const outside = (await this.check.leftovers?.(this.outside)) ?? [];
    if (left.length + outside.length === 0) return undefined;
    return {
      property: 'no orphans',
      lines: ['users have deleted what they made, and there is still:', ...[...left, ...outside].slice(0, linesMax)],
    };
  }

  private kindOf(apiVersion: string, kind: string): KindRef {
    return this.api.core.registry
      .all()
      .find((each) => each.kind.kind === kind && apiVersionOf(each.kind) === apiVersion)!.kind;
  }

  private async versions(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.objects()).map((object) => [idOf(object), object.metadata.resourceVersion ?? '']));
  }

  private revision(): number {
    return this.api.core.backend.status().revision;
  }
}
