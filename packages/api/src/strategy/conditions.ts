/** Conditions as `meta/v1` has them, where a kind holds them to their rules. */
import {
  type Condition,
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  labelNameErrors,
  noErrors,
  notSupportedField,
  requiredErrors,
  requiredField,
  tooLongField,
} from '@pintle/machinery';

const statuses = ['False', 'True', 'Unknown'];
const reasonMaxBytes = 1024;
const messageMaxBytes = 32 * 1024;
const reasonPattern = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const notReason =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

export const conditionErrors = (conditions: readonly Partial<Condition>[] = [], path: string): readonly FieldError[] =>
  eachErrors(conditions, path, (condition, at, index) => {
    const { type, status = '', observedGeneration = 0, lastTransitionTime, reason, message = '' } = condition;
    const isFirst = conditions.findIndex((each) => each.type === type) === index;
    return [
      ...(isFirst ? noErrors : [duplicateField(`${at}.type`, type)]),
      ...labelNameErrors(type ?? '', `${at}.type`),
      ...(statuses.includes(status) ? noErrors : [notSupportedField(`${at}.status`, status, statuses)]),
      ...(observedGeneration >= 0
        ? noErrors
        : [invalidField(`${at}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero')]),
      ...requiredErrors(lastTransitionTime, `${at}.lastTransitionTime`, 'must be set'),
      ...reasonErrors(reason, `${at}.reason`),
      ...(message.length > messageMaxBytes ? [tooLongField(`${at}.message`, '', messageMaxBytes)] : noErrors),
    ];
  });

function reasonErrors(reason: string | undefined, path: string): readonly FieldError[] {
  if (!reason) return [requiredField(path, 'must be set')];
  return [
    ...(reasonPattern.test(reason) ? noErrors : [invalidField(path, reason, notReason)]),
    ...(reason.length > reasonMaxBytes ? [tooLongField(path, '', reasonMaxBytes)] : noErrors),
  ];
}
