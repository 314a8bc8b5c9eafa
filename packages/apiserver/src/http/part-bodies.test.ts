/** Bodies of subresources with kinds of their own, as kube-apiserver reads them (`tools/kube-apiserver/fuzz.ts --areas parts`). */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const pods = '/api/v1/namespaces/default/pods';
const sets = '/apis/apps/v1/namespaces/default/replicasets';
const labels = { app: 'a' };
const container = { name: 'c', image: 'i' };

async function cluster() {
  const made = await requester({ disableAdmissionPlugins: ['ServiceAccount'] });
  const { send } = made;
  await send('POST', pods, { metadata: { name: 'x' }, spec: { containers: [container] } });
  await send('POST', '/api/v1/namespaces', { metadata: { name: 'x', labels: { a: 'b' } } });
  const template = { metadata: { labels }, spec: { containers: [container] } };
  await send('POST', sets, { metadata: { name: 'x' }, spec: { selector: { matchLabels: labels }, template } });
  return made;
}

const scale = `${sets}/x/scale`;
const finalize = '/api/v1/namespaces/x/finalize';
const merge = 'application/merge-patch+json';
const wishes = 'application/apply-patch+yaml';
const unnamed = 'the name of the object (x based on URL) was undeterminable: name must be provided';
const other = 'the name of the object (y) does not match the name on the URL (x)';

const bound = (metadata: object) => ({ metadata: { name: 'x', ...metadata }, target: { kind: 'Node', name: 'n' } });
const wished = (more: object, name = 'x') => ({
  ...{ apiVersion: 'autoscaling/v1', kind: 'Scale' },
  ...(name === '' ? {} : { metadata: { name } }),
  ...more,
});
const notTyped = (fault: string, name = 'x') =>
  `failed to create typed patch object (/${name}; autoscaling/v1, Kind=Scale): ${fault}`;

it.each<readonly [line: string, body: unknown, status: number, message: unknown, type?: string]>([
  [`PUT ${scale}`, { spec: { replicas: 3 } }, 400, unnamed],
  [`PUT ${scale}`, { metadata: { name: 'y' } }, 400, other],
  [`PUT ${scale}`, { apiVersion: [] }, 400, expect.stringContaining('unrecognized (must be of type Scale)')],
  [`PATCH ${scale}`, { metadata: { name: 'y' } }, 400, other, merge],
  [`PATCH ${scale}`, { kind: 'Pod' }, 422, expect.anything(), merge],
  [`PATCH ${scale}?fieldManager=me`, { spec: { replicas: 3 } }, 400, 'invalid object type: /, Kind=', wishes],
  [`POST ${scale}?dryRun=all`, {}, 405, 'the server does not allow this method on the requested resource'],
  [`PATCH ${finalize}`, {}, 405, 'the server does not allow this method on the requested resource', merge],
  [`PATCH ${scale}?fieldManager=me`, { apiVersion: null }, 400, 'invalid object type: /, Kind=', wishes],
  [`PATCH ${scale}`, { apiVersion: '', spec: { replicas: 3 } }, 400, unnamed, merge],
  [`PATCH ${sets}/y/scale?fieldManager=me`, wished({ spec: true }), 404, expect.anything(), wishes],
  [
    ...([`PATCH ${scale}?fieldManager=me`, wished({ status: { selector: {} } }), 400] as const),
    notTyped('.status.selector: expected string, got &value.valueUnstructured{Value:map[string]interface {}{}}'),
    wishes,
  ],
  [
    ...([`PATCH ${scale}?fieldManager=me`, wished({ metadata: { NAME: 'x' } }, ''), 400] as const),
    notTyped('.metadata.NAME: field not declared in schema', ''),
    wishes,
  ],
  [
    ...([`PATCH ${scale}?fieldManager=me&force=true`, wished({ spec: { replicas: 1.5 } }), 400] as const),
    expect.stringMatching(/^failed to convert new object \(\/x; .*: cannot convert float64 to int32$/),
    wishes,
  ],
  [`PATCH ${scale}?fieldManager=me`, wished({ metadata: { name: null } }), 400, unnamed, wishes],
  [
    ...([`PATCH ${scale}?fieldManager=me`, wished({ metadata: { managedFields: [{}] } }), 400] as const),
    'metadata.managedFields must be nil',
    wishes,
  ],
  [
    ...([`PATCH ${scale}?fieldManager=me&force=true`, wished({ metadata: { namespace: 'y' } }), 400] as const),
    'the namespace of the provided object does not match the namespace sent on the request',
    wishes,
  ],
  [
    ...([`PATCH ${scale}?fieldManager=me`, wished({ spec: { replicas: null } }), 409] as const),
    'Apply failed with 1 conflict: conflict with "unknown" using autoscaling/v1: .spec.replicas',
    wishes,
  ],
  [`PUT ${finalize}`, {}, 400, unnamed],
  [
    `PUT ${finalize}`,
    { metadata: { name: 'x' }, spec: { finalizers: ['x'] } },
    422,
    'Namespace "x" is invalid: spec.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    `POST ${pods}/x/binding`,
    { kind: 'Node' },
    400,
    'Node in version "v1" cannot be handled as a Binding: converting (v1.Node) to (core.Binding): unknown conversion',
  ],
  ['POST /api/v1/namespaces/default/bindings', { target: { name: 'n' } }, 400, 'Name parameter required.'],
  [
    ...([`POST ${pods}/x/binding`, { kind: 'Node', metadata: { name: {} } }, 400] as const),
    expect.stringMatching(
      /^Node in version "v1" cannot be handled as a Binding: json: cannot unmarshal object into Go/,
    ),
  ],
  ['POST /api/v1/namespaces/default/bindings', {}, 500, 'target.name: Required value'],
  [
    ...([`POST ${pods}/x/binding`, bound({ resourceVersion: '1' }), 409] as const),
    expect.stringMatching(
      /on pods "x": StorageError: .*\/x, .*: ResourceVersion in precondition: 1, ResourceVersion in/,
    ),
  ],
  [
    ...([`PUT ${scale}`, { metadata: { name: 'x', uid: 'y' } }, 409] as const),
    expect.stringMatching(/on replicasets.apps "x": StorageError: .*: UID in precondition: y, UID in object meta: /),
  ],
  [
    ...([
      `PUT ${finalize}`,
      { metadata: { name: 'x', resourceVersion: '1' }, spec: { finalizers: ['x'] } },
      409,
    ] as const),
    expect.stringContaining('the object has been modified'),
  ],
  [`PATCH ${pods}/y/status?fieldManager=me`, { kind: 'Pod' }, 404, 'pods "y" not found', wishes],
  ...['resize', 'ephemeralcontainers'].map(
    (part) =>
      [
        ...([`PATCH ${pods}/x/${part}`, { metadata: { uid: 'y' } }, 422] as const),
        ...(['Pod "x" is invalid: metadata.uid: Invalid value: "y": field is immutable', merge] as const),
      ] as const,
  ),
  [
    `POST ${pods}/x/eviction`,
    { metadata: { name: 'x', namespace: 'y' } },
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    `POST ${pods}/x/eviction`,
    { metadata: { name: 'x' }, deleteOptions: { gracePeriodSeconds: 'x' } },
    400,
    expect.stringMatching(/^Eviction in version "v1" cannot be handled as a Eviction: json: cannot unmarshal string/),
  ],
  ...[['x', 422] as const, ['y', 404] as const].map(
    ([name, code]) =>
      [
        ...([
          `POST ${pods}/${name}/eviction`,
          { metadata: { name }, deleteOptions: { propagationPolicy: '' } },
        ] as const),
        ...([code, expect.anything()] as const),
      ] as const,
  ),
  [`POST ${pods}/x/eviction`, { apiVersion: 'policy/v1beta1', metadata: { name: 'x' } }, 201, undefined],
  [`GET ${scale}?fieldManager=a%0Ab`, undefined, 200, undefined],
])('%s with %j', async (line, body, status, message, type = 'application/json') => {
  const { send } = await cluster();
  const [method = '', path = ''] = line.split(' ');
  const { json, status: answered } = await send(method, path, body, { 'content-type': type });
  expect([answered, json.message]).toEqual([status, message]);
});

it('what is unknown is told', async () => {
  const { send } = await cluster();
  const { headers } = await send('PUT', `${scale}?fieldValidation=Warn`, { metadata: { name: 'x' }, notAField: 1 });
  expect(headers['warning']).toEqual(['299 - "unknown field \\"notAField\\""']);
  const { json } = await send('PUT', `${scale}?fieldValidation=Strict`, { metadata: { name: 'x' }, notAField: 1 });
  expect(json.message).toContain('strict decoding error: unknown field "notAField"');
});

it('what is unknown is told of what is refused as a fault of the server, too', async () => {
  const { send } = await cluster();
  const { headers, status } = await send('POST', `${pods}/x/binding`, { metadata: { name: 'x' }, notAField: 1 });
  expect([status, headers['warning']]).toEqual([500, ['299 - "unknown field \\"notAField\\""']]);
});

it('who gives the replicas up that he applied leaves none', async () => {
  const { send } = await cluster();
  const type = { 'content-type': wishes };
  await send('PATCH', `${scale}?fieldManager=me&force=true`, wished({ spec: { replicas: 3 } }), type);
  const { json } = await send('PATCH', `${scale}?fieldManager=me`, wished({}), type);
  expect(json.spec).toEqual({});
});

it.each(['/api/v1/namespaces/default/bindings', `${pods}/x/binding`])('%s binds nothing in a dry run', async (path) => {
  const { send, get } = await cluster();
  expect((await send('POST', `${path}?dryRun=All`, bound({}))).status).toBe(201);
  expect((await get(`${pods}/x`)).json.spec.nodeName).toBeUndefined();
});

it.each([
  ['/api/v1/namespaces/default/bindings', 'Table', 406],
  ['/api/v1/namespaces/default/bindings', 'PartialObjectMetadataList', 201],
  ['/apis/authentication.k8s.io/v1/selfsubjectreviews', 'Table', 406],
])('what is made at %s and not stored is told as a %s: %d', async (path, as, code) => {
  const { send } = await cluster();
  const accept = `application/json;as=${as};v=v1;g=meta.k8s.io`;
  const { status } = await send('POST', path, path.endsWith('bindings') ? bound({}) : {}, { accept });
  expect(status).toBe(code);
});

it('a scale whose owners cannot be told apart has none after it', async () => {
  const { send, get } = await cluster();
  await send('PATCH', scale, [], { 'content-type': 'application/json-patch+json' });
  await send('PATCH', scale, { spec: { replicas: 3 } }, { 'content-type': merge });
  const { managedFields } = (await get(`${sets}/x`)).json.metadata;
  expect(managedFields.map(({ subresource }: { subresource?: string }) => subresource)).toEqual([undefined]);
});

it('a Scale is no list', async () => {
  const { get } = await cluster();
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
  const { status, json } = await get(scale, { accept });
  expect([status, json.message]).toEqual([
    406,
    'you requested PartialObjectMetadataList, but the requested object is not a list (*autoscaling.Scale)',
  ]);
});

it('who puts a namespace to be finalized puts its labels, too', async () => {
  const { send } = await cluster();
  const { json } = await send('PUT', finalize, { metadata: { name: 'x' }, spec: { finalizers: ['example.com/a'] } });
  expect([json.metadata.labels, json.spec, json.status]).toEqual([
    { 'kubernetes.io/metadata.name': 'x' },
    { finalizers: ['example.com/a'] },
    { phase: 'Active' },
  ]);
});
