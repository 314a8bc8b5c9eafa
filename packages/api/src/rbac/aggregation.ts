/** Cluster roles that are the sum of others (`aggregationRule`). Pure. */
import { deepEqual, labelSelectorMatcher } from '@pintle/machinery';
import type { ClusterRole, PolicyRule } from './v1/index.js';

/** The rules of a role that is a sum: each once, in the order of the names of those that have them. Undefined: it is no sum. */
export function aggregatedRules(role: ClusterRole, all: Iterable<ClusterRole>): readonly PolicyRule[] | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (selectors === undefined) return undefined;
  const rules: PolicyRule[] = [];
  const others = [...all]
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  for (const selector of selectors) {
    const matcher = labelSelectorMatcher(selector);
    for (const other of others) {
      if (!matcher.matches(other.metadata.labels ?? {})) continue;
      for (const rule of other.rules ?? []) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
