/** `fieldValidation`: fields that nobody knows and fields that stand twice, on every write, in JSON and in YAML. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { duplicatesInJson, keysIn } from './duplicate-keys.js';
import { requester } from './requests.fixture.js';

const path = '/apis/apps/v1/namespaces/default/deployments';
const json = `{
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
  "spec": {
    "replicas": 1, "paused": true, "paused": false, "nothing": 1,
    "selector": { "matchLabels": { "app": "web" } },
    "template": {
      "metadata": { "labels": { "app": "web" } },
      "spec": { "containers": [{ "name": "m", "image": "one", "image": "two", "unknown": "z" }] }
    }
  }
}`;
const yaml = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  paused: true
  paused: false
  nothing: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: m
        image: one
        image: two
`;
const types = {
  json: 'application/json',
  yaml: 'application/yaml',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  jsonPatch: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const inJson = [
  'duplicate field "spec.paused"',
  'unknown field "spec.nothing"',
  'duplicate field "spec.template.spec.containers[0].image"',
  'unknown field "spec.template.spec.containers[0].unknown"',
];
const lines = ['line 7: key "paused" already set in map', 'line 18: key "image" already set in map'];
const twice = ['yaml: unmarshal errors:', ...lines].join('\n  ');
const inYaml = [twice, 'unknown field "spec.nothing"'];
const strictly = (faults: readonly string[]) =>
  `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${faults.join(', ')}`;
const warned = (headers: Readonly<Record<string, unknown>>) =>
  ((headers['warning'] ?? []) as readonly string[]).map((text) => JSON.parse(text.slice('299 - '.length)) as string);

describe('fieldValidation', () => {
  it('warns of what is refused for something else', async () => {
    const { send } = await requester();
    const { status, headers } = await send(
      'POST',
      `${path}?dryRun=All`,
      json.replace('"name": "web"', '"name": "Web"'),
    );
    expect({ status, warnings: warned(headers) }).toEqual({ status: 422, warnings: inJson });
  });

  it.each([
    ['json', json, inJson, inJson],
    ['yaml', yaml, inYaml, [...lines, 'unknown field "spec.nothing"']],
  ] as const)('of a create in %s', async (type, body, faults, warnings) => {
    const { send } = await requester();
    const post = (validation: string) =>
      send('POST', `${path}?fieldValidation=${validation}&dryRun=All`, body, { 'content-type': types[type] });
    const strict = await post('Strict');
    expect([strict.status, strict.json.message]).toEqual([400, strictly(faults)]);
    for (const validation of ['Warn', '']) {
      const { status, headers } = await post(validation);
      expect([status, warned(headers)]).toEqual([201, warnings]);
    }
    const { status, headers, json: made } = await post('Ignore');
    expect([status, warned(headers)]).toEqual([201, []]);
    // The last one counts.
    expect(made.spec).toMatchObject({ template: { spec: { containers: [{ image: 'two' }] } } });
    expect(made.spec.paused ?? false).toBe(false);
  });

  it('of an update', async () => {
    const { send } = await requester();
    await send('POST', `${path}?fieldValidation=Ignore`, json);
    expect((await send('PUT', `${path}/web?fieldValidation=Strict`, json)).json).toMatchObject({
      code: 400,
      message: strictly(inJson),
    });
    expect(warned((await send('PUT', `${path}/web`, json)).headers)).toEqual(inJson);
  });

  it.each([
    ['merge', '{"data":{"x":"1","x":"2"},"dataa":{}}', ['duplicate field "data.x"', 'unknown field "dataa"']],
    ['merge', '{"kind":"ConfigMap","kind":"ConfigMap"}', ['duplicate field "kind"']],
    ['strategic', '{"data":{"x":"1","x":"2"},"dataa":{}}', ['duplicate field "data.x"', 'unknown field "dataa"']],
    [
      'jsonPatch',
      '[{"op":"add","path":"/dataa","value":{},"VALUE":1}]',
      ['json patch unknown field "[0].VALUE"', 'unknown field "dataa"'],
    ],
    [
      'jsonPatch',
      '[{"op":"add","path":"/dataa","value":{},"op":"add"}]',
      ['json patch duplicate field "[0].op"', 'unknown field "dataa"'],
    ],
  ] as const)('of a %s patch', async (type, body, faults) => {
    const { client, send } = await requester();
    await client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    const patch = (validation: string) =>
      send('PATCH', `/api/v1/namespaces/default/configmaps/a?fieldValidation=${validation}`, body, {
        'content-type': types[type],
      });
    const strict = await patch('Strict');
    expect([strict.status, strict.json.reason]).toEqual([422, 'Invalid']);
    expect(strict.json.message).toMatch(/^ "" is invalid: patch: Invalid value: "/);
    expect(strict.json.message).toContain(`: strict decoding error: ${faults.join(', ')}`);
    expect(warned((await patch('Warn')).headers)).toEqual(faults);
    expect(warned((await patch('Ignore')).headers)).toEqual([]);
    expect(await client.get(ConfigMap, { name: 'a' })).not.toHaveProperty('dataa');
  });

  it('of an apply, which never takes what it does not know', async () => {
    const { send } = await requester();
    const known = yaml.replace('  nothing: 1\n', '');
    const faults = twice.replace('line 18', 'line 17');
    const apply = (body: string, validation: string) =>
      send('PATCH', `${path}/web?fieldManager=me&fieldValidation=${validation}`, body, { 'content-type': types.apply });
    expect((await apply(known, 'Strict')).json).toMatchObject({
      code: 400,
      message: `error strict decoding YAML: error converting YAML to JSON: ${faults}`,
    });
    expect(warned((await apply(known, 'Warn')).headers)).toEqual(
      lines.map((line) => line.replace('line 18', 'line 17')),
    );
    expect((await apply(yaml, 'Ignore')).json.message).toContain('.spec.nothing: field not declared in schema');
  });
});

describe('keys that stand twice', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 }),
    ),
  })).any;

  it('are none in what was written from a value', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (any, indent) => {
        const text = JSON.stringify(any, undefined, indent);
        expect(duplicatesInJson(text)).toEqual([]);
        const outside = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
        expect(keysIn(JSON.parse(text))).toBe(outside.split(':').length - 1);
      }),
    );
  });

  it('are found wherever one is put in', () => {
    fc.assert(
      fc.property(value, fc.string(), (inner, key) => {
        const [name, text] = [JSON.stringify(key), JSON.stringify(inner)];
        const found = duplicatesInJson(`{"a":[${text},{${name}:${text},\n${name}:1}]}`);
        expect(found).toEqual([{ path: `a[1].${key}`, key, line: 2, at: 11 + 2 * text.length + name.length }]);
      }),
    );
  });
});
