/**
 * One run of a reconciler for one key: its context, its time limit, and the fence around what it writes. The running
 * controller calls it and draws the consequences.
 */
import type { Client, ObjectKey } from '@pintle/client';
import {
  AbortedError,
  type KindRef,
  type KubernetesObject,
  objectKey,
  type World,
  withDeadline,
} from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Controller } from './controller.js';
import type { EventRecorder } from './events/event-recorder.js';
import type { Ensuring } from './owned/ensure.js';
import { ensureOwned } from './owned/ensure.js';
import { ensureDependents, isNotFound } from './owned/ensure-dependents.js';
import { type Cause, type ReconcileContext, type ReconcileResult, TerminalError } from './reconciler.js';
import { type RecordedWrite, recordingClient } from './recording-client.js';
import { type ReportedStatus, reportStatus } from './status.js';
import type { Tracing } from './tracing.js';
import type { ReconcileRun } from './write-ledger.js';

export interface RunParts {
  readonly controller: Controller;
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  readonly events: EventRecorder;
  readonly tracing?: Tracing;
  /** Throws where nobody of this manager may write. */
  readonly fence?: () => void;
  /** How the kind of an object is written of, of those that the controller watches. */
  kindOf(object: KubernetesObject): KindRef | undefined;
  /** The object as a cache has it, of the kinds that the controller watches. */
  known(apiVersion: string, kind: string, key: ObjectKey): KubernetesObject | undefined;
  wrote(write: RecordedWrite, run: ReconcileRun): void;
}

export async function runReconcile(
  parts: RunParts,
  key: ObjectKey,
  causes: readonly Cause[],
  run: ReconcileRun,
  stopping: AbortSignal,
): Promise<ReconcileResult> {
  const { controller, client, informers, world, events, tracing } = parts;
  const { name, timeoutMs } = controller.options;
  const kind = controller.kind;
  const id = objectKey(key);
  const object = informers.informer(kind).lister.get(key);
  let over = false;
  try {
    return await withDeadline(
      world.clock,
      timeoutMs,
      `reconciling ${kind.kind} ${id}`,
      (deadline) => {
        let own: Client | undefined;
        const ownClient = () => {
          own ??= recordingClient(client, {
            admit(verb, written, at) {
              if (over || deadline.passed)
                throw new AbortedError(
                  `to ${verb} ${written} ${objectKey(at)}: its reconcile is over or was given up; it`,
                );
              parts.fence?.();
              return run.span && tracing?.start(`${verb} ${written} ${objectKey(at)}`, { parent: run.span });
            },
            known: parts.known,
            wrote: (write) => parts.wrote(write, run),
          });
          return own;
        };
        // What few reconciles need is made when it is asked for: a reconcile that finds nothing to do costs little.
        const context: ReconcileContext<KubernetesObject> = {
          key,
          kind,
          object,
          get client() {
            return ownClient();
          },
          informers,
          events,
          world,
          get logger() {
            return world.logger.with({ controller: name, object: id });
          },
          get signal() {
            return deadline.signal;
          },
          causes,
          run,
          ensure: (wanted) => ensureOwned(owning(ownClient(), object, kind, name), wanted),
          dependents: (set) => {
            const ensuring = owning(ownClient(), object, kind, name);
            return ensureDependents({ ...ensuring, ...readingAndRemoving(parts, ownClient()) }, set);
          },
          report: async (status: ReportedStatus) =>
            object === undefined ? false : reportStatus({ client: ownClient(), kind, world }, object, status),
        };
        return controller.reconciler(context);
      },
      stopping,
    );
  } finally {
    over = true;
  }
}

function owning(client: Client, owner: KubernetesObject | undefined, ownerKind: KindRef, manager: string): Ensuring {
  if (owner === undefined) throw new TerminalError(`${ownerKind.kind} is gone: nothing can be owned by it`);
  return { client, owner, ownerKind, manager };
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
