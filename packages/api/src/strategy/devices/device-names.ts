/** How devices, their pools, attributes, capacities and counters are named. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  invalidField,
  noErrors,
  requiredField,
  tooLongField,
} from '@pintle/machinery';
import { driverNameErrors } from '../pod/volume-sources.js';

const poolNameMaxLength = 253;
const domainMaxLength = 63;
const identifierMaxLength = 32;
export const qualifiedNameMaxLength = domainMaxLength + 1 + identifierMaxLength;

/** Of devices, requests and counters. */
export const deviceNameErrors = (name: string | undefined, path: string): readonly FieldError[] =>
  dns1123LabelErrors(name ?? '').map((message) => invalidField(path, name ?? '', message));

/** Subdomains, with `/` between them. */
export function poolNameErrors(name: string | undefined, path: string): readonly FieldError[] {
  if (!name) return [requiredField(path)];
  return [
    ...(name.length > poolNameMaxLength ? [tooLongField(path, '', poolNameMaxLength)] : noErrors),
    ...name
      .split('/')
      .flatMap((part) => dns1123SubdomainErrors(part).map((message) => invalidField(path, part, message))),
  ];
}

const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
const notIdentifier =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

const identifierErrors = (name: string, path: string): readonly FieldError[] => [
  ...(name.length > identifierMaxLength ? [tooLongField(path, '', identifierMaxLength)] : noErrors),
  ...(identifierPattern.test(name)
    ? noErrors
    : [{ type: 'FieldValueTypeInvalid', field: path, badValue: name, detail: notIdentifier } as const]),
];

/** Of attributes and capacities: an identifier, or one after the domain of who defines it and `/`. */
export function attributeNameErrors(name: string, path: string): readonly FieldError[] {
  if (name === '') return [requiredField(path, 'name required')];
  const [first = '', second, ...more] = name.split('/');
  if (second === undefined) return identifierErrors(first, path);
  if (more.length > 0) return noErrors;
  return [
    ...(first === '' ? [requiredField(path, 'the domain must not be empty')] : driverNameErrors(first, path)),
    ...(second === '' ? [requiredField(path, 'the name must not be empty')] : identifierErrors(second, path)),
  ];
}

export const fullAttributeNameErrors = (name: string, path: string): readonly FieldError[] => [
  ...attributeNameErrors(name, path),
  ...(name === '' || name.includes('/') ? noErrors : [invalidField(path, name, 'must include a domain')]),
];
