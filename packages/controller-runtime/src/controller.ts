/** The builder: which objects a controller is for, what else wakes it, and how it runs. */
import type { Client, ObjectKey } from '@pintle/client';
import { type Clock, controllerOf, type KindRef, type KubernetesObject } from '@pintle/machinery';
import type { InformerEvent, Informers } from '@pintle/watch';
import type { Observable } from 'rxjs';
import { tellingFailures } from './failures.js';
import { type Cleanup, type Finalizer, finalizing } from './finalizer.js';
import type { RateLimiter } from './rate-limiter.js';
import type { Reconciler } from './reconciler.js';

const defaults = {
  concurrency: 1,
  backoffBaseMs: 5,
  backoffMaxMs: 1_000_000,
  gatherMs: 0,
  timeoutMs: 300_000,
  syncTimeoutMs: 120_000,
  leaderOnly: true,
  recover: true,
};

export type ObjectEvent<T> = Exclude<InformerEvent<T>, { readonly type: 'synced' }>;
export type Predicate<T> = (event: ObjectEvent<T>) => boolean;
/** From a changed object to the keys of the objects to reconcile. `informers` gives caches to look in. */
export type Mapper<T> = (object: T, informers: Informers) => readonly ObjectKey[];

export interface WatchOptions<T> {
  readonly predicate?: Predicate<T>;
  /** How long its changes of every sort are gathered before they wake the controller. Default: as the controller says. */
  readonly gatherMs?: number;
}

export interface ControllerOptions {
  readonly name: string;
  /** Who tells in Events, as `deployment-controller`. Default: the name. */
  readonly component?: string;
  /** Keys reconciled at once. Default 1. A key is never reconciled twice at once. */
  readonly concurrency?: number;
  /** Default 5 ms. */
  readonly backoffBaseMs?: number;
  /** Default 1,000,000 ms. */
  readonly backoffMaxMs?: number;
  /**
   * How long changes of objects that are not the controller's own are gathered before they wake it. Default 0. For
   * controllers that look at many objects at once, so that a thousand changes do not mean a thousand looks. What is
   * gathered then waits, up to a second more, for as long as other keys wait that are pressing, of whichever controller.
   */
  readonly gatherMs?: number;
  /** In the place of the back-off of each key: `(clock) => slowestOf(exponentialBackoff(), tokenBucket({ clock, … }))`. */
  readonly rateLimiter?: (clock: Clock) => RateLimiter;
  /** The time one reconcile may take. Then its signal is aborted, and it writes nothing more. Default 300,000 ms. */
  readonly timeoutMs?: number;
  /** The time that the first state of its kinds may take before it counts as failed to start. Default 120,000 ms. */
  readonly syncTimeoutMs?: number;
  /** Whether it runs on the leader alone, where managers elect one. Default true. */
  readonly leaderOnly?: boolean;
  /**
   * Whether a bug in a reconcile (an error of the language, as `TypeError`, or something thrown that is no error) is a
   * failure of its key, as any other. Default true. Where not, it ends the manager: its `ended` rejects.
   */
  readonly recover?: boolean;
  /**
   * The condition, as `Stalled`, that is True on an object whose reconcile failed with a `TerminalError`, or because the
   * server refused as invalid what it was to write; False once it has not. The kind must have `status.conditions`.
   */
  readonly failureCondition?: string;
}

/** A source that is asked: every so often, for the keys to reconcile. */
export interface PollOptions {
  readonly everyMs: number;
  /** One that fails is reported, and asked again after the same time. */
  keys(context: {
    readonly client: Client;
    readonly informers: Informers;
    readonly signal: AbortSignal;
  }): Promise<readonly ObjectKey[]>;
}

export interface ControllerBuilder<T extends KubernetesObject> {
  for<U extends KubernetesObject>(kind: KindRef<U>, options?: WatchOptions<U>): ControllerBuilder<U>;
  /** Wakes the object that controls the changed one (its owner reference with `controller: true`). */
  owns<U extends KubernetesObject>(kind: KindRef<U>, options?: WatchOptions<U>): ControllerBuilder<T>;
  watches<U extends KubernetesObject>(
    kind: KindRef<U>,
    mapper: Mapper<U>,
    options?: WatchOptions<U>,
  ): ControllerBuilder<T>;
  /** An external source of keys. One that errors is reported, and gives no more. */
  from(source: Observable<ObjectKey>): ControllerBuilder<T>;
  /** Another external source, which is asked. */
  polls(options: PollOptions): ControllerBuilder<T>;
  /** Every object is looked at again every so often, after what has changed. */
  resync(options: { readonly everyMs: number }): ControllerBuilder<T>;
  /** Puts a finalizer on objects, so that `cleanup` runs before they go. */
  finalizes(finalizer: string, cleanup: Cleanup<T>): ControllerBuilder<T>;
  reconcile(reconciler: Reconciler<T>): Controller;
}

type OptionalOption = 'rateLimiter' | 'failureCondition';

/** A controller as data: nothing runs until a manager starts it, and two managers may each run it. */
export interface Controller {
  readonly options: Required<Omit<ControllerOptions, OptionalOption>> & Pick<ControllerOptions, OptionalOption>;
  readonly kind: KindRef;
  readonly sources: readonly ControllerSource[];
  readonly reconciler: Reconciler<KubernetesObject>;
}

export type ControllerSource =
  | {
      readonly type: 'kind';
      readonly kind: KindRef;
      readonly mapper: Mapper<KubernetesObject>;
      readonly predicate?: Predicate<KubernetesObject>;
      readonly gatherMs?: number;
    }
  | { readonly type: 'keys'; readonly keys: Observable<ObjectKey> }
  | { readonly type: 'poll'; readonly poll: PollOptions }
  | { readonly type: 'resync'; readonly everyMs: number };

/** A controller without an object to be for; `for` and `reconcile` are still to be said. */
export class IncompleteControllerError extends Error {
  readonly code = 'PINTLE_INCOMPLETE_CONTROLLER';
  constructor(name: string) {
    super(`controller ${JSON.stringify(name)}: say which kind it is for before reconcile()`);
    this.name = 'IncompleteControllerError';
  }
}

/** Two controllers of one manager have one name, by which they are counted, own fields and tell in Events. */
export class DuplicateControllerError extends Error {
  readonly code = 'PINTLE_DUPLICATE_CONTROLLER';
  constructor(name: string) {
    super(`two controllers are called "${name}"; give each a name of its own`);
    this.name = 'DuplicateControllerError';
  }
}

/**
 * Begins a controller:
 *
 * ```ts
 * const web = controller({ name: 'website' })
 *   .for(Website)
 *   .owns(Deployment)
 *   .reconcile(async ({ object, client }) => { ... });
 * ```
 */
export function controller(options: ControllerOptions): ControllerBuilder<KubernetesObject> {
  const stated = { ...defaults, component: options.name, ...options };
  const build = <T extends KubernetesObject>(
    kind: KindRef<T> | undefined,
    sources: readonly ControllerSource[],
    finalizers: readonly Finalizer<T>[] = [],
  ): ControllerBuilder<T> => {
    const more = (source: ControllerSource) => build(kind, [...sources, source], finalizers);
    const withKind = <U extends KubernetesObject>(
      source: KindRef<U>,
      mapper: Mapper<U>,
      { predicate, gatherMs }: WatchOptions<U> = {},
    ): ControllerSource => ({
      type: 'kind',
      kind: source,
      mapper: mapper as Mapper<KubernetesObject>,
      ...(predicate === undefined ? {} : { predicate: predicate as Predicate<KubernetesObject> }),
      ...(gatherMs === undefined ? {} : { gatherMs }),
    });
    return {
      for: (own, watch) => build(own, [...sources, withKind(own, ({ metadata }) => [keyOf(metadata)], watch)]),
      owns: (owned, watch) => more(withKind(owned, (object) => ownerKeys(object, kind), watch)),
      watches: (watched, mapper, watch) => more(withKind(watched, mapper, watch)),
      from: (keys) => more({ type: 'keys', keys }),
      polls: (poll) => more({ type: 'poll', poll }),
      resync: ({ everyMs }) => more({ type: 'resync', everyMs }),
      finalizes: (finalizer, cleanup) => build(kind, sources, [...finalizers, [finalizer, cleanup]]),
      reconcile(reconciler) {
        if (kind === undefined) throw new IncompleteControllerError(options.name);
        const cleaning = finalizers.length === 0 ? reconciler : finalizing(finalizers, reconciler);
        const { failureCondition } = options;
        const whole = failureCondition === undefined ? cleaning : tellingFailures(failureCondition, cleaning);
        return { options: stated, kind, sources, reconciler: whole as unknown as Reconciler<KubernetesObject> };
      },
    };
  };
  return build<KubernetesObject>(undefined, []);
}

const keyOf = ({ name = '', namespace }: KubernetesObject['metadata']): ObjectKey =>
  namespace === undefined ? { name } : { name, namespace };

const none: readonly ObjectKey[] = [];

const isOfGroup = (apiVersion: string, group: string): boolean =>
  group === '' ? !apiVersion.includes('/') : apiVersion.startsWith(group) && apiVersion[group.length] === '/';

/** The key of the owner that controls an object, where it is of `kind`. */
function ownerKeys(object: KubernetesObject, kind: KindRef | undefined): readonly ObjectKey[] {
  const owner = controllerOf(object);
  if (owner === undefined || kind === undefined || owner.kind !== kind.kind || !isOfGroup(owner.apiVersion, kind.group))
    return none;
  return [
    keyOf({
      name: owner.name,
      ...(kind.scope === 'Cluster' || object.metadata.namespace === undefined
        ? {}
        : { namespace: object.metadata.namespace }),
    }),
  ];
}
