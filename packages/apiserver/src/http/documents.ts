/** What the API says of itself: discovery, OpenAPI, version, metrics. */
import { apiVersionOf } from '@pintle/machinery';
import type { IssuerDocuments } from '../access/tokens/issuer-discovery.js';
import { coreVersions, groupDocument, groupList, resourceList, type Served } from '../discovery/discovery.js';
import type { DiscoveryDocument } from '../discovery/discovery-documents.js';
import { discoveryMessage } from '../discovery/discovery-message.js';
import type { HealthEndpoint } from '../health/health-checks.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import { answer, encoded, yamlOf } from './answer.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { aggregatedIn, checkRouted, medias, negotiate, objectRoute } from './negotiation.js';
import { type OpenApiParts, openApiAnswer } from './openapi-answer.js';
import { protobufMedia } from './protobuf.js';
import { type ServerVersion, versionDocument } from './server-version.js';

export interface DocumentParts extends OpenApiParts {
  readonly registry: ResourceRegistry;
  readonly version: ServerVersion;
  /** For Prometheus; `slis` of health checks alone, `all` without them. */
  readonly metrics: (which: 'all' | 'slis') => Promise<string>;
  /** The names of an endpoint's checks. */
  readonly checkNames: (endpoint: HealthEndpoint) => readonly string[];
  readonly address: () => string;
  /** What is served, here and by other servers behind this one. */
  readonly served: () => Served;
  /** Of what flow control holds at the moment, by name; undefined where there is no such table. */
  readonly flowDump?: ((name: string, details: boolean) => string | undefined) | undefined;
  /** What is served, put together in one document. */
  readonly discovery: (which: 'core' | 'groups') => DiscoveryDocument;
  /** By which others check service account tokens. */
  readonly issuer: IssuerDocuments;
}

/** The document at a path; undefined where there is none. */
export async function documentAt(
  parts: DocumentParts,
  request: HttpRequest,
  segments: readonly string[],
): Promise<HttpResponse | undefined> {
  const { registry } = parts;
  const [root, first, second] = segments;
  // What groups there are upstream's aggregator tells, which has no router.
  const isRouted = root !== 'apis' || second !== undefined;
  const json = (document: unknown) => {
    if (document === undefined) return undefined;
    const accepted = negotiate(request.header('accept'), {
      ...(isRouted ? { routed: objectRoute } : {}),
      protobuf: true,
    });
    const message = accepted.encoding === 'protobuf' ? discoveryMessage(document) : undefined;
    return message === undefined ? answer(200, document, accepted) : encoded(200, protobufMedia, message);
  };
  switch (root) {
    case undefined:
    case 'index.html':
      return first === undefined ? answer(200, { paths: knownPaths(parts) }) : undefined;
    case 'version':
      return first === undefined ? versionAnswer(parts, request) : undefined;
    case 'metrics':
      if (first === undefined) return metricsText(await parts.metrics('all'));
      return first === 'slis' && second === undefined ? metricsText(await parts.metrics('slis')) : undefined;
    case 'openapi':
      return openApiAnswer(parts, request, segments.slice(1));
    case 'debug':
      return flowTable(parts, request, segments);
    case 'api':
      if (first === undefined) return aggregated(parts, request, 'core') ?? json(coreVersions(parts.address()));
      return segments.length === 2 ? json(resourceList(registry, first)) : undefined;
    case 'apis':
      // Which tells of all that they have at the one path and not at the other.
      if (first === undefined && request.path.endsWith('/')) return json(groupList(parts.served()));
      if (first === undefined) return aggregated(parts, request, 'groups') ?? json(groupList(parts.served()));
      if (second === undefined) return json(groupDocument(parts.served(), first));
      return segments.length === 3
        ? json(resourceList(registry, apiVersionOf({ group: first, version: second })))
        : undefined;
    default:
      return issuerDocument(parts, request, `/${segments.join('/')}`);
  }
}

function issuerDocument({ issuer }: DocumentParts, request: HttpRequest, path: string): HttpResponse | undefined {
  const found = issuer.get(path);
  if (found === undefined) return undefined;
  checkRouted(request.header('accept') || '*/*', [found.mediaType]);
  const response = encoded(200, found.mediaType, found.text);
  return { ...response, headers: { ...response.headers, 'cache-control': 'public, max-age=3600' } };
}

/** Where flow control has been asked for. */
function flowTable(
  { flowDump }: DocumentParts,
  { query }: HttpRequest,
  [, place, name = '', ...rest]: readonly string[],
): HttpResponse | undefined {
  if (place !== 'api_priority_and_fairness' || rest.length > 0) return undefined;
  const text = flowDump?.(name, (query.get('includeRequestDetails') ?? '') !== '');
  return text === undefined ? undefined : encoded(200, 'text/plain; charset=utf-8', text);
}

const metricsText = (text: string) => encoded(200, 'text/plain; version=0.0.4; charset=utf-8', text);

/** Every path that leads somewhere, as `/` lists them. */
function knownPaths({ registry, checkNames, issuer }: DocumentParts): readonly string[] {
  const groups = [...registry.groups()].filter(([group]) => group !== '');
  const checks = (['healthz', 'livez', 'readyz'] as const).flatMap((endpoint) => [
    `/${endpoint}`,
    ...checkNames(endpoint).map((name) => `/${endpoint}/${name}`),
  ]);
  const paths = [
    ...issuer.keys(),
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    ...groups.flatMap(([group, versions]) => [
      `/apis/${group}`,
      ...versions.map((version) => `/apis/${group}/${version}`),
    ]),
    ...checks,
    '/metrics',
    '/metrics/slis',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/version',
  ];
  return paths.sort();
}

function aggregated(parts: DocumentParts, request: HttpRequest, which: 'core' | 'groups'): HttpResponse | undefined {
  const accept = request.header('accept') ?? '';
  const encoding = aggregatedIn(accept);
  if (encoding === undefined) return undefined;
  if (which === 'core') checkRouted(accept, objectRoute);
  const { text, hash, message } = parts.discovery(which);
  const etag = `"${hash}"`;
  if (request.header('if-none-match') === etag) return { status: 304, headers: { etag, vary: 'Accept' } };
  const body = { json: () => `${text}\n`, yaml: () => yamlOf(JSON.parse(text)), protobuf: message }[encoding]();
  return {
    status: 200,
    body,
    headers: {
      'cache-control': 'public',
      'content-type': `${medias[encoding]};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`,
      vary: 'Accept',
      etag,
    },
  };
}

/** JSON, whatever else is said of it. */
function versionAnswer({ version }: DocumentParts, request: HttpRequest): HttpResponse {
  checkRouted(request.header('accept'), ['application/json']);
  return answer(200, versionDocument(version));
}
