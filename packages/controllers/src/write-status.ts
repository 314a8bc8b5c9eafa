/** How controllers write what they observed: the status alone, over whatever the object is by now. */
import type { Client } from '@pintle/client';
import { deepEqual, type KindRef, type KubernetesObject } from '@pintle/machinery';

interface WithStatus extends KubernetesObject {
  readonly status?: object;
}

/**
 * Writes `status` where it differs from what `object` says, and with it `annotations` that it does not have. Fields that
 * the status no longer has are cleared.
 * Errors: `StatusError` Conflict where another object has the name by now, NotFound where none has.
 */
export async function writeStatus<T extends WithStatus>(
  client: Client,
  kind: KindRef<T>,
  object: T,
  status: NonNullable<T['status']>,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { name = '', namespace = '', uid, annotations: present = {} } = object.metadata;
  const told = Object.entries(annotations).some(([key, value]) => present[key] !== value) ? { annotations } : {};
  if (!('annotations' in told) && deepEqual(status, object.status)) return;
  await client.patch(
    kind,
    { name, namespace },
    { type: 'merge', body: { metadata: { uid, ...told }, status: { ...cleared(object.status, status), ...status } } },
    { subresource: 'status' },
  );
}

/** Nulls for what the new status no longer says. */
function cleared(before: object | undefined, after: object): Record<string, null> {
  return Object.fromEntries(
    Object.keys(before ?? {})
      .filter((key) => !(key in after))
      .map((key) => [key, null]),
  );
}
