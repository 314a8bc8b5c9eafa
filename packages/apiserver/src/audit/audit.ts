/**
 * Records who asked for what and what came of it (audit.k8s.io/v1 Event), as far as the policy wants it, into a sink: one
 * small function that the host application gives.
 *
 * **Differs from Kubernetes**: what is in Secrets, and tokens that are issued or reviewed, are never recorded, whatever
 * the level.
 */
import {
  formatMicroTime,
  ipFamilyOf,
  type KubernetesObject,
  type Metrics,
  parseJson,
  type Status,
  type World,
} from '@pintle/machinery';
import type { AccessDecision, UserInfo } from '../access/access.js';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import { isLongRunning, type RequestInfo } from '../requests/request-info.js';
import { type AuditDecision, type AuditPolicy, type AuditStage, auditDecision } from './audit-policy.js';

export interface AuditEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly level: AuditDecision['level'];
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  /** Nothing of who was not let in. */
  readonly user: { readonly username?: string; readonly uid?: string; readonly groups?: readonly string[] };
  readonly impersonatedUser?: AuditEvent['user'];
  readonly sourceIPs: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  readonly responseStatus?: {
    readonly metadata: object;
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly details?: unknown;
    readonly code: number;
  };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Takes an event; must not wait. */
export type AuditSink = (event: AuditEvent) => void;

export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
  /** Told of each request how much of it is to be recorded. */
  readonly decided?: (level: AuditDecision['level']) => void;
}

/** What there is to record, with it counted by event and by level; where nothing is recorded, that is told. */
export function countedAudit(options: AuditOptions | undefined, metrics: Metrics): { readonly audit?: AuditOptions } {
  const events = metrics
    .counter({ name: 'apiserver_audit_event_total', help: 'Audit events that were recorded.' })
    .with();
  // A sink must not wait and takes all that it is given: nothing is refused for its sake.
  metrics
    .counter({
      name: 'apiserver_audit_requests_rejected_total',
      help: 'Requests refused as they could not be recorded.',
    })
    .with();
  if (options === undefined) return {};
  const levels = metrics.counter({
    name: 'apiserver_audit_level_total',
    help: 'Requests by how much of them was to be recorded.',
    labels: ['level'],
  });
  const { policy, sink } = options;
  return {
    audit: {
      policy,
      decided: (level) => levels.with(level).increment(),
      sink(event) {
        events.increment();
        sink(event);
      },
    },
  };
}

/** What is known of one request, told bit by bit. */
export interface AuditRecord {
  /** The request to go on with: what is read of its body is noted where it is to be recorded. */
  readonly request: HttpRequest;
  asked(user: UserInfo): void;
  /** For whom who asked goes on. */
  acting(impersonated: UserInfo): void;
  /** The object to be written, as it was read. */
  sent(object: KubernetesObject): void;
  /** What is said of a key first counts. `least`: from this level on. */
  annotate(key: string, value: string, least?: 'Request'): void;
  answered(response: HttpResponse): void;
  ended(): void;
}

/** Notes what was decided of access, and why; of who could not decide, that alone. */
export const decisionIn =
  (annotate: AuditRecord['annotate']) =>
  ({ decision, reason = '', error }: AccessDecision): void => {
    const isAllowed = decision === 'allow';
    const isUnjudged = !isAllowed && error !== undefined;
    if (!isUnjudged) annotate('authorization.k8s.io/decision', isAllowed ? 'allow' : 'forbid');
    annotate('authorization.k8s.io/reason', isUnjudged ? 'internal error' : reason);
  };

const infoOf = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});

/** Longer ids of clients are passed over. */
const idCharactersMax = 64;

/** The id that a client has given its request, where it is one. */
export function auditIdOf(request: HttpRequest): string | undefined {
  const asked = request.header('audit-id');
  return asked !== undefined && /^[\x21-\x7e]+$/.test(asked) && asked.length <= idCharactersMax ? asked : undefined;
}

export function beginAudit(
  world: World,
  { policy, sink, decided = () => {} }: AuditOptions,
  id: string,
  request: HttpRequest,
  info: RequestInfo,
): AuditRecord {
  const receivedMs = world.clock.now();
  const annotations: Record<string, string> = {};
  let decision: AuditDecision = { level: 'None', omitStages: [], omitManagedFields: false };
  let who: Pick<AuditEvent, 'user' | 'impersonatedUser'> | undefined;
  let body: Uint8Array | undefined;
  let object: KubernetesObject | undefined;
  let response: HttpResponse | undefined;
  const query = request.query.toString();
  const userAgent = request.header('user-agent');

  const tell = (stage: AuditStage, what: Partial<AuditEvent> = {}) => {
    if (decision.level === 'None' || decision.omitStages.includes(stage)) return;
    sink(
      Object.freeze({
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: decision.level,
        auditID: id,
        stage,
        requestURI: query === '' ? request.path : `${request.path}?${query}`,
        verb: info.verb,
        ...(who ?? { user: {} }),
        sourceIPs: sourceAddresses(request),
        ...(userAgent === undefined ? {} : { userAgent: shortened(userAgent) }),
        ...(info.type === 'resource' ? { objectRef: referenceOf(info, object) } : {}),
        ...what,
        requestReceivedTimestamp: formatMicroTime(receivedMs),
        stageTimestamp: formatMicroTime(world.clock.now()),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
      }),
    );
  };
  const recorded = (value: unknown) => recordable(value, info, decision.omitManagedFields);
  const outcome = (): Partial<AuditEvent> => {
    if (response === undefined) return {};
    const { level } = decision;
    const { status: code } = response;
    const answer = isWhole(response) ? parsed(response.body) : undefined;
    const requestObject = level === 'Metadata' ? undefined : recorded(sentIn(info, body, object));
    const responseObject = level === 'RequestResponse' ? recorded(answer) : undefined;
    return {
      responseStatus: { metadata: {}, ...toldIn(answer), code },
      ...(requestObject === undefined ? {} : { requestObject }),
      ...(responseObject === undefined ? {} : { responseObject }),
    };
  };
  const readAndNote = async (maxBytes: number) => {
    body = await request.body(maxBytes);
    return body;
  };
  return {
    request: Object.create(request, { body: { value: readAndNote } }) as HttpRequest,
    asked(user) {
      decision = auditDecision(policy, user, info);
      decided(decision.level);
      who = { user: infoOf(user) };
      tell('RequestReceived');
    },
    acting(impersonated) {
      if (who !== undefined) who = { ...who, impersonatedUser: infoOf(impersonated) };
    },
    sent(read) {
      object = read;
    },
    annotate(key, value, least) {
      if (least === 'Request' && decision.level === 'Metadata') return;
      annotations[key] ??= value;
    },
    answered(given) {
      response = given;
      // Of who was not let in this is all that is told.
      if (who === undefined) {
        decision = auditDecision(policy, undefined, info);
        decided(decision.level);
      }
      if (who === undefined || isLongRunning(info)) tell('ResponseStarted', outcome());
    },
    ended() {
      if (who !== undefined) tell('ResponseComplete', outcome());
    },
  };
}

const isWhole = ({ body }: HttpResponse): boolean => typeof body === 'string' || body instanceof Uint8Array;

/** What an answer says of itself, where it is a Status. */
function toldIn(answer: unknown): Partial<Status> {
  const { kind, status, message, reason, details } = (answer ?? {}) as Partial<Status>;
  if (kind !== 'Status') return {};
  return Object.fromEntries(
    Object.entries({ status, message, reason, details }).filter(([, value]) => value !== undefined && value !== ''),
  );
}

/** What was sent: of an object what was read of it, of options with their kind, and all else as it came. */
function sentIn(info: RequestInfo, body: Uint8Array | undefined, object: KubernetesObject | undefined): unknown {
  if (info.type !== 'resource') return parsed(body);
  const isObject = (info.verb === 'create' || info.verb === 'update') && info.subresource === undefined;
  if (isObject || object !== undefined) return object;
  const sent = parsed(body);
  if (!info.verb.startsWith('delete') || typeof sent !== 'object') return sent;
  return { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal', ...sent };
}

const agentCharactersMax = 1024;

const shortened = (agent: string): string =>
  agent.length > agentCharactersMax ? `${agent.slice(0, agentCharactersMax)}...TRUNCATED` : agent;

/** Whom the request has come by, as far as it is told; who has sent it is told last. */
function sourceAddresses({ header, peer: { remoteAddress } }: HttpRequest): readonly string[] {
  const isAddress = (text: string) => ipFamilyOf(text) !== undefined;
  const addresses = (header('x-forwarded-for') ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(isAddress);
  const real = header('x-real-ip')?.trim() ?? '';
  if (isAddress(real) && !addresses.includes(real)) addresses.push(real);
  if (remoteAddress !== undefined && addresses.at(-1) !== remoteAddress) addresses.push(remoteAddress);
  return addresses;
}

function referenceOf(
  info: Extract<RequestInfo, { type: 'resource' }>,
  { metadata }: Partial<KubernetesObject> = {},
): Readonly<Record<string, string>> {
  const { resource, subresource, group, version } = info;
  const namespace = info.namespace || metadata?.namespace;
  const name = info.name || metadata?.name;
  const { uid, resourceVersion } = metadata ?? {};
  return {
    resource,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

const decoder = new TextDecoder();

function parsed(bytes: HttpResponse['body']): unknown {
  if (bytes === undefined || !(typeof bytes === 'string' || bytes instanceof Uint8Array)) return undefined;
  try {
    return parseJson(typeof bytes === 'string' ? bytes : decoder.decode(bytes));
  } catch {
    // Other encodings than JSON are not recorded.
    return undefined;
  }
}

/** What of a body may be recorded. */
function recordable(value: unknown, info: RequestInfo, omitManagedFields: boolean): unknown {
  if (typeof value !== 'object' || value === null || info.type !== 'resource') return value;
  const list = value as { readonly items?: readonly KubernetesObject[] };
  const one = (object: unknown) => withoutSecrets(omitManagedFields ? withoutManagedFields(object) : object, info);
  return Array.isArray(list.items) ? { ...list, items: list.items.map(one) } : one(value);
}

function withoutManagedFields(object: unknown): unknown {
  const { metadata, ...rest } = object as KubernetesObject;
  if (metadata?.managedFields === undefined) return object;
  const { managedFields: _fields, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

const hidden = '(hidden)';

function withoutSecrets(
  object: unknown,
  { resource, subresource }: Extract<RequestInfo, { type: 'resource' }>,
): unknown {
  if (resource === 'secrets') return hide(object, ['data', 'stringData']);
  const holdsToken = resource === 'tokenreviews' || (resource === 'serviceaccounts' && subresource === 'token');
  if (!holdsToken) return object;
  const { spec, status, ...rest } = object as Record<string, unknown>;
  return {
    ...rest,
    ...(spec === undefined ? {} : { spec: hide(spec, ['token']) }),
    ...(status === undefined ? {} : { status: hide(status, ['token']) }),
  };
}

const hide = (object: unknown, fields: readonly string[]): unknown =>
  Array.isArray(object) || typeof object !== 'object' || object === null
    ? hidden
    : Object.fromEntries(Object.entries(object).map(([key, value]) => [key, fields.includes(key) ? hidden : value]));
