/** Paths within a volume or a container, and the modes of files: what must hold of them. */
import { type FieldError, invalidField, noErrors } from '@pintle/machinery';

/** No `..` among its elements. */
export const backstepErrors = (value: string, path: string): readonly FieldError[] =>
  value.split('/').includes('..') ? [invalidField(path, value, "must not contain '..'")] : noErrors;

/** Relative, and leading down only. */
export const descendingPathErrors = (value: string, path: string): readonly FieldError[] => [
  ...(value.startsWith('/') ? [invalidField(path, value, 'must be a relative path')] : noErrors),
  ...backstepErrors(value, path),
];

/** As such, and not beginning with `..`, which kubelets keep for themselves. */
export const localPathErrors = (value: string, path: string): readonly FieldError[] => [
  ...descendingPathErrors(value, path),
  ...(value.startsWith('..') && value !== '..' && !value.startsWith('../')
    ? [invalidField(path, value, "must not start with '..'")]
    : noErrors),
];

const modeMax = 0o777;

export const modeErrors = (mode: number | undefined, path: string): readonly FieldError[] =>
  mode !== undefined && (mode < 0 || mode > modeMax)
    ? [invalidField(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : noErrors;
