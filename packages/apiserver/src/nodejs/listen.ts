/** Node's HTTP and TLS sockets in front of an `HttpHandler`. Translates; decides nothing. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { gzip } from 'node:zlib';
import { statusError } from '@pintle/machinery';
import type { HttpHandler, HttpRequest, HttpResponse, Peer } from '../http/message.js';

export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Without it, plain HTTP. Clients may show a certificate of `clientCaPem`. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string; readonly clientCaPem: string };
  /** Default 10,000; more are refused. */
  readonly connectionsMax?: number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, lets answers end for `drainMs` (default 1,000), then ends everything. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/** The port is in use. */
export class PortInUseError extends Error {
  readonly code = 'PINTLE_PORT_IN_USE';
  constructor(host: string, port: number, options?: ErrorOptions) {
    super(`${host}:${port} is in use by another program; choose another port`, options);
    this.name = 'PortInUseError';
  }
}

/** Time for a request's head; a body has as long again with every piece. */
const headersTimeoutMs = 30_000;
/** A client that takes nothing for so long is cut off. */
const stallTimeoutMs = 120_000;
/** As kube-apiserver: smaller answers are not worth packing. */
const gzipBytesMin = 128 * 1024;
const compressed = new Set(['application/json', 'application/yaml']);

export async function listen(handler: HttpHandler, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 0, tls, connectionsMax = 10_000 } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => void serve(handler, request, response);
  const timing = { headersTimeout: headersTimeoutMs, requestTimeout: 0, keepAliveTimeout: 90_000 };
  const server: Server =
    tls === undefined
      ? createServer(timing, onRequest)
      : createTlsServer(
          {
            ...timing,
            cert: tls.certPem,
            key: tls.keyPem,
            ca: tls.clientCaPem,
            requestCert: true,
            rejectUnauthorized: false,
            minVersion: 'TLSv1.2',
          },
          onRequest,
        );
  server.maxConnections = connectionsMax;
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(host, port, { cause: error });
    throw error;
  }
  return {
    host,
    port: (server.address() as AddressInfo).port,
    async close({ drainMs = 1_000 } = {}) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** The first of `port`, `port + 1`… that can be listened on. */
export async function listenOnFree(
  handler: HttpHandler,
  options: ListenOptions & { readonly port: number },
  triesMax = 100,
): Promise<Listening> {
  for (let tried = 0; ; tried++) {
    try {
      return await listen(handler, { ...options, port: options.port === 0 ? 0 : options.port + tried });
    } catch (error) {
      if (!(error instanceof PortInUseError) || tried + 1 === triesMax) throw error;
    }
  }
}

async function serve(handler: HttpHandler, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.on('error', () => gone.abort());
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

function requestOf(message: IncomingMessage, signal: AbortSignal): HttpRequest {
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
    const remoteAddress = socket.remoteAddress;
    const clientCertificate = certificateOf(socket as TLSSocket);
    peer = {
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
    peers.set(socket, peer);
  }
  return peer;
}

function certificateOf(socket: TLSSocket): Peer['clientCertificate'] {
  if (socket.encrypted !== true || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (subject?.CN === undefined) return undefined;
  const organizations = subject.O as string | string[] | undefined;
  const commonName = String(subject.CN);
  return {
    commonName,
    organizations: organizations === undefined ? [] : Array.isArray(organizations) ? organizations : [organizations],
  };
}

async function respond(
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
