/**
 * Custom objects, normalized by what their values are: unknown fields and nulls that say nothing dropped, defaults filled in,
 * metadata of objects within objects read. Values of other types than the schema's stay: whether they may is told once all is
 * read, and admission has seen it (`validate.ts`). Called by `normalize.ts` alone.
 */
import { type Fields, isFields, setField } from '../json/fields.js';
import { ObjectMeta } from '../meta/v1.js';
import { invalidField } from '../status/field-errors.js';
import { shownUntyped } from '../status/go-shown.js';
import { formatFieldError } from '../status/status-error.js';
import { anyStep, depthMax, type Field, Items, Latest, type Run, type Step, sizeOf } from './normalizing-run.js';
import { resolve, type SchemaNode } from './schema.js';

export interface ReadMetadata {
  readonly metadata: ObjectMeta;
  /** Dotted paths within the metadata. */
  readonly unknownFields: readonly string[];
  /** Why it is none, in the decoder's words. */
  readonly fault?: string;
}

/** Reads the metadata of an object; `known` is what it was. */
export type MetadataReader = (written: unknown, known: unknown) => ReadMetadata;

interface NullableField extends Field {
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

/** Keys come from outside. */
const at = (value: Fields | undefined, key: string): unknown =>
  value !== undefined && Object.hasOwn(value, key) ? value[key] : undefined;

const typeMeta = ['apiVersion', 'kind'];

export class StructuralCompiler {
  private readonly steps = new Map<SchemaNode, Step>();

  constructor(private readonly metadataOf: MetadataReader) {}

  /** Compiled when first used, as types may be recursive. */
  step(place: SchemaNode): Step {
    const node = resolve(place);
    const known = this.steps.get(node);
    if (known !== undefined) return known;
    let items: Step | undefined;
    let fields: Step | undefined;
    const step: Step = (input, run, known) => {
      if (typeof input !== 'object' || input === null || input === known) return input;
      if (run.depth > depthMax) return run.fault(`value nested at most ${depthMax} deep`, 'something deeper');
      if (Array.isArray(input)) {
        items ??= this.itemsStep(node);
        return items(input, run, known);
      }
      fields ??= this.fieldsStep(node);
      return fields(input, run, known);
    };
    this.steps.set(node, step);
    return step;
  }

  private itemsStep(node: SchemaNode): Step {
    const { items } = node;
    const item = items === undefined ? (node.preserveUnknownFields ? anyStep : emptied) : this.step(items);
    const ofNull = items === undefined || items.nullable === true ? null : (items.default ?? null);
    const each = new Items(item, ofNull);
    return (input, run, known) => each.read(input as readonly unknown[], run, Array.isArray(known) ? known : undefined);
  }

  private fieldsOf({ properties = {}, embeddedResource }: SchemaNode): ReadonlyMap<string, NullableField> {
    const fields = new Map<string, NullableField>();
    const field = (step: Step, { nullable = false, default: value }: Partial<SchemaNode>) => {
      return { step, nullable, hasDefault: value !== undefined && value !== null, latest: new Latest() };
    };
    for (const [key, place] of Object.entries(properties)) {
      const isMetadata = key === 'metadata' && (embeddedResource === true || resolve(place) === ObjectMeta.node);
      const step = isMetadata ? this.metadataStep : this.step(place);
      const isTypeMeta = embeddedResource === true && typeMeta.includes(key);
      fields.set(key, field(isTypeMeta ? typeMetaStep : step, place));
    }
    if (embeddedResource !== true) return fields;
    // Whether the schema speaks of them or not.
    if (!fields.has('metadata')) fields.set('metadata', field(this.metadataStep, { nullable: true }));
    for (const key of typeMeta) if (!fields.has(key)) fields.set(key, field(typeMetaStep, { nullable: true }));
    return fields;
  }

  private fieldsStep(node: SchemaNode): Step {
    const fields = this.fieldsOf(node);
    const { values } = node;
    const value = values === undefined ? (node.type === 'map' ? emptied : undefined) : this.step(values);
    const valueOfNull = values === undefined || values.nullable === true ? null : (values.default ?? undefined);
    const keepsUnknown = node.preserveUnknownFields === true || node.type === 'any';
    const defaults = Object.entries(node.properties ?? {}).flatMap(([key, place]) =>
      place.default === undefined || place.default === null ? [] : [[key, place.default] as const],
    );
    const ready = new Map<string, unknown>();
    /** Of whole specs that many objects come with. */
    const made = new WeakMap<object, unknown>();
    return (input, run, known) => {
      const given = input as Fields;
      const { depth, isWholeSpec } = run;
      const isTemplate = isWholeSpec && Object.isFrozen(given);
      if (isTemplate && made.has(given)) return made.get(given);
      const faults = run.findings;
      const before = isFields(known) ? known : undefined;
      const result: Record<string, unknown> = {};
      let same = before !== undefined;
      const take = (key: string, is: unknown) => {
        setField(result, key, is);
        same &&= is === at(before, key);
      };
      for (const key of Object.keys(given)) {
        const each = given[key];
        if (each === undefined) continue;
        const field = fields.get(key);
        if (field !== undefined) {
          if (each === null && !field.nullable && (!run.keepsNulls || field.hasDefault)) continue;
          run.enter(depth, key);
          const was = at(before, key);
          const own = field.step(each, run, was);
          take(key, own === was || !run.isShared ? own : field.latest.shared(own));
        } else if (value !== undefined) {
          const one = each ?? (run.keepsNulls ? (valueOfNull ?? null) : valueOfNull);
          if (one === undefined) continue;
          run.enter(depth, key);
          take(key, value(one, run, at(before, key)));
        } else if (keepsUnknown) {
          run.enter(depth, key);
          take(key, anyStep(each, run, at(before, key)));
        } else {
          run.depth = depth;
          run.unknown(key);
        }
      }
      run.depth = depth;
      for (const [key, each] of defaults) {
        if (Object.hasOwn(result, key)) continue;
        if (!ready.has(key)) ready.set(key, fields.get(key)!.step(each, run, undefined));
        take(key, ready.get(key));
      }
      const whole = same && sizeOf(before!) === sizeOf(result) ? before! : Object.freeze(result);
      if (isTemplate && run.findings === faults) made.set(given, whole);
      return whole;
    };
  }

  private readonly metadataStep: Step = (input, run, known) => {
    const { metadata, unknownFields, fault } = this.metadataOf(input, known);
    for (const field of unknownFields) run.unknownInMetadata(field);
    if (fault === undefined) return metadata;
    const place = run.at();
    return run.refuse(
      input,
      place === 'metadata' ? fault : formatFieldError(invalidField(place, shownUntyped(input), fault)),
    );
  };
}

/** Of an object within an object. */
const typeMetaStep: Step = (input, run) =>
  typeof input === 'string'
    ? input
    : run.refuse(input, formatFieldError(invalidField(run.at(), shownUntyped(input), 'must be a string')));

/** What no schema speaks of has no fields. */
const emptied: Step = (input, run: Run) => {
  if (typeof input !== 'object' || input === null) return input;
  if (run.depth > depthMax) return run.fault(`value nested at most ${depthMax} deep`, 'something deeper');
  const { depth } = run;
  if (Array.isArray(input)) {
    const items = input.map((item, index) => {
      run.enter(depth, index);
      return emptied(item, run, undefined);
    });
    run.depth = depth;
    return Object.freeze(items);
  }
  for (const key of Object.keys(input)) run.unknown(key);
  return Object.freeze({});
};
