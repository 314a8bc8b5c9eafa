/**
 * JSON as values of CEL, by its schema: an integer is an `int`, a date-time a `timestamp`, a declared object only has
 * the fields that it declares. Values are made when they are asked for, so that a rule on one field of a large object
 * costs one field.
 */
import { fromBase64, isFields, numberOf, type SchemaNode } from '@pintle/machinery';
import { parseDuration, parseTimestamp } from './library/time.js';
import { CelError, type CelMap, isMap, keyedList, keyOf, LiteralMap, Timestamp, type Value } from './values.js';

/** Names that CEL reserves, and so writes otherwise: `self.__namespace__`. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const symbols: Readonly<Record<string, string>> = {
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
  __: '__underscores__',
};

/** The name under which an expression finds a property; absent where it cannot be named. */
export function celFieldName(property: string): string | undefined {
  if (reserved.has(property)) return `__${property}__`;
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(property)) return undefined;
  return property.replace(/__|[.\-/]/g, (symbol) => symbols[symbol]!);
}

/** The schema behind a reference. */
export const resolved = (node: SchemaNode): SchemaNode =>
  node.ref === undefined
    ? node
    : { ...node.ref(), ...(node.nullable === undefined ? {} : { nullable: node.nullable }) };

const fieldsCache = new WeakMap<object, ReadonlyMap<string, string>>();

/**
 * Whether the server itself declares a type for expressions, as `kubernetes.AdmissionRequest`: its fields are named as they
 * are, `request.namespace` among them. Only those of objects' schemas are written otherwise where CEL reserves a name.
 */
export const isDeclared = ({ name }: SchemaNode): boolean => name?.startsWith('kubernetes.') === true;

/** From the names of an expression to the properties of an object type. */
export function celFields(
  properties: Readonly<Record<string, SchemaNode>>,
  declared: boolean,
): ReadonlyMap<string, string> {
  let fields = fieldsCache.get(properties);
  if (fields === undefined) {
    fields = new Map(
      Object.keys(properties).flatMap((property) => {
        const name = declared ? property : celFieldName(property);
        // A reserved word can be said as it is, too, after a dot.
        const plain = name !== undefined && reserved.has(property) ? [[property, property] as const] : [];
        return name === undefined ? [] : [[name, property] as const, ...plain];
      }),
    );
    fieldsCache.set(properties, fields);
  }
  return fields;
}

class JsonObject implements CelMap {
  readonly celType = 'map';
  private readonly made = new Map<string, Value>();

  constructor(
    private readonly object: Readonly<Record<string, unknown>>,
    private readonly node: SchemaNode,
    private readonly names: ReadonlyMap<string, string> | undefined,
  ) {}

  get size(): number {
    return Object.keys(this.object).length;
  }
  get fields(): { has(name: string): boolean } | undefined {
    return this.names;
  }
  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const property = this.names?.get(key) ?? key;
    if (!Object.hasOwn(this.object, property)) return undefined;
    const value = this.object[property];
    // A field of an object that is null is as if it were not there; a key of a map that is null is.
    if (value === undefined || (value === null && this.names !== undefined)) return undefined;
    let made = this.made.get(property);
    if (made === undefined) {
      const node = this.node.properties?.[property] ?? this.node.values;
      const misfit = node === undefined ? undefined : misfitOf(value, node);
      if (misfit !== undefined) throw new CelError(misfit);
      made = celValueOf(value, node);
      this.made.set(property, made);
    }
    return made;
  }
  *keys(): Iterable<Value> {
    for (const key of Object.keys(this.object)) yield key;
  }
}

/** What Go tells of a type that something else stands in the place of, and what is of it. */
const scalars: Partial<
  Readonly<Record<SchemaNode['type'], readonly [told: string, isOf: (value: unknown) => boolean]>>
> = {
  string: ['string', (value) => typeof value === 'string'],
  boolean: ['bool', (value) => typeof value === 'boolean'],
  number: ['float', (value) => typeof value === 'number' || typeof value === 'bigint'],
  integer: ['int', (value) => Number.isInteger(value) || typeof value === 'bigint'],
};

/** Why a value is none of its schema's, in the words that rules are refused with; its items and fields are looked at when they are asked for. */
export function misfitOf(value: unknown, { type }: SchemaNode): string | undefined {
  if (value === null) return undefined;
  const needed = (what: string, name: string) =>
    `invalid data, expected ${what} for the provided schema with type=${name}`;
  if ((type === 'object' || type === 'map') && !isFields(value)) return needed('a map', 'object');
  if (type === 'array' && !Array.isArray(value)) return needed('an array', 'array');
  const [told, isOf] = scalars[type] ?? [];
  return isOf === undefined || isOf(value) ? undefined : `invalid data, expected ${told}, got ${goTypeOf(value)}`;
}

/** As Go names the type of a value that it has read from JSON. */
function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'float64';
  if (typeof value === 'number' || typeof value === 'bigint') return 'int64';
  if (typeof value === 'boolean') return 'bool';
  return isFields(value) ? 'map[string]interface {}' : 'string';
}

/** Errors: `CelError` where the value is not what its schema says. */
export function celValueOf(value: unknown, schema?: SchemaNode): Value {
  if (value === null || value === undefined) return null;
  const node = schema === undefined ? undefined : resolved(schema);
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      if (node?.type === 'number') return value;
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'bigint':
      return node?.type === 'number' ? Number(value) : value;
    case 'string':
      return textOf(value, node);
    case 'object':
      if (Array.isArray(value)) return listOf(value, node);
      return objectOf(value as Readonly<Record<string, unknown>>, node);
    default:
      throw new CelError(`a value of type ${typeof value}`);
  }
}

function listOf(value: readonly unknown[], node: SchemaNode | undefined): readonly Value[] {
  const items = value.map((item) => celValueOf(item, node?.items));
  if (node?.listType === 'set') return keyedList(items, keyOf);
  if (node?.listType !== 'map') return items;
  const keys = node.listMapKeys ?? [];
  return keyedList(items, (item) =>
    isMap(item) ? keys.map((key) => `${keyOf(item.get(celFieldName(key) ?? key) ?? null)}`).join('\0') : undefined,
  );
}

function textOf(value: string, node: SchemaNode | undefined): Value {
  switch (node?.type === 'string' ? node.format : undefined) {
    case 'date-time':
    case 'micro-time':
      return parseTimestamp(value);
    case 'date':
      return new Timestamp(parseTimestamp(`${value}T00:00:00Z`).nanos);
    case 'duration':
      return parseDuration(value);
    case 'byte':
      return fromBase64(value);
    default:
      return value;
  }
}

function objectOf(value: Readonly<Record<string, unknown>>, node: SchemaNode | undefined): Value {
  const properties = node?.type === 'object' && node.preserveUnknownFields !== true ? node.properties : undefined;
  return new JsonObject(
    value,
    node ?? { type: 'map' },
    properties === undefined ? undefined : celFields(properties, isDeclared(node!)),
  );
}

/** Back to JSON, for what a mutation makes. Errors: `CelError` for values that JSON has not. */
export function jsonOf(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number')
    return value;
  if (typeof value === 'bigint') return numberOf(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(jsonOf);
  if ('celType' in value && value.celType === 'map') {
    const map = value as CelMap;
    return Object.fromEntries([...map.keys()].map((key) => [keyOf(key)!.slice(1), jsonOf(map.get(key)!)]));
  }
  throw new CelError('a value that JSON has no form for');
}

/** A map of values by name, for variables that are made of several. */
export const celMapOf = (entries: Readonly<Record<string, Value>>): CelMap => new LiteralMap(Object.entries(entries));
