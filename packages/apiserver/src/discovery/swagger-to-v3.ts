/**
 * A document of OpenAPI v2 as one of v3, for servers that have none of v3: bodies and answers by their content types,
 * parameters with schemas, types as components (as upstream's `openapiconv`). Pure.
 */
import { type Fields, isFields } from '@pintle/machinery';
import type { Swagger } from './remote-documents.js';

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);
/** What of a parameter of v2 is the schema of one of v3. */
const schemaFields = [
  ...['type', 'format', 'items', 'default', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength'],
  ...['minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'enum', 'multipleOf'],
];
const referenceOf = (text: string) => text.replace(/^#\/definitions\//, '#/components/schemas/');

export function swaggerToV3({ paths, definitions, info = { title: '', version: '' } }: Swagger): Fields {
  return {
    openapi: '3.0.0',
    info,
    paths: mapped(paths, pathItem),
    components: { schemas: mapped(definitions, schema) },
  };
}

const mapped = (values: Fields, as: (value: Fields) => unknown): Fields =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (isFields(value) ? [[key, as(value)]] : [])));

function schema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schema);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      key === '$ref' && typeof child === 'string' ? referenceOf(child) : schema(child),
    ]),
  );
}

const pathItem = (item: Fields): Fields =>
  Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (key === 'parameters' && Array.isArray(value)) return [key, value.filter(isFields).map(parameter)];
      return [key, methods.has(key) && isFields(value) ? operation(value) : value];
    }),
  );

function operation({ consumes, produces, parameters, responses, schemes: _schemes, ...rest }: Fields): Fields {
  const all = Array.isArray(parameters) ? parameters.filter(isFields) : [];
  const body = all.find((each) => each['in'] === 'body');
  const others = all.filter((each) => each !== body);
  return {
    ...rest,
    ...(others.length === 0 ? {} : { parameters: others.map(parameter) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            ...(body['description'] === undefined ? {} : { description: body['description'] }),
            ...(body['required'] === undefined ? {} : { required: body['required'] }),
            content: contentOf(consumes, body['schema']),
          },
        }),
    ...(isFields(responses) ? { responses: mapped(responses, (response) => answer(response, produces)) } : {}),
  };
}

function answer({ schema: body, ...rest }: Fields, produces: unknown): Fields {
  return body === undefined ? rest : { ...rest, content: contentOf(produces, body) };
}

const contentOf = (types: unknown, body: unknown): Fields =>
  Object.fromEntries(
    (Array.isArray(types) && types.length > 0 ? types : ['*/*']).map((type) => [type, { schema: schema(body) }]),
  );

function parameter(value: Fields): Fields {
  if (typeof value['$ref'] === 'string') return { $ref: value['$ref'] };
  const isOfSchema = (key: string) => schemaFields.includes(key);
  const entries = Object.entries(value);
  const fields = entries.filter(([key]) => isOfSchema(key));
  const rest = entries.filter(([key]) => !isOfSchema(key) && key !== 'collectionFormat' && key !== 'schema');
  return { ...Object.fromEntries(rest), schema: schema(value['schema'] ?? Object.fromEntries(fields)) };
}
