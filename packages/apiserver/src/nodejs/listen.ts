/** Node's HTTP and TLS sockets in front of an `HttpHandler`. Translates; decides nothing. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpHandler } from '../http/message.js';
import { serve, stallTimeoutMs } from './exchange.js';
import { offerHttp2, protocolsOffered } from './http2.js';
import { keepReading } from './keep-reading.js';
import { bodyTimeoutMsDefault } from './node-request.js';
import { peerOf, trustProxies } from './peer.js';
import { Rounds } from './rounds.js';
import { type StreamLimits, streamLimits } from './streams/limits.js';
import { isUpgrade, upgrades } from './streams/upgrade.js';

export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Without it, plain HTTP. Clients may show a certificate of `clientCaPem`, front proxies one of `proxyCaPem`. */
  readonly tls?: {
    readonly certPem: string;
    readonly keyPem: string;
    readonly clientCaPem: string;
    readonly proxyCaPem?: string;
  };
  /**
   * With `tls`: whether HTTP/2 is spoken with who asks for it. Default false, as a request then costs about twice the
   * processor time (`docs/decisions/0009-http-2-is-offered-where-asked-for.md`).
   */
  readonly http2?: boolean;
  /** Default 10,000; more are refused. */
  readonly connectionsMax?: number;
  /** A body that has not arrived by then is given up. Default 60,000. */
  readonly bodyTimeoutMs?: number;
  /** Bounds of exec, attach and port-forward streams. */
  readonly streams?: Partial<StreamLimits>;
}

export interface Listening {
  readonly host: string;
  /** Connections that were lost before they were secure. */
  readonly handshakeErrors: number;
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

export async function listen(handler: HttpHandler, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 0, tls, http2 = false } = options;
  const { connectionsMax = 10_000, bodyTimeoutMs = bodyTimeoutMsDefault } = options;
  const rounds = new Rounds();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    keepReading(request, response);
    rounds.take(() => void serve(handler, request, response, { bodyTimeoutMs, rounds }));
  };
  const common = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: 90_000,
    // Read from Node 24.9 on, of whose types there is none yet.
    shouldUpgradeCallback: isUpgrade,
  };
  const server: Server =
    tls === undefined
      ? createServer(common, onRequest)
      : createTlsServer(
          {
            ...common,
            cert: tls.certPem,
            key: tls.keyPem,
            ca: tls.proxyCaPem === undefined ? tls.clientCaPem : [tls.clientCaPem, tls.proxyCaPem],
            allowPartialTrustChain: true,
            requestCert: true,
            rejectUnauthorized: false,
            minVersion: 'TLSv1.2',
            ...(http2 ? { ALPNProtocols: protocolsOffered } : {}),
          },
          onRequest,
        );
  server.maxConnections = connectionsMax;
  server.timeout = stallTimeoutMs;
  const sessions = tls !== undefined && http2 ? offerHttp2(server, onRequest, stallTimeoutMs) : undefined;
  let handshakeErrors = 0;
  server.on('tlsClientError', () => handshakeErrors++);
  server.on('secureConnection', (socket: Socket) => void peerOf(socket));
  if (tls?.proxyCaPem !== undefined) trustProxies(server, tls.proxyCaPem, tls.clientCaPem);
  const upgraded = upgrades(server, handler, streamLimits(options.streams));
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(host, port, { cause: error });
    throw error;
  }
  return {
    host,
    get handshakeErrors() {
      return handshakeErrors;
    },
    port: (server.address() as AddressInfo).port,
    async close({ drainMs = 1_000 } = {}) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      sessions?.close();
      const cut = setTimeout(() => {
        server.closeAllConnections();
        sessions?.destroy();
        upgraded.closeAll();
      }, drainMs);
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
