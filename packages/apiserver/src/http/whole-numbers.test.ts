/** Whole numbers of 64 bits keep their last digit on every way through the API server, as Go's do. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, createApiServer } from '../server.js';
import { ask } from './asking.fixture.js';

const [nanos, most] = ['1732867200123456789', '9223372036854775807'];
const stamps = '/apis/example.com/v1/namespaces/default/stamps';

let server: ApiServer;
beforeAll(async () => {
  server = await createApiServer({ disableAdmissionPlugins: ['ServiceAccount'] });
  const nano = { type: 'integer', format: 'int64' };
  const spec = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: {
      nanos: { ...nano, 'x-kubernetes-validations': [{ rule: `self != ${nanos} + 1` }] },
      chosen: { ...nano, enum: ['NANOS', 1] },
      filled: { ...nano, default: 'NANOS' },
      set: { type: 'array', items: nano, 'x-kubernetes-list-type': 'set' },
      short: { type: 'integer', format: 'int32' },
      bounded: { type: 'integer', maximum: 10 },
      even: { type: 'integer', multipleOf: 2 },
      ratio: { type: 'number' },
      text: { type: 'string' },
    },
  };
  const columns = [{ name: 'Nanos', type: 'integer', jsonPath: '.spec.nanos' }];
  const definition = {
    metadata: { name: 'stamps.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'stamps', kind: 'Stamp' } },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true, additionalPrinterColumns: columns },
          selectableFields: [{ jsonPath: '.spec.nanos' }],
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  };
  const made = await send(
    'POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    JSON.stringify(definition).replaceAll('"NANOS"', nanos),
  );
  expect(made.status).toBe(201);
});

const send = (line: string, body?: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(server.handle, line, { headers, ...(body === undefined ? {} : { body }) });
const stamp = (name: string, spec: string) =>
  `{"apiVersion":"example.com/v1","kind":"Stamp","metadata":{"name":"${name}"},"spec":${spec}}`;

it('what is written is read, listed, selected, watched, tabulated and shown as YAML', async () => {
  // Twice, as bodies that are alike are read by comparison.
  for (const name of ['read', 'read-too']) {
    const made = await send(`POST ${stamps}`, stamp(name, `{"nanos":${nanos},"any":{"deep":[-${most}]}}`));
    expect([made.status, made.text]).toEqual([201, expect.stringContaining(`"deep":[-${most}]`)]);
  }
  for (const way of [
    `${stamps}/read`,
    `${stamps}/read?pretty=1`,
    `${stamps}?fieldSelector=metadata.name%3Dread,spec.nanos%3D${nanos}`,
    `${stamps}?watch=1&resourceVersion=0&timeoutSeconds=1&fieldSelector=metadata.name%3Dread`,
  ]) {
    const { text } = await send(`GET ${way}`);
    const found = text.replaceAll(' ', '').match(/"(?:nanos|filled)":\d+/g);
    expect([way, found?.sort()]).toEqual([way, [`"filled":${nanos}`, `"nanos":${nanos}`]]);
  }
  const table = await send(`GET ${stamps}`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  expect(table.text).toContain(`"cells":["read",${nanos}]`);
  const yaml = await send(`GET ${stamps}/read`, undefined, { accept: 'application/yaml' });
  expect(yaml.text).toContain(`  nanos: ${nanos}\n`);
});

it.each([
  ['application/merge-patch+json', `{"spec":{"nanos":${nanos}}}`],
  [
    'application/json-patch+json',
    `[{"op":"add","path":"/spec/nanos","value":${nanos}},{"op":"test","path":"/spec/nanos","value":${nanos}}]`,
  ],
  [
    'application/apply-patch+yaml',
    `apiVersion: example.com/v1\nkind: Stamp\nmetadata: {name: patched}\nspec: {nanos: ${nanos}, set: [${nanos}, -${most}]}\n`,
  ],
])('a patch of %s changes to it', async (type, patch) => {
  await send(`DELETE ${stamps}/patched`);
  await send(`POST ${stamps}`, stamp('patched', '{"small":1}'));
  const { status, text } = await send(`PATCH ${stamps}/patched?fieldManager=a`, patch, {
    'content-type': type,
  });
  expect([status, text]).toEqual([200, expect.stringContaining(`"nanos":${nanos}`)]);
});

it('names the items of a set that are whole numbers', async () => {
  const { text } = await send(`GET ${stamps}/patched`);
  expect(text).toContain(`"f:set":{"v:-${most}":{},"v:${nanos}":{}}`);
});

it.each([
  ['as one of those allowed', `{"chosen":${nanos}}`, undefined],
  [
    'not as one nearby',
    '{"chosen":1732867200123456788}',
    `Unsupported value: 1732867200123456788: supported values: "${nanos}", "1"`,
  ],
  ['in a rule', '{"nanos":1732867200123456790}', `failed rule: self != ${nanos} + 1`],
  [
    'against a bound',
    `{"bounded":${nanos}}`,
    `Invalid value: ${nanos}: spec.bounded in body should be less than or equal to 10`,
  ],
  ['as a multiple', `{"even":${nanos}}`, `Invalid value: ${nanos}: spec.even in body should be a multiple of 2`],
  ['where it may be a fraction', `{"ratio":${nanos}}`, undefined],
  ['as a text', `{"text":${nanos}}`, 'Invalid value: "integer": spec.text in body must be of type string: "integer"'],
  ['twice in a set', `{"set":[${nanos},${nanos}]}`, `spec.set[1]: Duplicate value: ${nanos}`],
  ['twice nearly', `{"set":[${nanos},1732867200123456788]}`, undefined],
])('is judged %s', async (_how, spec, message) => {
  const { status, json } = await send(`POST ${stamps}?dryRun=All`, stamp('judged', spec));
  expect([status, json.message]).toEqual(
    message === undefined ? [201, undefined] : [422, expect.stringContaining(message)],
  );
});

const pods = '/api/v1/namespaces/default/pods';
const pod = (seconds: string) =>
  `{"metadata":{"name":"long"},"spec":{"containers":[{"name":"a","image":"b"}],"tolerations":[{"operator":"Exists","effect":"NoExecute","tolerationSeconds":${seconds}}]}}`;

describe('of built-in kinds', () => {
  it('is kept, in JSON and in protobuf', async () => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const { bytes } = await send(`POST ${pods}?dryRun=All`, pod(most), { accept: protobuf });
    const made = await ask(server.handle, `POST ${pods}`, { headers: { 'content-type': protobuf }, body: bytes });
    expect([made.status, made.text]).toEqual([201, expect.stringContaining(`"tolerationSeconds":${most}`)]);
  });

  it('is changed by a strategic patch', async () => {
    const { text } = await send(`PATCH ${pods}/long`, `{"metadata":{"annotations":{"a":"b"}}}`, {
      'content-type': 'application/strategic-merge-patch+json',
    });
    expect(text).toContain(`"tolerationSeconds":${most}`);
  });

  it.each([most, '9007199254740993', '8640000000000'])('ends a pod, as its grace of %s seconds', async (seconds) => {
    const long = `{"metadata":{"name":"grace"},"spec":{"nodeName":"n","terminationGracePeriodSeconds":${seconds},"containers":[{"name":"a","image":"b"}]}}`;
    expect((await send(`POST ${pods}`, long)).status).toBe(201);
    const { status, text } = await send(`DELETE ${pods}/grace`);
    expect([status, text]).toEqual([200, expect.stringContaining(`"deletionGracePeriodSeconds":${seconds}`)]);
    const options = `{"gracePeriodSeconds":${BigInt(seconds) - 1n}}`;
    expect((await send(`DELETE ${pods}/grace`, options)).text).toContain(`"deletionGracePeriodSeconds":`);
    expect((await send(`DELETE ${pods}/grace?gracePeriodSeconds=0`)).status).toBe(200);
  });

  it('is refused beyond 64 bits', async () => {
    const { status, json } = await send(`POST ${pods}`, pod('9223372036854775808'));
    expect([status, json.message]).toEqual([400, expect.stringContaining('of type int64')]);
  });
});
