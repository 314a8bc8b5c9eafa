/**
 * JSON Patch as kube-apiserver's library has it, which is laxer than RFC 6902: what comes before the first `/` of a path is
 * passed over, items are counted from the end by numbers below zero, what an object lacks is replaced, copied and found to be
 * null, and a value that is not said is null. Requests, webhooks and policies patch by it, and tell its words.
 */
import { isFields, setField } from '../json/fields.js';
import { stringifyJson } from '../json/json-text.js';
import { deepEqual } from '../meta/frozen.js';
import { jsonType } from '../schema/decoder-words.js';
import { pointerKey } from './json-pointer.js';
import { PatchError } from './patch-error.js';

/** Something is otherwise than the patch expects. */
export class PatchTestError extends PatchError {
  constructor(path: string) {
    super(`testing value ${path} failed: test failed`);
    this.name = 'PatchTestError';
  }
}

/** Bytes of JSON that may be copied within one patch. */
const copiedMax = 3 * 1024 * 1024;

type Mutable = Record<string, unknown> | unknown[];

interface Operation {
  readonly op: string;
  readonly said: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** The document is left as it is, and is shared with nobody. Errors: `PatchError`. */
export function applyJsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  let root = copyOf(document);
  let copied = 0;
  for (const each of operations) {
    const operation = read(each);
    const { op, value } = operation;
    switch (op) {
      case 'add': {
        const path = pathOf(operation);
        const place = placeIn(root, path, `${doesNotApply(op)} path: ${JSON.stringify(path)}`);
        within(`error in add for path: '${path}'`, () => add(place, copyOf(value)));
        break;
      }
      case 'remove': {
        const path = pathOf(operation);
        const place = placeIn(root, path, `${doesNotApply(op)} path: ${JSON.stringify(path)}`);
        within(`error in remove for path: '${path}'`, () => remove(place));
        break;
      }
      case 'replace': {
        const path = pathOf(operation);
        // No scalar takes the place of all.
        if (path === '') root = isContainer(value) ? copyOf(value) : root;
        else replace(placeIn(root, path, `${doesNotApply(op)} path: ${path}`), path, copyOf(value));
        break;
      }
      case 'move': {
        const source = sourceOf(root, operation);
        const moved = within(`error in move for path: '${source.key}'`, () => {
          const found = valueAt(source);
          remove(source);
          return found;
        });
        const path = pathOf(operation);
        const place = placeIn(root, path, `${doesNotApply(op)} destination path: ${path}`);
        within(`error in move for path: '${path}'`, () => add(place, moved ?? null));
        break;
      }
      case 'copy': {
        const source = sourceOf(root, operation);
        const found = within(`error in copy for from: '${String(operation.said['from'])}'`, () => valueAt(source));
        const path = pathOf(operation);
        const place = placeIn(root, path, `${doesNotApply(op)} destination path: ${path}`);
        if (found !== undefined && found !== null) copied += new TextEncoder().encode(stringifyJson(found)).length;
        if (copied > copiedMax) throw copiedTooMuch(copied);
        within('error while adding value during copy', () => add(place, copyOf(found ?? null)));
        break;
      }
      case 'test':
        test(root, operation);
        break;
      default:
        throw new PatchError(`Unexpected kind: ${op}`);
    }
  }
  return root;
}

const copiedTooMuch = (size: number) =>
  new PatchError(
    `Unable to complete the copy, the accumulated size increase of copy is ${size}, exceeding the limit ${copiedMax}`,
  );

const doesNotApply = (op: string) => `${op} operation does not apply: doc is missing`;

/** What is null does nothing that is known. */
function read(operation: unknown): Operation {
  const said = isFields(operation) ? operation : {};
  const { op, value = null } = said;
  return { op: typeof op === 'string' ? op : 'unknown', said, value };
}

/** Errors: `PatchError`, where some operations do not tell what is wrong with it. */
function pathOf({ op, said: { path } }: Operation): string {
  if (typeof path === 'string') return path;
  const why = ['add', 'remove', 'copy'].includes(op) ? missing : notText(path, 'operation missing path field');
  throw new PatchError(`${op} operation failed to decode path: ${why}`);
}

function fromOf({ op, said: { from } }: Operation): string {
  if (typeof from === 'string') return from;
  throw new PatchError(`${op} operation failed to decode from: ${notText(from, 'operation, missing from field')}`);
}

const missing = 'missing value';

const notText = (value: unknown, absent: string): string =>
  value === undefined || value === null
    ? `${absent}: ${missing}`
    : `json: cannot unmarshal ${jsonType(value)} into Go value of type string`;

/** What it does is told of by `what` where it cannot be done. */
function within<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new PatchError(`${what}: ${error.message}`);
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isFields(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) setField(copy, key, copyOf(value[key]));
  return copy;
}

interface Place {
  readonly container: Mutable;
  readonly key: string;
}

function sourceOf(root: unknown, operation: Operation): Place {
  const from = fromOf(operation);
  return placeIn(root, from, `${doesNotApply(operation.op)} from path: ${from}`);
}

/** Errors: `PatchError`, by `what`, where nothing holds such a place. */
function placeIn(root: unknown, path: string, what: string): Place {
  const [, ...parts] = path.split('/').map(pointerKey);
  const key = parts.pop();
  const container = key === undefined ? undefined : parts.reduce(innerOf, root);
  if (!isContainer(container)) throw new PatchError(`${what}: ${missing}`);
  return { container, key: key! };
}

/** Undefined where there is nothing. */
function innerOf(container: unknown, key: string): unknown {
  if (!isContainer(container)) return undefined;
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  const index = indexIn(container.length, key);
  return typeof index === 'number' ? container[index] : undefined;
}

const isContainer = (value: unknown): value is Mutable => typeof value === 'object' && value !== null;

/** Undefined for what an object lacks. Errors: `PatchError` for what a list lacks. */
function valueAt({ container, key }: Place): unknown {
  if (Array.isArray(container)) requireIndex(container.length, key);
  return innerOf(container, key);
}

const atoi = 'strconv.Atoi';
const notNumber = (text: string, why: string) => `${atoi}: parsing ${JSON.stringify(text)}: ${why}`;

/** Counted from the end where it is below zero; why it is none where it is none. */
function indexIn(length: number, key: string): number | string {
  if (!/^[+-]?\d+$/.test(key)) return notNumber(key, 'invalid syntax');
  const said = BigInt(key.replace('+', ''));
  if (BigInt.asIntN(64, said) !== said) return notNumber(key, 'value out of range');
  const index = Number(said) + (said < 0 ? length : 0);
  return index < 0 || index >= length ? `Unable to access invalid index: ${said}: invalid index referenced` : index;
}

/** Errors: `PatchError`. */
function requireIndex(length: number, key: string): number {
  const index = indexIn(length, key);
  if (typeof index === 'string') throw new PatchError(index);
  return index;
}

function add({ container, key }: Place, value: unknown): void {
  if (!Array.isArray(container)) setField(container, key, value);
  else if (key === '-') container.push(value);
  else {
    const index = indexIn(container.length + 1, key);
    if (typeof index === 'string')
      throw new PatchError(index.startsWith(atoi) ? `value was not a proper array index: '${key}': ${index}` : index);
    container.splice(index, 0, value);
  }
}

function remove({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(requireIndex(container.length, key), 1);
  else if (!Object.hasOwn(container, key)) throw new PatchError(`Unable to remove nonexistent key: ${key}: ${missing}`);
  else delete container[key];
}

function replace({ container, key }: Place, path: string, value: unknown): void {
  if (!Array.isArray(container)) {
    setField(container, key, value);
    return;
  }
  const index = indexIn(container.length, key);
  if (typeof index === 'string') throw new PatchError(`${doesNotApply('replace')} key: ${path}: ${missing}`);
  container[index] = value;
}

function test(root: unknown, operation: Operation): void {
  const path = pathOf(operation);
  const found = path === '' ? root : foundAt(root, path);
  if (!Object.hasOwn(operation.said, 'value') || !deepEqual(found, operation.value)) throw new PatchTestError(path);
}

function foundAt(root: unknown, path: string): unknown {
  const place = placeIn(root, path, `test operation does not apply: is missing path: ${path}`);
  return within(`error in test for path: '${path}'`, () => valueAt(place) ?? null);
}
