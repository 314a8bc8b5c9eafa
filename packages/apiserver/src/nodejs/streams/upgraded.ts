/** A connection whose protocol another server speaks: the client gets its answer, and then both get each other's bytes. */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ByteStream } from '@pintle/contracts';
import type { HttpResponse } from '../../http/message.js';
import { socketConnection } from './byte-connection.js';

/** A client that is gone without a word is noticed by then, and a little. */
const keepAliveMs = 30_000;

interface Client {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  /** What came after the request's head. */
  readonly head: Buffer;
}

/** Resolves when both sides have ended. What the protocol leaves silent may be so for as long as it likes. */
export async function carryUpgraded(
  { message, socket, head }: Client,
  { headers }: HttpResponse,
  other: ByteStream,
): Promise<void> {
  if (socket instanceof Socket) socket.setTimeout(0).setKeepAlive(true, keepAliveMs);
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`),
  );
  const changed = `Connection: Upgrade\r\nUpgrade: ${message.headers.upgrade}\r\n`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${changed}${lines.join('')}\r\n`, 'latin1');
  const client = socketConnection(socket, head);
  client.gone.addEventListener('abort', () => other.close(), { once: true });
  if (client.gone.aborted) other.close();
  const sent = async () => {
    for await (const bytes of client.input) await other.write(bytes);
    other.end();
  };
  const received = async () => {
    for await (const bytes of other.readable) await client.send(bytes);
    client.close();
  };
  try {
    await Promise.all([sent(), received()]);
  } catch {
    other.close();
    client.destroy();
  }
}
