/** Cluster role aggregation: gives roles that are the sum of others the rules of those, whenever one of them changes. */
import { aggregatedRules } from '@pintle/api/rbac';
import { ClusterRole } from '@pintle/api/rbac/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { deepEqual } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';

export function clusterRoleAggregationController(): Controller {
  return controller({ name: 'clusterrole-aggregation' })
    .for(ClusterRole)
    .watches(ClusterRole, (_role, informers) =>
      informers
        .informer(ClusterRole)
        .lister.list()
        .filter(({ aggregationRule }) => aggregationRule !== undefined)
        .map(({ metadata }) => ({ name: metadata.name ?? '' })),
    )
    .reconcile(async ({ object: role, client, informers }) => {
      if (role === undefined) return;
      const rules = aggregatedRules(role, informers.informer(ClusterRole).lister.list());
      if (rules === undefined || deepEqual(rules, role.rules ?? [])) return;
      // Under its own name, so that the rules are its alone; with its uid, so that one that is gone does not come back.
      await client
        .apply<ClusterRole>(
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'ClusterRole',
            metadata: { name: role.metadata.name!, uid: role.metadata.uid! },
            rules,
          },
          { fieldManager: 'clusterrole-aggregation-controller', force: true },
        )
        .catch(ignoreNotFound);
    });
}
