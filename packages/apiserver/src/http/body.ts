/** What a request carries, decoded: JSON or YAML, within bounds. */
import { badRequest, openEnvelope, ProtobufError, readMessage, statusError } from '@pintle/machinery';
import { parse as parseYaml } from 'yaml';
import type { HttpRequest } from './message.js';
import { protobufMedia, type SchemaLookup } from './protobuf.js';

/** kube-apiserver's bound on a request's body. */
export const bodyBytesMax = 3 * 1024 * 1024;
/** A JSON text nested deeper than this is refused before it is parsed. */
export const nestingMax = 1000;

/** Of a body that cannot be read, in the message about it. */
const shownBytesMax = 30;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const mediaTypeOf = (request: HttpRequest) =>
  (request.header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();

/** The body's value, which is to be a `kind`; undefined for an empty one. Errors: `StatusError` BadRequest, UnsupportedMediaType, RequestEntityTooLarge. */
export async function readBody(request: HttpRequest, schemaOf: SchemaLookup, kind?: string): Promise<unknown> {
  const media = mediaTypeOf(request);
  const bytes = await request.body(bodyBytesMax);
  if (bytes.length === 0) return undefined;
  if (media === '' || media === 'application/json' || media.endsWith('+json') || media === '*/*')
    return parseJson(textOf(bytes), kind);
  if (media === 'application/yaml' || media.endsWith('+yaml')) return parseYamlBody(textOf(bytes));
  if (media === protobufMedia) return fromProtobuf(bytes, schemaOf);
  throw unsupported(['application/json', 'application/yaml', protobufMedia]);
}

function fromProtobuf(bytes: Uint8Array, schemaOf: SchemaLookup): unknown {
  try {
    const { apiVersion, kind, message } = openEnvelope(bytes);
    const schema = schemaOf(apiVersion, kind);
    if (schema === undefined)
      throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
    return { ...(readMessage(schema, message) as object), apiVersion, kind };
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message, error);
    throw error;
  }
}

export const patchTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

export function patchTypeOf(request: HttpRequest): (typeof patchTypes)[keyof typeof patchTypes] {
  const media = mediaTypeOf(request);
  if (!Object.hasOwn(patchTypes, media)) throw unsupported(Object.keys(patchTypes));
  return patchTypes[media as keyof typeof patchTypes];
}

const unsupported = (accepted: readonly string[]) =>
  statusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw badRequest('the body is not UTF-8', error);
  }
}

/** `kind`: what the text should be of. */
export function parseJson(text: string, kind?: string): unknown {
  if (nestedTooDeep(text)) throw badRequest(`the body is nested deeper than ${nestingMax} levels`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw badRequest(
      kind === undefined
        ? `the body is not JSON: ${message}`
        : `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${message} (${hexSummary(text)})`,
      error,
    );
  }
}

/** The first bytes, for whoever wonders what came. */
function hexSummary(text: string): string {
  const bytes = new TextEncoder().encode(text.slice(0, shownBytesMax)).subarray(0, shownBytesMax);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.length > shownBytesMax ? `${hex} ...` : hex;
}

function parseYamlBody(text: string): unknown {
  if (/^\s*[{[]/.test(text)) return parseJson(text);
  try {
    return parseYaml(text, { version: '1.1', maxAliasCount: 100 });
  } catch (error) {
    throw badRequest(`the body is not YAML: ${(error as Error).message}`, error);
  }
}

function nestedTooDeep(text: string): boolean {
  // What is shorter cannot be closed again, and is then no JSON.
  if (text.length <= 2 * nestingMax) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92) i++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      if (++depth > nestingMax) return true;
    } else if (code === 125 || code === 93) depth--;
  }
  return false;
}
