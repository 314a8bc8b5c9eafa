/** What a run of a normalizer finds, and the ways to share what is equal. Called by `normalize.ts` alone. */
import { isFields, setField } from '../json/fields.js';
import { stringifyJson } from '../json/json-text.js';
import { deepEqual } from '../meta/frozen.js';
import type { FieldError } from '../status/field-error.js';

export interface TypeFault extends FieldError {
  /** In words, as `RFC 3339 time`. */
  readonly expected: string;
  readonly found: unknown;
  readonly path: readonly (string | number)[];
}

/** Values nested deeper than this are refused. */
export const depthMax = 512;
/** Faults listed for one value. */
const errorsMax = 20;

export interface RunOptions {
  /** What is known is an object that is like this one. */
  readonly isOther?: boolean;
  /** Of custom objects: nulls that say nothing stay, as of an apply. */
  readonly keepsNulls?: boolean;
}

export class Run {
  /** The first `depth` of these lead to the value at hand; what stands behind them is of no meaning. */
  private readonly path: (string | number)[] = [];
  depth = 0;
  readonly unknownFields: string[] = [];
  readonly errors: TypeFault[] = [];

  /** Of metadata, which is read by itself. */
  private readonly unknownOfMetadata: string[] = [];
  readonly isOther: boolean;
  readonly keepsNulls: boolean;
  private isSilent = false;

  constructor({ isOther = false, keepsNulls = false }: RunOptions = {}) {
    this.isOther = isOther;
    this.keepsNulls = keepsNulls;
  }

  /** How much has been found so far. */
  get findings(): number {
    return this.errors.length + this.unknownFields.length + this.unknownOfMetadata.length;
  }

  /** Of a custom object: of its own metadata first, of those of objects within it last. */
  get unknownInOrder(): readonly string[] {
    const isOwn = (field: string) => field.startsWith('metadata.');
    const ofMetadata = this.unknownOfMetadata.toSorted();
    const [own, others] = [ofMetadata.filter(isOwn), ofMetadata.filter((field) => !isOwn(field))];
    return [...own, ...this.unknownFields.toSorted(), ...others];
  }

  /** Of a status many parts are those of others. */
  get isShared(): boolean {
    return this.path[0] === 'status';
  }

  /** Of a spec it is the whole. */
  get isWholeSpec(): boolean {
    return this.depth === 1 && this.path[0] === 'spec';
  }

  /** Goes to a part of the value at `depth`. */
  enter(depth: number, part: string | number): void {
    this.path[depth] = part;
    this.depth = depth + 1;
  }

  at(): string {
    let text = '';
    for (const part of this.path.slice(0, this.depth))
      text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
    return text;
  }

  fault(expected: string, found: unknown): undefined {
    if (this.errors.length >= errorsMax) return undefined;
    const field = this.at();
    const shown =
      typeof found === 'object' && found !== null ? (Array.isArray(found) ? 'array' : 'object') : stringifyJson(found);
    this.errors.push({
      type: 'FieldValueTypeInvalid',
      field,
      badValue: shown,
      expected,
      found,
      path: this.path.slice(0, this.depth),
      detail: `${field || 'the body'}: must be of type ${expected === 'map' ? 'object' : expected}, not ${shown}`,
    });
    return undefined;
  }

  /** `words` are all there is to say. */
  refuse(found: unknown, words: string): undefined {
    this.fault('', found);
    const last = this.errors.pop();
    if (last !== undefined) this.errors.push({ ...last, detail: words });
    return undefined;
  }

  /** Nothing is told of unknown fields in what this reads. */
  silently<T>(read: () => T): T {
    const { isSilent } = this;
    this.isSilent = true;
    const value = read();
    this.isSilent = isSilent;
    return value;
  }

  unknownInMetadata(field: string): void {
    if (this.unknownOfMetadata.length < errorsMax) this.unknownOfMetadata.push(`${this.at()}.${field}`);
  }

  unknown(key: string): void {
    if (this.isSilent || this.unknownFields.length >= errorsMax) return;
    this.enter(this.depth, key);
    this.unknownFields.push(this.at());
    this.depth--;
  }
}

export type Step = (input: unknown, run: Run, known: unknown) => unknown;

export interface Field {
  readonly step: Step;
  readonly latest: Latest;
}

/** Items of a list that are held against the latest in their place. */
const itemsSharedMax = 8;

/** What came last to a place: objects that are written alike, as the statuses of like pods, share what is equal. */
export class Latest {
  private value: unknown;

  shared(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (isSameThroughout(this.value, value)) return this.value;
    this.value = value;
    return value;
  }
}

/** What each item of a list goes through. */
export class Items {
  private readonly latest: Latest[] = [];

  constructor(
    private readonly step: Step,
    private readonly ofNull: unknown,
  ) {}

  /** The very list of before where nothing changed. */
  read(given: readonly unknown[], run: Run, before: readonly unknown[] = nothing): readonly unknown[] {
    const { step, ofNull, latest } = this;
    const result: unknown[] = new Array(given.length);
    let same = given.length === before.length;
    const { depth } = run;
    for (let i = 0; i < given.length; i++) {
      run.enter(depth, i);
      const value = step(given[i] ?? ofNull, run, before[i]);
      result[i] =
        value === before[i] || i >= itemsSharedMax || !run.isShared
          ? value
          : (latest[i] ??= new Latest()).shared(value);
      same &&= result[i] === before[i];
    }
    run.depth = depth;
    return same ? before : Object.freeze(result);
  }
}

const nothing: readonly unknown[] = Object.freeze([]);

/** Whether two values hold the same parts; equal parts were shared before. */
function isSameThroughout(a: unknown, b: object): boolean {
  if (typeof a !== 'object' || a === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  for (const key in right) if (left[key] !== right[key]) return false;
  return sizeOf(left) === sizeOf(right);
}

export function sizeOf(value: Readonly<Record<string, unknown>>): number {
  let size = 0;
  for (const _key in value) size++;
  return size;
}

/** Copies and freezes any JSON value. What is frozen already is taken as it is. */
export const anyStep: Step = (input, run, known) => {
  if (typeof input !== 'object' || input === null || Object.isFrozen(input)) return input;
  const { depth } = run;
  if (depth > depthMax) return run.fault(`value nested at most ${depthMax} deep`, 'something deeper');
  if (Array.isArray(input)) {
    const items = input.map((item, index) => {
      run.enter(depth, index);
      return anyStep(item, run, Array.isArray(known) ? known[index] : undefined);
    });
    run.depth = depth;
    return deepEqual(items, known) ? known : Object.freeze(items);
  }
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(input)) {
    run.enter(depth, key);
    const value = (input as Record<string, unknown>)[key];
    if (value !== undefined)
      setField(result, key, anyStep(value, run, isFields(known) && Object.hasOwn(known, key) ? known[key] : undefined));
  }
  run.depth = depth;
  return deepEqual(result, known) ? known : Object.freeze(result);
};
