/** From the claims of a token to a user, as far as it takes no expressions. Pure. */

import type { Claims } from './json-web-token.js';
import { ClaimError } from './json-web-token.js';

/** A claim, and what is put before its value. */
export interface PrefixedClaim {
  readonly claim: string;
  readonly prefix: string;
}

const refuse = (text: string): never => {
  throw new ClaimError(text);
};

export function textOf(claims: Claims, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : refuse(`the claim ${JSON.stringify(name)} is no text`);
}

export function usernameOf(claims: Claims, { claim, prefix }: PrefixedClaim): string {
  // An address that the provider has not verified may be anybody's.
  if (claim === 'email' && (claims['email_verified'] ?? true) !== true) refuse('the e-mail address is not verified');
  return `${prefix}${textOf(claims, claim)}`;
}

/** A text or a list of them; a token may lack them. */
export function groupsOf(claims: Claims, { claim, prefix }: PrefixedClaim): readonly string[] {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  return [found ?? []].flat().map((group) => {
    if (typeof group !== 'string') throw new ClaimError(`the claim ${JSON.stringify(claim)} is no list of texts`);
    return `${prefix}${group}`;
  });
}

/** Errors: `ClaimError`. */
export function requireClaims(claims: Claims, required: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(required))
    if (!Object.hasOwn(claims, name) || claims[name] !== value)
      refuse(`the claim ${JSON.stringify(name)} is not ${JSON.stringify(value)}`);
}

/** What tells one token from another. */
export function credentialOf(claims: Claims): Readonly<Record<string, readonly string[]>> {
  const tokenId = claims['jti'];
  return typeof tokenId === 'string' && tokenId !== ''
    ? { 'authentication.kubernetes.io/credential-id': [`JTI=${tokenId}`] }
    : {};
}

/** `extra` where there is some. */
export const withExtra = (extra: Readonly<Record<string, readonly string[]>>) =>
  Object.keys(extra).length === 0 ? {} : { extra };
