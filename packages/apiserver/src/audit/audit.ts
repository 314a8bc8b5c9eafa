/**
 * Records who asked for what and what came of it (audit.k8s.io/v1 Event), as far as the policy wants it, into a sink: one
 * small function that the host application gives.
 *
 * **Differs from Kubernetes**: what is in Secrets, and tokens that are issued or reviewed, are never recorded, whatever
 * the level.
 */
import { formatMicroTime, type KubernetesObject, type Status, type World } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
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
  readonly user: { readonly username: string; readonly uid?: string; readonly groups: readonly string[] };
  readonly impersonatedUser?: AuditEvent['user'];
  readonly sourceIPs: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  readonly responseStatus?: {
    readonly metadata: object;
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
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
}

/** What is known of one request, told bit by bit. */
export interface AuditRecord {
  /** The request to go on with: what is read of its body is noted where it is to be recorded. */
  readonly request: HttpRequest;
  asked(user: UserInfo, impersonated: UserInfo | undefined): void;
  /** What is said of a key first counts. `least`: from this level on. */
  annotate(key: string, value: string, least?: 'Request'): void;
  answered(response: HttpResponse): void;
  ended(): void;
}

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
  { policy, sink }: AuditOptions,
  id: string,
  request: HttpRequest,
  info: RequestInfo,
): AuditRecord {
  const receivedMs = world.clock.now();
  const annotations: Record<string, string> = {};
  let decision: AuditDecision = { level: 'None', omitStages: [], omitManagedFields: false };
  let who: Pick<AuditEvent, 'user' | 'impersonatedUser'> = { user: { username: '', groups: [] } };
  let body: Uint8Array | undefined;
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
        ...who,
        sourceIPs: request.peer.remoteAddress === undefined ? [] : [request.peer.remoteAddress],
        ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 1024) }),
        ...(info.type === 'resource' ? { objectRef: referenceOf(info) } : {}),
        ...what,
        requestReceivedTimestamp: formatMicroTime(receivedMs),
        stageTimestamp: formatMicroTime(world.clock.now()),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
      }),
    );
  };
  const recorded = (bytes: Uint8Array | string | undefined) => recordable(bytes, info, decision.omitManagedFields);
  const outcome = (): Partial<AuditEvent> => {
    if (response === undefined) return {};
    const { level } = decision;
    const answer = typeof response.body === 'string' || response.body instanceof Uint8Array ? response.body : undefined;
    const status = response.status >= 400 ? (parsed(answer) as Status | undefined) : undefined;
    const requestObject = level === 'Metadata' ? undefined : recorded(body);
    const responseObject = level === 'RequestResponse' ? recorded(answer) : undefined;
    return {
      responseStatus: {
        metadata: {},
        ...(status?.kind === 'Status'
          ? { status: 'Failure', reason: status.reason ?? '', message: status.message ?? '' }
          : {}),
        code: response.status,
      },
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
    asked(user, impersonated) {
      decision = auditDecision(policy, user, info);
      who = { user: infoOf(user), ...(impersonated === undefined ? {} : { impersonatedUser: infoOf(impersonated) }) };
      tell('RequestReceived');
    },
    annotate(key, value, least) {
      if (least === 'Request' && decision.level === 'Metadata') return;
      annotations[key] ??= value;
    },
    answered(given) {
      response = given;
      if (isLongRunning(info) && given.status < 400)
        tell('ResponseStarted', { responseStatus: { metadata: {}, code: given.status } });
    },
    ended: () => tell('ResponseComplete', outcome()),
  };
}

function referenceOf(info: Extract<RequestInfo, { type: 'resource' }>): Readonly<Record<string, string>> {
  const { resource, subresource, namespace, name, group, version } = info;
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(subresource === undefined ? {} : { subresource }),
  };
}

const decoder = new TextDecoder();

function parsed(bytes: Uint8Array | string | undefined): unknown {
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : decoder.decode(bytes));
  } catch {
    // Other encodings than JSON are not recorded.
    return undefined;
  }
}

/** What of a body may be recorded. */
function recordable(bytes: Uint8Array | string | undefined, info: RequestInfo, omitManagedFields: boolean): unknown {
  const value = parsed(bytes);
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
