/** From kube-apiserver's flags to those whose tokens are trusted beside the server's own: a token file, an OpenID provider, a configuration. */

import {
  type ConfiguredAuthentication,
  type ConfiguredAuthenticationOptions,
  configuredAuthentication,
  oidcTokens,
  parseTokenFile,
  staticTokens,
  type TokenAuthenticator,
  webhookTokens,
} from '@pintle/apiserver';
import { claimSource, httpsWebhookCaller, oidcKeys } from '@pintle/apiserver/nodejs';
import { realWorld, type World } from '@pintle/machinery';
import { fileOf, given, parsedYaml } from './flag-files.js';
import type { ApiServerFlags } from './flags.js';
import { followFile } from './followed-file.js';

/** Who issues service account tokens where no flag says so. */
const ownIssuer = 'https://kubernetes.default.svc.cluster.local';

export interface TrustedIssuers {
  readonly tokenAuthenticators?: readonly TokenAuthenticator[];
  readonly anonymous?: boolean | readonly string[];
}

/** Errors: a file that cannot be read or used, with the flag that names it; flags that contradict one another. */
export async function trustedIssuers(flags: ApiServerFlags, world: World = realWorld()): Promise<TrustedIssuers> {
  const issuers = flags.serviceAccountIssuer ?? [ownIssuer];
  const audiences = flags.apiAudiences ?? issuers;
  const nowMs = () => world.clock.now();
  const { tokenAuthFile, authenticationConfig } = flags;
  const fixed =
    tokenAuthFile === undefined
      ? []
      : [staticTokens(parseTokenFile(await fileOf('--token-auth-file', tokenAuthFile)), audiences)];
  const provider = await openIdProvider(flags, audiences, world);
  const configured =
    authenticationConfig === undefined
      ? undefined
      : await followedAuthentication(authenticationConfig, {
          world,
          serverAudiences: audiences,
          ownIssuers: issuers,
          keysOf: ({ url = '', discoveryURL, certificateAuthority }) =>
            oidcKeys({
              issuer: url,
              nowMs,
              ...(discoveryURL ? { discoveryUrl: discoveryURL } : {}),
              ...(certificateAuthority ? { caPem: certificateAuthority } : {}),
            }),
          claimsOf: ({ certificateAuthority }) =>
            claimSource({ nowMs, ...(certificateAuthority ? { caPem: certificateAuthority } : {}) }),
        });
  if (provider.length > 0 && configured?.namesIssuers)
    throw new Error('--authentication-config and the --oidc-* flags exclude each other where both name an issuer');
  if (configured?.anonymous !== undefined && flags.anonymousAuth !== undefined)
    throw new Error('--anonymous-auth cannot be set when --authentication-config says who may be anonymous');
  const webhook = await tokenWebhook(flags, audiences, world);
  const all = [...fixed, ...provider, ...(configured?.tokenAuthenticators ?? []), ...webhook];
  const anonymous = configured?.anonymous ?? flags.anonymousAuth;
  return {
    ...(all.length === 0 ? {} : { tokenAuthenticators: all }),
    ...(anonymous === undefined ? {} : { anonymous }),
  };
}

/** What the configuration says, now and later: issuers may come and go, and who may be anonymous stays. */
async function followedAuthentication(
  path: string,
  options: ConfiguredAuthenticationOptions,
): Promise<ConfiguredAuthentication & { readonly namesIssuers: boolean }> {
  const flag = '--authentication-config';
  const { logger } = options.world;
  const text = await fileOf(flag, path);
  const first = await configuredAuthentication(parsedYaml(flag, text), options);
  let current = firstToken(first.tokenAuthenticators);
  followFile({
    ...{ path, text },
    async take(now) {
      const { tokenAuthenticators, anonymous } = await configuredAuthentication(parsedYaml(flag, now), options);
      if (JSON.stringify(anonymous) !== JSON.stringify(first.anonymous))
        throw new Error('anonymous: Forbidden: changed from initial configuration file');
      current = firstToken(tokenAuthenticators);
    },
    told(error) {
      if (error === undefined) logger.log('info', 'the authentication configuration was read anew', { path });
      else
        logger.log('error', 'the authentication configuration cannot be used, and what it said before still counts', {
          ...{ path, error },
        });
    },
  });
  const namesIssuers = first.tokenAuthenticators.length > 0;
  return { ...first, namesIssuers, tokenAuthenticators: [(...asked) => current(...asked)] };
}

/** The first that knows whose a token is. */
const firstToken =
  (all: readonly TokenAuthenticator[]): TokenAuthenticator =>
  async (token, audiences) => {
    for (const authenticate of all) {
      const identity = await authenticate(token, audiences);
      if (identity !== undefined) return identity;
    }
    return undefined;
  };

async function openIdProvider(
  flags: ApiServerFlags,
  serverAudiences: readonly string[],
  world: World,
): Promise<readonly TokenAuthenticator[]> {
  const { oidcIssuerUrl: issuer, oidcClientId: clientId, oidcCaFile } = flags;
  if (issuer === undefined && clientId === undefined) return [];
  if (issuer === undefined || clientId === undefined)
    throw new Error('--oidc-issuer-url and --oidc-client-id must be specified together when any oidc flag is set');
  if (!issuer.startsWith('https://')) throw new Error(`--oidc-issuer-url: URL scheme must be https, not ${issuer}`);
  const caPem = oidcCaFile === undefined ? undefined : await fileOf('--oidc-ca-file', oidcCaFile);
  const https = { nowMs: () => world.clock.now(), ...(caPem === undefined ? {} : { caPem }) };
  return [
    oidcTokens({
      world,
      issuer,
      clientId,
      serverAudiences,
      keys: oidcKeys({ issuer, ...https }),
      claimSource: claimSource(https),
      ...given('usernameClaim', flags.oidcUsernameClaim),
      ...given('usernamePrefix', flags.oidcUsernamePrefix),
      ...given('groupsClaim', flags.oidcGroupsClaim),
      ...given('groupsPrefix', flags.oidcGroupsPrefix),
      ...given('requiredClaims', flags.oidcRequiredClaim),
      ...given('signingAlgorithms', flags.oidcSigningAlgs),
    }),
  ];
}

const webhookFlag = '--authentication-token-webhook-config-file';

async function tokenWebhook(
  flags: ApiServerFlags,
  serverAudiences: readonly string[],
  world: World,
): Promise<readonly TokenAuthenticator[]> {
  const path = flags.authenticationTokenWebhookConfigFile;
  if (path === undefined) return [];
  const { webhookTargetOf } = await import('./webhook-access.js');
  return [
    webhookTokens({
      ...{ world, serverAudiences, call: httpsWebhookCaller(), target: await webhookTargetOf(webhookFlag, path) },
      version: flags.authenticationTokenWebhookVersion ?? 'v1beta1',
      ...given('rememberedMs', flags.authenticationTokenWebhookCacheTtl),
    }),
  ];
}
