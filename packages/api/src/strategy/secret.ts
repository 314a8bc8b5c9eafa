/**
 * Secrets: keys, size, what each type must hold, and that one which says so does not change. Text that is written as
 * `stringData` is kept as `data`, and never given back as text.
 */
import {
  type FieldError,
  immutableField,
  invalidField,
  noErrors,
  requiredField,
  type Strategy,
  syntaxWords,
  toBase64,
  tooLongField,
} from '@pintle/machinery';
import type { Secret } from '../core/v1/index.js';
import { dataMaxBytes, decodedLength, immutableDataErrors, keyErrors } from './config-map.js';

export const secretStrategy: Strategy<Secret> = {
  defaults(object) {
    const { stringData, ...rest } = object;
    if (stringData === undefined) return object;
    const written = Object.entries(stringData).map(
      ([key, text]) => [key, toBase64(new TextEncoder().encode(text))] as const,
    );
    return { ...rest, data: { ...rest.data, ...Object.fromEntries(written) } };
  },
  validateCreate: secretErrors,
  validateUpdate: (secret, old) => [
    ...(secret.type === old.type ? noErrors : [immutableField('type', secret.type)]),
    ...immutableDataErrors(secret, old),
    ...secretErrors(secret),
  ],
};

function secretErrors(secret: Secret): readonly FieldError[] {
  const { data = {} } = secret;
  let size = 0;
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(data)) {
    errors.push(...keyErrors(key, 'data'));
    size += decodedLength(value);
  }
  if (size > dataMaxBytes) errors.push(tooLongField('data', '', dataMaxBytes));
  return [...errors, ...typeErrors(secret)];
}

const accountAnnotation = 'kubernetes.io/service-account.name';

/** What a Secret of this type is useless without. */
function typeErrors({ type, data = {}, metadata }: Secret): readonly FieldError[] {
  const missing = (...keys: readonly string[]) =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => requiredField(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.[accountAnnotation]
        ? noErrors
        : [requiredField(`metadata.annotations[${accountAnnotation}]`)];
    case 'kubernetes.io/dockercfg':
      return jsonErrors(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth': {
      const keys = missing('username', 'password');
      return keys.length === 2 ? keys : noErrors;
    }
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? noErrors : [requiredField('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    default:
      return noErrors;
  }
}

function jsonErrors(data: Readonly<Record<string, string>>, key: string): readonly FieldError[] {
  const path = `data[${key}]`;
  const value = data[key];
  if (value === undefined) return [requiredField(path)];
  const fault = jsonFault(atob(value));
  // What is secret is not told.
  return fault === undefined ? noErrors : [invalidField(path, '<secret contents redacted>', fault)];
}

/** Why a text is no JSON object, in Go's words as far as they tell anything. */
function jsonFault(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  } catch {
    return syntaxWords(text);
  }
}
