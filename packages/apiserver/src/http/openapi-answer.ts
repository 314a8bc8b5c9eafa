/** `/openapi/v2` and `/openapi/v3`: documents by their hash, which clients keep and ask for again by ETag. */
import type { OpenApiDocument, OpenApiDocuments } from '../discovery/openapi.js';
import { openApiV2Media } from '../discovery/openapi-v2.js';
import { openApiV3Media } from '../discovery/openapi-v3-message.js';
import { encoded } from './answer.js';
import type { HttpRequest, HttpResponse } from './message.js';

export interface OpenApiParts {
  readonly openApi: OpenApiDocuments;
  /** In gnostic's protobuf. */
  readonly openApiV2: () => Uint8Array;
}

/** `path`: what follows `/openapi`. Undefined where there is nothing. */
export function openApiAnswer(
  { openApi, openApiV2 }: OpenApiParts,
  request: HttpRequest,
  [version, ...rest]: readonly string[],
): HttpResponse | undefined {
  const accept = request.header('accept') ?? '';
  if (version === 'v2' && rest.length === 0)
    return accept.includes('proto-openapi.spec.v2')
      ? encoded(200, openApiV2Media, openApiV2())
      : packedAnyway(documentAnswer(request, openApi.swagger()));
  if (version !== 'v3') return undefined;
  if (rest.length === 0) return documentAnswer(request, openApi.index());
  const path = rest.join('/');
  const document = openApi.document(path);
  if (document === undefined) return undefined;
  const asked = request.query.get('hash');
  if (asked !== null && asked !== document.hash)
    return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${document.hash}` } };
  const answered = documentAnswer(request, document, prefersMessage(accept));
  // Under its hash it will never be another one.
  return asked === null
    ? answered
    : { ...answered, headers: { ...answered.headers, 'cache-control': 'public, immutable, max-age=31536000' } };
}

/** The document of v2 is told to hang on the encoding even where it is not packed. */
const packedAnyway = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: { ...response.headers, vary: ['Accept-Encoding', 'Accept'] },
});

/** What is asked for first counts. */
function prefersMessage(accept: string): boolean {
  const [message, json] = ['proto-openapi.spec.v3', 'application/json'].map((type) => accept.indexOf(type)) as [
    number,
    number,
  ];
  return message >= 0 && (json < 0 || message < json);
}

function documentAnswer(request: HttpRequest, { text, hash, message }: OpenApiDocument, packed = false): HttpResponse {
  const etag = `"${hash}"`;
  const known = (request.header('if-none-match') ?? '')
    .split(',')
    .some((tag) => tag.trim().replace(/^W\//, '') === etag);
  if (known) return { status: 304, headers: { etag, vary: 'Accept' } };
  const response = packed ? encoded(200, openApiV3Media, message()) : encoded(200, 'application/json', text);
  return { ...response, headers: { ...response.headers, etag, vary: 'Accept' } };
}
