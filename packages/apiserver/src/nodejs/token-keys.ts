/** Keys of service account tokens as files hold them: PEM of any form, RSA or elliptic; a certificate has a public one. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { TokenKey } from '../access/service-account-tokens.js';

const algorithms: Readonly<Record<string, TokenKey['algorithm']>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** Errors: `TypeError` for a key that tokens are not signed with. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): TokenKey['algorithm'] {
  if (asymmetricKeyType === 'rsa') return 'RS256';
  const algorithm = algorithms[asymmetricKeyDetails?.namedCurve ?? ''];
  if (algorithm === undefined)
    throw new TypeError(`service account tokens are signed with RSA or elliptic keys, not with ${asymmetricKeyType}`);
  return algorithm;
}

export function signingKey(pem: string): TokenKey {
  const key = createPrivateKey(pem);
  return { pem: key.export({ type: 'pkcs8', format: 'pem' }) as string, algorithm: algorithmOf(key) };
}

/** Of a public key, of a certificate, or of the private key itself. */
export function checkingKey(pem: string): TokenKey {
  const key = createPublicKey(pem);
  return { pem: key.export({ type: 'spki', format: 'pem' }) as string, algorithm: algorithmOf(key) };
}
