/** `serviceaccounts/token`: a TokenRequest answered with a token, bound to a pod, a secret or a node where it asks so. */
import type { TokenRequest, TokenRequestSpec } from '@pintle/api/authentication/v1';
import type { Pod, ServiceAccount } from '@pintle/api/core/v1';
import type { ObjectKey } from '@pintle/client';
import {
  badRequest,
  conflict,
  type FieldError,
  formatTime,
  invalid,
  invalidField,
  type KubernetesObject,
  type ObjectMeta,
  type World,
} from '@pintle/machinery';
import { Admission } from '../../admission/admission-chain.js';
import { createdPart, tokenRequestKind } from '../../subresources/part-body.js';
import type { SubresourceHandler } from '../../subresources/subresource.js';
import { type ApiCore, storedObjectOf } from '../../verbs/api-core.js';
import { recordPart } from '../../verbs/managed-fields.js';
import { findEntry, requireEntry } from '../../verbs/read.js';
import type { SigningKey } from './json-web-token.js';
import { type BoundClaims, podTokenSeconds, type Reference } from './service-account-claims.js';

const kind = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const secondsDefault = 3600;
const secondsMin = 600;
const secondsMax = 2 ** 32;
const extendedSeconds = 365 * 24 * 3600;

export interface TokenRequestOptions {
  readonly world: World;
  readonly key: SigningKey;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** What is asked for longer is cut short. */
  readonly maxSeconds?: number;
  /** Whether tokens of pods live on for a year, with a note in the audit log (default true). */
  readonly extendsExpiration?: boolean;
}

export function tokenRequest(given: TokenRequestOptions): SubresourceHandler {
  const { world, key, issuer, audiences, maxSeconds = Number.POSITIVE_INFINITY, extendsExpiration = true } = given;
  return {
    body: tokenRequestKind.kind,
    async create(request, body, options) {
      const { core, context, resource, key: at } = request;
      const admission = new Admission(core.admission, context, {
        operation: 'CREATE',
        resource,
        subresource: 'token',
        ...at,
        dryRun: options.dryRun === true,
      });
      const sent = withDefaults(createdPart(request, tokenRequestKind, body, options));
      const owned = recordPart(core, context, tokenRequestKind, sent, { ...options, subresource: 'token' });
      const asked = (await admission.mutate(owned)) as unknown as TokenRequest;
      requireNames(asked, at);
      const account = storedObjectOf(resource, await requireEntry(core, resource, at)) as ServiceAccount;
      const wanted = {
        ...asked,
        metadata: { ...asked.metadata, ...at },
        spec: { ...asked.spec, audiences: asked.spec.audiences?.length ? asked.spec.audiences : audiences },
      };
      const errors = errorsOf(wanted.spec);
      if (errors.length > 0) throw invalid(kind, '', errors);
      await admission.validate(wanted as unknown as KubernetesObject);
      const asks = wanted.spec.expirationSeconds ?? secondsDefault;
      const seconds = Math.min(asks, maxSeconds);
      const spec = { ...wanted.spec, expirationSeconds: seconds };
      const issuedAt = Math.floor(world.clock.now() / 1000);
      const { name = '', namespace = '', uid = '' } = account.metadata;
      const bound: BoundClaims = {
        namespace,
        serviceaccount: { name, uid },
        ...(await boundTo(core, account, spec.boundObjectRef)),
      };
      if (seconds < asks) context.warn(`requested expiration of ${asks} seconds shortened to ${seconds} seconds`);
      const isExtended =
        extendsExpiration &&
        bound.pod !== undefined &&
        seconds === podTokenSeconds &&
        spec.audiences.every((audience) => audiences.includes(audience));
      const tokenId = world.random.stream('tokens').uuid();
      context.annotate?.('authentication.kubernetes.io/issued-credential-id', `JTI=${tokenId}`);
      const token = await key.sign({
        iss: issuer,
        sub: `system:serviceaccount:${namespace}:${name}`,
        aud: spec.audiences,
        iat: issuedAt,
        nbf: issuedAt,
        exp: issuedAt + (isExtended ? extendedSeconds : seconds),
        jti: tokenId,
        'kubernetes.io': isExtended ? { ...bound, warnafter: issuedAt + seconds } : bound,
      });
      return Object.freeze({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {
          ...withoutSystem(asked.metadata ?? {}),
          ...{ name, namespace },
          creationTimestamp: formatTime(world.clock.now()),
        },
        spec,
        status: { token, expirationTimestamp: formatTime((issuedAt + seconds) * 1000) },
      });
    },
  };
}

const withDefaults = ({ spec = {}, ...body }: Asked): KubernetesObject =>
  ({ ...body, spec: { ...spec, expirationSeconds: spec.expirationSeconds ?? secondsDefault } }) as KubernetesObject;

type Asked = KubernetesObject & { readonly spec?: Partial<TokenRequestSpec> };

/** Errors: `StatusError` Invalid where the request names another account than its path. */
function requireNames({ metadata }: TokenRequest, at: ObjectKey): void {
  for (const field of ['name', 'namespace'] as const) {
    const value = metadata?.[field];
    if (!value || value === at[field]) continue;
    const error = invalidField(`metadata.${field}`, value, `must match the service account ${field} if specified`);
    throw invalid(kind, at.name, [error]);
  }
}

/** What only the server says of stored objects. */
const withoutSystem = ({ uid: _uid, creationTimestamp: _time, ...rest }: ObjectMeta): ObjectMeta => rest;

function errorsOf({ expirationSeconds }: TokenRequestSpec): readonly FieldError[] {
  const errors: FieldError[] = [];
  const path = 'spec.expirationSeconds';
  if (expirationSeconds === undefined || expirationSeconds < secondsMin)
    errors.push(invalidField(path, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  else if (expirationSeconds > secondsMax)
    errors.push(invalidField(path, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  return errors;
}

const kinds = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

/** Errors: `StatusError` NotFound, Conflict for another uid, BadRequest for what no token can be bound to. */
async function boundTo(
  core: ApiCore,
  account: ServiceAccount,
  reference: TokenRequestSpec['boundObjectRef'] | null,
): Promise<Partial<BoundClaims>> {
  if (!reference) return {};
  const { kind = '', name = '', uid } = reference;
  const said = (reference.apiVersion ?? '').split('/');
  // What is no version says nothing. Only the group counts.
  const [version = '', group = ''] = said.length > 2 ? [] : said.reverse();
  if (group !== '' || !Object.hasOwn(kinds, kind))
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  if (name === '') throw badRequest('Name parameter required.');
  const plural = kinds[kind as keyof typeof kinds];
  const resource = core.registry.byResource('v1', plural)!;
  const namespace = plural === 'nodes' ? {} : { namespace: account.metadata.namespace ?? '' };
  const object = storedObjectOf(resource, await requireEntry(core, resource, { name, ...namespace }));
  if (uid && uid !== object.metadata.uid)
    throw conflict(
      { group: '', plural: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  const found: Reference = { name, uid: object.metadata.uid ?? '' };
  if (plural === 'secrets') return { secret: found };
  if (plural === 'nodes') return { node: found };
  const { spec } = object as Pod;
  if ((spec?.serviceAccountName || 'default') !== account.metadata.name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
    );
  const node = spec?.nodeName ? await nodeOf(core, spec.nodeName) : undefined;
  return { pod: found, ...(node === undefined ? {} : { node }) };
}

/** A node that is not there is told of by its name. */
async function nodeOf(core: ApiCore, name: string): Promise<BoundClaims['node']> {
  const resource = core.registry.byResource('v1', 'nodes');
  const entry = resource && (await findEntry(core, resource, { name }));
  return { name, ...(entry === undefined ? {} : { uid: storedObjectOf(resource, entry).metadata.uid ?? '' }) };
}
