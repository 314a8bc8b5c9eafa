/**
 * From what a client sent to a canonical value, in one pass: unknown fields dropped and reported, defaults filled
 * in, quantities rewritten, types checked, everything copied once and frozen. The hot path of every write.
 *
 * What did not change from the object's last version is that version's own: changing one field of an object costs
 * its own path only, and versions share all the rest. A frozen spec, which may come with many objects, is gone through once.
 *
 * **Differs from Kubernetes**: an empty map, list or text that Go leaves out when it writes says nothing from the first, where
 * kube-apiserver takes it for a change until then: of an immutable field, or of what a generation counts. For a list or a map
 * that has to be there and that nobody spoke of an empty one stands, where Go writes null. What else it writes as null is not
 * held, and told over HTTP (`nulls.ts`).
 */

import { toBase64 } from '../json/base64.js';
import { isFields, setField } from '../json/fields.js';
import { isInt64, isNumber } from '../json/json-text.js';
import { ObjectMeta } from '../meta/v1.js';
import { canonicalAmount, canonicalQuantity } from '../quantity/quantity.js';
import { parseTime } from '../world/timestamp.js';
import { decoderWords, unmarshalWords } from './decoder-words.js';
import { type ReadMetadata, StructuralCompiler } from './normalize-structural.js';
import {
  anyStep,
  depthMax,
  type Field,
  Items,
  Latest,
  Run,
  type RunOptions,
  type Step,
  sizeOf,
  type TypeFault,
} from './normalizing-run.js';
import { type Choice, isHandedOn, resolve, type SchemaNode, zeroOf, zeroSaysNothing, zeroValues } from './schema.js';

export type { RunOptions, TypeFault } from './normalizing-run.js';

export interface Normalized {
  readonly value: unknown;
  /** Dotted paths of fields that the schema does not know; they are not in `value`. */
  readonly unknownFields: readonly string[];
  /** Values of the wrong type; `value` is then not usable. Of custom objects only what cannot be read at all. */
  readonly errors: readonly TypeFault[];
}

/**
 * `known` is a value that this normalizer made before, mostly the last version of the same object: equal parts of
 * the result are its parts.
 */
export type Normalizer = (input: unknown, known?: unknown, options?: RunOptions) => Normalized;

export interface NormalizerOptions {
  /** `typed`: decoded as Go would. `served`: built-in kinds, decoded so and written as Go would. `structural`: custom resources. */
  readonly mode: 'typed' | 'served' | 'structural';
}

interface TypedField extends Field {
  readonly keepsEmpty: boolean;
}

/** Compiled when first used, part by part. */
export function compileNormalizer(node: SchemaNode, { mode }: NormalizerOptions): Normalizer {
  const step = mode === 'structural' ? new StructuralCompiler(readMetadata).step(node) : new Compiler(mode).step(node);
  return (input, known, more) => {
    const run = new Run(more);
    const value = step(input, run, known);
    return { value, unknownFields: mode === 'structural' ? run.unknownInOrder : run.unknownFields, errors: run.errors };
  };
}

/** The metadata of a custom object, or of an object within one, whatever its schema says: as Go reads it. */
export function readMetadata(written: unknown, known?: unknown): ReadMetadata {
  if (written !== null && !isFields(written))
    return { metadata: {}, unknownFields: [], fault: unmarshalWords(written, 'v1.ObjectMeta') };
  const { value, unknownFields, errors } = metadataNormalizer(written ?? {}, known);
  const read = { metadata: value as ObjectMeta, unknownFields };
  return errors.length === 0 ? read : { ...read, fault: decoderWords(ObjectMeta.node, 'ObjectMeta', errors) };
}

type Mode = Exclude<NormalizerOptions['mode'], 'structural'>;

class Compiler {
  private readonly steps = new Map<SchemaNode, Step>();

  constructor(private readonly mode: Mode) {}

  step(place: SchemaNode): Step {
    const node = resolve(place);
    const known = this.steps.get(node);
    if (known !== undefined) return known;
    let made: Step | undefined;
    const late: Step = (input, run, known) => {
      made ??= this.compile(node);
      return made(input, run, known);
    };
    this.steps.set(node, late);
    return late;
  }

  private compile(node: SchemaNode): Step {
    switch (node.type) {
      case 'string':
        return stringStep(node);
      case 'integer':
        return integerStep(node);
      case 'number':
        return (input, run) => (isNumber(input) ? Number(input) : run.fault('number', input));
      case 'boolean':
        return (input, run) => (typeof input === 'boolean' ? input : run.fault('boolean', input));
      case 'intOrString':
        return (input, run) =>
          typeof input === 'string' || isInt64(input) ? input : run.fault('integer or string', input);
      case 'quantity':
        return quantityStep;
      case 'any':
        return node.choices === undefined ? anyStep : this.choiceStep(node.choices);
      case 'array':
        return this.arrayStep(node);
      case 'map':
        return this.mapStep(node);
      case 'object':
        return this.objectStep(node);
    }
  }

  /** As what it is a choice of: Go reads that by itself, and tells of no fields that it does not know. What is of none may be anything. */
  private choiceStep(choices: readonly Choice[]): Step {
    const ofType = (type: SchemaNode['type']) => {
      const found = choices.find(({ node }) => resolve(node).type === type);
      return found === undefined ? undefined : this.step(found.node);
    };
    const [fields, items, isOrNot] = [ofType('object'), ofType('array'), ofType('boolean') !== undefined];
    return (input, run, known) => {
      const step = isFields(input) ? fields : Array.isArray(input) ? items : undefined;
      if (step !== undefined) return run.silently(() => step(input, run, known));
      if (isOrNot && typeof input !== 'boolean') return run.refuse(input, 'boolean or JSON schema expected');
      return anyStep(input, run, known);
    };
  }

  private arrayStep(node: SchemaNode): Step {
    const item = node.items === undefined ? anyStep : this.step(node.items);
    const ofNull = this.ofNull(node.items);
    const each = new Items(item, ofNull);
    return (input, run, known) => {
      if (!Array.isArray(input)) return run.fault('array', input);
      // Of a list that has to be there it is remembered whether anybody spoke of it.
      if (input === known || input === zeroValues.array) return input;
      // What nobody spoke of in another object says nothing of this one.
      const before = Array.isArray(known) && !(run.isOther && known === zeroValues.array) ? known : undefined;
      return each.read(input, run, before);
    };
  }

  /** What Go makes of a null item of a list or of a map. */
  private ofNull(place: SchemaNode | undefined): unknown {
    return place === undefined ? null : (zeroValues[resolve(place).type] ?? null);
  }

  private mapStep(node: SchemaNode): Step {
    const value =
      node.values === undefined
        ? anyStep
        : // Amounts of resources.
          resolve(node.values).type === 'quantity' && node.exact !== true
          ? amountStep
          : this.step(node.values);
    const ofNull = this.ofNull(node.values);
    const nullable =
      node.values !== undefined && (node.values.nullable === true || resolve(node.values).nullable === true);
    return (input, run, known) => {
      if (!isFields(input)) return run.fault('map', input);
      if (input === known) return input;
      const before = isFields(known) ? known : undefined;
      const result: Record<string, unknown> = {};
      let same = before !== undefined;
      const { depth } = run;
      for (const key of Object.keys(input)) {
        run.enter(depth, key);
        const given = input[key] === null && !nullable ? ofNull : input[key];
        if (given === undefined) continue;
        const was = before !== undefined && Object.hasOwn(before, key) ? before[key] : undefined;
        const is = given === null && nullable ? null : value(given, run, was);
        setField(result, key, is);
        same &&= is === was;
      }
      run.depth = depth;
      return same && sizeOf(before!) === sizeOf(result) ? before : Object.freeze(result);
    };
  }

  private objectStep(node: SchemaNode): Step {
    const { mode } = this;
    const properties = node.properties ?? {};
    const fields = new Map<string, TypedField>();
    for (const key of Object.keys(properties)) {
      const place = properties[key]!;
      // Built-in times are nullable in their schema, yet a null one is the same as none.
      const { type } = resolve(place);
      const keepsEmpty =
        (place.required === true && place.omittedWhenUnsaid !== true) ||
        !(((type === 'map' || type === 'array') && place.keepsEmpty !== true) || zeroSaysNothing(node, place));
      fields.set(key, { step: this.step(place), keepsEmpty, latest: new Latest() });
    }
    const defaults = Object.entries(properties).flatMap(([key, place]) => {
      const isWritten = mode === 'served' || place.alwaysThere === true;
      const value = place.default ?? (isWritten ? zeroOf(place) : undefined);
      return value === undefined ? [] : [[key, value] as const];
    });
    const normalizedDefaults = new Map<string, unknown>();
    const keepsUnknown = node.preserveUnknownFields === true;
    const isLarge = isHandedOn(node);
    /** Of specs that many objects come with, as pods of one template do. */
    const made = isLarge ? madeOf(mode, node) : new WeakMap<object, unknown>();
    return (input, run, known) => {
      if (!isFields(input)) return run.fault('object', input);
      if (input === known) return input;
      const { depth } = run;
      const isWholeSpec = run.isWholeSpec;
      const isTemplate = (isLarge || isWholeSpec) && Object.isFrozen(input);
      if (isTemplate && made.has(input)) return made.get(input);
      const faults = run.findings;
      if (depth > depthMax) return run.fault(`object nested at most ${depthMax} deep`, 'something deeper');
      const before = isFields(known) ? known : undefined;
      const result: Record<string, unknown> = {};
      let same = before !== undefined;
      for (const key of Object.keys(input)) {
        const given = input[key];
        const field = fields.get(key);
        if (field === undefined) {
          if (given === undefined) continue;
          run.enter(depth, key);
          if (keepsUnknown) {
            const was = before !== undefined && Object.hasOwn(before, key) ? before[key] : undefined;
            const is = anyStep(given, run, was);
            setField(result, key, is);
            same &&= is === was;
          } else {
            run.depth = depth;
            run.unknown(key);
          }
          continue;
        }
        if (given === undefined || given === null) continue;
        run.enter(depth, key);
        const was = before?.[key];
        const own = field.step(given, run, was);
        const value = own === was || !run.isShared ? own : field.latest.shared(own);
        // Go leaves out empty maps and lists, and plain values that are zero, when it writes; here they are left out when they come in.
        if (!field.keepsEmpty && isEmpty(value)) continue;
        result[key] = value;
        same &&= value === was;
      }
      run.depth = depth;
      for (const [key, value] of defaults) {
        if (result[key] !== undefined) continue;
        let ready = normalizedDefaults.get(key);
        if (ready === undefined) {
          ready = fields.get(key)!.step(value, run, undefined);
          normalizedDefaults.set(key, ready);
        }
        result[key] = ready;
        same &&= ready === before?.[key];
      }
      const value = same && sizeOf(before!) === sizeOf(result) ? before! : Object.freeze(result);
      if (run.findings > faults) return value;
      if (isTemplate) made.set(input, value);
      // A template is what objects of other kinds will come with.
      if (isLarge && !isWholeSpec) made.set(value, value);
      return value;
    };
  }
}

/** What was made of the values of such a type, in objects of whatever kind. */
function madeOf(mode: Mode, node: SchemaNode): WeakMap<object, unknown> {
  let made = madeByMode[mode].get(node);
  if (made === undefined) {
    made = new WeakMap();
    madeByMode[mode].set(node, made);
  }
  return made;
}

type MadeByNode = WeakMap<SchemaNode, WeakMap<object, unknown>>;
const madeByMode: Readonly<Record<Mode, MadeByNode>> = { typed: new WeakMap(), served: new WeakMap() };

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || value === null) return value === false || value === 0 || value === '';
  for (const _key in value) return false;
  return true;
}

function stringStep({ format }: SchemaNode): Step {
  if (format === 'date-time')
    return (input, run) =>
      typeof input === 'string' && parseTime(input) !== undefined
        ? canonicalTime(input)
        : run.fault('RFC 3339 time', input);
  if (format === 'micro-time')
    return (input, run) =>
      (typeof input === 'string' ? microTimeOf(input) : undefined) ?? run.fault('RFC 3339 time', input);
  if (format === 'byte')
    return (input, run) => {
      if (Array.isArray(input)) return base64OfNumbers(input, run);
      return (typeof input === 'string' ? base64Of(input) : undefined) ?? run.fault('base64 string', input);
    };
  return (input, run) => (typeof input === 'string' ? input : run.fault('string', input));
}

/** Go takes a list of numbers for bytes, too. */
function base64OfNumbers(input: readonly unknown[], run: Run): string | undefined {
  const { depth } = run;
  const isByte = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 256;
  const bad = input.findIndex((value) => value !== null && !isByte(value));
  if (bad < 0) return toBase64(Uint8Array.from(input, (value) => Number(value ?? 0)));
  run.enter(depth, bad);
  run.fault('byte', input[bad]);
  run.depth = depth;
  return undefined;
}

/** In UTC. Undefined: it is no time to the microsecond. */
function microTimeOf(text: string): string | undefined {
  if (!/[.,]\d{6}(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = parseTime(text.replace(',', '.'));
  return ms === undefined ? undefined : `${new Date(ms).toISOString().slice(0, 19)}.${text.slice(20, 26)}Z`;
}

/** Of a text that is a time. */
const canonicalTime = (text: string): string =>
  text.length === 20 && text[10] === 'T' && text[19] === 'Z'
    ? text
    : `${new Date(parseTime(text)!).toISOString().slice(0, 19)}Z`;

/** Line ends within do not count, as block texts in YAML have them. Undefined: it is none. */
function base64Of(text: string): string | undefined {
  if (isBase64(text)) return text;
  const joined = text.replace(/[\r\n]/g, '');
  return joined.length < text.length && isBase64(joined) ? joined : undefined;
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

function integerStep({ format }: SchemaNode): Step {
  const isShort = format === 'int32';
  const bound = isShort ? 2 ** 31 : 2 ** 63;
  return (input, run) =>
    isInt64(input) && input >= -bound && input < bound
      ? input
      : run.fault(isShort ? '32-bit integer' : 'integer', input);
}

const quantityStepOf =
  (canonical: (input: string | number) => string): Step =>
  (input, run) => {
    if (typeof input !== 'string' && !isNumber(input)) return run.fault('quantity', input);
    try {
      return canonical(typeof input === 'bigint' ? String(input) : input);
    } catch (error) {
      return run.fault(`quantity (${(error as Error).message})`, input);
    }
  };
const quantityStep = quantityStepOf(canonicalQuantity);
const amountStep = quantityStepOf(canonicalAmount);

const metadataNormalizer = compileNormalizer(ObjectMeta.node, { mode: 'served' });
