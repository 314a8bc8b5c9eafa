/** A notation for RBAC rules that fits on a line: words between spaces. The default policy is written in it. */
import type { PolicyRule } from '@pintle/api/rbac/v1';

const words = (text: string): readonly string[] => text.split(' ').sort();

/** How the core group, whose name is empty, is written. */
export const core = 'core';

/** `may('get list', 'core events.k8s.io', 'events', 'a b')`: verbs, groups, resources, and names where only those. */
export function may(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: groups.split(' ').map((group) => (group === core ? '' : group)),
    resources: words(resources),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
  };
}

/** What may be done on paths that are no resources. */
export const onPaths = (verbs: string, paths: string): PolicyRule => ({
  verbs: words(verbs),
  nonResourceURLs: words(paths),
});

export const read = 'get list watch';
export const write = 'create delete deletecollection patch update';
export const readWrite = `${read} ${write}`;

/** Who does work tells of it. */
export const events = may('create patch update', 'core events.k8s.io', 'events');
