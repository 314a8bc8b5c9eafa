/**
 * One version of a CustomResourceDefinition: its schema, subresources, columns and selectable fields.
 *
 * **Differs from Kubernetes**: what is wrong is told where it stands in its version; kube-apiserver tells of what all versions
 * have alike as of `spec.validation`, `spec.subresources` and so on, which are no fields of `apiextensions.k8s.io/v1`.
 */
import {
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

export function versionErrors(version: CustomResourceDefinitionVersion, path: string): readonly FieldError[] {
  const { name, schema, deprecated, deprecationWarning: warning, subresources } = version;
  const openApi = schema?.openAPIV3Schema;
  return [
    ...versionNameErrors(name, `${path}.name`),
    ...(warning === undefined
      ? noErrors
      : warningFaults(warning, deprecated ?? false).map((fault) =>
          invalidField(`${path}.deprecationWarning`, warning, fault),
        )),
    ...schemaErrors(openApi, subresources?.status !== undefined, `${path}.schema.openAPIV3Schema`),
    ...scaleErrors(subresources?.scale, `${path}.subresources.scale`),
    ...eachErrors(version.additionalPrinterColumns, `${path}.additionalPrinterColumns`, columnErrors),
    ...selectableErrors(version.selectableFields, openApi, `${path}.selectableFields`),
  ];
}

function schemaErrors(schema: JSONSchemaProps | undefined, hasStatus: boolean, path: string): readonly FieldError[] {
  if (schema === undefined) return [requiredField(path, 'schemas are required')];
  const { node, errors } = schemaFromOpenApi(schema, path);
  return [
    ...(hasStatus ? rootErrors(schema, path) : noErrors),
    ...(errors.length > 0 ? errors : defaultErrors(node, path)),
  ];
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
  schema: JSONSchemaProps | undefined,
  path: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  const errors = eachErrors(fields, path, ({ jsonPath }, at) => {
    if (!jsonPath) return [requiredField(`${at}.jsonPath`)];
    const fault = (detail: string) => [invalidField(`${at}.jsonPath`, jsonPath, detail)];
    const keys = jsonPath.split('.').slice(1);
    let found = schema;
    for (const key of keys) found = found?.properties?.[key];
    if (!jsonPath.startsWith('.') || found === undefined)
      return fault('is an invalid path: does not refer to a valid field');
    if (keys[0] === 'metadata') return fault('must not point to fields in metadata');
    if (!selectableTypes.includes(found.type ?? ''))
      return fault(
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      );
    if (seen.has(jsonPath)) return [duplicateField(`${at}.jsonPath`, jsonPath)];
    seen.add(jsonPath);
    return noErrors;
  });
  return seen.size > selectableMax ? [...errors, tooManyField(path, seen.size, selectableMax)] : errors;
}
