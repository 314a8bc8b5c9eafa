/**
 * The API as one function from request to answer: who asks, what is asked, may they, do it. It has no socket:
 * `nodejs/` translates to and from one.
 */
import { badRequest, goDurationFault, parseJson, StatusError, stringifyJson } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import { TokenRefused } from '../access/tokens/token-refused.js';
import type { Aggregator } from '../aggregation/aggregator.js';
import { type AuditOptions, type AuditRecord, auditIdOf, beginAudit, decisionIn } from '../audit/audit.js';
import type { FlowControl } from '../flow-control/flow-control.js';
import { type HealthEndpoint, isHealthEndpoint } from '../health/health-checks.js';
import { isLongRunning, type RequestInfo, type ResourceRequestInfo, requestInfo } from '../requests/request-info.js';
import type { RequestMetrics } from '../requests/request-metrics.js';
import { UnjudgedError } from '../verbs/authorize.js';
import { failure, pageNotFound, plainText } from './answer.js';
import { type DocumentParts, documentAt } from './documents.js';
import { HttpContext } from './http-context.js';
import type { HttpHandler, HttpRequest, HttpResponse } from './message.js';
import { methodNotAllowed, resourceNotFound } from './not-served.js';
import { handleResource } from './resource-handler.js';
import { parseResourcePath, pathSegments, type ResourcePath } from './resource-path.js';
import type { ResourceHandlerParts } from './resource-request.js';

export interface ApiHandlerParts extends ResourceHandlerParts {
  /** Errors: `StatusError` Unauthorized. */
  readonly authenticate: (request: HttpRequest) => UserInfo | Promise<UserInfo>;
  /** Acts for another user where the request asks to; returns the user to go on as. */
  readonly impersonate: (user: UserInfo, request: HttpRequest) => UserInfo | Promise<UserInfo>;
  readonly documents: DocumentParts;
  /** Of an endpoint, or of the one check named; undefined where there is no such check. */
  readonly health: (
    endpoint: HealthEndpoint,
    check: string,
    query: URLSearchParams,
  ) => Promise<HttpResponse | undefined>;
  readonly requests: RequestMetrics;
  /** Absent: every request goes on at once. */
  readonly flows?: FlowControl;
  /** Absent: no other server answers for any group. */
  readonly aggregator?: Aggregator;
  /** Absent: nothing is recorded. */
  readonly audit?: AuditOptions;
}

export function apiHandler(parts: ApiHandlerParts): HttpHandler {
  return async (sent) => {
    let request = sent;
    let segments: readonly string[];
    try {
      segments = pathSegments(request.path);
    } catch (error) {
      return failure(error);
    }
    const place = parseResourcePath(segments);
    const info = requestInfo(request, place);
    const record = parts.requests.begin(info, {
      dryRun: request.query.has('dryRun'),
      apply: request.header('content-type')?.startsWith('application/apply-patch') ?? false,
      fieldValidation: request.query.get('fieldValidation'),
      bodyBytes: sentBytes(request),
    });
    const { world } = parts.core;
    const auditId = auditIdOf(request) ?? world.random.stream('audit-ids').uuid();
    const audit = parts.audit === undefined ? undefined : beginAudit(world, parts.audit, auditId, request, info);
    if (audit !== undefined) request = audit.request;
    let response: HttpResponse;
    try {
      response = await handle(parts, request, { segments, place, info, audit });
    } catch (error) {
      response = failed(parts, request, error);
    }
    if (wantsPretty(request)) response = pretty(response);
    // Another server's answer has an id already, and may say how long it is good.
    response = {
      ...response,
      headers: { 'audit-id': auditId, 'cache-control': 'no-cache, private', ...response.headers },
    };
    audit?.answered(response);
    const { body } = response;
    const whole = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    record.answered(response.status, whole ? (body?.length ?? 0) : undefined);
    const ended = () => {
      record.ended();
      audit?.ended();
    };
    if (whole || request.signal.aborted) ended();
    else request.signal.addEventListener('abort', ended, { once: true });
    return response;
  };
}

/** As many bytes as a body is said to have. */
function sentBytes({ header }: HttpRequest): number | undefined {
  const length = header('content-length');
  return length === undefined ? undefined : Number(length);
}

/** What is not the client's fault is for who runs the server to know. */
function failed(
  { core }: ApiHandlerParts,
  request: HttpRequest,
  error: unknown,
  warnings?: readonly string[],
): HttpResponse {
  const response =
    error instanceof UnjudgedError ? unjudged(error, request) : failure(error, request.header('accept'), warnings);
  const { method, path } = request;
  if (response.status >= 500) core.world.logger.log('error', 'a request failed', { method, path, error });
  return response;
}

/** Where nobody could say whether it is allowed, that is told in the words of Go's filter, and by no Status. */
function unjudged({ why }: UnjudgedError, { path, query }: HttpRequest): HttpResponse {
  const uri = JSON.stringify(query.size === 0 ? path : `${path}?${query}`);
  const text = `Internal Server Error: ${uri}: ${why}\n`;
  return plainText(500, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
}

/** People at a terminal or a browser are given lines, as kube-apiserver does; `?pretty=` says otherwise. */
function wantsPretty({ query, header }: HttpRequest): boolean {
  const asked = query.get('pretty');
  if (asked !== null && asked !== '') return /^(1|t|true)$/i.test(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(header('user-agent') ?? '');
}

function pretty(response: HttpResponse): HttpResponse {
  const { headers, body } = response;
  if (headers['content-type'] !== 'application/json' || body === undefined) return response;
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return response;
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  return { ...response, body: `${stringifyJson(parseJson(text), 2)}\n` };
}

interface Asked {
  readonly segments: readonly string[];
  readonly place: ResourcePath | undefined;
  readonly info: RequestInfo;
  readonly audit: AuditRecord | undefined;
}

async function handle(parts: ApiHandlerParts, request: HttpRequest, asked: Asked): Promise<HttpResponse> {
  checkTimeout(request, asked.info);
  const known = parts.authenticate(request);
  const authenticated = known instanceof Promise ? await known.catch((error) => refuse(asked, error)) : known;
  asked.audit?.asked(authenticated);
  const { notes } = authenticated;
  if (notes !== undefined) annotateAll(asked, notes.annotations);
  const acting = parts.impersonate(authenticated, request);
  const user = acting instanceof Promise ? await acting : acting;
  if (user !== authenticated) asked.audit?.acting(user);
  const { flows } = parts;
  const answered = () => answerAs(parts, request, asked, user, notes?.warnings);
  if (flows === undefined) return answered();
  const place = flows.enter(user, asked.info, request);
  const { headers, leave } = place instanceof Promise ? await place : place;
  const told = (response: HttpResponse) => ({ ...response, headers: { ...response.headers, ...headers } });
  try {
    return told(await answered());
  } catch (error) {
    if (!StatusError.is(error) || error.status.reason === 'InternalError') throw error;
    return told(failed(parts, request, error));
  } finally {
    leave();
  }
}

/** What is to be recorded of credentials that do not count comes with why they do not. */
function refuse(asked: Asked, error: unknown): never {
  const { cause } = error as Error;
  if (cause instanceof TokenRefused) annotateAll(asked, cause.annotations);
  throw error;
}

function annotateAll({ audit }: Asked, annotations: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(annotations)) audit?.annotate(key, value);
}

/** Refusals are thrown, or reject. `warnings`: of what the user is known by. */
function answerAs(
  parts: ApiHandlerParts,
  request: HttpRequest,
  asked: Asked,
  user: UserInfo,
  warnings: readonly string[] = [],
): Promise<HttpResponse> {
  const { segments, place, info, audit } = asked;
  const service =
    segments[0] === 'apis' ? parts.aggregator?.serviceOf(segments[1] ?? '', segments[2] ?? '') : undefined;
  if (service !== undefined) return passedOn(parts, service, request, asked, user);
  if (place === undefined || info.type !== 'resource') return documentFor(parts, request, asked, user);
  const context = new HttpContext(user, request, audit);
  for (const warning of warnings) context.warn(warning);
  return resourceAs(parts, context, request, place, info);
}

/** What is warned of goes with a refusal, too. */
async function resourceAs(
  parts: ApiHandlerParts,
  context: HttpContext,
  request: HttpRequest,
  place: ResourcePath,
  info: ResourceRequestInfo,
): Promise<HttpResponse> {
  try {
    return await handleResource(parts, context, request, place, info);
  } catch (error) {
    if (context.warnings.length === 0) throw error;
    return failed(parts, request, error, context.warnings);
  } finally {
    if (context.isDeprecated) parts.requests.deprecated(info, '');
  }
}

async function passedOn(
  { access, aggregator }: ApiHandlerParts,
  service: NonNullable<ReturnType<Aggregator['serviceOf']>>,
  request: HttpRequest,
  { info, audit }: Asked,
  user: UserInfo,
): Promise<HttpResponse> {
  const tell = audit && decisionIn(audit.annotate);
  if (info.type === 'path') await access.requirePath(user, info.verb, request.path, tell);
  return aggregator!.answer(service, request, user, info.type === 'resource' ? { info, tell } : undefined);
}

async function documentFor(
  parts: ApiHandlerParts,
  request: HttpRequest,
  { segments, info, audit }: Asked,
  user: UserInfo,
): Promise<HttpResponse> {
  await parts.access.requirePath(user, info.verb, request.path, audit && decisionIn(audit.annotate));
  const isOfTheApi = isRouted(parts, segments);
  if (hasGap(request.path)) {
    if (isOfTheApi && !request.path.startsWith('//')) throw resourceNotFound();
    return pageNotFound();
  }
  if (isOfTheApi && request.method !== 'GET')
    throw isVersionServed(parts, segments) ? methodNotAllowed() : resourceNotFound();
  const [root, ...rest] = segments;
  // Of these nothing lies below.
  const isClosed =
    (root === 'openapi' && rest[0] !== 'v3') || root === 'metrics' || root === 'debug' || isHealthEndpoint(root);
  if (request.path.endsWith('/') && isClosed) return pageNotFound();
  const document = isHealthEndpoint(root)
    ? await parts.health(root, rest.join('/'), request.query)
    : await documentAt(parts.documents, request, segments);
  if (document !== undefined) return document;
  if (isOfTheApi) throw resourceNotFound();
  return pageNotFound();
}

/** What kube-apiserver routes by method, and tells of in Status; all else is for any method, or is no page. */
function isRouted({ core, documents }: ApiHandlerParts, segments: readonly string[]): boolean {
  const [root = '', group, version] = segments;
  if (root === 'apis') return group !== undefined && version !== undefined && core.registry.hasBuiltin(group);
  const path = `/${segments.join('/')}`;
  const isOfIssuer = [...documents.issuer.keys()].some((place) => path === place || path.startsWith(`${place}/`));
  return root === 'api' || root === 'version' || isOfIssuer;
}

/** Whether a segment of the path is empty, other than behind the last. */
const hasGap = (path: string): boolean => path.startsWith('//') || /\/{2,}[^/]|^\/apis\/{2,}$/.test(path);
/** Of the path of a version, whether there is one; of any other that is routed there is. */
function isVersionServed({ core }: ApiHandlerParts, [root, ...version]: readonly string[]): boolean {
  if (root !== 'apis' && (root !== 'api' || version.length === 0)) return true;
  return core.registry.all().some(({ apiVersion }) => apiVersion === version.join('/'));
}

/** Errors: `StatusError` BadRequest for a `timeout` that is no duration. */
function checkTimeout({ query }: HttpRequest, info: RequestInfo): void {
  const timeout = query.get('timeout');
  if (timeout === null || timeout === '' || isLongRunning(info)) return;
  const fault = goDurationFault(timeout);
  if (fault !== undefined) throw badRequest(`invalid timeout specified in the request URL - ${fault}`);
}
