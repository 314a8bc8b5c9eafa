/**
 * What a strict reader says against what was sent, and how a client is told: as warnings, or in a refusal. Keys that stand
 * twice are found where the text is read, in the HTTP face; fields that nobody knows where it becomes an object.
 */
import type { JsonPatchOperation } from '@pintle/client';
import { badRequest, type Kind, pointerKeys, type StatusError } from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';

/** A key that stands twice in one object of a text. */
export interface DuplicateKey {
  /** As `spec.containers[0].image`. */
  readonly path: string;
  readonly key: string;
  /** Of the text, from 1 on. */
  readonly line: number;
  /** Characters of the text before it. */
  readonly at: number;
}

/** What is said against a text beside the fields that nobody knows. */
export interface StrictFaults {
  readonly duplicates: readonly DuplicateKey[];
  /** All that is said of an object with such fields, in order. */
  told(unknownFields: readonly string[]): readonly string[];
}

export interface StrictOptions {
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly strictFaults?: StrictFaults;
  /** How the faults are refused; as those of a request's body unless given. */
  readonly refuseText?: (message: string) => StatusError;
}

export const unknownField = (path: string): string => `unknown field ${JSON.stringify(path)}`;
export const duplicateField = (path: string): string => `duplicate field ${JSON.stringify(path)}`;

/** With those of the text before those of the object, whatever the order of the text. */
export const textFirst = (faults: StrictFaults): StrictFaults => ({
  duplicates: faults.duplicates,
  told: (unknownFields) => [...faults.told([]), ...unknownFields.map(unknownField)],
});

/** Those of a JSON patch, which are faults of what it puts, too. */
export const ofJsonPatch = (
  { duplicates, told }: StrictFaults,
  operations: readonly JsonPatchOperation[],
  patched: unknown,
): StrictFaults => ({
  duplicates,
  told: (unknownFields) => [
    ...told([]).map((text) => `json patch ${text}`),
    ...new Set(duplicates.flatMap(({ path }) => putAt(path, operations, patched)).map(duplicateField)),
    ...unknownFields.map(unknownField),
  ],
});

/** Where a path of the patch's text comes to stand in what it makes. */
function putAt(path: string, operations: readonly JsonPatchOperation[], patched: unknown): readonly string[] {
  const [, index, rest = ''] = /^\[(\d+)\]\.value([.[].*)$/s.exec(path) ?? [];
  const { path: pointer } = operations[Number(index)] ?? {};
  if (typeof pointer !== 'string') return [];
  let place = '';
  let at = patched;
  for (const name of pointerKeys(pointer)) {
    const isItem = Array.isArray(at);
    const key = isItem && name === '-' ? String((at as readonly unknown[]).length - 1) : name;
    place += isItem ? `[${key}]` : place === '' ? key : `.${key}`;
    at = (at as Readonly<Record<string, unknown>> | undefined)?.[key];
  }
  return [place === '' ? rest.replace(/^\./, '') : place + rest];
}

/** What is said of a body of which no object can be made; `as` is the kind that it should be of. */
export const notHandled = (kind: string, version: string, why: string, as = kind): StatusError =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${as}: ${why}`);

/** Errors: `StatusError` BadRequest, or what `refuseText` makes, where validation is strict and there are any. */
export function reportStrict(
  context: RequestContext,
  { kind, version }: Pick<Kind, 'kind' | 'version'>,
  unknownFields: readonly string[],
  { fieldValidation = 'Ignore', strictFaults, refuseText }: StrictOptions,
): void {
  if (fieldValidation === 'Ignore') return;
  const texts = strictFaults?.told(unknownFields) ?? unknownFields.map(unknownField);
  if (texts.length > 0 && fieldValidation === 'Strict') {
    const message = `strict decoding error: ${texts.join(', ')}`;
    throw refuseText?.(message) ?? notHandled(kind, version, message);
  }
  for (const text of texts) warnStrict(context, text);
}

/** What YAML's reader has found in several lines is told line by line. */
export function warnStrict(context: RequestContext, text: string): void {
  const lines = /^(?:error converting YAML to JSON: )?yaml: unmarshal errors:\n(.*)$/s.exec(text)?.[1];
  for (const line of lines?.split('\n') ?? [text]) context.warn(lines === undefined ? line : line.trim());
}
