/** One request and its answer, between Node's messages and an `HttpHandler`'s. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { gzip } from 'node:zlib';
import { statusError } from '@pintle/machinery';
import type { CertificateSubject, HttpHandler, HttpRequest, HttpResponse, Peer } from '../http/message.js';

/** A client that takes nothing for so long is cut off. */
const stallTimeoutMs = 120_000;
/** As kube-apiserver: smaller answers are not worth packing. */
const gzipBytesMin = 128 * 1024;
const compressed = new Set(['application/json', 'application/yaml']);

/** Made once: every answer ends with it, and an error of its own for each would cost more than the rest. */
const clientGone = Object.freeze(new Error('the client has gone'));

export async function serve(handler: HttpHandler, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(clientGone));
  response.on('error', () => gone.abort(clientGone));
  response.setTimeout(stallTimeoutMs, () => {
    // A quiet watch is no stall: only what could not be written for so long is.
    if (response.writableLength > 0) response.destroy();
  });
  try {
    const answer = await handler(requestOf(message, gone.signal));
    await respond(message, response, answer, gone.signal);
  } catch {
    // The handler answers every fault of its own; what comes here is a socket that broke.
    response.destroy();
  }
}

export function requestOf(message: IncomingMessage, signal: AbortSignal): HttpRequest {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    header: (name) => {
      const value = message.headers[name];
      return typeof value === 'string' ? value : value?.join(', ');
    },
    headersLike(prefix) {
      const { rawHeaders } = message;
      const found: [string, string][] = [];
      for (let i = 0; i < rawHeaders.length; i += 2) {
        const name = rawHeaders[i]!.toLowerCase();
        if (name.startsWith(prefix)) found.push([name, rawHeaders[i + 1]!]);
      }
      return found;
    },
    body: (maxBytes) => readBody(message, maxBytes),
    signal,
    peer: peerOf(message),
  };
}

async function readBody(message: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => statusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`);
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

const peers = new WeakMap<object, Peer>();

function peerOf({ socket }: IncomingMessage): Peer {
  let peer = peers.get(socket);
  if (peer === undefined) {
    const { remoteAddress } = socket;
    peer = {
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...certificatesOf(socket as TLSSocket),
    };
    peers.set(socket, peer);
  }
  return peer;
}

/** The authority that each server trusts front proxies by, beside the one of clients. */
const proxyAuthorities = new WeakMap<object, X509Certificate>();

export function trustProxies(server: object, caPem: string): void {
  proxyAuthorities.set(server, new X509Certificate(caPem));
}

function certificatesOf(socket: TLSSocket): Pick<Peer, 'clientCertificate' | 'proxyCertificate'> {
  if (socket.encrypted !== true || !socket.authorized) return {};
  const { subject, fingerprint256, raw } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (subject?.CN === undefined || raw === undefined) return {};
  const organizations = subject.O as string | string[] | undefined;
  const shown: CertificateSubject = {
    commonName: String(subject.CN),
    organizations: organizations === undefined ? [] : [organizations].flat(),
    ...(fingerprint256 === undefined ? {} : { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() }),
  };
  const authority = proxyAuthorities.get((socket as unknown as { server?: object }).server ?? socket);
  return authority !== undefined && isIssuedBy(new X509Certificate(raw), authority)
    ? { proxyCertificate: shown }
    : { clientCertificate: shown };
}

const isIssuedBy = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);

export async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
  signal: AbortSignal,
): Promise<void> {
  const sent: Record<string, string | readonly string[]> = { ...headers };
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    let bytes: Uint8Array = typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array());
    if (
      bytes.length >= gzipBytesMin &&
      /\bgzip\b/.test(String(message.headers['accept-encoding'] ?? '')) &&
      compressed.has(String(headers['content-type']))
    ) {
      bytes = await packed(bytes);
      sent['content-encoding'] = 'gzip';
    }
    sent['content-length'] = String(bytes.length);
    // An upload that was not read to its end leaves the connection unusable for another request.
    if (!message.complete) sent['connection'] = 'close';
    response.writeHead(status, sent as Record<string, string>);
    response.end(message.method === 'HEAD' ? undefined : bytes);
    return;
  }
  response.writeHead(status, sent as Record<string, string>);
  response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) return;
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), aborted(signal)]);
  }
  response.end();
}

const packed = (bytes: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    gzip(bytes, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error))),
  );

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
