/**
 * Service account tokens: issued at `serviceaccounts/token`, told apart from others, and revoked when what they are
 * bound to goes. The documents by which others may check them are `issuer-discovery.ts`.
 */
import type { Secret, ServiceAccount } from '@pintle/api/core/v1';
import type { KubernetesObject, World } from '@pintle/machinery';
import type { SubresourceHandler } from '../../subresources/subresource.js';
import type { ApiCore } from '../../verbs/api-core.js';
import { storedObjectOf } from '../../verbs/api-core.js';
import { findEntry } from '../../verbs/read.js';
import type { TokenAuthenticator, TokenIdentity, UserInfo } from '../access.js';
import { type IssuerDocuments, issuerDocuments } from './issuer-discovery.js';
import { type Claims, keySetOf, refusalWords, signingKey, unverifiedClaims, verifiedClaims } from './json-web-token.js';
import { type TokenUses, tokenSecretType } from './legacy-tokens.js';
import {
  boundClaimsOf,
  secretClaimsOf,
  serviceAccountUser,
  whyInvalid,
  whyRevoked,
  whySecretRevoked,
} from './service-account-claims.js';
import { TokenRefused } from './token-refused.js';
import { tokenRequest } from './token-request.js';

export interface ServiceAccountTokens {
  /** `uses`: told of tokens that are accepted. */
  authenticator(core: ApiCore, uses?: TokenUses): TokenAuthenticator;
  /** `serviceaccounts/token`. */
  readonly subresource: SubresourceHandler;
  readonly documents: IssuerDocuments;
  /** What tokens are for that are asked for without an audience. */
  readonly audiences: readonly string[];
}

export interface ServiceAccountTokenOptions {
  readonly world: World;
  /** PKCS #8 PEM of the key that signs: P-256, P-384, P-521 or RSA. */
  readonly privateKeyPem: string;
  /** SPKI PEM of its public half. */
  readonly publicKeyPem: string;
  /** More keys whose tokens count, as those from before a change of keys. */
  readonly otherPublicKeysPem?: readonly string[];
  readonly issuer: string;
  /** Whose tokens count as well, as from before a change of name. */
  readonly otherIssuers?: readonly string[];
  /** Default: the issuer. */
  readonly audiences?: readonly string[];
  /** Where the key set is found from outside. Default `ISSUER/openid/v1/jwks`. */
  readonly jwksUri?: string;
  /** Tokens that are asked for longer live so long. */
  readonly maxExpirationSeconds?: number;
  /** Whether tokens of pods live for a year, for clients that never read theirs again (default true). */
  readonly extendsExpiration?: boolean;
}

export async function serviceAccountTokens(options: ServiceAccountTokenOptions): Promise<ServiceAccountTokens> {
  const { world, issuer, privateKeyPem, publicKeyPem, otherPublicKeysPem = [] } = options;
  const issuers = [issuer, ...(options.otherIssuers ?? [])];
  const audiences = options.audiences ?? [issuer];
  const [key, keys] = await Promise.all([
    signingKey(privateKeyPem, publicKeyPem),
    keySetOf([publicKeyPem, ...otherPublicKeysPem]),
  ]);
  return {
    audiences,
    subresource: tokenRequest({
      ...{ world, key, issuer, audiences },
      ...(options.maxExpirationSeconds === undefined ? {} : { maxSeconds: options.maxExpirationSeconds }),
      ...(options.extendsExpiration === undefined ? {} : { extendsExpiration: options.extendsExpiration }),
    }),
    documents: issuerDocuments(issuer, options.jwksUri ?? `${issuer}/openid/v1/jwks`, keys),
    authenticator: (core, uses) => async (token, wanted) => {
      const issuedBy = unverifiedClaims(token)?.['iss'];
      const nowMs = world.clock.now();
      try {
        if (typeof issuedBy === 'string' && issuers.includes(issuedBy)) {
          const claims = await verifiedClaims(token, keys, { issuer: issuedBy, nowMs });
          return await boundIdentity({ core, uses, token }, claims, wanted.length === 0 ? audiences : wanted);
        }
        if (issuedBy !== secretIssuer) return undefined;
        const claims = await verifiedClaims(token, keys, { issuer: secretIssuer, nowMs });
        const common = wanted.filter((audience) => audiences.includes(audience));
        if (wanted.length > 0 && common.length === 0) throw misdirected(audiences, wanted);
        const identity = await secretIdentity({ core, uses, token }, claims);
        return identity && { ...identity, ...(common.length === 0 ? {} : { audiences: common }) };
      } catch (error) {
        if (error instanceof TokenRefused) throw error;
        world.logger.log('debug', 'a service account token was not accepted', { error });
        const words = refusalWords(error);
        if (words === undefined) return undefined;
        throw new TokenRefused([words], { cause: error });
      }
    },
  };
}

const secretIssuer = 'kubernetes/serviceaccount';

const listed = (audiences: readonly string[]) => `[${audiences.map((each) => JSON.stringify(each)).join(' ')}]`;

const misdirected = (meant: readonly string[], wanted: readonly string[]) =>
  new TokenRefused([`token audiences ${listed(meant)} is invalid for the target audiences ${listed(wanted)}`]);

async function find(
  core: ApiCore,
  plural: string,
  name: string,
  namespace?: string,
): Promise<KubernetesObject | undefined> {
  const resource = core.registry.byResource('v1', plural);
  const key = { name, ...(namespace === undefined ? {} : { namespace }) };
  const entry = resource === undefined ? undefined : await findEntry(core, resource, key);
  return entry === undefined ? undefined : storedObjectOf(resource, entry);
}

/** A token that is looked at. */
interface Shown {
  readonly core: ApiCore;
  readonly uses: TokenUses | undefined;
  readonly token: string;
}

/** Errors: `TokenRefused` where its Secret says that it does not count any more. */
async function usedFromSecret(
  { uses }: Shown,
  user: UserInfo,
  secret: Secret,
  account: ServiceAccount,
): Promise<UserInfo> {
  const why = whyInvalid(secret, { name: account.metadata.name ?? '' });
  if (why !== undefined) {
    const notes = await uses?.ofInvalid(secret, user.name);
    throw new TokenRefused([why], { annotations: { ...notes?.annotations } });
  }
  const notes = await uses?.ofSecret(secret, account, user.name);
  return notes === undefined ? user : { ...user, notes };
}

async function boundIdentity(
  shown: Shown,
  claims: Claims,
  accepted: readonly string[],
): Promise<TokenIdentity | undefined> {
  const bound = boundClaimsOf(claims);
  if (bound === undefined) return undefined;
  const meant = [claims['aud']].flat().map(String);
  const common = accepted.filter((audience) => meant.includes(audience));
  if (common.length === 0) throw misdirected(meant, accepted);
  const { namespace, pod, secret, node } = bound;
  const { core, uses, token } = shown;
  const objects = {
    account: (await find(core, 'serviceaccounts', bound.serviceaccount.name, namespace)) as ServiceAccount | undefined,
    pod: pod && (await find(core, 'pods', pod.name, namespace)),
    secret: secret && ((await find(core, 'secrets', secret.name, namespace)) as Secret | undefined),
    node: node && pod === undefined ? await find(core, 'nodes', node.name) : undefined,
  };
  const why = whyRevoked(bound, objects, core.world.clock.now());
  if (why !== undefined) throw new TokenRefused([why]);
  const user = serviceAccountUser(bound, claims['jti']);
  const notes = bound.warnafter ? uses?.ofExtended(user.name, bound.warnafter) : undefined;
  const { account, secret: held } = objects;
  // One that the Secret it is bound to holds lives there, as those did that nothing was bound to.
  const livesThere = held?.type === tokenSecretType && held.data?.['token'] === btoa(token);
  if (livesThere) uses?.ofAny();
  const told = notes === undefined ? user : { ...user, notes };
  return { user: livesThere && account ? await usedFromSecret(shown, user, held, account) : told, audiences: common };
}

async function secretIdentity(shown: Shown, claims: Claims): Promise<TokenIdentity | undefined> {
  const told = secretClaimsOf(claims);
  if (told === undefined) return undefined;
  const { namespace, account, secret } = told;
  const { core, token, uses } = shown;
  uses?.ofAny();
  const held = (await find(core, 'secrets', secret, namespace)) as Secret | undefined;
  const owner = (await find(core, 'serviceaccounts', account.name, namespace)) as ServiceAccount | undefined;
  const why = whySecretRevoked(told, held, owner, token);
  if (why !== undefined) throw new TokenRefused([why]);
  const user = serviceAccountUser({ namespace, serviceaccount: account }, undefined);
  return { user: held && owner ? await usedFromSecret(shown, user, held, owner) : user };
}
