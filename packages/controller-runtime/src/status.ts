/** An object's status as its controller reports it: conditions that remember when they turned, written where they differ. */
import type { Client, ObjectKey } from '@pintle/client';
import {
  type Condition,
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

export type ReportedStatus = Readonly<Record<string, unknown>> & { readonly conditions?: readonly ReportedCondition[] };

interface StatusOf {
  readonly conditions?: readonly Condition[];
}

/** The status with what is reported in it; conditions and fields that are not reported stay. */
export function planStatus(object: KubernetesObject, reported: ReportedStatus, nowMs: number): object {
  const present = (object as { readonly status?: StatusOf }).status ?? {};
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
  return { ...present, ...fields, ...(conditions === undefined ? {} : { conditions }) };
}

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
  reported: ReportedStatus,
): Promise<WrittenStatus<T>> {
  const { name = '', namespace, uid, generation } = object.metadata;
  const key: ObjectKey = namespace === undefined ? { name } : { name, namespace };
  let current = object;
  for (let conflicts = 0; ; conflicts++) {
    // What is reported is of the generation that was looked at.
    const { generation: _now, ...metadata } = current.metadata;
    const seen = { ...current, metadata: { ...metadata, ...(generation === undefined ? {} : { generation }) } };
    const status = planStatus(seen, reported, world.clock.now());
    if (deepEqual(status, (current as { readonly status?: object }).status ?? {}))
      return { object: current, isChanged: false };
    const { resourceVersion } = current.metadata;
    try {
      const body = { metadata: { uid, resourceVersion }, status };
      const written = await client.patch(kind, key, { type: 'merge', body }, { subresource: 'status' });
      return { object: written, isChanged: true };
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') || conflicts === conflictsMax) throw error;
      current = await client.get(kind, key);
      if (current.metadata.uid !== uid) throw error;
    }
  }
}
