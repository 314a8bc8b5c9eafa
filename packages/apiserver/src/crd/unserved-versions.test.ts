/** Versions of a definition that are not served, and such as it has no longer, while objects tell of them. */
import { expect, it } from '@jest/globals';
import { requester } from '../http/requests.fixture.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = { 'content-type': 'application/merge-patch+json' };
const applied = { 'content-type': 'application/apply-patch+yaml' };
const text = { type: 'string' };
const schema = {
  openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: text, b: text } } } },
};
const version = (name: string, more: object = {}) => ({ name, served: true, storage: name === 'v2', schema, ...more });
const at = (apiVersion: string) => `/apis/example.com/${apiVersion}/namespaces/default/words`;
const word = (apiVersion: string, spec: object) => ({
  ...{ apiVersion: `example.com/${apiVersion}`, kind: 'Word', metadata: { name: 'a' } },
  spec,
});

async function serving(...versions: readonly object[]) {
  const { send, get } = await requester();
  await send('POST', definitions, {
    metadata: { name: 'words.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'words', kind: 'Word' }, versions },
  });
  const change = (path: string, body: object) => send('PATCH', path, body, merge);
  const serve = (...then: readonly object[]) =>
    change(`${definitions}/words.example.com`, { spec: { versions: then }, status: {} });
  const apply = (apiVersion: string, spec: object, manager: string) =>
    send('PATCH', `${at(apiVersion)}/a?fieldManager=${manager}`, word(apiVersion, spec), applied);
  return { send, get, change, serve, apply };
}

const managers = ({ json }: { readonly json: { readonly metadata: { readonly managedFields?: readonly object[] } } }) =>
  json.metadata.managedFields?.map((entry) => {
    const { manager, apiVersion } = entry as { readonly manager: string; readonly apiVersion: string };
    return `${manager} ${apiVersion}`;
  });

it('objects may be stored in a version that is not served', async () => {
  const { send, get } = await serving(version('v1'), version('v2', { served: false }));
  const { json } = await get('/apis/example.com');
  expect([json.versions.length, json.preferredVersion.version]).toEqual([1, 'v1']);
  expect([(await get('/apis/example.com/v2')).status, (await get(at('v2'))).status]).toEqual([404, 404]);
  expect((await send('POST', at('v1'), word('v1', { a: '1' }))).status).toBe(201);
  expect((await get(at('v1'))).json.items).toMatchObject([{ apiVersion: 'example.com/v1', spec: { a: '1' } }]);
  expect((await send('DELETE', `${definitions}/words.example.com`)).status).toBe(200);
});

it('who wrote in a version that is served no more stays the owner', async () => {
  const { serve, apply } = await serving(version('v1'), version('v2'));
  await apply('v1', { a: '1' }, 'first');
  await serve(version('v1', { served: false }), version('v2'));
  expect(managers(await apply('v2', { b: '1' }, 'second'))).toEqual(['first example.com/v1', 'second example.com/v2']);
  const { status, json } = await apply('v2', { a: '2' }, 'second');
  expect([status, json.details.causes[0].field]).toEqual([409, '.spec.a']);
});

it('a version that the definition has no longer keeps from applying, and lets others write without an account', async () => {
  const { serve, apply, change } = await serving(version('v1'), version('v2'));
  await apply('v1', { a: '1' }, 'first');
  await serve(version('v2'));
  const { status, json } = await apply('v2', { b: '1' }, 'second');
  expect([status, json.message, json.reason]).toEqual([
    500,
    'request to convert CR to an invalid group/version: example.com/v1',
    undefined,
  ]);
  const changed = await change(`${at('v2')}/a`, { spec: { b: '1' } });
  expect([changed.status, changed.json.spec, managers(changed)]).toEqual([200, { a: '1', b: '1' }, undefined]);
  expect(managers(await apply('v2', { b: '1' }, 'second'))).toEqual(
    ['before-first-apply example.com/v2', 'second example.com/v2'].reverse(),
  );
});

it('a kind of which no version is served any more is emptied before its definition goes, and nobody is asked', async () => {
  const { send, get, change, serve } = await serving(version('v1'), version('v2'));
  const held = (finalizers: readonly string[]) => change(`${at('v2')}/a`, { metadata: { finalizers } });
  const whole = `${definitions}/words.example.com`;
  await send('POST', at('v1'), word('v1', { a: '1' }));
  await held(['example.com/wait']);
  await send('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: 'never' },
    webhooks: [
      {
        ...{ name: 'never.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'] },
        rules: [{ apiGroups: ['example.com'], apiVersions: ['*'], operations: ['DELETE'], resources: ['*'] }],
        clientConfig: { url: 'https://nowhere.example.com' },
      },
    ],
  });
  await serve(version('v1', { served: false }), version('v2', { served: false }));
  await send('DELETE', whole);
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
  await settled();
  const reasons = ({ json }: { readonly json: { readonly status?: { readonly conditions?: readonly object[] } } }) =>
    json.status?.conditions?.map((condition) => (condition as { readonly reason: string }).reason);
  expect(reasons(await get(whole))).toContain('InstanceDeletionInProgress');
  await serve(version('v1', { served: false }), version('v2'));
  const { metadata } = (await get(`${at('v2')}/a`)).json;
  expect(metadata).toMatchObject({ deletionTimestamp: expect.any(String), finalizers: ['example.com/wait'] });
  await held([]);
  await settled();
  expect((await get(whole)).status).toBe(404);
});
