/** What an AuthenticationConfiguration makes of tokens: who they name, which are refused, and what is wrong with it. */
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../../http/asking.fixture.js';
import { tokenKeys } from '../../nodejs/token-keys.js';
import { createApiServer } from '../../server.js';
import { type KeySet, keySetOf, type SigningKey, signingKey } from '../tokens/json-web-token.js';
import { type ConfiguredAuthenticationOptions, configuredAuthentication } from './authentication-configuration.js';

const world = virtualWorld();
const nowSeconds = Math.floor(world.clock.now() / 1000);
const url = 'https://accounts.example.com';
const own = 'https://kubernetes.default.svc';
let key: SigningKey;
let keys: KeySet;

beforeAll(async () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' });
  const pair = tokenKeys(String(pem));
  key = await signingKey(pair.privateKeyPem, pair.publicKeyPem);
  keys = await keySetOf([pair.publicKeyPem]);
});

const configuration = (jwt: readonly object[], more: object = {}) => ({
  apiVersion: 'apiserver.config.k8s.io/v1beta1',
  kind: 'AuthenticationConfiguration',
  jwt,
  ...more,
});
const options = (more: Partial<ConfiguredAuthenticationOptions> = {}): ConfiguredAuthenticationOptions => ({
  world,
  serverAudiences: [own],
  ownIssuers: [own],
  keysOf: () => async () => keys,
  ...more,
});
const issuer = { url, audiences: ['pintle'] };
const plain = { issuer, claimMappings: { username: { claim: 'sub', prefix: '' } } };

async function userOf(authenticator: object, claims: object, audiences: readonly string[] = []) {
  const { tokenAuthenticators } = await configuredAuthentication(configuration([authenticator]), options());
  const token = await key.sign({ iss: url, aud: 'pintle', exp: nowSeconds + 60, sub: 'ann', ...claims });
  return tokenAuthenticators[0]!(token, audiences);
}

describe('a token', () => {
  it.each<readonly [string, object, object, object]>([
    ['names by a claim', {}, {}, { name: 'ann', groups: [] }],
    [
      'names by claims with what comes before them',
      {
        claimMappings: {
          username: { claim: 'email', prefix: 'u:' },
          groups: { claim: 'roles', prefix: 'g:' },
          uid: { claim: 'id' },
        },
      },
      { email: 'a@b', email_verified: true, roles: ['x', 'y'], id: '7', jti: 'j' },
      {
        name: 'u:a@b',
        groups: ['g:x', 'g:y'],
        uid: '7',
        extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j'] },
      },
    ],
    [
      'may have one group',
      { claimMappings: { ...plain.claimMappings, groups: { claim: 'role', prefix: '' } } },
      { role: 'x' },
      { name: 'ann', groups: ['x'] },
    ],
    [
      'names by expressions',
      {
        claimMappings: {
          username: { expression: "claims.sub + ':external'" },
          groups: { expression: "claims.roles.split(',')" },
          uid: { expression: 'claims.sub' },
          extra: [
            { key: 'example.com/tenant', valueExpression: 'claims.tenant' },
            { key: 'example.com/none', valueExpression: "has(claims.none) ? claims.none : ''" },
            { key: 'example.com/list', valueExpression: "['a', '', 'b']" },
          ],
        },
      },
      { roles: 'x,y', tenant: 't' },
      {
        name: 'ann:external',
        groups: ['x', 'y'],
        uid: 'ann',
        extra: { 'example.com/tenant': ['t'], 'example.com/list': ['a', 'b'] },
      },
    ],
    [
      'holds to the rules of claims and of users',
      {
        claimValidationRules: [
          { claim: 'hd', requiredValue: 'example.com' },
          { expression: 'claims.exp - claims.nbf <= 86400', message: 'lives too long' },
        ],
        userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: 'reserved' }],
      },
      { hd: 'example.com', nbf: nowSeconds },
      { name: 'ann', groups: [] },
    ],
    [
      'is for one of several',
      { issuer: { url, audiences: ['a', 'pintle'], audienceMatchPolicy: 'MatchAny' } },
      {},
      { name: 'ann', groups: [] },
    ],
  ])('%s', async (_what, more, claims, user) => {
    expect(await userOf({ ...plain, ...more }, claims)).toEqual({ user });
  });

  it.each<readonly [string, object, object]>([
    ['for somebody else', {}, { aud: 'other' }],
    ['that has ended', {}, { exp: 1 }],
    ['that never ends', {}, { exp: undefined }],
    ['of another issuer', {}, { iss: 'https://other.example.com' }],
    ['without the claim of its name', {}, { sub: undefined }],
    ['whose name is no text', {}, { sub: 7 }],
    ['whose name comes to nothing', { claimMappings: { username: { expression: "''" } } }, {}],
    ['whose name comes to no text', { claimMappings: { username: { expression: 'claims.n' } } }, { n: 7 }],
    [
      'whose groups are none',
      { claimMappings: { ...plain.claimMappings, groups: { expression: 'claims.n' } } },
      { n: 7 },
    ],
    [
      'whose address is not verified',
      { claimMappings: { username: { claim: 'email', prefix: '' } } },
      { email: 'a@b', email_verified: 'true' },
    ],
    ['that breaks a rule of claims', { claimValidationRules: [{ expression: 'claims.n > 7' }] }, { n: 7 }],
    ['that lacks what a rule asks of', { claimValidationRules: [{ expression: 'claims.n > 7' }] }, {}],
    ['that lacks a claim that is needed', { claimValidationRules: [{ claim: 'hd', requiredValue: '' }] }, {}],
    ['that breaks a rule of users', { userValidationRules: [{ expression: "user.username != 'ann'" }] }, {}],
  ])('%s is nobody’s', async (_what, more, claims) => {
    expect(await userOf({ ...plain, ...more }, claims)).toBeUndefined();
  });

  it('is asked about for the audiences of the server', async () => {
    expect(await userOf(plain, {}, ['x', own])).toEqual({ user: { name: 'ann', groups: [] }, audiences: [own] });
    expect(await userOf(plain, {}, ['x', 'pintle'])).toBeUndefined();
  });

  it('is read by its own issuer, with keys that are looked for again', async () => {
    const asked: string[] = [];
    const other = { ...plain, issuer: { url: 'https://b.example.com', audiences: ['b'] } };
    const { tokenAuthenticators } = await configuredAuthentication(
      configuration([plain, other]),
      options({
        keysOf:
          (of) =>
          async ({ fresh }) => {
            asked.push(`${of.url} ${fresh}`);
            return fresh ? keys : { keys: [] };
          },
      }),
    );
    const token = await key.sign({ iss: 'https://b.example.com', aud: 'b', exp: nowSeconds + 60, sub: 'bob' });
    const found = await Promise.all(tokenAuthenticators.map((authenticate) => authenticate(token, [])));
    expect(found).toEqual([undefined, { user: { name: 'bob', groups: [] } }]);
    expect(asked).toEqual(['https://b.example.com false', 'https://b.example.com true']);
  });
});

it('says where one may be anonymous', async () => {
  const anonymousBy = async (anonymous: object) =>
    (await configuredAuthentication(configuration([], { anonymous }), options())).anonymous;
  expect(await anonymousBy({ enabled: false })).toBe(false);
  expect(await anonymousBy({ enabled: true })).toBe(true);
  const anonymous = (await anonymousBy({ enabled: true, conditions: [{ path: '/livez' }] }))!;
  expect(anonymous).toEqual(['/livez']);
  const api = await createApiServer({ world: virtualWorld(), anonymous });
  const statuses = ['/livez', '/livez/ping', '/api'].map(async (path) => (await ask(api.handle, `GET ${path}`)).status);
  expect(await Promise.all(statuses)).toEqual([200, 401, 401]);
});

/** Cases of upstream's validation, each with the words that it has for them. */
describe('a fault', () => {
  const withIssuer = (more: object) => [{ ...plain, issuer: { ...issuer, ...more } }];
  const withMappings = (more: object) => [{ ...plain, claimMappings: { ...plain.claimMappings, ...more } }];
  it.each<readonly [readonly object[], string, object?]>([
    [withIssuer({ url: '' }), 'jwt[0].issuer.url: Required value'],
    [withIssuer({ url: 'http://a' }), 'jwt[0].issuer.url: Invalid value: "http://a": URL scheme must be https'],
    [
      withIssuer({ url: 'https://u:p@a' }),
      'jwt[0].issuer.url: Invalid value: "https://u:p@a": URL must not contain a username or password',
    ],
    [
      withIssuer({ url: 'https://a?b=c' }),
      'jwt[0].issuer.url: Invalid value: "https://a?b=c": URL must not contain a query',
    ],
    [
      withIssuer({ url: 'https://a#b' }),
      'jwt[0].issuer.url: Invalid value: "https://a#b": URL must not contain a fragment',
    ],
    [
      withIssuer({ url: own }),
      `jwt[0].issuer.url: Invalid value: "${own}": URL must not overlap with disallowed issuers: [${own}]`,
    ],
    [
      withIssuer({ discoveryURL: `${url}/` }),
      `jwt[0].issuer.discoveryURL: Invalid value: "${url}/": discoveryURL must be different from URL`,
    ],
    [
      withIssuer({ audiences: [] }),
      'jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required',
    ],
    [
      withIssuer({ audiences: ['a', 'a'], audienceMatchPolicy: 'MatchAny' }),
      'jwt[0].issuer.audiences[1]: Duplicate value: "a"',
    ],
    [
      withIssuer({ audiences: ['a', 'b'] }),
      'jwt[0].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
    ],
    [
      withIssuer({ certificateAuthority: 'x' }),
      'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates',
    ],
    [[plain, plain], `jwt[1].issuer.url: Duplicate value: "${url}"`],
    [withMappings({ username: {} }), 'jwt[0].claimMappings.username: Required value: claim or expression is required'],
    [
      withMappings({ username: { claim: 'a' } }),
      'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing',
    ],
    [
      withMappings({ groups: { claim: 'a', expression: 'b', prefix: '' } }),
      `jwt[0].claimMappings.groups: Invalid value: "": claim and expression can't both be set`,
    ],
    [
      withMappings({ groups: { expression: 'claims.g', prefix: 'x' } }),
      'jwt[0].claimMappings.groups.prefix: Invalid value: "x": may not be specified when expression is set',
    ],
    [
      withMappings({ username: { expression: 'claims.email' } }),
      'jwt[0].claimMappings.username.expression: Invalid value: "claims.email": claims.email_verified must be used in',
    ],
    [
      withMappings({ extra: [{ key: 'Example.com/a', valueExpression: "'x'" }] }),
      'jwt[0].claimMappings.extra[0].key: Invalid value: "Example.com/a": must be lowercase',
    ],
    [
      withMappings({ extra: [{ key: 'a.k8s.io/a', valueExpression: "'x'" }] }),
      'jwt[0].claimMappings.extra[0].key: Invalid value: "a.k8s.io/a": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
    ],
    [withMappings({ extra: [{ key: 'a.io/a' }] }), 'jwt[0].claimMappings.extra[0].valueExpression: Required value'],
    [
      [{ ...plain, claimValidationRules: [{}] }],
      'jwt[0].claimValidationRules[0]: Required value: claim or expression is required',
    ],
    [
      [{ ...plain, claimValidationRules: [{ claim: 'a', message: 'b' }] }],
      'jwt[0].claimValidationRules[0].message: Invalid value: "b": may not be specified when claim is set',
    ],
    [
      [{ ...plain, claimValidationRules: [{ expression: "'a'" }] }],
      `jwt[0].claimValidationRules[0].expression: Invalid value: "'a'": must evaluate to bool`,
    ],
    [
      [{ ...plain, claimValidationRules: [{ expression: "'a'.find('(') == 'a'" }] }],
      'jwt[0].claimValidationRules[0].expression: Internal error: program instantiation failed: error parsing regexp: missing closing ): `(`',
    ],
    [
      [{ ...plain, claimValidationRules: [{ expression: "int('x')" }] }],
      `jwt[0].claimValidationRules[0].expression: Invalid value: "int('x')": must evaluate to bool`,
    ],
    [
      [{ ...plain, userValidationRules: [{ expression: 'user.nme == "a"' }] }],
      'jwt[0].userValidationRules[0].expression: Invalid value: "user.nme == \\"a\\"": compilation failed: ERROR',
    ],
    [
      [{ ...plain, claimValidationRules: [{ expression: 'claims[1] == 1' }] }],
      `: compilation failed: ERROR: <input>:1:7: found no matching overload for '_[_]' applied to '(map(string, any), int)'`,
    ],
    [
      [],
      'anonymous.conditions: Invalid value: [{"path":"/"}]: enabled should be set to true when conditions are defined',
      { anonymous: { enabled: false, conditions: [{ path: '/' }] } },
    ],
    [[{ ...plain, issuers: 1 }], 'jwt[0].issuers: Invalid value: "": unknown field'],
    [
      [],
      'apiVersion: Invalid value: "v1, Kind=Some": no kind of that version is known here',
      { apiVersion: 'v1', kind: 'Some' },
    ],
  ])('%j: %s', async (jwt, words, more = {}) => {
    await expect(configuredAuthentication(configuration(jwt, more), options())).rejects.toThrow(words);
  });

  it('is none where an address is asked after', async () => {
    const username = { expression: 'claims.email' };
    const claimValidationRules = [{ expression: 'claims.email_verified == true' }];
    await configuredAuthentication(
      configuration([{ ...plain, claimMappings: { username }, claimValidationRules }]),
      options(),
    );
  });
});
