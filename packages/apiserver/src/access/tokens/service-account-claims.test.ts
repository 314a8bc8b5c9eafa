/** Why a service account token does not count any more, in the words that reviews tell. */
import { describe, expect, it } from '@jest/globals';
import type { Secret, ServiceAccount } from '@pintle/api/core/v1';
import type { KubernetesObject, ObjectMeta } from '@pintle/machinery';
import {
  type BoundClaims,
  type BoundObjects,
  whyInvalid,
  whyRevoked,
  whySecretRevoked,
} from './service-account-claims.js';

const nowMs = Date.parse('2030-01-01T01:00:00Z');
const longAgo = '2030-01-01T00:58:00Z';
const justNow = '2030-01-01T00:59:30Z';
const object = (uid: string, more: Partial<ObjectMeta> = {}) =>
  ({ apiVersion: 'v1', kind: 'Thing', metadata: { uid, ...more } }) as KubernetesObject;
const account = object('a') as ServiceAccount;
const claims = (more: Partial<BoundClaims> = {}): BoundClaims => ({
  ...{ namespace: 'ns', serviceaccount: { name: 'robot', uid: 'a' } },
  ...more,
});
const pod = { pod: { name: 'p', uid: 'p' } };
const secret = { secret: { name: 's', uid: 's' } };
const node = { node: { name: 'n', uid: 'n' } };
const invalidated = 'service account token has been invalidated';

describe('a bound token', () => {
  it.each<[string, BoundClaims, BoundObjects, string | undefined]>([
    ['whose account is there', claims(), { account }, undefined],
    ['whose account is not', claims(), { account: undefined }, 'serviceaccounts "robot" not found'],
    [
      'whose account is another',
      claims(),
      { account: object('b') as ServiceAccount },
      'service account UID (b) does not match claim (a)',
    ],
    [
      'whose account goes',
      claims(),
      { account: object('a', { deletionTimestamp: longAgo }) as ServiceAccount },
      'service account ns/robot has been deleted',
    ],
    [
      'whose account goes just now',
      claims(),
      { account: object('a', { deletionTimestamp: justNow }) as ServiceAccount },
      undefined,
    ],
    ['whose pod is not there', claims(pod), { account, pod: undefined }, invalidated],
    [
      'whose pod is another',
      claims(pod),
      { account, pod: object('q') },
      'pod UID (q) does not match service account pod ref claim (p)',
    ],
    ['whose pod goes', claims(pod), { account, pod: object('p', { deletionTimestamp: longAgo }) }, invalidated],
    [
      'whose secret is another',
      claims(secret),
      { account, secret: object('t') as Secret },
      'secret UID (t) does not match service account secret ref claim (s)',
    ],
    ['whose node is not there', claims(node), { account, node: undefined }, invalidated],
    [
      'whose pod’s node is not there',
      claims({ ...pod, ...node }),
      { account, pod: object('p'), node: undefined },
      undefined,
    ],
  ])('%s', (_what, bound, objects, why) => expect(whyRevoked(bound, objects, nowMs)).toBe(why));
});

describe('the token of a Secret', () => {
  const told = { namespace: 'ns', account: { name: 'robot', uid: 'a' }, secret: 's' };
  const held = (more: Partial<ObjectMeta> = {}, token = 'token') =>
    ({ ...object('s', { name: 's', namespace: 'ns', ...more }), data: { token: btoa(token) } }) as Secret;
  it.each<[string, Secret | undefined, ServiceAccount | undefined, string | RegExp | undefined]>([
    ['that is held', held(), account, undefined],
    ['that is not', undefined, account, 'Token has been invalidated'],
    ['whose Secret goes', held({ deletionTimestamp: justNow }), account, 'Token has been invalidated'],
    ['that was replaced', held({}, 'another'), account, "Token does not match server's copy"],
    ['whose account is not there', held(), undefined, 'serviceaccounts "robot" not found'],
    [
      'whose account goes',
      held(),
      object('a', { deletionTimestamp: justNow }) as ServiceAccount,
      'ServiceAccount ns/robot has been deleted',
    ],
    [
      'whose account is another',
      held(),
      object('b') as ServiceAccount,
      'ServiceAccount UID (b) does not match claim (a)',
    ],
    [
      'that is labelled as one that does not count',
      held({ labels: { 'kubernetes.io/legacy-token-invalid-since': '2029-01-01' } }),
      account,
      /^the token in secret ns\/s for service account ns\/robot has been marked invalid\. /,
    ],
  ])('%s', (_what, secret, owner, why) => {
    const words = whySecretRevoked(told, secret, owner, 'token') ?? (secret && whyInvalid(secret, told.account));
    if (why instanceof RegExp) expect(words).toMatch(why);
    else expect(words).toBe(why);
  });
});
