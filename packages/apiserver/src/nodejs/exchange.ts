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

/** A body has so long to arrive, from when it is asked for to its last byte. */
export const bodyTimeoutMsDefault = 60_000;

/** Made once: every answer ends with it, and an error of its own for each would cost more than the rest. */
const clientGone = Object.freeze(new Error('the client has gone'));

export async function serve(
  handler: HttpHandler,
  message: IncomingMessage,
  response: ServerResponse,
  bodyTimeoutMs: number,
): Promise<void> {
  const gone = new Departure();
  response.once('close', () => gone.tell());
  response.on('error', () => gone.tell());
  response.setTimeout(stallTimeoutMs, () => {
    // A quiet watch is no stall: only what could not be written for so long is.
    if (response.writableLength > 0) response.destroy();
  });
  try {
    const answer = await handler(new NodeRequest(message, gone, { bodyTimeoutMs }));
    await respond(message, response, answer, gone);
  } catch {
    // The handler answers every fault of its own; what comes here is a socket that broke.
    response.destroy();
  }
}

/** That the exchange is over, or the client has gone. An `AbortSignal` costs more than many a request: it is made when somebody asks for it. */
export class Departure {
  private controller: AbortController | undefined;
  private told = false;

  tell(): void {
    this.told = true;
    this.controller?.abort(clientGone);
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.told) this.controller.abort(clientGone);
    }
    return this.controller.signal;
  }
}

export class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly upgrade: boolean;
  private readonly bodyTimeoutMs: number;
  private readonly search: string;
  private parsedQuery: URLSearchParams | undefined;

  constructor(
    private readonly message: IncomingMessage,
    private readonly gone: Departure,
    { upgrade = false, bodyTimeoutMs = bodyTimeoutMsDefault }: { upgrade?: boolean; bodyTimeoutMs?: number } = {},
  ) {
    this.upgrade = upgrade;
    this.bodyTimeoutMs = bodyTimeoutMs;
    const url = message.url ?? '/';
    const mark = url.indexOf('?');
    this.method = message.method ?? 'GET';
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.search = mark < 0 ? '' : url.slice(mark + 1);
  }

  get query(): URLSearchParams {
    this.parsedQuery ??= new URLSearchParams(this.search);
    return this.parsedQuery;
  }

  get signal(): AbortSignal {
    return this.gone.signal;
  }

  get peer(): Peer {
    return peerOf(this.message);
  }

  readonly header = (name: string): string | undefined => {
    const value = this.message.headers[name];
    return typeof value === 'string' ? value : value?.join(', ');
  };

  readonly headersLike = (prefix: string): readonly (readonly [string, string])[] => {
    const { rawHeaders, headers } = this.message;
    const found: [string, string][] = [];
    if (!Object.keys(headers).some((name) => name.startsWith(prefix))) return found;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toLowerCase();
      if (name.startsWith(prefix)) found.push([name, rawHeaders[i + 1]!]);
    }
    return found;
  };

  readonly body = (maxBytes: number): Promise<Uint8Array> => readBody(this.message, maxBytes, this.bodyTimeoutMs);
}

/** Errors: `StatusError` RequestEntityTooLarge, and Timeout for a body that does not end. */
function readBody(message: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => statusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`);
    if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      message.off('data', onData).pause();
      const words = `the body of the request did not arrive within ${timeoutMs} ms`;
      reject(statusError('Timeout', words, { code: 408 }));
    }, timeoutMs);
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      message.off('data', onData).pause();
      clearTimeout(timer);
      reject(tooLarge());
    };
    message.on('data', onData);
    const onClose = () => {
      clearTimeout(timer);
      reject(new Error('the request was cut short'));
    };
    message.once('end', () => {
      clearTimeout(timer);
      message.off('close', onClose);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    message.once('error', reject);
    message.once('close', onClose);
  });
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

/** What a streamed answer may have waiting for the socket before its source is asked to hold back. */
const unsentBytesMax = 1024 * 1024;

export async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
  gone: Departure,
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const sent: Record<string, string | readonly string[]> = { ...headers };
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
  const { signal } = gone;
  response.writeHead(status, headers as Record<string, string>);
  response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) return;
    response.write(chunk);
    if (response.writableLength > unsentBytesMax) await Promise.race([once(response, 'drain'), aborted(signal)]);
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
