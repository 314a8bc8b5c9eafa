/**
 * What does not make sense, over a real socket: each gets the Status that Kubernetes gives, and nothing changes. Then
 * thousands of requests at random, of which none may be the server's fault.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesObject, type Status, seededRandom } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { listen } from './nodejs/index.js';
import { createApiServer } from './server.js';
import type { StoredObject } from './storage/stored-object.js';

let url: string;
let revision: () => number;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const backend = memoryStore<StoredObject>();
  const api = await createApiServer({ backend });
  const listening = await listen(api.handle);
  url = `http://127.0.0.1:${listening.port}`;
  revision = () => backend.status().revision;
  ends.push(
    () => api.stop(),
    () => listening.close({ drainMs: 0 }),
  );
  const client = api.client();
  for (const object of [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there', namespace: 'default' }, data: { a: '1' } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'there', namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'nginx' }] },
    },
  ])
    await client.create(object as KubernetesObject);
  await backend.compact(revision() - 1);
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const json = 'application/json';
const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

async function send(method: string, path: string, body?: string, type: string = json) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': type },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { code: response.status, text };
}

const configMap = (metadata: object, more: object = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...more });
const pod = (spec: object) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'new' }, spec });
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

interface Case {
  readonly what: string;
  readonly send: readonly [method: string, path: string, body?: string, type?: string];
  readonly code: number;
  readonly reason: string;
  readonly message?: RegExp;
  readonly field?: string;
}

const cases: readonly Case[] = [
  { what: 'a body that is no JSON', send: ['POST', configMaps, '{"a":'], code: 400, reason: 'BadRequest' },
  {
    what: 'a body that is no YAML',
    send: ['POST', configMaps, 'a: [', 'application/yaml'],
    code: 400,
    reason: 'BadRequest',
  },
  { what: 'no body', send: ['POST', configMaps, ''], code: 400, reason: 'BadRequest' },
  { what: 'a body that is a list', send: ['POST', configMaps, '[]'], code: 400, reason: 'BadRequest' },
  {
    what: 'a body that is null',
    send: ['POST', configMaps, 'null'],
    code: 422,
    reason: 'Invalid',
    field: 'metadata.name',
  },
  {
    what: 'a body of another kind',
    send: ['POST', configMaps, pod({ containers: [] })],
    code: 400,
    reason: 'BadRequest',
    message: /Pod/,
  },
  {
    what: 'an unknown media type',
    send: ['POST', configMaps, 'x', 'text/plain'],
    code: 415,
    reason: 'UnsupportedMediaType',
  },
  {
    what: 'protobuf that is none',
    send: ['POST', configMaps, 'k8s\0garbage', 'application/vnd.kubernetes.protobuf'],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'JSON nested 10,000 deep',
    send: ['POST', configMaps, `{"apiVersion":"v1","kind":"ConfigMap","data":${deep(10_000)}}`],
    code: 400,
    reason: 'BadRequest',
    message: /nested/,
  },
  {
    what: 'YAML nested 10,000 deep',
    send: ['POST', configMaps, `${'['.repeat(10_000)}`, 'application/yaml'],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'YAML that grows without bound by its aliases',
    send: [
      'POST',
      configMaps,
      [
        'a0: &a0 [x]',
        ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`)}]`),
      ].join('\n'),
      'application/yaml',
    ],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a body over 3 MiB',
    send: ['POST', configMaps, configMap({ name: 'large' }, { data: { a: 'x'.repeat(3 * 1024 * 1024) } })],
    code: 413,
    reason: 'RequestEntityTooLarge',
  },
  { what: 'an unknown resource', send: ['GET', '/api/v1/namespaces/default/gizmos'], code: 404, reason: 'NotFound' },
  { what: 'an object that is not there', send: ['GET', `${pods}/absent`], code: 404, reason: 'NotFound' },
  { what: 'a path that is not encoded well', send: ['GET', `${pods}/%E0%A4%A`], code: 400, reason: 'BadRequest' },
  {
    what: 'a list with a timeout that is no number',
    send: ['GET', `${configMaps}?timeoutSeconds=x`],
    code: 400,
    reason: 'BadRequest',
  },
  { what: 'a verb that a list has not', send: ['PUT', configMaps, '{}'], code: 405, reason: 'MethodNotAllowed' },
  {
    what: 'a wrong type',
    send: ['POST', pods, pod({ containers: 'none' })],
    code: 400,
    reason: 'BadRequest',
    message: /spec\.containers/,
  },
  {
    what: 'an invalid name',
    send: ['POST', configMaps, configMap({ name: 'Not_A_Name' })],
    code: 422,
    reason: 'Invalid',
    field: 'metadata.name',
  },
  { what: 'no name', send: ['POST', configMaps, configMap({})], code: 422, reason: 'Invalid', field: 'metadata.name' },
  {
    what: 'another namespace than the path’s',
    send: ['POST', configMaps, configMap({ name: 'a', namespace: 'kube-system' })],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a name that is taken',
    send: ['POST', configMaps, configMap({ name: 'there' })],
    code: 409,
    reason: 'AlreadyExists',
  },
  {
    what: 'a container without a name',
    send: ['POST', pods, pod({ containers: [{ image: 'nginx' }] })],
    code: 422,
    reason: 'Invalid',
    field: 'spec.containers[0].name',
  },
  {
    what: 'a label that is none',
    send: ['POST', configMaps, configMap({ name: 'a', labels: { 'not a key': 'x' } })],
    code: 422,
    reason: 'Invalid',
    field: 'metadata.labels',
  },
  {
    what: 'a stale resourceVersion',
    send: ['PUT', `${configMaps}/there`, configMap({ name: 'there', resourceVersion: '1' })],
    code: 409,
    reason: 'Conflict',
  },
  {
    what: 'another name than the path’s',
    send: ['PUT', `${configMaps}/there`, configMap({ name: 'elsewhere' })],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a JSON patch that does not apply',
    send: [
      'PATCH',
      `${configMaps}/there`,
      '[{"op":"test","path":"/data/a","value":"2"}]',
      'application/json-patch+json',
    ],
    code: 422,
    reason: 'Invalid',
  },
  {
    what: 'a JSON patch that is none',
    send: ['PATCH', `${configMaps}/there`, '{"op":"add"}', 'application/json-patch+json'],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a JSON patch into the prototype',
    send: [
      'PATCH',
      `${configMaps}/there`,
      '[{"op":"add","path":"/__proto__/polluted","value":"1"}]',
      'application/json-patch+json',
    ],
    code: 422,
    reason: 'Invalid',
  },
  {
    what: 'a merge patch that is a list',
    send: ['PATCH', `${configMaps}/there`, '[]', 'application/merge-patch+json'],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a patch of an unknown type',
    send: ['PATCH', `${configMaps}/there`, '{}', json],
    code: 415,
    reason: 'UnsupportedMediaType',
  },
  {
    what: 'a label selector that does not parse',
    send: ['GET', `${pods}?labelSelector=a%20in%20(`],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a field selector of an unknown field',
    send: ['GET', `${pods}?fieldSelector=spec.colour=red`],
    code: 400,
    reason: 'BadRequest',
  },
  { what: 'a limit that is no number', send: ['GET', `${pods}?limit=many`], code: 400, reason: 'BadRequest' },
  { what: 'a token that is none', send: ['GET', `${pods}?continue=garbage`], code: 400, reason: 'BadRequest' },
  {
    what: 'a version that is none',
    send: ['GET', `${pods}?resourceVersion=new`],
    code: 400,
    reason: 'BadRequest',
  },
  {
    what: 'a watch from a compacted version',
    send: ['GET', `${pods}?watch=true&resourceVersion=1&timeoutSeconds=1`],
    code: 410,
    reason: 'Expired',
  },
  {
    what: 'unknown fields, strictly',
    send: ['POST', `${configMaps}?fieldValidation=Strict`, configMap({ name: 'a' }, { dataa: {} })],
    code: 400,
    reason: 'BadRequest',
    message: /unknown field "dataa"/,
  },
  {
    what: 'a field validation that there is not',
    send: ['POST', `${configMaps}?fieldValidation=Loose`, configMap({ name: 'a' })],
    code: 422,
    reason: 'Invalid',
    field: 'fieldValidation',
  },
  {
    what: 'a dry run that there is not',
    send: ['POST', `${configMaps}?dryRun=Some`, configMap({ name: 'a' })],
    code: 422,
    reason: 'Invalid',
    field: 'dryRun',
  },
  {
    what: 'a precondition that does not hold',
    send: ['DELETE', `${configMaps}/there`, '{"preconditions":{"uid":"another"}}'],
    code: 409,
    reason: 'Conflict',
  },
];

describe('a malformed request', () => {
  it.each(cases)('$what: $code $reason', async ({ send: request, code, reason, message, field }) => {
    const before = revision();
    const answer = await send(...request);
    let status = JSON.parse(answer.text) as Status & { readonly type?: string; readonly object?: Status };
    // A watch that has begun tells of its end as an event.
    if (status.type === 'ERROR') status = status.object!;
    expect({ code: status.code, kind: status.kind, reason: status.reason }).toEqual({ code, kind: 'Status', reason });
    if (message !== undefined) expect(status.message).toMatch(message);
    if (field !== undefined) expect(status.details?.causes?.map((cause) => cause.field)).toContain(field);
    expect(revision()).toBe(before);
  });

  it('takes __proto__ and constructor as keys like any other, and pollutes nothing', async () => {
    const body =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"keys"},"data":{"constructor":"c","__proto__":"p"}}';
    expect((await send('POST', configMaps, body)).code).toBe(201);
    expect((await send('GET', `${configMaps}/keys`)).text).toContain('"__proto__":"p"');
    const nested = '{"metadata":{"labels":{"__proto__":{"polluted":"1"}}}}';
    expect((await send('PATCH', `${configMaps}/keys`, nested, 'application/merge-patch+json')).code).toBeLessThan(500);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});

/** More where the system tests are required, as in continuous integration. */
const requests = process.env['PINTLE_SYSTEM_TESTS'] === 'required' ? 20_000 : 2_000;

describe('requests at random', () => {
  it(`are never the server's fault, ${requests} of them`, async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    const random = seededRandom(7);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random.next() * values.length)]!;
    const seeds = cases.map(({ send: request }) => request).filter(([, , body]) => (body?.length ?? 0) < 10_000);
    const scraps = [
      '%',
      '{',
      ']',
      '"',
      '\\',
      '\0',
      '__proto__',
      '-1',
      '1e999',
      '&watch=1&timeoutSeconds=1',
      '?',
      '/',
      '../',
      'é',
      ',',
    ];
    const mangle = (text: string) => {
      const at = Math.floor(random.next() * (text.length + 1));
      return text.slice(0, at) + pick(scraps) + text.slice(at + Math.floor(random.next() * 4));
    };
    const types = [
      json,
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ];
    const faults: unknown[] = [];
    const one = async () => {
      const [, path, body] = pick(seeds);
      const method = pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
      const to = random.next() < 0.5 ? `/${mangle(path.slice(1))}` : path;
      const sent = method === 'GET' || method === 'HEAD' ? undefined : mangle(body ?? '{}');
      const watching = /watch=/.test(to) && !/timeoutSeconds=1\b/.test(to);
      if (watching) return;
      const { code, text } = await send(method, encodeURI(to).replaceAll('%25', '%'), sent, pick(types));
      if (code >= 500) faults.push({ method, to, sent, code, text });
    };
    const workers = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < requests / 8; i++) await one();
    });
    await Promise.all(workers);
    process.off('unhandledRejection', note);
    expect(faults).toEqual([]);
    expect(rejections).toEqual([]);
    expect((await send('GET', '/readyz')).code).toBe(200);
  }, 300_000);
});
