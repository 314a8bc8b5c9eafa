/**
 * The API as one function from request to answer: who asks, what is asked, may they, do it. It has no socket:
 * `nodejs/` translates to and from one.
 */
import { statusError } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import { type HealthEndpoint, isHealthEndpoint } from '../health/health-checks.js';
import { type RequestInfo, requestInfo } from '../requests/request-info.js';
import type { RequestMetrics } from '../requests/request-metrics.js';
import { failure } from './answer.js';
import { type DocumentParts, documentAt } from './documents.js';
import type { HttpHandler, HttpRequest, HttpResponse } from './message.js';
import { type HttpContext, handleResource, type ResourceHandlerParts } from './resource-handler.js';
import { parseResourcePath, pathSegments, type ResourcePath } from './resource-path.js';

export interface ApiHandlerParts extends ResourceHandlerParts {
  /** Errors: `StatusError` Unauthorized. */
  readonly authenticate: (request: HttpRequest) => Promise<UserInfo>;
  /** Acts for another user where the request asks to; returns the user to go on as. */
  readonly impersonate: (user: UserInfo, request: HttpRequest) => Promise<UserInfo>;
  readonly documents: DocumentParts;
  /** Of an endpoint, or of the one check named; undefined where there is no such check. */
  readonly health: (
    endpoint: HealthEndpoint,
    check: string,
    query: URLSearchParams,
  ) => Promise<HttpResponse | undefined>;
  readonly requests: RequestMetrics;
}

export function apiHandler(parts: ApiHandlerParts): HttpHandler {
  return async (request) => {
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
    });
    let response: HttpResponse;
    try {
      response = await handle(parts, request, { segments, place, info });
    } catch (error) {
      response = failure(error);
      if (response.status >= 500)
        parts.core.world.logger.log('error', 'a request failed', { method: request.method, path: request.path, error });
    }
    const { body } = response;
    const whole = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    record.answered(response.status, whole ? (body?.length ?? 0) : undefined);
    if (whole || request.signal.aborted) record.ended();
    else request.signal.addEventListener('abort', () => record.ended(), { once: true });
    return response;
  };
}

interface Asked {
  readonly segments: readonly string[];
  readonly place: ResourcePath | undefined;
  readonly info: RequestInfo;
}

async function handle(
  parts: ApiHandlerParts,
  request: HttpRequest,
  { segments, place, info }: Asked,
): Promise<HttpResponse> {
  const user = await parts.impersonate(await parts.authenticate(request), request);
  if (place !== undefined && info.type === 'resource') {
    const warnings: string[] = [];
    const context: HttpContext = {
      user,
      fieldManager: managerOf(request.header('user-agent')),
      get signal() {
        return request.signal;
      },
      warnings,
      warn(text) {
        if (!warnings.includes(text)) warnings.push(text);
      },
    };
    return handleResource(parts, context, request, place, info);
  }
  await parts.access.requirePath(user, info.verb, request.path);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw statusError('MethodNotAllowed', `the method ${request.method} is not supported here`);
  const [root, ...rest] = segments;
  const document = isHealthEndpoint(root)
    ? await parts.health(root, rest.join('/'), request.query)
    : await documentAt(parts.documents, request, segments);
  if (document === undefined)
    throw statusError('NotFound', 'the server could not find the requested resource', { details: {} });
  return document;
}

/** The manager of a client that names none: its program's name (apiserver `managerOrUserAgent`). */
export function managerOf(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/', 1)[0]!.trim();
  return name === '' ? 'unknown' : name.slice(0, 128);
}
