/**
 * Objects of the server's own, put into the store together and past admission: hundreds at every first start, which need
 * nobody's leave. Who calls it has looked that they are not there.
 */
import { formatTime, type KubernetesObject } from '@pintle/machinery';
import { storeKey } from '../registry/resource.js';
import { StoredObject } from '../storage/stored-object.js';
import type { ApiCore } from '../verbs/api-core.js';
import { countsFirst } from '../verbs/generation.js';
import { recordCreate } from '../verbs/managed-fields.js';

/**
 * What another server has put meanwhile stays. `manager`: whose their fields are.
 * Errors: `Error` for a kind that is not served.
 */
export async function putObjects(
  core: ApiCore,
  objects: readonly KubernetesObject[],
  manager = 'kube-apiserver',
): Promise<void> {
  if (objects.length === 0) return;
  const { backend, registry, world } = core;
  const creationTimestamp = formatTime(world.clock.now());
  const put = async (object: KubernetesObject) => {
    const resource = registry.byObject(object);
    if (resource === undefined) throw new Error(`${object.kind} of ${object.apiVersion} is not served`);
    const { name = '', namespace } = object.metadata;
    // A status is its controllers', who tell of themselves when they change it.
    const { status: _status, ...wished } = object as KubernetesObject & { readonly status?: unknown };
    const recorded = await recordCreate(core, { fieldManager: manager }, resource, wished, {});
    const metadata = {
      ...recorded.metadata,
      uid: world.random.uuid(),
      creationTimestamp,
      ...(countsFirst(resource) ? { generation: 1 } : {}),
    };
    const key = storeKey(resource, namespace, name);
    return { type: 'put' as const, key, value: () => StoredObject.of({ ...object, metadata }) };
  };
  const puts = await Promise.all(objects.map(put));
  const absent = (key: string) => ({ key, target: 'modRevision' as const, is: '=' as const, value: 0 });
  const together = await backend.transact({
    compare: puts.map(({ key }) => absent(key)),
    success: puts.map(({ value, ...put }) => ({ ...put, value: value() })),
  });
  if (together.succeeded) return;
  for (const { value, ...put } of puts)
    await backend.transact({ compare: [absent(put.key)], success: [{ ...put, value: value() }] });
}
