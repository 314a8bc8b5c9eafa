/** Keys of service account tokens as files hold them: PKCS #1, SEC 1, PKCS #8, a certificate or a public key, in PEM. */
import { createPrivateKey, createPublicKey } from 'node:crypto';

/** The pair that signs, of a private key in any of the forms. */
export function tokenKeys(pem: string): { readonly privateKeyPem: string; readonly publicKeyPem: string } {
  return {
    privateKeyPem: createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyPem: publicKeyPem(pem),
  };
}

/** SPKI, of a private or a public key, or of a certificate. */
export const publicKeyPem = (pem: string): string =>
  createPublicKey(pem).export({ type: 'spki', format: 'pem' }) as string;
