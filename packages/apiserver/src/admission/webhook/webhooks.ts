/**
 * Mutating and validating webhooks: who is asked, in what order, and what happens when one cannot be asked. Mutating
 * ones see what those before them made; one that asks for it is asked again where a later one changed more.
 */
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '@pintle/api/admissionregistration/v1';
import {
  badRequest,
  type KubernetesObject,
  StatusError,
  statusError,
  TimeoutError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import { applyJsonPatch } from '@pintle/machinery/json-patch';
import { prepared } from '../../registry/resource.js';
import type { Access } from '../../verbs/authorize.js';
import { normalize } from '../../verbs/normalizers.js';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { whenDecided } from '../policy/authorizer-library.js';
import { isGuarded, matchesRequest } from '../policy/match-resources.js';
import { conditionsHold, type PolicyLanguage, policyLanguage, requestVariables } from '../policy/policy-language.js';
import { answerOf, denied, isObject, type ReviewAnswer, reviewOf } from './admission-review.js';
import type { WebhookCaller } from './webhook-caller.js';
import { type ClientConfig, WebhookFailure, webhookTarget } from './webhook-target.js';

export interface WebhooksOptions {
  readonly caches: AdmissionCaches;
  readonly world: World;
  readonly call: WebhookCaller;
  readonly access: Access;
}

type Webhook = MutatingWebhook | ValidatingWebhook;

const timeoutDefaultSeconds = 10;

/** Mutating and validating webhooks, for the end of the chain of plug-ins. */
export function webhooks({ caches, world, call, access }: WebhooksOptions): readonly AdmissionPlugin[] {
  const { mutatingWebhooks, validatingWebhooks, namespaces, services } = caches;
  let language: PolicyLanguage | undefined;

  const inOrder = <W extends Webhook>(
    configurations: Iterable<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>,
  ): readonly W[] =>
    [...configurations]
      .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
      .flatMap((configuration) => (configuration.webhooks ?? []) as readonly W[]);

  const matches = async (webhook: Webhook, request: AdmissionRequest): Promise<boolean> => {
    const match = {
      resourceRules: webhook.rules ?? [],
      namespaceSelector: webhook.namespaceSelector,
      objectSelector: webhook.objectSelector,
      matchPolicy: webhook.matchPolicy,
    };
    if (!webhook.rules?.length || !matchesRequest(match, request, namespaces)) return false;
    const { matchConditions } = webhook;
    if (!matchConditions?.length) return true;
    language ??= policyLanguage(await import('@pintle/cel'));
    const { cel, conditions } = language;
    try {
      const programs = matchConditions.map(({ name, expression }) => ({
        name,
        program: conditions.compile(expression),
      }));
      const variables = requestVariables(cel, request, { access, known: new Map() });
      return await whenDecided(() => conditionsHold(cel, programs, variables));
    } catch (error) {
      if (
        !(error instanceof cel.CelError) &&
        !(error instanceof cel.CelCostError) &&
        !(error instanceof cel.CelCompileError)
      )
        throw error;
      if (webhook.failurePolicy === 'Ignore') return false;
      throw statusError(
        'Forbidden',
        `admission webhook "${webhook.name}": match conditions have no value: ${error.message}`,
      );
    }
  };

  /** Absent where it could not be asked and that is to be passed over. */
  const ask = async (webhook: Webhook, request: AdmissionRequest): Promise<ReviewAnswer | undefined> => {
    const { name, sideEffects, failurePolicy } = webhook;
    if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
      throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
    const uid = world.random.stream('admission-reviews').uuid();
    const timeoutMs = (webhook.timeoutSeconds ?? timeoutDefaultSeconds) * 1_000;
    try {
      const target = webhookTarget(webhook.clientConfig as ClientConfig, services);
      const answer = await withTimeout(world.clock, timeoutMs, `the webhook ${name}`, (signal) =>
        call(target, reviewOf(request, uid), signal),
      );
      return answerOf(answer, uid);
    } catch (error) {
      const why = error instanceof TimeoutError ? 'context deadline exceeded' : (error as Error).message;
      world.logger.log('warn', 'a webhook could not be asked', { webhook: name, error });
      if (failurePolicy === 'Ignore') return undefined;
      throw statusError(
        'InternalError',
        `Internal error occurred: failed calling webhook ${JSON.stringify(name)}: ${why}`,
      );
    }
  };

  const requireAllowed = (webhook: Webhook, answer: ReviewAnswer | undefined, request: AdmissionRequest) => {
    for (const text of answer?.warnings ?? []) request.warn(text);
    for (const [key, value] of Object.entries(answer?.auditAnnotations ?? {}))
      request.annotate?.(`${webhook.name}/${key}`, value);
    if (answer?.allowed === false) throw denied(webhook.name, answer.status);
  };

  const mutateOnce = async (
    webhook: MutatingWebhook,
    request: AdmissionRequest,
  ): Promise<KubernetesObject | undefined> => {
    if (!(await matches(webhook, request))) return request.object;
    const answer = await ask(webhook, request);
    requireAllowed(webhook, answer, request);
    return answer?.patch === undefined ? request.object : patched(webhook, request, answer.patch);
  };

  const mutating: AdmissionPlugin = {
    name: 'MutatingAdmissionWebhook',
    handles: (request) => mutatingWebhooks.size > 0 && isGuarded(request),
    async mutate(request) {
      const asked = inOrder<MutatingWebhook>(mutatingWebhooks.values() as Iterable<MutatingWebhookConfiguration>);
      let { object } = request;
      /** The object as each webhook left it. */
      const left = new Map<MutatingWebhook, KubernetesObject | undefined>();
      for (const webhook of asked) {
        object = await mutateOnce(webhook, { ...request, ...(object === undefined ? {} : { object }) });
        left.set(webhook, object);
      }
      for (const webhook of asked) {
        if (webhook.reinvocationPolicy !== 'IfNeeded' || left.get(webhook) === object) continue;
        object = await mutateOnce(webhook, { ...request, ...(object === undefined ? {} : { object }) });
      }
      return object!;
    },
  };
  const validating: AdmissionPlugin = {
    name: 'ValidatingAdmissionWebhook',
    handles: (request) => validatingWebhooks.size > 0 && isGuarded(request),
    async validate(request) {
      const asked = inOrder<ValidatingWebhook>(validatingWebhooks.values() as Iterable<ValidatingWebhookConfiguration>);
      const verdicts = await Promise.allSettled(
        asked.map(async (webhook) => {
          if (await matches(webhook, request)) requireAllowed(webhook, await ask(webhook, request), request);
        }),
      );
      for (const verdict of verdicts) if (verdict.status === 'rejected') throw verdict.reason;
    },
  };
  return [mutating, validating];
}

/** Errors: `StatusError` InternalError for a patch that cannot be applied, or makes no object of the kind. */
async function patched(
  { name }: MutatingWebhook,
  { resource, object }: AdmissionRequest,
  patch: readonly unknown[],
): Promise<KubernetesObject> {
  await prepared(resource, [object]);
  const shown = resource.fromStored(object!);
  try {
    const made = applyJsonPatch(shown, patch);
    if (!isObject(made)) throw new WebhookFailure('the patch does not leave an object');
    const { value, errors } = normalize(resource, made, shown);
    if (errors.length > 0)
      throw new WebhookFailure(errors.map(({ field, detail }) => `${field}: ${detail}`).join(', '));
    await prepared(resource, [value as KubernetesObject], 'stored');
    const stored = resource.toStored(value as KubernetesObject);
    return resource.definition.strategy?.defaults?.(stored) ?? stored;
  } catch (error) {
    if (!(error instanceof WebhookFailure) && !StatusError.is(error)) throw error;
    throw statusError(
      'InternalError',
      `Internal error occurred: the patch of webhook ${JSON.stringify(name)}: ${error.message}`,
    );
  }
}
