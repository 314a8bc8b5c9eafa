/** Whose tokens kube-apiserver's flags make a cluster trust: by an OpenID provider over HTTPS, whose keys change. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificateAuthority } from '@pintle/apiserver/nodejs';
import { logger, realWorld } from '@pintle/machinery';
import type { ApiServerFlags } from './flags.js';
import { trustedIssuers } from './issuers.js';

const world = realWorld();
let folder: string;
let provider: Server;
let issuer: string;
let caPem: string;
let key: { readonly id: string; readonly privateKey: KeyObject; readonly jwk: object };

/** What the provider answers to who fetches groups from it. */
let elsewhere: (authorization: string | undefined) => readonly [status: number, text: string] = () => [404, ''];

const newKey = (id: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  key = { id, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: id, alg: 'RS256', use: 'sig' } };
};
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims: object): string {
  const exp = Math.floor(world.clock.now() / 1000) + 60;
  const text = `${encoded({ alg: 'RS256', kid: key.id })}.${encoded({ iss: issuer, aud: 'pintle', exp, ...claims })}`;
  return `${text}.${sign('sha256', Buffer.from(text), key.privateKey).toString('base64url')}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pintle-issuers-'));
  const nowMs = world.clock.now();
  const authority = await CertificateAuthority.create({ commonName: 'authority', nowMs });
  ({ certPem: caPem } = await authority.toPem());
  const tls = await authority.issueServer({ commonName: 'provider', dns: ['localhost'], ips: ['127.0.0.1'], nowMs });
  provider = createServer({ cert: tls.certPem, key: tls.keyPem }, ({ url, headers }, response) => {
    if (url === '/groups') {
      const [status, text] = elsewhere(headers.authorization);
      response.writeHead(status).end(text);
      return;
    }
    const document = url === '/keys' ? { keys: [key.jwk] } : { issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  issuer = `https://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  await writeFile(join(folder, 'ca.crt'), caPem);
  newKey('one');
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await rm(folder, { recursive: true, force: true });
});

const flags = (more: Partial<ApiServerFlags> = {}): ApiServerFlags => ({
  oidcIssuerUrl: issuer,
  oidcClientId: 'pintle',
  oidcCaFile: join(folder, 'ca.crt'),
  ...more,
});

it('an OpenID provider by its flags', async () => {
  const more = {
    oidcUsernameClaim: 'name',
    oidcUsernamePrefix: 'oidc:',
    oidcGroupsClaim: 'roles',
    oidcGroupsPrefix: 'role:',
    oidcRequiredClaim: { hd: 'example.com' },
    oidcSigningAlgs: ['RS256'],
  };
  const { tokenAuthenticators = [] } = await trustedIssuers(flags(more));
  const claims = { name: 'ann', roles: ['cook'], hd: 'example.com' };
  expect(await tokenAuthenticators[0]!(token(claims), [])).toEqual({
    user: { name: 'oidc:ann', groups: ['role:cook'] },
  });
  expect(await tokenAuthenticators[0]!(token({ ...claims, hd: 'x' }), [])).toBeUndefined();
});

describe('groups that a token has elsewhere', () => {
  const more = { oidcGroupsClaim: 'groups' };
  const names = { groups: 'src' };
  const place = () => ({ endpoint: `${issuer}/groups`, access_token: 'let me' });
  const groupsOf = async (claims: object) => {
    const { tokenAuthenticators = [] } = await trustedIssuers(flags(more));
    return (await tokenAuthenticators[0]!(token({ sub: 'ann', ...claims }), []))?.user.groups;
  };

  it('are fetched with the token that is for that', async () => {
    elsewhere = (authorization) =>
      authorization === 'Bearer let me' ? [200, token({ groups: ['cooks', 'eaters'] })] : [401, ''];
    expect(await groupsOf({ _claim_names: names, _claim_sources: { src: place() } })).toEqual(['cooks', 'eaters']);
    const { access_token: _, ...without } = place();
    expect(await groupsOf({ _claim_names: names, _claim_sources: { src: without } })).toBeUndefined();
  });

  it('are not, where the token has its own, or none are anywhere', async () => {
    elsewhere = () => [500, ''];
    const sources = { src: place() };
    expect(await groupsOf({ groups: ['own'], _claim_names: names, _claim_sources: sources })).toEqual(['own']);
    expect(await groupsOf({ _claim_names: { roles: 'src' }, _claim_sources: sources })).toEqual([]);
    expect(await groupsOf({ _claim_names: names, _claim_sources: { src: { JWT: 'aggregated' } } })).toEqual([]);
  });

  it.each<readonly [string, () => readonly [number, string], object]>([
    ['nobody answers for', () => [500, ''], {}],
    ['are no token', () => [200, 'cooks'], {}],
    ['are for somebody else', () => [200, token({ aud: 'other', groups: ['cooks'] })], {}],
    ['are those of before', () => [200, token({ exp: 1, groups: ['cooks'] })], {}],
    ['another has signed', () => [200, `${token({ groups: ['cooks'] }).slice(0, -8)}AAAAAAAA`], {}],
    ['are not among what is answered', () => [200, token({ roles: ['cooks'] })], {}],
    ['are from a source without a name', () => [200, token({ groups: ['cooks'] })], { _claim_names: { groups: 'x' } }],
    ['are from nowhere', () => [200, token({ groups: ['cooks'] })], { _claim_sources: undefined }],
    ['are from a text', () => [200, token({ groups: ['cooks'] })], { _claim_names: 'groups' }],
  ])('that %s let nobody in', async (_which, answer, claims) => {
    elsewhere = answer;
    const both = { _claim_names: names, _claim_sources: { src: place() } };
    expect(await groupsOf({ ...both, ...claims })).toBeUndefined();
  });

  it('are fetched for a configured issuer, too', async () => {
    elsewhere = () => [200, token({ groups: ['cooks'] })];
    const file = join(folder, 'distributed.yaml');
    const document = {
      apiVersion: 'apiserver.config.k8s.io/v1beta1',
      kind: 'AuthenticationConfiguration',
      jwt: [
        {
          issuer: { url: issuer, audiences: ['pintle'], certificateAuthority: caPem },
          claimMappings: { username: { claim: 'sub', prefix: '' }, groups: { claim: 'groups', prefix: 'g:' } },
        },
      ],
    };
    await writeFile(file, JSON.stringify(document));
    const { tokenAuthenticators = [] } = await trustedIssuers({ authenticationConfig: file });
    const claims = { sub: 'ann', _claim_names: names, _claim_sources: { src: place() } };
    expect((await tokenAuthenticators[0]!(token(claims), []))?.user.groups).toEqual(['g:cooks']);
  });
});

it('issuers by a configuration, also when their keys change', async () => {
  const file = join(folder, 'authentication.yaml');
  const configuration = (nowUrl: string) => `
apiVersion: apiserver.config.k8s.io/v1beta1
kind: AuthenticationConfiguration
jwt:
- issuer:
    url: ${issuer}
    discoveryURL: ${nowUrl}
    audiences: [pintle]
    certificateAuthority: |
${caPem.replaceAll(/^/gm, '      ')}
  claimMappings:
    username: {expression: "'jwt:' + claims.sub"}
anonymous: {enabled: true, conditions: [{path: /livez}]}
`;
  await writeFile(file, configuration(`${issuer}/elsewhere`));
  const { tokenAuthenticators = [], anonymous } = await trustedIssuers({ authenticationConfig: file });
  expect(anonymous).toEqual(['/livez']);
  const [authenticate] = tokenAuthenticators;
  newKey('two');
  expect(await authenticate!(token({ sub: 'ann' }), [])).toEqual({ user: { name: 'jwt:ann', groups: [] } });
  const old = key;
  newKey('three');
  const unknown = token({ sub: 'ann' });
  // It was asked a moment ago: the new key is not looked for yet, and the old one counts.
  expect(await authenticate!(unknown, [])).toBeUndefined();
  key = old;
  expect(await authenticate!(token({ sub: 'bob' }), [])).toMatchObject({ user: { name: 'jwt:bob' } });
});

it('a configuration is followed: issuers come and go, and who may be anonymous stays', async () => {
  const file = join(folder, 'followed.yaml');
  const told: (() => void)[] = [];
  const heard: string[] = [];
  const listening = realWorld({
    logger: logger((_level, message) => {
      heard.push(message);
      for (const each of told.splice(0)) each();
    }),
  });
  const write = async (prefix: string, anonymous: object) => {
    const done = new Promise<void>((resolve) => told.push(resolve));
    await writeFile(file, document(prefix, anonymous));
    await done;
  };
  const document = (prefix: string, anonymous: object) =>
    JSON.stringify({
      ...{ apiVersion: 'apiserver.config.k8s.io/v1beta1', kind: 'AuthenticationConfiguration', anonymous },
      jwt: [
        {
          issuer: { url: issuer, audiences: ['pintle'], certificateAuthority: caPem },
          claimMappings: { username: { claim: 'sub', prefix } },
        },
      ],
    });
  await writeFile(file, document('a:', { enabled: true }));
  const { tokenAuthenticators = [] } = await trustedIssuers({ authenticationConfig: file }, listening);
  const name = async () => (await tokenAuthenticators[0]!(token({ sub: 'ann' }), []))?.user.name;
  expect(await name()).toBe('a:ann');
  await write('b:', { enabled: true });
  expect(await name()).toBe('b:ann');
  await write('c:', { enabled: false });
  expect(await name()).toBe('b:ann');
  expect(heard).toEqual([
    'the authentication configuration was read anew',
    'the authentication configuration cannot be used, and what it said before still counts',
  ]);
});

it.each<readonly [string, () => Partial<ApiServerFlags>, string | RegExp]>([
  ['a provider alone', () => ({ oidcClientId: undefined }), 'must be specified together'],
  ['a provider without TLS', () => ({ oidcIssuerUrl: 'http://a' }), 'URL scheme must be https'],
  ['an authority that is not there', () => ({ oidcCaFile: join(folder, 'none') }), /--oidc-ca-file .*none: ENOENT/],
  [
    'a configuration that is none',
    () => ({ authenticationConfig: join(folder, 'ca.crt') }),
    /authentication|YAML|config/,
  ],
])('%s is refused', async (_what, more, message) => {
  await expect(trustedIssuers({ ...flags(), ...more() } as ApiServerFlags)).rejects.toThrow(message);
});

it('flags and a configuration exclude each other', async () => {
  const file = join(folder, 'both.yaml');
  const head = 'apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AuthenticationConfiguration\n';
  const jwt = `jwt: [{issuer: {url: 'https://a', audiences: [a]}, claimMappings: {username: {claim: sub, prefix: ''}}}]\n`;
  await writeFile(file, head + jwt);
  await expect(trustedIssuers(flags({ authenticationConfig: file }))).rejects.toThrow('exclude each other');
  await writeFile(file, `${head}anonymous: {enabled: true}\n`);
  expect(await trustedIssuers(flags({ authenticationConfig: file }))).toMatchObject({ anonymous: true });
  await expect(trustedIssuers({ authenticationConfig: file, anonymousAuth: true })).rejects.toThrow('--anonymous-auth');
});
