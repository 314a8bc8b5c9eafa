/** What kube-apiserver answers about custom resources, request by request (`tools/kube-apiserver/compare.ts` asks it again). */
import { describe, expect, it } from '@jest/globals';
import { requester } from '../http/requests.fixture.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = { 'content-type': 'application/merge-patch+json' };
const version = (name: string, properties: object, more: object = {}) => ({
  ...{ name, served: true, storage: name === 'v1' },
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
  ...more,
});
const text = { type: 'string' };

async function served(versions: readonly object[], scope = 'Namespaced') {
  const asking = await requester();
  const { status, json } = await asking.send('POST', definitions, {
    metadata: { name: 'words.example.com' },
    spec: { group: 'example.com', scope, names: { plural: 'words', kind: 'Word' }, versions },
  });
  expect([status, json.status.storedVersions]).toEqual([201, ['v1']]);
  return asking;
}

const at = (apiVersion: string) => `/apis/example.com/${apiVersion}/namespaces/default/words`;
const word = (spec: unknown, apiVersion = 'v1') => ({
  ...{ apiVersion: `example.com/${apiVersion}`, kind: 'Word', metadata: { name: 'a' } },
  spec,
});

const template = {
  ...{ type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
};
const one = { type: 'object', properties: { a: text, b: text }, oneOf: [{ required: ['a'] }, { required: ['b'] }] };
const pod = { apiVersion: 'v1', kind: 'Pod' };

it.each<readonly [spec: object, status: number, told: unknown]>([
  [{ int: 3_000_000_000 }, 201, undefined],
  [{ date: 'x' }, 422, [['spec.date', 'Invalid value: "x": spec.date in body must be of type date: "x"']]],
  [{ email: 'x' }, 422, [['spec.email', 'Invalid value: "x": spec.email in body must be of type email: "x"']]],
  [{ date: '2026-01-02', email: 'a@example.com' }, 201, undefined],
  [{ template: { apiVersion: 'v1' } }, 422, [['spec.template.kind', 'Required value: must not be empty']]],
  [
    { template: { ...pod, metadata: { labels: { 'a b': 'c' } } } },
    422,
    [['spec.template.metadata.labels', expect.stringMatching(/^Invalid value: "a b"/)]],
  ],
  [
    { one: { a: 'x', b: 'y' } },
    422,
    [
      [
        '<nil>',
        'Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
  ],
  [
    { one: {} },
    422,
    [
      ['<nil>', expect.anything()],
      ['spec.one.a', 'Required value'],
    ],
  ],
])('of %j', async (spec, status, told) => {
  const properties = {
    int: { type: 'integer', format: 'int32' },
    ...{ date: { ...text, format: 'date' }, email: { ...text, format: 'email' } },
    ...{ template, one },
  };
  const { send } = await served([version('v1', properties)]);
  const answer = await send('POST', at('v1'), word(spec));
  const causes = answer.json.details?.causes.map(({ field, message }: Record<string, string>) => [field, message]);
  expect([answer.status, causes]).toEqual([status, told]);
});

it('the metadata of an object within is that of an object', async () => {
  const { send } = await served([version('v1', { template })]);
  const spec = { template: { ...pod, metadata: { name: 'x', nope: 1 }, spec: { any: 1 } } };
  const strict = await send('POST', `${at('v1')}?fieldValidation=Strict`, word(spec));
  expect([strict.status, strict.json.message]).toEqual([
    400,
    expect.stringContaining('unknown field "spec.template.metadata.nope"'),
  ]);
  const { json, headers } = await send('POST', at('v1'), word(spec));
  expect(headers['warning']).toEqual(['299 - "unknown field \\"spec.template.metadata.nope\\""']);
  expect(json.spec.template).toEqual({ ...pod, metadata: { name: 'x' }, spec: { any: 1 } });
});

it('what is stored is what the stored version knows, and its watchers are warned of an old one', async () => {
  const { send } = await served([
    version('v1', { a: text }, { deprecated: true }),
    version('v2', { a: text, b: text }),
  ]);
  const { json } = await send('POST', at('v2'), word({ a: '1', b: '2' }, 'v2'));
  expect([json.apiVersion, json.spec]).toEqual(['example.com/v2', { a: '1' }]);
  expect((await send('GET', `${at('v1')}/a`)).headers['warning']).toHaveLength(1);
  const { headers } = await send('GET', `${at('v1')}?watch=true&timeoutSeconds=1`);
  expect(headers['warning']).toEqual(['299 - "example.com/v1 Word is deprecated"']);
  const other = {
    spec: {
      versions: [
        version('v1', { a: text }, { storage: false }),
        version('v2', { a: text, b: text }, { storage: true }),
      ],
    },
  };
  const changed = await send('PATCH', `${definitions}/words.example.com`, other, merge);
  expect(changed.json.status.storedVersions).toEqual(['v1', 'v2']);
});

it('where they are not, there is nothing', async () => {
  const { send, get } = await served([version('v1', {})], 'Cluster');
  const elsewhere = await get(`${at('v1')}/a`);
  expect([elsewhere.status, elsewhere.text]).toEqual([404, '404 page not found\n']);
  const placed = { ...word({}), metadata: { name: 'a', namespace: 'default' } };
  const made = await send('POST', '/apis/example.com/v1/words', placed);
  expect([made.status, made.json.metadata.namespace]).toEqual([201, undefined]);
  expect((await get('/apis/example.com/v1/words/a/status')).json).toMatchObject({
    message: 'words.example.com "a" not found',
    details: { name: 'a', group: 'example.com', kind: 'words' },
  });
  const sentence = { ...word({}), kind: 'Sentence' };
  expect((await send('POST', '/apis/example.com/v1/words', sentence)).json.message).toBe(
    'Sentence.example.com "a" is invalid: kind: Invalid value: "Sentence": must be Word',
  );
});

it('a scale below zero is told of where the definition has the replicas', async () => {
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
  const { send } = await served([version('v1', { size: { type: 'integer' } }, { subresources: { scale } })]);
  await send('POST', at('v1'), word({ size: 1 }));
  const { status, json } = await send('PATCH', `${at('v1')}/a/scale`, { spec: { replicas: -1 } }, merge);
  expect([status, json.message]).toEqual([
    422,
    'Word.example.com "a" is invalid: .spec.size: Invalid value: -1: should be a non-negative integer',
  ]);
});

describe('what is to be the numbers of a scale', () => {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } };
  const scale = {
    ...{ specReplicasPath: '.spec.size', statusReplicasPath: '.status.size', labelSelectorPath: '.status.of' },
  };
  it.each<readonly [spec: unknown, causes: readonly string[]]>([
    [{ size: 1 }, []],
    [{}, []],
    [{ size: -1 }, ['.spec.size: Invalid value: -1: should be a non-negative integer']],
    [{ size: 2_147_483_648 }, ['.spec.size: Invalid value: 2147483648: should be less than or equal to 2147483647']],
    [
      { size: '1' },
      ['.spec.size: Invalid value: 0: .spec.size accessor error: 1 is of the type string, expected int64'],
    ],
    [
      { size: { b: [1, null], a: true } },
      [
        '.spec.size: Invalid value: 0: .spec.size accessor error: map[a:true b:[1 <nil>]] is of the type map[string]interface {}, expected int64',
      ],
    ],
    [
      [],
      [
        'spec: Invalid value: "array": spec in body must be of type object: "array"',
        '.spec.size: Invalid value: 0: .spec.size accessor error: [] is of the type []interface {}, expected map[string]interface{}',
      ],
    ],
  ])('%j', async (spec, causes) => {
    const { send } = await served([version('v1', {}, { schema, subresources: { scale } })]);
    const { json } = await send('POST', at('v1'), { ...word({}), spec });
    const told = (json.details?.causes ?? []) as readonly { readonly field: string; readonly message: string }[];
    expect(told.map(({ field, message }) => `${field}: ${message}`)).toEqual(causes);
  });

  it('is judged in a status, too', async () => {
    const { send } = await served([version('v1', {}, { schema, subresources: { scale, status: {} } })]);
    await send('POST', at('v1'), word({}));
    const { json } = await send('PATCH', `${at('v1')}/a/status`, { status: { size: 1.5, of: 7 } }, merge);
    expect(json.details.causes.map(({ message }: { readonly message: string }) => message)).toEqual([
      'Invalid value: 0: .status.size accessor error: 1.5 is of the type float64, expected int64',
      'Invalid value: "": .status.of accessor error: 7 is of the type int64, expected string',
    ]);
  });
});

describe('a status that is written by itself', () => {
  const status = { type: 'object', properties: { size: { type: 'integer', maximum: 10 } } };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' }, status } } };
  it.each<readonly [body: object, status: number, message: unknown]>([
    [{ status: { size: 'x' } }, 422, 'Invalid value: "string": size in body must be of type integer: "string"'],
    [{ status: 7 }, 422, 'Invalid value: "integer":  in body must be of type object: "integer"'],
    [{ status: { size: 11 } }, 422, 'Invalid value: 11: size in body should be less than or equal to 10'],
    [{ spec: 7, status: { size: 1 } }, 200, undefined],
  ])('%j', async (body, code, message) => {
    const { send } = await served([version('v1', {}, { schema, subresources: { status: {} } })]);
    await send('POST', at('v1'), word({}));
    const { status: answered, json } = await send('PATCH', `${at('v1')}/a/status`, body, merge);
    expect([answered, json.details?.causes?.[0].message]).toEqual([code, message]);
    if (code === 200) expect([json.spec, json.status]).toEqual([{}, { size: 1 }]);
  });
});
