/** A connection that carries bytes both ways: a socket that was upgraded, or a tunnel in WebSocket messages. */
import type { Duplex } from 'node:stream';
import { ClientGoneError, type MessageSocket } from './web-socket.js';

export interface ByteConnection {
  /** For one reader. Ends when the other side has closed or gone. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when it is handed to the system. Errors: `ClientGoneError`. */
  send(bytes: Uint8Array): Promise<void>;
  /** Bytes that `send` was given and the system has not taken. */
  readonly unsentBytes: number;
  /** Ends it, after what was sent. A client that does not end it in turn is cut off. */
  close(): void;
  /** Ends it at once. */
  destroy(): void;
  /** Aborted when it has ended, by whichever side. */
  readonly gone: AbortSignal;
}

/** For the client to end its side after ours. */
const closeGraceMs = 30_000;

export function socketConnection(socket: Duplex, head: Buffer): ByteConnection {
  const gone = new AbortController();
  if (socket.destroyed) gone.abort();
  socket.once('close', () => gone.abort());
  if (head.length > 0) socket.unshift(head);
  return {
    input: inputOf(socket),
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error == null ? resolve() : reject(new ClientGoneError({ cause: error }))));
      }),
    get unsentBytes() {
      return socket.writableLength;
    },
    close() {
      if (socket.writableEnded) return;
      socket.end();
      const cut = setTimeout(() => socket.destroy(), closeGraceMs).unref();
      socket.once('close', () => clearTimeout(cut));
    },
    destroy: () => socket.destroy(),
    gone: gone.signal,
  };
}

/** Node's own iterator would destroy the socket at the other side's end, with what is still to be sent. */
async function* inputOf(socket: Duplex): AsyncGenerator<Uint8Array> {
  try {
    yield* socket.iterator({ destroyOnReturn: false });
  } catch {
    // A connection that broke has ended.
  }
}

export function tunnelConnection(socket: MessageSocket): ByteConnection {
  return {
    input: socket.messages,
    send: (bytes) => socket.send(bytes),
    get unsentBytes() {
      return socket.unsentBytes;
    },
    close: () => socket.close(1000, ''),
    destroy: () => socket.destroy(),
    gone: socket.gone,
  };
}
