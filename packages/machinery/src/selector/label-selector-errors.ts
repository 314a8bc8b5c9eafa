/** What must hold of a LabelSelector in an object (apimachinery `ValidateLabelSelector`). */

import { validateLabels } from '../meta/object-meta.js';
import type { LabelSelector } from '../meta/v1.js';
import { labelValueErrors, qualifiedNameErrors } from '../names/names.js';
import { eachErrors, forbiddenErrors, noErrors, requiredErrors } from '../status/field-checks.js';
import type { FieldError } from '../status/field-error.js';
import { invalidField } from '../status/field-errors.js';

/** The key of a label. */
export function labelNameErrors(key: string, path: string): readonly FieldError[] {
  const messages = qualifiedNameErrors(key);
  return messages.length === 0 ? noErrors : messages.map((message) => invalidField(path, key, message));
}

/** An absent selector has no faults. */
export function labelSelectorErrors(selector: LabelSelector | undefined, path: string): readonly FieldError[] {
  if (selector === undefined) return noErrors;
  return [
    ...validateLabels(selector.matchLabels ?? {}, `${path}.matchLabels`),
    ...eachErrors(selector.matchExpressions, `${path}.matchExpressions`, requirementErrors),
  ];
}

function requirementErrors(
  { key, operator, values }: NonNullable<LabelSelector['matchExpressions']>[number],
  path: string,
): readonly FieldError[] {
  return [
    ...(operator === 'In' || operator === 'NotIn'
      ? requiredErrors(values, `${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
      : operator === 'Exists' || operator === 'DoesNotExist'
        ? forbiddenErrors(
            values,
            `${path}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          )
        : [invalidField(`${path}.operator`, operator, 'not a valid selector operator')]),
    ...labelNameErrors(key, `${path}.key`),
    ...eachErrors(values, `${path}.values`, (value, at) =>
      labelValueErrors(value).map((message) => invalidField(at, value, message)),
    ),
  ];
}
