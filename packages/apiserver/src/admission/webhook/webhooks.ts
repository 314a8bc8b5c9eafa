/**
 * Mutating and validating webhooks: who is asked, in what order, and what happens when one cannot be asked. Mutating
 * ones see what those before them made; one that asks for it is asked again where somebody changed more.
 */
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '@pintle/api/admissionregistration/v1';
import {
  badRequest,
  deepEqual,
  type KubernetesObject,
  PatchError,
  type StatusError,
  stringifyJson,
  type World,
} from '@pintle/machinery';
import type { Access } from '../../verbs/authorize.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import type { ConditionMetrics, WebhookMetrics, WebhookOutcome } from '../admission-metrics.js';
import { patchedObject } from '../patched-object.js';
import { internalFailure } from '../plain-failure.js';
import { BudgetError } from '../policy/budget.js';
import { fromVersion, inVersion, isGuarded, matchedVersion } from '../policy/match-resources.js';
import {
  compileConditions,
  conditionsHold,
  type PolicyLanguage,
  policyLanguage,
  requestVariables,
} from '../policy/policy-language.js';
import {
  answerOf,
  denied,
  operationsOf,
  type ReviewAnswer,
  ReviewError,
  reviewOf,
  reviewVersionOf,
  type WebhookPatch,
} from './admission-review.js';
import { askWebhook } from './ask-webhook.js';
import { WebhookAnswerError, type WebhookCaller } from './webhook-caller.js';
import { credentialsFor, type WebhookUsers } from './webhook-credentials.js';
import type { ClientConfig } from './webhook-target.js';

export interface WebhooksOptions {
  readonly caches: AdmissionCaches;
  readonly world: World;
  readonly call: WebhookCaller;
  readonly access: Access;
  readonly metrics: WebhookMetrics;
  readonly conditions: ConditionMetrics;
  /** As whom they are asked; as nobody unless given. */
  readonly users: { readonly mutating?: WebhookUsers | undefined; readonly validating?: WebhookUsers | undefined };
}

type Phase = 'admit' | 'validating';
type Webhook = MutatingWebhook | ValidatingWebhook;

interface Configured<W extends Webhook> {
  readonly webhook: W;
  /** The name of the object that it stands in. */
  readonly configuration: string;
}

const timeoutDefaultSeconds = 10;

/** Mutating and validating webhooks, for the end of the chain of plug-ins. */
export function webhooks({
  caches,
  world,
  call,
  access,
  metrics,
  conditions,
  users,
}: WebhooksOptions): readonly [AdmissionPlugin, AdmissionPlugin] {
  const { mutatingWebhooks, validatingWebhooks, namespaces, services } = caches;
  let language: PolicyLanguage | undefined;

  const inOrder = <W extends Webhook>(
    configurations: Iterable<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>,
  ): readonly Configured<W>[] =>
    [...configurations]
      .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
      .flatMap(({ metadata, webhooks: listed = [] }) =>
        (listed as readonly W[]).map((webhook) => ({ webhook, configuration: metadata.name ?? '' })),
      );

  /** The request as the webhook is to see it; undefined where it is not asked. */
  const asSeenBy = async (
    webhook: Webhook,
    phase: Phase,
    asked: AdmissionRequest,
  ): Promise<AdmissionRequest | undefined> => {
    const match = {
      resourceRules: webhook.rules ?? [],
      namespaceSelector: webhook.namespaceSelector,
      objectSelector: webhook.objectSelector,
      matchPolicy: webhook.matchPolicy,
    };
    const version = webhook.rules?.length ? matchedVersion(match, asked, namespaces) : undefined;
    if (version === undefined) return undefined;
    const request = await inVersion(asked, version);
    const { matchConditions } = webhook;
    if (!matchConditions?.length) return request;
    language ??= policyLanguage(await import('@pintle/cel'));
    const { cel } = language;
    const of = { name: webhook.name, kind: 'webhook', type: phase, operation: request.operation } as const;
    try {
      const programs = compileConditions(language, matchConditions);
      const variables = requestVariables(cel, request, { access, known: new Map() });
      const isAsked = await conditionsHold(cel, programs, variables, conditions, of);
      if (!isAsked) conditions.excluded(of);
      return isAsked ? request : undefined;
    } catch (error) {
      if (
        !(error instanceof cel.CelError) &&
        !(error instanceof BudgetError) &&
        !(error instanceof cel.CelCompileError)
      )
        throw error;
      if (webhook.failurePolicy !== 'Ignore') throw refusedRequest(request, error.message);
      conditions.excluded(of);
      return undefined;
    }
  };

  /** Errors: `UncalledError`; `StatusError` BadRequest for a webhook that does not say it has no side effects. */
  const ask = async (webhook: Webhook, phase: Phase, request: AdmissionRequest): Promise<ReviewAnswer> => {
    const { name, sideEffects } = webhook;
    if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
      throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
    const uid = world.random.stream('admission-reviews').uuid();
    const { clientConfig, timeoutSeconds = timeoutDefaultSeconds, admissionReviewVersions } = webhook;
    const version = reviewVersionOf(admissionReviewVersions);
    const asWhom = phase === 'admit' ? users.mutating : users.validating;
    try {
      const answer = await askWebhook(
        { world, call, services },
        clientConfig as ClientConfig,
        reviewOf(request, uid, version),
        timeoutSeconds,
        asWhom === undefined ? undefined : credentialsFor(asWhom, clientConfig as ClientConfig),
      );
      return answerOf(answer, { uid, version, mayPatch: phase === 'admit' });
    } catch (error) {
      world.logger.log('warn', 'a webhook could not be asked', { webhook: name, error });
      throw new UncalledError(error as Error);
    }
  };

  /**
   * What the webhook's answer leads to; undefined where it could not be asked and that is to be passed over.
   * Errors: `StatusError`.
   */
  const outcomeOf = async <T>(
    webhook: Webhook,
    phase: Phase,
    request: AdmissionRequest,
    /** Of the webhook in this request. */
    at: string,
    work: (answer: ReviewAnswer) => Promise<T>,
  ): Promise<T | undefined> => {
    const startedMs = metrics.now();
    const told = (outcome: WebhookOutcome) =>
      metrics.asked(webhook.name, phase, request.operation, metrics.now() - startedMs, outcome);
    try {
      const answer = await ask(webhook, phase, request);
      for (const text of answer.warnings) request.warn(text);
      for (const [key, value] of Object.entries(answer.auditAnnotations))
        request.annotate?.(`${webhook.name}/${key}`, value);
      if (!answer.allowed) throw new DeniedError(denied(webhook.name, answer.status));
      const result = await work(answer);
      told({ code: 200 });
      return result;
    } catch (error) {
      if (error instanceof DeniedError) {
        told({ code: error.refusal.code, rejectedFor: 'no_error' });
        throw error.refusal;
      }
      if (!(error instanceof UncalledError)) {
        told({ code: 0, rejectedFor: 'apiserver_internal_error' });
        throw error;
      }
      const { status, message } = error;
      const failedOpen = webhook.failurePolicy === 'Ignore';
      told({ code: status, ...(failedOpen ? { failedOpen } : { rejectedFor: 'calling_webhook_error' }) });
      if (failedOpen) {
        const kind = phase === 'admit' ? 'mutation' : 'validating';
        request.annotate?.(`failed-open.${kind}.webhook.admission.k8s.io/${at}`, webhook.name);
        return undefined;
      }
      throw internalFailure(`failed calling webhook ${JSON.stringify(webhook.name)}: ${message}`);
    }
  };

  /** The object as it leaves it; undefined where it is not asked. */
  const mutateOnce = async (
    { webhook, configuration }: Configured<MutatingWebhook>,
    request: AdmissionRequest,
    at: string,
  ): Promise<KubernetesObject | undefined> => {
    const seen = await asSeenBy(webhook, 'admit', request);
    if (seen === undefined) return undefined;
    const { annotate } = seen;
    const who = { configuration, webhook: webhook.name };
    let made: KubernetesObject | undefined;
    try {
      made = await outcomeOf(webhook, 'admit', seen, at, async ({ patch }) => {
        if (patch === undefined) return request.object;
        const operations = readable(patch);
        if (operations.length === 0) return request.object;
        const result = await fromVersion(request, seen, patched(seen, webhook.name, operations));
        annotate?.(
          `patch.webhook.admission.k8s.io/${at}`,
          stringifyJson({ ...who, patch: operations, patchType: 'JSONPatch' }),
          'Request',
        );
        return result;
      });
    } finally {
      annotate?.(
        `mutation.webhook.admission.k8s.io/${at}`,
        JSON.stringify({ ...who, mutated: made !== undefined && !deepEqual(made, request.object) }),
      );
    }
    return made ?? request.object;
  };

  const mutating: AdmissionPlugin = {
    name: mutatingName,
    reinvokes: true,
    handles: (request) => mutatingWebhooks.size > 0 && isGuarded(request),
    async mutate(request) {
      const asked = inOrder<MutatingWebhook>(mutatingWebhooks.values() as Iterable<MutatingWebhookConfiguration>);
      const turns = turnsOf(request);
      let { object } = request;
      for (const [index, configured] of asked.entries()) {
        const { webhook } = configured;
        if (!turns.isDue(webhook)) continue;
        const at = `round_${turns.isSecond ? 1 : 0}_index_${index}`;
        const made = await mutateOnce(configured, { ...request, object }, at);
        if (made === undefined) continue;
        turns.asked(webhook, !deepEqual(made, object));
        object = made;
      }
      turns.last = object;
      return object!;
    },
  };
  const validating: AdmissionPlugin = {
    name: 'ValidatingAdmissionWebhook',
    handles: (request) => validatingWebhooks.size > 0 && isGuarded(request),
    async validate(request) {
      const asked = inOrder<ValidatingWebhook>(validatingWebhooks.values() as Iterable<ValidatingWebhookConfiguration>);
      let count = 0;
      const verdicts = await Promise.allSettled(
        asked.map(async ({ webhook }) => {
          const seen = await asSeenBy(webhook, 'validating', request);
          // Counted are those that are asked.
          if (seen !== undefined)
            await outcomeOf(webhook, 'validating', seen, `round_0_index_${count++}`, async () => {});
        }),
      );
      for (const verdict of verdicts) if (verdict.status === 'rejected') throw verdict.reason;
    },
  };
  return [mutating, validating];
}

const mutatingName = 'MutatingAdmissionWebhook';

/** Errors: `UncalledError` for another type of patch; `StatusError` InternalError for what is no patch. */
function readable(patch: WebhookPatch): readonly unknown[] {
  const operations = operationsOf(patch);
  if (operations.length > 0 && patch.type !== 'JSONPatch')
    throw new UncalledError(new ReviewError(`unsupported patch type ${JSON.stringify(patch.type)}`));
  return operations;
}

/** The webhook could not be asked, or its answer is none; `status` is of HTTP. */
class UncalledError extends Error {
  readonly status: number;
  constructor(cause: Error) {
    super(`${whatHappened(cause)}: ${cause.message}`, { cause });
    this.status =
      cause instanceof ReviewError ? 503 : ((cause instanceof WebhookAnswerError ? cause.status : undefined) ?? 400);
  }
}

function whatHappened(cause: Error): string {
  return cause instanceof ReviewError ? 'received invalid webhook response' : 'failed to call webhook';
}

/** The webhook said no. */
class DeniedError extends Error {
  constructor(readonly refusal: StatusError) {
    super(refusal.message);
  }
}

/** Who is asked in the second round: those that want to see what was changed after they were asked. */
class Turns {
  isSecond = false;
  /** As the round left it. */
  last: KubernetesObject | undefined;
  /** Those that want to be asked again, and were asked since something was changed last. */
  private readonly waiting = new Set<MutatingWebhook>();
  private readonly due = new Set<MutatingWebhook>();

  again(object: KubernetesObject | undefined): void {
    this.isSecond = true;
    if (!deepEqual(this.last, object)) this.changed();
  }

  isDue(webhook: MutatingWebhook): boolean {
    return !this.isSecond || this.due.has(webhook);
  }

  asked(webhook: MutatingWebhook, isChanged: boolean): void {
    if (isChanged) this.changed();
    if (webhook.reinvocationPolicy === 'IfNeeded') this.waiting.add(webhook);
  }

  private changed(): void {
    for (const webhook of this.waiting) this.due.add(webhook);
    this.waiting.clear();
  }
}

function turnsOf({ round, object }: AdmissionRequest): Turns {
  const known = round?.kept.get(mutatingName) as Turns | undefined;
  if (known !== undefined) {
    known.again(object);
    return known;
  }
  const turns = new Turns();
  round?.kept.set(mutatingName, turns);
  return turns;
}

/** Errors: `StatusError` InternalError where there is nothing to patch, or it cannot be; else those of `patchedObject`. */
function patched(request: AdmissionRequest, webhook: string, patch: readonly unknown[]): KubernetesObject {
  const { object } = request;
  if (object === undefined)
    throw internalFailure(
      `admission webhook ${JSON.stringify(webhook)} attempted to modify the object, which is not supported for this operation`,
    );
  try {
    return patchedObject(request, object, patch, { isStrict: false });
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw internalFailure(error.message, error);
  }
}
