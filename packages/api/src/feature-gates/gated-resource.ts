/**
 * Kinds whose writes lose the fields that are behind gates which are off. An API server asks for it of every kind that it
 * serves; kinds without such fields stay as they are.
 */
import {
  deepFreeze,
  type KubernetesObject,
  onceForEach,
  type ResourceDefinition,
  type Strategy,
  type SubresourceStrategy,
} from '@pintle/machinery';
import { type GatedFields, type GatedParts, gatedKinds } from './gated-fields.js';
import { type FeatureGates, isEnabled } from './gates.js';

type Limit = (object: KubernetesObject, old: KubernetesObject | undefined) => KubernetesObject;

/** The kind as it is served where these gates are set; the very same where all of its fields may be used. */
export function gatedResource(definition: ResourceDefinition, gates: FeatureGates): ResourceDefinition {
  const { group, kind } = definition.kind;
  const gated = gatedKinds[`${group}/${kind}`];
  const [wish, status] = [limitOf(gated?.wish, gates), limitOf(gated?.status, gates)];
  if (wish === undefined && status === undefined) return definition;
  const { strategy = {} } = definition;
  const { subresources } = strategy;
  const undefaulted = undefaultedBy(gated?.wish, gates);
  const limited: Strategy = {
    ...strategy,
    ...(undefaulted === undefined || strategy.defaults === undefined
      ? {}
      : { defaults: (object) => undefaulted(strategy.defaults!(object), object) }),
    ...(wish === undefined
      ? {}
      : {
          prepareForCreate: (object, context) => {
            const limited = wish(object, undefined);
            return strategy.prepareForCreate?.(limited, context) ?? limited;
          },
          prepareForUpdate: (object, old) => {
            const limited = wish(object, old);
            return strategy.prepareForUpdate?.(limited, old) ?? limited;
          },
          ...(subresources === undefined ? {} : { subresources: limitedSubresources(subresources, wish) }),
        }),
    ...(status === undefined
      ? {}
      : {
          prepareForStatusUpdate: (object, old, context) =>
            status(strategy.prepareForStatusUpdate?.(object, old, context) ?? object, old),
        }),
  };
  return { ...definition, strategy: limited };
}

const limitedSubresources = (
  subresources: Readonly<Record<string, SubresourceStrategy>>,
  wish: Limit,
): Readonly<Record<string, SubresourceStrategy>> =>
  Object.fromEntries(
    Object.entries(subresources).map(([name, subresource]) => [
      name,
      {
        ...subresource,
        prepareForUpdate: (object, old, context) => wish(subresource.prepareForUpdate(object, old, context), old),
      } satisfies SubresourceStrategy,
    ]),
  );

function undefaultedBy(parts: GatedParts = [], gates: FeatureGates) {
  const without = parts.flatMap(([path, fields]) =>
    fields.flatMap(({ gate, undefaulted }) =>
      undefaulted === undefined || isEnabled(gates, gate) ? [] : [[namesOf(path), undefaulted] as const],
    ),
  );
  if (without.length === 0) return undefined;
  return (object: KubernetesObject, given: KubernetesObject): KubernetesObject =>
    without.reduce((left, [names, undefaulted]) => {
      const [part, said] = [partAt(left, names), partAt(given, names)];
      const kept = part === undefined || said === undefined || part === said ? part : undefaulted(part, said);
      return kept === part ? left : (replacedAt(left, names, kept!) as KubernetesObject);
    }, object);
}

const namesOf = (path: string): readonly string[] => (path === '' ? [] : path.split('.'));

function limitOf(parts: GatedParts = [], gates: FeatureGates): Limit | undefined {
  const limits = parts.flatMap(([path, fields]) => {
    const off = fields.filter(({ gate }) => !isEnabled(gates, gate));
    return off.length === 0 ? [] : [limitOfPart(path, off)];
  });
  if (limits.length === 0) return undefined;
  return (object, old) => limits.reduce((left, limit) => limit(left, old), object);
}

/** Of one part, which many objects may share: what is worked out of it is so once. */
function limitOfPart(path: string, off: readonly GatedFields[]): Limit {
  const names = namesOf(path);
  const without = (part: object, fields: readonly GatedFields[]) =>
    fields.reduce((left, each) => each.removedFrom(left), part);
  const withoutAll = onceForEach((part: object) => {
    const kept = without(part, off);
    return kept !== part && Object.isFrozen(part) ? deepFreeze(kept) : kept;
  });
  const unused = onceForEach((old: object) => off.filter((each) => !each.inUse(old)));
  return (object, old) => {
    const part = partAt(object, names);
    const before = old === undefined ? undefined : partAt(old, names);
    if (part === undefined || part === before) return object;
    const fields = before === undefined ? off : unused(before);
    const kept = fields.length === off.length ? withoutAll(part) : without(part, fields);
    return kept === part ? object : (replacedAt(object, names, kept) as KubernetesObject);
  };
}

type Fields = Readonly<Record<string, unknown>>;

function partAt(object: object, names: readonly string[]): object | undefined {
  let part: unknown = object;
  for (const name of names) part = (part as Fields | undefined)?.[name];
  return part as object | undefined;
}

function replacedAt(object: object, [name, ...rest]: readonly string[], part: object): object {
  if (name === undefined) return part;
  return { ...object, [name]: replacedAt((object as Record<string, object>)[name]!, rest, part) };
}
