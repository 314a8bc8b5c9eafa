/** Which kind and version a body says, what a strict reader tells of it, and in which order: as upstream's kube-apiserver answered. */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const maps = '/api/v1/namespaces/default/configmaps';
const json = 'application/json';
const yaml = 'application/yaml';
const merge = 'application/merge-patch+json';
const operations = 'application/json-patch+json';
const wishes = 'application/apply-patch+yaml';
const apply = `PATCH ${maps}/a?fieldManager=me`;
const patch = `PATCH ${maps}/a`;
const create = `POST ${maps}?dryRun=All`;

const nameless = 'the name of the object (a based on URL) was undeterminable: name must be provided';
const unrecognized = (why: string, text: string) =>
  `the object provided is unrecognized (must be of type ConfigMap): ${why} (${text})`;
const notRead = (what: string) => `couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`;
const goStruct = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
const refusedFor = (why: string) => expect.stringMatching(new RegExp(`^ "" is invalid: patch: .*: ${why}$`));

const patchedAs = (version: string, place: string) => `PATCH /apis/${version}/namespaces/default/${place}`;

const rows: readonly (readonly [
  line: string,
  type: string,
  body: unknown,
  status: number,
  message: unknown,
  warnings?: readonly string[],
])[] = [
  // A patch that takes the version away leaves what kube-apiserver knows no fields of.
  [patch, merge, { apiVersion: null }, 400, nameless, ['unknown field "data"', 'unknown field "metadata"']],
  [
    patch,
    merge,
    { apiVersion: '', b: 1 },
    400,
    nameless,
    ['b', 'data', 'metadata'].map((name) => `unknown field "${name}"`),
  ],
  [patch, merge, { apiVersion: '/', data: null }, 400, nameless, ['unknown field "metadata"']],
  [`${patch}?fieldValidation=Ignore`, merge, { apiVersion: null }, 400, nameless],
  [
    ...([`${patch}?fieldValidation=Strict`, operations, [{ op: 'remove', path: '/apiVersion' }], 422] as const),
    refusedFor('strict decoding error: unknown field "data", unknown field "metadata"'),
  ],
  [
    ...([patch, merge, { apiVersion: null, kind: 'Foo' }, 422] as const),
    refusedFor(
      'no kind "Foo" is registered for the internal version of group "" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ),
  ],
  [patch, merge, { apiVersion: 'a/b/c' }, 422, refusedFor('unexpected GroupVersion string: a/b/c')],
  [patch, merge, { apiVersion: 5 }, 422, refusedFor(notRead('number into Go struct field .apiVersion of type string'))],
  [patch, merge, { apiVersion: '/v1' }, 200, null],
  // Go writes what is patched in the order of names, and reads names in any case: the last counts.
  [patch, merge, { KIND: 'Pod' }, 200, null, ['unknown field "KIND"']],
  [patch, merge, { APIVERSION: 'v9', data: { x: 'y' } }, 200, null, ['unknown field "APIVERSION"']],
  [patch, merge, { kinD: 'Pod' }, 200, null, ['unknown field "kinD"']],
  // A patched object that says to be of another version of its kind is read as that, with its nulls.
  [
    patchedAs('autoscaling/v2', 'horizontalpodautoscalers/h'),
    merge,
    { apiVersion: 'autoscaling/v1', spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 7 } },
    200,
    null,
    ['spec.metrics', 'status.currentMetrics'].map((name) => `unknown field "${name}"`),
  ],
  [
    patchedAs('autoscaling/v1', 'horizontalpodautoscalers/h'),
    merge,
    { apiVersion: 'autoscaling/v2beta2', kind: 'HorizontalPodAutoscaler', spec: { maxReplicas: 3 } },
    200,
    null,
    ['unknown field "spec.targetCPUUtilizationPercentage"'],
  ],
  // What is of another version is read as that, and strictly, before it is refused.
  [
    ...(['POST /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', json] as const),
    { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'a' }, spec: { metrics: [] } },
    400,
    'the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)',
    ['unknown field "spec.metrics"'],
  ],
  [
    ...(['POST /apis/apps/v1/namespaces/default/deployments', json] as const),
    { apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: { name: 'a' }, spec: { a: 1 } },
    400,
    'the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)',
    ['unknown field "spec.a"'],
  ],
  [
    ...(['POST /apis/apps/v1/namespaces/default/deployments', json] as const),
    { apiVersion: 'apps/v1beta2', kind: 'Deployment', spec: { replicas: 'x' } },
    400,
    'Deployment in version "v1beta2" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    ...(['POST /apis/events.k8s.io/v1/namespaces/default/events', json] as const),
    { apiVersion: 'v1', kind: 'Event', metadata: { name: 'a' } },
    400,
    'the API version in the data (v1) does not match the expected API version (events.k8s.io/v1)',
  ],
  [
    patch,
    operations,
    [{ op: 'replace', path: '', value: [] }],
    422,
    expect.stringContaining(notRead('array into Go value')),
  ],
  [patch, operations, [{ op: 'replace', path: '', value: 5 }], 200, null],
  [
    ...([patch, operations, [{ op: 'add', path: '', value: {} }], 422] as const),
    'the server rejected our request due to an error in our request',
  ],
  // Of what is created: by the names of fields in any case, and before all else.
  [
    ...([create, json, { apiVersion: 'v1/a/b', kind: 'ConfigMap' }, 400] as const),
    unrecognized('unexpected GroupVersion string: v1/a/b', '{"apiVersion":"v1/a/b","kind": ...'),
  ],
  [
    create,
    json,
    '["apiVersion"]',
    400,
    unrecognized(notRead(`array into Go value of type ${goStruct}`), '5b2261706956657273696f6e225d'),
  ],
  [create, json, '5', 400, unrecognized(notRead(`number into Go value of type ${goStruct}`), '35')],
  [
    ...([create, json, '{"kind":[],"apiVersion":{}}', 400] as const),
    unrecognized(notRead('array into Go struct field .kind of type string'), '{"kind":[],"apiVersion":{}}'),
  ],
  [create, json, { KIND: 'ConfigMap', metadata: { name: 'z' } }, 201, null, ['unknown field "KIND"']],
  [
    ...([create, json, { KIND: 'Foo', metadata: { name: 'z' } }, 400] as const),
    expect.stringMatching(/^Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered/),
  ],
  [create, json, { apiVersion: '/v1', metadata: { name: 'z' } }, 201, null],
  // What stands twice and what nobody knows, in the order of the text; of what is inside of that, nothing.
  [
    ...([
      create,
      json,
      '{"metadata":{"name":"z","name":"a"},"x":{"a":1,"a":2},"metadata":{"name":"x","b":2}}',
      201,
      null,
    ] as const),
    [
      ...['duplicate field "metadata.name"', 'unknown field "x"'],
      ...['duplicate field "metadata"', 'unknown field "metadata.b"'],
    ],
  ],
  [
    ...([create, yaml, 'data: {a: b, a: c}\nx: 1\nmetadata:\n  name: a\n  name: z\n', 201, null] as const),
    [...['line 1: key "a" already set in map', 'line 5: key "name" already set in map'], 'unknown field "x"'],
  ],
  [create, yaml, '{metadata: {name: z}, data: {a: b}}', 201, null],
  [patch, merge, { x: 1, metadata: { b: 1 } }, 200, null, ['unknown field "metadata.b"', 'unknown field "x"']],
  // A patch that puts what stands twice makes an object of that.
  [
    ...([patch, operations, '[{"op":"add","path":"/metadata/labels","value":{"a":"b","a":"c"}}]', 200, null] as const),
    ['json patch duplicate field "[0].value.a"', 'duplicate field "metadata.labels.a"'],
  ],
  [
    ...([apply, wishes, '{"apiVersion":"v1","kind":"ConfigMap",\n"data":{"b":"c","b":"d"}}', 200, null] as const),
    ['line 2: key "b" already set in map'],
  ],
  [
    ...([apply, wishes, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {}\ndata: {}\n', 400] as const),
    'the name of the object (b) does not match the name on the URL (a)',
    ['line 5: key "data" already set in map'],
  ],
  // What cannot be read at all.
  [
    ...([`DELETE ${maps}/a`, json, '{', 400] as const),
    "couldn't get version/kind; json parse error: unexpected end of JSON input",
  ],
  [
    ...([patch, 'application/strategic-merge-patch+json', { $patch: 'nonsense' }, 400] as const),
    'unknown patch type: nonsense in map: map[$patch:nonsense]',
  ],
  // What cannot be applied is refused for that, and not for what stands twice.
  [
    ...([`${apply}&fieldValidation=Strict`, wishes, 'apiVersion: v1\nkind: ConfigMap\nx: 1\nx: 2\n', 400] as const),
    expect.stringContaining('.x: field not declared in schema'),
  ],
];

it.each(rows)('%s of %s: %j', async (line, type, body, status, message, warnings = []) => {
  const { send } = await requester();
  await send('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } });
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  await send('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    ...{ metadata: { name: 'h' }, spec: { maxReplicas: 2, scaleTargetRef } },
  });
  const [method = '', path = ''] = line.split(' ');
  const answer = await send(method, path, body, { 'content-type': type });
  const told = ((answer.headers['warning'] ?? []) as readonly string[]).map((text) =>
    JSON.parse(text.slice('299 - '.length)),
  );
  expect([answer.status, answer.json.message ?? null, told]).toEqual([status, message, warnings]);
});

it.each([
  [{ metadata: { name: [] } }, /^failed to create typed patch object \(\/; .*\.metadata\.name: expected string/],
  [{ metadata: { name: 'b' }, data: [] }, /^failed to create typed patch object \(\/b; /],
  [{ metadata: { name: 'b', creationTimestamp: 'x' } }, /^failed to convert new object \(\/b; /],
  [{ metadata: { name: 'b', managedFields: [] } }, /^metadata.managedFields must be nil$/],
  [{ metadata: { name: 'b', managedFields: [{ time: 'x' }] } }, /^failed to convert new object \(\/b; /],
  [{ metadata: { name: 'b' } }, /^the name of the object \(b\) does not match/],
])('of an apply of %j the name is looked at last', async (body, message) => {
  const { send } = await requester();
  await send('POST', maps, { metadata: { name: 'a' } });
  const [method = '', path = ''] = `${apply}&force=true`.split(' ');
  const said = { apiVersion: 'v1', kind: 'ConfigMap', ...body };
  expect((await send(method, path, said, { 'content-type': wishes })).json.message).toMatch(message);
});

it('a Table of what is not written has no version', async () => {
  const { send } = await requester();
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  expect((await send('POST', `${maps}?dryRun=All`, { metadata: { name: 'a' } }, { accept })).json.metadata).toEqual({});
});

it('owners that stand twice are told of once it is known whose they are', async () => {
  const { send } = await requester();
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' };
  const body = { metadata: { ownerReferences: [owner, owner] } };
  await send('POST', maps, { metadata: { name: 'a' } });
  const { status, headers } = await send('PUT', `${maps}/a`, body);
  expect([status, headers['warning']]).toEqual([400, undefined]);
});

const candidates = '/apis/coordination.k8s.io/v1beta1/namespaces/default/leasecandidates';
it.each([
  [wishes, '?fieldManager=me&force=true', { metadata: { name: 'c', resourceVersion: '' } }, 422],
  [wishes, '?fieldManager=me&force=true', { metadata: { name: 'c' } }, 200],
  [merge, '', { metadata: { resourceVersion: null } }, 422],
  [merge, '', { metadata: { labels: { a: 'b' } } }, 200],
])('who writes over a candidate by %s%s as %j has seen what there is', async (type, query, patch, status) => {
  const { send } = await requester();
  const said = { apiVersion: 'coordination.k8s.io/v1beta1', kind: 'LeaseCandidate' };
  const spec = {
    leaseName: 'l',
    strategy: 'OldestEmulationVersion',
    binaryVersion: '1.33.0',
    emulationVersion: '1.33.0',
  };
  expect((await send('POST', candidates, { ...said, metadata: { name: 'c' }, spec })).status).toBe(201);
  const body = type === wishes ? { ...said, spec, ...patch } : patch;
  const { status: answered, json: told } = await send('PATCH', `${candidates}/c${query}`, body, {
    'content-type': type,
  });
  expect(answered).toBe(status);
  if (status === 422)
    expect(told.details).toMatchObject({ kind: 'leasecandidates', causes: [{ field: 'metadata.resourceVersion' }] });
});

it('of a form that the router knows not, nothing of the version is told', async () => {
  const { send } = await requester();
  const path = '/api/v1/namespaces/default/endpoints';
  const warnings = async (accept: string) => {
    const { status, headers } = await send('GET', path, undefined, { accept });
    return [status, headers['warning'] === undefined];
  };
  expect([await warnings('text/html'), await warnings('application/json')]).toEqual([
    [406, true],
    [200, false],
  ]);
});

it('what the older version of an autoscaler says in annotations is not of its metadata alone', async () => {
  const { send } = await requester();
  const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 2, behavior: {} };
  await send('POST', path('v2'), { metadata: { name: 'a' }, spec });
  const partial = (kind: string) => ({ accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` });
  const ask = async (at: string, headers: Record<string, string> = {}) =>
    (await send('GET', `${path('v1')}${at}`, undefined, headers)).json;
  const told = [
    await ask('/a'),
    await ask('/a', partial('PartialObjectMetadata')),
    (await ask('', partial('PartialObjectMetadataList'))).items[0],
    (await ask('', partial('Table'))).rows[0].object,
    (await ask('/a', partial('Table'))).rows[0].object,
  ].map(({ metadata }) => metadata.annotations !== undefined);
  expect(told).toEqual([true, false, false, false, false]);
});

it('who writes items that cannot be told apart owns nothing any more, and neither does anybody else', async () => {
  const { send } = await requester();
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await send('POST', accounts, { metadata: { name: 'a', labels: { a: 'b' } } });
  const fields = async (secrets: object) =>
    (await send('PATCH', `${accounts}/a`, { secrets }, { 'content-type': merge })).json.metadata.managedFields;
  expect(await fields([{ name: 'a' }])).toHaveLength(1);
  expect(await fields([{ uid: 'u' }])).toBeUndefined();
  expect(await fields([{ name: 'a' }])).toBeUndefined();
});
