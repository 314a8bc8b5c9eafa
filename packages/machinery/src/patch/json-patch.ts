/**
 * JSON Patch (RFC 6902), by fast-json-patch. Frozen documents and patches go in; a new document comes out. As with the
 * library that kube-apiserver patches by, what an object lacks can be replaced in it.
 */
import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { type Fields, isFields } from '../json/fields.js';
import { type RefusedOperation, refusedWords } from './json-patch-words.js';
import { PatchError } from './patch-error.js';

const { applyOperation, compare, deepClone, getValueByPointer, JsonPatchError } = fastJsonPatch;

/** Operations in one patch, as kube-apiserver allows. */
export const jsonPatchOperationsMax = 10_000;

/** Errors: `PatchError`, naming what the operation was for. */
export function applyJsonPatch<T>(document: T, operations: readonly unknown[]): unknown {
  if (operations.length > jsonPatchOperationsMax)
    throw new PatchError(
      `the allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${operations.length}`,
    );
  let result: unknown = deepClone(document);
  for (const [index, operation] of operations.entries()) {
    let asked: Operation | undefined;
    try {
      asked = checked(operation);
      result = applyOperation(result, lenient(result, asked), true, true, true, index).newDocument;
    } catch (error) {
      const words = asked === undefined ? undefined : refusedWords(result, operation as RefusedOperation);
      const told = error instanceof JsonPatchError ? error.message.split('\n', 1)[0] : (error as Error).message;
      const why = `the JSON patch cannot be applied: operation ${index} (${describe(operation)}): ${told}`;
      throw new PatchError(words ?? why, { cause: error });
    }
  }
  return result;
}

/** The operations that make `after` out of `before`. */
export function jsonPatchBetween(before: object, after: object): readonly unknown[] {
  return compare(before, after);
}

function checked(operation: unknown): Operation {
  if (typeof operation !== 'object' || operation === null) throw new Error('an operation must be an object');
  const { path, from } = operation as { path?: unknown; from?: unknown };
  for (const pointer of [path, from]) {
    if (typeof pointer === 'string' && /\/0\d+(\/|$)/.test(pointer))
      throw new Error(`the index in ${JSON.stringify(pointer)} has leading zeros`);
    if (typeof pointer === 'string' && /(^|\/)(__proto__|constructor|prototype)(\/|$)/.test(pointer))
      throw new Error(`the path ${JSON.stringify(pointer)} may not be patched`);
  }
  // What one operation adds, a later one may change: never the patch itself, which may be frozen.
  return deepClone(operation) as Operation;
}

/** In an object, to replace is to add. */
const lenient = (document: unknown, operation: Operation): Operation =>
  operation.op === 'replace' && parentOf(document, operation.path) !== undefined
    ? { ...operation, op: 'add' }
    : operation;

/** The object that a pointer leads into; undefined where it is none. */
function parentOf(document: unknown, pointer: string | undefined): Fields | undefined {
  const end = pointer?.lastIndexOf('/') ?? -1;
  const parent: unknown = end < 0 ? undefined : getValueByPointer(document, pointer!.slice(0, end));
  return isFields(parent) ? parent : undefined;
}

function describe(operation: unknown): string {
  const { op, path } = (operation ?? {}) as { op?: unknown; path?: unknown };
  return `${String(op)} ${JSON.stringify(path ?? '')}`;
}
