/** JSON Web Tokens (RFC 7519) and key sets (RFC 7517): the one place that knows jose. */
import { aggregateText } from '@pintle/machinery';
import {
  base64url,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  importPKCS8,
  importSPKI,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';

export type Claims = Readonly<Record<string, unknown>>;
export type KeySet = JSONWebKeySet;
/** `fresh`: a key was not among those that were found before. */
export type KeySource = (options: { readonly fresh: boolean }) => Promise<KeySet>;

/** A claim is not as it has to be; the token is nobody's. */
export class ClaimError extends Error {
  readonly code = 'PINTLE_CLAIM';
}

/** What service account tokens may be signed with. */
const algorithms = ['ES256', 'RS256', 'ES384', 'ES512'] as const;

export interface SigningKey {
  readonly algorithm: string;
  readonly keyId: string;
  sign(claims: Claims): Promise<string>;
}

async function firstFit<T>(what: string, make: (algorithm: string) => Promise<T>): Promise<readonly [string, T]> {
  for (const algorithm of algorithms) {
    try {
      return [algorithm, await make(algorithm)];
    } catch {
      // Of another algorithm, or no key at all: the last word is below.
    }
  }
  throw new Error(`the ${what} is no key that tokens can be signed with: ${algorithms.join(', ')}`);
}

/** Of SPKI PEMs; the key set that others verify by. One that is named twice is in it once: two that match are none to jose. */
export async function keySetOf(publicPems: readonly string[]): Promise<KeySet> {
  const keys = await Promise.all(
    publicPems.map(async (pem) => {
      const [alg, key] = await firstFit('public key', (algorithm) => importSPKI(pem, algorithm, { extractable: true }));
      const jwk = await exportJWK(key);
      return { use: 'sig', kid: await keyIdOf(key), alg, ...jwk };
    }),
  );
  return { keys: [...new Map(keys.map((key) => [key.kid, key])).values()] };
}

/** As kube-apiserver names its keys: servers that share one know each other's tokens by it. */
async function keyIdOf(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('spki', key);
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', der)));
}

/** Of a PKCS #8 PEM and its public half. */
export async function signingKey(privatePem: string, publicPem: string): Promise<SigningKey> {
  const [algorithm, key] = await firstFit('private key', (each) => importPKCS8(privatePem, each));
  const [published] = (await keySetOf([publicPem])).keys;
  const keyId = published?.kid ?? '';
  return {
    algorithm,
    keyId,
    sign: (claims) => new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: algorithm, kid: keyId }).sign(key),
  };
}

/** What a token says, without a look at its signature; undefined for what is no token. */
export function unverifiedClaims(token: string): Claims | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

export interface VerifyOptions {
  readonly issuer: string;
  readonly algorithms?: readonly string[];
  readonly nowMs: number;
  /** Whether one that never ends is refused. */
  readonly mustEnd?: boolean;
}

/**
 * What a token says, if one of the keys signed it and its time is now: that which it names, and any where it names none.
 * Rejects otherwise; `isUnknownKey` tells why.
 */
export async function verifiedClaims(token: string, keys: KeySet, options: VerifyOptions): Promise<Claims> {
  const verified = async (by: KeySet) => {
    const { payload } = await jwtVerify(token, createLocalJWKSet(by), {
      issuer: options.issuer,
      currentDate: new Date(options.nowMs),
      ...(options.mustEnd ? { requiredClaims: ['exp'] } : {}),
      ...(options.algorithms === undefined ? {} : { algorithms: [...options.algorithms] }),
    });
    return payload;
  };
  const named = namedKey(token);
  if (named !== '' || keys.keys.length === 0) return verified(keys);
  const failures: unknown[] = [];
  for (const key of keys.keys) {
    try {
      return await verified({ keys: [{ ...key, kid: '' }] });
    } catch (error) {
      if (!isUnknownKey(error) && !isOtherSignature(error)) throw error;
      failures.push(error);
    }
  }
  throw new NoneSignedError(failures);
}

/** None of the keys has signed it; why, for each. */
class NoneSignedError extends Error {
  readonly code = 'PINTLE_NONE_SIGNED';
  constructor(readonly failures: readonly unknown[]) {
    super('none of the keys has signed the token');
  }
}

/** Empty where a token names none; undefined for what is no token. */
function namedKey(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid ?? '';
  } catch {
    return undefined;
  }
}

const isOtherSignature = (error: unknown): boolean =>
  (error as { code?: string }).code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED';

/** Why `verifiedClaims` has rejected a service account token, in the words of Go; undefined where it is no token at all. */
export function refusalWords(error: unknown): string | undefined {
  if (error instanceof NoneSignedError)
    return aggregateText(
      error.failures.map((each) =>
        isUnknownKey(each) ? 'go-jose/go-jose: unknown/unsupported algorithm' : (refusalWords(each) ?? ''),
      ),
    );
  const { code, claim } = error as { readonly code?: string; readonly claim?: string };
  if (code === 'ERR_JWT_EXPIRED') return 'service account token has expired';
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return claim === 'nbf'
      ? 'service account token is not valid yet'
      : 'service account token claims could not be validated';
  if (isUnknownKey(error)) return 'invalid signature, no keys found';
  if (isOtherSignature(error)) return 'go-jose/go-jose: error in cryptographic primitive';
  return undefined;
}

export const isUnknownKey = (error: unknown): boolean =>
  (error as { code?: string }).code === 'ERR_JWKS_NO_MATCHING_KEY';
