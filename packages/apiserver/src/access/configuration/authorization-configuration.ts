/**
 * `--authorization-config`: who decides what users may do, in turn, webhooks among them. What the file says comes in as data;
 * where a webhook is, by its kubeconfig, is a port. Deliberately not here: ABAC.
 */
import {
  boolean,
  dns1123SubdomainErrors,
  duplicateField,
  type FieldError,
  formatFieldError,
  formatGoDuration,
  type Infer,
  invalidField,
  list,
  notSupportedField,
  object,
  parseGoDuration,
  ref,
  requiredField,
  string,
  tooManyField,
  type World,
} from '@pintle/machinery';
import type { WebhookCaller, WebhookTarget } from '../../admission/webhook/webhook-caller.js';
import { readConfiguration } from '../../registry/configuration-document.js';
import type { AccessDecision } from '../access.js';
import { type AuthorizerChoice, allowAll } from '../authorizer-choice.js';
import { noRules } from '../rules-review.js';
import { webhookAuthorizer } from '../webhook-access.js';
import { type MatchConditions, matchConditions } from './match-conditions.js';

const Webhook = object({
  authorizedTTL: string(),
  cacheAuthorizedRequests: boolean(),
  unauthorizedTTL: string(),
  cacheUnauthorizedRequests: boolean(),
  timeout: string(),
  subjectAccessReviewVersion: string(),
  matchConditionSubjectAccessReviewVersion: string(),
  failurePolicy: string(),
  connectionInfo: ref(object({ type: string(), kubeConfigFile: string() })),
  matchConditions: list(ref(object({ expression: string() }))),
});
type Webhook = Infer<typeof Webhook>;

const Authorizers = object({
  apiVersion: string(),
  kind: string(),
  authorizers: list(ref(object({ type: string(), name: string(), webhook: ref(Webhook) }))),
});
type Configured = NonNullable<Infer<typeof Authorizers>['authorizers']>[number];

const authorizationConfiguration = {
  kind: 'AuthorizationConfiguration',
  apiVersions: ['v1', 'v1beta1', 'v1alpha1'].map((version) => `apiserver.config.k8s.io/${version}`),
  notation: Authorizers,
};

/** What is no webhook, by its type. */
const choices: Readonly<Record<string, AuthorizerChoice>> = {
  AlwaysAllow: allowAll,
  AlwaysDeny: Object.assign((): AccessDecision => ({ decision: 'noOpinion', reason: 'Everything is forbidden.' }), {
    rulesFor: () => noRules,
  }),
  Node: 'node',
  RBAC: 'rbac',
};
const types = [...Object.keys(choices), 'Webhook'].sort();

/** The configuration cannot be used; the message names every fault. */
export class AuthorizationConfigurationError extends Error {
  readonly code = 'PINTLE_AUTHORIZATION_CONFIGURATION';
  constructor(readonly faults: readonly string[]) {
    super(`invalid authorization configuration: ${faults.join(', ')}`);
    this.name = 'AuthorizationConfigurationError';
  }
}

export interface ConfiguredAuthorizationOptions {
  readonly world: World;
  readonly call: WebhookCaller;
  /** Where the webhook of a kubeconfig is. Errors: the file cannot be used. */
  readonly targetOf: (kubeConfigFile: string) => Promise<WebhookTarget>;
  /** Types that have to be there, as they were when the server started. */
  readonly required?: readonly string[];
}

export interface ConfiguredAuthorization {
  readonly authorizers: readonly AuthorizerChoice[];
  /** Those that are no webhooks. */
  readonly types: readonly string[];
}

/** The authorizers that kube-apiserver's `--authorization-mode` names. Errors: `AuthorizationConfigurationError`. */
export function authorizersOfModes(modes: readonly string[]): readonly AuthorizerChoice[] {
  return modes.map((mode) => {
    const choice = Object.hasOwn(choices, mode) ? choices[mode] : undefined;
    if (choice === undefined) throw new AuthorizationConfigurationError([`${mode} is no mode`]);
    return choice;
  });
}

/** Errors: `AuthorizationConfigurationError`; those of `targetOf`. */
export async function configuredAuthorization(
  data: unknown,
  { world, call, targetOf, required = [] }: ConfiguredAuthorizationOptions,
): Promise<ConfiguredAuthorization> {
  const conditions = matchConditions(await import('@pintle/cel'));
  const { value, faults: unread } = readConfiguration(authorizationConfiguration, data);
  refuse(unread.map(formatFieldError));
  const { authorizers = [] } = value;
  refuse(configurationFaults(authorizers, conditions).map(formatFieldError));
  const others = authorizers.filter(({ type }) => type !== 'Webhook');
  const present = others.map(({ type = '' }) => type);
  const missing = required.filter((type) => !present.includes(type)).sort();
  refuse([
    ...others.flatMap(({ type = '', name = '' }) =>
      name === type.toLowerCase()
        ? []
        : [`expected name ${type.toLowerCase()} for authorizer ${type} instead of ${name}`],
    ),
    ...(missing.length === 0 ? [] : [`missing required types: [${missing.join(' ')}]`]),
  ]);
  const made = authorizers.map(async ({ type = '', name = '', webhook = {} }): Promise<AuthorizerChoice> => {
    if (type !== 'Webhook') return choices[type]!;
    const { cacheAuthorizedRequests = true, cacheUnauthorizedRequests = true } = webhook;
    const expressions = (webhook.matchConditions ?? []).map(({ expression = '' }) => expression);
    return webhookAuthorizer({
      name,
      ...{ world, call, target: await targetOf(webhook.connectionInfo?.kubeConfigFile ?? '') },
      failure: webhook.failurePolicy === 'Deny' ? 'deny' : 'noOpinion',
      timeoutMs: parseGoDuration(webhook.timeout ?? '') ?? 0,
      allowedMs: cacheAuthorizedRequests ? ttlOf(webhook.authorizedTTL, authorizedDefault) : 0,
      refusedMs: cacheUnauthorizedRequests ? ttlOf(webhook.unauthorizedTTL, unauthorizedDefault) : 0,
      version: webhook.subjectAccessReviewVersion === 'v1beta1' ? 'v1beta1' : 'v1',
      ...(expressions.length === 0 ? {} : { matches: conditions.compile(expressions) }),
    });
  });
  return { authorizers: await Promise.all(made), types: present };
}

const [authorizedDefault, unauthorizedDefault] = ['5m', '30s'];

/** As upstream's defaulting: what is not said, or 0, is the default. */
const ttlOf = (said: string | undefined, otherwise: string): number =>
  parseGoDuration(said ?? '') || (parseGoDuration(otherwise) ?? 0);

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new AuthorizationConfigurationError(faults);
}

function configurationFaults(authorizers: readonly Configured[], conditions: MatchConditions): readonly FieldError[] {
  if (authorizers.length === 0)
    return [{ ...requiredField('authorizers'), detail: 'at least one authorization mode must be defined' }];
  const [seenTypes, seenNames] = [new Set<string>(), new Set<string>()];
  return authorizers.flatMap(({ type = '', name = '', webhook }, index): readonly FieldError[] => {
    const path = `authorizers[${index}]`;
    if (type === '') return [requiredField(`${path}.type`)];
    if (!types.includes(type)) return [notSupportedField(`${path}.type`, type, types)];
    if (seenTypes.has(type) && type !== 'Webhook') return [duplicateField(`${path}.type`, type)];
    seenTypes.add(type);
    const ofName = nameFaults(name, `${path}.name`, seenNames);
    seenNames.add(name);
    if (type !== 'Webhook')
      return webhook === undefined
        ? ofName
        : [...ofName, invalidField(`${path}.webhook`, 'non-null', 'may only be specified when type=Webhook')];
    if (webhook === undefined)
      return [...ofName, { ...requiredField(`${path}.webhook`), detail: 'required when type=Webhook' }];
    return [...ofName, ...webhookFaults(webhook, path, conditions)];
  });
}

function nameFaults(name: string, path: string, seen: ReadonlySet<string>): readonly FieldError[] {
  if (name === '') return [requiredField(path)];
  if (seen.has(name)) return [duplicateField(path, name)];
  const messages = dns1123SubdomainErrors(name);
  return messages.length === 0 ? [] : [invalidField(path, name, `authorizer name is invalid: ${messages.join(', ')}`)];
}

const timeoutMaxMs = 30_000;

/** Upstream tells of them as of fields of the authorizer. */
function webhookFaults(webhook: Webhook, path: string, conditions: MatchConditions): readonly FieldError[] {
  const { connectionInfo = {}, matchConditions: said = [] } = webhook;
  const conditionsVersion = webhook.matchConditionSubjectAccessReviewVersion;
  return [
    ...durationFaults(webhook.timeout, `${path}.timeout`, timeoutMaxMs),
    ...(webhook.authorizedTTL ? durationFaults(webhook.authorizedTTL, `${path}.authorizedTTL`) : []),
    ...(webhook.unauthorizedTTL ? durationFaults(webhook.unauthorizedTTL, `${path}.unauthorizedTTL`) : []),
    ...oneOf(webhook.subjectAccessReviewVersion, `${path}.subjectAccessReviewVersion`, ['v1', 'v1beta1']),
    ...(conditionsVersion
      ? oneOf(conditionsVersion, `${path}.matchConditionSubjectAccessReviewVersion`, ['v1'])
      : said.length > 0
        ? [
            {
              ...requiredField(`${path}.matchConditionSubjectAccessReviewVersion`),
              detail: 'required if match conditions are specified',
            },
          ]
        : []),
    ...oneOf(webhook.failurePolicy, `${path}.failurePolicy`, ['NoOpinion', 'Deny']),
    ...connectionFaults(connectionInfo, `${path}.connectionInfo`),
    ...conditionFaults(
      said.map(({ expression = '' }) => expression),
      `${path}.matchConditions`,
      conditions,
    ),
  ];
}

function durationFaults(text: string | undefined, path: string, mostMs?: number): readonly FieldError[] {
  const ms = text ? parseGoDuration(text) : 0;
  if (ms === undefined) return [invalidField(path, text, `time: invalid duration ${JSON.stringify(text)}`)];
  if (ms === 0) return mostMs === undefined ? [] : [requiredField(path)];
  if (ms > 0 && ms <= (mostMs ?? ms)) return [];
  const bounds = mostMs === undefined ? 'must be > 0s' : `must be > 0s and <= ${formatGoDuration(mostMs)}`;
  return [invalidField(path, formatGoDuration(ms), bounds)];
}

const oneOf = (text: string | undefined, path: string, known: readonly string[]): readonly FieldError[] =>
  !text ? [requiredField(path)] : known.includes(text) ? [] : [notSupportedField(path, text, known)];

/** **Differs from Kubernetes**: a webhook is found by a kubeconfig file only, and not by what the server's own pod is told. */
function connectionFaults(
  { type = '', kubeConfigFile = '' }: NonNullable<Webhook['connectionInfo']>,
  path: string,
): readonly FieldError[] {
  const ofType = oneOf(type, `${path}.type`, ['KubeConfigFile']);
  if (ofType.length > 0) return ofType;
  if (kubeConfigFile === '') return [requiredField(`${path}.kubeConfigFile`)];
  return kubeConfigFile.startsWith('/')
    ? []
    : [invalidField(`${path}.kubeConfigFile`, kubeConfigFile, 'must be an absolute path')];
}

const conditionsMax = 64;

function conditionFaults(
  expressions: readonly string[],
  path: string,
  conditions: MatchConditions,
): readonly FieldError[] {
  if (expressions.length > conditionsMax) return [tooManyField(path, expressions.length, conditionsMax)];
  const seen = new Set<string>();
  return expressions.flatMap((expression, index): readonly FieldError[] => {
    const at = `${path}[${index}].expression`;
    if (expression.trim() === '') return [requiredField(at)];
    if (seen.has(expression)) return [duplicateField(at, expression)];
    seen.add(expression);
    return [conditions.faultOf(expression, at) ?? []].flat();
  });
}
