/** Who asks: each way to tell, alone and together, through requests without a socket. */
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Namespace, Pod, Secret, ServiceAccount } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type KubernetesObject, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { type Asking, ask } from '../http/asking.fixture.js';
import type { HttpHandler, HttpRequest, Peer } from '../http/message.js';
import { tokenKeys } from '../nodejs/token-keys.js';
import { createApiServer } from '../server.js';
import { bearerToken, clientCertificate, staticTokens } from './authenticators.js';
import { requestHeaders } from './request-headers.js';
import { keySetOf, signingKey } from './tokens/json-web-token.js';
import { oidcTokens } from './tokens/oidc.js';
import { serviceAccountTokens } from './tokens/service-account-tokens.js';
import { parseTokenFile } from './tokens/token-file.js';

const pemOf = (type: 'ec' | 'rsa') =>
  (type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
  ).privateKey.export({ type: type === 'ec' ? 'sec1' : 'pkcs1', format: 'pem' } as never) as unknown as string;

const issuer = 'https://kubernetes.default.svc';
const provider = 'https://accounts.example.com';
const tokenFile = 'sesame,ann,u1,"staff,system:masters"\nplain, bob ,u2\n';

let handle: HttpHandler;
let admin: Client;
let world: VirtualWorld;
let providerToken: (claims: object) => Promise<string>;

beforeAll(async () => {
  world = virtualWorld();
  const theirs = tokenKeys(pemOf('rsa'));
  const theirKey = await signingKey(theirs.privateKeyPem, theirs.publicKeyPem);
  const theirKeys = await keySetOf([theirs.publicKeyPem]);
  const nowSeconds = Math.floor(world.clock.now() / 1000);
  providerToken = (claims) =>
    theirKey.sign({ iss: provider, aud: 'pintle', exp: nowSeconds + 3600, iat: nowSeconds, ...claims });
  const own = tokenKeys(pemOf('ec'));
  const api = await createApiServer({
    world,
    authorizer: 'rbac',
    authenticators: [
      requestHeaders({
        allowedNames: ['front'],
        usernameHeaders: ['X-Remote-User'],
        groupHeaders: ['X-Remote-Group'],
        uidHeaders: ['X-Remote-Uid'],
        extraHeaderPrefixes: ['X-Remote-Extra-'],
      }),
      clientCertificate,
    ],
    tokenAuthenticators: [
      staticTokens(parseTokenFile(tokenFile), [issuer]),
      oidcTokens({
        world,
        issuer: provider,
        clientId: 'pintle',
        usernameClaim: 'email',
        groupsClaim: 'groups',
        groupsPrefix: 'oidc:',
        requiredClaims: { hd: 'example.com' },
        // The keys are found at the second look only, as after a change of keys.
        keys: async ({ fresh }) => (fresh ? theirKeys : { keys: [] }),
      }),
    ],
    // The checking key is the signing key's other half, as kube-apiserver's flags mostly have it.
    tokens: await serviceAccountTokens({ world, issuer, ...own, otherPublicKeysPem: [own.publicKeyPem] }),
  });
  handle = api.handle;
  admin = api.client();
  await admin.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
});

const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

async function whoAmI(asking: Asking) {
  const answer = await ask(handle, 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews', {
    ...asking,
    body: review,
  });
  return answer.status === 201 ? answer.json.status.userInfo : answer.status;
}
const bearer = (token: string): Asking => ({ headers: { authorization: `Bearer ${token}` } });

describe('who shows nothing', () => {
  it('is anonymous, and may little', async () => {
    expect(await whoAmI({})).toBe(403);
    expect((await ask(handle, 'GET /version')).status).toBe(200);
    expect((await ask(handle, 'GET /api/v1/pods')).json.message).toBe(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    );
  });
  it('is refused where nobody may be anonymous', async () => {
    const api = await createApiServer({ world: virtualWorld(), anonymous: false });
    expect((await ask(api.handle, 'GET /version')).status).toBe(401);
  });
});

describe('a certificate', () => {
  const peer: Peer = {
    clientCertificate: { commonName: 'ann', organizations: ['staff', 'cooks'], fingerprint: 'ab12' },
  };
  it('names the user and the groups', async () => {
    expect(await whoAmI({ peer })).toEqual({
      username: 'ann',
      groups: ['staff', 'cooks', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab12'] },
    });
  });
  it('that nobody vouches for is worse than none, but a token beside it counts', async () => {
    const strange: Peer = { strangeCertificate: true };
    expect(await whoAmI({ peer: strange })).toBe(401);
    expect(await whoAmI({ peer: strange, ...bearer('sesame') })).toMatchObject({ username: 'ann' });
  });
  it('counts before a token', async () => {
    expect(await whoAmI({ peer, ...bearer('wrong') })).toMatchObject({ username: 'ann' });
  });
});

describe('a front proxy', () => {
  const headers = {
    'x-remote-user': 'eve',
    'x-remote-group': ['a, with a comma', 'b'],
    'x-remote-uid': '42',
    'x-remote-extra-acme.com%2Fproject': ['x', 'y'],
  };
  const subject = { commonName: 'front', organizations: [] };
  it('speaks for the user that its headers name', async () => {
    expect(await whoAmI({ peer: { proxyCertificate: subject }, headers })).toEqual({
      username: 'eve',
      uid: '42',
      groups: ['a, with a comma', 'b', 'system:authenticated'],
      extra: { 'acme.com/project': ['x', 'y'] },
    });
  });
  it.each([
    ['with another name', { proxyCertificate: { ...subject, commonName: 'other' } }],
    ['that shows a certificate of clients', { clientCertificate: subject }],
    ['that shows nothing', {}],
  ])('%s is not believed', async (_what, peer) => {
    const user = await whoAmI({ peer, headers });
    expect(user.username ?? user).toBe('clientCertificate' in peer ? 'front' : 'proxyCertificate' in peer ? 401 : 403);
  });
});

describe('a fixed token', () => {
  it.each([
    ['sesame', { username: 'ann', uid: 'u1', groups: ['staff', 'system:masters', 'system:authenticated'] }],
    ['plain', { username: 'bob', uid: 'u2', groups: ['system:authenticated'] }],
    ['sesam', 401],
    ['sesamee', 401],
  ])('%s', async (token, user) => {
    expect(await whoAmI(bearer(token))).toEqual(user);
  });
  it('is hidden among the protocols of a browser’s WebSocket', () => {
    const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from('plain?>').toString('base64url')}`;
    const shown = (upgrade: boolean) =>
      bearerToken({
        upgrade,
        header: (name: string) => (name === 'sec-websocket-protocol' ? `${protocol}, v5.channel.k8s.io` : undefined),
      } as HttpRequest);
    expect([shown(true), shown(false)]).toEqual(['plain?>', undefined]);
  });
  it('a file with a line that lacks something is refused', () => {
    expect(() => parseTokenFile('a,b,c\nonly-a-token\n')).toThrow('line 2');
    expect(parseTokenFile('"a""b",c,d,"e,f"')).toEqual([
      { token: 'a"b', user: { name: 'c', uid: 'd', groups: ['e', 'f'] } },
    ]);
  });
});

describe('a token of the provider', () => {
  const claims = { sub: 's', email: 'ann@example.com', hd: 'example.com', groups: ['cooks'], jti: 'j' };
  it('names the user and the groups, as its flags say', async () => {
    expect(await whoAmI(bearer(await providerToken(claims)))).toEqual({
      username: 'ann@example.com',
      groups: ['oidc:cooks', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j'] },
    });
  });
  it.each([
    ['for another client', { aud: 'somebody' }],
    ['that has ended', { exp: 1 }],
    ['without a claim that is needed', { hd: undefined }],
    ['with another value of it', { hd: 'evil.com' }],
    ['with an address that nobody verified', { email_verified: false }],
    ['without a name', { email: undefined }],
    ['with groups that are none', { groups: [{}] }],
  ])('%s is refused', async (_what, more) => {
    expect(await whoAmI(bearer(await providerToken({ ...claims, ...more })))).toBe(401);
  });
  it('that was changed is refused', async () => {
    const [head = '', body = '', signature = ''] = (await providerToken(claims)).split('.');
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), email: 'x@example.com' }),
    );
    expect(await whoAmI(bearer(`${head}.${forged.toString('base64url')}.${signature}`))).toBe(401);
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await whoAmI(bearer(`${unsigned}.${body}.`))).toBe(401);
  });
});

describe('a service account token', () => {
  let at = 0;
  async function account(): Promise<string> {
    const name = `robot-${at++}`;
    await admin.create<ServiceAccount>({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'shop' },
    });
    return name;
  }
  const ServiceAccounts = {
    group: '',
    version: 'v1',
    plural: 'serviceaccounts',
    scope: 'Namespaced',
    kind: 'ServiceAccount',
    T: undefined as never,
  } as const;
  const issue = async (name: string, spec: object = {}): Promise<string> => {
    const made = await admin.createSubresource(ServiceAccounts, { name, namespace: 'shop' }, 'token', { spec });
    return (made as unknown as { status: { token: string } }).status.token;
  };
  const pod = (name: string, serviceAccountName: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { serviceAccountName, containers: [{ name: 'c', image: 'i' }] },
  });
  const Pods = { ...ServiceAccounts, plural: 'pods', kind: 'Pod' } as const;
  const Secrets = { ...ServiceAccounts, plural: 'secrets', kind: 'Secret' } as const;

  it('is the account, as long as that is there', async () => {
    const name = await account();
    const token = await issue(name);
    expect(await whoAmI(bearer(token))).toMatchObject({
      username: `system:serviceaccount:shop:${name}`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    });
    await admin.delete(ServiceAccounts, { name, namespace: 'shop' });
    await world.advance(11_000);
    expect(await whoAmI(bearer(token))).toBe(401);
  });

  it('ends when its time does', async () => {
    const token = await issue(await account(), { expirationSeconds: 600 });
    await world.advance(590_000);
    expect(await whoAmI(bearer(token))).toMatchObject({});
    await world.advance(21_000);
    expect(await whoAmI(bearer(token))).toBe(401);
  });

  it('that is bound to a pod goes with it, and tells of it', async () => {
    const name = await account();
    const made = await admin.create(pod('bound', name));
    const token = await issue(name, { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'bound' } });
    expect((await whoAmI(bearer(token))).extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['bound'],
      'authentication.kubernetes.io/pod-uid': [made.metadata.uid],
    });
    await admin.delete(Pods, { name: 'bound', namespace: 'shop' }, { gracePeriodSeconds: 0 });
    await admin.create(pod('bound', name));
    await world.advance(11_000);
    expect(await whoAmI(bearer(token))).toBe(401);
  });

  it('that is bound to a pod tells of its node, be it there or not', async () => {
    const name = await account();
    const made = pod('placed', name);
    await admin.create({ ...made, spec: { ...made.spec!, nodeName: 'gone' } });
    const token = await issue(name, { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'placed' } });
    const { extra } = await whoAmI(bearer(token));
    expect(extra).toMatchObject({ 'authentication.kubernetes.io/node-name': ['gone'] });
    expect(extra).not.toHaveProperty(['authentication.kubernetes.io/node-uid']);
  });

  it('is asked for by the name of its account', async () => {
    const at = { name: await account(), namespace: 'shop' };
    const asked = (metadata: object) => admin.createSubresource(ServiceAccounts, at, 'token', { metadata, spec: {} });
    await expect(asked({ name: 'other' })).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining(
        'metadata.name: Invalid value: "other": must match the service account name if specified',
      ),
    });
    await expect(asked({ namespace: 'other' })).rejects.toMatchObject({
      code: 400,
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    });
    expect(await asked(at)).toMatchObject({ metadata: at });
  });

  it.each([
    ['another account’s pod', { kind: 'Pod', name: 'foreign' }, 400, /different serviceaccount name/],
    ['an absent pod', { kind: 'Pod', name: 'absent' }, 404, /pods "absent" not found/],
    ['one of no version', { apiVersion: 'a/b/c', kind: 'Pod', name: 'absent' }, 404, /pods "absent" not found/],
    ['one of another group', { apiVersion: 'a/v1', kind: 'Pod', name: 'a' }, 400, /object of type a\/v1, Kind=Pod/],
    ['a pod of another uid', { kind: 'Pod', name: 'own', uid: 'x' }, 409, /on Pod "own": .* the UID in record/],
    ['nothing', { apiVersion: '', name: 'own' }, 400, /cannot bind token to object of type \/, Kind=$/],
    [
      'a ConfigMap',
      { kind: 'ConfigMap', name: 'own' },
      400,
      /cannot bind token to object of type \/v1, Kind=ConfigMap/,
    ],
  ])('is not bound to %s', async (what, boundObjectRef, code, message) => {
    const name = await account();
    if (what.startsWith('another')) await admin.create(pod('foreign', await account()));
    if (what.startsWith('a pod')) await admin.create(pod('own', name));
    await expect(issue(name, { boundObjectRef: { apiVersion: 'v1', ...boundObjectRef } })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [599, /spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes/],
    [2 ** 32 + 1, /may not specify a duration larger than 2\^32 seconds/],
  ])('is not given for %s seconds', async (expirationSeconds, message) => {
    await expect(issue(await account(), { expirationSeconds })).rejects.toMatchObject({
      code: 422,
      message: expect.stringMatching(message),
    });
  });

  it('that is bound to a secret goes with it', async () => {
    const name = await account();
    await admin.create<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'shop' } });
    const token = await issue(name, { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'key' } });
    expect(await whoAmI(bearer(token))).toMatchObject({});
    await admin.delete(Secrets, { name: 'key', namespace: 'shop' });
    await world.advance(11_000);
    expect(await whoAmI(bearer(token))).toBe(401);
  });

  it('for another audience is no key to this server; a review tells for whom it is', async () => {
    const token = await issue(await account(), { audiences: ['vault', 'bank'] });
    expect(await whoAmI(bearer(token))).toBe(401);
    const asked = async (spec: object) =>
      (
        await ask(handle, 'POST /apis/authentication.k8s.io/v1/tokenreviews', {
          ...bearer('sesame'),
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec },
        })
      ).json.status;
    expect(await asked({ token, audiences: ['bank', 'shop'] })).toMatchObject({
      authenticated: true,
      audiences: ['bank'],
    });
    expect((await asked({ token, audiences: ['shop', 'bank', 'vault'] })).audiences).toEqual(['bank', 'vault']);
    const others = 'token audiences ["vault" "bank"] is invalid for the target audiences';
    expect(await asked({ token, audiences: ['shop'] })).toEqual({
      user: {},
      error: `[invalid bearer token, ${others} ["shop"]]`,
    });
    expect((await asked({ token })).error).toBe(`[invalid bearer token, ${others} ["${issuer}"]]`);
    const late = '[invalid bearer token, service account token has expired]';
    await world.advance(4_000_000);
    expect((await asked({ token, audiences: ['bank'] })).error).toBe(late);
    expect((await asked({ token: `${token}x` })).error).toMatch(/^\[invalid bearer token, go-jose\/go-jose: error in /);
    expect((await asked({ token: 'a.b.c' })).error).toBe('invalid bearer token');
    expect(await asked({ token: 'sesame', audiences: [issuer] })).toMatchObject({
      authenticated: true,
      audiences: [issuer],
      user: { username: 'ann', groups: expect.arrayContaining(['system:authenticated']) },
    });
    expect(await asked({ token: 'sesame', audiences: ['shop'] })).toEqual({ user: {}, error: 'invalid bearer token' });
  });

  it('is checked by anybody who reads the documents of the issuer', async () => {
    const token = await issue(await account());
    const configuration = await ask(handle, 'GET /.well-known/openid-configuration', bearer(token));
    expect(configuration.json).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    });
    const keys = await ask(handle, 'GET /openid/v1/jwks', bearer(token));
    expect(keys.headers['content-type']).toBe('application/jwk-set+json');
    const asJson = { headers: { ...bearer(token).headers, accept: 'application/json' } };
    expect((await ask(handle, 'GET /openid/v1/jwks', asJson)).status).toBe(406);
    const [{ kid, alg, use }] = keys.json.keys;
    const head = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
    expect({ alg, use }).toEqual({ alg: 'ES256', use: 'sig' });
    expect(head).toEqual({ alg: 'ES256', kid });
    expect((await ask(handle, 'GET /openid/v1/jwks')).status).toBe(403);
  });
});

describe('impersonation', () => {
  const rule = (verbs: string[], group: string, resource: string, names?: string[]) => ({
    verbs,
    apiGroups: [group],
    resources: [resource],
    ...(names === undefined ? {} : { resourceNames: names }),
  });
  beforeAll(async () => {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await admin.create({
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'actor' },
      rules: [
        rule(['impersonate'], '', 'users', ['ann', 'system:anonymous']),
        rule(['impersonate'], '', 'groups', ['cooks']),
        rule(['impersonate'], '', 'serviceaccounts'),
        rule(['impersonate'], 'authentication.k8s.io', 'userextras/scope', ['some']),
        rule(['impersonate'], 'authentication.k8s.io', 'uids', ['7']),
      ],
    } as unknown as KubernetesObject);
    await admin.create({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'actor' },
      roleRef: { kind: 'ClusterRole', name: 'actor' },
      subjects: [{ kind: 'User', name: 'bob' }],
    } as unknown as KubernetesObject);
  });
  const as = (headers: Record<string, string | readonly string[]>) =>
    whoAmI({ headers: { authorization: 'Bearer plain', ...headers } });

  it('of all that one may', async () => {
    expect(
      await as({
        'impersonate-user': 'ann',
        'impersonate-group': ['cooks'],
        'impersonate-uid': '7',
        'impersonate-extra-scope': ['some'],
      }),
    ).toEqual({ username: 'ann', uid: '7', groups: ['cooks', 'system:authenticated'], extra: { scope: ['some'] } });
    expect(await as({ 'impersonate-user': 'system:serviceaccount:shop:robot' })).toMatchObject({
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    });
  });
  it.each([
    ['another user', { 'impersonate-user': 'eve' }],
    ['another group', { 'impersonate-user': 'ann', 'impersonate-group': ['cooks', 'system:masters'] }],
    ['another uid', { 'impersonate-user': 'ann', 'impersonate-uid': '8' }],
    ['another value of extra', { 'impersonate-user': 'ann', 'impersonate-extra-scope': ['some', 'all'] }],
    ['another key of extra', { 'impersonate-user': 'ann', 'impersonate-extra-other': ['some'] }],
    ['who may do nothing', { 'impersonate-user': 'system:anonymous' }],
  ])('of %s is refused', async (_what, headers) => {
    expect(await as(headers)).toBe(403);
  });
  it('of a part without a user is no request', async () => {
    expect(await as({ 'impersonate-group': 'cooks' })).toBe(400);
    expect(await as({ 'impersonate-user': '', 'impersonate-group': '' })).toBe(400);
  });
  it('of an empty user is of none', async () => {
    expect(await as({ 'impersonate-user': '', 'impersonate-uid': '' })).toMatchObject({ username: 'bob' });
  });
});
