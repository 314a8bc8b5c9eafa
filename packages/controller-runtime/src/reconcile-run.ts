/**
 * One run of a reconciler for one key: its context, its time limit, and the fence around what it writes. The running
 * controller calls it and draws the consequences. Most runs find nothing to do: what a run does not ask for is not made.
 */
import type { Client, ObjectKey } from '@pintle/client';
import {
  AbortedError,
  type KindRef,
  type KubernetesObject,
  LazyAbort,
  type Logger,
  objectKey,
  type World,
} from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Controller } from './controller.js';
import type { EventRecorder } from './events/event-recorder.js';
import type { KeyRecord } from './key-record.js';
import type { Ensuring } from './owned/ensure.js';
import { ensureOwned } from './owned/ensure.js';
import { ensureDependents, isNotFound } from './owned/ensure-dependents.js';
import { type Cause, type ReconcileContext, TerminalError } from './reconciler.js';
import { type RecordedWrite, recordingClient } from './recording-client.js';
import { type ReportedStatus, reportStatus } from './status.js';
import type { Span, Tracing } from './tracing.js';
import { causeOf, type Waking } from './waking.js';
import type { ReconcileRun, WriteLedger } from './write-ledger.js';

export interface RunParts {
  readonly controller: Controller;
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  readonly events: EventRecorder;
  readonly ledger: WriteLedger;
  readonly tracing?: Tracing;
  /** Aborted when what runs is to give up. */
  readonly stopping: AbortSignal;
  /** Throws where nobody of this manager may write. */
  readonly fence?: () => void;
  /** How the kind of an object is written of, of those that the controller watches. */
  kindOf(object: KubernetesObject): KindRef | undefined;
  /** The object as a cache has it, of the kinds that the controller watches. */
  known(apiVersion: string, kind: string, key: ObjectKey): KubernetesObject | undefined;
  /** Times that the key has failed since it last succeeded. */
  failuresOf(id: string): number;
  wrote(write: RecordedWrite, object: KubernetesObject | undefined, by: RunningReconcile): void;
}

export class RunningReconcile implements ReconcileContext<KubernetesObject> {
  /** Where runs are traced. */
  span: Span | undefined = undefined;
  private over = false;
  private abort: LazyAbort | undefined = undefined;
  private lateness: Error | undefined = undefined;
  private ownClient: Client | undefined = undefined;
  private ownRun: ReconcileRun | undefined = undefined;
  /** As the last report of the status left it. */
  private latest: KubernetesObject | undefined = undefined;
  private ownCauses: readonly Cause[] | undefined = undefined;

  constructor(
    private readonly parts: RunParts,
    readonly record: KeyRecord,
    readonly object: KubernetesObject | undefined,
    private readonly taken: Waking | readonly Waking[] | undefined,
    private readonly number: number,
    readonly startedMs: number,
  ) {}

  get id(): string {
    return this.record.id;
  }

  /** Undefined where nothing woke it: it was asked for, or failed before. */
  get wakings(): readonly Waking[] | undefined {
    return this.taken === undefined || Array.isArray(this.taken) ? this.taken : [this.taken as Waking];
  }

  get key(): ObjectKey {
    return this.record.key;
  }

  get kind(): KindRef {
    return this.parts.controller.kind;
  }

  get informers(): Informers {
    return this.parts.informers;
  }

  get events(): EventRecorder {
    return this.parts.events;
  }

  get world(): World {
    return this.parts.world;
  }

  get logger(): Logger {
    return this.parts.world.logger.with({ controller: this.parts.controller.options.name, object: this.id });
  }

  get client(): Client {
    this.ownClient ??= recordingClient(this.parts.client, {
      admit: (verb, kind, key) => this.admit(verb, kind, key),
      known: this.parts.known,
      wrote: (write, object) => this.parts.wrote(write, object, this),
    });
    return this.ownClient;
  }

  get signal(): AbortSignal {
    if (this.abort === undefined) {
      this.abort = new LazyAbort(this.over ? undefined : this.parts.stopping);
      if (this.lateness !== undefined) this.abort.abort(this.lateness);
    }
    return this.abort.signal;
  }

  get causes(): readonly Cause[] {
    this.ownCauses ??= this.wakings?.map((waking) => causeOf(waking, this.parts.ledger)) ?? [
      { kind: this.kind.kind, key: this.key, change: this.parts.failuresOf(this.id) > 0 ? 'retry' : 'requested' },
    ];
    return this.ownCauses;
  }

  get run(): ReconcileRun {
    const { key, span, number } = this;
    const controller = this.parts.controller.options.name;
    this.ownRun ??= { controller, key, number, ...(span === undefined ? {} : { span }) };
    return this.ownRun;
  }

  // They are taken out of the context and called alone.

  get ensure(): ReconcileContext<KubernetesObject>['ensure'] {
    return (wanted) => ensureOwned(this.owning(), wanted);
  }

  get dependents(): ReconcileContext<KubernetesObject>['dependents'] {
    return (set) => ensureDependents({ ...this.owning(), ...readingAndRemoving(this.parts, this.client) }, set);
  }

  get report(): ReconcileContext<KubernetesObject>['report'] {
    const { kind, world } = this;
    return async (status: ReportedStatus) => {
      const before = this.latest ?? this.object;
      if (before === undefined) return false;
      const { object, isChanged } = await reportStatus({ client: this.client, kind, world }, before, status);
      this.latest = object;
      return isChanged;
    };
  }

  /** It has ended, or is given up for being late: it writes nothing more. Returns false where it was over already. */
  end(lateness?: Error): boolean {
    if (this.over) return false;
    this.over = true;
    if (lateness !== undefined) {
      this.lateness = lateness;
      this.abort?.abort(lateness);
    }
    this.abort?.release();
    return true;
  }

  private admit(verb: string, kind: string, key: ObjectKey): Span | undefined {
    const { tracing, fence, stopping } = this.parts;
    if (this.over || stopping.aborted)
      throw new AbortedError(`to ${verb} ${kind} ${objectKey(key)}: its reconcile is over or was given up; it`);
    fence?.();
    return this.span && tracing?.start(`${verb} ${kind} ${objectKey(key)}`, { parent: this.span });
  }

  private owning(): Ensuring {
    const { object, kind } = this;
    if (object === undefined) throw new TerminalError(`${kind.kind} is gone: nothing can be owned by it`);
    return { client: this.client, owner: object, ownerKind: kind, manager: this.parts.controller.options.name };
  }
}

function readingAndRemoving(parts: RunParts, client: Client) {
  const placeOf = (object: KubernetesObject) => {
    const kind = parts.kindOf(object);
    if (kind === undefined)
      throw new TerminalError(
        `${object.kind} ${object.metadata.name ?? ''}: say .owns(${object.kind}) of a kind that dependents have`,
      );
    const { name = '', namespace } = object.metadata;
    return { kind, key: namespace === undefined ? { name } : { name, namespace } };
  };
  return {
    async read(object: KubernetesObject) {
      const { kind, key } = placeOf(object);
      return parts.informers.informer(kind).lister.get(key);
    },
    async remove(object: KubernetesObject) {
      const { kind, key } = placeOf(object);
      const { uid } = object.metadata;
      const preconditions = uid === undefined ? {} : { preconditions: { uid } };
      await client.delete(kind, key, { propagationPolicy: 'Background', ...preconditions }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
  };
}
