/** Questions that are answered and not stored: who somebody is, and what they may do; and the account that asks. */
import type { Random } from '@pintle/machinery';
import { post, type Row } from '../compare/row.js';
import { bentFreely, queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import type { Area } from './probe.js';
import { chance, type Json, pick } from './values.js';

const authorization = '/apis/authorization.k8s.io/v1';
const authentication = '/apis/authentication.k8s.io/v1';

const words: Words = {
  verb: ['get', 'list', '*', '', 'GET', 'impersonate'],
  group: ['', 'apps', '*', 'rbac.authorization.k8s.io'],
  version: ['v1', '*', ''],
  resource: ['pods', 'deployments', '*', '', 'pods/log', 'nobody'],
  subresource: ['log', 'status', '', '*'],
  namespace: ['NS', 'default', '', 'other'],
  name: ['x', ''],
  path: ['/healthz', '/api', '*', '', '/metrics'],
  user: ['ann', 'bob', 'admin', '', 'system:anonymous', 'system:serviceaccount:default:default', 'system:node:node-1'],
  groups: [['dev'], ['system:masters'], ['system:authenticated'], [], [''], 'dev'],
  extra: [{ a: ['b'] }, { a: 'b' }, {}, { 'A b': [''] }],
  uid: ['1', ''],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Equals', ''],
  key: ['metadata.name', 'spec.nodeName', 'a', '', 'a b'],
  values: [['x'], [], ['a', 'b'], ['a b'], 'x'],
  rawSelector: ['a=b', 'a in (', '', 'metadata.name=x', 'a,b', 'a=b,c!=d'],
  token: ['token-of-ann', 'token-of-bob', 'nonsense', '', 'a.b.c'],
  audiences: [['https://kubernetes.default.svc.cluster.local'], ['other'], [], 'x'],
  apiVersion: ['authorization.k8s.io/v1', 'authorization.k8s.io/v1beta1', 'authentication.k8s.io/v1', 'v1', ''],
  kind: ['SubjectAccessReview', 'TokenReview', 'Pod', ''],
};
const queries: Words = {
  dryRun: ['All', 'x'],
  fieldManager: ['me', 'a\nb'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  pretty: ['true'],
};

const requirement = (random: Random): Json => ({
  key: 'a',
  operator: pick(random, ['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: ['b'],
});

const attributes = (random: Random): Json => ({
  ...{ verb: 'get', resource: 'pods', namespace: 'NS' },
  ...(chance(random, 0.4) ? { group: 'apps', version: 'v1', name: 'x', subresource: 'log' } : {}),
  ...(chance(random, 0.3)
    ? { fieldSelector: chance(random, 0.5) ? { requirements: [requirement(random)] } : { rawSelector: 'a=b' } }
    : {}),
  ...(chance(random, 0.3)
    ? { labelSelector: chance(random, 0.5) ? { requirements: [requirement(random)] } : { rawSelector: 'a in (b)' } }
    : {}),
});

const question = (random: Random): { readonly [field: string]: Json } => {
  const draw = random.next();
  if (draw < 0.7) return { resourceAttributes: attributes(random) };
  if (draw < 0.9) return { nonResourceAttributes: { path: '/healthz', verb: 'get' } };
  return draw < 0.95
    ? {}
    : { resourceAttributes: attributes(random), nonResourceAttributes: { path: '/', verb: 'get' } };
};

const subject = (random: Random) => ({
  user: 'ann',
  ...(chance(random, 0.5) ? { groups: ['dev', 'ops'] } : {}),
  ...(chance(random, 0.2) ? { extra: { a: ['b'] }, uid: '1' } : {}),
});

const reviews: readonly (readonly [kind: string, path: string, spec: (random: Random) => Json | undefined])[] = [
  ['SelfSubjectAccessReview', `${authorization}/selfsubjectaccessreviews`, question],
  [
    'SubjectAccessReview',
    `${authorization}/subjectaccessreviews`,
    (random) => ({ ...question(random), ...subject(random) }),
  ],
  [
    'LocalSubjectAccessReview',
    `${authorization}/namespaces/NS/localsubjectaccessreviews`,
    (random) => ({ ...question(random), ...subject(random) }),
  ],
  ['SelfSubjectRulesReview', `${authorization}/selfsubjectrulesreviews`, () => ({ namespace: 'NS' })],
  [
    'TokenReview',
    `${authentication}/tokenreviews`,
    (random) => ({ token: 'token-of-ann', ...(chance(random, 0.3) ? { audiences: ['other'] } : {}) }),
  ],
  ['SelfSubjectReview', `${authentication}/selfsubjectreviews`, () => undefined],
];

const askers = ['admin', 'admin', 'admin', 'ann', 'bob', 'system:node:node-1', 'nobody'] as const;

export const reviewing: Area = {
  name: 'reviewing',
  probe(random): readonly Row[] {
    const [kind, path, specOf] = pick(random, reviews);
    const spec = specOf(random);
    const body = {
      ...{ apiVersion: path.split('/').slice(2, 4).join('/'), kind, metadata: {} },
      ...(chance(random, 0.1)
        ? { metadata: { name: 'x', namespace: pick(random, ['NS', 'other']), labels: { a: 'b' } } }
        : {}),
      ...(spec === undefined ? {} : { spec }),
      ...(chance(random, 0.05) ? { status: { allowed: true, authenticated: true } } : {}),
    };
    const query = queryOf(chance(random, 0.2) ? someOf(random, queries, 2) : {});
    return [post(kind, withQuery(path, query), bentFreely(random, body as Json, words), { as: pick(random, askers) })];
  },
};
