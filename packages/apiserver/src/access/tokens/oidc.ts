/** Tokens of an OpenID Connect provider, as kube-apiserver's `--oidc-*` flags describe it. Where its keys come from is a port. */
import type { World } from '@pintle/machinery';
import type { TokenAuthenticator } from '../access.js';
import { credentialOf, groupsOf, requireClaims, usernameOf, withExtra } from './claim-mappings.js';
import type { ClaimSource } from './distributed-claims.js';
import { issuedTokens } from './issued-tokens.js';
import type { KeySource } from './json-web-token.js';

export type { ClaimSource } from './distributed-claims.js';
export type { KeySource } from './json-web-token.js';

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
  /** Where groups are fetched from that a token has elsewhere; they are not unless given. */
  readonly claimSource?: ClaimSource;
  /** Claims that a token must have, with their values. */
  readonly requiredClaims?: Readonly<Record<string, string>>;
  /** Default `RS256`. */
  readonly signingAlgorithms?: readonly string[];
  /** Of the API server: what a TokenReview may ask for. Default: none. */
  readonly serverAudiences?: readonly string[];
}

export function oidcTokens(options: OidcOptions): TokenAuthenticator {
  const { world, issuer, clientId, keys, usernameClaim = 'sub', groupsClaim, groupsPrefix = '' } = options;
  const { requiredClaims = {}, signingAlgorithms = ['RS256'], serverAudiences = [], claimSource } = options;
  const prefix = options.usernamePrefix ?? (usernameClaim === 'email' ? '-' : `${issuer}#`);
  const username = { claim: usernameClaim, prefix: prefix === '-' ? '' : prefix };
  return issuedTokens({
    world,
    issuer,
    audiences: [clientId],
    keys,
    signingAlgorithms,
    serverAudiences,
    distributed:
      groupsClaim === undefined || claimSource === undefined ? undefined : { claim: groupsClaim, source: claimSource },
    userOf(claims) {
      const user = {
        name: usernameOf(claims, username),
        groups: groupsClaim === undefined ? [] : groupsOf(claims, { claim: groupsClaim, prefix: groupsPrefix }),
        ...withExtra(credentialOf(claims)),
      };
      requireClaims(claims, requiredClaims);
      return user;
    },
  });
}
