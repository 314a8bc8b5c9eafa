/** What service account tokens say (KEP-1205, KEP-4193), and the user that they make. Pure. */
import type { Secret, ServiceAccount } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access.js';
import type { Claims } from './json-web-token.js';
import { invalidSinceLabel } from './legacy-tokens.js';

/** What pods are given without asking lasts so long, an odd time by which it is known. */
export const podTokenSeconds = 3607;

export interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** Under `kubernetes.io` in a token. */
export interface BoundClaims {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  /** Without a uid where it was not there: that of a pod may not be. */
  readonly node?: Pick<Reference, 'name'> & Partial<Reference>;
  /** In seconds of the epoch: after this a client that uses it has not read its token again. */
  readonly warnafter?: number;
}

const isReference = (value: unknown): value is Reference =>
  typeof (value as Reference | undefined)?.name === 'string' && typeof (value as Reference).uid === 'string';

export function boundClaimsOf(claims: Claims): BoundClaims | undefined {
  const bound = claims['kubernetes.io'] as BoundClaims | undefined;
  return typeof bound?.namespace === 'string' && isReference(bound.serviceaccount) ? bound : undefined;
}

export function serviceAccountUser({ namespace, serviceaccount, pod, node }: BoundClaims, tokenId: unknown): UserInfo {
  const key = (name: string) => `authentication.kubernetes.io/${name}`;
  const extra = {
    ...(typeof tokenId === 'string' && tokenId !== '' ? { [key('credential-id')]: [`JTI=${tokenId}`] } : {}),
    ...(pod === undefined ? {} : { [key('pod-name')]: [pod.name], [key('pod-uid')]: [pod.uid] }),
    ...(node === undefined ? {} : { [key('node-name')]: [node.name] }),
    ...(node?.uid ? { [key('node-uid')]: [node.uid] } : {}),
  };
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** The old tokens, which live in Secrets (`kubernetes.io/service-account-token`) and never expire. */
export interface SecretClaims {
  readonly namespace: string;
  readonly account: Reference;
  readonly secret: string;
}

export function secretClaimsOf(claims: Claims): SecretClaims | undefined {
  const text = (name: string) => String(claims[`kubernetes.io/serviceaccount/${name}`] ?? '');
  const found = {
    namespace: text('namespace'),
    account: { name: text('service-account.name'), uid: text('service-account.uid') },
    secret: text('secret.name'),
  };
  return found.namespace && found.account.name && found.account.uid && found.secret ? found : undefined;
}

/** What the objects that a token is bound to are now. */
export interface BoundObjects {
  readonly account: ServiceAccount | undefined;
  readonly pod?: KubernetesObject | undefined;
  readonly secret?: Secret | undefined;
  readonly node?: KubernetesObject | undefined;
}

/** A token outlives what it is bound to by this, as a pod that ends may still need it. */
const graceMs = 60_000;

const invalidated = 'service account token has been invalidated';

/** Why a bound token does not count any more; undefined where it does. The account is asked for first. */
export function whyRevoked(claims: BoundClaims, objects: BoundObjects, nowMs: number): string | undefined {
  const isGone = ({ metadata: { deletionTimestamp } }: KubernetesObject) =>
    deletionTimestamp !== undefined && Date.parse(deletionTimestamp) + graceMs < nowMs;
  const { account } = objects;
  const { name, uid } = claims.serviceaccount;
  if (account === undefined) return `serviceaccounts ${JSON.stringify(name)} not found`;
  if (account.metadata.uid !== uid)
    return `service account UID (${account.metadata.uid}) does not match claim (${uid})`;
  if (isGone(account)) return `service account ${claims.namespace}/${name} has been deleted`;
  for (const [what, reference, object] of [
    ['secret', claims.secret, objects.secret],
    ['pod', claims.pod, objects.pod],
    ['node', claims.pod === undefined ? claims.node : undefined, objects.node],
  ] as const) {
    if (reference === undefined) continue;
    if (object === undefined) return invalidated;
    if (object.metadata.uid !== reference.uid)
      return `${what} UID (${object.metadata.uid}) does not match service account ${what} ref claim (${reference.uid})`;
    if (isGone(object)) return invalidated;
  }
  return undefined;
}

/** Why the token of a Secret does not count; undefined where it does. */
export function whySecretRevoked(
  { namespace, account }: SecretClaims,
  held: Secret | undefined,
  owner: ServiceAccount | undefined,
  token: string,
): string | undefined {
  if (held === undefined || held.metadata.deletionTimestamp !== undefined) return 'Token has been invalidated';
  if (held.data?.['token'] !== btoa(token)) return "Token does not match server's copy";
  if (owner === undefined) return `serviceaccounts ${JSON.stringify(account.name)} not found`;
  if (owner.metadata.deletionTimestamp !== undefined)
    return `ServiceAccount ${namespace}/${account.name} has been deleted`;
  if (owner.metadata.uid !== account.uid)
    return `ServiceAccount UID (${owner.metadata.uid}) does not match claim (${account.uid})`;
  return undefined;
}

/** Why a token does not count whose Secret says so; undefined where it does not. */
export function whyInvalid(
  { metadata: { name, namespace, labels } }: Secret,
  account: Pick<Reference, 'name'>,
): string | undefined {
  if (!labels?.[invalidSinceLabel]) return undefined;
  return (
    `the token in secret ${namespace}/${name} for service account ${namespace}/${account.name} has been marked invalid. ` +
    'Use tokens from the TokenRequest API or manually created secret-based tokens, or ' +
    `remove the '${invalidSinceLabel}' label from the secret to temporarily allow use of this token`
  );
}
