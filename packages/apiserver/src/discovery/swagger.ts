/** OpenAPI v2 in JSON, for tools that read no v3: the same operations and schemas, in the older notation. Pure. */
import { customInV2 } from './custom-in-v2.js';
import { type ApiDescription, codeWords, openApiVersion, pathsOf } from './description.js';
import type { Parameter } from './parameters.js';

type Json = Readonly<Record<string, unknown>>;

export interface SwaggerDocument {
  readonly swagger: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Json>>;
  readonly definitions: Readonly<Record<string, Json>>;
}

export function swaggerOf(description: ApiDescription): SwaggerDocument {
  const { title, schemas } = description;
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, parameters, operations } of pathsOf(description)) {
    const item: Record<string, unknown> = {};
    for (const { method, action, id, tag, kind, own, body, response, mediaTypes, codes, ...about } of operations) {
      const schema = response === undefined ? { type: 'string' } : reference(response);
      const all = [
        ...own.map(parameterOf),
        ...(body === undefined
          ? []
          : [
              {
                ...{ name: 'body', in: 'body', schema: reference(body.schema) },
                ...(body.required ? { required: true } : {}),
              },
            ]),
      ];
      item[method] = {
        ...{ tags: [tag], description: about.description, operationId: id },
        ...{ consumes: body?.mediaTypes ?? ['*/*'], produces: mediaTypes },
        ...(all.length === 0 ? {} : { parameters: all }),
        responses: {
          ...Object.fromEntries(codes.map((code) => [code, { description: codeWords[code], schema }])),
          401: { description: codeWords[401] },
        },
        schemes: ['https'],
        ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
        ...(kind === undefined ? {} : { 'x-kubernetes-group-version-kind': kind }),
      };
    }
    paths[path] = { ...item, ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterOf) }) };
  }
  const definitions = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, toldInV2(name, schema as Json)]),
  );
  return { swagger: '2.0', info: { title, version: openApiVersion }, paths, definitions };
}

const reference = (name: string) => ({ $ref: `#/definitions/${name}` });

const parameterOf = (parameter: Parameter) => ({
  ...parameter,
  ...(parameter.in === 'path' ? { required: true } : {}),
  uniqueItems: true,
});

/** A schema of v3 as v2 tells it, without defaults. */
export const toldInV2 = (name: string, schema: Json): Json =>
  name.startsWith('io.k8s.') ? older(withoutDefaults(schema) as Json) : customInV2(schema);

function withoutDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDefaults);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { default: value, ...rest } = schema as Json;
  // A field may have that name.
  const isField = typeof value === 'object' && value !== null && 'type' in value;
  return Object.fromEntries(
    Object.entries(isField ? { ...rest, default: value } : rest).map(([key, each]) => [key, withoutDefaults(each)]),
  );
}

/** What v2 lacks is told as upstream tells it: no alternatives, no null, no fields beside unknown ones. */
function older(schema: Json): Json {
  const { $ref, allOf, anyOf, oneOf, not: _not, nullable, items, properties, additionalProperties, ...rest } = schema;
  const pointed = $ref ?? (allOf as readonly Json[] | undefined)?.[0]?.['$ref'];
  if (typeof pointed === 'string') return { ...rest, $ref: pointed.replace('#/components/schemas/', '#/definitions/') };
  if (rest['x-kubernetes-int-or-string'] === true) return { ...rest, type: 'string', format: 'int-or-string' };
  if ((anyOf ?? oneOf) !== undefined && rest['type'] === undefined) return { ...rest, type: 'string' };
  const { type, required, ...open } = rest;
  if (nullable === true) return open;
  if (rest['x-kubernetes-preserve-unknown-fields'] === true)
    return type === 'object' || type === 'array' || type === undefined ? open : { ...open, type };
  return {
    ...rest,
    ...(items === undefined ? {} : { items: older(items as Json) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties as Json).map(([name, property]) => [name, older(property as Json)]),
          ),
        }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object' ? older(additionalProperties as Json) : additionalProperties,
        }),
  };
}
