/** OpenAPI v2 in JSON, for tools that read no v3: the same operations and schemas, in the older notation. Pure. */
import { type ApiDescription, openApiVersion } from './operations.js';

type Json = Readonly<Record<string, unknown>>;

export interface SwaggerDocument {
  readonly swagger: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Json>>;
  readonly definitions: Readonly<Record<string, Json>>;
}

export function swaggerOf({ title, operations, schemas }: ApiDescription): SwaggerDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, action, id, kind, parameters, body, response } of operations) {
    const item = (paths[path] ??= {});
    item[method] = {
      operationId: id,
      consumes: ['application/json', 'application/yaml'],
      produces: ['application/json', 'application/yaml'],
      parameters: [
        ...parameters.map((parameter) => ({
          ...parameter,
          ...(parameter.in === 'path' ? { required: true } : {}),
          uniqueItems: true,
        })),
        ...(body === undefined ? [] : [{ name: 'body', in: 'body', required: true, schema: reference(body) }]),
      ],
      responses: { 200: { description: 'OK', schema: reference(response) } },
      schemes: ['https'],
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': kind,
    };
  }
  const definitions = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, older(schema as Json)]),
  );
  return { swagger: '2.0', info: { title, version: openApiVersion }, paths, definitions };
}

const reference = (name: string) => ({ $ref: `#/definitions/${name}` });

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
