/**
 * JSON Patch as the library reads it that kube-apiserver patches by, which is laxer than RFC 6902: what comes before the first
 * `/` of a path is passed over, items are counted from the end by numbers below zero, what an object lacks is replaced, copied
 * and found to be null, and a value that is not said is null. `json-patch.ts` is by the letter.
 */

import { isFields } from '../json/fields.js';
import { stringifyJson } from '../json/json-text.js';
import { deepEqual } from '../meta/frozen.js';
import { pointerKey } from './json-pointer.js';
import { PatchError } from './patch-error.js';

/** Copies within one patch come to more than a request may have. */
export class CopiedTooMuchError extends PatchError {
  constructor(size: number, max: number) {
    super(`Unable to complete the copy, the accumulated size increase of copy is ${size}, exceeding the limit ${max}`);
    this.name = 'CopiedTooMuchError';
  }
}

/** Characters of JSON that may be copied within one patch. */
const copiedMax = 3 * 1024 * 1024;

type Mutable = Record<string, unknown> | unknown[];

interface Operation {
  readonly op: unknown;
  readonly path: string;
  readonly from: string | undefined;
  readonly value: unknown;
  readonly hasValue: boolean;
}

/** The document is left as it is. Errors: `PatchError`. */
export function applyUpstreamJsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  let root = copyOf(document);
  let copied = 0;
  for (const each of operations) {
    const operation = read(each);
    const { op, path, value } = operation;
    switch (op) {
      case 'add':
        add(placeIn(root, path), copyOf(value));
        break;
      case 'remove':
        remove(placeIn(root, path));
        break;
      case 'replace':
        // No scalar takes the place of all.
        if (path === '') root = isContainer(value) ? copyOf(value) : root;
        else replace(placeIn(root, path), copyOf(value));
        break;
      case 'move': {
        const source = placeIn(root, fromOf(operation));
        const moved = valueAt(source);
        remove(source);
        add(placeIn(root, path), moved ?? null);
        break;
      }
      case 'copy': {
        const found = valueAt(placeIn(root, fromOf(operation))) ?? null;
        const place = placeIn(root, path);
        copied += stringifyJson(found).length;
        if (copied > copiedMax) throw new CopiedTooMuchError(copied, copiedMax);
        add(place, copyOf(found));
        break;
      }
      case 'test':
        test(root, operation);
        break;
      default:
        throw new PatchError(`Unexpected kind: ${String(op)}`);
    }
  }
  return root;
}

function read(operation: unknown): Operation {
  if (!isFields(operation)) throw new PatchError('an operation must be an object');
  const { op, path, from, value = null } = operation;
  if (typeof path !== 'string') throw new PatchError(`${String(op)} operation failed to decode path`);
  return {
    op,
    path,
    value,
    from: typeof from === 'string' ? from : undefined,
    hasValue: Object.hasOwn(operation, 'value'),
  };
}

function fromOf({ op, from }: Operation): string {
  if (from === undefined) throw new PatchError(`${String(op)} operation failed to decode from`);
  return from;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isFields(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) put(copy, key, copyOf(value[key]));
  return copy;
}

/** Keys come from outside: `__proto__` is data like any other. */
const put = (target: Record<string, unknown>, key: string, value: unknown) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

interface Place {
  readonly container: Mutable;
  readonly key: string;
}

/** Errors: `PatchError` where nothing holds such a place. */
function placeIn(root: unknown, path: string): Place {
  const [, ...parts] = path.split('/').map(pointerKey);
  const key = parts.pop();
  const missing = () => new PatchError(`doc is missing path: ${JSON.stringify(path)}: missing value`);
  if (key === undefined) throw missing();
  let at = root;
  for (const part of parts) {
    if (Array.isArray(at) && !/^[+-]?\d+$/.test(part)) throw missing();
    at = isContainer(at) ? valueAt({ container: at, key: part }) : undefined;
  }
  if (!isContainer(at)) throw missing();
  return { container: at, key };
}

const isContainer = (value: unknown): value is Mutable => typeof value === 'object' && value !== null;

/** Undefined for what an object lacks. Errors: `PatchError` for what a list lacks. */
function valueAt({ container, key }: Place): unknown {
  if (Array.isArray(container)) return container[indexOf(key, container.length, container.length - 1)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** Counted from the end where it is below zero. */
function indexOf(key: string, length: number, max: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new PatchError(`value was not a proper array index: '${key}'`);
  const said = Number(key);
  const index = said < 0 ? said + length : said;
  if (index < 0 || index > max)
    throw new PatchError(`Unable to access invalid index: ${said}: invalid index referenced`);
  return index;
}

function add({ container, key }: Place, value: unknown): void {
  if (!Array.isArray(container)) put(container, key, value);
  else if (key === '-') container.push(value);
  else container.splice(indexOf(key, container.length + 1, container.length), 0, value);
}

function remove({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(indexOf(key, container.length, container.length - 1), 1);
  else if (!Object.hasOwn(container, key))
    throw new PatchError(`Unable to remove nonexistent key: ${key}: missing value`);
  else delete container[key];
}

function replace({ container, key }: Place, value: unknown): void {
  if (Array.isArray(container)) container[indexOf(key, container.length, container.length - 1)] = value;
  else put(container, key, value);
}

function test(root: unknown, { path, value, hasValue }: Operation): void {
  const found = path === '' ? root : (valueAt(placeIn(root, path)) ?? null);
  if (!hasValue || !deepEqual(found, value)) throw new PatchError(`testing value ${path} failed: test failed`);
}
