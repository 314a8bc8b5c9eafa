/** One version of a CustomResourceDefinition: its schema, subresources, columns and selectable fields. */
import {
  deepEqual,
  defaultErrors,
  dns1035LabelErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  noErrors,
  requiredErrors,
  requiredField,
  schemaFromOpenApi,
  tooManyField,
} from '@pintle/machinery';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
} from '../apiextensions/v1/index.js';

export function versionNameErrors(name: string, path: string): readonly FieldError[] {
  const messages = dns1035LabelErrors(name);
  return messages.length === 0 ? noErrors : [invalidField(path, name, messages.join(','))];
}

/** Where the parts of a version are told of. None: with those of the first, as all versions have them alike. */
export interface PartPlaces {
  readonly schema?: string;
  readonly subresources?: string;
  readonly columns?: string;
  readonly selectable?: string;
}

/**
 * Of each version. Parts that all versions have alike stand in the spec itself, within Kubernetes: as `spec.validation` and
 * so on, which are no fields of `apiextensions.k8s.io/v1`.
 */
export function partPlaces(versions: readonly CustomResourceDefinitionVersion[]): readonly PartPlaces[] {
  const isAlike = (field: keyof CustomResourceDefinitionVersion) =>
    versions.every((version) => deepEqual(version[field], versions[0]![field]));
  const places = {
    schema: ['schema', 'validation', '.openAPIV3Schema'],
    subresources: ['subresources', 'subresources', ''],
    columns: ['additionalPrinterColumns', 'additionalPrinterColumns', ''],
    selectable: ['selectableFields', 'selectableFields', ''],
  } as const;
  return versions.map((_version, index) =>
    Object.fromEntries(
      Object.entries(places).flatMap(([part, [field, alike, end]]) => {
        if (!isAlike(field)) return [[part, `spec.versions[${index}].${field}${end}`]];
        return index === 0 ? [[part, `spec.${alike}${end}`]] : [];
      }),
    ),
  );
}

/** Of what a version says of itself alone. */
export function versionErrors(
  { name, schema, deprecated, deprecationWarning: warning }: CustomResourceDefinitionVersion,
  path: string,
): readonly FieldError[] {
  return [
    ...versionNameErrors(name, `${path}.name`),
    ...(warning === undefined
      ? noErrors
      : warningFaults(warning, deprecated ?? false).map((fault) =>
          invalidField(`${path}.deprecationWarning`, warning, fault),
        )),
    ...(schema?.openAPIV3Schema === undefined
      ? [requiredField(`${path}.schema.openAPIV3Schema`, 'schemas are required')]
      : noErrors),
  ];
}

/** `hasStatus`: whether its schema has to do without that of the status. */
export function partErrors(
  { schema, subresources, additionalPrinterColumns, selectableFields }: CustomResourceDefinitionVersion,
  places: PartPlaces,
  hasStatus: boolean,
): readonly FieldError[] {
  const openApi = schema?.openAPIV3Schema;
  const at = (place: string | undefined, errors: (path: string) => readonly FieldError[]) =>
    place === undefined ? noErrors : errors(place);
  return [
    ...at(places.schema, (path) => schemaErrors(openApi, hasStatus, path)),
    ...at(places.subresources, (path) => scaleErrors(subresources?.scale, `${path}.scale`)),
    ...at(places.columns, (path) => eachErrors(additionalPrinterColumns, path, columnErrors)),
    ...at(places.selectable, (path) => selectableErrors(selectableFields, schema, path)),
  ];
}

function schemaErrors(schema: JSONSchemaProps | undefined, hasStatus: boolean, path: string): readonly FieldError[] {
  if (schema === undefined) return noErrors;
  const { node, errors } = schemaFromOpenApi(schema, path, anyPattern);
  return [
    ...(hasStatus ? rootErrors(schema, path) : noErrors),
    ...(errors.length > 0 ? errors : defaultErrors(node, path)),
  ];
}

/** A pattern that is none is told of by who compiles it for the values. */
function anyPattern(source: string): (text: string) => boolean {
  try {
    const pattern = new RegExp(source, 'u');
    return (text) => pattern.test(text);
  } catch {
    return () => true;
  }
}

/** By Kubernetes' own names for the fields: what may stand at the root, so that the schema of the status is whole without it. */
const rootFields: Readonly<Record<string, string>> = {
  description: 'Description',
  type: 'Type',
  format: 'Format',
  title: 'Title',
  maximum: 'Maximum',
  exclusiveMaximum: 'ExclusiveMaximum',
  minimum: 'Minimum',
  exclusiveMinimum: 'ExclusiveMinimum',
  maxLength: 'MaxLength',
  minLength: 'MinLength',
  pattern: 'Pattern',
  maxItems: 'MaxItems',
  minItems: 'MinItems',
  uniqueItems: 'UniqueItems',
  multipleOf: 'MultipleOf',
  required: 'Required',
  items: 'Items',
  properties: 'Properties',
  externalDocs: 'ExternalDocs',
  example: 'Example',
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-validations': 'XValidations',
};

function rootErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const suffix = 'at the root of the schema if the status subresource is enabled';
  if (schema.type && schema.type !== 'object')
    return [invalidField(`${path}.type`, schema.type, `only "object" is allowed as the type ${suffix}`)];
  if (Object.entries(schema).every(([key, value]) => Object.hasOwn(rootFields, key) || value === false))
    return noErrors;
  return [invalidField(path, schema, `only [${Object.values(rootFields).join(' ')}] fields are allowed ${suffix}`)];
}

const warningMaxBytes = 256;

function warningFaults(warning: string, isDeprecated: boolean): readonly string[] {
  if (!isDeprecated) return ['can only be set for deprecated versions'];
  const hidden = [...warning].findIndex((char) => /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(char));
  return [
    ...(new TextEncoder().encode(warning).length > warningMaxBytes
      ? [`must be <= ${warningMaxBytes} characters long`]
      : []),
    ...(warning === '' ? ['must not be an empty string'] : []),
    ...(hidden < 0
      ? []
      : [`must only contain printable UTF-8 characters; non-printable character found at index ${hidden}`]),
  ];
}

const simplePathErrors = (value: string, path: string): readonly FieldError[] =>
  value.startsWith('.') ? noErrors : [invalidField(path, value, 'must be a simple json path starting with .')];

function scaleErrors(scale: CustomResourceSubresources['scale'], path: string): readonly FieldError[] {
  if (scale === undefined) return noErrors;
  const under = (value: string, field: string, prefixes: readonly string[], place: string) => {
    const errors = simplePathErrors(value, `${path}.${field}`);
    if (errors.length > 0 || prefixes.some((prefix) => value.startsWith(prefix))) return errors;
    return [invalidField(`${path}.${field}`, value, `should be a json path under ${place}`)];
  };
  const needed = (value: string | undefined, field: string, place: string) =>
    value ? under(value, field, [`${place}.`], place) : [requiredField(`${path}.${field}`)];
  return [
    ...needed(scale.specReplicasPath, 'specReplicasPath', '.spec'),
    ...needed(scale.statusReplicasPath, 'statusReplicasPath', '.status'),
    ...(scale.labelSelectorPath
      ? under(scale.labelSelectorPath, 'labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status')
      : noErrors),
  ];
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnErrors(column: CustomResourceColumnDefinition, path: string): readonly FieldError[] {
  const { name, type, format, jsonPath } = column;
  const oneOf = (choices: readonly string[]) => `must be one of ${choices.join(',')}`;
  return [
    ...requiredErrors(name, `${path}.name`),
    ...(!type
      ? [requiredField(`${path}.type`, oneOf(columnTypes))]
      : columnTypes.includes(type)
        ? noErrors
        : [invalidField(`${path}.type`, type, oneOf(columnTypes))]),
    ...(!format || columnFormats.includes(format)
      ? noErrors
      : [invalidField(`${path}.format`, format, oneOf(columnFormats))]),
    // The name of the field is the one that it has within Kubernetes.
    ...(jsonPath ? simplePathErrors(jsonPath, `${path}.JSONPath`) : [requiredField(`${path}.JSONPath`)]),
  ];
}

const selectableMax = 8;
const selectableTypes = ['string', 'boolean', 'integer'];

function selectableErrors(
  fields: CustomResourceDefinitionVersion['selectableFields'],
  schema: CustomResourceDefinitionVersion['schema'],
  path: string,
): readonly FieldError[] {
  if (fields === undefined || fields.length === 0) return noErrors;
  const isOfAll = path === 'spec.selectableFields';
  const openApi = schema?.openAPIV3Schema;
  if (isOfAll ? schema === undefined : openApi === undefined) {
    const detail = isOfAll ? 'validations.schema is included' : 'version.schema.openAPIV3Schema is not included';
    return [invalidField(path, '', `selectableFields may only be set when ${detail}`)];
  }
  const seen = new Set<string>();
  const errors = eachErrors(fields, path, ({ jsonPath }, at) => {
    if (!jsonPath) return [requiredField(`${at}.jsonPath`)];
    const fault = (detail: string) => [invalidField(`${at}.jsonPath`, jsonPath, detail)];
    const found = fieldAt(jsonPath, openApi);
    if (typeof found === 'string') return fault(`is an invalid path: ${found}`);
    const isRepeated = seen.has(jsonPath);
    seen.add(jsonPath);
    return [
      ...(/^\.metadata(\.|$)/.test(jsonPath) ? fault('must not point to fields in metadata') : noErrors),
      ...(selectableTypes.includes(found.type ?? '')
        ? noErrors
        : fault(
            'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
          )),
      ...(isRepeated ? [duplicateField(`${at}.jsonPath`, jsonPath)] : noErrors),
    ];
  });
  return seen.size > selectableMax ? [...errors, tooManyField(path, seen.size, selectableMax)] : errors;
}

const noSuchField = 'does not refer to a valid field';

/** The schema of what a path of dots points to, or what is wrong with the path. */
function fieldAt(jsonPath: string, schema: JSONSchemaProps | undefined): JSONSchemaProps | string {
  const tokens = jsonPath.match(/[.[\]]|'(?:[^'\\]|\\[\s\S])*'|[^.[\]]+/g) ?? [];
  let found = schema;
  for (let i = 0; i < tokens.length; i += 2) {
    const [delimiter, key] = [tokens[i]!, tokens[i + 1]];
    if (delimiter === '[') return 'array notation is not allowed';
    if (delimiter !== '.') return `expected [ or . but got: ${delimiter}`;
    if (key === undefined) return 'unexpected end of JSON path';
    const { properties, additionalProperties } = found ?? {};
    found =
      properties === undefined && typeof additionalProperties === 'object' ? additionalProperties : properties?.[key];
    if (found === undefined) return noSuchField;
  }
  return found ?? noSuchField;
}
