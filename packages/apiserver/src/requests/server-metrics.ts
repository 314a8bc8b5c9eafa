/** What the server tells of itself beside its requests: which Kubernetes it is, and how much it stores. */
import type { StoreBackend } from '@pintle/contracts';
import { prefixRange } from '@pintle/contracts';
import type { Metrics } from '@pintle/machinery';
import type { ServerVersion } from '../http/documents.js';
import { leads } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import type { StoredObject } from '../storage/stored-object.js';

export function serverMetrics(
  metrics: Metrics,
  backend: StoreBackend<StoredObject>,
  registry: ResourceRegistry,
  { major, minor, gitVersion, platform }: ServerVersion,
): void {
  metrics
    .gauge({
      name: 'kubernetes_build_info',
      help: 'The Kubernetes whose behaviour is served.',
      labels: ['major', 'minor', 'git_version', 'platform'],
    })
    .with(major, minor, gitVersion, platform)
    .set(1);
  const objects = metrics.gauge({
    name: 'apiserver_storage_objects',
    help: 'Objects that are stored, by resource.',
    labels: ['resource'],
  });
  const size = metrics.gauge({
    name: 'apiserver_storage_size_bytes',
    help: 'Bytes of the file that the store is kept in; absent where it is in memory alone.',
    labels: ['storage_cluster_id'],
  });
  metrics.collect(async () => {
    const bytes = await backend.sizeBytes();
    if (bytes !== undefined) size.with('etcd-0').set(bytes);
    objects.clear();
    for (const { kind, prefix } of registry.all().filter(leads)) {
      if (!(kind.verbs ?? ['list']).includes('list')) continue;
      const { count } = await backend.range({ ...prefixRange(prefix), countOnly: true });
      objects.with(kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`).set(count);
    }
  });
}
