/** What of a webhook's answers is none, and how kube-apiserver says so. */
import { expect, it } from '@jest/globals';
import { answerOf, operationsOf } from './admission-review.js';

const review = (response: unknown, more: object = {}) => ({
  ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
  response,
  ...more,
});
const ok = { uid: 'u', allowed: true };
const read = (answer: unknown, mayPatch: boolean) => () => {
  const { patch, ...rest } = answerOf(answer, { uid: 'u', version: 'v1', mayPatch });
  return patch === undefined ? rest : { ...rest, operations: operationsOf(patch) };
};

it.each<readonly [unknown, string, string?]>([
  [review(undefined), 'webhook response was absent'],
  [review({ ...ok, uid: 'v' }), 'expected response.uid="u", got "v"'],
  [
    review(ok, { apiVersion: 'admission.k8s.io/v2' }),
    'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v2, Kind=AdmissionReview',
  ],
  [{ response: ok }, 'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind='],
  [
    review({ ...ok, patch: 'W10=' }),
    'webhook returned response.patch but not response.patchType',
    'validating webhook may not return response.patch',
  ],
  [
    review({ ...ok, patchType: 'JSONPatch' }),
    'webhook returned response.patchType but not response.patch',
    'validating webhook may not return response.patchType',
  ],
  [
    review({ ...ok, patchType: 'JSONPatch', patch: '!' }),
    'illegal base64 data at input byte 0',
    'illegal base64 data at input byte 0',
  ],
  [
    review({ ...ok, patchType: 'JSONPatch', patch: btoa('{') }),
    'unexpected end of JSON input',
    'validating webhook may not return response.patch',
  ],
  [
    review({ ...ok, patchType: 'JSONPatch', patch: btoa('{}') }),
    'json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    'validating webhook may not return response.patch',
  ],
])('%j is no answer: %s', (answer, changing, judging = changing) => {
  expect(read(answer, true)).toThrow(changing);
  expect(read(answer, false)).toThrow(judging);
});

it('a patch is read by who may send one', () => {
  const answer = review({ ...ok, patchType: 'JSONPatch', patch: btoa('[{"op":"remove","path":"/a"}]') });
  expect(read(answer, true)()).toMatchObject({ allowed: true, operations: [{ op: 'remove', path: '/a' }] });
});
