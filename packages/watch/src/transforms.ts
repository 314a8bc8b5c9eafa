/** What caches may leave out of objects to save memory. For `informer(kind, { transform })`. */
import type { KubernetesObject } from '@pintle/machinery';

/** Without `metadata.managedFields`, which is often half of an object, and which controllers seldom read. */
export function withoutManagedFields<T extends KubernetesObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return Object.freeze({ ...object, metadata: Object.freeze(metadata) });
}
