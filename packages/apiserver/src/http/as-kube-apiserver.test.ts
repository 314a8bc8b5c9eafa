/** Answers that upstream's kube-apiserver gave to odd writes, as data (`tools/kube-apiserver/compare.ts` asks it again). */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const json = 'application/json';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const operations = 'application/json-patch+json';
const nameless = 'the name of the object (a based on URL) was undeterminable: name must be provided';
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { app: 'a' } };
const deployment = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { selector, template, ...spec },
});

const rows: readonly (readonly [line: string, type: string, body: unknown, status: number, message: string | null])[] =
  [
    [
      ...([`POST ${maps}`, json, 'null', 422] as const),
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [`PUT ${maps}/a`, json, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }, 400, nameless],
    [`PATCH ${maps}/a`, operations, [{ op: 'replace', path: '', value: {} }], 400, nameless],
    [`PATCH ${maps}/a`, strategic, { $patch: 'replace', data: {} }, 400, nameless],
    [`PATCH ${maps}/a`, strategic, 'null', 200, null],
    [`PATCH ${maps}/a`, operations, 'null', 200, null],
    [`PATCH ${maps}/a`, json, {}, 415, '415: Unsupported Media Type'],
    [`PATCH ${maps}/a`, merge, { data: { b: 'c' } }, 200, null],
    [
      ...([`POST ${deployments}`, json, deployment({ strategy: { type: 'Nonsense' } }), 422] as const),
      'Deployment.apps "d" is invalid: spec.strategy: Unsupported value: {"type":"Nonsense"}: supported values: "Recreate", "RollingUpdate"',
    ],
    [
      `POST ${deployments}`,
      json,
      deployment({ selector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }),
      422,
      'Deployment.apps "d" is invalid: [spec.selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator, spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Near"}]}: invalid label selector]',
    ],
    [
      `POST ${deployments}`,
      json,
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
      422,
      'Deployment.apps "d" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers: Required value]',
    ],
  ];

it.each(rows)('%s of %s: %j', async (line, type, body, status, message) => {
  const { send } = await requester();
  await send('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const [method = '', path = ''] = line.split(' ');
  const answer = await send(method, path, body, { 'content-type': type });
  expect([answer.status, answer.json.message ?? null]).toEqual([status, message]);
});

/** Structs that nobody spoke of are there all the same, and have their defaults. */
const structs: readonly (readonly [path: string, object: object, made: object])[] = [
  [deployments, deployment({}), { status: {} }],
  [deployments, { ...deployment({}), status: { replicas: 3 } }, { status: {} }],
  ['/apis/policy/v1/namespaces/default/poddisruptionbudgets', {}, { spec: {} }],
  [
    '/apis/storage.k8s.io/v1/csidrivers',
    {},
    { spec: { attachRequired: true, fsGroupPolicy: 'ReadWriteOnceWithFSType' } },
  ],
  ['/api/v1/namespaces/default/resourcequotas', {}, { spec: {}, status: {} }],
  ['/api/v1/nodes', {}, { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: {} }, nodeInfo: {} } }],
  ['/apis/resource.k8s.io/v1beta2/deviceclasses', {}, { spec: {} }],
  [
    '/apis/batch/v1/namespaces/default/cronjobs',
    {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
      },
    },
    { spec: { jobTemplate: { metadata: {}, spec: { template: { metadata: {} } } } }, status: {} },
  ],
];

it.each(structs)('made at %s of %j', async (path, object, made) => {
  const { send } = await requester();
  const { status, json } = await send('POST', path, { metadata: { name: 'd' }, ...object });
  expect([status, json]).toMatchObject([201, made]);
  // A status is the server's to say.
  expect((json as { status?: { replicas?: number } }).status?.replicas).toBeUndefined();
});
