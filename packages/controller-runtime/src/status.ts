/** An object's status as its controller reports it: conditions that remember when they turned, written where they differ. */
import type { Client, ObjectKey } from '@pintle/client';
import {
  type Condition,
  createMergePatch,
  deepEqual,
  formatTime,
  type KindRef,
  type KubernetesObject,
  StatusError,
  setCondition,
  type World,
} from '@pintle/machinery';

/** A condition as a controller says it; when it turned is found by comparing. */
export interface ReportedCondition {
  readonly type: string;
  readonly status: boolean | 'Unknown';
  /** A word for machines, in CamelCase. */
  readonly reason: string;
  readonly message?: string;
}

/** The status of a kind's objects; of a kind that is not known, any. */
type StatusOf<T> = 'status' extends keyof T ? NonNullable<T['status']> : Readonly<Record<string, unknown>>;

type Reported<S> = { readonly [K in keyof S as K extends 'conditions' ? never : K]?: S[K] | undefined } & {
  readonly conditions?: 'conditions' extends keyof S ? readonly ReportedCondition[] : never;
};

/** Fields of the status; what is `undefined` goes from it, what is not named stays. */
export type ReportedStatus<T extends KubernetesObject = KubernetesObject> = Reported<StatusOf<T>>;

/** The status with what is reported in it; conditions and fields that are not reported stay. */
export function planStatus(object: KubernetesObject, reported: ReportedStatus, nowMs: number): object {
  const present = statusOf(object);
  const { conditions: told, ...fields } = reported;
  const observedGeneration = object.metadata.generation;
  let conditions = present.conditions;
  for (const { type, status, reason, message = '' } of told ?? []) {
    const condition = {
      type,
      status: typeof status === 'boolean' ? (status ? 'True' : 'False') : status,
      reason,
      message,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
    };
    conditions = setCondition<Condition>(conditions, condition as Condition, formatTime(nowMs));
  }
  const all = { ...present, ...fields, ...(conditions === undefined ? {} : { conditions }) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const statusOf = (object: KubernetesObject): { readonly conditions?: readonly Condition[] } =>
  (object as { readonly status?: object }).status ?? {};

/** Others that write the status at the same time are read anew so often, before it is a failure. */
const conflictsMax = 5;

export interface WrittenStatus<T> {
  /** As it is now. */
  readonly object: T;
  readonly isChanged: boolean;
}

/**
 * Writes the status where it differs, beside what others have written of it meanwhile. Errors: `StatusError` Conflict where another object has the name by now.
 */
export async function reportStatus<T extends KubernetesObject>(
  { client, kind, world }: { readonly client: Client; readonly kind: KindRef<T>; readonly world: World },
  object: T,
  reported: ReportedStatus<T>,
): Promise<WrittenStatus<T>> {
  const { name = '', namespace, uid, generation } = object.metadata;
  const key: ObjectKey = namespace === undefined ? { name } : { name, namespace };
  let current = object;
  for (let conflicts = 0; ; conflicts++) {
    // What is reported is of the generation that was looked at.
    const { generation: _now, ...metadata } = current.metadata;
    const seen = { ...current, metadata: { ...metadata, ...(generation === undefined ? {} : { generation }) } };
    const status = planStatus(seen, reported as ReportedStatus, world.clock.now());
    if (deepEqual(status, statusOf(current))) return { object: current, isChanged: false };
    const { resourceVersion } = current.metadata;
    try {
      const body = { metadata: { uid, resourceVersion }, status: createMergePatch(statusOf(current), status) };
      const written = await client.patch(kind, key, { type: 'merge', body }, { subresource: 'status' });
      return { object: written, isChanged: true };
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') || conflicts === conflictsMax) throw error;
      current = await client.get(kind, key);
      if (current.metadata.uid !== uid) throw error;
    }
  }
}
