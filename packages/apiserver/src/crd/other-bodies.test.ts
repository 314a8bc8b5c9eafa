/**
 * Custom objects that say to be of another kind or version, or are not of their schema where that does not count: how they are
 * refused, and who owns their fields after it, as kube-apiserver has it (`tools/kube-apiserver/fuzz.ts --areas custom`).
 */
import { describe, expect, it } from '@jest/globals';
import { serverOfThings, things, thingsIn } from './things.fixture.js';

const at = thingsIn;
const server = () => serverOfThings(thing({ metadata: { name: 'x' } }));
const thing = (more: object) => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'y' },
  spec: { size: 1 },
  ...more,
});
const types: Readonly<Record<string, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};
const other = (said: string, expected = 'example.com/v1') =>
  `the API version in the data (${said}) does not match the expected API version (${expected})`;

it.each<readonly [line: string, body: unknown, status: number | undefined, message: unknown]>([
  // Of another version: first its metadata is read, and what no schema knows.
  [`POST ${things}`, thing({ apiVersion: 'v1' }), 400, other('v1')],
  [`POST ${things}`, { kind: 'Thing', APIVERSION: 'example.com/v1', metadata: { name: 'y' } }, 400, other('')],
  [
    `POST ${things}`,
    thing({ apiVersion: 'v1', metadata: { labels: 7 } }),
    400,
    'Thing in version "v1" cannot be handled as a Thing: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type map[string]string',
  ],
  [
    `POST ${things}`,
    thing({ metadata: [] }),
    400,
    'Thing in version "v1" cannot be handled as a Thing: json: cannot unmarshal array into Go value of type v1.ObjectMeta',
  ],
  [
    `POST ${things}`,
    thing({ apiVersion: null }),
    400,
    'Thing in version "" cannot be handled as a Thing: .apiVersion accessor error: <nil> is of the type <nil>, expected string',
  ],
  [
    `POST ${things}?fieldValidation=Strict`,
    thing({ apiVersion: 'example.com/v3', metadata: { b: 1, a: 1 } }),
    400,
    'Thing in version "v3" cannot be handled as a Thing: strict decoding error: unknown field "metadata.a", unknown field "metadata.b", unknown field "spec"',
  ],
  [
    `POST ${things}?fieldValidation=Strict`,
    thing({ apiVersion: 'example.com/v2', spec: { size: 1, more: 1 } }),
    400,
    'Thing in version "v2" cannot be handled as a Thing: strict decoding error: unknown field "spec.more"',
  ],
  [
    `POST ${things}?fieldValidation=Ignore`,
    thing({ apiVersion: 'example.com/v2', kind: '' }),
    400,
    expect.stringMatching(/^Thing in version "v2" cannot be handled as a Thing: Object 'Kind' is missing in '/),
  ],
  // Of another kind: that is judged with all else.
  [
    `POST ${things}`,
    thing({ kind: 'Other', spec: { size: 1, set: ['a', 'a'], more: 1 } }),
    422,
    'Other.example.com "y" is invalid: [kind: Invalid value: "Other": must be Thing, spec.set[1]: Duplicate value: "a"]',
  ],
  [
    `POST ${things}`,
    thing({ kind: 'Other', spec: 7 }),
    422,
    'Other.example.com "y" is invalid: [kind: Invalid value: "Other": must be Thing, spec: Invalid value: "object": invalid data, expected a map for the provided schema with type=object evaluating rule: self.size > 0]',
  ],
  [
    `POST ${things}`,
    thing({ kind: 'Other', spec: { size: '1' } }),
    422,
    'Other.example.com "y" is invalid: [kind: Invalid value: "Other": must be Thing, spec: Invalid value: "object": invalid data, expected int, got string evaluating rule: self.size > 0]',
  ],
  [
    `PUT ${things}/x`,
    thing({ kind: 'Other', metadata: { name: 'x' } }),
    422,
    expect.stringMatching(
      /^things\.example\.com "x" is invalid: metadata\.resourceVersion: .*must be specified for an update$/,
    ),
  ],
  [`PUT ${things}/y`, thing({ kind: 'Other' }), 404, 'things.example.com "y" not found'],
  [
    `merge ${things}/x`,
    { kind: 'Other' },
    422,
    'Other.example.com "x" is invalid: kind: Invalid value: "Other": must be Thing',
  ],
  [
    `merge ${things}/x`,
    { kind: null },
    422,
    expect.stringMatching(/: Object 'Kind' is missing in '\{"apiVersion":"example.com\/v1"/),
  ],
  [
    `merge ${things}/x`,
    { apiVersion: 'example.com/v2' },
    422,
    'Thing.example.com "x" is invalid: apiVersion: Invalid value: "example.com/v2": must be example.com/v1',
  ],
  [
    `merge ${things}/x`,
    { spec: { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: 7 } } } } },
    422,
    expect.stringMatching(
      /spec\.pod\.metadata: Invalid value: .*: json: cannot unmarshal number into Go struct field ObjectMeta\.labels of type string$/,
    ),
  ],
  [
    `merge ${things}/x`,
    { apiVersion: 'v1', metadata: { name: 'z' } },
    400,
    'the name of the object (z) does not match the name on the URL (x)',
  ],
  [
    `merge ${at('v2')}/x`,
    { apiVersion: 'v1', kind: 'Other' },
    422,
    'Other "x" is invalid: [kind: Invalid value: "Other": must be Thing, apiVersion: Invalid value: "v1": must be example.com/v2]',
  ],
  [
    `merge ${at('v2')}/x`,
    { apiVersion: 'example.com/v1' },
    422,
    'Thing.example.com "x" is invalid: apiVersion: Invalid value: "example.com/v1": must be example.com/v2',
  ],
  // A version that there is not knows no status.
  [`merge ${things}/x/status`, { apiVersion: 'example.com/v3', status: { replicas: 'x' } }, undefined, undefined],
  // A part of what is not there, whatever it is.
  [`apply ${things}/y/status?fieldManager=me`, { kind: 'Other' }, 404, 'things.example.com "y" not found'],
  // What is applied says null, and means it.
  [
    `apply ${things}/z?fieldManager=me`,
    thing({ metadata: { name: 'z' }, spec: { size: null } }),
    422,
    expect.stringMatching(
      /^Thing\.example\.com "z" is invalid: \[spec\.size: Invalid value: "null": spec\.size in body must be of type integer: "null"/,
    ),
  ],
  [
    `apply ${things}/z?fieldManager=me`,
    thing({ metadata: { name: 'z' }, spec: { pod: { metadata: { labels: { a: 'b' }, more: 1 } } } }),
    400,
    'failed to create typed patch object (/z; example.com/v1, Kind=Thing): .spec.pod.metadata.more: field not declared in schema',
  ],
  [
    `apply ${things}/z?fieldManager=me`,
    thing({ metadata: { name: 'z', namespace: 'default' }, spec: { bytes: {}, set: [] } }),
    400,
    expect.stringMatching(/\.spec\.bytes: expected string, got/),
  ],
])('%s of %j', async (line, body, status, message) => {
  const { send } = await server();
  const [verb = '', path = ''] = line.split(' ');
  const type = types[verb];
  const { json } = await send(
    type === undefined ? verb : 'PATCH',
    path,
    body as object,
    type === undefined ? {} : { 'content-type': type },
  );
  expect([json.code, json.message]).toEqual([status, message]);
});

describe('who owns the fields', () => {
  const ownersAfter = async (path: string, body: unknown, type = 'merge') => {
    const { send, get } = await server();
    const { status } = await send('PATCH', path, body as object, { 'content-type': types[type]! });
    const { json } = await get(`${things}/x`);
    return [status, json.metadata.managedFields?.length];
  };
  it.each<readonly [path: string, body: unknown, owners: number | undefined]>([
    // What does not count has to be of its schema all the same, or nobody owns anything any more.
    [`${things}/x/status`, { spec: { size: 'x' } }, undefined],
    [`${things}/x/status`, { kind: 'Other' }, undefined],
    [`${things}/x/status`, { apiVersion: 'example.com/v3' }, undefined],
    [`${things}/x`, { spec: { bytes: [7] } }, undefined],
    [`${things}/x/status`, { apiVersion: 'example.com/v2' }, 1],
    [`${things}/x/status`, { spec: { set: ['a', 'a'] } }, 1],
    [`${at('v2')}/x/status`, { spec: { set: ['a', 'a'] } }, undefined],
  ])('after %s of %j', async (path, body, owners) => {
    expect(await ownersAfter(path, body)).toEqual([200, owners]);
  });

  it('by another version a status takes away what it does not say', async () => {
    const { send, get } = await server();
    const { json } = await get(`${at('v2')}/x`);
    await send('PUT', `${at('v2')}/x/status`, { ...json, spec: {} });
    const left = await get(`${things}/x`);
    expect([left.json.spec, left.json.metadata.managedFields[0].fieldsV1]).toEqual([{ size: 1 }, { 'f:spec': {} }]);
  });
});

it('when an object within an object was made is nobody’s to have said', async () => {
  const { send } = await server();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: {} };
  const { json } = await send('PATCH', `${things}/x`, { spec: { pod } }, { 'content-type': types['merge']! });
  const owned = json.metadata.managedFields[0].fieldsV1['f:spec']['f:pod'];
  expect(owned).toEqual({ '.': {}, 'f:apiVersion': {}, 'f:kind': {}, 'f:metadata': {} });
});

it('what is applied as null is null, and what others have is theirs', async () => {
  const { send } = await server();
  const wish = thing({ metadata: { name: 'x' }, spec: { nothing: null } });
  const { json } = await send('PATCH', `${things}/x?fieldManager=me`, wish, { 'content-type': types['apply']! });
  expect([json.spec, json.metadata.generation]).toEqual([{ size: 1, nothing: null }, 2]);
});

it('patches put nulls as the library of kube-apiserver does', async () => {
  const { send } = await server();
  const list = { spec: { free: { list: [{ a: null, b: 1 }, null] } } };
  const merged = await send('PATCH', `${things}/x`, list, { 'content-type': types['merge']! });
  expect(merged.json.spec.free).toEqual({ list: [{ b: 1 }, null] });
  const copied = await send('PATCH', `${things}/x`, [{ op: 'copy', from: '/spec/free/x', path: '/spec/free/y' }], {
    'content-type': types['json']!,
  });
  expect(copied.json.spec.free.y).toBeNull();
});

it('columns show the first of several values, and none of another type', async () => {
  const { send } = await server();
  await send('PATCH', `${things}/x`, { spec: { set: ['7', '8'] } }, { 'content-type': types['merge']! });
  const { json } = await send('GET', `${things}/x`, undefined, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  expect(json.rows[0].cells).toEqual(['x', '7', null]);
});
