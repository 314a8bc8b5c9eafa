/**
 * How large a value can be by its schema: what `maxLength`, `maxItems` and `maxProperties` say, and where they say nothing,
 * what fits into a request. Sizes are of characters, items and entries.
 */
import type { SchemaNode } from '@pintle/machinery';
import { celFieldName, resolved } from '../json-values.js';

/** Of one place in a value. */
export interface DeclaredSize {
  /** The fewest bytes that it takes in JSON. */
  readonly minBytes: number;
  readonly max: number;
  /** By the names that expressions have for them. */
  readonly fields?: ReadonlyMap<string, DeclaredSize>;
  /** Of a list's items, or a map's values. */
  readonly element?: DeclaredSize;
  readonly key?: DeclaredSize;
}

const requestMaxBytes = 3 * 1024 * 1024;
/** Without the quotes, brackets or braces around it. */
const valueMaxBytes = requestMaxBytes - 2;

const plain = (minBytes: number, max = 0): DeclaredSize => ({ minBytes, max });
const mapKey = plain(2);
const charBytesMax = 4;

/** Absent where expressions cannot see the place, as nothing is known of it. */
export function declaredSize(schema: SchemaNode): DeclaredSize | undefined {
  const node = resolved(schema);
  switch (node.type) {
    case 'intOrString':
      return plain(1, valueMaxBytes);
    case 'boolean':
      return plain(4);
    case 'integer':
    case 'number':
      return plain(1);
    case 'string':
      return sizeOfText(node);
    case 'quantity':
      return plain(2, valueMaxBytes);
    case 'array': {
      const element = node.items === undefined ? undefined : declaredSize(node.items);
      if (element === undefined) return undefined;
      const max = node.maxItems ?? Math.floor(valueMaxBytes / (element.minBytes + 1));
      return { minBytes: 2, max: Math.max(0, max), element };
    }
    case 'map': {
      if (node.values === undefined) return { minBytes: 2, max: 0, fields: new Map() };
      const element = declaredSize(node.values);
      if (element === undefined) return undefined;
      const max = node.maxProperties ?? Math.floor(valueMaxBytes / (element.minBytes + 6));
      return { minBytes: 2, max: Math.max(0, max), key: mapKey, element };
    }
    case 'object':
      return sizeOfObject(node.properties ?? {});
    default:
      return undefined;
  }
}

function sizeOfObject(properties: Readonly<Record<string, SchemaNode>>): DeclaredSize {
  const fields = new Map<string, DeclaredSize>();
  let minBytes = 2;
  for (const [name, property] of Object.entries(properties)) {
    const size = declaredSize(property);
    if (size === undefined) continue;
    const field = celFieldName(name);
    if (field !== undefined) fields.set(field, size);
    if (property.required === true && property.default === undefined) minBytes += name.length + size.minBytes + 4;
  }
  return { minBytes, max: 0, fields };
}

const formatSizes: Readonly<Record<string, DeclaredSize>> = {
  duration: plain(3, 32),
  date: plain(12, 12),
  'date-time': plain(21, 32),
};

function sizeOfText({ format = '', maxLength, enum: choices }: SchemaNode): DeclaredSize {
  const formatted = formatSizes[format];
  if (formatted !== undefined) return formatted;
  if (maxLength !== undefined) return plain(2, Math.max(0, maxLength) * (format === 'byte' ? 1 : charBytesMax));
  if (format !== 'byte' && choices !== undefined && choices.length > 0) {
    const encoder = new TextEncoder();
    return plain(
      2,
      Math.max(0, ...choices.map((each) => (typeof each === 'string' ? encoder.encode(each).length : 0))),
    );
  }
  return plain(2, valueMaxBytes);
}

/** How often a value of so many bytes can stand in a request, where nothing bounds the lists and maps around it. */
export const cardinalityMax = ({ minBytes }: DeclaredSize): number => Math.floor(requestMaxBytes / (minBytes + 1));

/** What a path leads to: a variable, and then fields, `@items`, `@values` or `@keys`. */
export function sizeAt(root: DeclaredSize, path: readonly string[]): number | undefined {
  if (path.length === 0) return undefined;
  let at: DeclaredSize | undefined = root;
  for (const step of path.slice(1)) {
    if (step === '@items' || step === '@values') at = at?.element;
    else if (step === '@keys') at = at?.key;
    else at = at?.fields?.get(step);
    if (at === undefined) return undefined;
  }
  return at.max;
}
