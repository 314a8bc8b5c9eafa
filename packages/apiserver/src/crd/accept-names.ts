/**
 * Whether the names of a definition may be used: within a group each plural, singular and short name, and each kind and
 * list kind, is one definition's alone, and the first's to have it. Pure.
 */
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '@pintle/api/apiextensions/v1';
import { aggregateText, deepEqual } from '@pintle/machinery';

export interface NameVerdict {
  /** The names asked for, less those that are taken: what was accepted before stays. */
  readonly accepted: CustomResourceDefinitionNames;
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
}

const noNames: CustomResourceDefinitionNames = { plural: '', kind: '' };

const allOf = ({ names }: CustomResourceDefinition['spec']): CustomResourceDefinitionNames => ({
  ...names,
  singular: names.singular || names.kind.toLowerCase(),
  listKind: names.listKind || `${names.kind}List`,
});

/** What the status of a definition tells. */
export function toldVerdict({ status }: CustomResourceDefinition): NameVerdict {
  const {
    reason = '',
    message = '',
    status: is,
  } = status?.conditions?.find(({ type }) => type === 'NamesAccepted') ?? {};
  return {
    accepted: status?.acceptedNames ?? noNames,
    conflict: is === 'False' ? { reason, message } : undefined,
  };
}

/**
 * `others`: the names that other definitions of the group have been accepted with; `before`: what was found of this one. Who
 * has all that it asks for is not judged again.
 */
export function acceptNames(
  { spec }: CustomResourceDefinition,
  others: readonly CustomResourceDefinitionNames[],
  before: NameVerdict,
): NameVerdict {
  const asked = allOf(spec);
  const own = before.accepted;
  if (deepEqual(written(asked), written(own))) return before;
  const all = [...others, own];
  const resources = new Set(
    all.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]).filter(Boolean),
  );
  const kinds = new Set(all.flatMap(({ kind, listKind }) => [kind, listKind]).filter(Boolean));
  const taken: { reason: string; message: string }[] = [];
  const refuse = (reason: string, names: readonly string[]) => {
    taken.push({ reason, message: aggregateText(names.map((name) => `${JSON.stringify(name)} is already in use`)) });
  };
  const one = (field: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string | undefined>) => {
    const [name, before] = [asked[field], own[field]];
    if (name === before || !used.has(name)) return name;
    refuse(`${field[0]!.toUpperCase()}${field.slice(1)}Conflict`, [name!]);
    return before;
  };
  const [plural, singular] = [one('plural', resources), one('singular', resources)];
  const { shortNames = [] } = asked;
  const shortTaken = shortNames.filter((name) => !own.shortNames?.includes(name) && resources.has(name));
  if (shortTaken.length > 0) refuse('ShortNamesConflict', shortTaken);
  const accepted = {
    plural: plural ?? '',
    singular,
    shortNames: shortTaken.length > 0 ? own.shortNames : shortNames,
    kind: one('kind', kinds) ?? '',
    listKind: one('listKind', kinds),
    categories: asked.categories,
  };
  // Of several, upstream tells of the last.
  return { accepted: written(accepted), conflict: taken.at(-1) };
}

/** Whether a definition that had some names has all of them still. */
export function releases(before: CustomResourceDefinitionNames, now: CustomResourceDefinitionNames): boolean {
  const namesOf = ({ plural, singular, shortNames = [], kind, listKind }: CustomResourceDefinitionNames) => [
    ...[plural, singular, ...shortNames].map((name) => `resource ${name}`),
    ...[kind, listKind].map((name) => `kind ${name}`),
  ];
  const kept = new Set(namesOf(now));
  return namesOf(before).some((name) => !kept.has(name));
}

/** Without what says nothing. */
const written = (
  names: {
    readonly [K in keyof CustomResourceDefinitionNames]: CustomResourceDefinitionNames[K] | undefined;
  },
): CustomResourceDefinitionNames =>
  Object.fromEntries(
    Object.entries(names).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  ) as unknown as CustomResourceDefinitionNames;
