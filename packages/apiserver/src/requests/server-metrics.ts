/** What the server tells of itself beside its requests: which Kubernetes it is, and how much it stores. */
import { type FeatureGates, gateStates } from '@pintle/api';
import type { StoreBackend } from '@pintle/contracts';
import { prefixRange } from '@pintle/contracts';
import type { Metrics } from '@pintle/machinery';
import { type ServerVersion, versionDocument } from '../http/server-version.js';
import { leads } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import { groupResource } from '../storage/storage-metrics.js';
import type { StoredObject } from '../storage/stored-object.js';

/** As `/version` tells of it, by the names of labels. */
const buildOf = (version: ServerVersion): Readonly<Record<string, string>> => {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } =
    versionDocument(version);
  return {
    ...{ major, minor, git_version: gitVersion, git_commit: gitCommit, git_tree_state: gitTreeState },
    ...{ build_date: buildDate, go_version: goVersion, compiler, platform },
  };
};

export function serverMetrics(
  metrics: Metrics,
  backend: StoreBackend<StoredObject>,
  registry: ResourceRegistry,
  version: ServerVersion,
  featureGates: FeatureGates,
): void {
  const build = buildOf(version);
  metrics
    .gauge({
      name: 'kubernetes_build_info',
      help: 'The Kubernetes whose behaviour is served.',
      labels: Object.keys(build),
    })
    .with(...Object.values(build))
    .set(1);
  const features = metrics.gauge({
    name: 'kubernetes_feature_enabled',
    help: 'Feature gates that the server goes by: 1 for those that are on.',
    labels: ['name', 'stage'],
  });
  for (const { name, stage, isOn } of gateStates(featureGates))
    features.with(name, stage.toUpperCase()).set(isOn ? 1 : 0);
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
      objects.with(groupResource(kind.group, kind.plural)).set(count);
    }
  });
}
