/** `/openapi/v2` and `/openapi/v3`: documents by their hash, which clients keep and ask for again by ETag. */
import type { OpenApiDocument, OpenApiDocuments } from '../discovery/openapi.js';
import { openApiV2Media } from '../discovery/openapi-v2.js';
import { openApiV3Media } from '../discovery/openapi-v3-message.js';
import { encoded } from './answer.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { firstAccepted, rangesOf } from './negotiation.js';

export interface OpenApiParts {
  readonly openApi: OpenApiDocuments;
  /** In gnostic's protobuf. */
  readonly openApiV2: () => Uint8Array;
}

const json = 'application/json';
/** By what is asked for, of which there are older names, what is answered. */
const v2Medias = new Map([
  ...[json, openApiV2Media].map((media) => [media, media] as const),
  [openApiV2Media.replace('v2.v1.0', 'v2@v1.0'), openApiV2Media],
]);
const v3Medias = new Map([
  ...[json, openApiV3Media].map((media) => [media, media] as const),
  [openApiV3Media.replace('v3.v1.0', 'v3@v1.0'), openApiV3Media],
]);

const mediaIn = (medias: ReadonlyMap<string, string>, accept: string | undefined): string | undefined =>
  medias.get(firstAccepted(accept, [...medias.keys()]) ?? '');

/** `path`: what follows `/openapi`. Undefined where there is nothing. */
export function openApiAnswer(
  { openApi, openApiV2 }: OpenApiParts,
  request: HttpRequest,
  [version, ...rest]: readonly string[],
): HttpResponse | undefined {
  const accept = request.header('accept');
  if (version === 'v2' && rest.length === 0) {
    const media = mediaIn(v2Medias, accept);
    const { text, hash } = openApi.swagger();
    return documentAnswer(request, hash, media, media === json ? text : openApiV2, varyOfV2);
  }
  if (version !== 'v3') return undefined;
  const path = rest.join('/');
  if (request.path.endsWith('/')) return { status: 404, headers: {} };
  if (path === '') return indexAnswer(request, openApi.index());
  const document = openApi.document(path);
  if (document === undefined) return { status: 404, headers: {} };
  const asked = request.query.get('hash') || undefined;
  if (asked !== undefined && asked !== document.hash)
    return {
      status: 301,
      headers: {
        location: `/openapi/v3/${path}?hash=${document.hash}`,
        'content-type': 'application/json',
        vary: 'Accept',
      },
    };
  // Of what is no range at all nothing is made, as by kube-openapi.
  if (accept && rangesOf(accept).length === 0) return { status: 200, headers: {} };
  const media = mediaIn(v3Medias, accept);
  const answered = documentAnswer(request, document.hash, media, media === json ? document.text : document.message);
  // Under its hash it will never be another one.
  return asked === undefined
    ? answered
    : { ...answered, headers: { ...answered.headers, 'cache-control': 'public, immutable, max-age=31536000' } };
}

/** What leads to the documents is told as a text, whatever is asked for. */
function indexAnswer(request: HttpRequest, { text, hash }: OpenApiDocument): HttpResponse {
  const etag = `"${hash}"`;
  if (isKnown(request, etag)) return { status: 304, headers: { etag } };
  const response = encoded(200, 'text/plain; charset=utf-8', text);
  return { ...response, headers: { ...response.headers, etag } };
}

const isKnown = (request: HttpRequest, etag: string): boolean =>
  (request.header('if-none-match') ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);

const varyOfV2 = ['Accept-Encoding', 'Accept'] as const;

/** `media`: undefined where what is asked for is not there. */
function documentAnswer(
  request: HttpRequest,
  hash: string,
  media: string | undefined,
  body: string | (() => Uint8Array),
  vary: string | readonly string[] = 'Accept',
): HttpResponse {
  const etag = `"${hash}"`;
  if (media === undefined) return { status: 406, headers: { vary } };
  if (isKnown(request, etag)) return { status: 304, headers: { etag, vary } };
  const response = encoded(200, media, typeof body === 'string' ? body : body());
  return { ...response, headers: { ...response.headers, etag, vary } };
}
