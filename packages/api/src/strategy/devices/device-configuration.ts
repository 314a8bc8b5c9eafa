/**
 * What claims and classes say alike: which devices suit (selectors), how drivers set them up (configurations), and which
 * taints are borne.
 *
 * Deliberately not here: the CEL of selectors, which the API server compiles.
 */
import {
  type FieldError,
  invalidField,
  labelNameErrors,
  labelValueErrors,
  noErrors,
  notSupportedField,
  requiredField,
  stringifyJson,
  tooLongField,
} from '@pintle/machinery';
import type {
  DeviceClassConfiguration,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
} from '../../resource/v1beta2/index.js';
import { driverNameErrors } from '../pod/volume-sources.js';
import { listErrors } from './device-lists.js';

const selectorsMax = 32;
export const expressionMaxBytes = 10 * 1024;
const parametersMaxBytes = 10 * 1024;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

export const selectorErrors = (selectors: readonly DeviceSelector[] | undefined, path: string) =>
  listErrors(selectors, path, selectorsMax, ({ cel }, at) =>
    cel === undefined
      ? [requiredField(`${at}.cel`)]
      : bytesOf(cel.expression ?? '') > expressionMaxBytes
        ? [tooLongField(`${at}.cel.expression`, '', expressionMaxBytes)]
        : noErrors,
  );

export const configurationErrors = ({ opaque }: DeviceClassConfiguration, path: string): readonly FieldError[] =>
  opaque === undefined
    ? [requiredField(`${path}.opaque`)]
    : [
        ...driverNameErrors(opaque.driver, `${path}.opaque.driver`),
        ...rawErrors(opaque.parameters, `${path}.opaque.parameters`, parametersMaxBytes),
      ];

/** An object of which nobody here knows more. */
export function rawErrors(value: unknown, path: string, maxBytes: number): readonly FieldError[] {
  if (value === undefined || value === null) return [requiredField(path)];
  if (bytesOf(stringifyJson(value)) > maxBytes) return [tooLongField(path, '', maxBytes)];
  return typeof value === 'object' && !Array.isArray(value)
    ? noErrors
    : [invalidField(path, '<value omitted>', 'parameters must be a valid JSON object')];
}

const effects = ['NoExecute', 'NoSchedule'];

const labelErrors = (value: string, path: string) =>
  labelValueErrors(value).map((message) => invalidField(path, value, message));

const effectErrors = (effect: string, path: string): readonly FieldError[] =>
  effects.includes(effect) ? noErrors : [notSupportedField(path, effect, effects)];

export const taintErrors = ({ key, value, effect }: DeviceTaint, path: string): readonly FieldError[] => [
  ...labelNameErrors(key ?? '', `${path}.key`),
  ...(value ? labelErrors(value, `${path}.value`) : noErrors),
  ...(effect ? effectErrors(effect, `${path}.effect`) : [requiredField(`${path}.effect`)]),
];

export const tolerationErrors = (
  { key, operator, value = '', effect }: DeviceToleration,
  path: string,
): readonly FieldError[] => [
  ...(key ? labelNameErrors(key, `${path}.key`) : noErrors),
  ...(operator === 'Exists'
    ? value === ''
      ? noErrors
      : [invalidField(`${path}.value`, value, 'must be empty for operator `Exists`')]
    : operator === 'Equal'
      ? labelErrors(value, `${path}.value`)
      : operator
        ? [notSupportedField(`${path}.operator`, operator, ['Equal', 'Exists'])]
        : [requiredField(`${path}.operator`)]),
  ...(effect ? effectErrors(effect, `${path}.effect`) : noErrors),
];
