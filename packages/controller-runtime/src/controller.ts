/** The builder: which objects a controller is for, what else wakes it, and how it runs. */
import type { ObjectKey } from '@pintle/client';
import type { KindRef, KubernetesObject } from '@pintle/machinery';
import type { InformerEvent, Informers } from '@pintle/watch';
import type { Observable } from 'rxjs';
import type { Reconciler } from './reconciler.js';

export type ObjectEvent<T> = Exclude<InformerEvent<T>, { readonly type: 'synced' }>;
export type Predicate<T> = (event: ObjectEvent<T>) => boolean;
/** From a changed object to the keys of the objects to reconcile. `informers` gives caches to look in. */
export type Mapper<T> = (object: T, informers: Informers) => readonly ObjectKey[];

export interface WatchOptions<T> {
  readonly predicate?: Predicate<T>;
}

export interface ControllerOptions {
  readonly name: string;
  /** Keys reconciled at once. Default 1. A key is never reconciled twice at once. */
  readonly concurrency?: number;
  /** Default 5 ms. */
  readonly backoffBaseMs?: number;
  /** Default 1,000,000 ms. */
  readonly backoffMaxMs?: number;
  /** The time one reconcile may take. Default 300,000 ms. */
  readonly timeoutMs?: number;
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
  /** An external source of keys. */
  from(source: Observable<ObjectKey>): ControllerBuilder<T>;
  reconcile(reconciler: Reconciler<T>): Controller;
}

/** A controller as data: nothing runs until a manager starts it, and two managers may each run it. */
export interface Controller {
  readonly options: Required<ControllerOptions>;
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
    }
  | { readonly type: 'keys'; readonly keys: Observable<ObjectKey> };
