import { expect, it } from '@jest/globals';
import { controllerIndex } from './claims.js';

const owner = (kind: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind,
  name: 'a',
  uid: `uid-of-${kind}`,
  ...more,
});

it.each([
  ['nobody owns', undefined, ['default/']],
  ['nobody owns any more', [], ['default/']],
  ['is owned, and controlled by nobody', [owner('ConfigMap')], ['default/']],
  ['is controlled', [owner('ConfigMap'), owner('ReplicaSet', { controller: true })], ['uid-of-ReplicaSet']],
])('files what %s', (_what, ownerReferences, under) => {
  const metadata = { name: 'web', namespace: 'default', ...(ownerReferences === undefined ? {} : { ownerReferences }) };
  expect(controllerIndex.controller!({ apiVersion: 'v1', kind: 'Pod', metadata })).toEqual(under);
});
