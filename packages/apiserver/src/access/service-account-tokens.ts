/** Service account tokens (KEP-1205): JWTs that name an account, and the object that they are bound to. */

import type { ServiceAccount } from '@pintle/api/core/v1';
import { badRequest, type KubernetesObject, type World } from '@pintle/machinery';
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose';
import { admitValidating } from '../admission/admission.js';
import type { SubresourceHandler } from '../subresources/subresource.js';
import { storedObjectOf } from '../verbs/api-core.js';
import { requireEntry } from '../verbs/read.js';
import type { Authenticator, UserInfo } from './access.js';
import { bearerToken } from './authenticators.js';

const secondsDefault = 3600;
const secondsMin = 600;
const secondsMax = 2 ** 32;

export interface ServiceAccountTokens {
  readonly authenticate: Authenticator;
  /** `serviceaccounts/token`. */
  readonly subresource: SubresourceHandler;
}

export interface ServiceAccountTokenOptions {
  readonly world: World;
  /** PKCS #8: tokens are signed with it. */
  readonly privateKey: TokenKey;
  /** SPKI: a token of any of them is good. */
  readonly publicKeys: readonly TokenKey[];
  /** The first issues; tokens of all are good. */
  readonly issuers: readonly [string, ...string[]];
}

/** A key in PEM and what is signed with it. */
export interface TokenKey {
  readonly pem: string;
  readonly algorithm: 'ES256' | 'ES384' | 'ES512' | 'RS256';
}

interface BoundObject {
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface Claims {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
}

export async function serviceAccountTokens({
  world,
  privateKey: { pem, algorithm },
  publicKeys,
  issuers,
}: ServiceAccountTokenOptions): Promise<ServiceAccountTokens> {
  const [privateKey, checkingKeys] = await Promise.all([
    importPKCS8(pem, algorithm),
    Promise.all(publicKeys.map(async (key) => ({ ...key, key: await importSPKI(key.pem, key.algorithm) }))),
  ]);
  const [issuer] = issuers;
  const nowSeconds = () => Math.floor(world.clock.now() / 1000);
  return {
    async authenticate(request) {
      const token = bearerToken(request);
      if (token === undefined || token.split('.').length !== 3) return undefined;
      const required = { issuer: [...issuers], currentDate: new Date(world.clock.now()) };
      for (const { key, algorithm: known } of checkingKeys) {
        try {
          const { payload } = await jwtVerify(token, key, { ...required, algorithms: [known] });
          return userOf(payload['kubernetes.io'] as Claims);
        } catch {
          // Not of this key; another may fit.
        }
      }
      return undefined;
    },
    subresource: {
      async create({ core, context, resource, key }, body, options) {
        const { spec } = (body ?? {}) as {
          spec?: {
            audiences?: readonly string[] | null;
            expirationSeconds?: number;
            boundObjectRef?: BoundObject | null;
          };
        };
        const seconds = spec?.expirationSeconds ?? secondsDefault;
        if (seconds < secondsMin)
          throw badRequest('TokenRequest: spec.expirationSeconds: may not specify a duration less than 10 minutes');
        if (seconds > secondsMax)
          throw badRequest('TokenRequest: spec.expirationSeconds: may not specify a duration larger than 2^32 seconds');
        const account = storedObjectOf(await requireEntry(core, resource, key)) as ServiceAccount;
        await admitValidating(core.admission, {
          operation: 'CREATE',
          resource,
          subresource: 'token',
          ...key,
          object: {
            apiVersion: 'authentication.k8s.io/v1',
            kind: 'TokenRequest',
            metadata: {},
            ...(body as Partial<KubernetesObject> | undefined),
          },
          user: context.user,
          dryRun: options.dryRun ?? false,
          warn: (text) => context.warn(text),
        });
        const audiences = spec?.audiences?.length ? spec.audiences : [issuer];
        const bound = spec?.boundObjectRef;
        const { name = '', namespace = '', uid = '' } = account.metadata;
        const claims: Claims = {
          namespace,
          serviceaccount: { name, uid },
          ...(bound?.kind === 'Pod' && bound.name !== undefined
            ? { pod: { name: bound.name, uid: bound.uid ?? '' } }
            : {}),
        };
        const issuedAt = nowSeconds();
        const token = await new SignJWT({ 'kubernetes.io': claims })
          .setProtectedHeader({ alg: algorithm })
          .setIssuer(issuer)
          .setSubject(`system:serviceaccount:${namespace}:${name}`)
          .setAudience([...audiences])
          .setIssuedAt(issuedAt)
          .setNotBefore(issuedAt)
          .setExpirationTime(issuedAt + seconds)
          .setJti(world.random.uuid())
          .sign(privateKey);
        const expirationTimestamp = `${new Date((issuedAt + seconds) * 1000).toISOString().slice(0, 19)}Z`;
        return Object.freeze({
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          metadata: { name, namespace, creationTimestamp: null },
          spec: { audiences, expirationSeconds: seconds, boundObjectRef: bound ?? null },
          status: { token, expirationTimestamp },
        });
      },
    },
  };
}

function userOf({ namespace, serviceaccount, pod }: Claims): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    ...(pod === undefined
      ? {}
      : {
          extra: {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          },
        }),
  };
}
