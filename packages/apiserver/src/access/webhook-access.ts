/**
 * Somebody else tells who asks, or whether they may: TokenReviews and SubjectAccessReviews that are posted to a webhook, as
 * `--authentication-token-webhook-config-file` and `--authorization-webhook-config-file` have it. What it says is
 * remembered for a while.
 */
import type { TokenReview } from '@pintle/api/authentication/v1';
import type { SubjectAccessReview, SubjectAccessReviewSpec } from '@pintle/api/authorization/v1';
import { type World, withTimeout } from '@pintle/machinery';
import type { WebhookCaller, WebhookTarget } from '../admission/webhook/webhook-caller.js';
import type { AccessAttributes, AccessDecision, Authorizer, TokenAuthenticator } from './access.js';
import { cachedTokens } from './tokens/cached-tokens.js';

const timeoutMs = 10_000;
/** As `--authorization-webhook-cache-authorized-ttl` and `-unauthorized-ttl`. */
const allowedMs = 300_000;
const refusedMs = 30_000;
const decisionsMax = 4_096;

export interface AccessWebhookOptions {
  readonly world: World;
  readonly target: WebhookTarget;
  readonly call: WebhookCaller;
}

export function webhookTokens({ world, target, call }: AccessWebhookOptions): TokenAuthenticator {
  return cachedTokens(world.clock, async (token, audiences) => {
    const review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(audiences.length === 0 ? {} : { audiences }) },
    };
    try {
      const { status } = (await withTimeout(world.clock, timeoutMs, 'the webhook of tokens', (signal) =>
        call(target, review, signal),
      )) as Partial<TokenReview>;
      if (status?.authenticated !== true || !status.user?.username) return undefined;
      const { username, uid, groups = [], extra } = status.user;
      return {
        user: {
          name: username,
          groups,
          ...(uid ? { uid } : {}),
          ...(extra === undefined ? {} : { extra }),
        },
        ...(audiences.length > 0 && status.audiences?.length ? { audiences: status.audiences } : {}),
      };
    } catch (error) {
      world.logger.log('warn', 'the webhook of tokens did not answer', { url: target.url, error });
      return undefined;
    }
  });
}

/** `failure`: what counts where it does not answer (default `noOpinion`). */
export function webhookAuthorizer(
  options: AccessWebhookOptions & { readonly failure?: 'noOpinion' | 'deny' },
): Authorizer {
  const { world, target, call, failure = 'noOpinion' } = options;
  const known = new Map<string, { readonly decision: AccessDecision; readonly untilMs: number }>();
  return async (attributes) => {
    const spec = specOf(attributes);
    const key = JSON.stringify(spec);
    const found = known.get(key);
    if (found !== undefined && found.untilMs > world.clock.now()) return found.decision;
    try {
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const { status } = (await withTimeout(world.clock, timeoutMs, 'the webhook of access', (signal) =>
        call(target, review, signal),
      )) as Partial<SubjectAccessReview>;
      const decision: AccessDecision = {
        decision: status?.allowed ? 'allow' : status?.denied ? 'deny' : 'noOpinion',
        ...(status?.reason ? { reason: status.reason } : {}),
      };
      if (known.size >= decisionsMax) known.clear();
      known.set(key, { decision, untilMs: world.clock.now() + (status?.allowed ? allowedMs : refusedMs) });
      return decision;
    } catch (error) {
      world.logger.log('warn', 'the webhook of access did not answer', { url: target.url, error });
      return { decision: failure, reason: 'the webhook of access did not answer' };
    }
  };
}

/** The question as a review asks it. Pure. */
function specOf(attributes: AccessAttributes): SubjectAccessReviewSpec {
  const { name, uid, groups, extra } = attributes.user;
  const who = {
    user: name,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
  if (attributes.type === 'path')
    return { ...who, nonResourceAttributes: { verb: attributes.verb, path: attributes.path } };
  const { verb, group, version, resource, subresource, namespace, name: object } = attributes;
  return {
    ...who,
    resourceAttributes: {
      verb,
      group,
      version,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(object === undefined ? {} : { name: object }),
    },
  };
}
