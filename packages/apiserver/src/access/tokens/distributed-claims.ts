/**
 * A claim that a token does not have itself, but says where it is (OpenID Connect Core 1.0, 5.6.2): providers do that with
 * groups, of which somebody may have too many for a token. What is fetched is a token again, which its issuer has signed for
 * the same audience.
 */
import { ClaimError, type Claims, type KeySource, unverifiedClaims } from './json-web-token.js';

/** How claims are fetched, and how who signed them is known: `claimSource()` of `./nodejs`. */
export interface ClaimSource {
  /** Errors: it is not there, or takes too long. */
  fetch(url: string, accessToken: string): Promise<string>;
  keysOf(issuer: string): KeySource;
}

/** Errors: the signature, the time or the audience does not hold. */
export type Verify = (token: string, issuer: string, keys: KeySource) => Promise<Claims>;

/** Issuers whose keys are remembered; of more, all are forgotten. */
const issuersMax = 100;

/** Makes claims whole: `claim` is there, too, if it is to be found anywhere. Errors: `ClaimError`, and those of `verify`. */
export function distributedClaim(
  claim: string,
  source: ClaimSource,
  verify: Verify,
): (claims: Claims) => Promise<Claims> {
  const known = new Map<string, KeySource>();
  const keysOf = (issuer: string): KeySource => {
    const keys = known.get(issuer) ?? source.keysOf(issuer);
    if (known.size >= issuersMax) known.clear();
    known.set(issuer, keys);
    return keys;
  };
  return async (claims) => {
    const place = placeOf(claim, claims);
    if (place === undefined) return claims;
    const token = await source.fetch(place.endpoint, place.accessToken);
    const issuer = unverifiedClaims(token)?.['iss'];
    if (typeof issuer !== 'string') throw new ClaimError(`what ${place.endpoint} answers is no token`);
    const found = await verify(token, issuer, keysOf(issuer));
    if (!Object.hasOwn(found, claim))
      throw new ClaimError(`the token of ${place.endpoint} has no claim ${JSON.stringify(claim)}`);
    return { ...claims, [claim]: found[claim] };
  };
}

/** Where a claim is; undefined where it is here, or nowhere. Pure. Errors: `ClaimError`. */
function placeOf(
  claim: string,
  claims: Claims,
): { readonly endpoint: string; readonly accessToken: string } | undefined {
  if (Object.hasOwn(claims, claim) || claims['_claim_names'] === undefined) return undefined;
  const [names, sources] = [recordOf(claims, '_claim_names'), recordOf(claims, '_claim_sources')];
  const name = Object.hasOwn(names, claim) ? names[claim] : undefined;
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !Object.hasOwn(sources, name))
    throw new ClaimError(`the claim ${JSON.stringify(claim)} is from a source that is not named`);
  const { endpoint, access_token: accessToken = '' } = (sources[name] ?? {}) as Claims;
  // One that is there in whole, signed by another, is no distributed claim.
  if (endpoint === undefined || endpoint === '') return undefined;
  if (typeof endpoint !== 'string' || typeof accessToken !== 'string')
    throw new ClaimError(`the source of the claim ${JSON.stringify(claim)} is none`);
  return { endpoint, accessToken };
}

function recordOf(claims: Claims, name: string): Claims {
  const value = claims[name];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims;
  throw new ClaimError(`the claim ${JSON.stringify(name)} is no object`);
}
