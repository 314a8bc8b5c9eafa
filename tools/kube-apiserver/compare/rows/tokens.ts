/** Tokens of service accounts: for whom and how long, what they are bound to, what a review tells of them, and when they count no more. */
import { del, type Group, get, merge, post, put, type Row } from '../row.js';

const core = '/api/v1/namespaces/NS';
const accounts = `${core}/serviceaccounts`;
const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

const request = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
const review = (token: string, audiences?: readonly string[]) => ({
  ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' },
  spec: { token, ...(audiences === undefined ? {} : { audiences }) },
});
const self = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const asked = (name: string, spec: object, save?: string): Row =>
  post(name, `${accounts}/default/token`, request(spec), save === undefined ? {} : { save });
const bound = (kind: string, name: string, more: object = {}) => ({
  boundObjectRef: { kind, apiVersion: 'v1', name, ...more },
});
const by = (token: string) => ({ as: 'nobody', headers: { authorization: `Bearer {${token}.status.token}` } }) as const;

const pod = (name: string, spec: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
  spec: { containers: [{ name: 'main', image: 'main' }], ...spec },
});
const secret = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...more });

const surroundings: readonly Row[] = [
  post(
    'a node',
    '/api/v1/nodes',
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-NS' } },
    { counts: 'status' },
  ),
  post('a pod', `${core}/pods`, pod('loose'), { counts: 'status' }),
  post('a pod on the node', `${core}/pods`, pod('placed', { nodeName: 'node-NS' }), {
    counts: 'status',
    save: 'placed',
  }),
  post('a pod on no node', `${core}/pods`, pod('lost', { nodeName: 'absent-NS' }), { counts: 'status' }),
  post('another account', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'other' } }),
  post('its pod', `${core}/pods`, pod('other', { serviceAccountName: 'other' }), { counts: 'status' }),
  post('a secret', `${core}/secrets`, secret('plain'), { save: 'plain', counts: 'status' }),
];

const limits: readonly Row[] = [
  ...[0, -1, 1, 599, 600, 3_599, 4_294_967_296, 4_294_967_297, 1e15].map((seconds) =>
    asked(`of ${seconds} seconds`, { expirationSeconds: seconds }),
  ),
  asked('of half a second', { expirationSeconds: 600.5 }),
  asked('of words', { expirationSeconds: '600' }),
  asked('of null', { expirationSeconds: null }),
  asked('of no audiences', { audiences: [] }),
  asked('of an empty audience', { audiences: [''] }),
  asked('of two audiences', { audiences: ['a', 'b'] }, 'two'),
  asked('of one twice', { audiences: ['a', 'a'] }),
  asked('bound to no kind', { boundObjectRef: { name: 'loose' } }),
  asked('bound to nothing', { boundObjectRef: {} }),
  asked('bound to another version', bound('Pod', 'loose', { apiVersion: 'v2' })),
  asked('bound to another group', bound('Pod', 'loose', { apiVersion: 'apps/v1' })),
  asked('bound to what has no name', bound('Pod', '')),
  asked('bound to another uid', bound('Pod', 'loose', { uid: 'x' })),
  asked('bound to a pod of another', bound('Pod', 'other')),
  asked('bound to a secret that is not there', bound('Secret', 'absent')),
  asked('bound to a node that is not there', bound('Node', 'absent')),
  asked('bound to a node of another uid', bound('Node', 'node-NS', { uid: 'x' })),
  post('as what it is not', `${accounts}/default/token`, { ...request({}), kind: 'TokenReview' }),
  post('of another name', `${accounts}/default/token`, { ...request({}), metadata: { name: 'x' } }),
  post('of another namespace', `${accounts}/default/token`, { ...request({}), metadata: { namespace: 'x' } }),
  post('of the same name', `${accounts}/default/token`, {
    ...request({}),
    metadata: { name: 'default', namespace: 'NS' },
  }),
  post('with a label', `${accounts}/default/token`, { ...request({}), metadata: { labels: { a: 'b' } } }),
  post('without a spec', `${accounts}/default/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' }),
  post('in vain', `${accounts}/default/token?dryRun=All`, request({})),
  put('put', `${accounts}/default/token`, request({})),
];

/** Of each: asked for, reviewed, used. */
const kinds: Readonly<Record<string, object>> = {
  free: {},
  'of-a-pod': bound('Pod', 'loose'),
  'of-a-pod-on-a-node': bound('Pod', 'placed', { uid: '{placed.metadata.uid}' }),
  'of-a-pod-on-no-node': bound('Pod', 'lost'),
  'of-a-secret': bound('Secret', 'plain'),
  'of-a-node': bound('Node', 'node-NS'),
  'of-others': { audiences: ['elsewhere'] },
  'of-both': { audiences: ['elsewhere', 'https://kubernetes.default.svc.cluster.local'] },
};
const using = Object.entries(kinds).flatMap(([name, spec]): readonly Row[] => [
  asked(`${name}: is asked for`, spec, name),
  post(`${name}: is reviewed`, reviews, review(`{${name}.status.token}`)),
  post(`${name}: is reviewed for others`, reviews, review(`{${name}.status.token}`, ['elsewhere', 'x'])),
  post(
    `${name}: is reviewed for the server`,
    reviews,
    review(`{${name}.status.token}`, ['https://kubernetes.default.svc.cluster.local', 'elsewhere']),
  ),
  post(`${name}: is used`, whoAmI, self, by(name)),
  get(`${name}: is used for what it may not`, `${core}/pods`, by(name)),
]);

const spoilt: readonly Row[] = [
  post('one that is cut short', reviews, review('{free.status.token}x')),
  post('one that is no token', reviews, review('a.b.c')),
  post('one that is empty', reviews, review('')),
  get('by one that is cut short', '/version', {
    as: 'nobody',
    headers: { authorization: 'Bearer {free.status.token}x' },
  }),
  get('by two words', `${core}/pods`, { as: 'nobody', headers: { authorization: 'Bearer {free.status.token} x' } }),
  get('by another scheme', `${core}/pods`, { as: 'nobody', headers: { authorization: 'Basic eDp5' } }),
  get('by no scheme', `${core}/pods`, { as: 'nobody', headers: { authorization: '{free.status.token}' } }),
  get('by a small scheme', `${core}/pods`, { as: 'nobody', headers: { authorization: 'bearer {free.status.token}' } }),
  get('by nothing', `${core}/pods`, { as: 'nobody', headers: { authorization: 'Bearer ' } }),
];

/** Whoever is let in is remembered for ten seconds: they are asked after that. */
const goingOf = (name: string, path: string, token: string): readonly Row[] => [
  del(`${name} goes`, path, { gracePeriodSeconds: 0 }, { counts: 'status' }),
  post(
    `after ${name} its token is reviewed`,
    reviews,
    review(`{${token}.status.token}`, ['https://kubernetes.default.svc.cluster.local']),
  ),
];
const going: readonly Row[] = [
  ...goingOf('a pod', `${core}/pods/loose`, 'of-a-pod'),
  ...goingOf('a node', '/api/v1/nodes/node-NS', 'of-a-node'),
  post(
    'of a pod whose node is gone',
    reviews,
    review('{of-a-pod-on-a-node.status.token}', ['https://kubernetes.default.svc.cluster.local']),
  ),
  ...goingOf('a secret', `${core}/secrets/plain`, 'of-a-secret'),
  get('time goes by', `${core}/configmaps?watch=true`, { stream: { lines: 9, waitMs: 11_000 }, counts: 'status' }),
  ...['of-a-pod', 'of-a-node', 'of-a-secret', 'of-a-pod-on-a-node', 'free'].flatMap((name) => [
    post(`${name}: is reviewed later`, reviews, review(`{${name}.status.token}`)),
    post(`${name}: is used later`, whoAmI, self, by(name)),
  ]),
  post('the secret comes again', `${core}/secrets`, secret('plain'), { counts: 'status' }),
  post('its token does not count again', reviews, review('{of-a-secret.status.token}')),
  del('the account goes', `${accounts}/default`, undefined, { counts: 'status' }),
  asked('of an account that is gone', {}),
  get('more time goes by', `${core}/configmaps?watch=true`, { stream: { lines: 9, waitMs: 11_000 }, counts: 'status' }),
  post('free: is reviewed at last', reviews, review('{free.status.token}')),
  post('free: is used at last', whoAmI, self, by('free')),
];

const legacy: readonly Row[] = [
  post('an old token', `${core}/secrets`, {
    ...secret('old', { type: 'kubernetes.io/service-account-token' }),
    metadata: { name: 'old', annotations: { 'kubernetes.io/service-account.name': 'other' } },
  }),
  post('of nobody', `${core}/secrets`, secret('nobodys', { type: 'kubernetes.io/service-account-token' })),
  merge('that counts no more', `${core}/secrets/old`, {
    metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2024-01-01' } },
  }),
];

export const tokensGroup: Group = {
  name: 'tokens',
  rows: [...surroundings, ...limits, ...using, ...spoilt, ...going, ...legacy],
};
