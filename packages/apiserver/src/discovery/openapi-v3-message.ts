/**
 * A document of OpenAPI v3 in the protobuf form of gnostic, which client-go asks for first. Field numbers are those of
 * gnostic's `OpenAPIv3.proto`. What the message has no place for is left out: callbacks, links, servers, encodings.
 */
import { isNumber } from '@pintle/machinery';
import { anything, Message, named } from './gnostic-message.js';

type Json = Readonly<Record<string, unknown>>;
type Write = (message: Message, number: number, value: unknown) => void;

/** The fields of a message, by their names in JSON, and where those go that begin with `x-`. */
interface Fields {
  readonly fields: Readonly<Record<string, readonly [number: number, write: Write]>>;
  readonly extensions?: number;
}

export const openApiV3Media = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';

/** `document` as it is served in JSON. */
export const openApiV3Message = (document: Json): Uint8Array => structOf(document, documentFields).finish();

function structOf(value: Json, { fields, extensions }: Fields): Message {
  const message = new Message();
  for (const [name, [number, write]] of Object.entries(fields))
    if (value[name] !== undefined) write(message, number, value[name]);
  if (extensions === undefined) return message;
  for (const name of Object.keys(value).sort())
    if (name.startsWith('x-')) message.message(extensions, named(name, anything(value[name])));
  return message;
}

const text: Write = (message, number, value) => message.string(number, value);
const flag: Write = (message, number, value) => message.flag(number, value);
const whole: Write = (message, number, value) => message.integer(number, value as number);
const double: Write = (message, number, value) => message.double(number, value as number);
const yaml: Write = (message, number, value) => message.message(number, anything(value));
const struct =
  (fields: () => Fields): Write =>
  (message, number, value) =>
    message.message(number, structOf(value as Json, fields()));
const each =
  (write: Write): Write =>
  (message, number, values) => {
    for (const value of values as readonly unknown[]) write(message, number, value);
  };
/** A value, or a reference to one. */
const orReference =
  (write: Write): Write =>
  (message, number, value) => {
    const inner = new Message();
    const { $ref } = value as Json;
    if ($ref === undefined) write(inner, 1, value);
    else inner.message(2, new Message().string(1, $ref));
    message.message(number, inner);
  };
const entryOf = (name: string, write: Write, value: unknown) => {
  const entry = new Message().string(1, name);
  write(entry, 2, value);
  return entry;
};
/** Values by their names, in a message of their own. */
const byName =
  (write: Write): Write =>
  (message, number, values) => {
    const all = new Message();
    for (const [name, value] of Object.entries(values as Json).sort(([a], [b]) => (a < b ? -1 : 1)))
      all.message(1, entryOf(name, write, value));
    message.message(number, all);
  };

const schema: Write = orReference(struct(() => schemaFields));

const additional: Write = (message, number, value) => {
  const inner = new Message();
  if (typeof value === 'boolean') inner.integer(2, Number(value));
  else schema(inner, 1, value);
  message.message(number, inner);
};

/** An object or a list has no place there. */
const defaultOf: Write = (message, number, value) => {
  const inner = new Message();
  if (isNumber(value)) inner.double(1, Number(value));
  else if (typeof value === 'boolean') inner.integer(2, Number(value));
  else if (typeof value === 'string') inner.string(3, value);
  message.message(number, inner);
};

const items: Write = (message, number, value) => {
  const inner = new Message();
  schema(inner, 1, value);
  message.message(number, inner);
};

const schemaFields: Fields = {
  fields: {
    nullable: [1, flag],
    externalDocs: [6, struct(() => ({ fields: { description: [1, text], url: [2, text] } }))],
    example: [7, yaml],
    title: [9, text],
    multipleOf: [10, double],
    maximum: [11, double],
    exclusiveMaximum: [12, flag],
    minimum: [13, double],
    exclusiveMinimum: [14, flag],
    maxLength: [15, whole],
    minLength: [16, whole],
    pattern: [17, text],
    maxItems: [18, whole],
    minItems: [19, whole],
    uniqueItems: [20, flag],
    maxProperties: [21, whole],
    minProperties: [22, whole],
    required: [23, each(text)],
    enum: [24, each(yaml)],
    type: [25, text],
    allOf: [26, each(schema)],
    oneOf: [27, each(schema)],
    anyOf: [28, each(schema)],
    not: [29, struct(() => schemaFields)],
    items: [30, items],
    properties: [31, byName(schema)],
    additionalProperties: [32, additional],
    default: [33, defaultOf],
    description: [34, text],
    format: [35, text],
  },
  extensions: 36,
};

const content = byName(struct(() => ({ fields: { schema: [1, schema] } })));

const parameters = each(
  orReference(
    struct(() => ({
      fields: { name: [1, text], in: [2, text], description: [3, text], required: [4, flag], schema: [10, schema] },
    })),
  ),
);

const body = orReference(
  struct(() => ({ fields: { description: [1, text], content: [2, content], required: [3, flag] } })),
);

const response = orReference(struct(() => ({ fields: { description: [1, text], content: [3, content] } })));

const responses: Write = (message, number, value) => {
  const all = new Message();
  for (const [code, each] of Object.entries(value as Json)) {
    if (code === 'default') response(all, 1, each);
    else all.message(2, entryOf(code, response, each));
  }
  message.message(number, all);
};

const operation = struct(() => ({
  fields: {
    tags: [1, each(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    parameters: [6, parameters],
    requestBody: [7, body],
    responses: [8, responses],
    deprecated: [10, flag],
  },
  extensions: 13,
}));

const pathItem = struct(() => ({
  fields: {
    summary: [2, text],
    description: [3, text],
    get: [4, operation],
    put: [5, operation],
    post: [6, operation],
    delete: [7, operation],
    options: [8, operation],
    head: [9, operation],
    patch: [10, operation],
    parameters: [13, parameters],
  },
  extensions: 14,
}));

const securityScheme = struct(() => ({
  fields: { type: [1, text], description: [2, text], name: [3, text], in: [4, text], scheme: [5, text] },
}));

const documentFields: Fields = {
  fields: {
    openapi: [1, text],
    info: [2, struct(() => ({ fields: { title: [1, text], description: [2, text], version: [6, text] } }))],
    paths: [4, byName(pathItem)],
    components: [
      5,
      struct(() => ({
        fields: { schemas: [1, byName(schema)], securitySchemes: [7, byName(orReference(securityScheme))] },
      })),
    ],
  },
  extensions: 9,
};
