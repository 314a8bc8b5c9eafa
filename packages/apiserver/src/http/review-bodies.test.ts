/** What is asked in reviews has no name, as kube-apiserver says (`tools/kube-apiserver/fuzz.ts --areas reviewing`). */
import { expect, it } from '@jest/globals';
import { requester } from './requests.fixture.js';

const group = '/apis/authorization.k8s.io/v1';
const local = `${group}/namespaces/default/localsubjectaccessreviews`;
const place = 'spec.resourceAttributes.namespace';

it.each<readonly [path: string, metadata: object, spec: object, fields: readonly string[]]>([
  [`${group}/selfsubjectaccessreviews`, { name: 'x' }, { resourceAttributes: {} }, ['metadata']],
  [`${group}/subjectaccessreviews`, { labels: { a: 'b' } }, { user: 'u', resourceAttributes: {} }, ['metadata']],
  [`${group}/subjectaccessreviews`, { namespace: 'other' }, { user: 'u', resourceAttributes: {} }, []],
  [local, { name: 'x' }, { user: 'u', resourceAttributes: { namespace: 'default' } }, ['metadata']],
  [local, {}, { user: 'u', resourceAttributes: {} }, [place]],
  [local, {}, { user: 'u' }, ['spec.resourceAttributes']],
])('%s of %j asks %j', async (path, metadata, spec, fields) => {
  const { send } = await requester();
  const { json } = await send('POST', path, { metadata, spec });
  expect((json.details?.causes ?? []).map(({ field }: { field: string }) => field)).toEqual(fields);
});

const ofVersion = 'the API version in the data (authorization.k8s.io/v1beta1) does not match the expected';
it.each<readonly [query: string, body: object, message: string, warned: boolean]>([
  ['', { spec: { groups: [] } }, ofVersion, true],
  ['', { spec: { group: ['a'] } }, ofVersion, false],
  ['?fieldValidation=Strict', { spec: { groups: [] } }, 'strict decoding error: unknown field "spec.groups"', false],
  ['', { kind: 'SubjectAccessReview' }, 'converting (v1beta1.SubjectAccessReview) to (authorization.Local', false],
  ['', { spec: [] }, 'LocalSubjectAccessReview.spec of type v1beta1.SubjectAccessReviewSpec', false],
  ['', { metadata: '' }, 'cannot unmarshal string into Go struct field LocalSubjectAccessReview.metadata', false],
])('a question of a version that is no more%s: %j', async (query, body, message, warned) => {
  const { send } = await requester();
  const { json, headers } = await send('POST', local + query, { apiVersion: 'authorization.k8s.io/v1beta1', ...body });
  expect([json.code, json.message, headers['warning'] !== undefined]).toEqual([
    ...[400, expect.stringContaining(message), warned],
  ]);
});
