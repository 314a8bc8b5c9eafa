/** What bootstrap token Secrets say, and how they sign the cluster's information for those who join. Pure. */
import type { Secret } from '@pintle/api/core/v1';
import { parseTime, toBase64 } from '@pintle/machinery';
import { hmacSha256 } from '@pintle/machinery/digest';

export const tokenSecretType = 'bootstrap.kubernetes.io/token';
const tokenSecretPrefix = 'bootstrap-token-';
export const signaturePrefix = 'jws-kubeconfig-';

export interface SigningToken {
  readonly id: string;
  readonly secret: string;
}

const textOf = ({ data }: Secret, key: string): string => {
  try {
    return atob(data?.[key] ?? '');
  } catch {
    return '';
  }
};

/** When the Secret's token ends, in milliseconds; undefined: it does not, or does not say so in a way that can be read. */
export const expirationOf = (secret: Secret): number | undefined =>
  parseTime(textOf(secret, 'expiration') || undefined);

/** The token that may sign; undefined for a Secret that is none, has ended or may not. */
export function signingToken(secret: Secret, nowMs: number): SigningToken | undefined {
  const { name = '', deletionTimestamp } = secret.metadata;
  if (secret.type !== tokenSecretType || deletionTimestamp !== undefined) return undefined;
  const [id, key] = [textOf(secret, 'token-id'), textOf(secret, 'token-secret')];
  if (!/^[a-z0-9]{6}$/.test(id) || name !== `${tokenSecretPrefix}${id}` || !/^[a-z0-9]{16}$/.test(key))
    return undefined;
  const endsAt = expirationOf(secret);
  if (endsAt !== undefined && endsAt <= nowMs) return undefined;
  return textOf(secret, 'usage-bootstrap-signing') === 'true' ? { id, secret: key } : undefined;
}

/** A detached JWS of the content (RFC 7515, appendix F), by HMAC-SHA-256 with the token's secret. */
export function signatureOf(content: string, { id, secret }: SigningToken): string {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const header = base64Url(bytes(JSON.stringify({ alg: 'HS256', kid: id })));
  const mac = hmacSha256(secret, `${header}.${base64Url(bytes(content))}`);
  return `${header}..${base64Url(mac)}`;
}

const base64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** The data of the ConfigMap with a signature of each token, and without those of others. */
export function signedData(
  data: Readonly<Record<string, string>>,
  tokens: readonly SigningToken[],
): Readonly<Record<string, string>> {
  const plain = Object.entries(data).filter(([key]) => !key.startsWith(signaturePrefix));
  const content = data['kubeconfig'];
  const signatures =
    content === undefined
      ? []
      : tokens.map((token) => [`${signaturePrefix}${token.id}`, signatureOf(content, token)] as const);
  return Object.fromEntries([...plain, ...signatures]);
}
