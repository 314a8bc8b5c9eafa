/** What a request carries, decoded: JSON or YAML, within bounds. */
import type { JsonPatchOperation, Patch } from '@pintle/client';
import { badRequest, openEnvelope, ProtobufError, readMessage, statusError } from '@pintle/machinery';
import { LineCounter, parseDocument } from 'yaml';
import { AlikeBodies } from './alike-bodies.js';
import {
  type DuplicateKey,
  duplicatesInJson,
  duplicatesInYaml,
  keysIn,
  keysInBody,
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

/** Reads the bodies of a server's requests. What comes again and again, as the template of many pods, is parsed once. */
export class BodyReader {
  private readonly alike = new AlikeBodies();

  constructor(
    /** Of bodies in protobuf, by what their envelope says. */
    private readonly schemaOf: SchemaLookup,
  ) {}

  /** The body's value, which is to be a `kind`; undefined for an empty one. Errors: `StatusError` BadRequest, UnsupportedMediaType, RequestEntityTooLarge. */
  async read(request: HttpRequest, kind?: string): Promise<Sent> {
    const media = mediaTypeOf(request);
    const bytes = await request.body(bodyBytesMax);
    if (bytes.length === 0) return { value: undefined, strictFaults: none };
    if (media === '' || media === 'application/json' || media.endsWith('+json') || media === '*/*') {
      const { value, duplicates } = this.json(bytes, `${request.method} ${kind}`, kind);
      return { value, strictFaults: saidByJson(duplicates) };
    }
    if (media === 'application/yaml' || media.endsWith('+yaml')) {
      const { value, duplicates } = parseYamlBody(bytes);
      return { value, strictFaults: saidByYaml(duplicates) };
    }
    if (media === protobufMedia) return { value: fromProtobuf(bytes, this.schemaOf), strictFaults: none };
    throw unsupported(['application/json', 'application/yaml', protobufMedia]);
  }

  /** As `read`. Errors: also `StatusError` BadRequest for an empty one. */
  async required(request: HttpRequest, kind?: string): Promise<Sent> {
    const sent = await this.read(request, kind);
    if (sent.value === undefined)
      throw badRequest(kind === undefined ? 'the request needs a body' : notJson(kind, endsTooEarly, ''));
    return sent;
  }

  /** `sort` of requests whose bodies may be alike; `kind` that the body should be of. */
  private json(bytes: Uint8Array, sort: string, kind: string | undefined): Read {
    const measure = measured(bytes);
    const value = measure.isAscii && measure.depth <= nestingMax ? this.alike.parse(sort, bytes) : undefined;
    if (value !== undefined && keysInBody(value) === measure.colons) return { value, duplicates: none };
    return parseJson(measure, textOf(bytes), kind);
  }
}

const none: readonly never[] = Object.freeze([]);

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
  if (!Object.hasOwn(patchTypes, media))
    throw statusError('UnsupportedMediaType', '415: Unsupported Media Type', { details: {} });
  return patchTypes[media as keyof typeof patchTypes];
}

export function patchOf(type: 'json' | 'merge' | 'strategic', body: unknown): Patch {
  if (type !== 'json') return { type, body };
  if (body === null) return { type, operations: [] };
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
function parseJson({ depth, colons }: Measure, text: string, kind?: string): Read {
  if (depth > nestingMax) throw badRequest(`the body is nested deeper than ${nestingMax} levels`);
  try {
    const value = JSON.parse(text) as unknown;
    return { value, duplicates: keysIn(value) < colons ? duplicatesInJson(text) : [] };
  } catch (error) {
    const told = (error as Error).message;
    const atEnd =
      told.startsWith('Unexpected end') ||
      told.includes(`at position ${text.length} `) ||
      told.endsWith(`at position ${text.length}`);
    const message = atEnd ? endsTooEarly : told;
    throw badRequest(kind === undefined ? `the body is not JSON: ${message}` : notJson(kind, message, text), error);
  }
}

const endsTooEarly = 'unexpected end of JSON input';

const notJson = (kind: string, why: string, text: string) =>
  `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why} (${summaryOf(text)})`;

/** The first bytes, for whoever wonders what came: as they are where that could be an object, else in hexadecimal digits. */
function summaryOf(text: string): string {
  if (text === '') return '<empty>';
  if (text.startsWith('{')) return text.length > shownBytesMax ? `${text.slice(0, shownBytesMax)} ...` : text;
  const bytes = new TextEncoder().encode(text.slice(0, shownBytesMax)).subarray(0, shownBytesMax);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.length > shownBytesMax ? `${hex} ...` : hex;
}

function parseYamlBody(bytes: Uint8Array): Read {
  const text = textOf(bytes);
  if (/^\s*[{[]/.test(text)) return parseJson(measured(bytes), text);
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

interface Measure {
  /** How deep the text's brackets stand within one another. */
  readonly depth: number;
  /** As many as it has keys. */
  readonly colons: number;
  readonly isAscii: boolean;
}

/** In bytes, since it is looked at for every write. Ends early where the text is too deep. */
function measured(bytes: Uint8Array): Measure {
  const { length } = bytes;
  let depth = 0;
  let open = 0;
  let colons = 0;
  let all = 0;
  for (let i = 0; i < length && depth <= nestingMax; i++) {
    const code = bytes[i]!;
    all |= code;
    if (code === quote) {
      for (i++; i < length && bytes[i] !== quote; i++) {
        all |= bytes[i]!;
        if (bytes[i] === backslash) i++;
      }
    } else if (code === colon) colons++;
    else if (code === openBrace || code === openBracket) depth = Math.max(depth, ++open);
    else if (code === closeBrace || code === closeBracket) open--;
  }
  return { depth, colons, isAscii: all < 0x80 };
}

const [quote, backslash, colon] = [34, 92, 58];
const [openBrace, openBracket, closeBrace, closeBracket] = [123, 91, 125, 93];
