/** Tokens of an OpenID Connect provider, as kube-apiserver's `--oidc-*` flags describe it. Where its keys come from is a port. */
import type { World } from '@pintle/machinery';
import type { TokenAuthenticator, UserInfo } from '../access.js';
import { type Claims, isUnknownKey, type KeySet, unverifiedClaims, verifiedClaims } from './json-web-token.js';

/** `fresh`: a key was not among those that were found before. */
export type KeySource = (options: { readonly fresh: boolean }) => Promise<KeySet>;

export interface OidcOptions {
  readonly world: World;
  readonly issuer: string;
  readonly clientId: string;
  /** `oidcKeys()` of `./nodejs` asks the provider. */
  readonly keys: KeySource;
  /** Default `sub`. */
  readonly usernameClaim?: string;
  /** Default: the issuer and `#`, unless the name is an e-mail address; `-` for none. */
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  /** Claims that a token must have, with their values. */
  readonly requiredClaims?: Readonly<Record<string, string>>;
  /** Default `RS256`. */
  readonly signingAlgorithms?: readonly string[];
}

export function oidcTokens(options: OidcOptions): TokenAuthenticator {
  const { world, issuer, clientId, keys, signingAlgorithms = ['RS256'] } = options;
  const verified = async (token: string): Promise<Claims> => {
    const verify = async (fresh: boolean) =>
      verifiedClaims(token, await keys({ fresh }), { issuer, algorithms: signingAlgorithms, nowMs: world.clock.now() });
    try {
      return await verify(false);
    } catch (error) {
      if (!isUnknownKey(error)) throw error;
      return verify(true);
    }
  };
  return async (token, audiences) => {
    if (unverifiedClaims(token)?.['iss'] !== issuer) return undefined;
    if (audiences.length > 0 && !audiences.includes(clientId)) return undefined;
    try {
      const claims = await verified(token);
      if (![claims['aud']].flat().includes(clientId)) return undefined;
      const user = userOf(claims, options);
      return user && { user, ...(audiences.length === 0 ? {} : { audiences: [clientId] }) };
    } catch (error) {
      world.logger.log('warn', 'a token of the OpenID provider was not accepted', { issuer, error });
      return undefined;
    }
  };
}

/** Undefined: a claim that is needed is missing. Pure. */
function userOf(claims: Claims, options: OidcOptions): UserInfo | undefined {
  const { issuer, usernameClaim = 'sub', groupsClaim, groupsPrefix = '', requiredClaims = {} } = options;
  if (Object.entries(requiredClaims).some(([name, value]) => claims[name] !== value)) return undefined;
  const name = claims[usernameClaim];
  if (typeof name !== 'string' || name === '') return undefined;
  // An address that the provider has not verified may be anybody's.
  if (usernameClaim === 'email' && claims['email_verified'] === false) return undefined;
  const prefix = options.usernamePrefix ?? (usernameClaim === 'email' ? '-' : `${issuer}#`);
  const groups = groupsClaim === undefined ? [] : [claims[groupsClaim] ?? []].flat();
  if (groups.some((group) => typeof group !== 'string')) return undefined;
  const tokenId = claims['jti'];
  return {
    name: `${prefix === '-' ? '' : prefix}${name}`,
    groups: groups.map((group) => `${groupsPrefix}${String(group)}`),
    ...(typeof tokenId === 'string' && tokenId !== ''
      ? { extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${tokenId}`] } }
      : {}),
  };
}
