/**
 * Whether the names of a definition may be used: within a group each plural, singular and short name, and each kind and
 * list kind, is one definition's alone, and the first's to have it. Pure.
 */
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '@pintle/api/apiextensions/v1';

export interface NameVerdict {
  /** The names asked for, less those that are taken: what was accepted before stays. */
  readonly accepted: CustomResourceDefinitionNames;
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
}

const noNames: CustomResourceDefinitionNames = { plural: '', kind: '' };

/** `others`: the names that other definitions of the group have been accepted with. */
export function acceptNames(
  { spec: { names }, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinitionNames[],
): NameVerdict {
  const resources = new Set(
    others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]).filter(Boolean),
  );
  const kinds = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]).filter(Boolean));
  const before = status?.acceptedNames ?? noNames;
  const taken: { reason: string; message: string }[] = [];
  const refuse = (reason: string, name: string) => {
    taken.push({ reason, message: `${JSON.stringify(name)} is already in use` });
    return undefined;
  };
  const asked = {
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
    shortNames: names.shortNames ?? [],
  };
  const shortTaken = asked.shortNames.filter((name) => resources.has(name));
  const accepted = {
    plural: resources.has(names.plural) ? (refuse('PluralConflict', names.plural) ?? before.plural) : names.plural,
    singular: resources.has(asked.singular)
      ? (refuse('SingularConflict', asked.singular) ?? before.singular)
      : asked.singular,
    shortNames:
      shortTaken.length > 0 ? (refuse('ShortNamesConflict', shortTaken[0]!) ?? before.shortNames) : asked.shortNames,
    kind: kinds.has(names.kind) ? (refuse('KindConflict', names.kind) ?? before.kind) : names.kind,
    listKind: kinds.has(asked.listKind)
      ? (refuse('ListKindConflict', asked.listKind) ?? before.listKind)
      : asked.listKind,
    categories: names.categories,
  };
  return {
    accepted: Object.fromEntries(
      Object.entries(accepted).filter(([, value]) => value !== undefined && value !== '' && !isEmpty(value)),
    ) as unknown as CustomResourceDefinitionNames,
    // Of several, upstream tells of the last.
    conflict: taken.at(-1),
  };
}

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
