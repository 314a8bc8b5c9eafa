/**
 * The client of this process for what other servers serve behind this one: their kinds, and a `Client` that sends each of
 * its requests the way that one over HTTP would go, without a socket of its own.
 */
import type { Client } from '@pintle/client';
import { type Answer, type FetchLike, httpClient } from '@pintle/client/http';
import { apiVersionOf, type KindRef, parseApiVersion, type Verb, type World } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { HttpRequest, HttpResponse } from '../http/message.js';
import { segmentsOf } from '../http/resource-path.js';
import { compareVersions } from '../registry/resource-registry.js';
import { requestInfo } from '../requests/request-info.js';
import type { Aggregator, RemoteVersion } from './aggregator.js';
import { textOf } from './response-text.js';

/** Of an answer that is read as a whole. */
const answerCharsMax = 256 * 1024 * 1024;

/** A kind that another server serves, and what may be done with its objects. */
export interface RemoteKind extends KindRef {
  readonly verbs: readonly Verb[];
}

export interface RemoteKinds {
  /** The very same list for as long as nothing changes. */
  readonly kinds: readonly RemoteKind[];
  /** The versions that cannot be told of now, as `metrics.k8s.io/v1beta1`. */
  readonly undiscovered: readonly string[];
}

/** Asks the aggregator, where there is one, what there is now. */
export function toldOf(aggregator: () => Aggregator | undefined): () => RemoteKinds {
  let known: { readonly versions: readonly RemoteVersion[]; readonly kinds: readonly RemoteKind[] } | undefined;
  return () => {
    const versions = aggregator()?.remoteVersions() ?? [];
    const isSame =
      known?.versions.length === versions.length && versions.every((one, at) => one === known?.versions[at]);
    if (known === undefined || !isSame) known = { versions, kinds: remoteKinds(versions) };
    return { kinds: known.kinds, undiscovered: (aggregator()?.staleVersions() ?? []).map(apiVersionOf) };
  };
}

/** The kinds of these versions: of a group's resource the version that the group prefers. Pure. */
function remoteKinds(versions: readonly RemoteVersion[]): readonly RemoteKind[] {
  const kinds = new Map<string, RemoteKind>();
  for (const { group, version, resources } of [...versions].sort((a, b) => compareVersions(a.version, b.version)))
    for (const { name, kind, namespaced, verbs } of resources) {
      const id = `${group}/${name}`;
      if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/') || kinds.has(id)) continue;
      kinds.set(id, {
        ...{ group, version, kind, plural: name },
        scope: namespaced ? 'Namespaced' : 'Cluster',
        verbs: (verbs ?? []) as readonly Verb[],
      } as RemoteKind);
    }
  return [...kinds.values()];
}

export interface RemoteClientParts {
  readonly aggregator: Aggregator;
  readonly world: World;
  readonly user: UserInfo;
  readonly fieldManager: string;
}

/** `local`, but for the versions that other servers answer for: those are asked there. */
export function reachingRemote(local: Client, { aggregator, world, user, fieldManager }: RemoteClientParts): Client {
  const server = 'http://behind.invalid';
  const remote = httpClient({ server, fetch: asked(aggregator, user), world, userAgent: fieldManager });
  const byKind = ({ group, version }: KindRef) => (aggregator.serviceOf(group, version) === undefined ? local : remote);
  const byObject = (object: { readonly apiVersion?: string } | undefined) => {
    const { group, version } = parseApiVersion(object?.apiVersion ?? '');
    return aggregator.serviceOf(group, version) === undefined ? local : remote;
  };
  return {
    get: (kind, ...rest) => byKind(kind).get(kind, ...rest),
    list: (kind, ...rest) => byKind(kind).list(kind, ...rest),
    watch: (kind, ...rest) => byKind(kind).watch(kind, ...rest),
    create: (object, ...rest) => byObject(object).create(object, ...rest),
    update: (object, ...rest) => byObject(object).update(object, ...rest),
    patch: (kind, ...rest) => byKind(kind).patch(kind, ...rest),
    apply: (object, ...rest) => byObject(object).apply(object, ...rest),
    delete: (kind, ...rest) => byKind(kind).delete(kind, ...rest),
    deleteCollection: (kind, ...rest) => byKind(kind).deleteCollection(kind, ...rest),
    createSubresource: (kind, ...rest) => byKind(kind).createSubresource(kind, ...rest),
    stream: (kind, ...rest) => byKind(kind).stream(kind, ...rest),
  };
}

/** A `fetch` whose requests the aggregator passes on, for the user. */
function asked(aggregator: Aggregator, user: UserInfo): FetchLike {
  return async (url, { method, headers, body, signal }) => {
    const { pathname, searchParams } = new URL(url);
    const [, group = '', version = ''] = segmentsOf(pathname);
    const service = aggregator.serviceOf(group, version);
    if (service === undefined) return answered({ status: 404, headers: {} });
    const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const bytes = new TextEncoder().encode(body ?? '');
    const request: HttpRequest = {
      ...{ method, path: pathname, query: searchParams, peer: {} },
      header: (name) => sent.find(([other]) => other === name)?.[1],
      headersLike: (prefix) => sent.filter(([name]) => name.startsWith(prefix)),
      body: async () => bytes,
      signal: signal ?? new AbortController().signal,
    };
    const info = requestInfo(request);
    return answered(await aggregator.answer(service, request, user, info.type === 'resource' ? { info } : undefined));
  };
}

function answered(response: HttpResponse): Answer {
  const { status, headers } = response;
  const text = () => textOf(response, answerCharsMax);
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => [headers[name.toLowerCase()] ?? null].flat()[0] ?? null },
    body: { [Symbol.asyncIterator]: () => piecesOf(response) },
    text,
    arrayBuffer: async () => new TextEncoder().encode(await text()).buffer,
  };
}

async function* piecesOf({ body = '' }: HttpResponse): AsyncGenerator<Uint8Array> {
  const bytes = (piece: Uint8Array | string) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
  if (typeof body === 'string' || body instanceof Uint8Array) yield bytes(body);
  else for await (const piece of body) yield bytes(piece);
}
