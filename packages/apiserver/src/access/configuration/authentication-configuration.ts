/**
 * `--authentication-config`: tokens of several issuers, with claims and rules in CEL, and where one may be anonymous. What
 * the file says comes in as data; where an issuer's keys come from is a port.
 */
import { type FieldError, formatFieldError, type World } from '@pintle/machinery';
import { readConfiguration } from '../../registry/configuration-document.js';
import type { TokenAuthenticator, UserInfo } from '../access.js';
import { credentialOf, groupsOf, requireClaims, textOf, usernameOf, withExtra } from '../tokens/claim-mappings.js';
import type { ClaimSource } from '../tokens/distributed-claims.js';
import { issuedTokens } from '../tokens/issued-tokens.js';
import type { Claims } from '../tokens/json-web-token.js';
import { ClaimError, type KeySource } from '../tokens/json-web-token.js';
import { shownUser } from '../user-in-cel.js';
import { type ClaimExpressions, claimExpressions } from './expressions.js';
import { configurationFaults } from './faults.js';
import {
  type AuthenticationConfiguration,
  authenticationConfiguration,
  type JwtAuthenticator,
  type JwtIssuer,
} from './notation.js';

export type { JwtIssuer } from './notation.js';

export interface ConfiguredAuthenticationOptions {
  readonly world: World;
  /** `oidcKeys()` of `./nodejs` asks the issuer. */
  readonly keysOf: (issuer: JwtIssuer) => KeySource;
  /** Where groups are fetched from that a token has elsewhere: `claimSource()` of `./nodejs`. They are not unless given. */
  readonly claimsOf?: (issuer: JwtIssuer) => ClaimSource;
  /** Of the API server: what a TokenReview may ask for. */
  readonly serverAudiences: readonly string[];
  /** Who issues the server's own tokens. */
  readonly ownIssuers: readonly string[];
}

export interface ConfiguredAuthentication {
  readonly tokenAuthenticators: readonly TokenAuthenticator[];
  /** As `ApiServerOptions` has it; absent where the configuration does not say. */
  readonly anonymous?: boolean | readonly string[];
}

/** The configuration cannot be used; the message names every fault. */
export class AuthenticationConfigurationError extends Error {
  readonly code = 'PINTLE_AUTHENTICATION_CONFIGURATION';
  constructor(readonly faults: readonly FieldError[]) {
    super(`invalid authentication configuration: ${faults.map(formatFieldError).join(', ')}`);
    this.name = 'AuthenticationConfigurationError';
  }
}

/** What an issuer's tokens may be signed with. */
const signingAlgorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];

/** Errors: `AuthenticationConfigurationError`. */
export async function configuredAuthentication(
  data: unknown,
  options: ConfiguredAuthenticationOptions,
): Promise<ConfiguredAuthentication> {
  const expressions = claimExpressions(await import('@pintle/cel'));
  const { value: configuration, faults: unread } = readConfiguration(authenticationConfiguration, data);
  if (unread.length > 0) throw new AuthenticationConfigurationError(unread);
  const faults = configurationFaults(configuration, expressions.faultOf, options.ownIssuers);
  if (faults.length > 0) throw new AuthenticationConfigurationError(faults);
  const { jwt = [], anonymous } = configuration;
  return {
    tokenAuthenticators: jwt.map((each) => tokensOf(each, expressions, options)),
    ...(anonymous === undefined ? {} : { anonymous: anonymousBy(anonymous) }),
  };
}

function anonymousBy({ enabled = false, conditions }: NonNullable<AuthenticationConfiguration['anonymous']>) {
  return enabled && conditions !== undefined && conditions.length > 0
    ? conditions.map(({ path = '' }) => path)
    : enabled;
}

function tokensOf(
  authenticator: JwtAuthenticator,
  expressions: ClaimExpressions,
  { world, keysOf, claimsOf, serverAudiences }: ConfiguredAuthenticationOptions,
): TokenAuthenticator {
  const issuer = authenticator.issuer ?? {};
  const claim = authenticator.claimMappings?.groups?.claim;
  return issuedTokens({
    world,
    issuer: issuer.url ?? '',
    audiences: issuer.audiences ?? [],
    keys: keysOf(issuer),
    signingAlgorithms,
    serverAudiences,
    distributed: claim && claimsOf !== undefined ? { claim, source: claimsOf(issuer) } : undefined,
    userOf: (claims) => userOf(claims, authenticator, expressions),
  });
}

function userOf(claims: Claims, authenticator: JwtAuthenticator, expressions: ClaimExpressions): UserInfo {
  const { claimMappings = {}, claimValidationRules = [], userValidationRules = [] } = authenticator;
  const { username = {}, groups, uid, extra = [] } = claimMappings;
  const name = username.expression
    ? expressions.text(username.expression, claims)
    : usernameOf(claims, { claim: username.claim ?? '', prefix: username.prefix ?? '' });
  if (name === '') throw new ClaimError('the name of the user is empty');
  const mappedUid = uid?.claim
    ? textOf(claims, uid.claim)
    : uid?.expression && expressions.text(uid.expression, claims);
  const user: UserInfo = {
    name,
    groups: groups?.claim
      ? groupsOf(claims, { claim: groups.claim, prefix: groups.prefix ?? '' })
      : groups?.expression
        ? expressions.texts(groups.expression, claims)
        : [],
    ...(mappedUid ? { uid: mappedUid } : {}),
    ...withExtra({ ...credentialOf(claims), ...extraOf(extra, claims, expressions) }),
  };
  for (const { claim, requiredValue = '', expression, message } of claimValidationRules) {
    if (claim) requireClaims(claims, { [claim]: requiredValue });
    else if (expression) expressions.require('claims', expression, claims, message);
  }
  for (const { expression = '', message } of userValidationRules)
    expressions.require('user', expression, shownUser(user), message);
  return user;
}

function extraOf(
  extra: NonNullable<NonNullable<JwtAuthenticator['claimMappings']>['extra']>,
  claims: Claims,
  expressions: ClaimExpressions,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    extra.flatMap(({ key = '', valueExpression = '' }) => {
      const values = expressions.texts(valueExpression, claims);
      return values.length === 0 ? [] : [[key, values] as const];
    }),
  );
}
