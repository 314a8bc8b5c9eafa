/**
 * What is answered piece by piece, as messages of a WebSocket: the events of a watch, each one message, and the bytes of a
 * log as they come (apiserver's `WatchServer`, apimachinery's `wsstream`). Nothing that the client says is listened to.
 *
 * **Differs from Kubernetes**: a client that names no origin, or several protocols, is told a watch as well.
 */
import type { HttpResponse } from '../../http/message.js';
import type { MessageSocket } from './web-socket.js';

export interface AnswerProtocol {
  /** As the handshake names it; empty for a client that names none. */
  readonly name: string;
  readonly base64: boolean;
}

/** Of logs. A watch takes what its client offers, and has one way only. */
export const logProtocols: readonly AnswerProtocol[] = [
  { name: '', base64: false },
  { name: 'binary.k8s.io', base64: false },
  { name: 'base64.binary.k8s.io', base64: true },
];

/** Resolves when all is sent, or the client has gone. It never rejects. */
export async function serveAnswerOverWebSocket(
  { body, headers, messages }: HttpResponse,
  socket: MessageSocket,
  { base64 }: Pick<AnswerProtocol, 'base64'>,
): Promise<void> {
  void dropAll(socket.messages);
  const pieces = body as AsyncIterable<Uint8Array | string>;
  const isProtobuf = String(headers['content-type']).includes('protobuf');
  try {
    if (messages === 'bytes') for await (const bytes of bytesOf(pieces)) await send(socket, bytes, base64);
    else if (isProtobuf) for await (const event of eventsIn(pieces, firstFrame)) await socket.send(event);
    else for await (const event of eventsIn(pieces, firstLine)) await socket.sendText(event);
  } catch {
    // The client has gone, and what it asked for ends with it.
  } finally {
    socket.close(1000, '');
  }
}

const send = (socket: MessageSocket, bytes: Uint8Array, base64: boolean) =>
  base64 ? socket.sendText(Buffer.from(Buffer.from(bytes).toString('base64'))) : socket.send(bytes);

async function dropAll(messages: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of messages);
}

async function* bytesOf(pieces: AsyncIterable<Uint8Array | string>): AsyncIterable<Buffer> {
  for await (const piece of pieces)
    yield typeof piece === 'string'
      ? Buffer.from(piece)
      : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** Where the first event of these bytes begins and ends; undefined while it is not there as a whole. */
type FirstEvent = (bytes: Buffer) => readonly [begin: number, end: number] | undefined;

const firstLine: FirstEvent = (bytes) => {
  const at = bytes.indexOf('\n');
  return at < 0 ? undefined : [0, at + 1];
};

/** Each frame begins with its length, which a message has of itself. */
const firstFrame: FirstEvent = (bytes) => {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32BE();
  return bytes.length < end ? undefined : [4, end];
};

async function* eventsIn(pieces: AsyncIterable<Uint8Array | string>, first: FirstEvent): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytesOf(pieces)) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (let found = first(rest); found !== undefined; found = first(rest)) {
      const [begin, end] = found;
      yield rest.subarray(begin, end);
      rest = rest.subarray(end);
    }
  }
}
