/** Kubelets by their credentials: `system:node:NAME`, a member of `system:nodes`. */
import type { UserInfo } from './access.js';

const namePrefix = 'system:node:';
const nodesGroup = 'system:nodes';

/** The node's name, empty where the user is a node and does not say which; undefined for who is none. */
export function nodeOf({ name, groups }: UserInfo): string | undefined {
  if (!groups.includes(nodesGroup) || !name.startsWith(namePrefix)) return undefined;
  return name.slice(namePrefix.length);
}
