/** Answers that upstream's kube-apiserver gave to odd writes, as data (`tools/kube-apiserver/compare.ts` asks it again). */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const json = 'application/json';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const operations = 'application/json-patch+json';
const wishes = 'application/apply-patch+yaml';
const nameless = 'the name of the object (a based on URL) was undeterminable: name must be provided';
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { app: 'a' } };
const deployment = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { selector, template, ...spec },
});

const rows: readonly (readonly [line: string, type: string, body: unknown, status: number, message: unknown])[] = [
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
  // Of another kind: a strategic patch passes that over, any other makes what can't be one.
  [`PATCH ${maps}/a`, strategic, { apiVersion: 'v2', kind: 'Secret' }, 200, null],
  [
    ...([`PATCH ${maps}/a`, merge, { kind: 'Secret' }, 422] as const),
    expect.stringMatching(/^ "" is invalid: patch: Invalid value: ".*\(v1\.Secret\).*unknown conversion$/),
  ],
  [
    ...([`PATCH ${maps}/a`, merge, { apiVersion: 'v2' }, 422] as const),
    expect.stringContaining('no kind "ConfigMap" is registered for version "v2"'),
  ],
  [
    ...([`PATCH ${maps}/a`, operations, [{ op: 'remove', path: '' }], 422] as const),
    'the server rejected our request due to an error in our request',
  ],
  [`PATCH ${maps}/a`, merge, '', 400, 'error decoding patch: unexpected end of JSON input'],
  [`PATCH ${maps}/a`, merge, '{"a":', 400, 'error decoding patch: unexpected end of JSON input'],
  [`PATCH ${maps}/a`, merge, 'null', 400, 'Invalid JSON Patch'],
  [
    ...([`PATCH ${maps}/a`, merge, '7', 400] as const),
    'error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}',
  ],
  [`PATCH ${maps}/a`, strategic, '', 400, 'unexpected end of JSON input'],
  [
    ...([`PATCH ${maps}/a`, strategic, '[]', 400] as const),
    'json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    ...([`PATCH ${maps}/a`, operations, '{}', 400] as const),
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [`PATCH ${maps}/a?fieldManager=me`, wishes, '', 400, 'invalid object type: /, Kind='],
  [
    ...([`PATCH ${maps}/a?fieldManager=me`, wishes, 'apiVersion: v1\nkind: ConfigMap\nmetadata: []\n', 400] as const),
    'failed to create typed patch object (/; /v1, Kind=ConfigMap): .metadata: expected map, got &{[]}',
  ],
  [`PATCH ${maps}/a?fieldManager=me`, wishes, 'apiVersion: a/b/c\nkind: A\n', 400, 'invalid object type: /, Kind='],
  [`PATCH ${maps}/a?fieldManager=me`, wishes, 'apiVersion: v1\nkind: true\n', 400, 'invalid object type: /v1, Kind='],
  [
    ...([`PATCH ${maps}/a?fieldManager=me`, wishes, '7', 400] as const),
    'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go value of type map[string]interface {}',
  ],
  [`POST ${maps}`, 'application/yaml', 'metadata: {name: one}\n---\nmetadata: {name: two}\n', 201, null],
  [`DELETE ${maps}/a`, json, { apiVersion: 'v1', kind: 'Pod' }, 400, 'no kind "Pod" is registered for version "v1"'],
  [
    ...([`GET ${maps}?watch=true&continue=a`, json, undefined, 422] as const),
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided',
  ],
  [`GET ${maps}?fieldSelector=%3Da`, json, undefined, 400, expect.stringMatching(/^"" is not a known field selector/)],
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
    'Deployment.apps "d" is invalid: [spec.selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator, spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"a", Operator:"Near", Values:[]string(nil)}}}: invalid label selector]',
  ],
  [
    `POST ${deployments}`,
    json,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
    422,
    'Deployment.apps "d" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`, spec.template.spec.containers: Required value]',
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
  [
    '/api/v1/nodes',
    {},
    { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: { architecture: '' } } },
  ],
  ['/apis/resource.k8s.io/v1beta2/deviceclasses', {}, { spec: {} }],
  [
    '/api/v1/nodes',
    { spec: { podCIDR: '192.0.2.0/24' }, status: { capacity: { cpu: '4' } } },
    { spec: { podCIDRs: ['192.0.2.0/24'] }, status: { allocatable: { cpu: '4' } } },
  ],
  ['/api/v1/nodes', { spec: { podCIDRs: ['192.0.2.0/24'] } }, { spec: { podCIDR: '192.0.2.0/24' } }],
  [
    '/apis/batch/v1/namespaces/default/jobs',
    { spec: { template: { metadata: { labels: { a: 'b' } }, spec: { ...template.spec, restartPolicy: 'Never' } } } },
    { metadata: { labels: { a: 'b', 'job-name': 'd', 'batch.kubernetes.io/job-name': 'd' } } },
  ],
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

it('a scale of nonsense leaves the replicas as they are', async () => {
  const { send } = await requester();
  await send('POST', deployments, deployment({ replicas: 3 }));
  const patched = await send('PATCH', `${deployments}/d/scale`, { spec: 7 }, { 'content-type': merge });
  expect([patched.status, patched.json.message]).toEqual([
    422,
    expect.stringContaining('json: cannot unmarshal number into Go struct field Scale.spec of type'),
  ]);
  expect((await send('PUT', `${deployments}/d/scale`, { metadata: { name: 'd' }, spec: [] })).status).toBe(400);
  expect((await send('GET', `${deployments}/d`)).json).toMatchObject({ spec: { replicas: 3 } });
});

it('a row of another version is that of the stored one', async () => {
  const { send, get } = await requester();
  const scaleTargetRef = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' };
  const scalers = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
  await send('POST', scalers, { metadata: { name: 'a' }, spec: { maxReplicas: 3, scaleTargetRef } });
  const { json } = await get(scalers, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  expect(json.rows[0].cells).toContain('cpu: <unknown>/80%');
});

it('the addresses of a pod are in both fields, and its grace is never below none', async () => {
  const { send } = await requester();
  const pods = '/api/v1/namespaces/default/pods';
  const spec = { ...template.spec, terminationGracePeriodSeconds: -5 };
  expect((await send('POST', pods, { metadata: { name: 'a' }, spec })).json.spec.terminationGracePeriodSeconds).toBe(1);
  const tell = (status: object) => send('PATCH', `${pods}/a/status`, { status }, { 'content-type': merge });
  expect((await tell({ podIP: '192.0.2.1' })).json.status.podIPs).toEqual([{ ip: '192.0.2.1' }]);
  expect((await tell({ podIPs: [{ ip: '192.0.2.2' }] })).json.status.podIPs).toEqual([{ ip: '192.0.2.1' }]);
  expect((await tell({ podIP: null, podIPs: [{ ip: '192.0.2.2' }] })).json.status.podIP).toBe('192.0.2.2');
});

it('a slice of endpoints has a new generation with new labels', async () => {
  const { send } = await requester();
  const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
  await send('POST', path, { metadata: { name: 'a' }, addressType: 'IPv4', endpoints: [] });
  const { json } = await send('PATCH', `${path}/a`, { metadata: { labels: { a: 'b' } } }, { 'content-type': merge });
  expect(json.metadata.generation).toBe(2);
});

it('a collection that is deleted is told of as it was', async () => {
  const { send } = await requester();
  const pods = '/api/v1/namespaces/default/pods';
  const { json: made } = await send('POST', pods, { metadata: { name: 'a' }, spec: template.spec });
  const { apiVersion, kind, ...rest } = made;
  const { json } = await send('DELETE', pods);
  expect([json.apiVersion, json.kind, json.items]).toEqual([apiVersion, `${kind}List`, [rest]]);
});

it('a pod that is bound twice is told of its binding, and the scheduler owns none of its fields', async () => {
  const { send } = await requester();
  const pods = '/api/v1/namespaces/default/pods';
  await send('POST', pods, { metadata: { name: 'a' }, spec: template.spec });
  const bind = (name: string) => send('POST', `${pods}/a/binding`, { metadata: { name: 'a' }, target: { name } });
  expect((await bind('one')).status).toBe(201);
  expect((await bind('two')).json).toMatchObject({
    message: 'Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "one"',
    details: { name: 'a', kind: 'pods/binding' },
  });
  const { json } = await send('GET', `${pods}/a`);
  expect(json.metadata.managedFields).toHaveLength(1);
});

it.each([
  [{ metadata: { name: 'b' }, target: { name: 'n' } }, 400, 'name in URL does not match name in Binding object'],
  [{ metadata: { name: 'a' } }, 500, 'target.name: Required value'],
  [
    { metadata: { name: 'a' }, target: { kind: 'Pod' } },
    500,
    '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
  ],
])('nothing is bound by %j', async (binding, code, message) => {
  const { send } = await requester();
  const pods = '/api/v1/namespaces/default/pods';
  await send('POST', pods, { metadata: { name: 'a' }, spec: template.spec });
  expect((await send('POST', `${pods}/a/binding`, binding)).json).toMatchObject({ code, message });
  expect((await send('GET', `${pods}/a`)).json.spec.nodeName).toBeUndefined();
});

it.each(structs)('made at %s of %j', async (path, object, made) => {
  const { send } = await requester();
  const { status, json } = await send('POST', path, { metadata: { name: 'd' }, ...object });
  expect([status, json]).toMatchObject([201, made]);
  // A status is the server's to say.
  expect((json as { status?: { replicas?: number } }).status?.replicas).toBeUndefined();
});

it('custom objects may have finalizers without a domain, with a warning', async () => {
  const { send } = await requester();
  const crd = {
    metadata: { name: 'holds.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'holds', kind: 'Hold' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
  await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  const path = '/apis/example.com/v1/namespaces/default/holds';
  const object = { apiVersion: 'example.com/v1', kind: 'Hold', metadata: { name: 'a', finalizers: ['hold'] } };
  const made = await send('POST', path, object);
  expect([made.status, made.headers['warning']]).toEqual([
    201,
    [
      '299 - "metadata.finalizers: \\"hold\\": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"',
    ],
  ]);
  const changed = await send('PATCH', `${path}/a`, { metadata: { labels: { a: 'b' } } }, { 'content-type': merge });
  expect([changed.status, changed.headers['warning']]).toEqual([200, undefined]);
});

it('a budget may have any name that a path can hold, and its selector is read', async () => {
  const { send } = await requester();
  const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
  const spec = { minAvailable: 1, selector: { matchLabels: { app: 'a' } } };
  expect((await send('POST', path, { metadata: { name: 'Not A Name' }, spec })).status).toBe(201);
  const selector = { matchLabels: { 'not a key': 'a' } };
  const { json } = await send('POST', path, { metadata: { name: 'b' }, spec: { ...spec, selector } });
  expect(json.details.causes[0].field).toBe('spec.selector.matchLabels');
});

it('a service that becomes a name elsewhere tells no policy of traffic inside', async () => {
  const { send } = await requester();
  const path = '/api/v1/namespaces/default/services';
  await send('POST', path, { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } });
  const wish = { spec: { type: 'ExternalName', externalName: 'example.com' } };
  const { json } = await send('PATCH', `${path}/a`, wish, { 'content-type': merge });
  expect([json.spec.type, json.spec.internalTrafficPolicy]).toEqual(['ExternalName', undefined]);
  // Who said it owns it still, as it comes back with the type.
  expect(json.metadata.managedFields[0].fieldsV1['f:spec']).toHaveProperty('f:internalTrafficPolicy');
  const bad = { type: 'ExternalName', externalName: 'example.com', internalTrafficPolicy: 'Odd' };
  expect((await send('POST', path, { metadata: { name: 'b' }, spec: bad })).json.details.causes).toHaveLength(1);
});

it('a job has the labels of its pods when it is found right, and is not judged by them before', async () => {
  const { send } = await requester();
  const path = '/apis/batch/v1/namespaces/default/jobs';
  const spec = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };
  const { json } = await send('POST', path, { metadata: { name: 'a' }, spec });
  expect(json.metadata.labels).toEqual(json.spec.template.metadata.labels);
  const { json: refused } = await send('POST', path, { metadata: { name: 'Not A Name' }, spec });
  expect(refused.details.causes.map(({ field }: { field: string }) => field)).toEqual([
    ...['metadata.name', 'spec.template.labels', 'spec.template.labels'],
  ]);
});

it('a job whose status is written without labels has those of its pods', async () => {
  const { send } = await requester();
  const path = '/apis/batch/v1/namespaces/default/jobs';
  const spec = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };
  await send('POST', path, { metadata: { name: 'a' }, spec });
  const { json } = await send('PUT', `${path}/a/status`, { metadata: { name: 'a' }, status: {} });
  expect(json.metadata.labels).toEqual(json.spec.template.metadata.labels);
});

it('a job is told once of each label that lacks', async () => {
  const { send } = await requester();
  const path = '/apis/batch/v1/namespaces/default/jobs';
  const spec = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };
  const { json: job } = await send('POST', path, { metadata: { name: 'a' }, spec });
  const bare = { ...job.spec.template, metadata: {} };
  const { json } = await send('PUT', `${path}/a`, { ...job, spec: { ...job.spec, template: bare } });
  const causes: readonly { field: string; reason: string }[] = json.details.causes;
  expect(causes.filter(({ field }) => field.includes('labels[')).map(({ reason }) => reason)).toEqual(
    Array.from({ length: 4 }, () => 'FieldValueRequired'),
  );
});

it.each([
  ['..', 201],
  ['a%', 422],
])('an Event whose name begins with %s: %d', async (generateName, status) => {
  const { send } = await requester();
  const answer = await send('POST', '/api/v1/namespaces/default/events', {
    metadata: { generateName },
    involvedObject: { namespace: 'default' },
  });
  expect(answer.status).toBe(status);
});

it('an Event of a series tells by the newer group how many there were', async () => {
  const { send, get } = await requester();
  const event = { metadata: { name: 'e' }, involvedObject: { namespace: 'default' }, series: {} };
  await send('POST', '/api/v1/namespaces/default/events', event);
  const { json } = await get('/apis/events.k8s.io/v1/namespaces/default/events/e');
  expect(json.series).toEqual({ count: 0, lastObservedTime: null });
});

it('an Event of the newer group has the metadata of any object', async () => {
  const { send } = await requester();
  const { json } = await send('POST', '/apis/events.k8s.io/v1/namespaces/default/events', {
    metadata: { generateName: 'a..b', finalizers: ['a,b'] },
    regarding: { namespace: 'default' },
  });
  expect(json.details.causes.map(({ field }: { field: string }) => field)).toEqual(
    expect.arrayContaining(['metadata.generateName', 'metadata.finalizers', 'metadata.finalizers[0]', 'eventTime']),
  );
});

it.each([
  ['/api/v1', 'involvedObject', 201],
  ['/apis/events.k8s.io/v1', 'regarding', 422],
])('finalizers of Events of %s', async (path, subject, status) => {
  const { send } = await requester();
  const answer = await send('POST', `${path}/namespaces/default/events`, {
    metadata: { name: 'a', finalizers: ['cpu'] },
    ...{ [subject]: { kind: 'Pod', name: 'p', namespace: 'default' }, eventTime: '2026-01-01T00:00:00.000000Z' },
    ...{ reportingInstance: 'i', action: 'a', reason: 'r', type: 'Normal' },
    ...(subject === 'regarding' ? { reportingController: 'c' } : { reportingComponent: 'c' }),
  });
  expect([answer.status, answer.json.details?.causes?.length]).toEqual([status, status === 201 ? undefined : 1]);
  // An update is judged as the version has it, too.
  await send('POST', '/api/v1/namespaces/default/events', {
    metadata: { name: 'b' },
    involvedObject: { namespace: 'default' },
  });
  const wish = { metadata: { finalizers: ['cpu'] } };
  const changed = await send('PATCH', `${path}/namespaces/default/events/b`, wish, { 'content-type': merge });
  const fields = changed.json.details?.causes?.map(({ field }: { field: string }) => field) ?? [];
  expect(fields.includes('metadata.finalizers[0]')).toBe(status === 422);
});

it('what is taken out of an Event of the newer group is told of as Go has it then', async () => {
  const { send } = await requester();
  const events = '/apis/events.k8s.io/v1/namespaces/default/events';
  const event = {
    ...{ metadata: { name: 'a' }, regarding: { namespace: 'default' }, eventTime: '2026-01-01T00:00:00.000000Z' },
    ...{ reportingController: 'c', reportingInstance: 'i', action: 'a', reason: 'r', type: 'Normal' },
  };
  expect((await send('POST', events, event)).status).toBe(201);
  const { reportingInstance: _gone, ...left } = event;
  const { json } = await send('PUT', `${events}/a`, left);
  expect(json.details.causes).toContainEqual({
    ...{ reason: 'FieldValueInvalid', field: 'reportingInstance' },
    message: 'Invalid value: "": field is immutable',
  });
});

it('an autoscaler of all faults is told of each', async () => {
  const { send } = await requester();
  const { json } = await send('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    metadata: { name: 'bad' },
    spec: {
      ...{ scaleTargetRef: {}, minReplicas: 0, maxReplicas: 0 },
      metrics: [{ type: 'X' }, { type: 'Resource', resource: { name: '', target: { type: 'X' } } }],
      behavior: { scaleUp: { policies: [] } },
    },
  });
  expect(json.details.causes.map(({ field }: { field: string }) => field)).toEqual([
    ...['spec.minReplicas', 'spec.maxReplicas', 'spec.scaleTargetRef.kind', 'spec.scaleTargetRef.name'],
    ...['spec.metrics[0].type', 'spec.metrics[0].type', 'spec.metrics[1].resource.name'],
    ...['spec.metrics[1].resource.target.type', 'spec.metrics[1].resource.target.averageUtilization'],
    ...['spec.metrics', 'spec.behavior.scaleUp.policies'],
  ]);
});

it('an autoscaler whose status is written in the older version keeps what that has no fields for', async () => {
  const { send } = await requester();
  const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 2 };
  await send('POST', path('v2'), { metadata: { name: 'a' }, spec });
  const status = {
    ...{ currentReplicas: 1, desiredReplicas: 2 },
    conditions: [{ type: 'ScalingActive', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '0' } } },
    ],
  };
  const patch = { 'content-type': merge };
  const { json } = await send('PATCH', `${path('v2')}/a/status`, { status }, patch);
  expect(json.status).toEqual(status);
  const { json: same } = await send('PATCH', `${path('v1')}/a/status`, { status: {} }, patch);
  expect(same.metadata.resourceVersion).toBe(json.metadata.resourceVersion);
  const { json: older } = await send('POST', path('v1'), { metadata: { name: 'b' }, spec });
  const { json: idle } = await send('PATCH', `${path('v1')}/b/status`, { status: {} }, patch);
  expect(idle.metadata.resourceVersion).toBe(older.metadata.resourceVersion);
});

it('a collection of the future is not told when it may be there, as a list that comes whole is', async () => {
  const { send } = await requester();
  const retryOf = async (method: string, query: string) =>
    (await send(method, `${maps}?resourceVersion=999999999${query}`)).headers['retry-after'];
  expect(await Promise.all([retryOf('GET', ''), retryOf('GET', '&limit=1'), retryOf('DELETE', '')])).toEqual([
    ...['1', undefined, undefined],
  ]);
});

it('a pod on no node has no log yet', async () => {
  const { send } = await requester();
  const pods = '/api/v1/namespaces/default/pods';
  await send('POST', pods, { metadata: { name: 'a' }, spec: template.spec });
  const { status, text } = await send('GET', `${pods}/a/log`);
  expect([status, text]).toEqual([204, '']);
});
