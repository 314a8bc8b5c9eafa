/**
 * The schema of a custom kind as documents of OpenAPI v2 tell it (apiextensions-apiserver `pkg/controller/openapi/v2`): what v2
 * lacks is left out, what kubectl's reader of v2 cannot take beside it, and defaults. Pure.
 */
import { isFields } from '@pintle/machinery';

type Json = Readonly<Record<string, unknown>>;

const preserving = 'x-kubernetes-preserve-unknown-fields';
/** What the kind as a whole is told by, where nothing can be told of its fields. */
const ofKinds = ['x-kubernetes-group-version-kind', 'x-kubernetes-selectable-fields'];

export function customInV2(schema: Json): Json {
  if (schema[preserving] !== true) return older(schema);
  const kept = ofKinds.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]]));
  return { type: 'object', ...Object.fromEntries(kept) };
}

function older(schema: Json): Json {
  const { allOf, anyOf: _any, oneOf: _one, not: _not, nullable, default: _filled, ...rest } = schema;
  const { $ref, type, items, properties, additionalProperties, required, ...about } = rest;
  const pointed = $ref ?? (Array.isArray(allOf) ? (allOf[0] as Json | undefined)?.['$ref'] : undefined);
  if (typeof pointed === 'string')
    return { ...about, $ref: pointed.replace('#/components/schemas/', '#/definitions/') };
  const hidesParts = nullable === true || schema[preserving] === true;
  const [shownItems, shownProperties] = hidesParts
    ? []
    : [items, properties as Readonly<Record<string, Json>> | undefined];
  const hidesType =
    nullable === true || (type === 'array' && shownItems === undefined) || (type === 'object' && hidesParts);
  const needed = neededOf(schema, shownProperties);
  return {
    ...about,
    ...(type === undefined || hidesType ? {} : { type }),
    ...(needed.length === 0 ? {} : { required: needed }),
    ...(shownItems === undefined ? {} : { items: older(shownItems as Json) }),
    ...(shownProperties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(shownProperties).map(([name, each]) => [name, older(each)])),
        }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: isFields(additionalProperties) ? older(additionalProperties) : additionalProperties }),
  };
}

/** What may be null, v2 cannot ask for; nor for the kind of an embedded object whose fields it does not tell. */
function neededOf(schema: Json, properties: Readonly<Record<string, Json>> = {}): readonly string[] {
  const { required = [], additionalProperties } = schema as { readonly required?: readonly string[] } & Json;
  if (isFields(additionalProperties) && additionalProperties['nullable'] === true) return [];
  const isHidden = schema[preserving] === true && schema['x-kubernetes-embedded-resource'] === true;
  return required.filter(
    (name) => properties[name]?.['nullable'] !== true && !(isHidden && (name === 'apiVersion' || name === 'kind')),
  );
}
