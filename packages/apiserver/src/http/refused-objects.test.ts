/** What kube-apiserver says of objects that lack nearly everything, by the fields of its causes; and what it makes all the same. */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const event = {
  ...{ metadata: { name: 'e' }, eventTime: '2026-01-01T00:00:00.000000Z', action: 'Act', type: 'Normal' },
  ...{ reason: 'Because', reportingController: 'example.com/c', reportingInstance: 'c-1' },
};
const subdomain = /^Invalid value: "": a lowercase RFC 1123 subdomain/;

const rows: readonly (readonly [path: string, object: object, causes: readonly (readonly [string, unknown])[]])[] = [
  ['/api/v1/namespaces/default/secrets', {}, [['metadata.name', 'Required value: name or generateName is required']]],
  [
    '/api/v1/persistentvolumes',
    {},
    [
      ['metadata.name', 'Required value: name or generateName is required'],
      ['spec.accessModes', 'Required value'],
      ['spec.capacity', 'Required value'],
      ['spec.capacity', expect.stringMatching(/^Unsupported value/)],
      ['spec', 'Required value: must specify a volume type'],
    ],
  ],
  [
    '/apis/storage.k8s.io/v1/volumeattachments',
    { metadata: { name: 'a' } },
    [
      ['spec.attacher', 'Required value'],
      ['spec.source', expect.stringMatching(/must specify exactly one of/)],
      ['spec.nodeName', expect.stringMatching(subdomain)],
      ['spec.attacher', 'Required value'],
      ['spec.attacher', expect.stringMatching(subdomain)],
    ],
  ],
  [
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    { metadata: { name: 'a' } },
    [
      ['spec.request', 'Invalid value: []byte(nil): PEM block type must be CERTIFICATE REQUEST'],
      ['spec.usages', 'Required value'],
      ['spec.signerName', 'Required value'],
    ],
  ],
  [
    '/apis/admissionregistration.k8s.io/v1alpha1/mutatingadmissionpolicies',
    { metadata: { name: 'a' } },
    [
      ['spec.matchConstraints', 'Required value'],
      ['spec.mutations', 'Required value: mutations must contain at least one item'],
      ['spec.reinvocationPolicy', 'Required value'],
    ],
  ],
  [events, { ...event, metadata: {} }, [['metadata.name', 'Required value: name or generateName is required']]],
  [
    '/apis/apiregistration.k8s.io/v1/apiservices',
    { spec: { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
    [['metadata.name', 'Required value: name or generateName is required']],
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    { metadata: { name: 'a' }, aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a' }] }] } },
    [
      ['aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator', expect.anything()],
      ['aggregationRule.clusterRoleSelectors[0]', 'Invalid value: "null": invalid label selector.'],
    ],
  ],
  [
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    { metadata: { name: 'a' } },
    [
      ['metadata.name', expect.stringMatching(/must be spec\.names\.plural/)],
      ['spec.group', 'Required value'],
      ['spec.scope', 'Required value'],
      ['spec.versions', 'Invalid value: []apiextensions.CustomResourceDefinitionVersion(nil): must have exactly one version marked as storage version'],
      ['spec.names.plural', 'Required value'],
      ['spec.names.kind', 'Required value'],
      ['spec.names.singular', 'Required value'],
      ['spec.names.listKind', 'Required value'],
      ['status.storedVersions', 'Invalid value: []string(nil): must have at least one stored version'],
    ],
  ],
  [
    '/api/v1/namespaces/default/replicationcontrollers',
    { metadata: { name: 'a' } },
    [
      ['spec.selector', 'Required value'],
      ['spec.template', 'Required value'],
    ],
  ],
  [
    events,
    { metadata: { name: 'e' } },
    [
      ['eventTime', 'Required value'],
      ['type', 'Invalid value: "": has invalid value: '],
    ],
  ],
  [
    events,
    { ...event, deprecatedCount: 1, series: { count: 1 } },
    [
      ['series.count', expect.stringMatching(/should be at least 2/)],
      ['series.lastObservedTime', 'Required value'],
      ['count', expect.stringMatching(/needs to be unset/)],
    ],
  ],
];

it.each(rows)('at %s: %j', async (path, object, causes) => {
  const { send } = await requester();
  const { status, json } = await send('POST', path, object);
  const told = json.details?.causes?.map(({ field, message }: Record<string, string>) => [field, message]);
  expect([status, told]).toEqual([422, expect.arrayContaining(causes as never[])]);
  expect(told).toHaveLength(causes.length);
});

it('an event of the newer group goes on by its series alone, and is told of by its older name', async () => {
  const { send } = await requester();
  expect((await send('POST', events, event)).status).toBe(201);
  const { status, json } = await send('PUT', `${events}/e`, { ...event, action: 'Other', note: 'new' });
  expect([status, json.message]).toEqual([
    422,
    'Event "e" is invalid: [message: Invalid value: "new": field is immutable, action: Invalid value: "Other": field is immutable]',
  ]);
  const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' };
  expect((await send('PUT', `${events}/e`, { ...event, series })).json).toMatchObject({ series });
  // By the older group, anything goes, under any name.
  const old = { metadata: { name: 'Not A Name' }, involvedObject: {} };
  expect((await send('POST', '/api/v1/namespaces/default/events', old)).status).toBe(201);
});

it.each<readonly [path: string, object: object, made: object]>([
  ['/api/v1/namespaces/default/limitranges', {}, { metadata: { name: expect.stringMatching(/^[0-9a-f-]{36}$/) } }],
  ['/apis/storage.k8s.io/v1/csidrivers', { metadata: { name: 'a' } }, { metadata: { name: 'a' } }],
  [
    '/api/v1/namespaces/default/configmaps',
    { metadata: { name: 'a', generation: 7, deletionTimestamp: '2026-01-01T00:00:00Z', selfLink: '/x' } },
    { metadata: { name: 'a', generation: 7 } },
  ],
])('at %s, of %j, there is made', async (path, object, made) => {
  const { send } = await requester();
  const { status, json } = await send('POST', path, object);
  expect([status, json]).toEqual([201, expect.objectContaining({ metadata: expect.anything() })]);
  const {
    uid: _uid,
    namespace: _namespace,
    creationTimestamp: _time,
    resourceVersion: _version,
    ...told
  } = json.metadata;
  expect({ metadata: { ...told, managedFields: undefined } }).toEqual(made);
});

it('what is counted from its first change on has no generation before', async () => {
  const { send } = await requester();
  const path = '/apis/storage.k8s.io/v1/csidrivers';
  await send('POST', path, { metadata: { name: 'a' } });
  const patched = await send(
    'PATCH',
    `${path}/a`,
    { spec: { requiresRepublish: true } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect(patched.json.metadata.generation).toBe(1);
});

it('what holds nothing of its own is refused by the uid in other words', async () => {
  const { send } = await requester();
  await send('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
  const { status, json } = await send('DELETE', '/api/v1/namespaces/n', { preconditions: { uid: 'another' } });
  expect([status, json.details.kind, json.message]).toEqual([
    409,
    'namespaces',
    expect.stringMatching(/namespaces "n": Precondition failed: UID in precondition: another, UID in object meta: /),
  ]);
});

it('who I am has a time; a question has its asker’s fields', async () => {
  const { send } = await requester();
  const { json: me } = await send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  expect(me.metadata).toEqual({ creationTimestamp: expect.any(String) });
  const asked = { spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } } };
  const reviews = '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews';
  const { json } = await send('POST', reviews, { ...asked, spec: { ...asked.spec, user: 'ann' } });
  expect(json.metadata).toMatchObject({ namespace: 'default', managedFields: [{ operation: 'Update' }] });
});

it('raw values are owned as wholes', async () => {
  const { send } = await requester();
  const path = '/apis/apps/v1/namespaces/default/controllerrevisions';
  const { json } = await send('POST', path, { metadata: { name: 'a' }, revision: 1, data: { a: { b: 1 } } });
  expect(json.metadata.managedFields[0].fieldsV1).toEqual({ 'f:data': {}, 'f:revision': {} });
});
