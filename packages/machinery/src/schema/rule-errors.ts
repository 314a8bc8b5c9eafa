/** The texts of CEL rules in a schema (`x-kubernetes-validations`), as far as they can be judged without the language. */

import { type Fields, isFields } from '../json/fields.js';
import type { FieldError } from '../status/field-error.js';
import { invalidField, notSupportedField, requiredField } from '../status/field-errors.js';
import { isForeign } from './foreign-schema.js';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const hasLines = (text: string): boolean => /[\n\r]/.test(text);

export function ruleErrors(schema: Fields, path: string): readonly FieldError[] {
  const rules = schema['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  return rules.filter(isFields).flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`;
    const { reason, messageExpression } = rule;
    const blankExpression = textOf(messageExpression) !== '' && textOf(messageExpression).trim() === '';
    return [
      ...wordErrors(textOf(rule['rule']).trim(), textOf(rule['message']), at),
      ...(blankExpression
        ? [requiredField(`${at}.messageExpression`, 'messageExpression must be non-empty if specified')]
        : []),
      ...(reason === undefined || reasons.includes(String(reason))
        ? []
        : [notSupportedField(`${at}.reason`, reason, reasons)]),
      ...fieldPathErrors(schema, textOf(rule['fieldPath']), `${at}.fieldPath`),
    ];
  });
}

function wordErrors(rule: string, written: string, at: string): readonly FieldError[] {
  const message = written.trim();
  if (rule === '') return [requiredField(`${at}.rule`, 'rule is not specified')];
  if (written !== '' && message === '')
    return [invalidField(`${at}.message`, written, 'message must be non-empty if specified')];
  if (hasLines(message)) return [invalidField(`${at}.message`, written, 'message must not contain line breaks')];
  return hasLines(rule) && message === ''
    ? [requiredField(`${at}.message`, 'message must be specified if rule contains line breaks')]
    : [];
}

function fieldPathErrors(schema: Fields, fieldPath: string, at: string): readonly FieldError[] {
  if (fieldPath === '') return [];
  const fault = (detail: string) => invalidField(at, fieldPath, detail);
  return [
    ...(fieldPath.trim() === '' ? [fault('fieldPath must be non-empty if specified')] : []),
    ...(hasLines(fieldPath) ? [fault('fieldPath must not contain line breaks')] : []),
    ...(leadsSomewhere(schema, fieldPath) ? [] : [fault('fieldPath must be a valid path')]),
  ];
}

/** One step: `.field`, `.key` or `['field']`; quotes inside are escaped. */
const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\['\\abfnrtv])*)'\]/y;

/** Whether a path of fields and keys of maps leads to a place that the schema knows, as far as its places can be known. */
function leadsSomewhere(schema: Fields, fieldPath: string): boolean {
  if (isForeign(schema)) return true;
  let at: unknown = schema;
  let end = 0;
  while (end < fieldPath.length) {
    step.lastIndex = end;
    const found = step.exec(fieldPath);
    if (found === null || !isFields(at)) return false;
    end = step.lastIndex;
    const name = found[1] ?? found[2]!.replace(/\\(['\\])/g, '$1');
    if (isFields(at['properties'])) at = Object.hasOwn(at['properties'], name) ? at['properties'][name] : undefined;
    else at = at['additionalProperties'];
    if (!isFields(at)) return false;
  }
  return true;
}
