/**
 * Values against their schema: types, bounds, and what is to be there, in the words that users of custom resources know. It
 * is go-openapi's validator as far as structural schemas go, which tells all that is wrong with a value, whatever its type.
 *
 * Deliberately not here: objects within objects and items that are told apart (`structural-faults.ts`), and CEL rules.
 */

import { isFields } from '../json/fields.js';
import { isNumber, stringifyJson } from '../json/json-text.js';
import { canonicalJson } from '../meta/frozen.js';
import { ObjectMeta } from '../meta/v1.js';
import type { FieldError } from '../status/field-error.js';
import {
  invalidField,
  notSupportedField,
  requiredField,
  tooLongField,
  tooManyField,
  typeInvalidField,
} from '../status/field-errors.js';
import { shownUntyped } from '../status/go-shown.js';
import { isUnchanged, itemBefore } from './correlation.js';
import { boundFaults } from './number-bounds.js';
import { resolve, type SchemaNode } from './schema.js';
import { hasFormat, isKnownFormat } from './string-formats.js';
import { saysType, typeMismatch } from './value-types.js';

/**
 * What is wrong with a value; of the value as a whole at `<nil>`. What has not changed since `old` may stay as it is, though
 * its schema has become stricter meanwhile (KEP-4008).
 */
export function validateSchema(node: SchemaNode, value: unknown, old?: unknown): readonly FieldError[] {
  const found = new Findings();
  check(node, value, old, '', found);
  return found.errors;
}

/** Faults of a value that stands somewhere. */
export const faultsUnder = (path: string, faults: readonly FieldError[]): readonly FieldError[] =>
  faults.map((fault) => ({ ...fault, field: fault.field === '<nil>' ? path : `${path}.${fault.field}` }));

/** What is wrong, each once; and how many checks were passed, by which go-openapi tells which of several schemas was meant. */
class Findings {
  readonly errors: FieldError[] = [];
  readonly texts: string[] = [];
  matches = 0;

  /** `text` is the fault in go-openapi's words. */
  add(text: string, error: FieldError): void {
    if (this.texts.includes(text)) return;
    this.texts.push(text);
    this.errors.push(error);
  }

  merge({ errors, texts, matches }: Findings): void {
    for (const [index, error] of errors.entries()) this.add(texts[index]!, error);
    this.matches += matches;
  }
}

const fieldOf = (path: string): string => (path.startsWith('.') ? path.slice(1) : path) || '<nil>';

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** What a place says of its values. Of an object's own metadata only what its author says counts here. */
function saidAt(place: SchemaNode): SchemaNode {
  const type = resolve(place);
  if (type !== ObjectMeta.node) return type;
  return place.properties === undefined ? anyMetadata : place;
}

const anyMetadata: SchemaNode = { type: 'object' };

function check(place: SchemaNode, value: unknown, old: unknown, path: string, found: Findings): void {
  if (old === undefined || !isUnchanged(place, value, old)) judge(place, value, old, path, found);
}

function judge(place: SchemaNode, value: unknown, old: unknown, path: string, found: Findings): void {
  const node = saidAt(place);
  const mismatch = typeMismatch(node, value);
  if (mismatch === undefined) {
    if (value === null || saysType(node)) found.matches++;
  } else {
    const detail = `${path} in body must be of type ${mismatch.expected}: ${JSON.stringify(mismatch.found)}`;
    found.add(detail, typeInvalidField(fieldOf(path), mismatch.found, detail));
  }
  if (value === null) {
    checkEnum(place.enum ?? node.enum, value, path, found);
    return;
  }
  if (saysType(node)) found.matches++;
  checkJunctors(node, value, old, path, found);
  found.matches++;
  if (typeof value === 'string') checkString(node, value, path, found);
  else if (isNumber(value)) checkNumber(node, value, path, found);
  else if (Array.isArray(value)) checkArray(node, value, old, path, found);
  checkEnum(place.enum ?? node.enum, value, path, found);
  found.matches++;
  if (isFields(value)) checkObject(node, value, isFields(old) ? old : {}, path, found);
  found.matches++;
}

function checkString(
  { pattern, matches, minLength, maxLength, format }: SchemaNode,
  value: string,
  path: string,
  found: Findings,
): void {
  found.matches++;
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  const field = fieldOf(path);
  // Of these the first fault is told.
  if (maxLength !== undefined && length > maxLength)
    found.add(`${path} in body should be at most ${maxLength} chars long`, tooLongField(field, value, maxLength));
  else if (minLength !== undefined && length < minLength)
    refuse(found, path, value, `should be at least ${minLength} chars long`);
  else if (pattern !== undefined && !(matches === undefined ? new RegExp(pattern, 'u').test(value) : matches(value)))
    refuse(found, path, value, `should match '${pattern}'`);
  if (format === undefined || !isKnownFormat(format)) return;
  found.matches++;
  if (hasFormat(value, format)) return;
  const detail = `${path} in body must be of type ${format}: ${JSON.stringify(value)}`;
  found.add(detail, typeInvalidField(field, value, detail));
}

function checkNumber(node: SchemaNode, value: number | bigint, path: string, found: Findings): void {
  for (const { badValue, detail } of boundFaults(node, value, path))
    found.add(detail, invalidField(fieldOf(path), badValue, detail));
  found.matches += 2;
}

function refuse(found: Findings, path: string, value: unknown, words: string): void {
  const detail = `${path} in body ${words}`;
  found.add(detail, invalidField(fieldOf(path), value, detail));
}

function checkArray(node: SchemaNode, value: readonly unknown[], old: unknown, path: string, found: Findings): void {
  const { minItems, maxItems, items } = node;
  if (items !== undefined)
    for (const [index, item] of value.entries())
      check(items, item, itemBefore(node, item, old), `${path}[${index}]`, found);
  if (minItems !== undefined && value.length < minItems)
    refuse(found, path, value.length, `should have at least ${minItems} items`);
  if (maxItems !== undefined && value.length > maxItems)
    found.add(
      `${path} in body should have at most ${maxItems} items`,
      tooManyField(fieldOf(path), value.length, maxItems),
    );
  found.matches += 2;
}

type Fields = Readonly<Record<string, unknown>>;

function checkObject(node: SchemaNode, value: Fields, old: Fields, path: string, found: Findings): void {
  const { properties = {}, values, minProperties, maxProperties, requires = [] } = node;
  if (minProperties !== undefined || maxProperties !== undefined) {
    const count = Object.keys(value).length;
    if (minProperties !== undefined && count < minProperties)
      refuse(found, path, count, `should have at least ${minProperties} properties`);
    if (maxProperties !== undefined && count > maxProperties)
      found.add(
        `${path} in body should have at most ${maxProperties} properties`,
        tooManyField(fieldOf(path), count, maxProperties),
      );
  }
  if (values !== undefined)
    for (const key of Object.keys(value))
      if (!Object.hasOwn(properties, key)) check(values, value[key], old[key], `${path}.${key}`, found);
  const missing: string[] = [];
  for (const [key, place] of Object.entries(properties)) {
    if (value[key] !== undefined) check(place, value[key], old[key], below(path, key), found);
    else if (place.required) missing.push(key);
  }
  for (const key of requires) if (value[key] === undefined) missing.push(key);
  for (const key of missing) found.add(`${path}.${key} in body is required`, requiredField(fieldOf(`${path}.${key}`)));
  found.matches++;
}

function checkEnum(allowed: readonly unknown[] | undefined, value: unknown, path: string, found: Findings): void {
  if (allowed === undefined || allowed.length === 0 || allowed.some((each) => isOneOf(each, value))) return;
  const texts = allowed.map((each) => (typeof each === 'string' ? each : stringifyJson(each)));
  found.add(
    `${path} in body should be one of [${texts.join(' ')}]`,
    notSupportedField(fieldOf(path), shownUntyped(value), texts),
  );
}

/** Null is never one of those that are allowed; of a fraction that is held against an integer, the whole counts. */
function isOneOf(allowed: unknown, value: unknown): boolean {
  if (value === null || allowed === null) return false;
  if (typeof allowed === 'number' && typeof value === 'number' && Number.isInteger(allowed))
    return Math.trunc(value) === allowed;
  return typeof allowed === 'object' ? canonicalJson(allowed) === canonicalJson(value) : allowed === value;
}

/** None of several schemas is more at fault than another: what is said of all of them has no field. */
function checkJunctors(node: SchemaNode, value: unknown, old: unknown, path: string, found: Findings): void {
  const { allOf = none, anyOf = none, oneOf = none, not } = node;
  const name = JSON.stringify(path);
  const refuseAll = (words: string) => {
    const detail = `${name} must ${words}`;
    found.add(detail, invalidField('<nil>', '', detail));
  };
  const judged = (inner: SchemaNode): Findings => {
    const own = new Findings();
    judge(inner, value, old, path, own);
    return own;
  };
  if (anyOf.length > 0) {
    const { fitting, best } = chosen(anyOf, judged, true);
    if (fitting === 0) refuseAll('validate at least one schema (anyOf)');
    found.merge(best);
  }
  if (oneOf.length > 0) {
    const { fitting, best } = chosen(oneOf, judged, false);
    const words = fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`;
    if (fitting !== 1) refuseAll(`validate one and only one schema (oneOf). ${words}`);
    if (fitting < 2) found.merge(best);
  }
  let valid = 0;
  for (const inner of allOf) {
    const own = judged(inner);
    if (own.errors.length === 0) valid++;
    found.merge(own);
  }
  if (valid < allOf.length) refuseAll(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  if (not !== undefined && judged(not).errors.length === 0) refuseAll('not validate the schema (not)');
  found.matches++;
}

const none: readonly SchemaNode[] = [];

interface Chosen {
  /** How many schemas fit. */
  readonly fitting: number;
  /** Of the first that fits, or of the one that most speaks for. */
  readonly best: Findings;
}

function chosen(nodes: readonly SchemaNode[], judged: (node: SchemaNode) => Findings, isFirstEnough: boolean): Chosen {
  let fitting = 0;
  let best: Findings | undefined;
  for (const node of nodes) {
    const own = judged(node);
    if (own.errors.length === 0) {
      if (fitting === 0) best = own;
      fitting++;
      if (isFirstEnough) break;
    } else if (fitting === 0 && (best === undefined || own.matches > best.matches)) best = own;
  }
  return { fitting, best: best! };
}
