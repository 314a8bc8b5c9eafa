/** What kube-apiserver makes of writes that are odd, request by request: `tools/kube-apiserver/fuzz.ts` found them. */
import { beforeAll, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { type ApiServer, createApiServer } from '../server.js';
import { ask } from './asking.fixture.js';

let server: ApiServer;
beforeAll(async () => {
  server = await createApiServer({ world: virtualWorld({ seed: 1 }), disableAdmissionPlugins: ['ServiceAccount'] });
});

const configMap = (fields: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...fields } });
const maps = '/api/v1/namespaces/default/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const container = { name: 'a', image: 'b' };
const pod = (spec: object) => ({ metadata: { name: 'a' }, spec: { containers: [container], ...spec } });
const pods = '/api/v1/namespaces/default/pods';
const notMicro = (piece: string, time: string) =>
  `Lease in version "v1" cannot be handled as a Lease: parsing time "${time}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${piece}" as `;

it.each([
  [
    'a null in a list is what Go has where nothing was said',
    pods,
    pod({ containers: [{ ...container, args: ['x', null], env: [null] }] }),
    422,
    { details: { causes: [{ field: 'spec.containers[0].env[0].name', message: 'Required value' }] } },
  ],
  [
    'and in a map',
    '/api/v1/nodes',
    { metadata: { name: 'n' }, status: { capacity: { cpu: null } } },
    201,
    {
      status: { capacity: { cpu: '0' } },
    },
  ],
  [
    'a time to the microsecond is written so',
    leases,
    { metadata: { name: 'a' }, spec: { acquireTime: '2026-01-01T00:00:00Z' } },
    400,
    { message: `${notMicro('Z', '2026-01-01T00:00:00Z')}".000000"` },
  ],
  [
    'and no finer',
    leases,
    { metadata: { name: 'a' }, spec: { acquireTime: '2026-01-01T00:00:00.1234567Z' } },
    400,
    { message: `${notMicro('7Z', '2026-01-01T00:00:00.1234567Z')}"Z07:00"` },
  ],
  [
    'in whatever zone',
    leases,
    { metadata: { name: 'a' }, spec: { acquireTime: '2026-01-01T01:00:00.000001+01:00' } },
    201,
    { spec: { acquireTime: '2026-01-01T00:00:00.000001Z' } },
  ],
  [
    'bytes may be a list of numbers',
    maps,
    { ...configMap({ name: 'g' }), binaryData: { a: [0, 1, null, 255] } },
    201,
    { binaryData: { a: 'AAEA/w==' } },
  ],
  [
    'but of nothing else',
    maps,
    { ...configMap({ name: 'h' }), binaryData: { a: [0, 256] } },
    400,
    {
      message: expect.stringMatching(
        /: json: cannot unmarshal number 256 into Go struct field ConfigMap.binaryData of type uint8$/,
      ),
    },
  ],
  ['a version that is none says nothing of what is new', maps, configMap({ resourceVersion: 'b' }), 201, {}],
  [
    'a version is refused after all else',
    maps,
    configMap({ resourceVersion: '5', labels: { a: '-' } }),
    422,
    { reason: 'Invalid' },
  ],
  [
    'a version of what is new',
    maps,
    configMap({ name: 'b', resourceVersion: '5' }),
    400,
    { message: 'resourceVersion should not be set on objects to be created' },
  ],
  ['a version of what would be new', `${maps}?dryRun=All`, configMap({ name: 'b', resourceVersion: '5' }), 201, {}],
  [
    'a kind that is null is none that is said',
    maps,
    { ...configMap({ name: 'f' }), kind: null, apiVersion: null },
    201,
    {},
  ],
  [
    'of several faults, that is told which ends the reading',
    leases,
    { metadata: { name: {} }, spec: { acquireTime: 'today' } },
    400,
    { message: `${notMicro('today', 'today')}"2006"` },
  ],
  [
    'an event of the newer group names who reports as that group does',
    '/apis/events.k8s.io/v1/namespaces/default/events',
    {
      ...{ eventTime: '2026-01-01T00:00:00.000000Z', action: 'a', reason: 'b', type: 'Normal' },
      ...{ reportingController: '-', reportingInstance: 'c' },
    },
    422,
    {
      details: {
        causes: [
          { field: 'reportingController', reason: 'FieldValueInvalid' },
          { field: 'metadata.name', message: 'Required value: name or generateName is required' },
        ],
      },
    },
  ],
  [
    'the metadata of a budget is looked at last',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { metadata: { labels: { a: '-' } }, spec: { minAvailable: -1 } },
    422,
    { details: { causes: [{ field: 'spec.minAvailable' }] } },
  ],
  [
    'and is looked at',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { metadata: { name: 'a', labels: { a: '-' } }, spec: { minAvailable: 1 } },
    422,
    { details: { causes: [{ field: 'metadata.labels' }] } },
  ],
  [
    'a source of a claim that is odd is dropped beside one that may not lead out of the namespace',
    '/api/v1/namespaces/default/persistentvolumeclaims',
    {
      metadata: { name: 'c' },
      spec: {
        ...{ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } }, dataSource: {} },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'd', namespace: 'other' },
      },
    },
    201,
    { spec: { resources: { requests: { storage: '1' } } } },
  ],
  ...[
    ['a port of the nodes is out of their range', '', 422],
    ['but not in a dry run', '?dryRun=All', 201],
  ].map(
    ([name, query, status]) =>
      [
        name,
        `/api/v1/namespaces/default/services${query}`,
        { metadata: { name: 'n' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 100 }] } },
        status,
        {},
      ] as const,
  ),
  [
    'the list of drivers of a node is theirs who sends an empty one',
    '/apis/storage.k8s.io/v1/csinodes',
    { metadata: { name: 'n' }, spec: { drivers: [] } },
    201,
    { metadata: { managedFields: [{ fieldsV1: { 'f:spec': { 'f:drivers': {} } } }] } },
  ],
  [
    'and that of who sends none is nobody’s',
    '/apis/storage.k8s.io/v1/csinodes',
    { metadata: { name: 'm', labels: { a: 'b' } }, spec: {} },
    201,
    { metadata: { managedFields: [{ fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } } }] } },
  ],
  [
    'an address is called as its name was to begin',
    '/apis/networking.k8s.io/v1/ipaddresses',
    { metadata: { generateName: 'a' }, spec: { parentRef: { resource: 'services', name: 's' } } },
    422,
    { details: { name: 'a' } },
  ],
  [
    'a namespace whose name is made has the label of it',
    '/api/v1/namespaces',
    { metadata: { generateName: 'n-' } },
    201,
    { metadata: { labels: { 'kubernetes.io/metadata.name': expect.stringMatching(/^n-.{5}$/) } } },
  ],
] as const)('%s', async (_name, path, body, status, json) => {
  expect(await ask(server.handle, `POST ${path}`, { body })).toMatchObject({ status, json });
});

it.each([
  ['annotations: {at: 2026-01-01, when: 2026-01-01T00:00:00Z, ports: 8080:22, here: .}'],
  ['annotations: {at: "2026-01-01", when: "2026-01-01T00:00:00Z", ports: "8080:22", here: "."}'],
])('times in YAML are the texts that they are: %s', async (annotations) => {
  const { json } = await ask(server.handle, `POST ${maps}?dryRun=All`, {
    headers: { 'content-type': 'application/yaml' },
    body: `metadata:\n  name: e\n  ${annotations}\n`,
  });
  const texts = { at: '2026-01-01', when: '2026-01-01T00:00:00Z', ports: '8080:22', here: '.' };
  expect(json).toMatchObject({ metadata: { annotations: texts } });
});

const place = `${maps}/there`;
it.each<readonly [string, string, string, string, object, number, object]>([
  [
    'a link to itself, where nothing is stored',
    'PUT',
    `${place}?dryRun=All`,
    'json',
    configMap({ name: 'there', selfLink: '/a' }),
    200,
    { metadata: { selfLink: '/a' } },
  ],
  [
    'and where it would be',
    'PUT',
    place,
    'json',
    configMap({ name: 'there', selfLink: '/a', labels: { a: 'b' } }),
    200,
    { metadata: expect.not.objectContaining({ selfLink: '/a' }) },
  ],
  [
    'an apply to what is there, without a name',
    'PATCH',
    `${place}?fieldManager=me`,
    'apply-patch+yaml',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: 'b' } } },
    200,
    { metadata: { name: 'there', labels: { a: 'b' } } },
  ],
  [
    'and with an empty one',
    'PATCH',
    `${place}?fieldManager=me`,
    'apply-patch+yaml',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: null } },
    400,
    { message: expect.stringContaining('was undeterminable: name must be provided') },
  ],
  [
    'an apply of an item whose key is empty',
    'PATCH',
    '/apis/apps/v1/namespaces/default/deployments/a?fieldManager=me',
    'apply-patch+yaml',
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ image: 'i' }] } },
      },
    },
    422,
    { details: { causes: [{ field: 'spec.template.spec.containers[0].name', message: 'Required value' }] } },
  ],
  [
    'a strategic patch that makes a time that is none',
    'PATCH',
    place,
    'strategic-merge-patch+json',
    { metadata: { creationTimestamp: '2026' } },
    422,
    {
      message: expect.stringMatching(/: parsing time "2026" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "-"$/),
    },
  ],
  [
    'a strategic patch that says of what kind it is in another case',
    'PATCH',
    `${place}?dryRun=All`,
    'strategic-merge-patch+json',
    { APIVERSION: true, Kind: 'Other', data: { a: 'b' } },
    200,
    { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } },
  ],
  [
    'and is held against it',
    'PATCH',
    `${place}?fieldValidation=Strict`,
    'strategic-merge-patch+json',
    { APIVERSION: true, nope: 1, Kind: 'Other' },
    422,
    {
      message: expect.stringMatching(
        /strict decoding error: unknown field "APIVERSION", unknown field "Kind", unknown field "nope"$/,
      ),
    },
  ],
  [
    'a strategic patch is shown without the nulls of what is new',
    'PATCH',
    place,
    'strategic-merge-patch+json',
    { metadata: { name: {}, labels: null }, data: { a: null } },
    422,
    { message: expect.stringContaining('"map[data:map[] metadata:map[labels:<nil> name:map[]]]": unrecognized type') },
  ],
  [
    'an apply of nothing for the name of a secret to pull with',
    'PATCH',
    `${pods}/secretive?fieldManager=me`,
    'apply-patch+yaml',
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'secretive' } },
      spec: { containers: [container], imagePullSecrets: [{}] },
    },
    201,
    { metadata: { managedFields: [{ fieldsV1: { 'f:spec': { 'f:imagePullSecrets': { 'k:{"name":""}': {} } } } }] } },
  ],
  [
    'an apply of a time that is none',
    'PATCH',
    `${leases}/z?fieldManager=me`,
    'apply-patch+yaml',
    {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'z' } },
      spec: { acquireTime: '2026-01-01T00:00:00Z' },
    },
    400,
    {
      message: expect.stringMatching(
        /^failed to convert new object \(\/z; coordination.k8s.io\/v1, Kind=Lease\) to proper version: unable to convert unstructured object to coordination.k8s.io\/v1, Kind=Lease: parsing time /,
      ),
    },
  ],
  [
    'and of what is no scalar',
    'PATCH',
    `${leases}/a?fieldManager=me`,
    'apply-patch+yaml',
    {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a', namespace: 'default' } },
      spec: { acquireTime: ['a'], holderIdentity: [{ a: 1 }] },
    },
    400,
    {
      message: expect.stringMatching(
        /^failed .* object \(default\/a; .*\.spec\.acquireTime: expected any scalar, got &\{\[a\]\}\n.*\.spec\.holderIdentity: expected string, got &value\.valueUnstructured\{Value:\[\]interface \{\}\{map\[string\]interface \{\}\{"a":1\}\}\}$/s,
      ),
    },
  ],
  [
    'a strategic patch that makes bytes that are none',
    'PATCH',
    place,
    'strategic-merge-patch+json',
    { binaryData: { a: 'no base64' } },
    422,
    { message: expect.stringMatching(/: error decoding from json: illegal base64 data at input byte 2$/) },
  ],
])('%s', async (_name, method, path, media, body, status, json) => {
  await ask(server.handle, `POST ${maps}`, { body: configMap({ name: 'there' }) });
  const headers = { 'content-type': `application/${media}` };
  expect(await ask(server.handle, `${method} ${path}`, { headers, body })).toMatchObject({ status, json });
});

const policies = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
it.each<readonly [path: string, name: string, metadata: object, causes: readonly object[]]>([
  [
    maps,
    'm',
    { generateName: '/a' },
    [
      { field: 'metadata.generateName', message: `Invalid value: "/a": may not contain '/'` },
      { field: 'metadata.generateName', message: expect.stringContaining('a lowercase RFC 1123 subdomain') },
    ],
  ],
  [maps, 'm', { generateName: 'A' }, [{ message: expect.stringContaining('a lowercase RFC 1123 subdomain') }]],
  [policies, 'b', { generateName: '%' }, [{ message: `Invalid value: "%": may not contain '%'` }]],
  [
    policies,
    'b/status',
    { deletionGracePeriodSeconds: 1 },
    [{ field: 'metadata.deletionGracePeriodSeconds', message: 'Invalid value: 1: field is immutable' }],
  ],
  [
    '/api/v1/namespaces',
    'n/status',
    { deletionTimestamp: '2026-01-01T00:00:00Z' },
    [
      { field: 'metadata.deletionTimestamp' },
      { field: 'status.Phase', message: expect.stringContaining("'Terminating'") },
    ],
  ],
])('an update of %s/%s with %j is refused', async (path, place, more, causes) => {
  const [name] = place.split('/');
  const object = path === policies ? { spec: { selector: {} } } : {};
  await ask(server.handle, `POST ${path}`, { body: { ...object, metadata: { name } } });
  const { resourceVersion } = (await ask(server.handle, `GET ${path}/${name}`)).json.metadata;
  const body = { ...object, metadata: { name, resourceVersion, ...more } };
  expect(await ask(server.handle, `PUT ${path}/${place}`, { body })).toMatchObject({
    status: 422,
    json: { details: { causes } },
  });
});

it.each([
  [policies, 'A'],
  ['/api/v1/namespaces/default/events', '..'],
])('prefixes of names of %s may be %s', async (path, generateName) => {
  const at = '2026-01-01T00:00:00Z';
  const event = { involvedObject: { namespace: 'default' }, firstTimestamp: at, lastTimestamp: at };
  const body = { metadata: { generateName }, ...(path === policies ? { spec: { selector: {} } } : event) };
  expect(await ask(server.handle, `POST ${path}?dryRun=All`, { body })).toMatchObject({ status: 201 });
});

it('faults of YAML are told in the order of names', async () => {
  const { json } = await ask(server.handle, `POST ${maps}`, {
    headers: { 'content-type': 'application/yaml' },
    body: 'metadata: {name: []}\ndata: 5\n',
  });
  expect(json.message).toContain('Go struct field ConfigMap.data of type');
});

it('a dry run that is of another object names no place in the store', async () => {
  await ask(server.handle, `POST ${maps}`, { body: configMap({ name: 'd' }) });
  const { json } = await ask(server.handle, `PUT ${maps}/d?dryRun=All`, { body: configMap({ name: 'd', uid: 'u' }) });
  expect(json.message).toContain('Key: /configmaps/default/d, ResourceVersion: 0');
});

it('a Service that is to have no address any more is told so of the address alone', async () => {
  const at = '/api/v1/namespaces/default/services';
  const service = (spec: object) => ({ metadata: { name: 's' }, spec: { ports: [{ port: 80 }], ...spec } });
  await ask(server.handle, `POST ${at}`, { body: service({}) });
  const { json } = await ask(server.handle, `PUT ${at}/s`, { body: service({ clusterIP: 'None' }) });
  expect(json).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.clusterIPs[0]' }] } });
});

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
it.each<readonly [query: string, accept: string, answer: object]>([
  ['', `application/*;q=1.5, ${table}`, { kind: 'Table' }],
  ['', `application/json;charset=utf-8;q=x, ${table}`, { kind: 'Table' }],
  ['', `${table};q=x, application/json;q=0.1`, { kind: 'ConfigMapList' }],
  ['', `${table};q=0`, { kind: 'Table' }],
  ['', `nonsense, application/json;x=, ${table}`, { kind: 'ConfigMapList' }],
  ['limit=', 'application/json', { message: 'strconv.ParseInt: parsing "": invalid syntax' }],
  [
    'timeoutSeconds=x',
    'application/json;as=Pod;v=v1;g=g',
    { message: 'strconv.ParseInt: parsing "x": invalid syntax' },
  ],
  ['resourceVersionMatch=Exact', 'application/json;as=Pod;v=v1;g=g', { reason: 'Invalid' }],
  [
    'labelSelector=a+in+(&sendInitialEvents=true',
    'application/json',
    { message: "unable to parse requirement: found '', expected: ',', ')' or identifier" },
  ],
  ['labelSelector=(', 'text/html', { message: expect.stringMatching(/^406: Not Acceptable/) }],
  ['fieldSelector=a', 'application/json;as=Pod;v=v1;g=g', { message: expect.stringContaining("can't understand 'a'") }],
  ['fieldSelector=a=b', 'application/json;as=Pod;v=v1;g=g', { reason: 'NotAcceptable' }],
  ['labelSelector=a,,b', 'application/json', { message: "found ',', expected: identifier after ','" }],
  ['labelSelector=a,!b', 'application/json', { kind: 'ConfigMapList' }],
])('a list by %j in the form of %j', async (query, accept, answer) => {
  expect((await ask(server.handle, `GET ${maps}?${query}`, { headers: { accept } })).json).toMatchObject(answer);
});

it('what a strategic patch does not fit is told of with its nulls', async () => {
  const at = '/api/v1/nodes';
  const conditions = [{ type: 'Ready', status: 'True' }];
  await ask(server.handle, `POST ${at}`, { body: { metadata: { name: 'told' }, status: { conditions } } });
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const body = { status: { conditions: ['seven'] } };
  const { json } = await ask(server.handle, `PATCH ${at}/told`, { headers, body });
  expect(json.message).toBe(
    'list element types are not identical: [[map[lastHeartbeatTime:<nil> lastTransitionTime:<nil> status:True type:Ready]] [seven]]',
  );
});

it('of several faults in a strategic patch that is told which Go’s converter meets first', async () => {
  const at = '/api/v1/nodes';
  await ask(server.handle, `POST ${at}`, { body: { metadata: { name: 'first' } } });
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const body = { status: { conditions: [{ type: 'A', lastTransitionTime: '' }], capacity: { cpu: [] } } };
  const { json } = await ask(server.handle, `PATCH ${at}/first/status`, { headers, body });
  expect(json.message).toContain(': quantities must match the regular expression');
});

it.each(['', '&fieldValidation=Ignore'])(
  'a JSON patch that is no list is told of as what it is to be: %j',
  async (more) => {
    const headers = { 'content-type': 'application/json-patch+json' };
    const { json } = await ask(server.handle, `PATCH /api/v1/namespaces/default?dryRun=All${more}`, {
      headers,
      body: {},
    });
    const type = more === '' ? '[]handlers.jsonPatchOp' : 'jsonpatch.Patch';
    expect(json.message.endsWith(`json: cannot unmarshal object into Go value of type ${type}`)).toBe(true);
  },
);

it('whose fields are is told by maps', async () => {
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const managedFields = [{ time: '2026-13-01T00:00:00Z', fieldsV1: [] }];
  const body = configMap({ name: 'mine', managedFields });
  const { json } = await ask(server.handle, `PATCH ${maps}/mine?fieldManager=me`, { headers, body });
  expect(json.message).toContain('.metadata.managedFields[0].fieldsV1: expected map, got &{[]}');
});

it('what is one piece is gone where null is applied', async () => {
  const all = '/apis/apps/v1/namespaces/default/controllerrevisions';
  const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'r' }, revision: 1 };
  await ask(server.handle, `POST ${all}`, { body: { ...revision, data: { a: 1 } } });
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const body = { ...revision, data: null };
  const { json } = await ask(server.handle, `PATCH ${all}/r?fieldManager=me&force=true`, { headers, body });
  expect(json).toMatchObject({
    code: 422,
    details: { causes: [{ field: 'data', message: expect.stringContaining('field is immutable') }] },
  });
});

it('since when somebody wishes for nothing is told', async () => {
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  await ask(server.handle, `POST ${maps}`, { body: configMap({ name: 'null' }) });
  const body = { ...configMap({ name: 'null' }), immutable: null };
  const { json } = await ask(server.handle, `PATCH ${maps}/null?fieldManager=me`, { headers, body });
  expect(json.metadata.managedFields).toEqual([
    expect.objectContaining({ manager: 'me', time: expect.any(String), fieldsV1: { 'f:immutable': {} } }),
  ]);
});

it.each(['strategic-merge-patch+json', 'merge-patch+json'])(
  'what is unknown in a patch in %s is told in order',
  async (media) => {
    await ask(server.handle, `POST ${maps}`, { body: configMap({ name: 'unknown' }) });
    const headers = { 'content-type': `application/${media}` };
    const body = { z: 1, metadata: { b: 1, a: 1 }, A: 1 };
    const answer = await ask(server.handle, `PATCH ${maps}/unknown?dryRun=All&fieldValidation=Warn`, { headers, body });
    expect(answer.headers['warning']).toEqual(
      ['A', 'metadata.a', 'metadata.b', 'z'].map((field) => `299 - "unknown field \\"${field}\\""`),
    );
  },
);

it('who takes the version away is told of fields that are null, too', async () => {
  const events = '/api/v1/namespaces/default/events';
  await ask(server.handle, `POST ${events}`, {
    body: { metadata: { name: 'n' }, involvedObject: { namespace: 'default' } },
  });
  const headers = { 'content-type': 'application/merge-patch+json' };
  const body = { apiVersion: null };
  const answer = await ask(server.handle, `PATCH ${events}/n?fieldValidation=Strict`, { headers, body });
  expect(answer.json.message).toContain(
    'strict decoding error: unknown field "eventTime", unknown field "firstTimestamp"',
  );
});
