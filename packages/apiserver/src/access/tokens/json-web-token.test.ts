/** The names of keys, and what is said of tokens that none of them has signed. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { importPKCS8, SignJWT } from 'jose';
import { tokenKeys } from '../../nodejs/token-keys.js';
import { keySetOf, refusalWords, signingKey, verifiedClaims } from './json-web-token.js';

const keysOf = (curve?: string) => {
  const { privateKey } =
    curve === undefined
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: curve });
  return tokenKeys(
    privateKey.export({ type: curve === undefined ? 'pkcs1' : 'sec1', format: 'pem' } as never) as never,
  );
};

it.each([undefined, 'P-256', 'P-384'])(
  'a key goes by the digest of its DER, as kube-apiserver has it: %s',
  async (curve) => {
    const { privateKeyPem, publicKeyPem } = keysOf(curve);
    const der = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
    const kid = createHash('sha256').update(der).digest('base64url');
    expect((await keySetOf([publicKeyPem])).keys).toMatchObject([{ kid }]);
    const key = await signingKey(privateKeyPem, publicKeyPem);
    expect(key.keyId).toBe(kid);
    const header = (await key.sign({ iss: 'me' })).split('.')[0]!;
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: key.algorithm, kid });
  },
);

describe('a token that names no key', () => {
  const [first, second, rsa] = [keysOf('P-256'), keysOf('P-256'), keysOf()];
  const signed = async ({ privateKeyPem }: typeof first, kid?: string) =>
    new SignJWT({ sub: 'a' })
      .setIssuer('me')
      .setProtectedHeader({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) })
      .sign(await importPKCS8(privateKeyPem, 'ES256'));
  const tried = async (token: string, ...pems: readonly string[]) =>
    verifiedClaims(token, await keySetOf(pems), { issuer: 'me', nowMs: 0 }).then(
      ({ sub }) => sub,
      (error: unknown) => refusalWords(error),
    );
  it.each([undefined, ''])('is tried with all: %j', async (kid) => {
    for (const key of [first, second])
      expect(await tried(await signed(key, kid), rsa.publicKeyPem, first.publicKeyPem, second.publicKeyPem)).toBe('a');
  });
  it('and is refused where none has signed it', async () => {
    const token = await signed(keysOf('P-256'));
    const wrong = 'go-jose/go-jose: error in cryptographic primitive';
    expect(await tried(token, first.publicKeyPem, second.publicKeyPem)).toBe(wrong);
    expect(await tried(token, first.publicKeyPem, rsa.publicKeyPem)).toBe(
      `[${wrong}, go-jose/go-jose: unknown/unsupported algorithm]`,
    );
  });
});

describe('a token is refused in the words of Go', () => {
  const [own, other] = [keysOf('P-256'), keysOf('P-256')];
  const words = async (token: string) =>
    verifiedClaims(token, await keySetOf([own.publicKeyPem]), { issuer: 'me', nowMs: 0 }).then(
      () => 'accepted',
      (error: unknown) => refusalWords(error),
    );
  it('that a key has signed which is not known', async () => {
    const { sign } = await signingKey(other.privateKeyPem, other.publicKeyPem);
    expect(await words(await sign({ iss: 'me' }))).toBe('invalid signature, no keys found');
  });
  it('that another has signed than it says', async () => {
    const { sign } = await signingKey(own.privateKeyPem, own.publicKeyPem);
    const [token, another] = [await sign({ iss: 'me' }), await sign({ iss: 'me', sub: 'another' })];
    expect(await words(token)).toBe('accepted');
    const forged = [...token.split('.').slice(0, 2), another.split('.')[2]].join('.');
    expect(await words(forged)).toBe('go-jose/go-jose: error in cryptographic primitive');
  });
});
