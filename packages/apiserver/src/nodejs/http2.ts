/**
 * HTTP/2 beside HTTP/1.1 on a TLS port, for clients that ask for it (ALPN): many requests and watches on one connection.
 * What changes protocols (exec, attach, port-forward) asks for HTTP/1.1 by itself, in every client of Kubernetes.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, type Http2ServerRequest, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What the server of the port has to say that it speaks. */
export const protocolsOffered = ['h2', 'http/1.1'];

/** As kube-apiserver's `--http2-max-streams-per-connection`; a client that wants more opens another connection. */
const streamsMax = 250;

export interface Http2Sessions {
  /** No new requests; those under way may end. */
  close(): void;
  destroy(): void;
}

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void;

/** Takes the connections of `server` that speak HTTP/2. To `onRequest` its messages are as those of HTTP/1.1. */
export function offerHttp2(server: Server, onRequest: OnRequest, stallTimeoutMs: number): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>();
  const streams = createServer({ settings: { maxConcurrentStreams: streamsMax } });
  streams.on('request', onRequest as never);
  streams.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    // A quiet watch is no stall: only what could not be sent for so long is.
    session.setTimeout(stallTimeoutMs, () => {
      if ((session.state.outboundQueueSize ?? 0) > 0) session.destroy();
    });
  });
  // Who follows a request sees the close; what broke a session must not be the process's.
  streams.on('sessionError', () => {});
  const overHttp1 = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') streams.emit('connection', socket);
    else for (const listener of overHttp1) listener.call(server, socket);
  });
  return {
    close() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** Where a request of HTTP/2 comes from; undefined for one of HTTP/1.1. */
export function http2Of(
  message: IncomingMessage,
): { readonly stream: Http2ServerRequest['stream']; readonly socket: Socket } | undefined {
  if (message.httpVersionMajor !== 2) return undefined;
  const { stream } = message as unknown as Http2ServerRequest;
  // The same for all requests of a session, where the message's own is another for each.
  return { stream, socket: stream.session!.socket as Socket };
}
