/** An object's status as its controller reports it: conditions that remember when they turned, written where they differ. */
import type { Client, ObjectKey } from '@pintle/client';
import {
  type Condition,
  deepEqual,
  formatTime,
  type KindRef,
  type KubernetesObject,
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

/** Writes the status where it differs. Returns whether it did. */
export async function reportStatus(
  { client, kind, world }: { readonly client: Client; readonly kind: KindRef; readonly world: World },
  object: KubernetesObject,
  reported: ReportedStatus,
): Promise<boolean> {
  const status = planStatus(object, reported, world.clock.now());
  if (deepEqual(status, (object as { readonly status?: object }).status ?? {})) return false;
  const { name = '', namespace } = object.metadata;
  const key: ObjectKey = namespace === undefined ? { name } : { name, namespace };
  await client.patch(kind, key, { type: 'merge', body: { status } }, { subresource: 'status' });
  return true;
}
