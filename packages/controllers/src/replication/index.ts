/** The ReplicationController controller: what ReplicaSets were before they were called so. */
import type { ReplicaSet } from '@pintle/api/apps/v1';
import { ReplicationController } from '@pintle/api/core/v1';
import type { Controller } from '@pintle/controller-runtime';
import { onceForEach } from '@pintle/machinery';
import { keepReplicas } from '../replicaset/keep-replicas.js';

export function replicationController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return keepReplicas({
    name: 'replicationcontroller',
    component: 'replication-controller',
    kind: ReplicationController,
    concurrency,
    asReplicaSet,
  });
}

/** Their selector is a plain map of labels. Made once for each object, so that the selector is compiled once. */
const asReplicaSet = onceForEach(
  ({ spec, ...rest }: ReplicationController) =>
    ({
      ...rest,
      ...(spec === undefined ? {} : { spec: { ...spec, selector: { matchLabels: spec.selector ?? {} } } }),
    }) as ReplicaSet,
);
