/**
 * The webhooks that rows speak of: one server for both API servers, which does by its paths what webhooks do, and what they
 * should not do. What is sent to `/echo` comes back as the words of a refusal, so that the questions are compared as well.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AccessFiles } from '../access-files.js';
import { judged, type Review } from './access-hooks.js';

export interface Hooks {
  /** What rows may say as `{hooks.url}` and `{hooks.ca}`. */
  readonly names: { readonly url: string; readonly ca: string };
  close(): void;
}

type Json = Readonly<Record<string, unknown>>;

interface Question {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: Json & {
    readonly uid: string;
    readonly objects?: readonly Json[];
    readonly object?: Json | null;
    readonly oldObject?: Json | null;
  };
}

/** An answer, or what is done instead of one. */
type Doing = Json | { readonly status: number; readonly text: string } | { readonly lateMs: number } | 'hangUp';

const patchOf = (...operations: readonly Json[]): Json => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: base64(JSON.stringify(operations)),
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const admissions: Readonly<Record<string, (request: Question['request']) => Json>> = {
  allow: () => ({ allowed: true }),
  deny: () => ({ allowed: false }),
  'deny-with-words': () => ({ allowed: false, status: { message: 'not today' } }),
  'deny-with-reason': () => ({ allowed: false, status: { reason: 'Conflict', code: 409 } }),
  'deny-with-all': () => ({
    ...{ allowed: false, warnings: ['it was close'] },
    status: {
      ...{ status: 'Failure', message: 'no', reason: 'Teapot', code: 418 },
      details: { name: 'x', causes: [{ reason: 'Because', message: 'so', field: 'a.b' }], retryAfterSeconds: 3 },
    },
  }),
  'deny-with-success': () => ({ allowed: false, status: { status: 'Success', code: 200, message: 'fine' } }),
  'deny-with-odd-code': () => ({ allowed: false, status: { code: 999, message: 'odd' } }),
  'allow-with-status': () => ({ allowed: true, status: { code: 400, message: 'ignored' } }),
  warn: () => ({ allowed: true, warnings: ['one', 'two "quoted"', 'ü', '', 'a\nb', 'x'.repeat(300)] }),
  'warn-much': () => ({ allowed: true, warnings: Array.from({ length: 40 }, (_, at) => `${at} ${'y'.repeat(200)}`) }),
  annotate: () => ({ allowed: true, auditAnnotations: { key: 'value', 'bad key': 'v' } }),
  label: () => patchOf({ op: 'add', path: '/metadata/labels/hooked', value: 'yes' }),
  'again-a': ({ object }) => grown(object, 'a'),
  'again-b': ({ object }) => grown(object, 'b'),
  'patch-nothing': () => patchOf(),
  'patch-empty': () => ({ allowed: true, patchType: 'JSONPatch', patch: '' }),
  'patch-denied': () => ({ ...patchOf({ op: 'add', path: '/metadata/labels/hooked', value: 'yes' }), allowed: false }),
  'patch-without-type': () => ({ allowed: true, patch: base64('[]') }),
  'patch-of-no-type': () => ({ allowed: true, patchType: 'Merge', patch: base64('{}') }),
  'type-without-patch': () => ({ allowed: true, patchType: 'JSONPatch' }),
  'patch-no-json': () => ({ allowed: true, patchType: 'JSONPatch', patch: base64('{') }),
  'patch-no-list': () => ({ allowed: true, patchType: 'JSONPatch', patch: base64('{}') }),
  'patch-no-base64': () => ({ allowed: true, patchType: 'JSONPatch', patch: '!' }),
  'patch-fails': () => patchOf({ op: 'test', path: '/metadata/name', value: 'nobody' }),
  'patch-nowhere': () => patchOf({ op: 'replace', path: '/no/such/place', value: 1 }),
  'patch-name': () => patchOf({ op: 'replace', path: '/metadata/name', value: 'renamed' }),
  'patch-namespace': () => patchOf({ op: 'replace', path: '/metadata/namespace', value: 'elsewhere' }),
  'patch-kind': () => patchOf({ op: 'replace', path: '/kind', value: 'Secret' }),
  'patch-version': () => patchOf({ op: 'replace', path: '/apiVersion', value: 'v2' }),
  'patch-kind-away': () => patchOf({ op: 'remove', path: '/kind' }),
  'patch-metadata-away': () => patchOf({ op: 'remove', path: '/metadata' }),
  'patch-uid': () => patchOf({ op: 'add', path: '/metadata/uid', value: 'mine' }),
  'patch-time': () => patchOf({ op: 'add', path: '/metadata/creationTimestamp', value: '2020-01-01T00:00:00Z' }),
  'patch-managed': () => patchOf({ op: 'add', path: '/metadata/managedFields', value: [] }),
  'patch-type': () => patchOf({ op: 'add', path: '/data', value: 1 }),
  'patch-unknown': () => patchOf({ op: 'add', path: '/unknown', value: 1 }),
  'patch-told': ({ object, oldObject }) => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: base64(told(object, oldObject)),
  }),
  echo: ({ uid: _, ...request }) => ({ allowed: false, status: { message: JSON.stringify(sorted(request)) } }),
};

/** The patch that stands in the object's annotations. */
function told(object: Json | null | undefined, oldObject: Json | null | undefined): string {
  const { metadata = {} } = (object ?? oldObject ?? {}) as { readonly metadata?: { readonly annotations?: Json } };
  return String(metadata.annotations?.[object ? 'patch' : 'on-delete'] ?? '[]');
}

/** So that who looks sees how often each was asked, and after whom. */
function grown(object: Json | null | undefined, letter: string): Json {
  const { calls = '' } = (object?.['data'] ?? {}) as { readonly calls?: string };
  if (calls.split(letter).length > 2) return { allowed: true };
  return patchOf({ op: 'add', path: '/data/calls', value: `${calls}${letter}` });
}

const converted = ({ desiredAPIVersion, objects = [] }: Question['request'], change: (object: Json) => Json): Json => ({
  result: { status: 'Success' },
  convertedObjects: objects.map((object) => change({ ...object, apiVersion: desiredAPIVersion })),
});
/** What is `size` in v1 is `width` in v2, whose `note` is lost unless it asks to be kept, in an annotation; replicas stand elsewhere. */
function resized(object: Json): Json {
  const isOld = String(object['apiVersion']).endsWith('/v1');
  const { spec = {}, metadata = {}, status, ...rest } = object as Readonly<Record<string, Json | undefined>>;
  const { size, width, note, replicas, scale, old: _old, fresh: _fresh, ...others } = spec as Json;
  const { note: kept, ...annotations } = (metadata['annotations'] ?? {}) as Json;
  const defined = (fields: Json) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
  const [length, count] = [size ?? width, replicas ?? (scale as Json | undefined)?.['replicas']];
  const isKept = typeof note === 'string' && note.endsWith('!');
  const told = defined(isOld ? { ...annotations, note: isKept ? note : undefined } : annotations);
  return {
    ...rest,
    metadata: { ...metadata, annotations: Object.keys(told).length === 0 ? undefined : told },
    spec: defined(
      isOld
        ? { ...others, size: length, replicas: count }
        : { ...others, width: length, note: kept, scale: count === undefined ? undefined : { replicas: count } },
    ),
    ...(status === undefined ? {} : { status }),
  };
}
const withMetadata = (object: Json, more: Json): Json => ({
  ...object,
  metadata: { ...(object['metadata'] as Json), ...more },
});

const conversions: Readonly<Record<string, (request: Question['request']) => Json>> = {
  convert: (request) => converted(request, (object) => ({ ...object, from: object['apiVersion'] })),
  'convert-labels': (request) =>
    converted(request, (object) => withMetadata(object, { labels: { converted: 'yes' }, annotations: { a: 'b' } })),
  'convert-lossy': (request) => converted(request, resized),
  'convert-name': (request) => converted(request, (object) => withMetadata(object, { name: 'renamed' })),
  'convert-finalizers': (request) => converted(request, (object) => withMetadata(object, { finalizers: ['a.io/b'] })),
  'convert-kind': (request) => converted(request, (object) => ({ ...object, kind: 'Other' })),
  'convert-nothing': (request) => ({ ...converted(request, (object) => object), convertedObjects: [] }),
  'convert-not': ({ objects = [] }) => ({ result: { status: 'Success' }, convertedObjects: objects }),
  'convert-fails': () => ({ result: { status: 'Failure', message: 'cannot', reason: 'Odd' }, convertedObjects: [] }),
  'convert-fails-silently': () => ({ result: { status: 'Failure' } }),
  'convert-says-nothing': () => ({}),
};

const refusals: Readonly<Record<string, Doing>> = {
  'status-500': { status: 500, text: 'broken' },
  'status-404': { status: 404, text: '' },
  'status-301': { status: 301, text: 'gone' },
  'no-json': { status: 200, text: 'hello' },
  nothing: { status: 200, text: '' },
  'no-object': { status: 200, text: '[]' },
  late: { lateMs: 2_500 },
  'hang-up': 'hangUp',
};

function doing(name: string, { apiVersion, kind, request }: Question): Doing {
  const refusal = refusals[name];
  if (refusal !== undefined) return refusal;
  const { uid } = request;
  switch (name) {
    case 'other-uid':
      return { apiVersion, kind, response: { uid: 'other', allowed: true, result: { status: 'Success' } } };
    case 'other-version':
      return { apiVersion: apiVersion.replace('v1', 'v2'), kind, response: { uid, allowed: true } };
    case 'other-kind':
      return { apiVersion, kind: 'Pod', response: { uid, allowed: true } };
    case 'no-kind':
      return { response: { uid, allowed: true } };
    case 'no-response':
      return { apiVersion, kind };
    default: {
      const answer = (admissions[name] ?? conversions[name])?.(request);
      return answer === undefined
        ? { status: 404, text: 'no such hook' }
        : { apiVersion, kind, response: { uid, ...answer } };
    }
  }
}

/** The order of fields, and what API servers do not have in common, are not compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => name !== 'managedFields' && name !== 'resourceVersion');
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, sorted(each)]));
}

export async function startHooks(files: AccessFiles): Promise<Hooks> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const server = createServer({ cert, key }, (request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const name = new URL(request.url ?? '/', 'https://hooks').pathname.slice(1);
      const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Question | Review;
      const done = 'request' in asked ? doing(name, asked) : judged(asked);
      if (done === 'hangUp') request.socket.destroy();
      else if ('lateMs' in done) setTimeout(() => answer.destroy(), done.lateMs as number);
      else if (typeof done.status === 'number') answer.writeHead(done.status).end(done['text']);
      else answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(done));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    names: { url: `https://127.0.0.1:${port}`, ca: base64(files.caPem) },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Of each kind of answer the paths. */
export const hookNames = {
  admissions: Object.keys(admissions),
  conversions: Object.keys(conversions),
  refusals: Object.keys(refusals),
} as const;
