/** Applies, selections and deletions of many, as kube-apiserver answers them (`tools/kube-apiserver/compare.ts` asks it again). */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const maps = '/api/v1/namespaces/default/configmaps';
const wishes = { 'content-type': 'application/apply-patch+yaml' };
const map = (metadata: object, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...more });

it.each<readonly [body: object, status: number, message: string]>([
  [map({}), 400, 'the name of the object (a based on URL) was undeterminable: name must be provided'],
  [
    map({ generateName: 'a-' }),
    400,
    'the name of the object (a based on URL) was undeterminable: name must be provided',
  ],
  [map({ name: 'a', managedFields: [] }), 400, 'metadata.managedFields must be nil'],
])('an apply of %j is refused', async (body, status, message) => {
  const { send } = await requester();
  const { json } = await send('PATCH', `${maps}/a?fieldManager=me`, body, wishes);
  expect([json.code, json.message]).toEqual([status, message]);
});

it('an owner is owned as a whole', async () => {
  const { send } = await requester();
  const owner = (name: string) => [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: 'o-1' }];
  const one = await send(
    'PATCH',
    `${maps}/a?fieldManager=one`,
    map({ name: 'a', ownerReferences: owner('o') }),
    wishes,
  );
  expect(one.json.metadata.managedFields[0].fieldsV1).toEqual({
    'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"o-1"}': {} } },
  });
  const two = await send(
    'PATCH',
    `${maps}/a?fieldManager=two`,
    map({ name: 'a', ownerReferences: owner('p') }),
    wishes,
  );
  expect(two.json.message).toBe(
    'Apply failed with 1 conflict: conflict with "one": .metadata.ownerReferences[uid="o-1"]',
  );
});

it('when somebody scaled is not told', async () => {
  const { send } = await requester();
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await send('POST', deployments, {
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  });
  const merge = { 'content-type': 'application/merge-patch+json' };
  await send('PATCH', `${deployments}/d/scale?fieldManager=me`, { spec: { replicas: 3 } }, merge);
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd' }, spec: { replicas: 4 } };
  await send('PATCH', `${deployments}/d/scale?fieldManager=you&force=true`, scale, wishes);
  const { json } = await send('GET', `${deployments}/d`);
  expect(
    json.metadata.managedFields.map(({ subresource, time }: Record<string, string>) => [
      subresource,
      time !== undefined,
    ]),
  ).toEqual(
    expect.arrayContaining([
      [undefined, true],
      ['scale', false],
    ]),
  );
});

it.each([
  ['/api/v1/namespaces/default/pods', 'status.podIPs=192.0.2.1', 200, undefined],
  ['/api/v1/namespaces/default/pods', '=', 200, undefined],
  ['/api/v1/namespaces/default/pods', '!=', 200, undefined],
  ['/apis/events.k8s.io/v1/namespaces/default/events', 'regarding.kind=Pod', 200, undefined],
  [
    ...(['/apis/events.k8s.io/v1/namespaces/default/events', 'involvedObject.kind=Pod', 400] as const),
    'field label not supported: involvedObject.kind',
  ],
  [
    ...(['/api/v1/namespaces/default/events', 'regarding.kind=Pod', 400] as const),
    'field label not supported: regarding.kind',
  ],
  [
    ...(['/apis/batch/v1/namespaces/default/jobs', 'status.active=1', 400] as const),
    'field label "status.active" not supported for Job',
  ],
  [
    ...(['/apis/resource.k8s.io/v1beta2/resourceslices', 'spec.pool=c', 400] as const),
    'field label not supported for resource.k8s.io/v1beta2, Kind=ResourceSlice: spec.pool',
  ],
])('%s by %s', async (path, selector, status, message) => {
  const { get } = await requester();
  const answer = await get(`${path}?fieldSelector=${encodeURIComponent(selector)}`);
  expect([answer.status, answer.json.message]).toEqual([status, message]);
});

it.each([
  ['fieldSelector=%3D', 1],
  ['labelSelector=+', 1],
  ['fieldSelector=metadata.name!%3Dx', undefined],
])('a page by %s tells how many are left where all are meant', async (query, left) => {
  const { send } = await requester();
  for (const name of ['a', 'b']) await send('POST', maps.replace('default', 'kube-public'), map({ name }));
  const { json } = await send('GET', `${maps.replace('default', 'kube-public')}?limit=1&${query}`);
  expect(json.metadata.remainingItemCount).toBe(left);
});

it.each([
  ['resourceVersionMatch=NotOlderThan&limit=1', 1],
  ['limit=1', undefined],
  ['resourceVersionMatch=Exact', undefined],
])(
  'a version that is to come, by %s, is told when to be asked for again unless it is meant exactly',
  async (query, s) => {
    const { send } = await requester();
    const { json } = await send('GET', `${maps}?resourceVersion=999999&${query}`);
    expect([json.code, json.details.retryAfterSeconds]).toEqual([504, s]);
  },
);

it('what is deleted of many is listed as they were, in pages and in Tables', async () => {
  const { send } = await requester();
  for (const name of ['a', 'b', 'c']) await send('POST', maps, map({ name, labels: { mine: 'yes' } }));
  const own = 'labelSelector=mine';
  const { json } = await send('DELETE', `${maps}?${own}&limit=1`);
  expect([json.kind, json.items.length, json.metadata]).toEqual([
    ...['ConfigMapList', 1],
    { continue: expect.any(String), remainingItemCount: undefined, resourceVersion: expect.any(String) },
  ]);
  const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const gone = await send('DELETE', `${maps}?${own}`, undefined, table);
  expect([gone.json.kind, gone.json.rows.map(({ cells }: { cells: string[] }) => cells[0])]).toEqual([
    'Table',
    ['b', 'c'],
  ]);
});

it('an object that goes with its last finalizer is told of in the version that it had', async () => {
  const { send } = await requester();
  await send('POST', maps, map({ name: 'a', finalizers: ['example.com/a'] }));
  const { json: held } = await send('DELETE', `${maps}/a`);
  const { status, json } = await send('PUT', `${maps}/a`, map({ name: 'a' }));
  expect([status, json.metadata.resourceVersion]).toEqual([200, held.metadata.resourceVersion]);
  expect((await send('GET', `${maps}/a`)).status).toBe(404);
});

it.each([`${maps}/a`, '/apis/apps/v1/namespaces/default/deployments/a/scale'])(
  'exports are no more: %s',
  async (path) => {
    const { get } = await requester();
    expect((await get(`${path}?export=true`)).json.message).toBe(
      'the export parameter, deprecated since v1.14, is no longer supported',
    );
  },
);

it('of one by its name what is deleted is as it is by now, in the version that is asked for', async () => {
  const { send } = await requester();
  await send('POST', maps, map({ name: 'a' }));
  const one = await send('DELETE', `${maps}?resourceVersion=1&fieldSelector=metadata.name%3Da`);
  expect([one.status, one.json.message]).toEqual([
    ...[409, expect.stringContaining('the ResourceVersion in the precondition (1) does not match')],
  ]);
  expect((await send('DELETE', `${maps}?resourceVersion=1`)).json.items).toEqual([]);
});

it('a reference that is owned as a whole elsewhere is owned by its fields where a volume tells of its claim', async () => {
  const { apply } = await requester();
  const spec = {
    ...{ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' } },
    claimRef: { namespace: 'default', name: 'c' },
  };
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec };
  const { json } = await apply('/api/v1/persistentvolumes/v?fieldManager=me', volume);
  expect(json.metadata.managedFields[0].fieldsV1['f:spec']['f:claimRef']).toEqual({ 'f:name': {}, 'f:namespace': {} });
});

it('what is gone meanwhile is listed where a page of an older state is deleted again', async () => {
  const { send } = await requester();
  for (const name of ['a', 'b']) await send('POST', maps, map({ name, labels: { mine: 'yes' } }));
  const { json: page } = await send('GET', `${maps}?labelSelector=mine&limit=1`);
  const rest = `${maps}?labelSelector=mine&continue=${page.metadata.continue}`;
  for (const time of ['once', 'again']) {
    const { json } = await send('DELETE', rest);
    expect([time, json.items?.map(({ metadata }: { metadata: { name: string } }) => metadata.name)]).toEqual([
      ...[time, ['b']],
    ]);
  }
});
