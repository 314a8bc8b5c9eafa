/** Tokens of an issuer that is somebody else's: whose they are, once their signature, time and audience hold. */
import type { World } from '@pintle/machinery';
import type { TokenAuthenticator, UserInfo } from '../access.js';
import { type ClaimSource, distributedClaim, type Verify } from './distributed-claims.js';
import {
  ClaimError,
  type Claims,
  isUnknownKey,
  type KeySource,
  unverifiedClaims,
  verifiedClaims,
} from './json-web-token.js';

export interface IssuedTokensOptions {
  readonly world: World;
  readonly issuer: string;
  /** One of them has to be among a token's. */
  readonly audiences: readonly string[];
  readonly keys: KeySource;
  readonly signingAlgorithms: readonly string[];
  /** Of the API server: what a TokenReview may ask for. */
  readonly serverAudiences: readonly string[];
  /** A claim that may be elsewhere, and how it is fetched from there; it is not unless given. */
  readonly distributed?: { readonly claim: string; readonly source: ClaimSource } | undefined;
  /** Errors: what a claim lacks. */
  userOf(claims: Claims): UserInfo;
}

export function issuedTokens(options: IssuedTokensOptions): TokenAuthenticator {
  const { world, issuer, keys, signingAlgorithms: algorithms, serverAudiences, distributed } = options;
  const verified: Verify = async (token, of, source) => {
    const verify = async (fresh: boolean): Promise<Claims> => {
      const nowMs = world.clock.now();
      return verifiedClaims(token, await source({ fresh }), { issuer: of, algorithms, nowMs, mustEnd: true });
    };
    const claims = await verify(false).catch((error: unknown) => {
      if (!isUnknownKey(error)) throw error;
      return verify(true);
    });
    const meant = [claims['aud']].flat();
    if (options.audiences.some((audience) => meant.includes(audience))) return claims;
    throw new ClaimError(`the token is for ${JSON.stringify(meant)}, and not for this server`);
  };
  const whole =
    distributed === undefined ? undefined : distributedClaim(distributed.claim, distributed.source, verified);
  return async (token, audiences) => {
    if (unverifiedClaims(token)?.['iss'] !== issuer) return undefined;
    const common = audiences.filter((audience) => serverAudiences.includes(audience));
    if (audiences.length > 0 && common.length === 0) return undefined;
    try {
      const claims = await verified(token, issuer, keys);
      const user = options.userOf(whole === undefined ? claims : await whole(claims));
      return { user, ...(common.length === 0 ? {} : { audiences: common }) };
    } catch (error) {
      world.logger.log('warn', 'a token of an issuer was not accepted', { issuer, error });
      return undefined;
    }
  };
}
