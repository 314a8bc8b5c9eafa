/** A path under a domain, as `acme.io/foo`: whose something is, and what (apimachinery `IsDomainPrefixedPath`). */
import type { FieldError } from '../status/field-error.js';
import { invalidField, requiredField } from '../status/field-errors.js';
import { dns1123SubdomainErrors } from './names.js';

const path = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const pathPattern = new RegExp(`^${path}$`);

/** What is wrong with `value`; nothing where it is such a path. */
export function prefixedPathErrors(value: string, field: string): readonly FieldError[] {
  if (value === '') return [requiredField(field)];
  const [, host, place] = /^([^/]+)\/(.+)$/s.exec(value) ?? [];
  if (host === undefined || place === undefined)
    return [invalidField(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [
    ...dns1123SubdomainErrors(host).map((message) => invalidField(field, host, message)),
    ...(pathPattern.test(place)
      ? []
      : [invalidField(field, place, `Invalid path (regex used for validation is '${path}')`)]),
  ];
}
