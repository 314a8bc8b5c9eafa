/** The kind that an autoscaler names: of its target, or of an object that a metric describes. */
import type { CrossVersionObjectReference } from '@pintle/api/autoscaling/v2';
import { type KindRef, parseApiVersion } from '@pintle/machinery';

export type NamedKind = Pick<CrossVersionObjectReference, 'apiVersion' | 'kind'>;

/** In whatever version it is known. Errors: it is not. */
export function targetKind(kinds: readonly KindRef[], { kind: name, apiVersion = '' }: NamedKind): KindRef {
  const { group } = parseApiVersion(apiVersion);
  const found = kinds.find((other) => other.kind === name && other.group === group);
  if (found === undefined) throw new Error(`no matches for kind ${JSON.stringify(name)} in group "${group}"`);
  return found;
}
