/** Bodies of custom objects that are none, as kube-apiserver refuses them (`tools/kube-apiserver/fuzz.ts --areas custom`). */
import { expect, it } from '@jest/globals';
import { requester } from '../http/requests.fixture.js';
import { serverOfThings, things } from './things.fixture.js';

const server = () => serverOfThings();
const thing = (more: object) => ({ apiVersion: 'example.com/v1', kind: 'Thing', ...more });
const unchecked =
  '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

it.each<readonly [line: string, body: object, status: number, message: unknown]>([
  [
    `POST ${things}`,
    { metadata: { name: 'x' } },
    400,
    `the object provided is unrecognized (must be of type Thing): Object 'Kind' is missing in '{"metadata":{"name":"x"}}' ({"metadata":{"name":"x"}})`,
  ],
  [
    `POST ${things}`,
    { kind: 'Thing', metadata: { name: 'x' } },
    400,
    'the API version in the data () does not match the expected API version (example.com/v1)',
  ],
  [
    `POST ${things}?fieldValidation=Strict`,
    { kind: 'Thing', metadata: { NAME: 'x' } },
    400,
    "Object 'apiVersion' is missing in 'object has no apiVersion field'",
  ],
  [
    `POST ${things}`,
    thing({ spec: { size: 1 } }),
    422,
    `Thing.example.com "" is invalid: [metadata.name: Required value: name or generateName is required, ${unchecked}]`,
  ],
  [
    `POST ${things}`,
    thing({ metadata: { name: 'x' }, spec: { count: 'x' } }),
    422,
    expect.stringMatching(/spec\.count in body must be of type integer: "string", spec\.size: Required value, <nil>/),
  ],
  [`PUT ${things}/x`, thing({ metadata: { name: 'x' }, spec: 7 }), 404, 'things.example.com "x" not found'],
  [
    `PUT ${things}/x`,
    thing({ spec: 7 }),
    400,
    'the name of the object (x based on URL) was undeterminable: name must be provided',
  ],
])('%s with %j', async (line, body, status, message) => {
  const { send } = await server();
  const [method = '', path = ''] = line.split(' ');
  const { json } = await send(method, path, body);
  expect([json.code, json.message]).toEqual([status, message]);
});

it('what others had is not told of an object that does not fit', async () => {
  const { send } = await server();
  await send('POST', things, thing({ metadata: { name: 'x' }, spec: { size: 1, ratio: 0.3 } }));
  const { json } = await send('POST', things, thing({ metadata: { name: 'y' }, spec: { size: 1, count: 'x' } }));
  expect(json.message).toBe(
    `Thing.example.com "y" is invalid: [spec.count: Invalid value: "string": spec.count in body must be of type integer: "string", ${unchecked}]`,
  );
});

it('scales of custom objects are not patched strategically', async () => {
  const { send } = await server();
  await send('POST', things, thing({ metadata: { name: 'x' }, spec: { size: 1 } }));
  const type = { 'content-type': 'application/strategic-merge-patch+json' };
  expect((await send('PATCH', `${things}/x/scale`, { spec: { replicas: 3 } }, type)).status).toBe(415);
});

const definition = (schema: object) => ({
  metadata: { name: 'odds.example.com' },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'odds', kind: 'Odd' } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...schema } } }],
  },
});
const unread = (words: string) =>
  `CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: ${words}`;
const schemaAt = 'JSONSchemaProps.spec.versions.schema.openAPIV3Schema';

it.each<readonly [schema: object, status: number, message: unknown]>([
  [{ additionalProperties: 7 }, 400, unread('boolean or JSON schema expected')],
  [{ not: { additionalItems: 'x' } }, 400, unread('boolean or JSON schema expected')],
  [
    { additionalProperties: { maximum: 'x' } },
    400,
    unread(`json: cannot unmarshal string into Go struct field ${schemaAt}.additionalProperties of type float64`),
  ],
  [
    { properties: { a: { items: { properties: { b: { not: { type: 7 } } } } } } },
    400,
    unread(`json: cannot unmarshal number into Go struct field ${schemaAt}.properties.items of type string`),
  ],
  [
    { dependencies: { a: [7] } },
    400,
    unread(`json: cannot unmarshal number into Go struct field ${schemaAt}.dependencies of type string`),
  ],
  [{ dependencies: {} }, 422, expect.stringContaining('dependencies is not supported')],
  [{ additionalItems: {} }, 422, expect.stringContaining('additionalItems is not supported')],
  [{ properties: { a: { type: 'object', additionalProperties: { type: 'string', other: 1 } } } }, 201, undefined],
])('a definition whose schema has %j', async (schema, status, message) => {
  const { send } = await requester();
  const { json, ...answer } = await send(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    definition(schema),
  );
  expect([answer.status, json.message, answer.headers['warning']]).toEqual([status, message, undefined]);
});
