/** What the lists of rules about requests have in common: `*` stands alone, and something is listed. */
import {
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  noErrors,
  requiredField,
  shownTexts,
} from '@pintle/machinery';

export function listWithStarErrors(
  values: readonly string[] | undefined,
  path: string,
  needed: string,
  others: string,
  /** Go's name of the values' type. */
  type = 'string',
): readonly FieldError[] {
  if (values === undefined || values.length === 0) return [requiredField(path, needed)];
  return values.length > 1 && values.includes('*')
    ? [invalidField(path, shownTexts(values, type), `if '*' is present, must not specify other ${others}`)]
    : noErrors;
}

/** Conditions of a status: each with a type, once. */
export function conditionTypeErrors(conditions: readonly { readonly type?: string }[] | undefined) {
  const seen = new Set<string>();
  return eachErrors(conditions, 'status.conditions', ({ type = '' }, path) => {
    const again = seen.has(type);
    seen.add(type);
    return [
      ...(again ? [duplicateField(`${path}.type`, type)] : noErrors),
      ...(type === '' ? [requiredField(`${path}.type`, 'must not be empty')] : noErrors),
    ];
  });
}
