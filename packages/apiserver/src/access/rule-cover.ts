/**
 * Whether some rules give all that others give, and what they leave out: what the check against escalation asks. Pure.
 */
import type { PolicyRule } from '@pintle/api/rbac/v1';
import { resourceCovers, urlCovers } from './rbac.js';

/** The smallest parts of `wanted` that no rule of `owned` covers; empty where all is covered. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(parts).filter((part) => !owned.some((rule) => ruleCovers(rule, part)));
}

/** A rule as rules of one verb on one thing each. */
function parts(rule: PolicyRule): readonly PolicyRule[] {
  const names = rule.resourceNames?.length ? rule.resourceNames : [undefined];
  const ofResources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    ),
  );
  const ofPaths = (rule.nonResourceURLs ?? []).flatMap((url) =>
    rule.verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...ofResources, ...ofPaths];
}

const holds = (granted: readonly string[] | undefined, wanted: string) =>
  granted?.some((value) => value === '*' || value === wanted) ?? false;

function ruleCovers(owner: PolicyRule, part: PolicyRule): boolean {
  if (!holds(owner.verbs, part.verbs[0]!)) return false;
  if (part.nonResourceURLs !== undefined)
    return owner.nonResourceURLs?.some((url) => urlCovers(url, part.nonResourceURLs![0]!)) ?? false;
  const name = part.resourceNames?.[0];
  return (
    holds(owner.apiGroups, part.apiGroups![0]!) &&
    (owner.resources?.some((resource) => resourceCovers(resource, part.resources![0]!)) ?? false) &&
    (!owner.resourceNames?.length || (name !== undefined && owner.resourceNames.includes(name)))
  );
}

/** Parts on one thing joined into a rule of several verbs, so that a message stays short. */
export function compact(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const { verbs, ...thing } of rules) {
    const key = JSON.stringify(thing);
    const before = joined.get(key)?.verbs ?? [];
    joined.set(key, { ...thing, verbs: [...new Set([...before, ...verbs])] });
  }
  return [...joined.values()];
}

/** A rule on a line, in upstream's notation. */
export function describeRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const fields = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const told = Object.entries(fields).flatMap(([name, values]) =>
    values?.length ? [`${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]`] : [],
  );
  return `{${told.join(', ')}}`;
}
