/**
 * What must hold of values of a structural schema beyond the schema itself: objects within objects say what they are and have
 * the metadata of any object, and what items of a list are known by is there once. Both go by what a value is: what is of
 * another type is told of by `validate.ts`.
 */
import { isFields } from '../json/fields.js';
import { canonicalJson } from '../meta/frozen.js';
import { validateObjectMeta } from '../meta/object-meta.js';
import { dns1035LabelErrors, pathSegmentErrors } from '../names/names.js';
import type { FieldError } from '../status/field-error.js';
import { duplicateField, invalidField, requiredField } from '../status/field-errors.js';
import { shownUntyped } from '../status/go-shown.js';
import { readMetadata } from './normalize.js';
import type { SchemaNode } from './schema.js';

type Fields = Readonly<Record<string, unknown>>;
type Visit = (node: SchemaNode, value: Fields | readonly unknown[], path: string) => readonly FieldError[];

/** Whether a node, or one below it, is of interest; kept by node, as most schemas have none. */
function below(isOfInterest: (node: SchemaNode) => boolean): (node: SchemaNode) => boolean {
  const known = new WeakMap<SchemaNode, boolean>();
  const isBelow = (node: SchemaNode): boolean => {
    let found = known.get(node);
    if (found === undefined) {
      const { items, values, properties = {} } = node;
      found =
        isOfInterest(node) ||
        (items !== undefined && isBelow(items)) ||
        (values !== undefined && isBelow(values)) ||
        Object.values(properties).some(isBelow);
      known.set(node, found);
    }
    return found;
  };
  return isBelow;
}

/** Of all that is below a value whose node is of interest, and of the value itself. */
function gather(
  node: SchemaNode,
  value: unknown,
  path: string,
  mayFind: (node: SchemaNode) => boolean,
  visit: Visit,
): readonly FieldError[] {
  if (typeof value !== 'object' || value === null || !mayFind(node)) return none;
  const { items, values, properties = {} } = node;
  const inner = (child: SchemaNode | undefined, part: unknown, at: string) =>
    child === undefined ? none : gather(child, part, at, mayFind, visit);
  const own = visit(node, value as Fields | readonly unknown[], path);
  if (Array.isArray(value)) return [...own, ...value.flatMap((item, index) => inner(items, item, `${path}[${index}]`))];
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, part]) =>
      Object.hasOwn(properties, key)
        ? inner(properties[key], part, under(path, key))
        : inner(values, part, `${path}[${key}]`),
    ),
  ];
}

const none: readonly FieldError[] = [];

const under = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const mayEmbed = below(({ embeddedResource }) => embeddedResource === true);
const mayTellApart = below(({ listType }) => listType === 'set' || listType === 'map');

/** Of objects within an object. */
export const embeddedFaults = (node: SchemaNode, value: unknown): readonly FieldError[] =>
  gather(node, value, '', mayEmbed, ({ embeddedResource }, inner, path) =>
    embeddedResource === true && isFields(inner) ? objectFaults(inner, path) : none,
  );

function objectFaults(object: Fields, path: string): readonly FieldError[] {
  return [
    ...typeMetaFaults(object, 'apiVersion', path, (text) =>
      text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined,
    ),
    ...typeMetaFaults(object, 'kind', path, (text) => {
      const faults = dns1035LabelErrors(text.toLowerCase());
      return faults.length === 0 ? undefined : `may have mixed case, but should otherwise match: ${faults.join(',')}`;
    }),
    ...('metadata' in object ? metadataFaults(object['metadata'], under(path, 'metadata')) : none),
  ];
}

function typeMetaFaults(
  object: Fields,
  key: 'apiVersion' | 'kind',
  path: string,
  faultOf: (text: string) => string | undefined,
): readonly FieldError[] {
  const at = under(path, key);
  const text = object[key];
  if (text === undefined) return [requiredField(at, 'must not be empty')];
  if (typeof text !== 'string') return [invalidField(at, shownUntyped(text), 'must be a string')];
  const fault = text === '' ? 'must not be empty' : faultOf(text);
  return fault === undefined ? none : [invalidField(at, text, fault)];
}

/** It need not have a name, and is of a namespace if it says so. */
function metadataFaults(written: unknown, path: string): readonly FieldError[] {
  const { metadata, fault } = readMetadata(written);
  if (fault !== undefined) return [invalidField(path, shownUntyped(written), fault)];
  return validateObjectMeta(
    { ...metadata, name: metadata.name || 'unnamed' },
    { namespaced: (metadata.namespace ?? '') !== '', nameErrors: pathSegmentErrors },
    path,
  );
}

/** Of items of sets, and of lists whose items have keys. What was wrong before may stay. */
export function itemFaults(node: SchemaNode, value: unknown, old?: unknown): readonly FieldError[] {
  const found = gather(node, value, '', mayTellApart, listFaults);
  if (found.length === 0 || old === undefined) return found;
  return gather(node, old, '', mayTellApart, listFaults).length > 0 ? none : found;
}

function listFaults({ listType, listMapKeys = [] }: SchemaNode, list: unknown, path: string): readonly FieldError[] {
  if (!Array.isArray(list)) return none;
  if (listType === 'set') return repeated(list, path);
  if (listType !== 'map') return none;
  const stray = list.findIndex((item) => item !== null && !isFields(item));
  if (stray >= 0)
    return [
      invalidField(`${path}[${stray}]`, shownUntyped(list[stray]), 'must be an object for an array of list-type map'),
    ];
  return repeated(
    list.map((item: Fields | null) =>
      Object.fromEntries(listMapKeys.flatMap((key) => (item?.[key] === undefined ? [] : [[key, item[key]]]))),
    ),
    path,
  );
}

/** What is there more than once is told of where it comes for the second time. */
function repeated(items: readonly unknown[], path: string): readonly FieldError[] {
  const times = new Map<string, number>();
  return items.flatMap((item, index) => {
    const text = canonicalJson(item);
    const time = (times.get(text) ?? 0) + 1;
    times.set(text, time);
    return time === 2 ? [duplicateField(`${path}[${index}]`, shownUntyped(item))] : [];
  });
}
