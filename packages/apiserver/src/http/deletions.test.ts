/** Options of deletions, in bodies and in queries, as kube-apiserver takes them (`tools/kube-apiserver/fuzz.ts --areas deleting`). */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const maps = '/api/v1/namespaces/default/configmaps';
const options = (more: object) => ({ kind: 'DeleteOptions', apiVersion: 'v1', ...more });
const notRead = (why: string) => `couldn't get version/kind; json parse error: ${why}`;
const notSupported = (value: string) =>
  `Unsupported value: ${value}: supported values: "Foreground", "Background", "Orphan", "nil"`;

it.each<readonly [query: string, body: unknown, status: number, message: unknown]>([
  ['', options({ orphanDependents: 'true' }), 400, expect.stringContaining('cannot unmarshal string into Go struct')],
  ['', options({ preconditions: 'x' }), 400, expect.stringContaining('field DeleteOptions.preconditions')],
  [
    '',
    options({ apiVersion: 7 }),
    400,
    notRead('json: cannot unmarshal number into Go struct field .apiVersion of type string'),
  ],
  ['', options({ kind: {} }), 400, notRead('json: cannot unmarshal object into Go struct field .kind of type string')],
  ['', '7', 400, expect.stringContaining(notRead('json: cannot unmarshal number into Go value of type struct {'))],
  ['', options({ apiVersion: 'a/b/c', propagationPolicy: 7 }), 400, 'unexpected GroupVersion string: a/b/c'],
  ['', { APIVERSION: 'a/b/c' }, 400, 'unexpected GroupVersion string: a/b/c'],
  ['', options({ kind: 'Pod' }), 400, 'no kind "Pod" is registered for version "v1"'],
  ['', { kind: 'Pod' }, 400, 'no kind "Pod" is registered for version "meta.k8s.io/v1"'],
  ['', { kind: 'ListOptions' }, 400, 'converting (v1.ListOptions) to (v1.DeleteOptions): unknown conversion'],
  ['', options({ kind: 'ListOptions' }), 400, 'no kind "ListOptions" is registered for version "v1"'],
  ['', options({ kind: 'Status' }), 400, 'converting (v1.Status) to (v1.DeleteOptions): unknown conversion'],
  ['', options({ apiVersion: 'other/v1', kind: null, dryRun: null, preconditions: { uid: null } }), 200, undefined],
  ['', 'null', 200, undefined],
  [
    '',
    options({ propagationPolicy: 'orphan', dryRun: ['all'] }),
    422,
    `DeleteOptions.meta.k8s.io "" is invalid: [propagationPolicy: ${notSupported('"orphan"')}, dryRun: Unsupported value: []string{"all"}: supported values: "All"]`,
  ],
  ['propagationPolicy=', undefined, 422, expect.stringContaining(notSupported('""'))],
  ['propagationPolicy=', options({}), 200, undefined],
  ['uid=x', undefined, 409, expect.stringContaining('the UID in the precondition (x) does not match')],
  ['resourceVersion=1', undefined, 409, expect.stringContaining('the ResourceVersion in the precondition (1)')],
  ['gracePeriodSeconds=9223372036854775807', undefined, 200, undefined],
  ['gracePeriodSeconds=9223372036854775808', undefined, 400, expect.stringContaining('value out of range')],
])('?%s with %j', async (query, body, status, message) => {
  const { send } = await requester();
  await send('POST', maps, { metadata: { name: 'a' } });
  const { json, status: answered } = await send('DELETE', `${maps}/a?${query}`, body);
  expect([answered, json.message]).toEqual([status, message]);
});

it('protobuf is known by how it begins', async () => {
  const { send } = await requester();
  const type = { 'content-type': 'application/vnd.kubernetes.protobuf' };
  const why = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
  expect((await send('DELETE', `${maps}/a`, '{}', type)).json.message).toBe(why);
  expect((await send('POST', maps, '', type)).json.message).toBe(
    'the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)',
  );
  expect((await send('POST', maps, 'k8s\u0001', type)).json.message).toBe(
    `the object provided is unrecognized (must be of type ConfigMap): ${why} (6b387301)`,
  );
});

it('a body is of a type that is read', async () => {
  const { send } = await requester();
  const { status } = await send('DELETE', `${maps}/a`, options({}), { 'content-type': '*/*' });
  expect(status).toBe(415);
});

it.each<readonly [finalizers: readonly string[], query: string, left: readonly string[]]>([
  [['foregroundDeletion', 'example.com/a'], 'propagationPolicy=Foreground', ['foregroundDeletion', 'example.com/a']],
  [['orphan', 'example.com/a'], 'propagationPolicy=Foreground', ['example.com/a', 'foregroundDeletion']],
])('finalizers %j and ?%s', async (finalizers, query, left) => {
  const { send } = await requester();
  await send('POST', maps, { metadata: { name: 'a', finalizers } });
  const { json } = await send('DELETE', `${maps}/a?${query}`);
  expect(json.metadata.finalizers).toEqual(left);
});

it('a pod whose grace runs keeps the finalizers that it has', async () => {
  const { send } = await requester();
  const pods = '/api/v1/namespaces/default/pods';
  const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
  await send('POST', pods, { metadata: { name: 'p' }, spec });
  const first = await send('DELETE', `${pods}/p`);
  const second = await send('DELETE', `${pods}/p?propagationPolicy=Orphan`);
  expect(second.json.metadata).toEqual(first.json.metadata);
});

it('nothing depends on events', async () => {
  const { send } = await requester();
  const events = '/api/v1/namespaces/default/events';
  const finalizers = ['orphan', 'example.com/a'];
  await send('POST', events, { metadata: { name: 'e', finalizers }, involvedObject: { namespace: 'default' } });
  const { json } = await send('DELETE', `${events}/e?propagationPolicy=Orphan`);
  expect(json.metadata.finalizers).toEqual(['example.com/a']);
});

it('a namespace takes its options the first time', async () => {
  const { send } = await requester();
  await send('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
  const refused = await send('DELETE', '/api/v1/namespaces/n?resourceVersion=1');
  expect(refused.json.message).toMatch(/Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in/);
  const first = await send('DELETE', '/api/v1/namespaces/n?orphanDependents=false');
  expect([first.status, first.json.metadata.finalizers]).toEqual([202, ['foregroundDeletion']]);
  const second = await send('DELETE', '/api/v1/namespaces/n?propagationPolicy=Orphan');
  expect(second.json.metadata).toEqual(first.json.metadata);
});

it.each<readonly [query: string, body: unknown, message: string]>([
  ['labelSelector=%2C', { kind: 'Pod' }, "found ',', expected: !, identifier, or 'end of string'"],
  ['labelSelector=%2C&limit=x', undefined, 'strconv.ParseInt: parsing "x": invalid syntax'],
  [
    'fieldSelector=data%3D1',
    { kind: 'Pod' },
    '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
])('all of ?%s with %j', async (query, body, message) => {
  const { send } = await requester();
  const { json } = await send('DELETE', `${maps}?${query}`, body);
  expect([json.code, json.message]).toEqual([400, message]);
});

it('all as they were then', async () => {
  const { send } = await requester();
  await send('POST', maps, { metadata: { name: 'a' } });
  const { json } = await send('DELETE', `${maps}?resourceVersion=1`);
  expect(json.items).toEqual([]);
  const left = await send('GET', maps);
  expect(left.json.items).toHaveLength(1);
});
