/** What a request carries, decoded: JSON or YAML, within bounds. */
import type { JsonPatchOperation, Patch } from '@pintle/client';
import { badRequest, openEnvelope, ProtobufError, readMessage, statusError } from '@pintle/machinery';
import { LineCounter, parseDocument } from 'yaml';
import {
  type DuplicateKey,
  duplicatesInJson,
  duplicatesInYaml,
  keysIn,
  saidByJson,
  saidByYaml,
} from './duplicate-keys.js';
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

/** What was sent: its value, and what a strict reader says against the text beside that. */
export interface Sent {
  readonly value: unknown;
  readonly strictFaults: readonly string[];
}

interface Read {
  readonly value: unknown;
  readonly duplicates: readonly DuplicateKey[];
}

/** The body's value, which is to be a `kind`; undefined for an empty one. Errors: `StatusError` BadRequest, UnsupportedMediaType, RequestEntityTooLarge. */
export async function readBody(request: HttpRequest, schemaOf: SchemaLookup, kind?: string): Promise<Sent> {
  const media = mediaTypeOf(request);
  const bytes = await request.body(bodyBytesMax);
  if (bytes.length === 0) return { value: undefined, strictFaults: [] };
  if (media === '' || media === 'application/json' || media.endsWith('+json') || media === '*/*') {
    const { value, duplicates } = parseJson(bytes, textOf(bytes), kind);
    return { value, strictFaults: saidByJson(duplicates) };
  }
  if (media === 'application/yaml' || media.endsWith('+yaml')) {
    const { value, duplicates } = parseYamlBody(bytes);
    return { value, strictFaults: saidByYaml(duplicates) };
  }
  if (media === protobufMedia) return { value: fromProtobuf(bytes, schemaOf), strictFaults: [] };
  throw unsupported(['application/json', 'application/yaml', protobufMedia]);
}

/** As `readBody`. Errors: also `StatusError` BadRequest for an empty one. */
export async function requiredBody(request: HttpRequest, schemaOf: SchemaLookup, kind?: string): Promise<Sent> {
  const sent = await readBody(request, schemaOf, kind);
  if (sent.value === undefined) throw badRequest('the request needs a body');
  return sent;
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

export function patchOf(type: 'json' | 'merge' | 'strategic', body: unknown): Patch {
  if (type !== 'json') return { type, body };
  if (!Array.isArray(body)) throw badRequest('a JSON patch must be an array of operations');
  return { type, operations: body as readonly JsonPatchOperation[] };
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
function parseJson(bytes: Uint8Array, text: string, kind?: string): Read {
  const { depth, colons } = measured(bytes);
  if (depth > nestingMax) throw badRequest(`the body is nested deeper than ${nestingMax} levels`);
  try {
    const value = JSON.parse(text) as unknown;
    return { value, duplicates: keysIn(value) < colons ? duplicatesInJson(text) : [] };
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

function parseYamlBody(bytes: Uint8Array): Read {
  const text = textOf(bytes);
  if (/^\s*[{[]/.test(text)) return parseJson(bytes, text);
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { version: '1.1', uniqueKeys: false, lineCounter });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return { value: document.toJS({ maxAliasCount: 100 }), duplicates: duplicatesInYaml(document, lineCounter) };
  } catch (error) {
    throw badRequest(`the body is not YAML: ${(error as Error).message}`, error);
  }
}

/**
 * How deep the text's brackets stand within one another, and how many keys it has; in bytes, since it is looked at for every
 * write. Ends early where it is too deep.
 */
function measured(bytes: Uint8Array): { readonly depth: number; readonly colons: number } {
  const { length } = bytes;
  let depth = 0;
  let open = 0;
  let colons = 0;
  for (let i = 0; i < length && depth <= nestingMax; i++) {
    const code = bytes[i]!;
    if (code === quote) {
      for (i++; i < length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++;
    } else if (code === colon) colons++;
    else if (code === openBrace || code === openBracket) depth = Math.max(depth, ++open);
    else if (code === closeBrace || code === closeBracket) open--;
  }
  return { depth, colons };
}

const [quote, backslash, colon] = [34, 92, 58];
const [openBrace, openBracket, closeBrace, closeBracket] = [123, 91, 125, 93];
