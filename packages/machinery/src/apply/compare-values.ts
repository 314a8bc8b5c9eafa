/**
 * Which fields a change of a value touches (structured-merge-diff `typed.Compare`). Every write of every object comes
 * by here, so what a place's schema says is found out once, and what objects of one template share is walked once.
 *
 * `undefined` is an absent value, `null` a given one.
 */
import { type Fields, isFields } from '../json/fields.js';
import { deepEqual } from '../meta/frozen.js';
import { isHandedOn, isNullUnsaid, resolve, type SchemaNode, zeroOf, zeroValues } from '../schema/schema.js';
import { emptyTree, type FieldTree, leaf, TreeBuilder } from './field-tree.js';
import {
  asItems,
  asMember,
  childNode,
  isBare,
  itemElement,
  itemNode,
  itemsByElement,
  type Shape,
  shapeAt,
  unknownNode,
} from './typed-value.js';

export interface Comparison {
  /** Added, or there with another value. */
  readonly changed: FieldTree;
  readonly removed: FieldTree;
}

const same: Comparison = Object.freeze({ changed: emptyTree, removed: emptyTree });
const onlyChanged: Comparison = Object.freeze({ changed: leaf, removed: emptyTree });
const onlyRemoved: Comparison = Object.freeze({ changed: emptyTree, removed: leaf });

/** What `now` changes of `old`. Of what comes or goes as a whole, its structs and lists are members too. */
export function compareValues(schema: SchemaNode, old: unknown, now: unknown): Comparison {
  return compareAt(placeOf(schema), old, now);
}

/** A place in a schema, with what is found out about it at the first value there. */
interface Place {
  readonly schema: SchemaNode;
  /** Undefined where it depends on the value. */
  readonly shape: Shape | undefined;
  /** What is written even when it is empty: structs and scalars that are no pointers; lists and times, as Go's null. */
  readonly emptyFields: readonly (readonly [key: string, empty: unknown])[];
  /** Those declared: keys of maps are the users', and no end of them. */
  readonly fields: Map<string, Field>;
  items: Place | undefined;
  /** In the place of `appeared`, where values are handed on: what came last, here and wherever the type stands. */
  readonly appearedOfType: Map<unknown, Comparison> | undefined;
  /** What came here last, and what changed here last. */
  appeared: Compared | undefined;
  became: Compared | undefined;
}

interface Field {
  readonly element: string;
  readonly place: Place;
}

/**
 * Two values that were frozen: objects of one template come one after the other and share their parts, which are then not
 * walked again. Nobody can observe it but by the time that it saves.
 */
interface Compared {
  readonly old: unknown;
  readonly now: unknown;
  readonly comparison: Comparison;
}

const places = new WeakMap<SchemaNode, Place>();

function placeOf(schema: SchemaNode): Place {
  let place = places.get(schema);
  if (place === undefined) {
    const { type } = resolve(schema);
    const emptyFields = emptyFieldsOf(schema);
    const shape = type === 'any' ? undefined : shapeAt(schema, undefined);
    place = {
      schema,
      shape,
      emptyFields,
      fields: new Map(),
      items: undefined,
      appearedOfType: shape === 'fields' ? appearedOf(resolve(schema)) : undefined,
      appeared: undefined,
      became: undefined,
    };
    places.set(schema, place);
  }
  return place;
}

/** The fields of a type that Go writes even when they are empty, and what it writes then. */
export const emptyFieldsOf = (schema: SchemaNode): readonly (readonly [key: string, empty: unknown])[] =>
  Object.entries(resolve(schema).properties ?? {}).flatMap(([key, child]): Place['emptyFields'] => {
    const zero = zeroOf(child);
    if (zero !== undefined) return [[key, zero]];
    const isNull = isNullUnsaid(child) || (child.required === true && resolve(child).type === 'array');
    return isNull ? [[key, null]] : [];
  });

function appearedOf(type: SchemaNode): Map<unknown, Comparison> | undefined {
  if (!isHandedOn(type)) return undefined;
  let appeared = appearedOfTypes.get(type);
  if (appeared === undefined) {
    appeared = new Map();
    appearedOfTypes.set(type, appeared);
  }
  return appeared;
}

const appearedOfTypes = new WeakMap<SchemaNode, Map<unknown, Comparison>>();
const appearedMax = 1024;

const noFields: Fields = Object.freeze({});

function fieldAt(place: Place, key: string): Field {
  const known = place.fields.get(key);
  if (known !== undefined) return known;
  const schema = childNode(place.schema, key);
  const field = { element: fieldElement(key), place: placeOf(schema) };
  if (schema !== unknownNode && resolve(place.schema).properties?.[key] !== undefined) place.fields.set(key, field);
  return field;
}

function compareAt(place: Place, old: unknown, now: unknown): Comparison {
  if (old === now) return same;
  if (old === undefined && place.appearedOfType !== undefined) return appearAt(place, place.appearedOfType, now);
  const known = old === undefined ? place.appeared : place.became;
  if (known !== undefined && known.now === now && known.old === old) return known.comparison;
  const comparison = compare(place, old, now);
  if (typeof now !== 'object' || now === null || !Object.isFrozen(now)) return comparison;
  if (old === undefined) place.appeared = { old, now, comparison };
  else if (Object.isFrozen(old)) place.became = { old, now, comparison };
  return comparison;
}

function appearAt(place: Place, appeared: Map<unknown, Comparison>, now: unknown): Comparison {
  const known = appeared.get(now);
  if (known !== undefined) return known;
  const comparison = compare(place, undefined, now);
  if (typeof now !== 'object' || now === null || !Object.isFrozen(now)) return comparison;
  if (appeared.size === appearedMax) appeared.clear();
  appeared.set(now, comparison);
  return comparison;
}

function compare(place: Place, old: unknown, now: unknown): Comparison {
  const before = place.shape ?? shapeAt(place.schema, old);
  const after = place.shape ?? shapeAt(place.schema, now);
  if (now === undefined) return compareAs(before, place, old, now);
  if (old === undefined || before === after) return compareAs(after, place, old, now);
  // What has no schema may become another kind of value: it is judged both as what it was and as what it is.
  const was = compareAs(before, place, old, now);
  const is = compareAs(after, place, old, now);
  return { changed: was.changed.union(is.changed), removed: was.removed.union(is.removed) };
}

function compareAs(shape: Shape | undefined, place: Place, old: unknown, now: unknown): Comparison {
  if (shape === 'atomic') return compareWhole(old, now);
  const differences = new Differences();
  if (shape === 'map-list' || shape === 'set-list') {
    if (isBare(old) && isBare(now)) return compareWhole(old, now);
    compareItems(place, old, now, differences);
  } else {
    const [before, after] = [givenFields(place, old), givenFields(place, now)];
    if (isBare(before) && isBare(after)) return compareWhole(old, now);
    compareFields(place, before, after, differences);
  }
  return differences.of(old === undefined, now === undefined);
}

/** What is found below one node. */
class Differences {
  private readonly changed = new TreeBuilder();
  private readonly removed = new TreeBuilder();

  note(element: string, { changed, removed }: Comparison): void {
    this.changed.add(element, changed);
    this.removed.add(element, removed);
  }

  of(appeared: boolean, disappeared: boolean): Comparison {
    if (!appeared && !disappeared && this.changed.isEmpty && this.removed.isEmpty) return same;
    return { changed: this.changed.tree(appeared), removed: this.removed.tree(disappeared) };
  }
}

/** A struct with the fields that Go has even where they hold nothing. */
function givenFields({ emptyFields }: Place, value: unknown): Fields {
  if (!isFields(value)) return noFields;
  let filled: Record<string, unknown> | undefined;
  for (const [key, empty] of emptyFields)
    if (value[key] === undefined) {
      filled ??= { ...value };
      filled[key] = empty;
    }
  return filled ?? value;
}

function compareFields(place: Place, before: Fields, after: Fields, differences: Differences): void {
  for (const key in after) {
    const is = after[key];
    if (is === before[key]) continue;
    const field = fieldAt(place, key);
    const isOther = field.place.shape === 'atomic' && typeof is !== 'object' && is !== undefined;
    differences.note(field.element, isOther ? onlyChanged : compareAt(field.place, valueIn(before, key), is));
  }
  if (before === noFields) return;
  for (const key in before)
    if (after[key] === undefined && before[key] !== undefined) {
      const field = fieldAt(place, key);
      differences.note(field.element, compareAt(field.place, before[key], undefined));
    }
}

const valueIn = (fields: Fields, key: string) => (Object.hasOwn(fields, key) ? fields[key] : undefined);

/** `f:KEY`, one text for each key: texts made anew are slow to look up by. */
function fieldElement(key: string): string {
  let element = elements.get(key);
  if (element === undefined) {
    if (elements.size === elementsMax) elements.clear();
    element = `f:${key}`;
    elements.set(key, element);
  }
  return element;
}

const elements = new Map<string, string>();
const elementsMax = 10_000;

/**
 * A list that nobody spoke of, null in Go, is other than the empty one that somebody sends; of what is stored empty nobody
 * knows any more which it was.
 */
function compareWhole(old: unknown, now: unknown): Comparison {
  if (isEmptyList(old) && (now === null || isEmptyList(now)))
    return old === zeroValues.array && now !== null && now !== old ? onlyChanged : same;
  if (now === undefined) return old === undefined ? same : onlyRemoved;
  return old === undefined || !deepEqual(old, now) ? onlyChanged : same;
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Items that are there more than once are one piece, known by their element. */
function compareItems(place: Place, old: unknown, now: unknown, differences: Differences): void {
  place.items ??= placeOf(itemNode(place.schema));
  const { items, schema } = place;
  const [before, after] = [eachOnce(schema, old), eachOnce(schema, now)];
  if (before === undefined || after === undefined) {
    compareRepeated(items, schema, old, now, differences);
    return;
  }
  for (const [element, was] of before) differences.note(element, compareAt(items, was, after.get(element)));
  for (const [element, is] of after)
    if (!before.has(element)) differences.note(element, compareAt(items, undefined, is));
}

/** The items of a list by their elements; undefined where one is there more than once. */
function eachOnce(schema: SchemaNode, list: unknown): ReadonlyMap<string, unknown> | undefined {
  const found = new Map<string, unknown>();
  const all = asItems(list);
  for (const item of all) found.set(itemElement(schema, item), item);
  return found.size === all.length ? found : undefined;
}

function compareRepeated(items: Place, schema: SchemaNode, old: unknown, now: unknown, differences: Differences): void {
  const before = itemsByElement(schema, old);
  const after = itemsByElement(schema, now);
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(element) ?? [], after.get(element) ?? []];
    if (was.length > 1 && is.length > 1) {
      if (!deepEqual(was, is)) differences.note(element, onlyChanged);
      continue;
    }
    const { changed, removed } = compareAt(
      items,
      was.length > 1 ? undefined : was[0],
      is.length > 1 ? undefined : is[0],
    );
    differences.note(element, {
      changed: is.length > 1 ? asMember(changed) : changed,
      removed: was.length > 1 ? asMember(removed) : removed,
    });
  }
}
