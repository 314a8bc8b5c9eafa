/** The question before every verb: may this user do that? */
import {
  type FieldSelector,
  forbidden,
  parseFieldSelector,
  parseLabelSelector,
  StatusError,
  statusError,
} from '@pintle/machinery';
import type { AccessAttributes, AccessDecision, Authorizer, UserInfo } from '../access/access.js';
import type { AuthorizationTimes } from '../access/access-metrics.js';
import type { HeldPermissions } from '../access/held-permissions.js';
import type { Resource } from '../registry/resource.js';

export interface ResourceAccess {
  readonly verb: string;
  /** As far as it is known: what is not served may not be asked for by everybody either. */
  readonly resource: { readonly kind: Pick<Resource['kind'], 'group' | 'version' | 'plural'> };
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** Of a list or a watch. One of `metadata.name` counts as the name. */
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

export interface Access {
  /** `tell` hears what was decided, first. Errors: `StatusError` Forbidden; `UnjudgedError` where nobody could say. */
  require(user: UserInfo, access: ResourceAccess, tell?: (decision: AccessDecision) => void): Promise<void> | void;
  requirePath(user: UserInfo, verb: string, path: string, tell?: (decision: AccessDecision) => void): Promise<void>;
  /** As `require`, for as long as the permission is used: `lost` hears when it is gone. Returns how to let go. */
  hold(user: UserInfo, access: ResourceAccess, lost: (error: unknown) => void): () => void;
  readonly authorizer: Authorizer;
}

/** Members of this group may do everything; they are not looked up. */
export const mastersGroup = 'system:masters';

const allowed: AccessDecision = { decision: 'allow' };

/** Whoever runs the server may ask these without credentials, as kube-apiserver is set up by default. */
const alwaysAllowed: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

/** Who decides could not: nothing is said of whether it may be done. */
export class UnjudgedError extends StatusError {
  constructor(readonly why: string) {
    super(statusError('InternalError', `Internal error occurred: ${why}`).status);
  }
}

/** `times`: of what is required; what is held is asked again without being counted. */
export function accessBy(authorizer: Authorizer, held: HeldPermissions, times?: AuthorizationTimes): Access {
  /** A promise only where an authorizer had to ask elsewhere. */
  const decide = (
    attributes: AccessAttributes,
    refused: (reason: string | undefined) => StatusError,
    tell?: (decision: AccessDecision) => void,
  ): Promise<void> | void => {
    const startMs = times?.now() ?? 0;
    // Why something is allowed is not asked here: to find the words takes longer than to allow it.
    const judge = (opinion: AccessDecision) => {
      times?.decided(opinion, times.now() - startMs);
      tell?.(opinion);
      if (opinion.decision === 'allow') return;
      throw opinion.error === undefined ? refused(opinion.reason) : new UnjudgedError(opinion.error);
    };
    const opinion = authorizer(attributes);
    if (opinion instanceof Promise) return opinion.then(judge);
    judge(opinion);
  };
  const access: Access = {
    authorizer,
    hold(user, wanted, lost) {
      if (user.groups.includes(mastersGroup)) return () => {};
      return held.hold(async () => uncounted.require(user, wanted), lost);
    },
    require(user, { verb, resource, namespace, name: named, subresource, fieldSelector, labelSelector }, tell) {
      if (user.groups.includes(mastersGroup)) {
        times?.decided(allowed, 0);
        tell?.(allowed);
        return;
      }
      const selected = fieldSelector ? readable(fieldSelector, parseFieldSelector) : undefined;
      const { requirements = [] } = (labelSelector ? readable(labelSelector, parseLabelSelector) : undefined) ?? {};
      const name = named ?? (verb === 'list' || verb === 'watch' ? nameIn(selected) : undefined);
      const { group, version, plural } = resource.kind;
      const attributes: AccessAttributes = {
        type: 'resource',
        user,
        verb,
        group,
        version,
        resource: plural,
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
        ...(selected === undefined ? {} : { fieldSelector: selected }),
        ...(requirements.length === 0 ? {} : { labelRequirements: requirements }),
      };
      const refused = (reason: string | undefined) =>
        forbidden({ group, plural }, name ?? '', refusal(attributes, reason));
      return decide(attributes, refused, tell);
    },
    async requirePath(user, verb, path, tell) {
      if ((verb === 'get' && alwaysAllowed.has(path)) || user.groups.includes(mastersGroup)) {
        times?.decided(allowed, 0);
        tell?.(allowed);
        return;
      }
      const attributes: AccessAttributes = { type: 'path', user, verb, path };
      const refused = (reason: string | undefined) =>
        statusError('Forbidden', `forbidden: ${refusal(attributes, reason)}`, { details: {} });
      await decide(attributes, refused, tell);
    },
  };
  const uncounted = times === undefined ? access : accessBy(authorizer, held);
  return access;
}

/** A selector that cannot be read selects nothing here; the verb itself says what is wrong with it. */
function readable<T>(text: string, parse: (text: string) => T): T | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** The one name that a field selector leaves. */
export const nameIn = (selector: FieldSelector | undefined): string | undefined =>
  selector?.requirements.find(
    ({ field, operator, value }) => field === 'metadata.name' && operator === '=' && value !== '',
  )?.value;

/** In the words of kube-apiserver: who cannot do what, and where. */
export function refusal(attributes: AccessAttributes, reason?: string): string {
  const suffix = reason ? `: ${reason}` : '';
  const who = `User ${JSON.stringify(attributes.user.name)} cannot ${attributes.verb}`;
  if (attributes.type === 'path') return `${who} path ${JSON.stringify(attributes.path)}${suffix}`;
  const { resource, subresource, group, namespace } = attributes;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${suffix}`;
}
