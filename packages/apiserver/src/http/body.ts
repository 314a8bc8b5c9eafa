/**
 * What a request carries, decoded: JSON or YAML, within bounds.
 *
 * **Differs from Kubernetes**: a text that is no YAML, and a body that is missing, are refused in the words of what reads them
 * here, which name the place.
 */
import {
  badRequest,
  type Kind,
  openEnvelope,
  ProtobufError,
  parseJson,
  readMessage,
  statusError,
  syntaxWords,
} from '@pintle/machinery';
import { LineCounter, parseDocument } from 'yaml';
import { notHandled, type StrictFaults } from '../verbs/strict-faults.js';
import { typeMetaFault, typeMetaOf } from '../verbs/type-meta.js';
import { AlikeBodies } from './alike-bodies.js';
import { duplicatesInJson, duplicatesInYaml, keysIn, keysInBody, saidByJson, saidByYaml } from './duplicate-keys.js';
import { type HttpRequest, mediaTypeOf } from './message.js';
import { protobufMedia, type SchemaLookup } from './protobuf.js';
import { asGoReads } from './yaml-tags.js';

/** kube-apiserver's bound on a request's body. */
export const bodyBytesMax = 3 * 1024 * 1024;
/** A JSON text nested deeper than this is refused before it is parsed. */
export const nestingMax = 1000;

/** Of a body that cannot be read, in the message about it. */
const shownBytesMax = 30;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What was sent: its value, and what a strict reader says against the text, where it says anything. */
export interface Sent {
  readonly value: unknown;
  readonly strictFaults?: StrictFaults;
}

/** What a body should be, and what is said of one that is no JSON: why, and of what text. */
export interface Expected {
  /** Requests of one sort have bodies that may be alike. */
  readonly sort: string;
  refusal(why: string, text: string): string;
  yamlRefusal?(why: string): string;
  /** Of what kind it should be; absent for options. */
  readonly of?: { readonly apiVersion: string; readonly kind: string };
  /** What is said of protobuf that is none. */
  unread?(why: string, bytes: Uint8Array): string;
  /** What is said of a value that is none of these. */
  misfit?(value: unknown, text: () => string): string | undefined;
  /** What it is written in, where the type that it says does not tell. */
  readonly writtenIn?: 'json' | 'yaml';
}

/** Reads the bodies of a server's requests. What comes again and again, as the template of many pods, is parsed once. */
export class BodyReader {
  private readonly alike = new AlikeBodies();

  constructor(
    /** Of bodies in protobuf, by what their envelope says. */
    private readonly schemaOf: SchemaLookup,
  ) {}

  /** The body's value; undefined for an empty one. Errors: `StatusError` BadRequest, UnsupportedMediaType, RequestEntityTooLarge. */
  async read(request: HttpRequest, expected: Expected = anything): Promise<Sent> {
    const bytes = await request.body(bodyBytesMax);
    if (bytes.length === 0 && expected.sort === deleteOptions.sort) return { value: undefined };
    const language = expected.writtenIn ?? languageOf(request);
    // No YAML at all is null.
    if (bytes.length === 0) return { value: language === 'yaml' ? null : undefined };
    if (language === 'protobuf') return { value: fromProtobuf(bytes, this.schemaOf, expected) };
    const sent =
      language === 'json'
        ? this.json(bytes, `${request.method} ${expected.sort}`, expected)
        : parseYamlBody(bytes, expected);
    const misfit = expected.misfit?.(sent.value, () => textOf(bytes));
    if (misfit !== undefined) throw badRequest(misfit);
    return sent;
  }

  /** As `read`. Errors: also `StatusError` BadRequest for an empty one. */
  async required(request: HttpRequest, expected: Expected = anything): Promise<Sent> {
    const sent = await this.read(request, expected);
    if (sent.value === undefined && expected.unread !== undefined && languageOf(request) === 'protobuf')
      throw badRequest(expected.unread('empty data', new Uint8Array()));
    if (sent.value === undefined) throw badRequest(expected.refusal(endsTooEarly, ''));
    return sent;
  }

  /** `sort` of requests whose bodies may be alike. */
  private json(bytes: Uint8Array, sort: string, expected: Expected): Sent {
    const measure = measured(bytes);
    const value = measure.isAscii && measure.depth <= nestingMax ? this.alike.parse(sort, bytes) : undefined;
    if (value !== undefined && keysInBody(value) === measure.colons) return { value };
    return jsonIn(measure, textOf(bytes), expected);
  }
}

/** What the body of an object is written in. Errors: `StatusError` UnsupportedMediaType. */
export function languageOf(request: HttpRequest): 'json' | 'yaml' | 'protobuf' {
  const media = mediaTypeOf(request);
  if (media === '' || media === 'application/json') return 'json';
  if (media === 'application/yaml') return 'yaml';
  if (media === protobufMedia) return 'protobuf';
  throw statusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${protobufMedia}`,
  );
}

/** With these bytes every message begins. */
const protobufPrefix = [107, 56, 115, 0];
const noProtobuf = `provided data does not appear to be a protobuf message, expected prefix [${protobufPrefix.join(' ')}]`;

function fromProtobuf(bytes: Uint8Array, schemaOf: SchemaLookup, { of, unread }: Expected): unknown {
  if (unread !== undefined && protobufPrefix.some((byte, at) => bytes[at] !== byte))
    throw badRequest(unread(noProtobuf, bytes));
  const sent = wordsOf(
    () => openEnvelope(bytes),
    (words) => unread?.(words, bytes) ?? words,
  );
  // What it does not say, or not as a version is said, is what it should be.
  const isVersion = sent.apiVersion !== '' && sent.apiVersion.split('/').length <= 2;
  const [apiVersion, kind] = [isVersion ? sent.apiVersion : (of?.apiVersion ?? ''), sent.kind || (of?.kind ?? '')];
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined)
    throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  const [version = ''] = apiVersion.split('/').reverse();
  const read = wordsOf(
    () => readMessage(schema, sent.message),
    (words) => (of === undefined ? words : notHandled(kind, version, words, of.kind).message),
  );
  return { ...(read as object), apiVersion, kind };
}

/** Errors: `StatusError` BadRequest with what is made of the words for bytes that are no message. */
function wordsOf<T>(read: () => T, told: (words: string) => string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(told(error.words), error);
    throw error;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw badRequest('the body is not UTF-8', error);
  }
}

function jsonIn({ depth, colons }: Measure, text: string, { refusal }: Expected): Sent {
  if (depth > nestingMax) throw tooDeep();
  try {
    const value = parseJson(text);
    return keysIn(value) === colons ? { value } : { value, strictFaults: saidByJson(text) };
  } catch (error) {
    throw badRequest(refusal(syntaxWords(text), text), error);
  }
}

const tooDeep = () => badRequest(`the body is nested deeper than ${nestingMax} levels`);
const endsTooEarly = 'unexpected end of JSON input';

const anything: Expected = {
  sort: '',
  refusal: (why, text) => (text === '' ? 'the request needs a body' : `the body is not JSON: ${why}`),
};

/** Options of a deletion. */
export const deleteOptions: Expected = {
  sort: 'delete',
  refusal: (why) => `couldn't get version/kind; json parse error: ${why}`,
  unread: (why) => why,
};

/** `apiVersion` is asked for where protobuf may leave it out. */
export const objectOf = (kind: string, apiVersion = ''): Expected => ({
  sort: kind,
  of: { apiVersion, kind },
  refusal: (why, text) => unrecognized(kind, `couldn't get version/kind; json parse error: ${why}`, utf8Of(text)),
  unread: (why, bytes) => unrecognized(kind, why, bytes),
  misfit(value, text) {
    const fault = typeMetaFault(value);
    return fault === undefined ? undefined : unrecognized(kind, fault, utf8Of(text()));
  },
});

/** As above; what a custom object is, it has to say itself: whoever reads leniently takes it for one of the path's version. */
export function customObjectOf({ kind, version }: Pick<Kind, 'kind' | 'version'>, isLenient: boolean): Expected {
  const expected = objectOf(kind);
  return {
    ...expected,
    misfit(value, text) {
      const fault = expected.misfit?.(value, text);
      if (fault !== undefined || typeof value !== 'object' || (value as { kind?: unknown } | null)?.kind) return fault;
      const why = `Object 'Kind' is missing in '${text()}'`;
      return isLenient
        ? notHandled(kind, typeMetaOf(value ?? {}).version || version, why).message
        : unrecognized(kind, why, utf8Of(text()));
    },
  };
}

const utf8Of = (text: string): Uint8Array => new TextEncoder().encode(text);

const unrecognized = (kind: string, why: string, sent: Uint8Array): string =>
  `the object provided is unrecognized (must be of type ${kind}): ${why} (${summaryOf(sent)})`;

/** The first bytes, for whoever wonders what came: as they are where that could be an object, else in hexadecimal digits. */
function summaryOf(sent: Uint8Array): string {
  if (sent.length === 0) return '<empty>';
  const bytes = sent.subarray(0, shownBytesMax);
  const shown =
    sent[0] === openBrace
      ? new TextDecoder().decode(bytes)
      : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return sent.length > shownBytesMax ? `${shown} ...` : shown;
}

/** Of several documents, the first. */
function parseYamlBody(bytes: Uint8Array, expected: Expected): Sent {
  const text = textOf(bytes);
  const asJson = /^\s*[{[]/.test(text) ? parseJsonInYaml(measured(bytes), text) : undefined;
  if (asJson !== undefined) return asJson;
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, {
      version: '1.1',
      uniqueKeys: false,
      customTags: asGoReads,
      lineCounter,
    });
    const [error] = document.errors.filter(({ code }) => code !== 'MULTIPLE_DOCS');
    if (error !== undefined) throw error;
    const value = inOrder(document.toJS({ maxAliasCount: 100 }));
    const duplicates = duplicatesInYaml(document, lineCounter);
    return duplicates.length === 0 ? { value } : { value, strictFaults: saidByYaml(duplicates) };
  } catch (error) {
    throw badRequest((expected.yamlRefusal ?? notYaml)((error as Error).message), error);
  }
}

/** Undefined: it is YAML. Errors: `StatusError` BadRequest for what is nested too deep to be looked at. */
function parseJsonInYaml({ depth, colons }: Measure, text: string): Sent | undefined {
  if (depth > nestingMax) throw tooDeep();
  try {
    const value = inOrder(parseJson(text));
    return keysIn(value) === colons ? { value } : { value, strictFaults: saidByYaml(duplicatesInJson(text)) };
  } catch {
    return undefined;
  }
}

/**
 * Upstream makes JSON of YAML first, whose fields are in the order of their names: so their faults are told. What stands in
 * several places stays one.
 */
function inOrder(value: unknown, made = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  let ordered = made.get(value);
  if (ordered !== undefined) return ordered;
  ordered = Array.isArray(value)
    ? value.map((item) => inOrder(item, made))
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, inner]) => [name, inOrder(inner, made)]),
      );
  made.set(value, ordered);
  return ordered;
}

const notYaml = (why: string) => `the body is not YAML: ${why}`;

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
