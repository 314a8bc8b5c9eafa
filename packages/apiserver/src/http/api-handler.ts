/**
 * The API as one function from request to answer: who asks, what is asked, may they, do it. It has no socket:
 * `fetch-handler.ts` and `nodejs/` translate to and from the transports.
 */
import { apiVersionOf, statusError } from '@pintle/machinery';
import type { Authenticator, UserInfo } from '../access/access.js';
import { aggregatedDiscovery, coreVersions, groupDocument, groupList, resourceList } from '../discovery/discovery.js';
import type { OpenApiDocuments } from '../discovery/openapi.js';
import { openApiV2Media } from '../discovery/openapi-v2.js';
import { answer, encoded, failure, plainText } from './answer.js';
import type { HttpHandler, HttpRequest, HttpResponse } from './message.js';
import { negotiate } from './negotiation.js';
import { type HttpContext, handleResource, type ResourceHandlerParts } from './resource-handler.js';
import { parseResourcePath, pathSegments } from './resource-path.js';

/** The version that clients are told: the Kubernetes that this server behaves as. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly platform: string;
}

export interface ApiHandlerParts extends ResourceHandlerParts {
  readonly authenticate: Authenticator;
  /** Acts for another user where the request asks to; returns the user to go on as. */
  readonly impersonate: (user: UserInfo, request: HttpRequest) => Promise<UserInfo>;
  readonly openApi: OpenApiDocuments;
  /** In gnostic's protobuf. */
  readonly openApiV2: () => Uint8Array;
  readonly version: ServerVersion;
  /** Names of checks that fail; empty when ready. */
  readonly unready: () => readonly string[];
  readonly metrics: () => string;
  readonly address: () => string;
}

export function apiHandler(parts: ApiHandlerParts): HttpHandler {
  return async (request) => {
    try {
      return await handle(parts, request);
    } catch (error) {
      const response = failure(error);
      if (response.status >= 500)
        parts.core.world.logger.log('error', 'a request failed', { method: request.method, path: request.path, error });
      return response;
    }
  };
}

async function handle(parts: ApiHandlerParts, request: HttpRequest): Promise<HttpResponse> {
  const segments = pathSegments(request.path);
  const health = healthAnswer(parts, segments, request);
  if (health !== undefined) return health;
  const authenticated = await parts.authenticate(request);
  if (authenticated === undefined) throw statusError('Unauthorized', 'Unauthorized');
  const user = await parts.impersonate(authenticated, request);
  const path = parseResourcePath(segments);
  if (path !== undefined) {
    const warnings: string[] = [];
    const context: HttpContext = {
      user,
      fieldManager: managerOf(request.header('user-agent')),
      signal: request.signal,
      warnings,
      warn(text) {
        if (!warnings.includes(text)) warnings.push(text);
      },
    };
    return handleResource(parts, context, request, path);
  }
  await parts.access.requirePath(user, request.method.toLowerCase(), request.path);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw statusError('MethodNotAllowed', `the method ${request.method} is not supported here`);
  const document = documentAt(parts, request, segments);
  if (document === undefined)
    throw statusError('NotFound', 'the server could not find the requested resource', { details: {} });
  return document;
}

/** The manager of a client that names none: its program's name (apiserver `managerOrUserAgent`). */
export function managerOf(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/', 1)[0]!.trim();
  return name === '' ? 'unknown' : name.slice(0, 128);
}

function healthAnswer(
  parts: ApiHandlerParts,
  [first, second]: readonly string[],
  request: HttpRequest,
): HttpResponse | undefined {
  if (first !== 'healthz' && first !== 'livez' && first !== 'readyz') return undefined;
  const failing = first === 'readyz' ? parts.unready() : [];
  if (second !== undefined) return failing.includes(second) ? plainText(500, `${second} failed`) : plainText(200, 'ok');
  if (failing.length > 0)
    return plainText(500, [...failing.map((name) => `[-]${name} failed`), `${first} check failed`, ''].join('\n'));
  return request.query.has('verbose') ? plainText(200, `[+]ping ok\n${first} check passed\n`) : plainText(200, 'ok');
}

function documentAt(
  parts: ApiHandlerParts,
  request: HttpRequest,
  segments: readonly string[],
): HttpResponse | undefined {
  const { registry } = parts.core;
  const [root, first, second] = segments;
  const json = (document: unknown) =>
    document === undefined ? undefined : answer(200, document, negotiate(request.header('accept')));
  switch (root) {
    case undefined:
      return json({
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          ...registry.all().map(({ apiVersion }) => `/apis/${apiVersion}`),
          '/healthz',
          '/livez',
          '/metrics',
          '/openapi/v3',
          '/readyz',
          '/version',
        ].filter((path, i, all) => path !== '/apis/v1' && all.indexOf(path) === i),
      });
    case 'version':
      return json(versionDocument(parts.version));
    case 'metrics':
      return plainText(200, parts.metrics());
    case 'openapi':
      return openApiAnswer(parts, request, segments.slice(1));
    case 'api':
      if (first === undefined) return aggregated(parts, request, 'core') ?? json(coreVersions(parts.address()));
      return segments.length === 2 ? json(resourceList(registry, first)) : undefined;
    case 'apis':
      if (first === undefined) return aggregated(parts, request, 'groups') ?? json(groupList(registry));
      if (second === undefined) return json(groupDocument(registry, first));
      return segments.length === 3
        ? json(resourceList(registry, apiVersionOf({ group: first, version: second })))
        : undefined;
    default:
      return undefined;
  }
}

function aggregated(parts: ApiHandlerParts, request: HttpRequest, which: 'core' | 'groups'): HttpResponse | undefined {
  for (const range of (request.header('accept') ?? '').split(',')) {
    const match =
      /^\s*application\/json\s*;\s*g=apidiscovery\.k8s\.io\s*;\s*v=(v2|v2beta1)\s*;\s*as=APIGroupDiscoveryList\s*$/.exec(
        range,
      );
    if (match !== null) {
      const version = match[1] as 'v2' | 'v2beta1';
      const response = answer(200, aggregatedDiscovery(parts.core.registry, which, version));
      return {
        ...response,
        headers: {
          ...response.headers,
          'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
          vary: 'Accept',
        },
      };
    }
    if (/^\s*application\/json\s*$/.test(range)) return undefined;
  }
  return undefined;
}

function openApiAnswer(
  parts: ApiHandlerParts,
  request: HttpRequest,
  path: readonly string[],
): HttpResponse | undefined {
  const [version, ...rest] = path;
  if (version === 'v2' && rest.length === 0 && request.header('accept')?.includes('proto-openapi.spec.v2'))
    return encoded(200, openApiV2Media, parts.openApiV2());
  if (version !== 'v3') return undefined;
  if (rest.length === 0) return answer(200, parts.openApi.index());
  const document = parts.openApi.document(rest.join('/'));
  if (document === undefined) return undefined;
  if (
    request.header('accept')?.includes('application/com.github.proto-openapi.spec.v3') &&
    !request.header('accept')?.includes('application/json')
  ) {
    throw statusError('NotAcceptable', 'only the following media types are accepted: application/json');
  }
  return answer(200, document);
}

function versionDocument({ major, minor, gitVersion, platform }: ServerVersion): unknown {
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform,
  };
}
