/** Taints and tolerations: what must hold of them. */
import {
  choiceErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  labelNameErrors,
  labelValueErrors,
  noErrors,
  notSupportedField,
  requiredChoiceErrors,
} from '@pintle/machinery';
import type { Taint, Toleration } from '../../core/v1/affinity.js';
import { shownTaint } from '../go-structures.js';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const tolerationErrors = (tolerations: readonly Toleration[] | undefined, path: string): readonly FieldError[] =>
  eachErrors(tolerations, path, ({ key, operator, value, effect, tolerationSeconds }, at) => [
    ...(key ? labelNameErrors(key, `${at}.key`) : noErrors),
    ...(!key && operator !== 'Exists'
      ? [
          invalidField(
            `${at}.operator`,
            operator ?? '',
            'operator must be Exists when `key` is empty, which means "match all values and all keys"',
          ),
        ]
      : noErrors),
    ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
      ? [invalidField(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set")]
      : noErrors),
    ...operatorErrors(operator, value ?? '', `${at}.operator`),
    ...choiceErrors(effect, `${at}.effect`, effects),
  ]);

function operatorErrors(operator: string | undefined, value: string, path: string): readonly FieldError[] {
  if (operator === 'Exists')
    return value === '' ? noErrors : [invalidField(path, value, "value must be empty when `operator` is 'Exists'")];
  if (operator && operator !== 'Equal') return [notSupportedField(path, operator, ['Equal', 'Exists'])];
  const messages = labelValueErrors(value);
  return messages.length === 0 ? noErrors : [invalidField(path, value, messages.join(';'))];
}

export function taintErrors(taints: readonly Taint[] | undefined, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return eachErrors(taints, path, (taint, at) => {
    const { key, value = '', effect } = taint;
    const messages = labelValueErrors(value);
    const id = `${effect}/${key}`;
    const errors: FieldError[] = [
      ...labelNameErrors(key, `${at}.key`),
      ...(messages.length === 0 ? noErrors : [invalidField(`${at}.value`, value, messages.join(';'))]),
      ...requiredChoiceErrors(effect, `${at}.effect`, effects),
    ];
    if (seen.has(id))
      errors.push({ ...duplicateField(at, shownTaint(taint)), detail: 'taints must be unique by key and effect pair' });
    seen.add(id);
    return errors;
  });
}
