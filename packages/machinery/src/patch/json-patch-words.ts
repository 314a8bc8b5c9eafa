/**
 * Why an operation of a JSON Patch does not apply, in the words of the library that kube-apiserver patches by. Called when
 * one did not; what that library has no words for is left to ours.
 */
import { pointerKeys } from './json-pointer.js';

export interface RefusedOperation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
}

type Container = Readonly<Record<string, unknown>> | readonly unknown[];

interface Place {
  /** Undefined where there is none. */
  readonly container: Container | undefined;
  readonly key: string;
}

/** `document` is as the operation found it. */
export function refusedWords(document: unknown, { op, path = '', from = '' }: RefusedOperation): string | undefined {
  if (typeof path !== 'string' || typeof from !== 'string') return undefined;
  const [place, source] = [placeOf(document, path), placeOf(document, from)];
  switch (op) {
    case 'test':
      return place.container === undefined
        ? `test operation does not apply: is missing path: ${path}: missing value`
        : `testing value ${path} failed: test failed`;
    case 'replace':
      return `replace operation does not apply: doc is missing ${place.container === undefined ? 'path' : 'key'}: ${path}: missing value`;
    case 'add':
    case 'remove':
      return place.container === undefined
        ? `${op} operation does not apply: doc is missing path: "${path}": missing value`
        : `error in ${op} for path: '${path}': ${unreached(place)}`;
    case 'move':
    case 'copy':
      if (source.container === undefined)
        return `${op} operation does not apply: doc is missing from path: ${from}: missing value`;
      if (place.container === undefined)
        return `${op} operation does not apply: doc is missing destination path: ${path}: missing value`;
      return op === 'move' ? `error in move for path: '${source.key}': ${unreached(source)}` : undefined;
    default:
      return `Unexpected kind: ${String(op)}`;
  }
}

function unreached({ container, key }: Place): string {
  if (!Array.isArray(container)) return `Unable to remove nonexistent key: ${key}: missing value`;
  return /^-?\d+$/.test(key)
    ? `Unable to access invalid index: ${key}: invalid index referenced`
    : `value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
}

function placeOf(document: unknown, pointer: string): Place {
  const keys = pointerKeys(pointer);
  const key = keys.at(-1);
  if (key === undefined) return { container: undefined, key: pointer };
  const found = keys
    .slice(0, -1)
    .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | null | undefined)?.[name], document);
  return { container: typeof found === 'object' && found !== null ? (found as Container) : undefined, key };
}
