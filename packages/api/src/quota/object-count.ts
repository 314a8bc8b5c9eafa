/** Resources that only count: `count/NAME.GROUP`, and the old names of a few. */
import { parseQuantity } from '@pintle/machinery';
import type { QuotaEvaluator, ResourceName } from './evaluator.js';

export const one = parseQuantity('1');
export const none = parseQuantity('0');

/** The name under which quota counts the objects of a resource. */
export const countName = ({ group, plural }: ResourceName): string =>
  group === '' ? `count/${plural}` : `count/${plural}.${group}`;

/** Of the core group, beside pods, services and claims, that have more to count. */
const plainlyNamed = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

export function objectCount(resource: ResourceName): QuotaEvaluator {
  const own = countName(resource);
  const names = resource.group === '' && plainlyNamed.has(resource.plural) ? [own, resource.plural] : [own];
  const usage = new Map(names.map((name) => [name, one]));
  return {
    resource,
    handles: (operation, subresource) => operation === 'CREATE' && subresource === undefined,
    matching: (given) => intersection(given, names),
    isInScope: () => false,
    missing: () => undefined,
    usage: () => usage,
  };
}

export const intersection = (given: Iterable<string>, names: readonly string[]): readonly string[] =>
  [...given].filter((name) => names.includes(name));
