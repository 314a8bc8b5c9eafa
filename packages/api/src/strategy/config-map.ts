/** ConfigMaps: keys, size, and that one which says so does not change. */
import {
  configMapKeyErrors,
  deepEqual,
  type FieldError,
  forbiddenField,
  invalidField,
  noErrors,
  type Strategy,
  tooLongField,
} from '@pintle/machinery';
import type { ConfigMap } from '../core/v1/config.js';

/** Of all values together, in ConfigMaps as in Secrets. */
export const dataMaxBytes = 1024 * 1024;

/** The bytes that base64 text stands for. */
export const decodedLength = (text: string): number => Math.floor((text.replace(/=+$/, '').length * 3) / 4);

export const keyErrors = (key: string, path: string): readonly FieldError[] =>
  configMapKeyErrors(key).map((message) => invalidField(`${path}[${key}]`, key, message));

interface Immutable {
  readonly immutable?: boolean;
  readonly data?: unknown;
  readonly binaryData?: unknown;
}

/** What is immutable stays so, and as it is. */
export function immutableDataErrors(now: Immutable, before: Immutable): readonly FieldError[] {
  if (!before.immutable) return noErrors;
  const forbidden = (field: string) => forbiddenField(field, 'field is immutable when `immutable` is set');
  return [
    ...(now.immutable ? noErrors : [forbidden('immutable')]),
    ...(['data', 'binaryData'] as const)
      .filter((field) => !deepEqual(now[field] ?? {}, before[field] ?? {}))
      .map(forbidden),
  ];
}

const textBytes = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};

function dataErrors({ data = {}, binaryData = {} }: ConfigMap): readonly FieldError[] {
  let size = 0;
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(data)) {
    errors.push(...keyErrors(key, 'data'));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalidField(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += textBytes(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...keyErrors(key, 'binaryData'));
    size += decodedLength(value);
  }
  // The whole object is at fault, whose place upstream prints so.
  return size > dataMaxBytes ? [...errors, tooLongField('[]', '', dataMaxBytes)] : errors;
}

export const configMapStrategy: Strategy<ConfigMap> = {
  validateCreate: dataErrors,
  validateUpdate: (map, old) => [...immutableDataErrors(map, old), ...dataErrors(map)],
};
