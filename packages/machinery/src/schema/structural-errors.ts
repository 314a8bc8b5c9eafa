/**
 * Whether the schema of a CustomResourceDefinition is structural (KEP-1979): each value has its type outside of `allOf`,
 * `anyOf`, `oneOf` and `not`, and inside of those values are judged and nothing else. Called when such a schema is read.
 *
 * Deliberately not here: what else is refused of a schema (`openapi-errors.ts`), and its CEL rules.
 */

import { type Fields, isFields } from '../json/fields.js';
import type { FieldError } from '../status/field-error.js';
import { forbiddenField, invalidField, requiredField } from '../status/field-errors.js';
import { formatFieldError } from '../status/status-error.js';
import type { PatternCompiler } from './pattern-compiler.js';

/** In the order of their texts, as kube-apiserver tells them. */
export function structuralErrors(
  schema: Fields,
  path: string,
  compilePattern?: PatternCompiler,
): readonly FieldError[] {
  const errors = [
    ...new Invariants(compilePattern).of(schema, 'root', path),
    ...incompleteErrors(schema, schema, path, path),
  ];
  const texts = new Map(errors.map((error) => [error, formatFieldError(error)] as const));
  return errors.sort((a, b) => (texts.get(a)! < texts.get(b)! ? -1 : 1));
}

type Level = 'root' | 'item' | 'field';

const typeNeeded: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** The parts of a schema that stand under names of their own. */
const propertiesOf = (schema: Fields): readonly (readonly [string, Fields])[] =>
  isFields(schema['properties'])
    ? Object.entries(schema['properties']).filter((entry): entry is [string, Fields] => isFields(entry[1]))
    : [];

const junctors = ['allOf', 'anyOf', 'oneOf'] as const;
const partsOf = (schema: Fields, key: (typeof junctors)[number]): readonly Fields[] =>
  Array.isArray(schema[key]) ? schema[key].filter(isFields) : [];

/** Integer or string: the only types that may stand inside of `anyOf`, in this order. */
const isIntOrString = (parts: readonly Fields[]): boolean =>
  parts.length === 2 &&
  ['integer', 'string'].every(
    (type, index) => parts[index]!['type'] === type && Object.keys(parts[index]!).length === 1,
  );

class Invariants {
  constructor(private readonly compilePattern: PatternCompiler | undefined) {}

  of(schema: Fields, level: Level, path: string): readonly FieldError[] {
    const { type = '', items, additionalProperties: values } = schema;
    const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
    return [
      ...(type === 'array' && items === undefined ? [requiredField(`${path}.items`, 'must be specified')] : []),
      ...(isFields(items) ? this.of(items, 'item', `${path}.items`) : []),
      ...propertiesOf(schema).flatMap(([key, property]) => this.of(property, 'field', `${path}.properties[${key}]`)),
      ...(values !== undefined && level === 'root'
        ? [forbiddenField(`${path}.additionalProperties`, 'must not be used at the root')]
        : []),
      ...(isFields(values) ? this.of(values, 'field', `${path}.additionalProperties`) : []),
      ...extensionErrors(schema, path),
      ...this.values(schema, path, isIntOrString(partsOf(schema, 'anyOf')), hasIntOrString(schema)),
      ...typeErrors(schema, level, path),
      ...(isEmbedded ? embeddedErrors(schema, path) : []),
      ...(isEmbedded || level === 'root' ? resourceErrors(schema, level, path) : []),
    ];
  }

  /** `typed` and `firstTyped` say that types may stand in `anyOf`, and in that of the first part of `allOf`. */
  private values(schema: Fields, path: string, typed: boolean, firstTyped: boolean): readonly FieldError[] {
    const { not, pattern } = schema;
    return [
      ...junctors.flatMap((key) =>
        key === 'anyOf' && typed
          ? []
          : partsOf(schema, key).flatMap((part, index) =>
              this.nested(part, `${path}.${key}[${index}]`, key === 'allOf' && index === 0 && firstTyped),
            ),
      ),
      ...(isFields(not) ? this.nested(not, `${path}.not`) : []),
      ...(typeof pattern === 'string' && pattern !== '' ? this.pattern(pattern, `${path}.pattern`) : []),
    ];
  }

  private nested(schema: Fields, path: string, typed = false): readonly FieldError[] {
    const { items } = schema;
    return [
      ...this.values(schema, path, typed, false),
      ...(isFields(items) ? this.nested(items, `${path}.items`) : []),
      ...propertiesOf(schema).flatMap(([key, property]) => this.nested(property, `${path}.properties[${key}]`)),
      ...nestedBans.flatMap(([key, isSet, detail]) =>
        isSet(schema[key]) ? [forbiddenField(`${path}.${key}`, `${detail} to be structural`)] : [],
      ),
      ...(isFields(schema['properties']) && schema['properties']['metadata'] !== undefined
        ? [forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context')]
        : []),
    ];
  }

  private pattern(source: string, path: string): readonly FieldError[] {
    try {
      if (this.compilePattern === undefined) new RegExp(source, 'u');
      else this.compilePattern(source);
      return [];
    } catch (error) {
      const detail = `must be a valid regular expression, but isn't: ${(error as Error).message}`;
      return [invalidField(path, source, detail)];
    }
  }
}

const hasIntOrString = (schema: Fields): boolean => {
  const [first] = partsOf(schema, 'allOf');
  return first !== undefined && isIntOrString(partsOf(first, 'anyOf'));
};

const isThere = (value: unknown): boolean => value !== undefined && value !== null;
const isTrue = (value: unknown): boolean => value === true;
const isLong = (value: unknown): boolean => (typeof value === 'string' || Array.isArray(value)) && value.length > 0;

/** What may stand only outside of `allOf` and its like, and how it is told. */
const nestedBans: readonly (readonly [string, (value: unknown) => boolean, string])[] = [
  ['type', isLong, 'must be empty'],
  ['additionalProperties', (value) => value === true || isFields(value), 'must be undefined'],
  ['default', isThere, 'must be undefined'],
  ['title', isLong, 'must be empty'],
  ['description', isLong, 'must be empty'],
  ['nullable', isTrue, 'must be false'],
  ['x-kubernetes-preserve-unknown-fields', isTrue, 'must be false'],
  ['x-kubernetes-embedded-resource', isTrue, 'must be false'],
  ['x-kubernetes-int-or-string', isTrue, 'must be false'],
  ['x-kubernetes-list-map-keys', isLong, 'must be empty'],
  ['x-kubernetes-list-type', isThere, 'must be undefined'],
  ['x-kubernetes-map-type', isThere, 'must be undefined'],
  ['x-kubernetes-validations', isLong, 'must be empty'],
];

function extensionErrors(schema: Fields, path: string): readonly FieldError[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  return ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'].flatMap((key) =>
    schema[key] === true
      ? [invalidField(`${path}.${key}`, true, 'must be false if x-kubernetes-int-or-string is true')]
      : [],
  );
}

function typeErrors(schema: Fields, level: Level, path: string): readonly FieldError[] {
  const type = schema['type'] || '';
  if (type !== '')
    return level === 'root' && type !== 'object'
      ? [invalidField(`${path}.type`, type, 'must be object at the root')]
      : [];
  const excused = [
    'x-kubernetes-int-or-string',
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-embedded-resource',
  ];
  return excused.some((key) => schema[key] === true) ? [] : [requiredField(`${path}.type`, typeNeeded[level])];
}

function embeddedErrors(schema: Fields, path: string): readonly FieldError[] {
  const type = schema['type'] || '';
  const needed = 'must be object if x-kubernetes-embedded-resource is true';
  return [
    ...(type === 'object'
      ? []
      : [type === '' ? requiredField(`${path}.type`, needed) : invalidField(`${path}.type`, type, needed)]),
    ...(schema['additionalProperties'] === undefined
      ? []
      : [forbiddenField(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set')]),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true || propertiesOf(schema).length > 0
      ? []
      : [
          requiredField(
            `${path}.properties`,
            'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
          ),
        ]),
  ];
}

/** What every object has is typed as it is there, and of the object's own metadata only the names may be bounded. */
function resourceErrors(schema: Fields, level: Level, path: string): readonly FieldError[] {
  const properties = new Map(propertiesOf(schema));
  const typed = (key: string, wanted: string) => {
    const property = properties.get(key);
    const type = property?.['type'] ?? '';
    return property === undefined || type === wanted
      ? []
      : [invalidField(`${path}.properties[${key}].type`, type, `must be ${wanted}`)];
  };
  const metadata = properties.get('metadata');
  return [
    ...typed('kind', 'string'),
    ...typed('apiVersion', 'string'),
    ...typed('metadata', 'object'),
    ...(level === 'root' && metadata !== undefined && boundsMore(metadata)
      ? [
          forbiddenField(
            `${path}.properties[metadata]`,
            'must not specify anything other than name and generateName, but metadata is implicitly specified',
          ),
        ]
      : []),
  ];
}

const boundsMore = ({ type: _type, default: _default, properties, ...rest }: Fields): boolean =>
  Object.keys(rest).length > 0 ||
  (isFields(properties) && Object.keys(properties).some((key) => key !== 'name' && key !== 'generateName'));

/** What is judged inside of `allOf` and its like has to be there outside: the judging `schema` stands at `at`. */
function incompleteErrors(schema: Fields, outer: Fields, path: string, at: string): readonly FieldError[] {
  const { not } = schema;
  return [
    ...(isFields(not) ? nestedIncompleteErrors(not, outer, path, `${at}.not`) : []),
    ...junctors.flatMap((key) =>
      partsOf(schema, key).flatMap((part, index) =>
        nestedIncompleteErrors(part, outer, path, `${at}.${key}[${index}]`),
      ),
    ),
  ];
}

function nestedIncompleteErrors(schema: Fields, outer: Fields, path: string, at: string): readonly FieldError[] {
  const { items } = schema;
  const under = (part: Fields, whole: unknown, step: string): readonly FieldError[] =>
    isFields(whole)
      ? nestedIncompleteErrors(part, whole, `${path}.${step}`, `${at}.${step}`)
      : [requiredField(`${path}.${step}`, `because it is defined in ${at}.${step}`)];
  return [
    ...incompleteErrors(schema, outer, path, at),
    ...(isFields(items) ? under(items, outer['items'], 'items') : []),
    ...propertiesOf(schema).flatMap(([key, property]) =>
      under(property, isFields(outer['properties']) ? outer['properties'][key] : undefined, `properties[${key}]`),
    ),
  ];
}
