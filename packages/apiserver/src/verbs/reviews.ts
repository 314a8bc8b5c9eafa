/** Reviews: questions that are answered and not stored (authorization.k8s.io, authentication.k8s.io). */
import type { TokenReview } from '@pintle/api/authentication/v1';
import type { ResourceAttributes, SubjectAccessReviewSpec } from '@pintle/api/authorization/v1';
import type { WriteOptions } from '@pintle/client';
import {
  aggregateText,
  badRequest,
  type Clock,
  type FieldError,
  formatTime,
  invalid,
  invalidField,
  type KubernetesObject,
} from '@pintle/machinery';
import type { AccessAttributes, RulesFor, TokenAuthenticator, TokenIdentity, UserInfo } from '../access/access.js';
import { rulesReviewStatus } from '../access/rules-review.js';
import { TokenRefused } from '../access/tokens/token-refused.js';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import { type Access, mastersGroup } from './authorize.js';
import { askedSelectors, selectorErrors } from './review-selectors.js';

export type Review = (
  context: RequestContext,
  body: KubernetesObject,
  namespace: string | undefined,
  options: WriteOptions,
) => Promise<KubernetesObject>;

export interface ReviewParts {
  readonly access: Access;
  readonly rulesFor: RulesFor;
  readonly authenticateToken: TokenAuthenticator;
  /** Whom a token is for that is asked about without an audience; absent: nobody in particular. */
  readonly audiences?: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
}

/** What is asked of an account of somebody's, or of one's own. */
type Asked = Partial<SubjectAccessReviewSpec>;

const specOf = <T>(body: KubernetesObject) => ((body as KubernetesObject & { spec?: T }).spec ?? {}) as T;
const withStatus = (body: KubernetesObject, status: unknown) => ({ ...body, status }) as KubernetesObject;

const infoOf = ({ name, uid, groups, extra }: UserInfo) => ({
  ...(name === '' ? {} : { username: name }),
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});

/** The review of a kind, by `group/plural`; undefined where it is no review. */
export function reviews({
  access,
  rulesFor,
  authenticateToken,
  audiences: own,
  clock,
}: ReviewParts): (resource: Resource) => Review | undefined {
  const allowed = async (user: UserInfo, asked: Asked) => {
    const { passedOver } = askedSelectors(asked.resourceAttributes ?? {});
    const evaluated = (faults: readonly string[]) =>
      faults.length === 0 ? {} : { evaluationError: faults.join('; ') };
    if (user.groups.includes(mastersGroup)) return { allowed: true, ...evaluated(passedOver) };
    const { decision, reason, error } = await access.authorizer(attributesOf(user, asked));
    return {
      allowed: decision === 'allow',
      ...evaluated(error === undefined ? passedOver : [error, ...passedOver]),
      ...(decision === 'deny' ? { denied: true } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
  };

  const ofSelf: Review = async ({ user }, body) => {
    const asked = specOf<Asked>(body);
    refuse([...questionErrors(asked), ...metadataErrors(body)]);
    return withStatus(body, await allowed(user, asked));
  };

  const ofOther: Review = async (_context, body) => {
    const asked = specOf<Asked>(body);
    refuse([...questionErrors(asked), ...subjectErrors(asked), ...metadataErrors(body)]);
    return withStatus(body, await allowed(subjectOf(asked), asked));
  };

  const ofOtherHere: Review = async (_context, body, namespace = '') => {
    if (body.metadata?.namespace && body.metadata.namespace !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    const asked = specOf<Asked>(body);
    const { nonResourceAttributes: path } = asked;
    const place = asked.resourceAttributes?.namespace;
    refuse([
      ...questionErrors(asked),
      ...subjectErrors(asked),
      ...metadataErrors(body, 'namespace'),
      ...(path === undefined
        ? []
        : [invalidField('spec.nonResourceAttributes', inGo(path), 'disallowed on this kind of request')]),
      ...(asked.resourceAttributes !== undefined && (place ?? '') !== namespace
        ? [invalidField('spec.resourceAttributes.namespace', place ?? '', 'must match metadata.namespace')]
        : []),
    ]);
    const here = { ...body, metadata: { ...body.metadata, namespace } };
    return withStatus(here, await allowed(subjectOf(asked), asked));
  };

  const myRules: Review = async ({ user }, body) => {
    const { namespace } = specOf<{ readonly namespace?: string }>(body);
    if (!namespace) throw badRequest('no namespace on request');
    // Upstream does not repeat the question.
    return withStatus(
      { ...body, metadata: {}, spec: {} } as KubernetesObject,
      rulesReviewStatus(rulesFor(user, namespace)),
    );
  };

  const whoAmI: Review = async ({ user }, { apiVersion, kind }) => {
    const metadata = { creationTimestamp: formatTime(clock.now()) };
    return withStatus({ apiVersion, kind, metadata }, { userInfo: infoOf(user) });
  };

  const ofToken: Review = async (context, body) => {
    const { token = '', audiences = [] } = specOf<Partial<TokenReview['spec']>>(body);
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    const refused = (reasons: readonly string[]) =>
      withStatus(body, { user: {}, error: aggregateText(new Set(['invalid bearer token', ...reasons])) });
    let identity: TokenIdentity | undefined;
    try {
      identity = await authenticateToken(token, audiences);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      return refused(error.reasons);
    }
    if (identity === undefined) return refused([]);
    const { user, audiences: told = own } = identity;
    for (const warning of user.notes?.warnings ?? []) context.warn(warning);
    for (const [key, value] of Object.entries(user.notes?.annotations ?? {})) context.annotate?.(key, value);
    const groups = [...new Set([...user.groups, 'system:authenticated'])];
    return withStatus(body, {
      authenticated: true,
      user: infoOf({ ...user, groups }),
      ...(told === undefined ? {} : { audiences: told }),
    });
  };

  const known: Readonly<Record<string, Review>> = {
    'authorization.k8s.io/selfsubjectaccessreviews': ofSelf,
    'authorization.k8s.io/subjectaccessreviews': ofOther,
    'authorization.k8s.io/localsubjectaccessreviews': ofOtherHere,
    'authorization.k8s.io/selfsubjectrulesreviews': myRules,
    'authentication.k8s.io/selfsubjectreviews': whoAmI,
    'authentication.k8s.io/tokenreviews': ofToken,
  };
  return ({ kind }) => known[`${kind.group}/${kind.plural}`];
}

/** Errors: `StatusError` Invalid, which names no kind, as upstream's. */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', errors);
}

/** As Go shows its own form of it. */
const inGo = ({ path = '', verb = '' }: NonNullable<Asked['nonResourceAttributes']>) => ({ Path: path, Verb: verb });

function questionErrors({ resourceAttributes, nonResourceAttributes }: Asked): readonly FieldError[] {
  if (resourceAttributes !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [
      ...(nonResourceAttributes === undefined
        ? []
        : [invalidField('spec.nonResourceAttributes', inGo(nonResourceAttributes), detail)]),
      ...selectorErrors(resourceAttributes),
    ];
  }
  if (nonResourceAttributes !== undefined) return [];
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidField('spec.resourceAttributes', null, detail)];
}

/** What is asked has no name; what the server says of every object it is asked in does not count. */
function metadataErrors({ metadata }: KubernetesObject, except?: 'namespace'): readonly FieldError[] {
  const { managedFields: _managed, uid: _uid, creationTimestamp: _time, ...rest } = metadata;
  const said = Object.entries(rest).filter(([field, value]) => field !== except && Boolean(value));
  const detail = `must be empty${except === undefined ? '' : ` except for ${except}`}`;
  return said.length === 0 ? [] : [invalidField('metadata', metadata, detail)];
}

const subjectErrors = ({ user, groups }: Asked): readonly FieldError[] =>
  user || groups?.length ? [] : [invalidField('spec.user', '', 'at least one of user or group must be specified')];

const subjectOf = ({ user = '', uid, groups = [], extra }: Asked): UserInfo => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra }),
});

function attributesOf(user: UserInfo, { resourceAttributes, nonResourceAttributes }: Asked): AccessAttributes {
  if (nonResourceAttributes !== undefined)
    return { type: 'path', user, verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' };
  const asked: ResourceAttributes = resourceAttributes ?? {};
  const { fieldSelector, labelRequirements } = askedSelectors(asked);
  return {
    type: 'resource',
    user,
    verb: asked.verb ?? '',
    group: asked.group ?? '',
    version: asked.version ?? '',
    resource: asked.resource ?? '',
    ...(asked.subresource ? { subresource: asked.subresource } : {}),
    ...(asked.namespace ? { namespace: asked.namespace } : {}),
    ...(asked.name ? { name: asked.name } : {}),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelRequirements === undefined ? {} : { labelRequirements }),
  };
}
