/**
 * Somebody else tells who asks, or whether they may: TokenReviews and SubjectAccessReviews that are posted to a webhook, as
 * `--authentication-token-webhook-config-file` and `--authorization-webhook-config-file` have it. What it says is
 * remembered for a while.
 */
import type { TokenReview } from '@pintle/api/authentication/v1';
import type { SubjectAccessReview, SubjectAccessReviewSpec } from '@pintle/api/authorization/v1';
import type { FieldSelector, LabelOperator, LabelRequirement, World } from '@pintle/machinery';
import { askedAgain, retryBackoffDefaultMs } from '../admission/webhook/ask-again.js';
import { askTarget } from '../admission/webhook/ask-webhook.js';
import { KeptAnswers } from '../admission/webhook/kept-answers.js';
import type { WebhookCaller, WebhookTarget } from '../admission/webhook/webhook-caller.js';
import type { AccessAttributes, AccessDecision, RuledAuthorizer, TokenAuthenticator } from './access.js';
import { forServer } from './authenticators.js';
import { untoldRules } from './rules-review.js';
import { cachedTokens } from './tokens/cached-tokens.js';
import { TokenRefused } from './tokens/token-refused.js';

/** As upstream asks webhooks that come by flags. */
const answerMs = 30_000;
/** How long it is remembered what a webhook says of a token, as `--authentication-token-webhook-cache-ttl`. */
const tokensDefaultMs = 120_000;
/** As `--authorization-webhook-cache-authorized-ttl` and `-unauthorized-ttl`. */
const allowedDefaultMs = 300_000;
const refusedDefaultMs = 30_000;
const decisionsMax = 8_192;
/** Longer questions are asked each time: who asks decides how long they are. */
const keyMaxChars = 10_000;

export interface AccessWebhookOptions {
  readonly world: World;
  readonly target: WebhookTarget;
  readonly call: WebhookCaller;
}

export interface WebhookTokenOptions extends AccessWebhookOptions {
  /** Of the API server: what a token is for of which the webhook says no audiences. */
  readonly serverAudiences?: readonly string[];
  /** Of TokenReviews. Default `v1`. */
  readonly version?: 'v1' | 'v1beta1';
  /** How long it is remembered what was said of a token. Default 120,000. */
  readonly rememberedMs?: number;
}

export function webhookTokens(options: WebhookTokenOptions): TokenAuthenticator {
  const { world, target, call, version = 'v1', serverAudiences = [], rememberedMs = tokensDefaultMs } = options;
  const asked = async (token: string, audiences: readonly string[]): Promise<TokenReview['status']> => {
    const review = {
      apiVersion: `authentication.k8s.io/${version}`,
      kind: 'TokenReview',
      spec: { token, ...(audiences.length === 0 ? {} : { audiences }) },
    };
    try {
      const { status } = (await askedAgain(world, retryBackoffDefaultMs, () =>
        askTarget({ world, call }, target, review, answerMs / 1_000),
      )) as Partial<TokenReview>;
      return status;
    } catch (error) {
      world.logger.log('warn', 'the webhook of tokens did not answer', { url: target.url, error });
      throw new TokenRefused([(error as Error).message], { cause: error });
    }
  };
  const judged: TokenAuthenticator = async (token, audiences) => {
    const status = (await asked(token, audiences)) ?? {};
    const meant = status.audiences?.length ? status.audiences : serverAudiences;
    const common = meant.filter((audience) => audiences.includes(audience));
    if (audiences.length > 0 && common.length === 0) return undefined;
    if (status.authenticated !== true) {
      if (!status.error) return undefined;
      throw new TokenRefused([status.error]);
    }
    const { username = '', uid, groups = [], extra } = status.user ?? {};
    return {
      user: { name: username, groups, ...(uid ? { uid } : {}), ...(extra === undefined ? {} : { extra }) },
      ...(audiences.length > 0 ? { audiences: common } : {}),
    };
  };
  return forServer(serverAudiences, cachedTokens(world.clock, judged, { keptMs: rememberedMs }));
}

/** As kube-apiserver's AuthorizationConfiguration has them. */
export interface WebhookAuthorizerOptions extends AccessWebhookOptions {
  /** What counts where it does not answer, or its conditions have no value. Default `noOpinion`. */
  readonly failure?: 'noOpinion' | 'deny';
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** How long it is remembered that something is allowed; 0: not at all. Default 300,000. */
  readonly allowedMs?: number;
  /** The same of what is not allowed. Default 30,000. */
  readonly refusedMs?: number;
  /** Of SubjectAccessReviews. Default `v1`. */
  readonly version?: 'v1' | 'v1beta1';
  /** By which it is told from others. Default `webhook`. */
  readonly name?: string;
  /** Whether it is asked at all. Errors: nobody can say. */
  readonly matches?: (spec: SubjectAccessReviewSpec) => boolean;
}

export function webhookAuthorizer(options: WebhookAuthorizerOptions): RuledAuthorizer {
  const { world, target, call, failure = 'noOpinion', matches, version = 'v1' } = options;
  const { timeoutMs = answerMs, allowedMs = allowedDefaultMs, refusedMs = refusedDefaultMs } = options;
  const decisions = new KeptAnswers<AccessDecision>(world.clock, decisionsMax);
  const judged = async (spec: SubjectAccessReviewSpec): Promise<AccessDecision> => {
    const review = reviewOf(spec, version);
    const { status } = (await askedAgain(world, retryBackoffDefaultMs, () =>
      askTarget({ world, call }, target, review, timeoutMs / 1_000),
    )) as Partial<SubjectAccessReview>;
    return {
      decision: status?.denied ? 'deny' : status?.allowed ? 'allow' : 'noOpinion',
      ...(status?.reason ? { reason: status.reason } : {}),
      ...(status?.denied && status.allowed ? { error: bothWords } : {}),
    };
  };
  const authorize = async (attributes: AccessAttributes): Promise<AccessDecision> => {
    const spec = specOf(attributes);
    const key = JSON.stringify(spec);
    try {
      if (matches?.(spec) === false) return { decision: 'noOpinion' };
    } catch (error) {
      return { decision: failure, error: (error as Error).message };
    }
    try {
      const known = decisions.get(key);
      if (known !== undefined) return known;
      const judgement = await judged(spec);
      if (key.length <= keyMaxChars)
        decisions.keep(key, judgement, judgement.decision === 'allow' ? allowedMs : refusedMs);
      return judgement;
    } catch (error) {
      world.logger.log('warn', 'the webhook of access did not answer', { url: target.url, error });
      return { decision: failure, error: (error as Error).message };
    }
  };
  return Object.assign(authorize, {
    named: { type: 'Webhook', name: options.name ?? 'webhook' },
    rulesFor: () => untoldRules('webhook authorizer'),
  });
}

const bothWords = 'webhook subject access review returned both allow and deny response';

/** In v1beta1 groups had another name. */
function reviewOf({ groups, ...spec }: SubjectAccessReviewSpec, version: 'v1' | 'v1beta1'): object {
  const group = groups === undefined ? {} : version === 'v1' ? { groups } : { group: groups };
  return {
    apiVersion: `authorization.k8s.io/${version}`,
    kind: 'SubjectAccessReview',
    spec: { ...spec, ...group },
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
  const {
    verb,
    group,
    version,
    resource,
    subresource,
    namespace,
    name: object,
    fieldSelector,
    labelRequirements,
  } = attributes;
  const labels = labelRequirements?.flatMap(labelRequirementOf) ?? [];
  return {
    ...who,
    resourceAttributes: {
      verb,
      ...(group === '' ? {} : { group }),
      version,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(object === undefined ? {} : { name: object }),
      ...(fieldSelector === undefined || fieldSelector.requirements.length === 0
        ? {}
        : { fieldSelector: { requirements: fieldSelector.requirements.map(requirementOf) } }),
      ...(labels.length === 0 ? {} : { labelSelector: { requirements: labels } }),
    },
  };
}

const requirementOf = ({ field, operator, value }: FieldSelector['requirements'][number]) => ({
  key: field,
  operator: operator === '!=' ? 'NotIn' : 'In',
  values: [value],
});

/** What a review has no word for is left out: the question is wider then, never narrower. */
const labelOperators: Readonly<Partial<Record<LabelOperator, string>>> = {
  '=': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function labelRequirementOf({ key, operator, values }: LabelRequirement) {
  const word = labelOperators[operator];
  return word === undefined ? [] : [{ key, operator: word, ...(values.length === 0 ? {} : { values }) }];
}
