/** ClusterRole aggregation: a role that names others by their labels has all of their rules. */
import { ClusterRole } from '@pintle/api/rbac/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { canonicalJson, deepEqual, labelSelectorMatcher } from '@pintle/machinery';

type Rule = NonNullable<ClusterRole['rules']>[number];

/** The rules of the roles that `role` selects, in the order of their names, each once. Pure. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): readonly Rule[] {
  const rules = new Map<string, Rule>();
  const byName = [...roles].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matcher = labelSelectorMatcher(selector);
    for (const { metadata, rules: own = [] } of byName) {
      if (metadata.name === role.metadata.name || !matcher.matches(metadata.labels ?? {})) continue;
      for (const rule of own) {
        const id = canonicalJson(rule);
        if (!rules.has(id)) rules.set(id, rule);
      }
    }
  }
  return [...rules.values()];
}

export function clusterRoleAggregationController(): Controller {
  return controller({ name: 'clusterrole-aggregation' })
    .for(ClusterRole, { predicate: ({ object }) => object.aggregationRule !== undefined })
    .watches(ClusterRole, (_changed, informers) =>
      informers
        .informer(ClusterRole)
        .lister.list()
        .filter(({ aggregationRule }) => aggregationRule !== undefined)
        .map(({ metadata }) => ({ name: metadata.name ?? '' })),
    )
    .reconcile(async ({ object: role, client, informers }) => {
      if (role?.aggregationRule === undefined || role.metadata.deletionTimestamp !== undefined) return;
      const rules = aggregatedRules(role, informers.informer(ClusterRole).lister.list());
      if (!deepEqual(rules, role.rules ?? [])) await client.update<ClusterRole>({ ...role, rules });
    });
}
