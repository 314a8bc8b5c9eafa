/** What is asked of watches, in queries and forms, as kube-apiserver takes it (`tools/kube-apiserver/fuzz.ts --areas watching`). */
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { parse } from 'yaml';
import { requester } from './requests.fixture.js';

const maps = '/api/v1/namespaces/default/configmaps';
const older = maps.replace('/v1/', '/v1/watch/');

/** Asks on virtual time, and lets what streams come to its end. */
async function watcher() {
  const world = virtualWorld({ seed: 1 });
  const made = await requester({ world, disableAdmissionPlugins: ['ServiceAccount'] });
  await made.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } });
  return {
    async watch(path: string, accept = '') {
      const asked = made.get(path, { accept });
      await world.advance(5_000);
      return asked;
    },
  };
}

const ownOf = (lines: string) =>
  lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; object: { metadata: { name?: string; annotations?: object } } })
    .filter(({ object }) => object.metadata.name !== 'kube-root-ca.crt');

const match = 'resourceVersionMatch: Forbidden: ';
const [needed, alone] = ['sendInitialEvents requires setting', 'resourceVersionMatch is forbidden for watch unless'];

it.each<readonly [query: string, accept: string, status: number, message: unknown]>([
  ['timeoutSeconds=x&resourceVersionMatch=a', '', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['limit=1.5&sendInitialEvents=true', '', 400, 'strconv.ParseInt: parsing "1.5": invalid syntax'],
  ['labelSelector=%2C&resourceVersionMatch=a', '', 400, expect.stringMatching(/^found ','/)],
  [
    'sendInitialEvents=true&continue=x',
    '',
    422,
    expect.stringMatching(new RegExp(`invalid: ${match}${needed}[^\\[]*$`)),
  ],
  [
    'resourceVersionMatch=NotOlderThan&continue=x',
    '',
    422,
    expect.stringMatching(new RegExp(`invalid: \\[${match}${alone}.*, ${match}resourceVersionMatch is forbidden when`)),
  ],
  ['continue=x', 'application/json;as=Pod', 422, expect.stringContaining('is forbidden when continue is provided')],
  [
    'fieldSelector=data%3D1',
    'application/json;as=Pod',
    406,
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  ['fieldSelector=data%3D1', 'application/yaml', 400, expect.stringContaining('is not a known field selector')],
  [
    '',
    'application/yaml,*/*;q=0.5',
    406,
    'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
  ],
])('a watch with ?%s as %s', async (query, accept, status, message) => {
  const { watch } = await watcher();
  const { text } = await watch(`${maps}?${query}&watch=true&timeoutSeconds=1`, accept);
  const json = parse(text) as { readonly code?: number; readonly message?: string };
  expect([json.code, json.message]).toEqual([status, message]);
});

it.each<readonly [query: string, told: readonly string[]]>([
  ['', ['ADDED']],
  ['resourceVersion=0', ['ADDED']],
  ['allowWatchBookmarks=true', ['ADDED', 'BOOKMARK of the first state', 'BOOKMARK']],
  ['allowWatchBookmarks=true&timeoutSeconds=2', ['ADDED', 'BOOKMARK of the first state']],
  ['allowWatchBookmarks=true&resourceVersion=0', ['ADDED', 'BOOKMARK of the first state', 'BOOKMARK']],
  ['allowWatchBookmarks=true&resourceVersion=00', ['ADDED', 'BOOKMARK']],
])('a watch with ?%s tells', async (query, told) => {
  const { watch } = await watcher();
  const { text } = await watch(`${maps}?${query}&watch=true&timeoutSeconds=3`);
  expect(
    ownOf(text).map(({ type, object: { metadata } }) =>
      'k8s.io/initial-events-end' in (metadata.annotations ?? {}) ? `${type} of the first state` : type,
    ),
  ).toEqual(told);
});

it.each<readonly [query: string, message: string | undefined]>([
  ['resourceVersionMatch=NotOlderThan&resourceVersion=0', undefined],
  ['continue=a', undefined],
  ['resourceVersionMatch=NotOlderThan', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
  ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
  ['watch=1&resourceVersionMatch=NotOlderThan', 'is forbidden for watch unless sendInitialEvents is provided'],
])('by the older path a watch with ?%s is judged as a list, unless it says what it is', async (query, message) => {
  const { watch } = await watcher();
  const { status, text } = await watch(`${older}?timeoutSeconds=1&${query}`);
  expect(status).toBe(message === undefined ? 200 : 422);
  if (message !== undefined) expect(text).toContain(message);
});

it('that a first state is of later is told in the stream', async () => {
  const { watch } = await watcher();
  const query = 'watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  const { status, text } = await watch(`${maps}?${query}&resourceVersion=18446744073709551615`);
  expect([status, parse(text)]).toMatchObject([
    200,
    {
      type: 'ERROR',
      object: { code: 504, message: expect.stringContaining('version: 18446744073709551615, current') },
    },
  ]);
});

it('no watch tells of lists', async () => {
  const { watch } = await watcher();
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
  const { status, text } = await watch(`${maps}?watch=true`, accept);
  expect([status, text]).toEqual([200, '']);
});

it.each<readonly [query: string, status: number]>([
  ['', 200],
  ['fieldSelector=metadata.name%3Da', 200],
  ['fieldSelector=metadata.name%3Db', 400],
  ['fieldSelector=metadata.name!%3Da', 400],
])('a watch of one object with ?%s', async (query, status) => {
  const { watch } = await watcher();
  expect((await watch(`${older}/a?timeoutSeconds=1&${query}`)).status).toBe(status);
});

it('what may be had of one that is watched by the older path is told as of a list', async () => {
  const { watch } = await watcher();
  const { status, text } = await watch(`${older}/a?timeoutSeconds=1`, 'application/*');
  expect([status, text]).toEqual([406, expect.stringContaining('application/json;stream=watch')]);
});
