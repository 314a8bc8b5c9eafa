/** The ReplicaSet controller: as many pods of a template as were asked for. */
import { ReplicaSet } from '@pintle/api/apps/v1';
import type { Controller } from '@pintle/controller-runtime';
import { keepReplicas } from './keep-replicas.js';

export * from './plan-replica-set.js';
export * from './rank-victims.js';

export function replicaSetController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return keepReplicas({
    name: 'replicaset',
    component: 'replicaset-controller',
    kind: ReplicaSet,
    concurrency,
    asReplicaSet: (set) => set,
  });
}
