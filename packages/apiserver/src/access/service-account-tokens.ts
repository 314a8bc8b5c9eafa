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

const algorithm = 'ES256';
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
  /** PKCS #8 and SPKI PEM of one P-256 key. */
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  readonly issuer: string;
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
  privateKeyPem,
  publicKeyPem,
  issuer,
}: ServiceAccountTokenOptions): Promise<ServiceAccountTokens> {
  const [privateKey, publicKey] = await Promise.all([
    importPKCS8(privateKeyPem, algorithm),
    importSPKI(publicKeyPem, algorithm),
  ]);
  const nowSeconds = () => Math.floor(world.clock.now() / 1000);
  return {
    async authenticate(request) {
      const token = bearerToken(request);
      if (token === undefined || token.split('.').length !== 3) return undefined;
      try {
        const { payload } = await jwtVerify(token, publicKey, { issuer, currentDate: new Date(world.clock.now()) });
        return userOf(payload['kubernetes.io'] as Claims);
      } catch {
        return undefined;
      }
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
          .setJti(world.random.stream('tokens').uuid())
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
