/**
 * Whether an apply's wishes can be read with their schema, in the words of structured-merge-diff: fields that are not
 * declared, values of another type, list items that cannot be told apart. `verbs/apply.ts` of the API server asks.
 */

import { isFields } from '../json/fields.js';
import { isNumber } from '../json/json-text.js';
import { formatGo, unstructuredType } from '../schema/decoder-words.js';
import { resolve, type SchemaNode } from '../schema/schema.js';
import { untypedInGo } from '../status/go-shown.js';
import { formatMember } from './field-tree.js';
import { fieldNode, itemElement, itemNode, shapeAt, unknownNode } from './typed-value.js';

/** Undefined where all is well. */
export function faultInWishes(place: SchemaNode, value: unknown): string | undefined {
  const faults: string[] = [];
  check(place, value, [], faults);
  if (faults.length < 2) return faults[0];
  return ['errors:', ...faults.map((fault) => `  ${fault}`)].join('\n');
}

/** Whether a value can be accounted for: as wishes, but that items may be there more than once. */
export function isAccountable(place: SchemaNode, value: unknown): boolean {
  const faults: string[] = [];
  check(place, value, [], faults, true);
  return faults.length === 0;
}

function check(place: SchemaNode, value: unknown, path: readonly string[], faults: string[], isLax = false): void {
  if (value === null || value === undefined) return;
  const node = resolve(place);
  const fault = (text: string) => {
    faults.push(path.length === 0 ? text : `${formatMember(path)}: ${text}`);
  };
  switch (node.type) {
    case 'string':
      // What has a format, as a time, may be any scalar.
      if (node.format !== undefined && node.format !== 'byte') {
        if (typeof value === 'object') fault(`expected any scalar, got &{${formatGo(value)}}`);
      } else if (typeof value !== 'string')
        fault(`expected string, got &value.valueUnstructured{Value:${untypedInGo(value)}}`);
      return;
    case 'integer':
    case 'number':
      if (!isNumber(value)) fault(`expected numeric (int or float), got ${unstructuredType(value)}`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') fault(`expected boolean, got &{${formatGo(value)}}`);
      return;
    // Of no type that the schema knows.
    case 'intOrString':
      return;
    case 'quantity':
      if (typeof value === 'object') fault(`expected any scalar, got &{${formatGo(value)}}`);
      return;
    case 'array':
      if (!Array.isArray(value)) fault(`expected list, got &{${formatGo(value)}}`);
      else checkItems(place, value, path, faults, isLax);
      return;
    case 'any':
      if (node.name?.endsWith('.FieldsV1') === true && !isFields(value))
        fault(`expected map, got &{${formatGo(value)}}`);
      else if (Array.isArray(value))
        for (const [index, item] of value.entries()) check(unknownNode, item, [...path, `i:${index}`], faults, isLax);
      else if (isFields(value)) checkFields(place, value, path, faults, isLax);
      return;
    default:
      if (!isFields(value)) fault(`expected map, got &{${formatGo(value)}}`);
      else checkFields(place, value, path, faults, isLax);
  }
}

function checkFields(
  place: SchemaNode,
  value: Readonly<Record<string, unknown>>,
  path: readonly string[],
  faults: string[],
  isLax: boolean,
): void {
  for (const key of Object.keys(value)) {
    const child = fieldNode(place, key);
    const inner = [...path, `f:${key}`];
    if (child === undefined) {
      faults.push(`${formatMember(inner)}: field not declared in schema`);
      return;
    }
    check(child, value[key], inner, faults, isLax);
  }
}

function checkItems(
  place: SchemaNode,
  value: readonly unknown[],
  path: readonly string[],
  faults: string[],
  isLax: boolean,
): void {
  const shape = shapeAt(place, value);
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    if (shape === 'atomic') {
      check(itemNode(place), item, [...path, `i:${index}`], faults, isLax);
      continue;
    }
    const why = shape === 'set-list' ? faultInSetItem(item) : faultInMapItem(place, item);
    if (why !== undefined) {
      faults.push(`${formatMember(path)}: element ${index}: ${why}`);
      return;
    }
    const element = itemElement(place, item);
    if (seen.has(element) && !isLax)
      faults.push(`${formatMember(path)}: duplicate entries for key ${formatMember([element])}`);
    seen.add(element);
    check(itemNode(place), item, [...path, element], faults, isLax);
  }
}

function faultInSetItem(item: unknown): string | undefined {
  if (item === null) return "associative list without keys has an element that's an explicit null";
  if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
  return typeof item === 'object' ? "associative list without keys has an element that's a map type" : undefined;
}

function faultInMapItem(place: SchemaNode, item: unknown): string | undefined {
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isFields(item)) return 'associative list with keys may not have non-map elements';
  const { listMapKeys = [] } = resolve(place);
  if (itemElement(place, item) !== 'k:{}') return undefined;
  const keys = listMapKeys.map((key) => JSON.stringify(key)).join(' ');
  return `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`;
}
