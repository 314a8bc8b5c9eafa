/** WebSocket connections (RFC 6455) by the `ws` library, as messages that are read as fast as somebody takes them. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { BytePipe } from '../../streams/byte-pipe.js';
import { watchClient } from './client-watch.js';
import type { StreamLimits } from './limits.js';

export interface MessageSocket {
  /** For one reader. Ends when the other side has closed or gone. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Sends one binary message of these parts. Resolves when it is handed to the system. Errors: `ClientGoneError`. */
  send(...parts: readonly Uint8Array[]): Promise<void>;
  /** As `send`, of one message of text; the bytes are UTF-8. */
  sendText(bytes: Uint8Array): Promise<void>;
  /** Says goodbye; the rest of what was sent can still be read, for `finishMs`. Reads on, and drops it. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  destroy(): void;
  /** Bytes that `send` was given and the system has not taken. */
  readonly unsentBytes: number;
  /** Aborted when the connection has ended, by whichever side. */
  readonly gone: AbortSignal;
}

/** The client has closed its connection. */
export class ClientGoneError extends Error {
  readonly code = 'PINTLE_CLIENT_GONE';
  constructor(options?: ErrorOptions) {
    super('the client has closed the connection', options);
    this.name = 'ClientGoneError';
  }
}

/** Not a WebSocket handshake; the answer has been given. */
export class WebSocketRefusedError extends Error {
  readonly code = 'PINTLE_WEB_SOCKET_REFUSED';
}

/**
 * Answers the handshake with `protocol`, which the caller has chosen (empty: none): Kubernetes has names of protocols
 * with a slash, which the library takes for an error.
 *
 * Errors: `WebSocketRefusedError`.
 */
export function acceptWebSocket(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
  limits: StreamLimits,
): Promise<MessageSocket> {
  // Its types do not know `closeTimeout` yet.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    skipUTF8Validation: true,
    maxPayload: limits.messageBytesMax,
    closeTimeout: limits.finishMs,
  };
  const server = new WebSocketServer(options);
  if (protocol !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  const headers = { ...message.headers };
  delete message.headers['sec-websocket-protocol'];
  return new Promise((resolve, reject) => {
    server.once('wsClientError', (error, refused) => {
      refused.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      reject(new WebSocketRefusedError(error.message, { cause: error }));
    });
    server.handleUpgrade(message, socket, head, (client) => {
      message.headers = headers;
      resolve(messageSocket(client, limits));
    });
  });
}

function messageSocket(client: WebSocket, limits: StreamLimits): MessageSocket {
  const gone = new AbortController();
  const pipe = new BytePipe(limits.bufferBytesMax);
  const watch = watchClient(
    {
      ping: () => client.ping(),
      isExcused: () => client.isPaused || client.bufferedAmount > 0,
      cut: () => client.terminate(),
    },
    limits,
  );
  // Each message is one chunk of the pipe, so that messages stay apart.
  client.on('message', (data) => {
    watch.moved();
    const full = pipe.push(data as Buffer);
    if (full === undefined) return;
    client.pause();
    void full.then(() => client.resume());
  });
  client.on('ping', (data) => {
    watch.heard();
    // Who takes no answers gets none: they would pile up here.
    if (client.bufferedAmount < limits.bufferBytesMax) client.pong(data);
  });
  client.on('pong', () => watch.heard());
  // What broke is told by the close that follows.
  client.on('error', () => {});
  client.on('close', () => {
    watch.stop();
    pipe.close();
    gone.abort();
  });
  const send = (bytes: Uint8Array, binary: boolean) =>
    new Promise<void>((resolve, reject) => {
      watch.moved();
      client.send(bytes, { binary }, (error) =>
        error == null ? resolve() : reject(new ClientGoneError({ cause: error })),
      );
    });
  return {
    messages: pipe,
    gone: gone.signal,
    send: (...parts) => send(parts.length === 1 ? parts[0]! : Buffer.concat(parts), true),
    sendText: (bytes) => send(bytes, false),
    close: (code, reason) => client.close(code, reason),
    destroy: () => client.terminate(),
    get unsentBytes() {
      return client.bufferedAmount;
    },
  };
}
